#pragma once
// For tests of this room and of the rooms above: invented organisations and people, bodies that fit the present state of a matter, and a
// TestOffice that writes acts as a desk does (salt, basis, heads, signatures with throw-away keys), without store or network.
// Everything random comes from a seed, so that a failing case can be told and repeated. Not part of the program.

#include <map>
#include <random>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "inquiry/bodies.h"
#include "inquiry/fold.h"
#include "json/codec.h"

namespace warifu::inquiry::test {

inline const party::OrganisationId& agency_org() {
  static const party::OrganisationId id = party::OrganisationId::parse("kakuu-keisatsu.example").value();
  return id;
}
inline const party::OrganisationId& provider_org() {
  static const party::OrganisationId id = party::OrganisationId::parse("rei-tsushin.example").value();
  return id;
}

template <class AnyId>
AnyId test_id(std::uint8_t kind, std::uint8_t n) {
  AnyId id;
  id.bytes.fill(0x5a);
  id.bytes[0] = kind;
  id.bytes[15] = n;
  return id;
}
// The n-th person of a role.
inline PersonId person(party::Role role, std::uint8_t n = 0) { return test_id<PersonId>(static_cast<std::uint8_t>(role), n); }
inline UnitId unit(std::uint8_t n = 1) { return test_id<UnitId>(0xa0, n); }
inline CaseId case_id(std::uint8_t n = 1) { return test_id<CaseId>(0xb0, n); }

inline constexpr Time kStart = Time::from_seconds(1'795'237'500);  // 2026-11-21 14:05 in Japan

inline std::string salt_of(std::uint8_t filling = 7) { return to_base64(Bytes(32, filling)); }

inline Item sample_item(int no) {
  Item item;
  item.no = no;
  const std::string account = "rei-" + std::to_string(1000 + no);
  item.selector = {{text::SelectorType::ACCOUNT_ID, account, std::string("service.example")},
                   "service.example:" + account,
                   "service.example:" + account,
                   "rei-…",
                   false};
  item.categories = {no % 2 == 1 ? law::Category::K1 : law::Category::K7};
  item.purpose = "契約者の特定のため";
  return item;
}

inline InquiryText sample_text(int version = 1, int items = 2) {
  InquiryText text;
  text.version = version;
  text.from = agency_org();
  text.to = provider_org();
  text.addressee = "架空通信株式会社";
  text.sender = {"架空県例示警察署", "架空県例示市1番地", "署長", "例田 太郎"};
  text.sentence = "捜査のため必要があるので、下記事項につき照会します。";
  for (int no = 1; no <= items; ++no) text.items.push_back(sample_item(no));
  text.due = {2026, 12, 5};
  text.answer_how = "割符による";
  text.officer = {"刑事第一課", "警部補", "架空 次郎", "03-0000-0000", "123"};
  return text;
}

inline Internal sample_internal() {
  return {case_id(), unit(), "2026-例-77", "架空通販詐欺事件", {{1, "入金先の名義人の特定に必要"}, {2, "取引の確認に必要"}}};
}

inline Numbering sample_number(int serial = 123) {
  return {unit(9), law::FormKind::A, 2026, serial, "架空警刑一発第" + std::to_string(serial) + "号"};
}

inline ItemAnswer sample_result(int no, ItemResult result) {
  ItemAnswer answer;
  answer.no = no;
  answer.result = result;
  switch (result) {
    case ItemResult::ANSWERED:
    case ItemResult::PARTLY_ANSWERED:
      answer.tables = {{{"氏名", "登録日"}, {{"例山 花子", "2024-01-02"}, {"例川 一郎", "2025-03-04"}}}};
      answer.provenance = {{"contracts", "by_account", kStart, 2}};
      break;
    case ItemResult::NONE_HELD: answer.reason = law::ReasonCode::NO_DATA_HELD; break;
    case ItemResult::REFUSED: answer.reason = law::ReasonCode::OVERBROAD; break;
    case ItemResult::NEEDS_WARRANT: answer.reason = law::ReasonCode::SECRECY_OF_COMMUNICATIONS; break;
    case ItemResult::NARROWING_PROPOSED: answer.narrowing = Narrowing{{}, {law::Category::K1}, "登録情報のみ回答できます"}; break;
  }
  return answer;
}

inline Answer sample_answer(const std::vector<std::pair<int, ItemResult>>& results) {
  Answer answer;
  for (const auto& [no, result] : results) answer.items.push_back(sample_result(no, result));
  answer.reference = "R-1";
  answer.preparer = "例沢 三郎";
  answer.completeness = "全件";
  answer.minutes = 25;
  answer.yen = 300;
  return answer;
}

// How plausible_body() chooses where a choice exists.
struct Choice {
  bool ready = true;
  Disposition disposition = Disposition::ACCEPT;
  std::vector<std::pair<int, ItemResult>> results = {{1, ItemResult::ANSWERED}, {2, ItemResult::ANSWERED}};
  int items = 2;
  int serial = 123;
};

// One side's acts of one matter.
class TestOffice {
 public:
  explicit TestOffice(party::Side side, std::uint64_t seed = 1, bool signs = true)
      : side_(side), random_(seed + (side == party::Side::AGENCY ? 0 : 0x9e3779b9)), signs_(signs) {
    matter_ = test_id<MatterId>(0xc0, 1);
  }

  [[nodiscard]] party::Side side() const { return side_; }
  [[nodiscard]] const party::OrganisationId& self() const { return side_ == party::Side::AGENCY ? agency_org() : provider_org(); }
  [[nodiscard]] const std::vector<SignedAct>& acts() const { return acts_; }
  [[nodiscard]] std::vector<SignedAct>& acts() { return acts_; }
  [[nodiscard]] const std::vector<FoldInput>& inputs() const { return inputs_; }
  [[nodiscard]] const MatterState& state() const { return state_; }
  [[nodiscard]] const SignedAct& find(const Sha256& hash) const {
    for (const SignedAct& act : acts_)
      if (act.hash == hash) return act;
    throw std::out_of_range("no such act in this test");
  }
  [[nodiscard]] std::mt19937_64& random() { return random_; }
  void set_time(Time at) { now_ = at; }
  void set_matter(const MatterId& matter) { matter_ = matter; }

  // A body of this kind that fits the state as well as any can.
  [[nodiscard]] json::Value plausible_body(Kind kind, const Choice& choice = {}) const;
  // A role that may write it here, the one whose turn it is where there are several.
  [[nodiscard]] party::Role role_for(Kind kind) const;
  // The second of a role where the first may not (nobody checks his own work), otherwise the first.
  [[nodiscard]] std::optional<PersonId> person_for(Kind kind, party::Role role) const {
    if (role == party::Role::NODE) return std::nullopt;
    return person(role, kind == Kind::APPROVED || role != party::Role::AUDITOR ? 0 : 1);
  }

  // Salt, basis, heads, digest and signatures, as a desk would.
  [[nodiscard]] SignedAct make(Kind kind, json::Value body, party::Role role, std::optional<PersonId> by);
  [[nodiscard]] SignedAct make(Kind kind, const Choice& choice = {}) {
    const party::Role role = role_for(kind);
    return make(kind, plausible_body(kind, choice), role, person_for(kind, role));
  }
  [[nodiscard]] Status may(const SignedAct& act) const { return check_legal(inputs_, fold_input(act)); }

  // Keeps an act, its own or the other side's.
  void add(const SignedAct& act) {
    acts_.push_back(act);
    inputs_ = fold_inputs(acts_);
    state_ = fold(inputs_);
  }
  // Writes what must be legal here; a test that gets this wrong stops.
  SignedAct write(Kind kind, const Choice& choice = {}) {
    SignedAct act = make(kind, choice);
    if (const Status fine = may(act); !fine) throw std::logic_error(std::string(enum_text(kind)) + ": " + fine.error().message);
    add(act);
    return act;
  }

 private:
  party::Side side_;
  MatterId matter_;
  std::mt19937_64 random_;
  bool signs_;
  Time now_ = kStart;
  std::vector<SignedAct> acts_;
  std::vector<FoldInput> inputs_;
  MatterState state_;
};

inline party::Role TestOffice::role_for(Kind kind) const {
  using party::Role;
  if (kind == Kind::SENT_BACK && state_.agency.working) {
    if (state_.agency.working->stage == State::DRAFT) return Role::SUPERVISOR;
    return state_.agency.working->stage == State::CHECKED ? Role::APPROVER : Role::REGISTRAR;
  }
  for (const Role role : rule_of(kind).roles)
    if (party::role_belongs_to(role, side_)) return role;
  return rule_of(kind).roles.front();  // the other side's kind: for tests that it is refused
}

inline json::Value TestOffice::plausible_body(Kind kind, const Choice& choice) const {
  const Shared& shared = state_.shared;
  const Sha256 nothing;
  const Dispatch* current = shared.current();
  const Sha256 dispatch = current != nullptr ? current->mark.act : nothing;
  const int version = current != nullptr ? current->version : 1;
  const int next_version = static_cast<int>(shared.dispatches.size()) + 1;
  const std::optional<Working>& working = state_.agency.working;
  const Sha256 approval = working && working->approved ? working->approved->act : nothing;
  const auto release_where = [&](auto fits) {
    for (const Release& release : shared.releases)
      if (fits(release)) return release.mark.act;
    return shared.releases.empty() ? nothing : shared.releases.back().mark.act;
  };
  const auto step = [&](const Sha256& of) { return json::encode(StepBody{salt_of(), {}, of, version, ""}); };
  switch (kind) {
    case Kind::ORAL: return json::encode(OralBody{salt_of(), provider_org(), sample_internal(), "電話による照会", kStart, kStart + hours(48)});
    case Kind::DRAFTED:
      return json::encode(DraftedBody{salt_of(), next_version, choice.ready, sample_text(next_version, choice.items), sample_internal()});
    case Kind::CHECKED: return json::encode(CheckedBody{salt_of(), working ? working->draft : nothing, ""});
    case Kind::SENT_BACK:
    case Kind::VOIDED: return json::encode(ReasonBody{salt_of(), {}, "記載の誤り"});
    case Kind::ANSWER_SENT_BACK: return json::encode(ReasonBody{salt_of(), state_.provider.answer, "件数の誤り"});
    case Kind::REGISTERED: return json::encode(RegisteredBody{salt_of(), approval, sample_number(choice.serial)});
    case Kind::OPENED:
      return json::encode(
          OpenedBody{salt_of(), release_where([](const Release& r) { return r.retrieved.has_value() && !r.overridden; }), "捜査上の必要"});
    case Kind::CLOSED: return json::encode(ClosedBody{salt_of(), ""});
    case Kind::RETAINED: return json::encode(RetainedBody{salt_of(), {2031, 12, 31}});
    case Kind::HANDED_OVER: return json::encode(HandedOverBody{salt_of(), person(party::Role::INVESTIGATOR, 1), "異動"});
    case Kind::APPROVED:
      return json::encode(ApprovedBody{salt_of(), {}, next_version, sample_text(next_version, choice.items), "署長", "例田 太郎", {}});
    case Kind::DISPATCHED:
      return json::encode(DispatchedBody{
          salt_of(), {}, approval, next_version, working && working->number ? *working->number : sample_number(choice.serial), {2026, 11, 21}});
    case Kind::WITHDRAWN:
    case Kind::REMINDED: return json::encode(MessageBody{salt_of(), {}, "よろしくお願いします"});
    case Kind::RETRIEVED: return step(release_where([](const Release& r) { return !r.retrieved && !r.overridden; }));
    case Kind::FEEDBACK: return json::encode(FeedbackBody{salt_of(), {}, Outcome::LEAD_EXCLUDED, ""});
    case Kind::NARROWING_DECLINED:
      return step(release_where([](const Release& r) {
        for (const ResultFact& fact : r.results)
          if (fact.result == ItemResult::NARROWING_PROPOSED && !r.narrowing_declined && !r.overridden) return true;
        return false;
      }));
    case Kind::VERIFIED: return json::encode(VerifiedBody{salt_of(), dispatch, {{"organisation_signature", true, ""}}});
    case Kind::SUSPECTED: return json::encode(VerifiedBody{salt_of(), dispatch, {{"approver_signature", false, "unknown key"}}});
    case Kind::TRIAGED: {
      DecisionsBody body{salt_of(), dispatch, {}};
      if (current != nullptr)
        for (const ItemFact& item : current->items) body.decisions.push_back({item.no, choice.disposition, {}, "jp.inq.k1", "", {}});
      return json::encode(body);
    }
    case Kind::LEGAL_DECIDED: {
      DecisionsBody body{salt_of(), dispatch, {}};
      for (const auto& [no, disposition] : state_.provider.dispositions)
        if (disposition == Disposition::LEGAL_REVIEW) body.decisions.push_back({no, Disposition::ACCEPT, {}, "house.1", "", {}});
      return json::encode(body);
    }
    case Kind::ASSIGNED: return json::encode(AssignedBody{salt_of(), {person(party::Role::OPERATOR), person(party::Role::OPERATOR, 1)}, ""});
    case Kind::LOOKED_UP: return json::encode(LookedUpBody{salt_of(), 1, {"contracts", "by_account", kStart, 0}, {{"氏名"}, {}}, false, 900});
    case Kind::COLLECTED: return json::encode(CollectedBody{salt_of(), dispatch, version, choice.ready, sample_answer(choice.results)});
    case Kind::ANSWER_CHECKED: return json::encode(AnswerCheckedBody{salt_of(), state_.provider.answer.value_or(nothing), {{1, 2}, {2, 2}}, ""});
    case Kind::RECEIVED:
    case Kind::ACCEPTED:
    case Kind::BEGUN: return step(dispatch);
    case Kind::RETURNED: return json::encode(ReturnedBody{salt_of(), {}, dispatch, version, law::ReasonCode::INSUFFICIENT_INFO, "期間が必要です"});
    case Kind::RELEASED: {
      Answer answer = sample_answer(choice.results);
      for (const SignedAct& act : acts_)  // what was checked is what is released
        if (act.hash == state_.provider.answer && act.body) answer = json::decode_text<CollectedBody>(*act.body).value().answer;
      return json::encode(ReleasedBody{salt_of(), {}, dispatch, version, answer, "主任", "例野 四郎"});
    }
    case Kind::VIEWED: return json::encode(ViewedBody{salt_of(), "", {}});
    case Kind::FINDING: return json::encode(FindingBody{salt_of(), "SAMPLE", "問題なし"});
    case Kind::OFFICE_CHANGED: return json::encode(OfficeChangedBody{salt_of(), "unit", json::Object({{"name_ja", "例課"}})});
    case Kind::STATEMENT:
      return json::encode(StatementBody{salt_of(),
                                        {},
                                        agency_org(),
                                        "2026-11",
                                        {{matter_,
                                          "例警刑一発第123号",
                                          "例示警察署",
                                          law::FormKind::A,
                                          123,
                                          kStart,
                                          kStart + minutes(1),
                                          State::ANSWERED,
                                          false,
                                          kStart + hours(30),
                                          2,
                                          {{ItemResult::ANSWERED, 2}},
                                          "例-1",
                                          25,
                                          500}}});
    case Kind::PURGED: {
      PurgedBody body{salt_of(), {}, {}, {}, "保存期間の満了"};
      for (const SignedAct& act : acts_)
        if (act.is_shared()) body.bodies.push_back(act.hash);
      std::ranges::sort(body.bodies);
      return json::encode(body);
    }
    case Kind::TEXT_ERASED: {
      TextErasedBody body{salt_of(), {}, {}, {}};
      for (std::size_t i = 0; i < acts_.size(); ++i) {
        body.bodies.push_back(acts_[i].hash);
        if (inputs_[i].facts) body.residue.emplace(acts_[i].hash.hex(), *inputs_[i].facts);
      }
      std::ranges::sort(body.bodies);
      return json::encode(body);
    }
  }
  throw std::logic_error("unknown kind");
}

inline note::Signer test_signer(const std::string& name) {
  const Sha256 seed = crypto::sha256(bytes_of(name));  // a throw-away key, the same in every run
  return note::Signer::create(name, crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed(seed.bytes))).value();
}

inline SignedAct TestOffice::make(Kind kind, json::Value body, party::Role role, std::optional<PersonId> by) {
  json::Object object = body.as_object();
  Bytes salt(32);
  for (std::uint8_t& byte : salt) byte = static_cast<std::uint8_t>(random_());
  object["salt"] = to_base64(salt);
  if (rule_of(kind).is_shared) object["basis"] = json::encode(state_.internal_heads);
  SignedAct out;
  out.body = json::canonical(object);
  for (std::uint8_t& byte : out.act.id.bytes) byte = static_cast<std::uint8_t>(random_());
  out.act.matter = matter_;
  out.act.kind = kind;
  out.act.org = self();
  out.act.role = role;
  out.act.person = by;
  now_ = now_ + minutes(1);
  out.act.at = now_;
  out.act.after = heads_for(state_, kind);
  out.act.body = crypto::sha256(bytes_of(*out.body));
  out.act.body_bytes = out.body->size();
  out.note.text = out.act.text();
  out.hash = act_hash(out.note.text);
  if (!signs_) return out;
  out.note.signatures.push_back(test_signer(organisation_signer(self())).sign(out.note.text).value());
  if (rule_of(kind).needs_own_signature && by) out.note.signatures.push_back(test_signer(person_signer(self(), *by)).sign(out.note.text).value());
  return out;
}

// Two offices and what is under way between them.
struct TestExchange {
  TestOffice agency, provider;
  std::vector<SignedAct> to_agency, to_provider;

  explicit TestExchange(std::uint64_t seed = 1, bool signs = false)
      : agency(party::Side::AGENCY, seed, signs), provider(party::Side::PROVIDER, seed, signs) {}

  // What of an act just written goes to the other side: an approval goes with its dispatch.
  void post(const TestOffice& from, const SignedAct& act) {
    if (!act.is_shared() || act.act.kind == Kind::APPROVED) return;
    std::vector<SignedAct>& way = from.side() == party::Side::AGENCY ? to_provider : to_agency;
    if (from.side() == party::Side::AGENCY && from.state().shared.dispatches.empty()) return;  // nobody to send it to
    if (act.act.kind == Kind::DISPATCHED) way.push_back(from.find(json::decode_text<DispatchedBody>(*act.body).value().of));
    way.push_back(act);
  }
  SignedAct write(TestOffice& office, Kind kind, const Choice& choice = {}) {
    SignedAct act = office.write(kind, choice);
    post(office, act);
    return act;
  }
  SignedAct ask(Kind kind, const Choice& choice = {}) { return write(agency, kind, choice); }
  SignedAct answer(Kind kind, const Choice& choice = {}) { return write(provider, kind, choice); }
  void deliver() {
    for (const SignedAct& act : to_provider) provider.add(act);
    for (const SignedAct& act : to_agency) agency.add(act);
    to_provider.clear(), to_agency.clear();
  }

  void dispatched(const Choice& choice = {}) {
    for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED, Kind::REGISTERED, Kind::DISPATCHED}) ask(kind, choice);
    deliver();
  }
  void verified() {
    answer(Kind::RECEIVED), answer(Kind::VERIFIED);
    deliver();
  }
  void accepted() {
    answer(Kind::TRIAGED), answer(Kind::ACCEPTED);
    deliver();
  }
  void begun() {
    answer(Kind::ASSIGNED), answer(Kind::BEGUN);
    deliver();
  }
  void released(const Choice& choice = {}) {
    answer(Kind::COLLECTED, choice), answer(Kind::ANSWER_CHECKED), answer(Kind::RELEASED);
    deliver();
  }
  void until_begun() { dispatched(), verified(), accepted(), begun(); }
};

}  // namespace warifu::inquiry::test

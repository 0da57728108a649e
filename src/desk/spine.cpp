#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "desk/impl.h"
#include "text/unicode.h"

namespace warifu::desk {

namespace {

constexpr int kAttemptsMax = 5;                  // when acts of others come between
constexpr Duration kSignatureAge = minutes(30);  // how long a prepared text may lie before it is signed
constexpr Duration kClockTolerance = minutes(5);
constexpr Duration kDirectoryAgeOrders = minutes(15), kDirectoryAge = hours(24);

// Each plan after those that go before it.
std::vector<std::reference_wrapper<const Plan>> in_order(const std::vector<Plan>& plans) {
  std::vector<std::reference_wrapper<const Plan>> out;
  for (const Plan& plan : plans) {
    out.insert(out.end(), plan.first.begin(), plan.first.end());
    out.emplace_back(plan);
    out.insert(out.end(), plan.then.begin(), plan.then.end());
  }
  return out;
}

// Views and findings change nothing that is decided on.
bool is_bystander(Kind kind) { return kind == Kind::VIEWED || kind == Kind::FINDING; }

json::Value without_nonce(const json::Value& body) {
  json::Object object = body.as_object();
  object.erase("salt");
  object.erase("basis");
  return object;
}

}  // namespace

Result<note::Assertion> assertion_of(const Store& store, const PersonId& person, const AssertionCommand& command) {
  for (const PersonKeyRow& row : TRY(store.person_keys(person)))
    if (!row.is_revoked && !row.credential.empty() && row.credential == command.credential)
      return note::Assertion{row.vkey, command.authenticator_data, command.client_data, command.signature};
  return fail(Code::KEY_UNKNOWN, "no passkey of this person", "/assertion/credential", {{"key", "passkey"}});
}

std::string new_salt() { return to_base64(crypto::random_bytes(32)); }

static std::string roles_for(Kind kind, party::Side side) {
  std::string out;
  for (const party::Role role : inquiry::rule_of(kind).roles)
    if (inquiry::may_write(kind, side, role)) out += (out.empty() ? "" : ", ") + std::string(enum_text(role));
  if (!out.empty()) return out;
  for (const party::Role role : inquiry::rule_of(kind).roles) out += (out.empty() ? "" : ", ") + std::string(enum_text(role));  // the other side's
  return out;
}

// An error of a part that knows nothing of fields, with the field that the part was given in.
template <class T>
static Result<T> placed(Result<T> result, std::string_view where) {
  if (!result) result.error().where = where;
  return result;
}

Result<std::string> line(std::string_view text, std::string_view where, bool may_be_empty) {
  if (may_be_empty && text.empty()) return std::string();
  Result<std::string> clean = text::clean_line(text, limits::kLineCharactersMax);
  if (!clean) return tl::unexpected<Error>(std::move(clean).error().at(where));
  return clean;
}

Result<std::string> paragraph(std::string_view text, std::string_view where, bool may_be_empty) {
  if (may_be_empty && text.empty()) return std::string();
  Result<std::string> clean = text::clean_text(text, limits::kTextCharactersMax);
  if (!clean) return tl::unexpected<Error>(std::move(clean).error().at(where));
  return clean;
}

Notice notice_of(const Error& error) { return {std::string(sentence(error.code).name), error.where, sentence_ja(error), sentence_en(error)}; }

Result<std::shared_ptr<const Loaded>> Office::Impl::current(const MatterId& matter) const {
  if (matters.may_have(matter))
    if (std::shared_ptr<const Loaded> found = matters.find(matter, TRY(parts.store->stamp(matter)))) return found;
  std::shared_ptr<const Loaded> read = kept(folded(matter, TRY(parts.store->stamped_acts(matter))));
  matters.put(read);
  return read;
}

Result<std::shared_ptr<const Loaded>> Office::Impl::current_at(const MatterId& matter, const Stamp& stamp) const {
  if (stamp.acts == 0) return kept(folded(matter, {}));
  if (std::shared_ptr<const Loaded> found = matters.find(matter, stamp)) return found;
  return current(matter);
}

Result<std::shared_ptr<const Loaded>> Office::Impl::current_or_blank(const MatterId& matter) const {
  Result<std::shared_ptr<const Loaded>> found = current(matter);
  if (found || found.error().code != Code::NOT_FOUND) return found;
  return kept(folded(matter, {}));
}

Result<Loaded> Office::Impl::load(const MatterId& matter) const { return *TRY(current(matter)); }
Result<Loaded> Office::Impl::load_or_blank(const MatterId& matter) const { return *TRY(current_or_blank(matter)); }

void Office::Impl::keep(Loaded after, const Stamp& stamp, bool has_purged) const {
  if (has_purged) return matters.forget(after.matter, stamp);
  // A repetition of what stood already, others behind it: then the stamp is of more than these.
  if (stamp.acts != static_cast<std::int64_t>(after.acts.size())) return;
  after.stamp = stamp;
  matters.put(kept(std::move(after)));
}

Result<inquiry::Act> Office::Impl::act_for(const Loaded& loaded, const Plan& plan, party::Role role, std::optional<PersonId> person,
                                           std::string& body) const {
  const bool is_shared = inquiry::rule_of(plan.kind).is_shared;
  json::Object object = plan.body.as_object();
  object["salt"] = new_salt();
  if (is_shared) object["basis"] = json::encode(loaded.state.internal_heads);
  TRY(inquiry::check_body(plan.kind, object));
  body = json::canonical(object);
  if (body.size() > limits::kBodyBytesMax)
    return fail(Code::TOO_LARGE, "the text is larger than an act may carry", {}, {{"max", std::to_string(limits::kBodyBytesMax)}});
  inquiry::Act act;
  act.id = ActId::random();
  act.matter = loaded.matter;
  act.kind = plan.kind;
  act.org = parts.self.id;
  act.role = role;
  act.person = person;
  act.at = now();
  act.after = inquiry::heads_for(loaded.state, plan.kind);
  act.body = crypto::sha256(bytes_of(body));
  act.body_bytes = body.size();
  return act;
}

Result<SignedAct> Office::Impl::sign(const inquiry::Act& act, std::string body, std::optional<note::SignatureLine> own) const {
  SignedAct out;
  out.act = act;
  out.note.text = act.text();
  out.hash = inquiry::act_hash(out.note.text);
  out.note.signatures.push_back(TRY(parts.signer->sign(out.note.text)));
  if (own) out.note.signatures.push_back(std::move(*own));
  out.body = std::move(body);
  return out;
}

std::optional<party::OrganisationId> Office::Impl::counterparty(const Loaded& loaded) const {
  if (!loaded.acts.empty() && loaded.acts.front().act.kind == Kind::STATEMENT) {
    const SignedAct& first = loaded.acts.front();
    if (first.act.org != parts.self.id) return first.act.org;
    const Result<inquiry::StatementBody> body = body_of<inquiry::StatementBody>(first);
    return body ? std::optional(body->agency) : std::nullopt;
  }
  if (side() == party::Side::AGENCY) {
    if (const inquiry::Dispatch* current = loaded.state.shared.current()) return current->to;
    return std::nullopt;
  }
  for (const SignedAct& act : loaded.acts)
    if (act.act.org != parts.self.id) return act.act.org;
  return std::nullopt;
}

Result<Commit> Office::Impl::commit_for(Basis before, Loaded& after, std::vector<SignedAct> acts, const std::vector<Plan>& plans) const {
  Commit commit;
  commit.matter = after.matter;
  commit.expected_acts = std::move(before.acts);
  commit.expected = before.stamp;
  const std::optional<party::OrganisationId> to = counterparty(after);
  const auto queue = [&](const SignedAct& act) {
    OutboxRow row;
    row.to = *to;
    row.matter = after.matter;
    row.act = act.hash;
    row.next_try = now();
    commit.outbox.push_back(std::move(row));
  };
  for (const SignedAct& act : acts) {
    const bool is_own = act.act.org == parts.self.id;
    if (!is_own || !act.is_shared() || !to) continue;
    if (act.act.kind == Kind::APPROVED) continue;  // crosses with the dispatch that names it
    if (act.act.kind == Kind::DISPATCHED) {
      const Result<inquiry::DispatchedBody> body = body_of<inquiry::DispatchedBody>(act);
      if (const SignedAct* approval = body ? after.find(body->of) : nullptr) queue(*approval);
    }
    queue(act);
  }
  for (const Plan& plan : in_order(plans)) {
    commit.register_rows.insert(commit.register_rows.end(), plan.register_rows.begin(), plan.register_rows.end());
    commit.books.insert(commit.books.end(), plan.books.begin(), plan.books.end());
    commit.purge_bodies.insert(commit.purge_bodies.end(), plan.purge_bodies.begin(), plan.purge_bodies.end());
    commit.purge_files = commit.purge_files || plan.purge_files;
  }
  for (const SignedAct& act : acts)
    if (act.act.kind == Kind::STATEMENT && after.state.effects.at(act.hash).effect == inquiry::Effect::APPLIED)
      commit.books.push_back(TRY(statement_entry(act)));
  if (after.acts.empty() || inquiry::is_inquiry_kind(after.acts.front().act.kind)) {
    if (commit.purge_bodies.empty()) {
      commit.projection = inquiry::project(parts.self.id, side(), after.acts, after.state, after.texts);
    } else {
      std::vector<SignedAct> stripped = after.acts;
      for (SignedAct& act : stripped)
        if (std::ranges::find(commit.purge_bodies, act.hash) != commit.purge_bodies.end()) act.body.reset();
      commit.projection = inquiry::project(parts.self.id, side(), stripped, inquiry::fold(stripped));
    }
  }
  commit.acts = std::move(acts);
  return commit;
}

Written Office::Impl::written(const Loaded& loaded) const {
  Written out;
  out.matter = loaded.matter;
  out.act = loaded.acts.back().hash;
  const inquiry::Projection projection = inquiry::project(parts.self.id, side(), loaded.acts, loaded.state);
  out.state = projection.row.state;
  out.provider_state = projection.row.provider_state;
  out.number = projection.row.number;
  return out;
}

Status Office::Impl::check_directory_age(Kind kind) const {
  const std::optional<Time> as_of = TRY(parts.directory->verified_as_of());
  if (!as_of) return {};
  const bool is_order = kind == Kind::APPROVED || kind == Kind::DISPATCHED;
  if (now() - *as_of <= (is_order ? kDirectoryAgeOrders : kDirectoryAge)) return {};
  return fail(Code::CHECKPOINT_OLD, "the directory of keys has not been heard of for too long", std::string(enum_text(kind)),
              {{"age", std::to_string((now() - *as_of).us / 60'000'000)}});
}

Written Office::Impl::written(const Loaded& loaded, const Commit& commit) const {
  if (!commit.projection) return written(loaded);
  const inquiry::MatterRow& row = commit.projection->row;
  return Written{loaded.matter, loaded.acts.back().hash, row.state, row.provider_state, row.number};
}

Status Office::Impl::keep_answer(const Caller& caller, const Loaded& after, const Written& written, const Answering& answering,
                                 Commit& commit) const {
  const json::Value answer = answering ? TRY(answering(after, commit)) : json::encode(written);
  if (caller.once != nullptr && !caller.once->is_kept()) commit.idempotency = caller.once->record(json::compact(answer), now());
  return {};
}

Status Office::Impl::may_begin(const Caller& caller, Kind kind) const {
  TRY(person_of(caller));
  TRY(check_directory_age(kind));
  if (!inquiry::may_write(kind, side(), caller.role))
    return fail(Code::ROLE_MISSING, "that role does not write this act", std::string(enum_text(kind)), {{"role", roles_for(kind, side())}});
  return {};
}

Status Office::Impl::commit_and_keep(Commit commit, Loaded after) const {
  const bool has_purged = !commit.purge_bodies.empty();
  const Stamp stamp = TRY(parts.store->commit(std::move(commit)));
  keep(std::move(after), stamp, has_purged);
  return {};
}

Result<Written> Office::Impl::decide_and_commit(const Caller& caller, const MatterId& matter, bool is_new, const Decide& decide) {
  std::shared_ptr<const Loaded> before = matters.last_seen(matter);
  bool is_memory = before != nullptr;
  for (int attempt = 1;; ++attempt) {
    if (!is_memory) before = TRY(is_new ? current_or_blank(matter) : current(matter));
    Result<Decided> decided = decide(std::move(before));
    const bool was_memory = std::exchange(is_memory, false);
    if (!decided && was_memory) {
      --attempt;
      continue;
    }
    if (!decided) return tl::unexpected<Error>(std::move(decided).error());
    const Status committed = commit_and_keep(std::move(decided->commit), std::move(decided->after));
    if (committed && caller.once != nullptr) caller.once->commit_stands();
    if (committed) return std::move(decided->made);
    if (committed.error().code != Code::STALE || attempt >= kAttemptsMax) return tl::unexpected<Error>(committed.error());
  }
}

Result<Written> Office::Impl::write(const Caller& caller, const MatterId& matter, const Planner& planner, bool is_new, const Answering& answering) {
  const party::Person person = TRY(person_of(caller));
  return decide_and_commit(caller, matter, is_new, [&](std::shared_ptr<const Loaded> before) -> Result<Decided> {
    if (!is_new) TRY(may_see(caller, person, *before));
    const std::vector<Plan> plans = {TRY(planner({person, *before, now()}))};
    for (const Plan& plan : in_order(plans)) {
      if (!inquiry::may_write(plan.kind, side(), caller.role))
        return fail(Code::ROLE_MISSING, "that role does not write this act", std::string(enum_text(plan.kind)),
                    {{"role", roles_for(plan.kind, side())}});
      CHECK_THAT(!inquiry::rule_of(plan.kind).needs_own_signature);
    }
    Basis basis = basis_of(*before);
    Loaded after = matters.take(std::move(before));
    std::vector<SignedAct> acts = TRY(add_acts(after, plans, caller.role, caller.person));
    Commit commit = TRY(commit_for(std::move(basis), after, std::move(acts), plans));
    Written made = written(after, commit);
    made.act = after.acts[after.acts.size() - 1 - plans.front().then.size()].hash;
    TRY(keep_answer(caller, after, made, answering, commit));
    return Decided{std::move(commit), std::move(after), std::move(made)};
  });
}

Result<Prepared> Office::Impl::prepare(const Caller& caller, const MatterId& matter, const Planner& planner) const {
  const party::Person person = TRY(person_of(caller));
  Loaded loaded = TRY(load(matter));
  TRY(may_see(caller, person, loaded));
  const Plan plan = TRY(planner({person, loaded, now()}));
  if (!inquiry::may_write(plan.kind, side(), caller.role))
    return fail(Code::ROLE_MISSING, "that role does not write this act", std::string(enum_text(plan.kind)), {{"role", roles_for(plan.kind, side())}});
  std::string body;
  const inquiry::Act act = TRY(act_for(loaded, plan, caller.role, caller.person, body));
  TRY(loaded.add_legal(TRY(sign(act, body, std::nullopt))));
  return Prepared{matter, std::string(enum_text(plan.kind)), act.text(), body, inquiry::person_signer(parts.self.id, caller.person)};
}

// The signature line or the passkey's assertion, by a key that the directory has for this person in this role.
Result<Office::Impl::OwnHand> Office::Impl::own_hand(const Caller& caller, const inquiry::Act& act, const SignedCommand& command) const {
  const std::string name = inquiry::person_signer(parts.self.id, caller.person);
  const bool is_line = !command.signature.empty();
  if (!is_line && !command.assertion) return fail(Code::SIGNATURE_MISSING, "a signed step without a signature", "/signature", {{"signer", name}});
  if (is_line && command.assertion) return fail(Code::BAD_VALUE, "one signature, by one key", "/assertion", {{"expected", "-"}});
  OwnHand own;
  if (is_line) {
    own.line = TRY(placed(note::SignatureLine::parse(command.signature), "/signature"));
    if (own.line->name != name) return fail(Code::SIGNATURE_INVALID, "somebody else's signature", "/signature", {{"signer", name}});
  } else {
    own.assertions.push_back(TRY(assertion_of(*parts.store, caller.person, *command.assertion)));
  }
  for (const PublishedPerson& entry : TRY(parts.directory->person(parts.self.id, caller.person, act.at))) {
    if (entry.role != caller.role || entry.key.is_passkey() == is_line) continue;
    if (is_line ? entry.key.id != own.line->id : entry.key.text() != own.assertions.front().key) continue;
    if (is_line) {
      const note::Note note{command.text, {*own.line}};
      const std::vector<note::VerifierKey> keys{TRY(entry.key.verifier())};
      if (TRY(placed(note::verify(note, keys), "/signature")).empty())
        return fail(Code::SIGNATURE_INVALID, "the signature does not fit the text", "/signature", {{"signer", name}});
    } else {
      const std::vector<note::RelyingParty> places = TRY(parts.directory->relying_parties(parts.self.id, act.at));
      TRY(placed(note::check_assertion(own.assertions.front(), command.text, places, entry.key), "/assertion"));
    }
    return own;
  }
  return fail(Code::KEY_UNKNOWN, "the directory has no key of this person for this role", is_line ? "/signature" : "/assertion", {{"key", name}});
}

Result<Written> Office::Impl::write_signed(const Caller& caller, const MatterId& matter, const SignedCommand& command, const Planner& planner) {
  const party::Person person = TRY(person_of(caller));
  const inquiry::Act act = TRY(placed(inquiry::Act::parse(command.text), "/text"));
  if (act.matter != matter || act.org != parts.self.id || act.role != caller.role || act.person != caller.person)
    return fail(Code::TEXT_DIFFERS, "the signed text speaks of another matter or person", "/text");
  if (act.at > now() + kClockTolerance || act.at < now() - kSignatureAge) return fail(Code::STALE, "the text was prepared too long ago", "/text");
  if (command.body.size() != act.body_bytes || crypto::sha256(bytes_of(command.body)) != act.body)
    return fail(Code::TEXT_DIFFERS, "the body is not the one the signed text names", "/body");
  const json::Value body = TRY(placed(json::parse(command.body), "/body"));
  if (json::canonical(body) != command.body) return fail(Code::TEXT_DIFFERS, "the body is not in canonical form", "/body");

  const OwnHand own = TRY(own_hand(caller, act, command));

  return decide_and_commit(caller, matter, false, [&](std::shared_ptr<const Loaded> before) -> Result<Decided> {
    TRY(may_see(caller, person, *before));
    const Plan plan = TRY(planner({person, *before, act.at}));
    if (act.kind != plan.kind || !inquiry::may_write(act.kind, side(), caller.role))
      return fail(Code::TEXT_DIFFERS, "the signed text is of another kind", "/text");
    // What was signed must be what would be written now: if anything decided upon changed meanwhile, the person sees the new text first.
    if (act.after != inquiry::heads_for(before->state, act.kind) || without_nonce(body) != without_nonce(plan.body))
      return fail(Code::STALE, "the matter changed while it was being signed", "/text");
    for (const SignedAct& other : before->acts)
      if (other.act.at > act.at && !is_bystander(other.act.kind)) return fail(Code::STALE, "the matter changed while it was being signed", "/text");
    TRY(inquiry::check_body(act.kind, body));
    SignedAct signed_act = TRY(sign(act, command.body, own.line));
    signed_act.assertions = own.assertions;
    Basis basis = basis_of(*before);
    Loaded after = matters.take(std::move(before));
    TRY(after.add_legal(signed_act));
    Commit commit = TRY(commit_for(std::move(basis), after, {std::move(signed_act)}, {plan}));
    Written made = written(after, commit);
    TRY(keep_answer(caller, after, made, {}, commit));
    return Decided{std::move(commit), std::move(after), std::move(made)};
  });
}

Result<std::vector<SignedAct>> Office::Impl::add_acts(Loaded& loaded, const std::vector<Plan>& plans, party::Role role,
                                                      std::optional<PersonId> person) const {
  std::vector<SignedAct> acts;
  for (const Plan& plan : in_order(plans)) {
    std::string body;
    const inquiry::Act act = TRY(act_for(loaded, plan, role, person, body));
    SignedAct signed_act = TRY(sign(act, std::move(body), std::nullopt));
    TRY(loaded.add_legal(signed_act));
    acts.push_back(std::move(signed_act));
  }
  return acts;
}

Result<Written> Office::Impl::write_node(Loaded& loaded, const std::vector<Plan>& plans) {
  Basis before = basis_of(loaded);
  std::vector<SignedAct> acts = TRY(add_acts(loaded, plans, party::Role::NODE, std::nullopt));
  Commit commit = TRY(commit_for(std::move(before), loaded, std::move(acts), plans));
  Written made = written(loaded, commit);
  TRY(commit_and_keep(std::move(commit), std::move(loaded)));
  return made;
}

}  // namespace warifu::desk

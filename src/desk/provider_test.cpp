#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "desk/test_office.h"

namespace warifu::desk {
namespace {

using inquiry::Disposition;
using inquiry::ItemResult;
using inquiry::ProviderState;
using inquiry::State;
using law::Category;

// A source that gives as many rows as it is told, and remembers whether it was asked.
class ScriptedSource final : public answer::Source {
 public:
  ScriptedSource() {
    info_.name = "members";
    info_.title_ja = "会員台帳";
    info_.title_en = "Member register";
    answer::SourceQuery query;
    query.name = "by account";
    query.services = {"auction.example"};
    query.categories = {Category::K1};
    query.columns_ja = {"氏名", "住所"};
    query.columns_en = {"name", "address"};
    info_.queries = {query};
  }
  const answer::SourceInfo& info() const override { return info_; }
  Result<answer::LookupResult> look_up(const answer::LookupRequest& request) override {
    ++asked;
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    if (is_down) return fail(Code::SOURCE_UNAVAILABLE, "down", info_.name);
    answer::LookupResult out;
    out.query = info_.queries[0].name;
    out.table.columns = info_.queries[0].columns_ja;
    for (int i = 0; i < rows; ++i) out.table.rows.push_back({"例示 " + request.item.selector.input.value, std::string(cell_bytes, 'a')});
    return out;
  }
  Status test() override { return {}; }

  int asked = 0, rows = 1;
  std::size_t cell_bytes = 10;
  bool is_down = false;
  std::function<void()> meanwhile;

 private:
  answer::SourceInfo info_;
};

struct Scene1 {
  std::shared_ptr<ScriptedSource> source = std::make_shared<ScriptedSource>();
  TestWorld world{{source}};
  Office& desk = world.provider();

  inquiry::ItemDecision decision(int no, Disposition disposition, std::string comment = {}) {
    inquiry::ItemDecision out;
    out.no = no;
    out.disposition = disposition;
    out.comment = std::move(comment);
    return out;
  }
  // An answer that takes over the rows of a lookup.
  CollectCommand from_lookup(const LookupView& lookup, bool ready = true) {
    inquiry::ItemAnswer item;
    item.no = lookup.no;
    item.tables = {lookup.table};
    item.provenance = {lookup.provenance};
    CollectCommand command;
    command.answer.items = {item};
    command.answer.minutes = 5;
    command.answer.completeness = "保有する記録のすべてです。";
    command.ready = ready;
    return command;
  }
  SignedCommand signed_release(const MatterId& matter, const Caller& who) {
    return world.provider_office().sign(must(desk.prepare_release(who, matter), "prepare_release"), who.person);
  }
  MatterId at_work() {
    const MatterId matter = world.dispatched({world.item("ex-1001")});
    world.assigned(matter);
    return matter;
  }
  ProviderState state(const MatterId& matter) { return must(desk.store().row(matter)).provider_state; }
  std::size_t acts(const MatterId& matter) { return must(desk.store().acts(matter)).size(); }
  bool has(const MatterId& matter, inquiry::Kind kind) {
    return std::ranges::any_of(must(desk.store().acts(matter)), [&](const SignedAct& act) { return act.act.kind == kind; });
  }
  std::string file(const std::string& name, std::string_view content) {
    const std::string path = (std::filesystem::temp_directory_path() / ("warifu-" + MatterId::random().hex() + name)).string();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
};

template <class T>
Code code_of(const Result<T>& result) {
  REQUIRE(!result);
  return result.error().code;
}

}  // namespace

TEST_CASE("from the inbox to the answer that the agency holds") {
  Scene1 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1001")});
  CHECK(s.state(matter) == ProviderState::VERIFIED);
  s.world.triaged(matter);
  CHECK(must(s.desk.accept(s.world.intake, matter, {})).state == State::ACCEPTED);
  const Written assigned = must(s.desk.assign(s.world.intake, matter, {{s.world.op.person}, {}}));
  CHECK(assigned.state == State::IN_PROGRESS);  // the agency is told in the same step
  CHECK(assigned.provider_state == ProviderState::ASSIGNED);
  s.world.step();

  const LookupView lookup = must(s.desk.look_up(s.world.op, matter, {1, "members"}));
  CHECK(lookup.table.rows.size() == 1);
  CHECK(lookup.provenance.rows == 1);
  CHECK(!lookup.truncated);
  s.world.step();
  CHECK(must(s.desk.collect(s.world.op, matter, s.from_lookup(lookup))).provider_state == ProviderState::COLLECTED);
  s.world.step();
  CHECK(must(s.desk.check_answer(s.world.releaser, matter, {{{1, 1}}, "数えました"})).provider_state == ProviderState::CHECKED);
  s.world.step();
  const Written released = must(s.desk.release(s.world.releaser, matter, s.signed_release(matter, s.world.releaser)));
  CHECK(released.provider_state == ProviderState::RELEASED);
  CHECK(released.state == State::ANSWERED);
  s.world.exchange();
  CHECK(must(s.world.agency().store().row(matter)).state == State::ANSWERED);
  for (const SignedAct& act : must(s.world.agency().store().acts(matter))) {
    CHECK(act.is_shared() == inquiry::rule_of(act.act.kind).is_shared);
    if (act.act.org == s.world.provider_office().self.id) CHECK(act.is_shared());  // nothing internal crossed
    if (act.act.kind != inquiry::Kind::RELEASED) continue;
    const auto body = must(json::decode_text<inquiry::ReleasedBody>(*act.body));
    CHECK(body.answer.items[0].tables[0].rows[0][0] == "例示 ex-1001");
    CHECK(body.answer.preparer == "回答担当 例示 二子");
    CHECK(body.releaser_name == "例示 五子");
    CHECK(act.note.signatures.size() == 2);
  }
}

TEST_CASE("intake cannot accept what the law closes, and the place is named") {
  Scene1 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1"), s.world.item("ex-2"), s.world.address_item()});
  const auto refused = s.desk.triage(s.world.intake, matter,
                                     {{s.decision(1, Disposition::ACCEPT), s.decision(2, Disposition::ACCEPT), s.decision(3, Disposition::ACCEPT)}});
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::NOT_ALLOWED_BY_LAW);
  CHECK(refused.error().where == "/decisions/2");
  CHECK(s.state(matter) == ProviderState::VERIFIED);
  CHECK(code_of(s.desk.triage(s.world.intake, matter, {{s.decision(1, Disposition::ACCEPT)}})) == Code::RESULT_MISSING);
  const auto suggestion = must(s.desk.suggest_triage(s.world.intake, matter));
  CHECK(suggestion.at(2).disposition == Disposition::NEEDS_WARRANT);
  CHECK(must(s.desk.triage(s.world.intake, matter, {suggestion})).provider_state == ProviderState::TRIAGED);
}

TEST_CASE("a house rule binds intake") {
  Scene1 s;
  HouseRulesCommand rules;
  rules.rules = {{law::Instrument::INQ, Category::K8, law::Outcome::LEGAL_REVIEW, "購買履歴は法務が確認する", "purchases go to the legal desk"}};
  s.world.provider_office().put("house_rules", MatterId::random(), rules, {}, s.world.clock.now());
  const MatterId matter = s.world.dispatched({s.world.item("ex-1", {Category::K8})});
  CHECK(code_of(s.desk.triage(s.world.intake, matter, {{s.decision(1, Disposition::ACCEPT)}})) == Code::NOT_ALLOWED_BY_LAW);
  CHECK(must(s.desk.triage(s.world.intake, matter, {{s.decision(1, Disposition::LEGAL_REVIEW)}})).provider_state == ProviderState::LEGAL_REVIEW);
  s.world.step();
  CHECK(code_of(s.desk.decide_legal(s.world.legal, matter, {{s.decision(1, Disposition::ACCEPT)}})) == Code::REASON_REQUIRED);
  CHECK(code_of(s.desk.decide_legal(s.world.legal, matter, {{s.decision(2, Disposition::ACCEPT, "要る")}})) == Code::ITEM_UNKNOWN);
  CHECK(code_of(s.desk.decide_legal(s.world.intake, matter, {{s.decision(1, Disposition::ACCEPT, "要る")}})) == Code::ROLE_MISSING);
  CHECK(must(s.desk.decide_legal(s.world.legal, matter, {{s.decision(1, Disposition::ACCEPT, "被害額が大きく必要と認める")}})).provider_state ==
        ProviderState::TRIAGED);
  s.world.step();
  CHECK(code_of(s.desk.decide_legal(s.world.legal, matter, {{s.decision(1, Disposition::ACCEPT, "もう一度")}})) == Code::ILLEGAL_TRANSITION);
}

TEST_CASE("a return carries a reason that fits") {
  Scene1 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1")});
  CHECK(code_of(s.desk.return_inquiry(s.world.intake, matter, {law::ReasonCode::INCOMPLETE, "番号がない"})) ==
        Code::ILLEGAL_TRANSITION);  // not judged yet
  s.world.triaged(matter);
  CHECK(code_of(s.desk.return_inquiry(s.world.intake, matter, {law::ReasonCode::NO_DATA_HELD, {}})) == Code::BAD_VALUE);
  CHECK(must(s.desk.return_inquiry(s.world.intake, matter, {law::ReasonCode::INSUFFICIENT_INFO, "利用時期を示してください"})).state ==
        State::RETURNED);
  s.world.exchange();
  CHECK(must(s.world.agency().store().row(matter)).state == State::RETURNED);
}

TEST_CASE("an operator finds what was assigned, also when the turn has passed to others, and nothing else") {
  Scene1 s;
  const MatterId matter = s.at_work();
  const auto found = [&](const Caller& who) { return must(s.desk.list(who, {})).rows.size(); };
  CHECK(found(s.world.op) == 1);
  CHECK(found(s.world.other_op) == 0);
  const LookupView lookup = must(s.desk.look_up(s.world.op, matter, {1, "members"}));
  must(s.desk.collect(s.world.op, matter, s.from_lookup(lookup)));
  CHECK(found(s.world.op) == 1);
  s.world.step();
  must(s.world.agency().withdraw(s.world.investigator, matter, {"不要になったため"}));
  s.world.exchange();
  CHECK(found(s.world.op) == 1);
  CHECK(found(s.world.other_op) == 0);
}

TEST_CASE("only active operators of this office are assigned") {
  Scene1 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1")});
  s.world.triaged(matter);
  CHECK(code_of(s.desk.assign(s.world.intake, matter, {{}, {}})) == Code::EMPTY_FIELD);
  CHECK(code_of(s.desk.assign(s.world.intake, matter, {{s.world.legal.person}, {}})) == Code::FORBIDDEN);
  CHECK(code_of(s.desk.assign(s.world.intake, matter, {{PersonId::random()}, {}})) == Code::FORBIDDEN);
  const auto twice = s.desk.assign(s.world.intake, matter, {{s.world.op.person, s.world.op.person}, {}});
  REQUIRE(!twice);
  CHECK(twice.error().where == "/persons/1");
  CHECK(code_of(s.desk.assign(s.world.op, matter, {{s.world.op.person}, {}})) == Code::ROLE_MISSING);  // whatever he can see, his role assigns nobody
  // Assigned before it was accepted: the agency is told when both are true and work goes on.
  must(s.desk.assign(s.world.intake, matter, {{s.world.op.person, s.world.other_op.person}, {}}));
  CHECK(!s.has(matter, inquiry::Kind::BEGUN));
  s.world.step();
  must(s.desk.accept(s.world.legal, matter, {}));
  s.world.step();
  must(s.desk.look_up(s.world.other_op, matter, {1, "members"}));
  CHECK(s.has(matter, inquiry::Kind::BEGUN));
  CHECK(must(s.desk.store().row(matter)).state == State::IN_PROGRESS);
}

TEST_CASE("a lookup is made by an assigned operator, for an accepted item, from a source that takes it") {
  Scene1 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1"), s.world.address_item()});
  s.world.assigned(matter);
  CHECK(code_of(s.desk.look_up(s.world.other_op, matter, {1, "members"})) == Code::NOT_FOUND);
  CHECK(code_of(s.desk.look_up(s.world.intake, matter, {1, "members"})) == Code::ROLE_MISSING);
  CHECK(code_of(s.desk.look_up(s.world.op, matter, {2, "members"})) == Code::NOT_ALLOWED_BY_LAW);
  CHECK(code_of(s.desk.look_up(s.world.op, matter, {3, "members"})) == Code::ITEM_UNKNOWN);
  CHECK(code_of(s.desk.look_up(s.world.op, matter, {1, "absent"})) == Code::NOT_FOUND);
  CHECK(s.source->asked == 0);
  s.source->is_down = true;
  const std::size_t before = s.acts(matter);
  CHECK(code_of(s.desk.look_up(s.world.op, matter, {1, "members"})) == Code::SOURCE_UNAVAILABLE);
  CHECK(s.acts(matter) == before);
}

TEST_CASE("a large result is cut to what an act may carry, and says so") {
  Scene1 s;
  const MatterId matter = s.at_work();
  s.source->rows = 5000;
  s.source->cell_bytes = 1000;
  const LookupView lookup = must(s.desk.look_up(s.world.op, matter, {1, "members"}));
  CHECK(lookup.truncated);
  CHECK(lookup.table.rows.size() < 5000);
  CHECK(lookup.provenance.rows == static_cast<int>(lookup.table.rows.size()));
}

TEST_CASE("a search that was made is recorded even when the inquiry was withdrawn meanwhile") {
  Scene1 s;
  const MatterId matter = s.at_work();
  s.world.exchange();
  s.source->meanwhile = [&] {
    must(s.world.agency().withdraw(s.world.investigator, matter, {"不要になったため"}));
    s.world.exchange();
  };
  must(s.desk.look_up(s.world.op, matter, {1, "members"}));
  CHECK(s.has(matter, inquiry::Kind::LOOKED_UP));
  CHECK(s.state(matter) == ProviderState::WITHDRAWN);
  CHECK(code_of(s.desk.look_up(s.world.op, matter, {1, "members"})) == Code::ILLEGAL_TRANSITION);
  CHECK(s.source->asked == 1);
}

TEST_CASE("an answer is held against what was decided") {
  Scene1 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1"), s.world.address_item()});
  s.world.assigned(matter);
  const LookupView lookup = must(s.desk.look_up(s.world.op, matter, {1, "members"}));
  CollectCommand command = s.from_lookup(lookup);
  CHECK(code_of(s.desk.collect(s.world.op, matter, command)) == Code::RESULT_MISSING);
  inquiry::ItemAnswer second;
  second.no = 2;
  second.tables = {lookup.table};
  command.answer.items.push_back(second);
  const auto leak = s.desk.collect(s.world.op, matter, command);
  REQUIRE(!leak);
  CHECK(leak.error().code == Code::NOT_ALLOWED_BY_LAW);
  CHECK(leak.error().where == "/answer/items/1/result");
  command.answer.items[1] = {};
  command.answer.items[1].no = 2;
  command.answer.items[1].result = ItemResult::NEEDS_WARRANT;
  CollectCommand invented = command;
  invented.answer.items[0].provenance[0].source = "elsewhere";
  CHECK(code_of(s.desk.collect(s.world.op, matter, invented)) == Code::BAD_VALUE);
  CollectCommand absent = command;
  absent.answer.items[0].files.push_back({"list.csv", "text/csv", crypto::sha256("absent"), 6});
  CHECK(code_of(s.desk.collect(s.world.op, matter, absent)) == Code::NOT_FOUND);
  CHECK(code_of(s.desk.collect(s.world.other_op, matter, command)) == Code::NOT_FOUND);
  CHECK(must(s.desk.collect(s.world.op, matter, command)).provider_state == ProviderState::COLLECTED);
}

TEST_CASE("the second person counts, and is another person") {
  Scene1 s;
  const MatterId matter = s.at_work();
  const LookupView lookup = must(s.desk.look_up(s.world.op, matter, {1, "members"}));
  s.world.step();
  CHECK(must(s.desk.collect(s.world.op, matter, s.from_lookup(lookup, false))).provider_state == ProviderState::ASSIGNED);
  s.world.step();
  CHECK(code_of(s.desk.check_answer(s.world.releaser, matter, {{{1, 1}}, {}})) == Code::ILLEGAL_TRANSITION);  // not handed over
  must(s.desk.collect(s.world.op, matter, s.from_lookup(lookup)));
  s.world.step();
  const auto differs = s.desk.check_answer(s.world.releaser, matter, {{{1, 2}}, {}});
  REQUIRE(!differs);
  CHECK(differs.error().code == Code::ROW_COUNT_DIFFERS);
  CHECK(differs.error().where == "/row_counts/0");
  CHECK(code_of(s.desk.prepare_release(s.world.releaser, matter)) == Code::ILLEGAL_TRANSITION);
  CHECK(must(s.desk.send_back_answer(s.world.releaser, matter, {"住所が旧いようです"})).provider_state == ProviderState::ASSIGNED);
  CHECK(code_of(s.desk.send_back_answer(s.world.releaser, matter, {""})) != Code::INTERNAL);
  s.world.step();
  must(s.desk.collect(s.world.op, matter, s.from_lookup(lookup)));
  s.world.step();
  must(s.desk.check_answer(s.world.releaser, matter, {{{1, 1}}, {}}));
  s.world.step();
  const SignedCommand good = s.signed_release(matter, s.world.releaser);
  // Somebody else's signature, a changed body, an older text.
  SignedCommand forged = good;
  forged.signature = must(s.world.provider_office().person_signers.at(s.world.op.person).sign(good.text)).text();
  CHECK(code_of(s.desk.release(s.world.releaser, matter, forged)) == Code::SIGNATURE_INVALID);
  SignedCommand changed = good;
  changed.body[changed.body.find("ex-1001")] = 'E';
  CHECK(code_of(s.desk.release(s.world.releaser, matter, changed)) == Code::TEXT_DIFFERS);
  CHECK(code_of(s.desk.release(s.world.other_releaser, matter, good)) == Code::TEXT_DIFFERS);
  s.world.clock.advance(minutes(31));
  CHECK(code_of(s.desk.release(s.world.releaser, matter, good)) == Code::STALE);
  CHECK(must(s.desk.release(s.world.other_releaser, matter, s.signed_release(matter, s.world.other_releaser))).provider_state ==
        ProviderState::RELEASED);
}

TEST_CASE("one person in both roles cannot prepare and check") {
  Scene1 s;
  party::Person both;
  both.id = PersonId::random();
  both.login = "ryoho";
  both.name = "例示 九子";
  both.roles = {party::Role::OPERATOR, party::Role::RELEASER};
  s.world.provider_office().put_person(both, s.world.clock.now());
  s.world.clock.advance(seconds(5));
  const Caller as_operator{both.id, party::Role::OPERATOR}, as_releaser{both.id, party::Role::RELEASER};
  const MatterId matter = s.world.dispatched({s.world.item("ex-1001")});
  s.world.triaged(matter);
  must(s.desk.accept(s.world.intake, matter, {}));
  must(s.desk.assign(s.world.intake, matter, {{both.id}, {}}));
  s.world.step();
  must(s.desk.collect(as_operator, matter, s.from_lookup(must(s.desk.look_up(as_operator, matter, {1, "members"})))));
  s.world.step();
  CHECK(code_of(s.desk.check_answer(as_releaser, matter, {{{1, 1}}, {}})) == Code::SEPARATION_OF_DUTIES);
  must(s.desk.check_answer(s.world.releaser, matter, {{{1, 1}}, {}}));
  s.world.step();
  CHECK(code_of(s.desk.prepare_release(as_releaser, matter)) == Code::SEPARATION_OF_DUTIES);
}

TEST_CASE("a file is attached, released and carried to the agency") {
  Scene1 s;
  const MatterId matter = s.at_work();
  const std::string good = s.file("a.csv", "氏名,住所\n例示 一郎,架空市\n"), bad = s.file("b.csv", std::string("MZ\0\1", 4));
  CHECK(code_of(s.desk.attach(s.world.op, matter, "list.csv", "text/csv", bad)) == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(code_of(s.desk.attach(s.world.releaser, matter, "list.csv", "text/csv", good)) == Code::ROLE_MISSING);
  CHECK(code_of(s.desk.attach(s.world.other_op, matter, "list.csv", "text/csv", good)) == Code::NOT_FOUND);
  const inquiry::FileRef file = must(s.desk.attach(s.world.op, matter, "C:\\temp\\一覧.csv", "text/csv", good));
  CHECK(file.name == "一覧.csv");
  CHECK(file.sha256 == must(crypto::sha256_file(good)));
  s.world.step();
  CollectCommand command;
  command.answer.items.emplace_back();
  command.answer.items[0].files = {file};
  command.ready = true;
  must(s.desk.collect(s.world.op, matter, command));
  s.world.step();
  must(s.desk.check_answer(s.world.releaser, matter, {{{1, 0}}, {}}));
  s.world.step();
  must(s.desk.release(s.world.releaser, matter, s.signed_release(matter, s.world.releaser)));
  s.world.exchange();
  const std::string path = must(s.world.agency().store().file_path(matter, file.sha256));
  CHECK(must(crypto::sha256_file(path)) == file.sha256);
  std::filesystem::remove(good);
  std::filesystem::remove(bad);
}

TEST_CASE("how large a file may be is the house's to say; what it takes is not read into memory") {
  Scene1 s;
  const FileLimits usual = s.desk.file_limits();
  CHECK(usual.bytes_max == 50 * 1024 * 1024);
  CHECK(usual.answer_bytes_max == static_cast<std::int64_t>(limits::kFileBytesCeiling));
  const auto whole = [&](const FileLimit& type) {
    return type.extension == ".json" ? static_cast<std::int64_t>(limits::kJsonBytesMax) : usual.bytes_max;  // what is read of it anywhere
  };
  for (const FileLimit& type : usual.types) CHECK(type.bytes_max == whole(type));

  const TestOffice& of = s.world.provider_office();
  OfficeParts parts;
  parts.self = of.self;
  parts.store = of.store;
  parts.directory = of.directory;
  parts.law = std::shared_ptr<const law::Catalogue>(std::shared_ptr<const law::Catalogue>{}, &law::Catalogue::built_in());
  parts.signer = of.signer;
  parts.clock = [&s] { return s.world.clock.now(); };
  parts.file_bytes_max = limits::kFileBytesMax + 3;
  Office large(std::move(parts));
  for (const FileLimit& type : large.file_limits().types)
    CHECK(type.bytes_max ==
          whole(type) + (type.extension == ".csv" || type.extension == ".txt" || type.extension == ".zip" || type.extension == ".pdf" ? 3 : 0));

  const MatterId matter = s.at_work();
  const std::string text = s.file("a.csv", std::string(limits::kFileBytesMax + 3, 'x')),
                    more = s.file("b.csv", std::string(limits::kFileBytesMax + 4, 'x'));
  CHECK(code_of(s.desk.attach(s.world.op, matter, "list.csv", "text/csv", text)) == Code::TOO_LARGE);
  CHECK(must(large.attach(s.world.op, matter, "list.csv", "text/csv", text)).bytes == static_cast<std::int64_t>(limits::kFileBytesMax) + 3);
  CHECK(code_of(large.attach(s.world.op, matter, "list.csv", "text/csv", more)) == Code::TOO_LARGE);
  CHECK(code_of(large.attach(s.world.op, matter, "list.json", "application/json", text)) == Code::TOO_LARGE);
  CHECK(std::filesystem::exists(text));
  must(large.attach(s.world.op, matter, "list.csv", "text/csv", text, Handover::MOVE));
  CHECK(!std::filesystem::exists(text));
  std::filesystem::remove(more);
}

TEST_CASE("the files of one answer fit one message, and answers that wait together do not travel together when they do not") {
  Scene1 s;
  const MatterId matter = s.at_work();
  const auto attached = [&](const std::string& name, std::uint64_t bytes) {
    const std::string path = s.file(name, name + "\n");
    inquiry::FileRef file = must(s.desk.attach(s.world.op, matter, name, "text/csv", path));
    std::filesystem::remove(path);
    // A hole, as far as the size goes; nobody reads it here.
    std::filesystem::resize_file(must(s.desk.store().file_path(matter, file.sha256)), bytes);
    file.bytes = 1;  // what somebody says of it
    return file;
  };
  const inquiry::FileRef one = attached("one.csv", 4ull << 30), two = attached("two.csv", 2ull << 30), three = attached("three.csv", 1);
  s.world.step();
  const auto answer = [](std::vector<inquiry::FileRef> files) {
    CollectCommand command;
    command.answer.items.emplace_back();
    command.answer.items[0].files = std::move(files);
    command.ready = true;
    return command;
  };
  const Result<Written> refused = s.desk.collect(s.world.op, matter, answer({one, two, three}));
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::TOO_LARGE);
  CHECK(refused.error().where == "/answer/items/0/files/2");
  s.world.courier.cut(true);
  must(s.desk.collect(s.world.op, matter, answer({one, two, one})));  // twice the same counts once
  s.world.step();
  must(s.desk.check_answer(s.world.releaser, matter, {{{1, 0}}, {}}));
  s.world.step();
  must(s.desk.release(s.world.releaser, matter, s.signed_release(matter, s.world.releaser)));
  std::vector<OutboxRow> waiting;
  for (const SignedAct& act : must(s.desk.store().acts(matter)))
    if (act.act.kind == inquiry::Kind::RELEASED) {
      const auto files = must(json::decode_text<inquiry::ReleasedBody>(*act.body)).answer.items[0].files;
      CHECK(files[0].bytes == static_cast<std::int64_t>(4ull << 30));  // as it lies there
      for (const OutboxRow& row : must(s.desk.store().outbox_of(matter)))
        if (row.act == act.hash) waiting.push_back(row);
    }
  REQUIRE(waiting.size() == 1);
  CHECK(must(s.desk.gather(waiting)).size() == 1);
  waiting.push_back(waiting.front());  // another as large
  CHECK(must(s.desk.gather(waiting)).size() == 2);
}

TEST_CASE("another act in between is met by deciding again; a broken store changes nothing") {
  Scene1 s;
  const MatterId matter = s.world.dispatched({s.world.item("ex-1")});
  auto& store = dynamic_cast<FakeStore&>(s.desk.store());
  const auto suggestion = must(s.desk.suggest_triage(s.world.intake, matter));
  store.before_next_commit([&] {
    must(s.world.agency().remind(s.world.investigator, matter, {"お急ぎください"}));
    s.world.exchange();
  });
  must(s.desk.triage(s.world.intake, matter, {suggestion}));
  CHECK(s.has(matter, inquiry::Kind::REMINDED));
  CHECK(s.state(matter) == ProviderState::TRIAGED);
  const std::size_t before = s.acts(matter);
  store.break_next_commit(Code::DISK_FULL);
  CHECK(code_of(s.desk.accept(s.world.intake, matter, {})) == Code::DISK_FULL);
  CHECK(s.acts(matter) == before);
  must(s.desk.accept(s.world.intake, matter, {}));
}

TEST_CASE("who has no part in a matter learns nothing of it") {
  Scene1 s;
  const MatterId matter = s.at_work();
  CHECK(code_of(s.desk.suggest_triage(s.world.provider_admin, matter)) == Code::NOT_FOUND);
  CHECK(code_of(s.desk.suggest_triage(s.world.other_op, matter)) == Code::NOT_FOUND);
  CHECK(code_of(s.desk.triage({s.world.op.person, party::Role::INTAKE}, matter, {})) == Code::ROLE_MISSING);
  CHECK(code_of(s.desk.triage({PersonId::random(), party::Role::INTAKE}, matter, {})) == Code::FORBIDDEN);
}

}  // namespace warifu::desk

#include "app/bench_world.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <thread>

#include "app/demo_local.h"
#include "app/demo_stage.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "inquiry/projection.h"
#include "store/demo_customers.h"
#include "store/office_bulk.h"
#include "store/office_copy.h"
#include "store/postgres.h"
#include "store/sqlite.h"

namespace warifu::app {

namespace {

using Clock = std::chrono::steady_clock;
using inquiry::Kind;
using inquiry::SignedAct;
using party::Role;

constexpr std::string_view kAgency = "kakuu-police.demo", kProvider = "portal.demo";
constexpr std::size_t kDemoCustomers = 200, kDemoAccount = 42;
constexpr std::size_t kOfficers = 16, kSupervisors = 2, kCasesOfUnit = 60;
constexpr std::size_t kFilledAtOnce = 2'000, kToldEvery = 20'000;
constexpr int kCopyTimeoutMs = 6 * 3600 * 1000;
constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;
constexpr int kDueInDays = 200;  // of the played stories; no other date of theirs is that day
constexpr std::string_view kAuditor = "auditor";

// Invented; two characters each, so that a search for one of them is a search for one pair.
constexpr std::array<std::string_view, 16> kSurnames = {"例田", "見本", "架空", "仮名", "試験", "模擬", "雛形", "作例",
                                                        "標本", "見立", "仮野", "例示", "想定", "範例", "虚構", "設例"};
constexpr std::array<std::string_view, 16> kGivenNames = {"一郎", "花子", "次郎", "三郎", "四郎", "五郎", "春子", "夏子",
                                                          "秋子", "冬子", "太郎", "梅子", "竹男", "松子", "桜子", "六郎"};

enum Slot : int {
  LITERAL = -1,
  SALT,
  ACCOUNT,
  NUMBER,
  SERIAL,
  UNIT,
  CASE,
  CASE_NUMBER,
  CASE_TITLE,
  DUE,
  OFFICER,
  SUPERVISOR,
  HEAD,
  REGISTRAR,
  SLOTS
};

// Part of a body: text as it was played, or what stands in its place.
struct Piece {
  std::string text;
  int slot = LITERAL;  // SLOTS + i: hash of the story's act i
};

struct StoryAct {
  inquiry::Act act;
  std::vector<std::size_t> after;  // places in the story
  bool is_signed_by_person = false;
  std::vector<Piece> body;
};

struct Story {
  std::vector<StoryAct> acts;
  std::size_t per_thousand = 0;
  bool is_answered = false;
  int days_ago_max = 1500;
};

struct PlayedStory {
  std::string matter;
  std::size_t per_thousand = 0;
  bool is_answered = false;
  int days_ago_max = 0;
};
struct PlayedStories {
  std::vector<PlayedStory> stories;
  Date due;
};
BOOST_DESCRIBE_STRUCT(PlayedStory, (), (matter, per_thousand, is_answered, days_ago_max))
BOOST_DESCRIBE_STRUCT(PlayedStories, (), (stories, due))

Sha256 derived(std::string_view what, std::size_t n, std::size_t i = 0) {
  return crypto::sha256("warifu-bench\n" + std::string(what) + "\n" + std::to_string(n) + "\n" + std::to_string(i));
}
template <class AnyId>
AnyId id_of(std::string_view what, std::size_t n, std::size_t i = 0) {
  AnyId id;
  std::copy_n(derived(what, n, i).bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}
std::uint64_t word_of(const Sha256& digest, std::size_t at) {
  std::uint64_t out = 0;
  __builtin_memcpy(&out, digest.bytes.data() + 8 * at, sizeof out);
  return out;
}

std::string padded(std::size_t n, int width) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*zu", width, n);
  return text;
}

// Cuts a played body at everything that is told anew.
std::vector<Piece> pieces_of(const std::string& body, const std::vector<std::pair<std::string, int>>& needles) {
  std::vector<Piece> out;
  std::string literal;
  for (std::size_t at = 0; at < body.size();) {
    const std::string_view rest = std::string_view(body).substr(at);
    const auto found = std::ranges::find_if(needles, [&](const auto& needle) { return rest.starts_with(needle.first); });
    if (found == needles.end()) {
      literal += body[at++];
      continue;
    }
    out.push_back({std::exchange(literal, {}), LITERAL});
    out.push_back({{}, found->second});
    at += found->first.size();
  }
  out.push_back({std::move(literal), LITERAL});
  return out;
}

// One story about one matter: who and what stands in the slots.
struct Told {
  BenchInquiry about;
  std::array<std::string, SLOTS> slots;
  Duration shift;
};

// Plays the stories: the desks of the demo's agency and provider act, and what they write is what is told anew.
class Player {
 public:
  Player(Demo& demo, StageClock& clock) : demo_(demo), desks_(demo.node()), stage_(desks_, clock) {}

  Result<PlayedStories> play() {
    TRY(meet());
    PlayedStories out;
    out.due = tokyo_date(now_utc()).plus_days(kDueInDays);
    due_ = out.due;
    using Step = Stage::Step;
    // Answered, and received by the officer: the longest texts. As many stay open, for years.
    const MatterId answered = TRY(begin(Step::DISPATCHED));
    TRY(stage_.work(kProvider, answered, Stage::Work::RELEASED));
    const desk::MatterView view = TRY(agency().peek(who("tantou", Role::INVESTIGATOR), answered));
    TRY(agency().retrieve(who("tantou", Role::INVESTIGATOR), answered, {view.releases.front().act, {}}));
    TRY(add(out, answered, 320, true, 1500));
    // Returned by the provider, and closed.
    const MatterId closed = TRY(begin(Step::DISPATCHED));
    const desk::Caller intake = desks_.caller({kProvider, "uketsuke", Role::INTAKE});
    desk::Office& provider = desks_.office(kProvider);
    TRY(provider.triage(intake, closed, {TRY(provider.suggest_triage(intake, closed))}));
    TRY(provider.return_inquiry(intake, closed, {law::ReasonCode::INCOMPLETE, "日付をご確認ください。"}));
    TRY(stage_.deliver());
    TRY(look(closed, kBenchActsEach - 1));
    TRY(agency().close(who("tantou", Role::INVESTIGATOR), closed, {.comment = "再照会は不要。"}));
    TRY(add(out, closed, 590, false, 1500));
    // In the provider's hands, and reminded of.
    const MatterId waiting = TRY(begin(Step::DISPATCHED));
    TRY(stage_.work(kProvider, waiting, Stage::Work::ASSIGNED));
    TRY(agency().remind(who("tantou", Role::INVESTIGATOR), waiting, {"お願いします。"}));
    TRY(look(waiting, kBenchActsEach));
    TRY(add(out, waiting, 60, false, 90));
    // On the agency's own desks.
    for (const Step step : {Step::READY, Step::CHECKED, Step::NUMBERED}) {
      const MatterId matter = TRY(begin(step));
      TRY(look(matter, kBenchActsEach));
      TRY(add(out, matter, 10, false, 60));
    }
    return out;
  }

 private:
  // Everybody's key as it lies on the device.
  Status meet() {
    for (const DemoAccount& account : TRY(demo_.accounts())) {
      if (account.organisation != kAgency && account.organisation != kProvider) continue;
      const auto org = TRY(party::OrganisationId::parse(account.organisation));
      for (const party::Person& person : TRY(demo_.node().find(org)->office->people())) {
        if (person.login != account.login) continue;
        const Demo::Device device = TRY(demo_.device(org, person.id));
        const auto secret = TRY(crypto::parse_device_secret(device.device_secret));
        crypto::OpenKeyfile open = TRY(crypto::open_keyfile(device.keyfile, crypto::Pin(account.pin), secret));
        auto signer = std::make_shared<const note::Signer>(TRY(note::Signer::create(inquiry::person_signer(org, person.id), std::move(open.secret))));
        desks_.add(org, account.login, {person.id, person.roles, std::move(signer)});
      }
    }
    return {};
  }
  desk::Office& agency() { return desks_.office(kAgency); }
  desk::Caller who(std::string_view login, Role role) { return desks_.caller({kAgency, login, role}); }

  Result<MatterId> begin(Stage::Step until) {
    desk::DraftCommand draft;
    for (const party::Case& value : TRY(agency().cases(who("tantou", Role::INVESTIGATOR))))
      if (value.number == "令8サ-101") draft.case_id = value.id;
    draft.to = TRY(party::OrganisationId::parse(kProvider));
    draft.due = due_;
    draft.answer_how = "本システムにより回答願います。";
    desk::DraftItem item;
    item.selector.type = text::SelectorType::ACCOUNT_ID;
    item.selector.value = store::demo_account(kDemoAccount);
    item.selector.service = std::string(kProvider);
    item.categories = {law::Category::K1};
    item.purpose = "出品者の特定のため";
    item.necessity = "代金を支払ったが商品が届かないとの被害届3件の出品者であるため。";
    draft.items.push_back(std::move(item));
    return stage_.inquire(kAgency, draft, until);
  }
  // Looks at it, each time with a reason, until the matter has that many acts.
  Status look(const MatterId& matter, std::size_t acts) {
    while (TRY(agency().store().acts(matter)).size() < acts)
      TRY(agency().view(who("tantou", Role::INVESTIGATOR), matter, {"照会内容の確認", {"selector"}}));
    return {};
  }
  Status add(PlayedStories& out, const MatterId& matter, std::size_t per_thousand, bool is_answered, int days_ago_max) {
    const std::size_t acts = TRY(agency().store().acts(matter)).size();
    if (acts != kBenchActsEach) return fail(Code::INTERNAL, "a story has " + std::to_string(acts) + " acts");
    out.stories.push_back({matter.hex(), per_thousand, is_answered, days_ago_max});
    return {};
  }

  Demo& demo_;
  LocalDesk desks_;
  Stage stage_;
  Date due_;
};

}  // namespace

bool is_postgres_url(const std::string& url) { return url.starts_with("postgres"); }

struct BenchWorld::Impl {
  BenchCommand command;
  std::string folder, file_name;  // everything of this store lies under this name
  std::size_t inquiries = 0;
  std::shared_ptr<Demo> demo;
  StageClock clock;
  party::Organisation self;
  std::shared_ptr<store::OfficeStore> store;
  std::unique_ptr<desk::Office> office;
  std::shared_ptr<const note::Signer> signer, provider_signer;
  std::vector<Story> stories;
  std::vector<std::size_t> story_of_thousand;
  std::map<std::pair<std::string, PersonId>, note::Signer> person_signers;  // of those whose signature stands on an act
  Date day_played;
  std::map<std::string, int> parts_of_people;  // whom of the played story a slot stands for

  [[nodiscard]] bool on_postgres() const { return is_postgres_url(command.store_url); }
  [[nodiscard]] std::string path(std::string_view suffix) const { return folder + "/" + file_name + std::string(suffix); }
  [[nodiscard]] std::string schema() const { return "warifu_bench_" + std::to_string(inquiries); }
  [[nodiscard]] bool is_filled() const;
  Status open_store();
  Status read_stories();
  Status furnish();
  [[nodiscard]] Told told(std::size_t n) const;
  [[nodiscard]] Result<std::vector<SignedAct>> acts_of(std::size_t n, const Told& told) const;
  [[nodiscard]] std::string body_of(const StoryAct& act, const Told& told, const std::vector<SignedAct>& before, std::size_t n, std::size_t i) const;
  [[nodiscard]] const Story& story(std::size_t n) const {
    return stories[story_of_thousand[word_of(derived("story", n), 0) % story_of_thousand.size()]];
  }
  [[nodiscard]] static PersonId person(std::string_view role, std::size_t unit, std::size_t i = 0) { return id_of<PersonId>(role, unit, i); }
  [[nodiscard]] Result<store::OfficeBulk::Item> item_of(std::size_t n, const store::OfficeBulk& bulk) const;
  [[nodiscard]] Result<std::vector<store::OfficeBulk::Item>> items_of(std::size_t first, std::size_t until, const store::OfficeBulk& bulk) const;
  Status fill_file();
  Status copy_to_postgres();
};

BenchWorld::BenchWorld(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BenchWorld::~BenchWorld() = default;
std::size_t BenchWorld::inquiries() const { return impl_->inquiries; }
desk::Office& BenchWorld::office() { return *impl_->office; }
store::OfficeStore& BenchWorld::store() { return *impl_->store; }
const note::Signer& BenchWorld::signer() const { return *impl_->signer; }
BenchInquiry BenchWorld::inquiry(std::size_t n) const { return impl_->told(n).about; }
UnitId BenchWorld::unit(std::size_t unit) const { return id_of<UnitId>("unit", unit); }
desk::Caller BenchWorld::officer(std::size_t unit, std::size_t officer) const { return {Impl::person("officer", unit, officer), Role::INVESTIGATOR}; }
desk::Caller BenchWorld::caller(std::size_t unit, Role role) const {
  if (role == Role::AUDITOR) return {Impl::person(kAuditor, 0), role};
  return {Impl::person(role == Role::SUPERVISOR ? "supervisor" : role == Role::APPROVER ? "head" : "registrar", unit), role};
}

Result<std::shared_ptr<Demo>> bench_demo(const BenchCommand& command) {
  TRY(make_directories(command.data, 0700));
  return std::shared_ptr<Demo>(TRY(Demo::open(command.data + "/demo", {}, "http://localhost", {.customers = kDemoCustomers, .with_waiting = false})));
}

bool BenchWorld::Impl::is_filled() const {
  const Result<std::string> text = read_file(path(".loaded"), 64);
  return text && std::strtoull(text->c_str(), nullptr, 10) >= inquiries;
}

Status BenchWorld::Impl::open_store() {
  // What an interrupted filling left has neither all its indexes nor a way back.
  if (!on_postgres() && !is_filled()) {
    std::error_code failed;
    for (const std::string_view suffix : {".sqlite", ".sqlite-wal", ".sqlite-shm"}) std::filesystem::remove(path(suffix), failed);
    std::filesystem::remove_all(path(".scratch"), failed);
  }
  Node& node = demo->node();
  store = TRY(store::OfficeStore::open({.url = on_postgres() ? command.store_url : "sqlite:" + path(".sqlite"),
                                        .schema = schema(),
                                        .organisation = self.id,
                                        .side = self.side,
                                        .files_dir = path(".files")}));
  desk::OfficeParts parts;
  parts.self = self;
  parts.store = store;
  parts.directory = std::shared_ptr<desk::Directory>(&node.directory(), [](desk::Directory*) {});
  parts.law = std::shared_ptr<const law::Catalogue>(&law::Catalogue::built_in(), [](const law::Catalogue*) {});
  parts.signer = signer;
  office = std::make_unique<desk::Office>(std::move(parts));
  return furnish();
}

Result<std::unique_ptr<BenchWorld>> BenchWorld::open(const BenchCommand& command, std::shared_ptr<Demo> demo, std::size_t inquiries) {
  auto impl = std::make_unique<Impl>();
  impl->command = command;
  impl->folder = command.data;
  impl->inquiries = inquiries;
  impl->file_name = (impl->on_postgres() ? "postgres-" : "sqlite-") + std::to_string(inquiries);
  impl->demo = std::move(demo);
  TRY(impl->read_stories());
  Node& node = impl->demo->node();
  Hosted* agency = node.find(TRY(party::OrganisationId::parse(kAgency)));
  impl->self = agency->organisation;
  impl->signer = agency->signer;
  impl->provider_signer = node.find(TRY(party::OrganisationId::parse(kProvider)))->signer;
  TRY(impl->open_store());
  return std::unique_ptr<BenchWorld>(new BenchWorld(std::move(impl)));
}

Status BenchWorld::Impl::read_stories() {
  const std::string path = folder + "/stories.json";
  PlayedStories played;
  if (const Result<std::string> text = read_file(path, kFileBytesMax)) {
    played = TRY(json::decode_text<PlayedStories>(*text));
  } else {
    played = TRY(Player(*demo, clock).play());
    TRY(write_file_durably(path, bytes_of(json::pretty(json::encode(played)) + "\n"), 0600));
  }
  day_played = played.due.plus_days(-kDueInDays);
  Hosted* agency = demo->node().find(TRY(party::OrganisationId::parse(kAgency)));
  std::map<std::string, int> people;
  for (const party::Person& person : TRY(agency->office->people())) {
    if (person.login == "tantou") people[person.id.hex()] = OFFICER;
    if (person.login == "kakarichou") people[person.id.hex()] = SUPERVISOR;
    if (person.login == "kachou") people[person.id.hex()] = HEAD;
    if (person.login == "shomu") people[person.id.hex()] = REGISTRAR;
  }
  for (const PlayedStory& from : played.stories) {
    const MatterId matter = TRY(MatterId::parse(from.matter));
    const std::vector<SignedAct> acts = TRY(agency->store->acts(matter));
    const inquiry::MatterRow row = TRY(agency->store->row(matter));
    const inquiry::MatterState state = inquiry::fold(acts);
    std::vector<std::pair<std::string, int>> needles(people.begin(), people.end());
    needles.insert(needles.end(), {{store::demo_account(kDemoAccount), ACCOUNT},
                                   {row.unit->hex(), UNIT},
                                   {row.case_id->hex(), CASE},
                                   {row.case_number, CASE_NUMBER},
                                   {"ネットオークション利用詐欺事件", CASE_TITLE},
                                   {played.due.iso(), DUE}});
    if (row.numbering) {
      needles.emplace_back(row.number, NUMBER);
      needles.emplace_back("\"serial\":" + std::to_string(row.numbering->serial), SERIAL);
    }
    for (std::size_t i = 0; i < state.order.size(); ++i) needles.emplace_back(state.order[i].hex(), SLOTS + static_cast<int>(i));
    Story story;
    story.per_thousand = from.per_thousand;
    story.is_answered = from.is_answered;
    story.days_ago_max = from.days_ago_max;
    for (const Sha256& hash : state.order) {
      const SignedAct& played_act = *std::ranges::find(acts, hash, &SignedAct::hash);
      StoryAct act;
      act.act = played_act.act;
      for (const Sha256& head : played_act.act.after)
        act.after.push_back(static_cast<std::size_t>(std::ranges::find(state.order, head) - state.order.begin()));
      act.is_signed_by_person = played_act.note.signatures.size() > 1;
      auto own = needles;
      const json::Value body = TRY(json::parse(*played_act.body));
      own.emplace_back(std::string(json::view(body.as_object().at("salt").as_string())), SALT);
      act.body = pieces_of(*played_act.body, own);
      story.acts.push_back(std::move(act));
    }
    story_of_thousand.insert(story_of_thousand.end(), story.per_thousand, stories.size());
    stories.push_back(std::move(story));
  }
  // The texts name the agency's people by their ids; told anew they are people of the unit, with keys of their own.
  for (const Story& story : stories)
    for (const StoryAct& act : story.acts)
      if (act.is_signed_by_person && act.act.person) {
        const auto key = std::pair(act.act.org.text(), *act.act.person);
        if (act.act.org == agency->organisation.id || person_signers.contains(key)) continue;
        const std::string name = inquiry::person_signer(act.act.org, *act.act.person);
        person_signers.emplace(key, TRY(note::Signer::create(name, crypto::Ed25519Secret::generate())));
      }
  for (std::size_t unit = 0; unit < kBenchUnits; ++unit)
    for (const PersonId& id : {person("head", unit), person("registrar", unit)})
      person_signers.emplace(std::pair(agency->organisation.id.text(), id),
                             TRY(note::Signer::create(inquiry::person_signer(agency->organisation.id, id), crypto::Ed25519Secret::generate())));
  for (const Story& story : stories)
    for (const StoryAct& act : story.acts)
      if (act.act.person && act.act.org == agency->organisation.id && !people.contains(act.act.person->hex()))
        return fail(Code::INTERNAL, "a story has a person without a part");
  parts_of_people = std::move(people);
  return {};
}

// The office's books: written as the node's own acts, when they are not there yet.
Status BenchWorld::Impl::furnish() {
  if (TRY(store->book_entry("person", MatterId{person(kAuditor, 0).bytes}))) return {};
  const auto put = [&](const char* book, const auto& id, const std::string& key, const json::Value& value) -> Status {
    TRY(office->put_entry_as_node(book, MatterId{id.bytes}, key, value));
    return {};
  };
  const auto put_person = [&](std::string_view role, std::size_t unit, std::size_t i, Role as, bool is_head = false) -> Status {
    party::Person out;
    out.id = person(role, unit, i);
    out.login = std::string(role) + std::to_string(unit) + "-" + std::to_string(i);
    out.name = std::string(kSurnames[(unit * 7 + i) % 16]) + " " + std::string(kGivenNames[(unit + i * 5) % 16]);
    out.post = "巡査部長";
    out.roles = {as};
    if (as != Role::AUDITOR) out.unit = id_of<UnitId>("unit", unit);
    out.is_unit_head = is_head;
    return put("person", out.id, out.login, json::encode(out));
  };
  for (std::size_t u = 0; u < kBenchUnits; ++u) {
    party::Unit unit;
    unit.id = id_of<UnitId>("unit", u);
    unit.name_ja = "想定第" + std::to_string(u + 1) + "課";
    unit.name_en = "Division " + std::to_string(u + 1);
    unit.is_register_office = true;
    unit.document_prefix = "想" + std::to_string(u + 1);
    TRY(put("unit", unit.id, {}, json::encode(unit)));
  }
  for (std::size_t u = 0; u < kBenchUnits; ++u) {
    for (std::size_t k = 0; k < kCasesOfUnit; ++k) {
      party::Case value;
      value.id = id_of<CaseId>("case", u, k);
      value.number = "令8想" + std::to_string(u + 1) + "-" + std::to_string(k + 1);
      value.title = std::string(kSurnames[(u + k) % 16]) + std::string(kGivenNames[(u * 3 + k / 16) % 16]) + "に係る詐欺事件";
      value.offence = "詐欺";
      value.unit = id_of<UnitId>("unit", u);
      value.opened = now_utc() - days(1500);
      TRY(put("case", value.id, value.number, json::encode(value)));
    }
  }
  for (std::size_t u = 0; u < kBenchUnits; ++u) {
    for (std::size_t i = 0; i < kOfficers; ++i) TRY(put_person("officer", u, i, Role::INVESTIGATOR));
    for (std::size_t i = 0; i < kSupervisors; ++i) TRY(put_person("supervisor", u, i, Role::SUPERVISOR));
    TRY(put_person("head", u, 0, Role::APPROVER, true));
    TRY(put_person("registrar", u, 0, Role::REGISTRAR));
  }
  return put_person(kAuditor, 0, 0, Role::AUDITOR);
}

Told BenchWorld::Impl::told(std::size_t n) const {
  const Sha256 chance = derived("chance", n);
  const Story& story = this->story(n);
  Told out;
  BenchInquiry& about = out.about;
  about.matter = id_of<MatterId>("matter", n);
  about.unit = n % kBenchUnits;  // so that serials of its register have no gaps
  about.officer = word_of(chance, 1) % kOfficers;
  about.is_answered = story.is_answered;
  const std::size_t k = word_of(chance, 2) % kCasesOfUnit;
  about.case_id = id_of<CaseId>("case", about.unit, k);
  about.case_number = "令8想" + std::to_string(about.unit + 1) + "-" + std::to_string(k + 1);
  about.account = "rei" + padded(n, 7);
  about.number = "想" + std::to_string(about.unit + 1) + "発令8第A" + std::to_string(n + 1) + "号";
  const std::size_t days_ago = word_of(chance, 3) % static_cast<std::size_t>(story.days_ago_max);
  constexpr std::int64_t kDay = 86'400;
  out.shift = seconds(static_cast<std::int64_t>(days_ago) * kDay + static_cast<std::int64_t>(word_of(chance, 3) / 7 % kDay));
  const std::size_t u = about.unit;
  out.slots[ACCOUNT] = about.account;
  out.slots[NUMBER] = about.number;
  out.slots[SERIAL] = "\"serial\":" + std::to_string(n / kBenchUnits + 1);
  out.slots[UNIT] = id_of<UnitId>("unit", u).hex();
  out.slots[CASE] = about.case_id.hex();
  out.slots[CASE_NUMBER] = about.case_number;
  out.slots[CASE_TITLE] = std::string(kSurnames[(u + k) % 16]) + std::string(kGivenNames[(u * 3 + k / 16) % 16]) + "に係る詐欺事件";
  out.slots[DUE] = day_played.plus_days(14 - static_cast<int>(days_ago)).iso();
  out.slots[OFFICER] = person("officer", u, about.officer).hex();
  out.slots[SUPERVISOR] = person("supervisor", u).hex();
  out.slots[HEAD] = person("head", u).hex();
  out.slots[REGISTRAR] = person("registrar", u).hex();
  return out;
}

std::string BenchWorld::Impl::body_of(const StoryAct& act, const Told& told, const std::vector<SignedAct>& before, std::size_t n,
                                      std::size_t i) const {
  std::string out;
  for (const Piece& piece : act.body) {
    if (piece.slot == LITERAL)
      out += piece.text;
    else if (piece.slot == SALT)
      out += to_base64(derived("salt", n, i).bytes);
    else if (piece.slot >= SLOTS)
      out += before[static_cast<std::size_t>(piece.slot - SLOTS)].hash.hex();
    else
      out += told.slots[static_cast<std::size_t>(piece.slot)];
  }
  return out;
}

Result<std::vector<SignedAct>> BenchWorld::Impl::acts_of(std::size_t n, const Told& told) const {
  std::vector<SignedAct> out;
  const Story& story = this->story(n);
  for (std::size_t i = 0; i < story.acts.size(); ++i) {
    const StoryAct& from = story.acts[i];
    SignedAct made;
    made.act = from.act;
    made.act.id = id_of<ActId>("act", n, i);
    made.act.matter = told.about.matter;
    made.act.at = from.act.at - told.shift;
    made.act.after.clear();
    for (const std::size_t place : from.after) made.act.after.push_back(out[place].hash);
    std::ranges::sort(made.act.after);
    if (from.act.person)
      if (const auto part = parts_of_people.find(from.act.person->hex()); part != parts_of_people.end())
        made.act.person = TRY(PersonId::parse(told.slots[static_cast<std::size_t>(part->second)]));
    std::string body = body_of(from, told, out, n, i);
    made.act.body = crypto::sha256(bytes_of(body));
    made.act.body_bytes = body.size();
    made.body = std::move(body);
    made.note.text = made.act.text();
    made.hash = inquiry::act_hash(made.note.text);
    made.note.signatures.push_back(TRY((made.act.org == self.id ? signer : provider_signer)->sign(made.note.text)));
    if (from.is_signed_by_person)
      made.note.signatures.push_back(TRY(person_signers.at({made.act.org.text(), *made.act.person}).sign(made.note.text)));
    out.push_back(std::move(made));
  }
  return out;
}

Result<store::OfficeBulk::Item> BenchWorld::Impl::item_of(std::size_t n, const store::OfficeBulk& bulk) const {
  const Told told = this->told(n);
  store::OfficeBulk::Item item;
  desk::Commit& commit = item.commit;
  commit.matter = told.about.matter;
  commit.acts = TRY(acts_of(n, told));
  commit.projection = inquiry::project(self.id, self.side, commit.acts, inquiry::fold(commit.acts));
  if (const auto& numbering = commit.projection->row.numbering)
    commit.register_rows.push_back({*numbering, commit.matter, "ISSUED", {}, commit.projection->row.created});
  item.terms = bulk.terms(*commit.projection);
  return item;
}

// By as many threads as the machine has cores.
Result<std::vector<store::OfficeBulk::Item>> BenchWorld::Impl::items_of(std::size_t first, std::size_t until, const store::OfficeBulk& bulk) const {
  std::vector<store::OfficeBulk::Item> out(until - first);
  std::atomic<std::size_t> next{first};
  const auto work = [&]() -> Status {
    for (std::size_t n = next++; n < until; n = next++) out[n - first] = TRY(item_of(n, bulk));
    return {};
  };
  std::vector<std::future<Status>> others;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) others.push_back(std::async(std::launch::async, work));
  Status done = work();
  for (auto& other : others)
    if (Status status = other.get(); !status) done = std::move(status);
  TRY(done);
  return out;
}

// The next portion is made while the one before is written.
Status BenchWorld::Impl::fill_file() {
  office.reset();
  store.reset();
  const auto bulk = TRY(store::OfficeBulk::open(path(".sqlite"), path(".scratch")));
  const auto start = Clock::now();
  const auto made = [&](std::size_t first) {
    return std::async(std::launch::async, [&, first] { return items_of(first, std::min(inquiries, first + kFilledAtOnce), *bulk); });
  };
  auto coming = made(0);
  for (std::size_t first = 0; first < inquiries;) {
    std::vector<store::OfficeBulk::Item> items = TRY(coming.get());
    first += items.size();
    if (first < inquiries) coming = made(first);
    TRY(bulk->add(std::move(items)));
    if (first % kToldEvery != 0 && first != inquiries) continue;
    const double rate = static_cast<double>(first) / std::chrono::duration<double>(Clock::now() - start).count();
    std::fprintf(stderr, "warifu bench: %zu of %zu inquiries, %.0f/s\n", first, inquiries, rate);
  }
  std::fprintf(stderr, "warifu bench: search terms and indexes\n");
  TRY(bulk->finish());
  return {};
}

// The same office, filled in a file, where that is fast.
Status BenchWorld::Impl::copy_to_postgres() {
  BenchCommand on_file = command;
  on_file.store_url.clear();
  TRY(TRY(BenchWorld::open(on_file, demo, inquiries))->fill());
  office.reset();
  store.reset();
  std::fprintf(stderr, "warifu bench: %zu inquiries are copied to PostgreSQL\n", inquiries);
  const auto from = TRY(store::open_sqlite({.file = folder + "/sqlite-" + std::to_string(inquiries) + ".sqlite", .access = store::Access::READ}));
  const auto to = TRY(store::open_postgres(
      {.url = command.store_url, .schema = schema(), .statement_timeout_ms = kCopyTimeoutMs, .hang_timeout_ms = kCopyTimeoutMs}));
  TRY(store::copy_office(*from, *to));
  // What autovacuum would do within minutes. SQLite's plans do not depend on statistics.
  return to->exec("VACUUM ANALYZE");
}

bool BenchWorld::is_filled() const { return impl_->is_filled(); }

Result<double> BenchWorld::fill() {
  if (is_filled()) return 0;
  const auto start = Clock::now();
  TRY(impl_->on_postgres() ? impl_->copy_to_postgres() : impl_->fill_file());
  TRY(write_file_durably(impl_->path(".loaded"), bytes_of(std::to_string(impl_->inquiries) + "\n"), 0600));
  const double took = std::chrono::duration<double>(Clock::now() - start).count();
  TRY(impl_->open_store());
  return static_cast<double>(impl_->inquiries) / took;
}

}  // namespace warifu::app

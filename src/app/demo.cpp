#include "app/demo.h"

#include <algorithm>
#include <filesystem>

#include "app/config.h"
#include "app/demo_cases.h"
#include "app/demo_local.h"
#include "app/demo_people.h"
#include "base/file.h"

namespace warifu::app {

namespace {

using inquiry::State;
using law::Category;
using party::OrganisationId;
using party::Role;
using text::SelectorInput;
using text::SelectorType;

constexpr int kDaysPlayed = 14;
constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;

struct PlayedCase {
  std::string org, slug, matter;
  std::string expected;
};
struct DemoRecord {  // DIR/demo.json: written when everything has been made
  std::vector<DemoAccount> accounts;
  std::vector<PlayedCase> played;
};
BOOST_DESCRIBE_STRUCT(PlayedCase, (), (org, slug, matter, expected))
BOOST_DESCRIBE_STRUCT(DemoRecord, (), (accounts, played))

std::string record_path(const std::string& data) { return data + "/demo.json"; }

Time at(Date day, int hour, int minute) { return tokyo_midnight(day) + hours(hour) + minutes(minute); }

}  // namespace

struct Demo::Impl {
  StageClock clock;
  std::unique_ptr<Node> node;
  DemoRecord record;

  Status make(const DemoOptions& options);
  Status make_organisation(LocalDesk& desks, const DemoOrganisation& from, const DemoOptions& options);
  Status play_waiting(LocalDesk& desks, Stage& stage, Date today);
  Status state_month(LocalDesk& desks, Stage& stage, const report::Month& month);
};

Demo::Demo(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Demo::~Demo() = default;
Node& Demo::node() { return *impl_->node; }
Result<std::vector<DemoAccount>> Demo::accounts() const { return impl_->record.accounts; }

Result<std::unique_ptr<Demo>> Demo::open(const std::string& data, const std::string& store_url, const std::string& origin,
                                         const DemoOptions& options) {
  auto impl = std::make_unique<Impl>();
  NodeOptions node_options;
  node_options.data = data;
  node_options.store_url = store_url;
  node_options.origin = origin;
  node_options.is_demo = true;
  node_options.file_bytes_max = file_bytes_max_of(TRY(config_of_folder(data)));
  node_options.password_cost = {1, 1024 * 1024};  // the passwords of the demo are printed anyway
  Impl* raw = impl.get();
  node_options.clock = [raw] { return raw->clock.now(); };
  if (const Result<std::string> text = read_file(record_path(data), kFileBytesMax)) {
    impl->record = TRY(json::decode_text<DemoRecord>(*text));
    impl->node = TRY(Node::open(node_options));
    return std::unique_ptr<Demo>(new Demo(std::move(impl)));
  }
  // Something else lies there, or a demo that was never finished: nothing of anybody's is removed without being asked.
  std::error_code ignored;
  if (std::filesystem::exists(data, ignored) && !std::filesystem::is_empty(data, ignored))
    return fail(Code::CONFLICT, "the folder is not empty and holds no finished demo; choose another or remove it", data);
  const Date first_day = tokyo_date(now_utc()).plus_days(-kDaysPlayed);
  impl->clock.set(at(first_day, 8, 30));
  impl->node = TRY(Node::create(node_options));
  TRY(impl->make(options));
  impl->clock.release();
  TRY(write_file_durably(record_path(data), bytes_of(json::pretty(json::encode(impl->record)) + "\n"), 0600));
  const std::string accounts = json::pretty(json::encode(impl->record.accounts)) + "\n";
  TRY(write_file_durably(data + "/demo-accounts.json", bytes_of(accounts), 0600));
  return std::unique_ptr<Demo>(new Demo(std::move(impl)));
}

Status Demo::Impl::make(const DemoOptions& options) {
  LocalDesk desks(*node);
  Stage stage(desks, clock);
  for (const DemoOrganisation& organisation : demo_organisations()) TRY(make_organisation(desks, organisation, options));
  const Date today = tokyo_date(now_utc());
  const DemoCases cases{stage, clock, today.plus_days(-kDaysPlayed),
                        [this](std::string_view org, std::string_view slug, const MatterId& matter, State expected) {
                          record.played.push_back({std::string(org), std::string(slug), matter.hex(), std::string(enum_text(expected))});
                        }};
  TRY(cases.play());
  if (options.with_waiting) TRY(play_waiting(desks, stage, today));
  clock.set(std::max(clock.now(), at(today, 0, 1)));
  return state_month(desks, stage, report::Month::of(at(today.plus_days(-kDaysPlayed), 9, 0)));
}

// The portal states what it received from one agency in the month in which the playing began, so that both books can be held together.
Status Demo::Impl::state_month(LocalDesk& desks, Stage& stage, const report::Month& month) {
  const desk::StatementCommand command{TRY(OrganisationId::parse("kakuu-police.demo")), month.text()};
  TRY(desks.office("portal.demo").issue_statement(desks.caller({"portal.demo", "kakunin", Role::RELEASER}), command));
  return stage.deliver();
}

Status Demo::Impl::make_organisation(LocalDesk& desks, const DemoOrganisation& from, const DemoOptions& options) {
  const party::Organisation organisation = demo_organisation(from);
  TRY(furnish_demo_folder(node->folder_of(organisation.id), from, options.customers));
  Hosted* hosted = TRY(node->add_organisation(organisation));
  for (DemoMade& made : TRY(furnish_demo_office(*node, *hosted, from))) {
    desks.add(organisation.id, made.account.login, {made.person, made.account.roles, std::move(made.key)});
    record.accounts.push_back(std::move(made.account));
  }
  return {};
}

Status Demo::Impl::play_waiting(LocalDesk& desks, Stage& stage, Date today) {
  constexpr std::string_view kKakuu = "kakuu-police.demo";
  using Step = Stage::Step;
  using Work = Stage::Work;
  std::size_t n = 100;
  const auto one = [&](std::string_view case_key) {
    ++n;
    return demo_draft(kKakuu, case_key, "portal.demo",
                      {demo_item(demo_selector(SelectorType::ACCOUNT_ID, store::demo_account(n), "portal.demo"), {Category::K1}, "会員の確認のため",
                                 "被害届に記載された会員であるため。")});
  };
  // Long due: dispatched early, answered by nobody.
  clock.set(at(today.plus_days(-12), 10, 0));
  desk::DraftCommand old = one("auction");
  old.due = today.plus_days(-4);
  const MatterId overdue = TRY(stage.inquire(kKakuu, old, Step::DISPATCHED));
  TRY(stage.work("portal.demo", overdue, Work::ASSIGNED));
  int day = -5;
  // One matter at each of the agency's desks …
  for (const Step step : {Step::DRAFTED, Step::READY, Step::CHECKED, Step::APPROVED, Step::NUMBERED}) {
    clock.set(at(today.plus_days(day++), 9, 40));
    TRY(stage.inquire(kKakuu, one("auction"), step));
  }
  // … and at each of the provider's.
  day = -6;
  for (const std::optional<Work> work :
       {std::optional<Work>(), std::optional(Work::TRIAGED), std::optional(Work::ACCEPTED), std::optional(Work::ASSIGNED),
        std::optional(Work::COLLECTED), std::optional(Work::CHECKED), std::optional(Work::RELEASED)}) {
    clock.set(at(today.plus_days(day), 13, 5));
    day = std::min(day + 1, -1);
    desk::DraftCommand command = one(work ? "access" : "auction");
    if (work == Work::COLLECTED) command.urgency = law::Urgency::URGENT;
    const MatterId matter = TRY(stage.inquire(kKakuu, command, Step::DISPATCHED));
    if (work) TRY(stage.work("portal.demo", matter, *work));
  }
  // One question for the legal desk, one inquiry of the station, one that was made by telephone.
  clock.set(at(today.plus_days(-2), 15, 0));
  desk::DraftCommand legal = one("threat");
  legal.items[0].asks_registration_address = true;
  legal.items[0].purpose = "登録時の接続元の確認のため";
  TRY(stage.work("portal.demo", TRY(stage.inquire(kKakuu, legal, Step::DISPATCHED)), Work::TRIAGED));
  clock.set(at(today.plus_days(-2), 16, 0));
  TRY(stage.inquire(kKakuu, one("station"), Step::READY, true));
  clock.set(at(today.plus_days(-1), 20, 30));
  desk::OralCommand oral;
  oral.case_id = demo_id<CaseId>("case", kKakuu, "transfer");
  oral.to = TRY(OrganisationId::parse("bank.demo"));
  oral.summary = "振込直後のため、口座の残高の有無を電話で照会した。";
  oral.asked_at = to_rfc3339_tokyo(at(today.plus_days(-1), 20, 10));
  TRY(desks.office(kKakuu).record_oral(desks.caller({kKakuu, "tantou", Role::INVESTIGATOR}), oral));
  return {};
}

Result<std::vector<DemoMatter>> Demo::matters() {
  std::vector<DemoMatter> out;
  for (const PlayedCase& played : impl_->record.played) {
    Hosted* hosted = impl_->node->find(TRY(OrganisationId::parse(played.org)));
    if (hosted == nullptr) return fail(Code::NOT_FOUND, "the organisation is not hosted", played.org);
    const MatterId matter = TRY(MatterId::parse(played.matter));
    const inquiry::MatterRow row = TRY(hosted->store->row(matter));
    DemoMatter shown;
    shown.number = played.org + ":" + row.number;
    shown.case_ = played.slug;
    shown.state = row.state;
    shown.acts = static_cast<int>(TRY(hosted->store->acts(matter)).size());
    shown.expected = TRY(enum_parse<State>(played.expected));
    out.push_back(std::move(shown));
  }
  return out;
}

Result<Demo::Device> Demo::device(const OrganisationId& org, const PersonId& person) const {
  return Device{TRY(read_file(demo_device_path(impl_->node->folder_of(org), person, "keyfile"), kFileBytesMax)),
                TRY(read_file(demo_device_path(impl_->node->folder_of(org), person, "device"), kFileBytesMax))};
}

}  // namespace warifu::app

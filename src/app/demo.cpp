#include "app/demo.h"

#include <algorithm>
#include <filesystem>

#include "app/demo_stage.h"
#include "app/demo_world.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "crypto/keyfile.h"

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
std::string device_path(const Node& node, const OrganisationId& org, const PersonId& person, std::string_view what) {
  return node.folder_of(org) + "/devices/" + person.hex() + "." + std::string(what);
}

// Ids follow from names, so that the scenario is the same every time.
template <class AnyId>
AnyId id_of(std::string_view kind, std::string_view org, std::string_view key) {
  const std::string text = "warifu-demo\n" + std::string(kind) + "\n" + std::string(org) + "\n" + std::string(key);
  const Sha256 digest = crypto::sha256(text);
  AnyId id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Time at(Date day, int hour, int minute) { return tokyo_midnight(day) + hours(hour) + minutes(minute); }

desk::DraftItem item(SelectorInput selector, std::vector<Category> categories, std::string purpose, std::string necessity) {
  desk::DraftItem out;
  out.selector = std::move(selector);
  out.categories = std::move(categories);
  out.purpose = std::move(purpose);
  out.necessity = std::move(necessity);
  return out;
}

SelectorInput selector(SelectorType type, std::string value, std::optional<std::string> service = std::nullopt) {
  SelectorInput out;
  out.type = type;
  out.value = std::move(value);
  out.service = std::move(service);
  return out;
}

SelectorInput bank_account(std::string number) {
  SelectorInput out = selector(SelectorType::BANK_ACCOUNT, std::move(number));
  out.bank = "9990";
  out.branch = "001";
  out.kind = "普通";
  return out;
}

}  // namespace

struct Demo::Impl {
  StageClock clock;
  std::unique_ptr<Node> node;
  DemoRecord record;

  Status make(const DemoOptions& options);
  Status make_organisation(Stage& stage, const DemoOrganisation& from, const DemoOptions& options);
  Status make_people(Stage& stage, Hosted& hosted, const DemoOrganisation& from);
  Status play(Stage& stage, Date first_day);
  Status play_waiting(Stage& stage, Date today);
  Status state_month(Stage& stage, const report::Month& month);
  void played(std::string_view org, std::string_view slug, const MatterId& matter, State expected) {
    record.played.push_back({std::string(org), std::string(slug), matter.hex(), std::string(enum_text(expected))});
  }
  [[nodiscard]] static desk::DraftCommand draft(std::string_view org, std::string_view case_key, std::string_view to,
                                                std::vector<desk::DraftItem> items) {
    desk::DraftCommand command;
    command.case_id = id_of<CaseId>("case", org, case_key);
    command.to = OrganisationId::parse(to).value();
    command.items = std::move(items);
    command.answer_how = "本システムにより回答願います。";
    return command;
  }
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
  Stage stage(*node, clock);
  for (const DemoOrganisation& organisation : demo_organisations()) TRY(make_organisation(stage, organisation, options));
  const Date today = tokyo_date(now_utc());
  TRY(play(stage, today.plus_days(-kDaysPlayed)));
  if (options.with_waiting) TRY(play_waiting(stage, today));
  clock.set(std::max(clock.now(), at(today, 0, 1)));
  return state_month(stage, report::Month::of(at(today.plus_days(-kDaysPlayed), 9, 0)));
}

// The portal states what it received from one agency in the month in which the playing began, so that both books can be held together.
Status Demo::Impl::state_month(Stage& stage, const report::Month& month) {
  const desk::StatementCommand command{TRY(OrganisationId::parse("kakuu-police.demo")), month.text()};
  TRY(stage.office("portal.demo").issue_statement(stage.caller("portal.demo", "kakunin", Role::RELEASER), command));
  return stage.deliver();
}

Status Demo::Impl::make_organisation(Stage& stage, const DemoOrganisation& from, const DemoOptions& options) {
  party::Organisation organisation;
  organisation.id = TRY(OrganisationId::parse(from.id));
  organisation.side = from.side;
  organisation.name_ja = from.name_ja;
  organisation.name_en = from.name_en;
  organisation.recipient_class = from.side == party::Side::AGENCY ? law::RecipientClass::LOCAL_GOVERNMENT : law::RecipientClass::BUSINESS_OPERATOR;
  organisation.address = from.address;
  organisation.telephone = from.telephone;
  organisation.kinds = {std::string(from.kind)};
  const std::string folder = node->folder_of(organisation.id);
  TRY(make_directories(folder + "/devices", 0700));
  if (from.customers) {
    TRY(store::write_demo_customers(folder + "/customers.sqlite", *from.customers, options.customers));
    TRY(write_file_durably(folder + "/sources.toml", bytes_of(from.sources), 0600));
  }
  Hosted* hosted = TRY(node->add_organisation(organisation));
  for (const DemoUnit& unit : from.units) {
    party::Unit value;
    value.id = id_of<UnitId>("unit", from.id, unit.key);
    value.name_ja = unit.name_ja;
    value.name_en = unit.name_en;
    value.is_register_office = unit.is_register_office;
    value.document_prefix = unit.prefix;
    TRY(hosted->office->put_entry_as_node("unit", MatterId{value.id.bytes}, {}, json::encode(value)));
  }
  TRY(make_people(stage, *hosted, from));
  for (const DemoCase& given : from.cases) {
    party::Case value;
    value.id = id_of<CaseId>("case", from.id, given.key);
    value.number = given.number;
    value.title = given.title;
    value.offence = given.offence;
    value.unit = id_of<UnitId>("unit", from.id, given.key == "station" ? "central" : "cyber");
    value.opened = clock.now();
    TRY(hosted->office->put_entry_as_node("case", MatterId{value.id.bytes}, value.number, json::encode(value)));
  }
  if (!from.profile.empty()) {
    party::AnswerProfile profile;
    profile.organisation = organisation.id;
    profile.entries = from.profile;
    profile.media = {"application/pdf", "text/csv"};
    profile.contact_ja = "平日 9:00〜17:00";
    profile.contact_en = "Weekdays 9:00–17:00";
    TRY(hosted->office->put_entry_as_node("profile", id_of<MatterId>("profile", from.id, ""), {}, json::encode(profile)));
    TRY(node->directory().publish_profile(profile));
  }
  return {};
}

Status Demo::Impl::make_people(Stage& stage, Hosted& hosted, const DemoOrganisation& from) {
  const OrganisationId org = hosted.organisation.id;
  const desk::OrganisationKeys keys = node->organisation_keys(org);
  const std::string origin = node->directory_keys().directory.verifier().name;
  const Time since = clock.now();
  std::shared_ptr<const note::Signer> first_person;
  int admitted = 0;
  for (const DemoPerson& given : from.people) {
    party::Person person;
    person.id = id_of<PersonId>("person", from.id, given.login);
    person.login = given.login;
    person.name = given.name;
    person.kana = std::string(given.kana);
    person.post = given.post;
    if (!given.unit.empty()) person.unit = id_of<UnitId>("unit", from.id, given.unit);
    person.roles = given.roles;
    person.is_unit_head = given.is_unit_head;
    person.mail = std::string(given.login) + "@" + std::string(from.id).substr(0, std::string(from.id).find('.')) + ".example";
    person.telephone = from.telephone;
    person.extension = std::string(given.pin).substr(2);
    TRY(hosted.office->put_entry_as_node("person", MatterId{person.id.bytes}, person.login, json::encode(person)));

    // The key is born here as it would be on the person's device, and lies sealed under the PIN.
    const crypto::Ed25519Secret secret = crypto::Ed25519Secret::generate();
    const crypto::DeviceSecret device = crypto::new_device_secret();
    const std::string keyfile = TRY(crypto::seal_keyfile(org.text(), person.id, secret, crypto::Pin(std::string(given.pin)), device));
    TRY(write_file_durably(device_path(*node, org, person.id, "keyfile"), bytes_of(keyfile), 0600));
    TRY(write_file_durably(device_path(*node, org, person.id, "device"), bytes_of(crypto::device_secret_text(device)), 0600));
    auto signer = std::make_shared<const note::Signer>(TRY(note::Signer::create(inquiry::person_signer(org, person.id), secret)));
    if (!first_person) first_person = signer;
    for (const Role role : given.roles) {
      const note::PersonEntry entry =
          TRY(desk::new_person_entry(origin, org, person.id, role, person.unit, signer->verifier(), since, since + desk::kKeyPeriod));
      // The first two people are brought in by the root key, everybody after them by the first person's hand.
      const note::Signer& second = admitted < 2 ? keys.root : *first_person;
      TRY(node->directory().add_entry(TRY(desk::person_entry(entry, keys.sign, second))));
    }
    ++admitted;
    TRY(hosted.logins->enrol_as_node(person.id, signer->verifier(), "demo"));
    TRY(hosted.logins->set_password_as_node(person.id, std::string(kDemoPassword)));
    stage.add(org, std::string(given.login), {person.id, given.roles, signer});
    record.accounts.push_back({org.text(), std::string(from.name_ja), std::string(given.login), std::string(kDemoPassword), std::string(given.pin),
                               std::string(given.name), std::string(given.post), given.roles});
  }
  return {};
}

Status Demo::Impl::play(Stage& stage, Date first_day) {
  constexpr std::string_view kKakuu = "kakuu-police.demo", kMihon = "mihon-police.demo";
  using Step = Stage::Step;
  using Work = Stage::Work;

  // Auction fraud: an account name leads to its holder.
  clock.set(at(first_day, 9, 10));
  const MatterId auction = TRY(stage.inquire(kKakuu,
                                             draft(kKakuu, "auction", "portal.demo",
                                                   {item(selector(SelectorType::ACCOUNT_ID, store::demo_account(42), "portal.demo"), {Category::K1},
                                                         "出品者の特定のため", "代金を支払ったが商品が届かないとの被害届3件の出品者であるため。")}),
                                             Step::DISPATCHED));
  TRY(stage.work("portal.demo", auction, Work::RELEASED));
  TRY(stage.take_answer(kKakuu, auction, inquiry::Outcome::SUSPECT_IDENTIFIED));
  played(kKakuu, "auction-fraud", auction, State::ANSWERED);

  // Transfer fraud with victims in both prefectures: the same account, two agencies, each answered on its own (M-A6).
  clock.set(at(first_day.plus_days(2), 10, 0));
  desk::DraftItem account = item(bank_account(store::demo_bank_number(17)), {Category::K1, Category::K7},
                                 "振込先口座の名義人及び資金の流れの確認のため", "被害者が現金を振り込んだ口座であるため。");
  account.period = desk::PeriodInput{to_rfc3339_tokyo(at(first_day.plus_days(-90), 0, 0)), to_rfc3339_tokyo(at(first_day, 0, 0))};
  const MatterId transfer_kakuu = TRY(stage.inquire(kKakuu, draft(kKakuu, "transfer", "bank.demo", {account}), Step::DISPATCHED));
  TRY(stage.work("bank.demo", transfer_kakuu, Work::RELEASED));
  TRY(stage.take_answer(kKakuu, transfer_kakuu, inquiry::Outcome::DAMAGE_PREVENTED));
  played(kKakuu, "transfer-fraud-kakuu", transfer_kakuu, State::ANSWERED);
  clock.set(at(first_day.plus_days(3), 9, 30));
  const MatterId transfer_mihon = TRY(stage.inquire(kMihon, draft(kMihon, "transfer", "bank.demo", {account}), Step::DISPATCHED));
  TRY(stage.work("bank.demo", transfer_mihon, Work::RELEASED));
  TRY(stage.take_answer(kMihon, transfer_mihon, std::nullopt));
  played(kMihon, "transfer-fraud-mihon", transfer_mihon, State::ANSWERED);

  // Who used this address at that time: the name behind a communication needs a warrant.
  clock.set(at(first_day.plus_days(4), 13, 20));
  SelectorInput address = selector(SelectorType::IP_ADDRESS, "192.0.2.45");
  address.port = 40123;
  address.at = to_rfc3339_tokyo(at(first_day.plus_days(-3), 21, 14));
  const MatterId access = TRY(stage.inquire(
      kKakuu,
      draft(kKakuu, "access", "net.demo",
            {item(address, {Category::K1}, "不正アクセス元の契約者の確認のため", "被害サーバの接続記録に残されたアドレスであるため。")}),
      Step::DISPATCHED));
  TRY(stage.work("net.demo", access, Work::RELEASED));
  TRY(stage.take_answer(kKakuu, access, std::nullopt));
  played(kKakuu, "address-at-time", access, State::NEEDS_WARRANT);

  // Over-broad: three years of transfers are narrowed to three months, as a second version with its own approval and serial.
  clock.set(at(first_day.plus_days(5), 11, 0));
  desk::DraftItem transfers = item(selector(SelectorType::ACCOUNT_ID, store::demo_crypto_account(33), "coin.demo"), {Category::K1, Category::K7},
                                   "資金の移転先の確認のため", "犯罪収益が送付された口座であるため。");
  transfers.period = desk::PeriodInput{to_rfc3339_tokyo(at(first_day.plus_days(-1095), 0, 0)), to_rfc3339_tokyo(at(first_day, 0, 0))};
  const MatterId crypto = TRY(stage.inquire(kMihon, draft(kMihon, "crypto", "coin.demo", {transfers}), Step::DISPATCHED));
  TRY(stage.work("coin.demo", crypto, Work::RELEASED));
  TRY(stage.take_answer(kMihon, crypto, std::nullopt));
  clock.set(at(first_day.plus_days(7), 9, 0));
  transfers.period = desk::PeriodInput{to_rfc3339_tokyo(at(first_day.plus_days(-90), 0, 0)), to_rfc3339_tokyo(at(first_day, 0, 0))};
  desk::DraftCommand narrowed = draft(kMihon, "crypto", "coin.demo", {transfers});
  narrowed.matter = crypto;
  TRY(stage.inquire(kMihon, narrowed, Step::DISPATCHED));
  TRY(stage.work("coin.demo", crypto, Work::RELEASED));
  TRY(stage.take_answer(kMihon, crypto, inquiry::Outcome::STILL_INVESTIGATING));
  played(kMihon, "over-broad", crypto, State::ANSWERED);

  // Nobody holds data for it.
  clock.set(at(first_day.plus_days(8), 14, 0));
  const MatterId missing = TRY(stage.inquire(kMihon,
                                             draft(kMihon, "missing", "mvno.demo",
                                                   {item(selector(SelectorType::TELEPHONE, "060-9999-9999"), {Category::K1}, "契約者の確認のため",
                                                         "不正に契約されたとみられる電話番号であるため。")}),
                                             Step::DISPATCHED));
  TRY(stage.work("mvno.demo", missing, Work::RELEASED));
  TRY(stage.take_answer(kMihon, missing, std::nullopt));
  played(kMihon, "none-held", missing, State::NONE_HELD);

  // Two things asked at once, one of them not to be had without a warrant; then the matter is closed.
  clock.set(at(first_day.plus_days(9), 10, 30));
  const MatterId mixed = TRY(stage.inquire(kKakuu,
                                           draft(kKakuu, "threat", "portal.demo",
                                                 {item(selector(SelectorType::ACCOUNT_ID, store::demo_account(77), "portal.demo"), {Category::K1},
                                                       "投稿者とみられる会員の確認のため", "被害者が特定した会員であるため。"),
                                                  item(selector(SelectorType::ACCOUNT_ID, store::demo_account(77), "portal.demo"), {Category::K3},
                                                       "接続記録の確認のため", "投稿との関連を確かめるため。")}),
                                           Step::DISPATCHED));
  TRY(stage.work("portal.demo", mixed, Work::RELEASED));
  TRY(stage.take_answer(kKakuu, mixed, inquiry::Outcome::LEAD_EXCLUDED));
  stage.pass(hours(1));
  TRY(stage.office(kKakuu).close(stage.caller(kKakuu, "tantou", Role::INVESTIGATOR), mixed, {.comment = "令状請求を別途検討する。"}));
  played(kKakuu, "partly-answered-closed", mixed, State::CLOSED);

  // Withdrawn before anybody answered.
  clock.set(at(first_day.plus_days(10), 9, 0));
  const MatterId withdrawn = TRY(stage.inquire(
      kKakuu,
      draft(kKakuu, "auction", "mvno.demo",
            {item(selector(SelectorType::TELEPHONE, "060-1000-0063"), {Category::K1}, "契約者の確認のため", "出品者が連絡先とした番号であるため。")}),
      Step::DISPATCHED));
  stage.pass(hours(3));
  TRY(stage.office(kKakuu).withdraw(stage.caller(kKakuu, "tantou", Role::INVESTIGATOR), withdrawn, {"出品者が判明したため。"}));
  TRY(stage.deliver());
  played(kKakuu, "withdrawn", withdrawn, State::WITHDRAWN);
  return {};
}

Status Demo::Impl::play_waiting(Stage& stage, Date today) {
  constexpr std::string_view kKakuu = "kakuu-police.demo";
  using Step = Stage::Step;
  using Work = Stage::Work;
  std::size_t n = 100;
  const auto one = [&](std::string_view case_key) {
    ++n;
    return draft(kKakuu, case_key, "portal.demo",
                 {item(selector(SelectorType::ACCOUNT_ID, store::demo_account(n), "portal.demo"), {Category::K1}, "会員の確認のため",
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
  oral.case_id = id_of<CaseId>("case", kKakuu, "transfer");
  oral.to = TRY(OrganisationId::parse("bank.demo"));
  oral.summary = "振込直後のため、口座の残高の有無を電話で照会した。";
  oral.asked_at = to_rfc3339_tokyo(at(today.plus_days(-1), 20, 10));
  TRY(stage.office(kKakuu).record_oral(stage.caller(kKakuu, "tantou", Role::INVESTIGATOR), oral));
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
  return Device{TRY(read_file(device_path(*impl_->node, org, person, "keyfile"), kFileBytesMax)),
                TRY(read_file(device_path(*impl_->node, org, person, "device"), kFileBytesMax))};
}

}  // namespace warifu::app

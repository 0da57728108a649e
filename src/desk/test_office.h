#pragma once
// For tests only: a small world of one agency and one provider, each with its own store, people of every role with keys, a directory in
// memory, a courier that calls the other office directly and a clock that the test moves. All of it is invented.
//
//   TestWorld world;
//   const MatterId matter = world.dispatched({world.item("ex-1001")});   // drafted, checked, approved, numbered, dispatched, delivered
//   world.assigned(matter);                                              // triaged, accepted, assigned to the first operator
//   world.provider().collect(world.op, matter, …);

#include <atomic>

#include "desk/fake_store.h"
#include "desk/office.h"
#include "inquiry/bodies.h"
#include "json/write.h"

namespace warifu::desk {

class TestClock {
 public:
  [[nodiscard]] Time now() const { return {us_.load()}; }
  void advance(Duration by) { us_ += by.us; }
  void set(Time to) { us_ = to.us; }

 private:
  std::atomic<std::int64_t> us_{Time::from_seconds(1'795'237'500).us};  // 2026-11-21 14:05 in Japan
};

// What every member knows of the others. add_entry takes signed notes as the real one does: an organisation's key signed by the root of this
// directory, a person's by its organisation.
class FakeDirectory final : public Directory {
 public:
  FakeDirectory() : root_(note::Signer::create("directory.example/root", crypto::Ed25519Secret::generate()).value()) {}

  void put_key(const party::OrganisationId& org, note::VerifierKey key, Time from, Time until) {
    const std::scoped_lock lock(mutex_);
    keys_.push_back({org, std::move(key), from, until});
  }
  void put_person(PublishedPerson person) {
    const std::scoped_lock lock(mutex_);
    people_.push_back(std::move(person));
  }
  void put_web(const party::OrganisationId& org, note::RelyingParty party, Time from, Time until) {
    const std::scoped_lock lock(mutex_);
    web_.push_back({org, std::move(party), from, until});
  }
  // Ends every key of a person: as after a loss.
  void revoke_person(const PersonId& person, Time until) {
    const std::scoped_lock lock(mutex_);
    for (PublishedPerson& entry : people_)
      if (entry.person == person) {
        entry.is_ended_early = entry.is_ended_early || until < entry.until;
        entry.until = std::min(entry.until, until);
      }
  }
  // The end of one entry, as its successor says it.
  void end_person(const PublishedPerson& successor) {
    const std::scoped_lock lock(mutex_);
    for (PublishedPerson& entry : people_)
      if (entry.org == successor.org && entry.person == successor.person && entry.role == successor.role && entry.unit == successor.unit &&
          entry.delegator == successor.delegator && entry.key == successor.key && entry.from == successor.from) {
        entry.is_ended_early = entry.is_ended_early || successor.until < entry.until;
        entry.until = std::min(entry.until, successor.until);
      }
  }
  [[nodiscard]] const note::Signer& root_signer() const { return root_; }
  // As on a node that follows a log kept elsewhere.
  void verify_as_of(Time at) {
    const std::scoped_lock lock(mutex_);
    verified_as_of_ = at;
  }
  Result<std::optional<Time>> verified_as_of() const override {
    const std::scoped_lock lock(mutex_);
    return verified_as_of_;
  }

  Result<std::vector<party::Organisation>> organisations() const override {
    const std::scoped_lock lock(mutex_);
    std::vector<party::Organisation> out;
    for (const auto& [id, organisation] : organisations_) out.push_back(organisation);
    return out;
  }
  Result<std::optional<party::Organisation>> organisation(const party::OrganisationId& org) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = organisations_.find(org);
    return found == organisations_.end() ? std::optional<party::Organisation>{} : std::optional<party::Organisation>(found->second);
  }
  Result<std::optional<party::AnswerProfile>> profile(const party::OrganisationId& org) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = profiles_.find(org);
    return found == profiles_.end() ? std::optional<party::AnswerProfile>{} : std::optional<party::AnswerProfile>(found->second);
  }
  Result<std::vector<note::VerifierKey>> organisation_keys(const party::OrganisationId& org, Time at) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<note::VerifierKey> out;
    for (const Key& key : keys_)
      if (key.org == org && key.from <= at && at < key.until) out.push_back(key.key);
    return out;
  }
  Result<std::vector<PublishedPerson>> person(const party::OrganisationId& org, const PersonId& person, Time at) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<PublishedPerson> out;
    for (const PublishedPerson& entry : people_)
      if (entry.org == org && entry.person == person && entry.from <= at && at < entry.until) out.push_back(entry);
    return out;
  }
  Result<std::vector<note::RelyingParty>> relying_parties(const party::OrganisationId& org, Time at) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<note::RelyingParty> out;
    for (const Web& web : web_)
      if (web.org == org && web.from <= at && at < web.until) out.push_back(web.party);
    return out;
  }
  Result<std::vector<std::string>> entries() const override {
    const std::scoped_lock lock(mutex_);
    return entries_;
  }
  Status add_entry(const std::string& raw) override {
    const note::Note note = TRY(note::Note::parse(raw));
    if (const Result<note::KeyEntry> entry = note::KeyEntry::parse(note.text)) {
      TRY(note::require(note, root_.verifier()));
      const party::OrganisationId org = TRY(party::OrganisationId::parse(entry->org));
      if (const std::optional<note::RelyingParty> party = entry->relying_party())
        put_web(org, *party, entry->valid.from, entry->valid.until);
      else
        put_key(org, TRY(entry->verifier()), entry->valid.from, entry->valid.until);
    } else {
      const note::PersonEntry person_entry = TRY(note::PersonEntry::parse(note.text));
      const party::OrganisationId org = TRY(party::OrganisationId::parse(person_entry.org));
      TRY(note::verify(note, TRY(organisation_keys(org, person_entry.valid.from))));
      PublishedPerson published{org,
                                person_entry.person,
                                TRY(enum_parse<party::Role>(person_entry.role)),
                                person_entry.unit,
                                person_entry.delegator,
                                TRY(person_entry.person_key()),
                                person_entry.valid.from,
                                person_entry.valid.until};
      if (person_entry.previous)
        end_person(published);
      else
        put_person(std::move(published));
    }
    const std::scoped_lock lock(mutex_);
    entries_.push_back(raw);
    return {};
  }
  Status publish_organisation(const party::Organisation& organisation) override {
    const std::scoped_lock lock(mutex_);
    organisations_[organisation.id] = organisation;
    return {};
  }
  Status publish_profile(const party::AnswerProfile& profile) override {
    const std::scoped_lock lock(mutex_);
    profiles_[profile.organisation] = profile;
    return {};
  }
  note::VerifierKey root() const override { return root_.verifier(); }
  // What is given out stays over the entries that are there now: those whom the house wants have cosigned no longer one. False: all of them again.
  void hold_checkpoint(bool is_held) {
    const std::scoped_lock lock(mutex_);
    seen_ = is_held ? std::optional(entries_.size()) : std::nullopt;
  }
  Result<std::string> checkpoint(Time) const override {
    const std::scoped_lock lock(mutex_);
    const std::size_t size = seen_.value_or(entries_.size());
    crypto::Sha256Stream all;
    for (std::size_t i = 0; i < size; ++i) all.update(entries_[i]);
    const std::string text = "directory.example/test\n" + std::to_string(size) + "\n" + to_base64(all.finish().bytes) + "\n";
    const std::vector<note::Signer> signers{root_};
    return TRY(note::sign_note(text, signers)).serialise();
  }

 private:
  struct Key {
    party::OrganisationId org;
    note::VerifierKey key;
    Time from, until;
  };
  struct Web {
    party::OrganisationId org;
    note::RelyingParty party;
    Time from, until;
  };
  note::Signer root_;
  mutable std::mutex mutex_;
  std::map<party::OrganisationId, party::Organisation> organisations_;
  std::map<party::OrganisationId, party::AnswerProfile> profiles_;
  std::vector<Key> keys_;
  std::vector<PublishedPerson> people_;
  std::vector<Web> web_;
  std::vector<std::string> entries_;
  std::optional<std::size_t> seen_;
  std::optional<Time> verified_as_of_;
};

// Delivers by calling the other office. Can be cut, and keeps what it carried.
class LocalCourier final : public exchange::Courier {
 public:
  void connect(Office& office) { offices_[office.self().id] = &office; }
  void cut(bool is_cut) { is_cut_ = is_cut; }
  [[nodiscard]] const std::vector<exchange::Parcel>& carried() const { return carried_; }

  std::vector<Status> deliver(std::span<const exchange::Parcel> parcels) override {
    std::vector<Status> out;
    for (const exchange::Parcel& parcel : parcels) out.push_back(deliver_one(parcel));
    return out;
  }

 private:
  Status deliver_one(const exchange::Parcel& parcel) {
    if (is_cut_) return fail(Code::PEER_UNAVAILABLE, "the line is cut");
    const auto found = offices_.find(parcel.to);
    if (found == offices_.end()) return fail(Code::PEER_UNAVAILABLE, "nobody of that name here");
    TRY(found->second->receive(parcel));
    carried_.push_back(parcel);
    return {};
  }

  std::map<party::OrganisationId, Office*> offices_;
  bool is_cut_ = false;
  std::vector<exchange::Parcel> carried_;
};

template <class T>
T must(Result<T> result, const char* what = "must") {
  if (!result) {
    const std::string text =
        std::string(what) + ": " + std::string(sentence(result.error().code).name) + " " + result.error().where + " " + result.error().message;
    detail::check_failed(text.c_str(), __FILE__, __LINE__);
  }
  return std::move(*result);
}
inline void must(Status status, const char* what = "must") {
  if (!status) {
    const std::string text =
        std::string(what) + ": " + std::string(sentence(status.error().code).name) + " " + status.error().where + " " + status.error().message;
    detail::check_failed(text.c_str(), __FILE__, __LINE__);
  }
}

// One office with its store and its people. Every person has one key, published for each of the person's roles.
struct TestOffice {
  party::Organisation self;
  std::shared_ptr<Store> store;
  std::shared_ptr<FakeDirectory> directory;
  std::shared_ptr<const note::Signer> signer;
  std::map<PersonId, note::Signer> person_signers;
  std::unique_ptr<Office> office;

  TestOffice(party::Organisation organisation, std::shared_ptr<Store> given, std::shared_ptr<FakeDirectory> known, const TestClock& clock,
             std::vector<std::shared_ptr<answer::Source>> sources)
      : self(std::move(organisation)), store(std::move(given)), directory(std::move(known)) {
    signer = std::make_shared<note::Signer>(must(note::Signer::create(note::sign_name(self.id.text()), crypto::Ed25519Secret::generate())));
    must(directory->publish_organisation(self));
    directory->put_key(self.id, signer->verifier(), clock.now() - days(30), clock.now() + days(365 * 20));
    OfficeParts parts;
    parts.self = self;
    parts.store = store;
    parts.directory = directory;
    parts.law = std::shared_ptr<const law::Catalogue>(std::shared_ptr<const law::Catalogue>{}, &law::Catalogue::built_in());
    parts.signer = signer;
    parts.sources = std::move(sources);
    parts.clock = [&clock] { return clock.now(); };
    office = std::make_unique<Office>(std::move(parts));
  }

  template <class T>
  void put(std::string book, const MatterId& id, const T& value, std::string key, Time now) {
    Commit commit;
    commit.matter = id;
    commit.books.push_back({std::move(book), id, json::canonical(json::encode(value)), std::move(key), now});
    must(store->commit(std::move(commit)), "furnishing a book");
  }

  void put_person(const party::Person& person, Time now) {
    put("person", MatterId{person.id.bytes}, person, person.login, now);
    if (person_signers.contains(person.id)) return;
    note::Signer own = must(note::Signer::create(note::person_name(self.id.text(), person.id), crypto::Ed25519Secret::generate()));
    for (const party::Role role : person.roles)
      directory->put_person({self.id, person.id, role, person.unit, std::nullopt, own.verifier(), now - days(30), now + days(365 * 20)});
    person_signers.emplace(person.id, std::move(own));
  }

  // What the person's device does with a prepared text.
  [[nodiscard]] SignedCommand sign(const Prepared& prepared, const PersonId& person) const {
    return {prepared.text, prepared.body, must(person_signers.at(person).sign(prepared.text)).text()};
  }
};

class TestWorld {
 public:
  // Other stores than the ones in memory may be given: the same tests then run on them.
  explicit TestWorld(std::vector<std::shared_ptr<answer::Source>> sources = {}, std::shared_ptr<Store> agency_store = std::make_shared<FakeStore>(),
                     std::shared_ptr<Store> provider_store = std::make_shared<FakeStore>())
      : directory_(std::make_shared<FakeDirectory>()),
        agency_(organisation("kakuu-police.example", party::Side::AGENCY, "架空県警察", "Kakuu Prefectural Police"), std::move(agency_store),
                directory_, clock, {}),
        provider_(organisation("reiji-auction.example", party::Side::PROVIDER, "例示オークション株式会社", "Reiji Auction Inc."),
                  std::move(provider_store), directory_, clock, std::move(sources)) {
    furnish_agency();
    furnish_provider();
    courier.connect(*agency_.office);
    courier.connect(*provider_.office);
  }

  TestClock clock;

 private:
  std::shared_ptr<FakeDirectory> directory_;
  TestOffice agency_, provider_;

 public:
  LocalCourier courier;

  // The agency: a section of the prefecture's headquarters that uses the registers of another unit, and a unit that is not concerned.
  UnitId section, register_office, other_section;
  CaseId open_case, closed_case;
  Caller investigator, other_investigator, stranger, supervisor, approver, delegate, registrar, agency_auditor, agency_admin;
  // The provider.
  Caller intake, op, other_op, legal, releaser, other_releaser, provider_auditor, provider_admin;

  [[nodiscard]] Office& agency() { return *agency_.office; }
  [[nodiscard]] Office& provider() { return *provider_.office; }
  [[nodiscard]] TestOffice& agency_office() { return agency_; }
  [[nodiscard]] TestOffice& provider_office() { return provider_; }
  [[nodiscard]] FakeDirectory& directory() { return *directory_; }

  // Everything in the two outboxes is carried until nothing is left or nothing moves.
  void exchange() {
    for (int round = 0; round < 20; ++round) {
      clock.advance(seconds(1));
      if (must(agency_.office->post(courier)) + must(provider_.office->post(courier)) == 0) return;
    }
  }

  [[nodiscard]] DraftItem item(std::string account, std::vector<law::Category> categories = {law::Category::K1}) const {
    DraftItem out;
    out.selector.type = text::SelectorType::ACCOUNT_ID;
    out.selector.value = std::move(account);
    out.selector.service = "auction.example";
    out.categories = std::move(categories);
    out.purpose = "出品者の確認";
    out.necessity = "被害者の申告した出品者を特定するため";
    return out;
  }
  // Who used this address at that time: a communication.
  [[nodiscard]] DraftItem address_item(std::string address = "198.51.100.7", std::string at = "2026-11-20T10:00:00+09:00") const {
    DraftItem out;
    out.selector.type = text::SelectorType::IP_ADDRESS;
    out.selector.value = std::move(address);
    out.selector.at = std::move(at);
    out.selector.port = 40123;
    out.categories = {law::Category::K1};
    out.purpose = "接続者の確認";
    out.necessity = "書き込みをした者を特定するため";
    return out;
  }
  [[nodiscard]] DraftCommand draft_of(std::vector<DraftItem> items) const {
    DraftCommand command;
    command.case_id = open_case;
    command.to = provider_.self.id;
    command.items = std::move(items);
    command.ready = true;
    return command;
  }

  // The agency's way up to the dispatch, then across.
  MatterId dispatched(std::vector<DraftItem> items) { return dispatched(draft_of(std::move(items))); }
  MatterId dispatched(const DraftCommand& command) {
    const MatterId matter = must(agency().draft(investigator, command), "draft").matter;
    step();
    must(agency().check(supervisor, matter, {}), "check");
    step();
    must(agency().approve(approver, matter, agency_.sign(must(agency().prepare_approval(approver, matter), "prepare_approval"), approver.person)),
         "approve");
    step();
    must(agency().number(registrar, matter, {}), "number");
    step();
    must(agency().dispatch(registrar, matter, agency_.sign(must(agency().prepare_dispatch(registrar, matter), "prepare_dispatch"), registrar.person)),
         "dispatch");
    exchange();
    return matter;
  }

  // The provider's way up to the assignment: what the law allows is accepted, the rest as the desk suggests.
  void triaged(const MatterId& matter) {
    must(provider().triage(intake, matter, {must(provider().suggest_triage(intake, matter), "suggest_triage")}), "triage");
    step();
  }
  void assigned(const MatterId& matter) {
    triaged(matter);
    must(provider().accept(intake, matter, {}), "accept");
    step();
    must(provider().assign(intake, matter, {{op.person}, {}}), "assign");
    step();
  }

  void step() { clock.advance(seconds(1)); }

 private:
  static party::Organisation organisation(std::string_view id, party::Side side, std::string ja, std::string en) {
    party::Organisation out;
    out.id = must(party::OrganisationId::parse(id));
    out.side = side;
    out.name_ja = std::move(ja);
    out.name_en = std::move(en);
    out.recipient_class = side == party::Side::AGENCY ? law::RecipientClass::LOCAL_GOVERNMENT : law::RecipientClass::BUSINESS_OPERATOR;
    out.address = "架空県架空市一丁目1番1号";
    out.telephone = "000-000-0000";
    return out;
  }

  Caller person(TestOffice& office, std::string login, std::string name, std::string post, std::vector<party::Role> roles,
                std::optional<UnitId> unit = {}, bool is_unit_head = false) {
    party::Person out;
    out.id = PersonId::random();
    out.login = std::move(login);
    out.name = std::move(name);
    out.post = std::move(post);
    out.unit = unit;
    out.roles = std::move(roles);
    out.is_unit_head = is_unit_head;
    out.telephone = office.self.telephone;
    office.put_person(out, clock.now());
    return {out.id, out.roles.front()};
  }

  UnitId unit(std::string ja, std::string en, std::optional<UnitId> office) {
    party::Unit out;
    out.id = UnitId::random();
    out.name_ja = std::move(ja);
    out.name_en = std::move(en);
    out.is_register_office = !office.has_value();
    out.register_office = office;
    out.document_prefix = office ? "" : "架空警刑一";
    agency_.put("unit", MatterId{out.id.bytes}, out, {}, clock.now());
    return out.id;
  }

  CaseId the_case(std::string number, bool is_open) {
    party::Case out;
    out.id = CaseId::random();
    out.number = std::move(number);
    out.title = "架空オークション詐欺事件";
    out.offence = "詐欺";
    out.unit = section;
    out.is_open = is_open;
    out.opened = clock.now() - days(10);
    if (!is_open) out.closed = clock.now() - days(1);
    agency_.put("case", MatterId{out.id.bytes}, out, out.number, clock.now());
    return out.id;
  }

  void furnish_agency() {
    using party::Role;
    register_office = unit("刑事総務課", "Criminal Affairs Division", std::nullopt);
    section = unit("捜査第二課", "Second Investigation Division", register_office);
    other_section = unit("捜査第三課", "Third Investigation Division", register_office);
    open_case = the_case("令和8年架空刑二第100号", true);
    closed_case = the_case("令和8年架空刑二第99号", false);
    investigator = person(agency_, "sousa1", "架空 一郎", "巡査部長", {Role::INVESTIGATOR}, section);
    other_investigator = person(agency_, "sousa2", "架空 二郎", "巡査部長", {Role::INVESTIGATOR}, section);
    stranger = person(agency_, "sousa3", "架空 三郎", "巡査部長", {Role::INVESTIGATOR}, other_section);
    supervisor = person(agency_, "kakari", "架空 花子", "警部補", {Role::SUPERVISOR}, section);
    approver = person(agency_, "kacho", "架空 太郎", "警視", {Role::APPROVER}, section, true);
    delegate = person(agency_, "hosa", "架空 四郎", "警部", {Role::APPROVER}, section);
    registrar = person(agency_, "shomu", "架空 五月", "警部補", {Role::REGISTRAR}, register_office);
    agency_auditor = person(agency_, "kansatsu", "架空 六実", "警視", {Role::AUDITOR});
    agency_admin = person(agency_, "kanri", "架空 七海", "主査", {Role::ADMIN});
    const party::Delegation delegation{approver.person, delegate.person, section, clock.now() - days(1), clock.now() + days(7)};
    agency_.put("delegation", MatterId::random(), delegation, {}, clock.now());
    directory_->put_person({agency_.self.id, delegate.person, Role::APPROVER, section, approver.person,
                            agency_.person_signers.at(delegate.person).verifier(), delegation.from, delegation.until});
  }

  void furnish_provider() {
    using party::Role;
    intake = person(provider_, "uketsuke", "例示 一子", "窓口担当", {Role::INTAKE});
    op = person(provider_, "kaito1", "例示 二子", "回答担当", {Role::OPERATOR});
    other_op = person(provider_, "kaito2", "例示 三子", "回答担当", {Role::OPERATOR});
    legal = person(provider_, "houmu", "例示 四子", "法務担当", {Role::LEGAL});
    releaser = person(provider_, "kakunin1", "例示 五子", "窓口責任者", {Role::RELEASER});
    other_releaser = person(provider_, "kakunin2", "例示 六子", "副責任者", {Role::RELEASER});
    provider_auditor = person(provider_, "kansa", "例示 七子", "監査担当", {Role::AUDITOR});
    provider_admin = person(provider_, "admin", "例示 八子", "管理者", {Role::ADMIN});
    party::AnswerProfile profile;
    profile.organisation = provider_.self.id;
    profile.entries = {{text::SelectorType::ACCOUNT_ID,
                        {"auction.example"},
                        {law::Category::K1, law::Category::K3, law::Category::K7, law::Category::K8},
                        false,
                        90,
                        1000,
                        "",
                        ""},
                       {text::SelectorType::IP_ADDRESS, {}, {law::Category::K1, law::Category::K2, law::Category::K3}, false, 7, 180, "", ""},
                       {text::SelectorType::EMAIL, {}, {law::Category::K1}, false, std::nullopt, std::nullopt, "", ""}};
    profile.media = {"text/csv", "application/pdf"};
    must(directory_->publish_profile(profile));
  }
};

}  // namespace warifu::desk

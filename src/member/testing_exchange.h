#pragma once
// For tests only: an agency and a provider with stores of their own, each a member of the same exchange. What people do is done in the desk's
// test world; what crosses goes sealed over the testing hub.

#include <cctype>
#include <filesystem>

#include "desk/test_office.h"
#include "member/member.h"
#include "member/seal_keys.h"
#include "member/testing_hub.h"
#include "store/office_store.h"
#include "store/sqlite.h"

namespace warifu::member {

class TestingFolder {
 public:
  TestingFolder() : path_(std::filesystem::temp_directory_path() / ("warifu-member-" + to_hex(random_id_bytes()))) {
    std::filesystem::create_directories(path_);
  }
  TestingFolder(const TestingFolder&) = delete;
  TestingFolder& operator=(const TestingFolder&) = delete;
  ~TestingFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] inline std::shared_ptr<store::OfficeStore> open_office(const TestingFolder& folder, const std::string& org, party::Side side) {
  return store::OfficeStore::open({.url = "sqlite:" + folder.file(org + ".sqlite"),
                                   .schema = {},
                                   .organisation = party::OrganisationId::parse(org).value(),
                                   .side = side,
                                   .files_dir = folder.file(org)})
      .value();
}

// One member: the keys of its house and its side of the exchange.
struct House {
  House(TestingHub& given, const TestingFolder& folder, desk::TestOffice& of, std::shared_ptr<store::OfficeStore> kept, std::function<Time()> time)
      : hub(given),
        office(of),
        mailbox(std::move(kept)),
        clock(std::move(time)),
        files(folder.file(of.self.id.text() + "-attachments")),
        root(TestingHub::signer(note::root_name(of.self.id.text()))) {
    enter();
    replica =
        store::DirectoryStore::create(
            [path = folder.file(org() + "-directory.sqlite")](store::Access access) { return store::open_sqlite({.file = path, .access = access}); },
            {hub.keys.signer.verifier(), hub.network().admitters, clock, {}})
            .value();
    Member::declare_metrics(metrics);
    open();
  }
  // As after a restart of the node: nothing but what is kept.
  void open() {
    member.reset();
    MemberOptions options;
    options.network = hub.network();
    options.self = office.self;
    options.root = root.verifier();
    options.sign = office.signer;
    options.witness = witness;
    options.identities = [this]() -> Result<std::vector<crypto::AgeIdentity>> { return std::vector{identity}; };
    options.clock = clock;
    options.files_dir = files;
    options.echo_wait = echo_wait;
    options.file_turn = file_turn;
    options.policy = policy;
    member = std::make_unique<Member>(std::move(options), std::make_unique<TestingLine>(hub, org()), *mailbox, replica, metrics);
    member->attach(*office.office);
  }
  [[nodiscard]] std::string org() const { return office.self.id.text(); }

  // Into the log of keys, as an admission would: the root by two admitters, the keys by the root.
  void enter() {
    const Time from = Time::from_seconds((clock() - days(1)).seconds());
    note::MemberEntry entry{hub.keys.signer.verifier().name, org(), std::string(enum_text(office.self.side)), root.verifier(), from};
    for (char& c : entry.side) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    hand_in(entry.text().value(), {root, hub.admitters[0], hub.admitters[1]});
    note::KeyEntry sign;
    sign.key.assign(office.signer->verifier().key.bytes.begin(), office.signer->verifier().key.bytes.end());
    enter(sign, from, days(365));
    enter(desk::seal_entry(identity.recipient()), from, days(90));
    note::KeyEntry own;
    own.purpose = note::KeyPurpose::witness;
    own.key.assign(witness->verifier().key.bytes.begin(), witness->verifier().key.bytes.end());
    enter(own, from, days(365));
    hub.keys.publish();
  }
  void enter(note::KeyEntry entry, Time from, Duration life) {
    entry.origin = hub.keys.signer.verifier().name;
    entry.org = org();
    entry.valid = {from, from + life};
    hand_in(entry.text().value(), {root});
  }
  void hand_in(const std::string& text, const std::vector<note::Signer>& signers) {
    const note::Note note = note::sign_note(text, signers).value();
    CHECK_THAT(mailbox->put_issued(note::leaf_hash(note)).has_value());
    hub.keys.append(note.serialise());
    hub.keys.publish();
  }

  TestingHub& hub;
  desk::TestOffice& office;
  std::shared_ptr<store::OfficeStore> mailbox;
  std::function<Time()> clock;
  std::string files;
  std::chrono::milliseconds echo_wait{0};      // as of the next open()
  std::chrono::milliseconds file_turn{2'000};  // as of the next open()
  std::optional<note::Policy> policy;          // as of the next open()
  note::Signer root;
  crypto::AgeIdentity identity = crypto::AgeIdentity::generate();
  std::shared_ptr<const note::Cosigner> witness =
      std::make_shared<note::Cosigner>(note::Cosigner::create(org() + "/witness", crypto::Ed25519Secret::generate()).value());
  std::shared_ptr<store::DirectoryStore> replica;
  net::Metrics metrics;
  std::unique_ptr<Member> member;
};

struct TestingExchange {
  TestingExchange() {
    hub.clock = [this] { return world.clock.now(); };
    for (House* house : {&agency, &provider}) desk::must(house->member->watch());
  }
  // Everything that is on its way arrives, and the receipts.
  void carry(int rounds = 4) {
    for (int i = 0; i < rounds; ++i)
      for (House* house : {&agency, &provider}) {
        desk::must(house->member->send());
        desk::must(house->member->receive({}));
      }
  }
  // Dispatched and sealed nowhere yet.
  MatterId dispatched(const std::string& account = "reiji-00001") {
    world.courier.cut(true);
    const MatterId matter = world.dispatched({world.item(account)});
    for (const desk::OutboxRow& row : desk::must(agency.mailbox->outbox_of(matter))) desk::must(agency.mailbox->outbox_failed(row.seq, "", Time{0}));
    return matter;
  }
  [[nodiscard]] std::size_t acts_at_provider(const MatterId& matter) const {
    const auto acts = provider.mailbox->acts(matter);
    return acts ? acts->size() : 0;
  }

  TestingFolder folder;
  std::shared_ptr<store::OfficeStore> agency_store = open_office(folder, "kakuu-police.example", party::Side::AGENCY),
                                      provider_store = open_office(folder, "reiji-auction.example", party::Side::PROVIDER);
  desk::TestWorld world{{}, agency_store, provider_store};
  TestingHub hub;
  std::function<Time()> clock = [this] { return world.clock.now(); };
  House agency{hub, folder, world.agency_office(), agency_store, clock}, provider{hub, folder, world.provider_office(), provider_store, clock};
};

}  // namespace warifu::member

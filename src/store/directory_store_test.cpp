#include "store/directory_store.h"

#include <doctest/doctest.h>

#include <thread>

#include "base/testing_results.h"
#include "desk/enrolment.h"
#include "desk/fake_store.h"
#include "desk/keyring.h"
#include "ledger/merkle.h"
#include "note/policy.h"
#include "note/test_authenticator.h"
#include "store/testing_engines.h"

namespace warifu::store {
namespace {

using desk::AdmissionCommand;
using note::PersonEntry;
using note::Signer;
using party::Role;

using testing::must;
Code code_of(const Status& status) {
  REQUIRE(!status);
  return status.error().code;
}

Signer new_signer(const std::string& name) { return must(Signer::create(name, crypto::Ed25519Secret::generate())); }

// A directory and one agency whose keys are at hand.
struct World {
  explicit World(TestStore& store) : engine(store) {
    auto first = engine.fresh();
    first.reset();
    directory = open();
  }
  std::shared_ptr<DirectoryStore> open(std::chrono::milliseconds look_every = {}) {
    return must(DirectoryStore::create([this](Access access) -> Result<std::unique_ptr<Database>> { return engine.connect(access); },
                                       {key.verifier(), {admitter_1.verifier(), admitter_2.verifier()}, [this] { return now; }, key, look_every}));
  }
  [[nodiscard]] std::string origin() const { return key.verifier().name; }
  [[nodiscard]] std::string organisation_entry(const std::vector<Signer>& admitters) const {
    return must(desk::first_organisation_entry(origin(), org, sign.verifier(), {now, now + days(365)}, root, admitters));
  }
  void admit_organisation() {
    must(directory->trust_root(root.verifier()));
    must(directory->add_entry(organisation_entry({admitter_1, admitter_2})));
    party::Organisation self;
    self.id = org;
    self.side = party::Side::AGENCY;
    self.name_ja = "架空県警察";
    must(directory->publish_organisation(self));
  }
  [[nodiscard]] PersonEntry entry(const PersonId& person, Role role, const Signer& device) const {
    return must(desk::new_person_entry(origin(), org, person, role, std::nullopt, device.verifier(), now, now + days(365)));
  }
  Status add(const PersonEntry& given, const Signer& second) { return directory->add_entry(must(desk::person_entry(given, sign, second))); }
  Signer device_of(const PersonId& person) const { return new_signer(note::person_name(org.text(), person)); }
  // The organisation with its first two people, brought in by the root.
  void furnish() {
    admit_organisation();
    must(add(entry(a, Role::ADMIN, device_a), root));
    must(add(entry(b, Role::APPROVER, device_b), root));
  }
  Sha256 leaf_of_last() { return note::leaf_hash(must(note::Note::parse(must(directory->entries()).back()))); }
  std::size_t count(const PersonId& person, Time at) { return must(directory->person(org, person, at)).size(); }

  TestStore& engine;
  Time now = Time::from_seconds(1'795'237'500);
  party::OrganisationId org = must(party::OrganisationId::parse("kakuu-police.example"));
  Signer key = new_signer("hub.example/keys"), admitter_1 = new_signer("hub.example/admit/1"), admitter_2 = new_signer("hub.example/admit/2");
  Signer root = new_signer("kakuu-police.example/root"), sign = new_signer("kakuu-police.example/sign");
  PersonId a = PersonId::random(), b = PersonId::random(), c = PersonId::random();
  Signer device_a = device_of(a), device_b = device_of(b), device_c = device_of(c);
  std::shared_ptr<DirectoryStore> directory;
};

TEST_CASE("an organisation is admitted by its root, which is known, and two admitters") {
  for_both_engines([](TestStore& store) {
    World world(store);
    const std::string good = world.organisation_entry({world.admitter_1, world.admitter_2});
    CHECK(code_of(world.directory->add_entry(good)) == Code::KEY_UNKNOWN);
    must(world.directory->trust_root(world.root.verifier()));
    must(world.directory->trust_root(world.root.verifier()));
    CHECK(code_of(world.directory->trust_root(new_signer("kakuu-police.example/root").verifier())) == Code::CONFLICT);
    CHECK(code_of(world.directory->trust_root(world.sign.verifier())) == Code::BAD_KEY);
    CHECK(code_of(world.directory->add_entry(world.organisation_entry({world.admitter_1}))) == Code::SIGNATURE_MISSING);
    CHECK(code_of(world.directory->add_entry(world.organisation_entry({world.admitter_1, new_signer("hub.example/admit/3")}))) ==
          Code::SIGNATURE_MISSING);
    CHECK(code_of(world.directory->add_entry("garbage")) == Code::BAD_NOTE);
    CHECK(must(world.directory->entries()).empty());
    CHECK(must(world.directory->organisation_keys(world.org, world.now)).empty());

    must(world.directory->add_entry(good));
    CHECK(code_of(world.directory->add_entry(good)) == Code::CONFLICT);
    CHECK(must(world.directory->organisation_keys(world.org, world.now)) == std::vector{world.sign.verifier()});
    CHECK(must(world.directory->organisation_keys(world.org, world.now - seconds(1))).empty());
    CHECK(must(world.directory->organisation_keys(world.org, world.now + days(365))).empty());
    CHECK(must(world.directory->roots()) == std::vector{world.root.verifier()});
  });
}

TEST_CASE("a signing key is rotated by a successor and revoked by an ended one; nobody follows twice") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.admit_organisation();
    const Sha256 first = world.leaf_of_last();
    const Signer next = new_signer("kakuu-police.example/sign");
    const auto successor = [&](const Signer& signer, Time from, Time until, std::optional<Sha256> previous) {
      note::KeyEntry entry{world.origin(), world.org.text(), note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, {}, {}, {},
                           {from, until},  previous};
      entry.key.assign(signer.verifier().key.bytes.begin(), signer.verifier().key.bytes.end());
      return must(note::sign_note(must(entry.text()), std::span(&world.root, 1))).serialise();
    };
    CHECK(code_of(world.directory->add_entry(successor(next, world.now, world.now + days(300), std::nullopt))) == Code::CONFLICT);
    CHECK(code_of(world.directory->add_entry(successor(next, world.now, world.now + days(300), crypto::sha256("other")))) == Code::CONFLICT);
    must(world.directory->add_entry(successor(next, world.now + days(30), world.now + days(400), first)));
    CHECK(code_of(world.directory->add_entry(successor(next, world.now + days(31), world.now + days(400), first))) == Code::CONFLICT);
    const Sha256 second = world.leaf_of_last();
    CHECK(must(world.directory->organisation_keys(world.org, world.now + days(1))) == std::vector{world.sign.verifier()});
    CHECK(must(world.directory->organisation_keys(world.org, world.now + days(31))).size() == 2);
    CHECK(must(world.directory->organisation_keys(world.org, world.now + days(366))) == std::vector{next.verifier()});
    // Revoked from the fortieth day on; what was signed before stays valid.
    must(world.directory->add_entry(successor(next, world.now + days(30), world.now + days(40), second)));
    CHECK(must(world.directory->organisation_keys(world.org, world.now + days(39))).size() == 2);
    CHECK(must(world.directory->organisation_keys(world.org, world.now + days(41))) == std::vector{world.sign.verifier()});
    CHECK(must(world.directory->organisation_keys(world.org, world.now + days(366))).empty());
    // The key that was rotated is lost as well: it has its successor, and is ended all the same.
    CHECK(code_of(world.directory->add_entry(successor(world.sign, world.now, world.now + days(41), first))) == Code::CONFLICT);
    const Time start = world.now;
    world.now = start + days(41);
    must(world.directory->add_entry(successor(world.sign, start, world.now, first)));
    CHECK(must(world.directory->organisation_keys(world.org, start + days(40))) == std::vector{world.sign.verifier()});
    CHECK(must(world.directory->organisation_keys(world.org, world.now)).empty());
  });
}

TEST_CASE("a passkey is an entry like any key, counts where the organisation's web entry says, and signs no entries") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.furnish();
    const note::RelyingParty desk{"https://desk.kakuu-police.example", "kakuu-police.example"};
    const auto web = [&](const note::RelyingParty& party, note::Validity valid, std::optional<Sha256> previous, const Signer& root) {
      return world.directory->add_entry(must(desk::web_entry(world.origin(), world.org, party, valid, previous, root)));
    };
    CHECK(must(world.directory->relying_parties(world.org, world.now)).empty());
    CHECK(code_of(web(desk, {world.now, world.now + days(9)}, std::nullopt, world.sign)) == Code::SIGNATURE_MISSING);
    must(web(desk, {world.now, world.now + days(9)}, std::nullopt, world.root));
    const Sha256 leaf = world.leaf_of_last();
    CHECK(must(world.directory->relying_parties(world.org, world.now)) == std::vector{desk});
    CHECK(must(world.directory->relying_parties(world.org, world.now + days(9))).empty());
    CHECK(must(world.directory->organisation_keys(world.org, world.now)) == std::vector{world.sign.verifier()});
    const note::RelyingParty other{"https://desk2.kakuu-police.example", "desk2.kakuu-police.example"};
    CHECK(code_of(web(other, {world.now, world.now + days(9)}, std::nullopt, world.root)) == Code::CONFLICT);
    const Time begun = world.now;
    world.now = world.now + days(1);
    must(web(desk, {begun, world.now}, leaf, world.root));
    must(web(other, {world.now, world.now + days(9)}, std::nullopt, world.root));
    CHECK(must(world.directory->relying_parties(world.org, world.now)) == std::vector{other});
    CHECK(must(world.directory->relying_parties(world.org, begun)) == std::vector{desk});

    const note::TestAuthenticator device(other);
    const note::PersonKey passkey = device.person_key(note::person_name(world.org.text(), world.c));
    const auto entry = [&](const PersonId& person, const note::PersonKey& key) {
      return must(desk::new_person_entry(world.origin(), world.org, person, Role::APPROVER, std::nullopt, key, world.now, world.now + days(9)));
    };
    must(world.add(entry(world.c, passkey), world.device_a));
    const auto published = must(world.directory->person(world.org, world.c, world.now));
    REQUIRE(published.size() == 1);
    CHECK(published[0].key == passkey);
    CHECK(published[0].key.is_passkey());
    // The same key for somebody else.
    CHECK(code_of(world.add(entry(world.b, device.person_key(note::person_name(world.org.text(), world.b))), world.device_a)) == Code::CONFLICT);
    PersonEntry ended = entry(world.c, passkey);
    ended.valid.until = ended.valid.from;
    ended.previous = world.leaf_of_last();
    must(world.add(ended, world.device_b));
    CHECK(world.count(world.c, world.now) == 0);
  });
}

TEST_CASE("people are brought in by the root while they are fewer than two, by another person after that") {
  for_both_engines([](TestStore& store) {
    World world(store);
    CHECK(code_of(world.add(world.entry(world.a, Role::ADMIN, world.device_a), world.root)) == Code::KEY_UNKNOWN);
    world.admit_organisation();
    CHECK(code_of(world.add(world.entry(world.a, Role::ADMIN, world.device_a), world.device_a)) == Code::SIGNATURE_MISSING);
    must(world.add(world.entry(world.a, Role::ADMIN, world.device_a), world.root));
    must(world.add(world.entry(world.b, Role::APPROVER, world.device_b), world.root));
    const PersonEntry third = world.entry(world.c, Role::INVESTIGATOR, world.device_c);
    CHECK(code_of(world.add(third, world.root)) == Code::SIGNATURE_MISSING);
    CHECK(code_of(world.add(third, world.device_c)) == Code::SIGNATURE_MISSING);
    CHECK(code_of(world.add(third, world.device_of(world.a))) == Code::SIGNATURE_MISSING);  // a key nobody admitted
    must(world.add(third, world.device_a));
    CHECK(code_of(world.add(world.entry(world.c, Role::SUPERVISOR, world.device_c), world.device_c)) == Code::SIGNATURE_MISSING);
    must(world.add(world.entry(world.c, Role::SUPERVISOR, world.device_c), world.device_b));

    const auto entries = must(world.directory->person(world.org, world.c, world.now));
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].role == Role::INVESTIGATOR);
    CHECK(entries[1].role == Role::SUPERVISOR);
    CHECK(entries[0].key == world.device_c.verifier());
    CHECK(world.count(world.c, world.now - seconds(1)) == 0);
    CHECK(world.count(PersonId::random(), world.now) == 0);
    CHECK(must(world.directory->entries()).size() == 5);
  });
}

TEST_CASE("entries about people that do not fit are refused") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.furnish();
    const auto refused = [&](const std::function<void(PersonEntry&)>& change) {
      PersonEntry entry = world.entry(world.c, Role::INVESTIGATOR, world.device_c);
      change(entry);
      return code_of(world.add(entry, world.device_a));
    };
    CHECK(refused([](auto& e) { e.role = "intake"; }) == Code::BAD_VALUE);
    CHECK(refused([](auto& e) { e.role = "node"; }) == Code::BAD_VALUE);
    CHECK(refused([](auto& e) { e.role = "king"; }) == Code::BAD_VALUE);
    CHECK(refused([](auto& e) { e.origin = "hub.example/log"; }) == Code::BAD_NOTE);
    CHECK(refused([](auto& e) { e.org = "other.example"; }) == Code::KEY_UNKNOWN);
    CHECK(refused([](auto& e) { e.previous = crypto::sha256("nothing"); }) == Code::CONFLICT);
    const auto& key_b = world.device_b.verifier().key.bytes;
    CHECK(refused([&](auto& e) { e.key.assign(key_b.begin(), key_b.end()); }) == Code::CONFLICT);
    must(world.add(world.entry(world.c, Role::INVESTIGATOR, world.device_c), world.device_a));
    CHECK(refused([](auto& e) { e.valid.from = e.valid.from + days(1); }) == Code::CONFLICT);  // twice for the same
    const Sha256 leaf = world.leaf_of_last();
    CHECK(refused([&](auto& e) {
            e.previous = leaf;
            e.person = world.a;
          }) == Code::CONFLICT);
    CHECK(must(world.directory->entries()).size() == 4);
  });
}

TEST_CASE("another process sees what was added, and the log is read again after a restart") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.furnish();
    const auto other = world.open();
    CHECK(must(other->entries()) == must(world.directory->entries()));
    must(world.add(world.entry(world.c, Role::INVESTIGATOR, world.device_c), world.device_a));
    CHECK(must(other->person(world.org, world.c, world.now)).size() == 1);
    // And the other one's next entry goes behind it.
    must(other->add_entry(must(desk::person_entry(world.entry(world.c, Role::SUPERVISOR, world.device_c), world.sign, world.device_b))));
    CHECK(world.count(world.c, world.now) == 2);
    CHECK(must(world.directory->entries()) == must(other->entries()));
    CHECK(must(world.directory->checkpoint(world.now)) == must(other->checkpoint(world.now)));
  });
}

TEST_CASE("who looks now and then sees at once what it added itself, and what others added when it looks again") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.furnish();
    const auto other = world.directory;
    const auto rename = [&](DirectoryStore& by, const char* name) {
      party::Organisation self = must(by.organisation(world.org)).value();
      self.name_ja = name;
      must(by.publish_organisation(self));
    };
    const auto name_at = [&](const DirectoryStore& directory) { return must(directory.organisation(world.org)).value().name_ja; };
    const auto add_by = [&](DirectoryStore& by, const PersonId& person) {
      must(by.add_entry(must(desk::person_entry(world.entry(person, Role::INVESTIGATOR, world.device_of(person)), world.sign, world.device_a))));
    };
    const auto seen_at = [&](const DirectoryStore& directory, const PersonId& person) {
      return must(directory.person(world.org, person, world.now)).size();
    };

    // So rarely that this test never sees it look by itself.
    const auto rarely = world.open(std::chrono::hours(1));
    CHECK(seen_at(*rarely, world.c) == 0);
    CHECK(name_at(*rarely) == "架空県警察");
    add_by(*other, world.c);
    rename(*other, "別名県警察");
    CHECK(seen_at(*rarely, world.c) == 0);
    CHECK(name_at(*rarely) == "架空県警察");
    const PersonId mine = PersonId::random();
    add_by(*rarely, mine);  // and with it, what the other added
    CHECK(seen_at(*rarely, mine) == 1);
    CHECK(seen_at(*rarely, world.c) == 1);
    CHECK(name_at(*rarely) == "別名県警察");
    rename(*rarely, "新名県警察");
    CHECK(name_at(*rarely) == "新名県警察");

    const auto often = world.open(std::chrono::milliseconds(1));
    CHECK(name_at(*often) == "新名県警察");
    rename(*other, "再名県警察");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (name_at(*often) != "再名県警察" && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(name_at(*often) == "再名県警察");
  });
}

TEST_CASE("entries added at the same time all stand, one behind the other") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.furnish();
    std::vector<std::string> entries;
    for (int i = 0; i < 12; ++i) {
      const PersonId person = PersonId::random();
      entries.push_back(must(desk::person_entry(world.entry(person, Role::INVESTIGATOR, world.device_of(person)), world.sign, world.device_a)));
    }
    std::atomic<int> added{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::size_t i = static_cast<std::size_t>(t); i < entries.size(); i += 4)
          if (world.directory->add_entry(entries[i])) ++added;
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(added == 12);
    CHECK(must(world.directory->entries()).size() == 15);
    CHECK(must(world.open()->entries()) == must(world.directory->entries()));
  });
}

TEST_CASE("the checkpoint is a note of the directory over the root of its entries") {
  for_both_engines([](TestStore& store) {
    World world(store);
    CHECK(must(world.directory->checkpoint(world.now)).starts_with("hub.example/keys\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"));
    world.furnish();
    const note::Note checkpoint = must(note::Note::parse(must(world.directory->checkpoint(world.now))));
    must(note::require(checkpoint, world.directory->root()));
    std::vector<Sha256> leaves;
    for (const std::string& entry : must(world.directory->entries())) leaves.push_back(ledger::leaf_hash(bytes_of(entry)));
    CHECK(checkpoint.text == "hub.example/keys\n3\n" + to_base64(ledger::tree_root(leaves).bytes) + "\n");
    // A policy file that trusts this log alone accepts it.
    const note::Policy policy = must(note::Policy::parse("log " + world.directory->root().text() + "\nquorum none\n"));
    must(policy.check(checkpoint));
  });
}

TEST_CASE("organisations and profiles are published; sides do not change") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.admit_organisation();
    party::Organisation provider;
    provider.id = must(party::OrganisationId::parse("reiji-auction.example"));
    provider.side = party::Side::PROVIDER;
    provider.name_ja = "例示オークション株式会社";
    party::AnswerProfile profile;
    profile.organisation = provider.id;
    profile.version = 3;
    CHECK(code_of(world.directory->publish_profile(profile)) == Code::ADDRESSEE_UNKNOWN);
    must(world.directory->publish_organisation(provider));
    must(world.directory->publish_profile(profile));
    CHECK(must(world.directory->profile(provider.id))->version == 3);
    CHECK(!must(world.directory->profile(world.org)));
    CHECK(must(world.directory->organisations()).size() == 2);
    provider.telephone = "000-000-0000";
    must(world.directory->publish_organisation(provider));
    CHECK(must(world.directory->organisation(provider.id))->telephone == "000-000-0000");
    provider.side = party::Side::AGENCY;
    CHECK(code_of(world.directory->publish_organisation(provider)) == Code::CONFLICT);
    profile.organisation = world.org;
    CHECK(code_of(world.directory->publish_profile(profile)) == Code::ADDRESSEE_UNKNOWN);
    CHECK(!must(world.directory->organisation(must(party::OrganisationId::parse("nobody.example")))));
  });
}

TEST_CASE("a log that was tampered with is not opened") {
  for_both_engines([](TestStore& store) {
    for (const char* harm : {"DELETE FROM entry WHERE seq = 2", "UPDATE entry SET note = 'x' WHERE seq = 2"}) {
      World world(store);
      world.furnish();
      must(store.connect(Access::WRITE)->exec(harm));
      const auto opened = DirectoryStore::create([&](Access access) -> Result<std::unique_ptr<Database>> { return store.connect(access); },
                                                 {world.key.verifier(), {}, [&] { return world.now; }, {}});
      REQUIRE(!opened);
      CHECK(opened.error().code == Code::STORE_CORRUPT);
    }
  });
}

// The office's own way: enrolment against the real directory, revocation included.
TEST_CASE("an enrolled key is revoked by a second person, and what was signed before stays valid") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.furnish();
    const auto books = std::make_shared<desk::FakeStore>();
    const auto sign = std::make_shared<const Signer>(world.sign);
    desk::OfficeParts parts;
    parts.self = *must(world.directory->organisation(world.org));
    parts.store = books;
    parts.directory = world.directory;
    parts.law = std::shared_ptr<const law::Catalogue>(std::shared_ptr<const law::Catalogue>{}, &law::Catalogue::built_in());
    parts.signer = sign;
    parts.clock = [&] { return world.now; };
    desk::Office office(std::move(parts));
    desk::Enrolment enrolment({office, world.directory, sign});

    const auto put = [&](const PersonId& id, std::string login, std::vector<Role> roles) {
      party::Person person;
      person.id = id;
      person.login = login;
      person.name = "架空 " + login;
      person.roles = std::move(roles);
      must(office.put_entry_as_node("person", MatterId{id.bytes}, login, json::encode(person)));
    };
    put(world.a, "kanri", {Role::ADMIN});
    put(world.b, "kacho", {Role::APPROVER});
    put(world.c, "sousa", {Role::INVESTIGATOR});
    must(books->put_person_key({world.c, world.device_c.verifier().text(), "端末", world.now, world.now + days(365), false}));
    const desk::Caller admin{world.a, Role::ADMIN};
    const AdmissionCommand command{world.c, Role::INVESTIGATOR, world.device_c.verifier().text()};
    const auto signed_by = [](const desk::PreparedEntry& prepared, const Signer& signer) {
      return desk::SignedEntry{prepared.text, must(signer.sign(prepared.text)).text()};
    };
    CHECK(!enrolment.prepare_revocation(admin, command));
    must(enrolment.admit(admin, signed_by(must(enrolment.prepare_admission(admin, command)), world.device_a)));
    CHECK(world.count(world.c, world.now) == 1);
    CHECK(code_of(enrolment.admit(admin, signed_by(must(enrolment.prepare_admission(admin, command)), world.device_a))) == Code::CONFLICT);

    const Time admitted = world.now;
    world.now = world.now + days(10);
    const desk::PreparedEntry prepared = must(enrolment.prepare_revocation(admin, command));
    CHECK(code_of(enrolment.revoke(admin, signed_by(prepared, world.device_b))) == Code::SIGNATURE_INVALID);
    CHECK(code_of(enrolment.revoke({world.c, Role::INVESTIGATOR}, signed_by(prepared, world.device_c))) == Code::FORBIDDEN);
    PersonEntry later = must(PersonEntry::parse(prepared.text));
    later.valid.until = world.now + days(3);
    CHECK(!enrolment.revoke(admin, signed_by({must(later.text()), prepared.signer}, world.device_a)));
    world.now = world.now + seconds(20);
    must(enrolment.revoke(admin, signed_by(prepared, world.device_a)));
    CHECK(world.count(world.c, world.now) == 0);
    CHECK(world.count(world.c, admitted + days(5)) == 1);
    // Whoever reads what it signed then is told that it was ended before its time.
    CHECK(must(world.directory->person(world.org, world.c, admitted + days(5))).front().is_ended_early);
    CHECK_FALSE(must(world.directory->person(world.org, world.a, world.now)).front().is_ended_early);
    CHECK(!enrolment.prepare_revocation(admin, command));
    // Admitted again: a new entry, not a successor.
    must(enrolment.admit(admin, signed_by(must(enrolment.prepare_admission(admin, command)), world.device_a)));
    CHECK(world.count(world.c, world.now) == 1);
  });
}

}  // namespace
}  // namespace warifu::store

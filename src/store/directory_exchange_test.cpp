// The directory in an exchange: admissions, the keys of every purpose, the replica that follows the hub's log, and the documents of the members.

#include <doctest/doctest.h>

#include "base/limits.h"
#include "base/testing_results.h"
#include "crypto/hash.h"
#include "desk/enrolment.h"
#include "json/codec.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "store/directory_store.h"
#include "store/testing_engines.h"

namespace warifu::store {
namespace {

using note::KeyPurpose;
using note::Signer;

using testing::code_of;
using testing::must;

Signer new_signer(const std::string& name) { return must(Signer::create(name, crypto::Ed25519Secret::generate())); }
Bytes raw(const note::VerifierKey& key) { return {key.key.bytes.begin(), key.key.bytes.end()}; }

// The hub's directory, and the same log as a member sees it.
struct World {
  explicit World(TestStore& store) : other_engine(store.kind()) {
    hub = open(store);
    replica = open(other_engine);
  }
  std::shared_ptr<DirectoryStore> open(TestStore& store) {
    store.fresh().reset();
    return reopen(store);
  }
  [[nodiscard]] std::shared_ptr<DirectoryStore> reopen(TestStore& store) {
    return must(DirectoryStore::create(
        [&store](Access access) -> Result<std::unique_ptr<Database>> { return store.connect(access); },
        {.key = key.verifier(), .admitters = {admitter_1.verifier(), admitter_2.verifier()}, .clock = [this] { return now; }, .signer = {}}));
  }

  template <class Entry>
  [[nodiscard]] std::string signed_by(const Entry& entry, const std::vector<Signer>& signers) const {
    return must(note::sign_note(must(entry.text()), signers)).serialise();
  }
  [[nodiscard]] note::MemberEntry admission(const Signer& of) const {
    return {key.verifier().name, org.text(), "agency", of.verifier(), Time::from_seconds(now.seconds())};
  }
  [[nodiscard]] std::string good_admission() const { return signed_by(admission(root), {root, admitter_1, admitter_2}); }
  [[nodiscard]] note::KeyEntry key_entry(KeyPurpose purpose, note::OrgKeyAlgorithm algorithm, Bytes bytes) const {
    return {key.verifier().name, org.text(), purpose, algorithm, std::move(bytes), {}, {}, {now, now + days(365)}, {}};
  }
  [[nodiscard]] std::string sign_entry() const {
    return signed_by(key_entry(KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(sign.verifier())), {root});
  }
  void admit(DirectoryStore& directory) const {
    must(directory.add_entry(good_admission()));
    must(directory.add_entry(sign_entry()));
  }
  // The hub's log keeper in short.
  [[nodiscard]] std::string checkpoint_over(const std::vector<std::string>& entries) const {
    std::vector<Sha256> leaves;
    for (const std::string& entry : entries) leaves.push_back(ledger::leaf_hash(bytes_of(entry)));
    const ledger::Checkpoint head{key.verifier().name, entries.size(), ledger::tree_root(leaves)};
    return must(note::sign_note(head.text(), std::span(&key, 1))).serialise();
  }
  [[nodiscard]] exchange::SignedDocument document(const party::Organisation& about, Time serial, const Signer& signer) const {
    const std::string body = json::encode_canonical(about);
    const exchange::Document text{org.text(), exchange::DocumentKind::organisation, serial, crypto::sha256(body), body.size()};
    return {must(note::sign_note(text.text(), std::span(&signer, 1))).serialise(), body};
  }
  [[nodiscard]] party::Organisation self() const {
    party::Organisation out;
    out.id = org;
    out.name_ja = "架空県警察";
    return out;
  }

  TestStore other_engine;
  Time now = Time::from_seconds(1'795'237'500);
  party::OrganisationId org = must(party::OrganisationId::parse("kakuu-police.example"));
  Signer key = new_signer("hub.example/keys"), admitter_1 = new_signer("hub.example/admit/1"), admitter_2 = new_signer("hub.example/admit/2");
  Signer root = new_signer("kakuu-police.example/root"), sign = new_signer("kakuu-police.example/sign");
  std::shared_ptr<DirectoryStore> hub, replica;
};

TEST_CASE("an admission by two admitters teaches the root; it comes first and once") {
  for_both_engines([](TestStore& store) {
    World world(store);
    DirectoryStore& hub = *world.hub;
    CHECK(code_of(hub.add_entry(world.sign_entry())) == Code::KEY_UNKNOWN);
    const note::MemberEntry admission = world.admission(world.root);
    CHECK(code_of(hub.add_entry(world.signed_by(admission, {world.root, world.admitter_1}))) == Code::SIGNATURE_MISSING);
    CHECK(code_of(hub.add_entry(world.signed_by(admission, {world.admitter_1, world.admitter_2}))) == Code::SIGNATURE_MISSING);
    CHECK(code_of(hub.add_entry(world.signed_by(admission, {world.root, world.admitter_1, new_signer("hub.example/admit/2")}))) ==
          Code::SIGNATURE_MISSING);
    note::MemberEntry other = admission;
    other.side = "court";
    CHECK(code_of(hub.add_entry(world.signed_by(other, {world.root, world.admitter_1, world.admitter_2}))) == Code::BAD_VALUE);
    other = admission;
    other.origin = "hub.example/log";
    CHECK(code_of(hub.add_entry(world.signed_by(other, {world.root, world.admitter_1, world.admitter_2}))) == Code::BAD_NOTE);
    CHECK(must(hub.size()) == 0);

    world.admit(hub);
    CHECK(must(hub.roots()) == std::vector{world.root.verifier()});
    CHECK(must(hub.members()) == std::vector{admission});
    CHECK(must(hub.member(world.org)) == admission);
    CHECK(!must(hub.member(must(party::OrganisationId::parse("nobody.example")))));
    CHECK(must(hub.organisation_keys(world.org, world.now)) == std::vector{world.sign.verifier()});
    CHECK(code_of(hub.add_entry(world.good_admission())) == Code::CONFLICT);
    const Signer second_root = new_signer("kakuu-police.example/root");
    CHECK(code_of(hub.add_entry(world.signed_by(world.admission(second_root), {second_root, world.admitter_1, world.admitter_2}))) == Code::CONFLICT);
    CHECK(code_of(hub.trust_root(second_root.verifier())) == Code::CONFLICT);
    must(hub.trust_root(world.root.verifier()));
    CHECK(code_of(hub.add_entry(world.signed_by(world.key_entry(KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(32, 1)),
                                                {second_root}))) == Code::SIGNATURE_MISSING);
    // All of a batch or nothing.
    const std::vector<std::string> batch{
        world.signed_by(world.key_entry(KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(32, 1)), {world.root}), "garbage"};
    CHECK(code_of(hub.add_entries(batch)) == Code::BAD_NOTE);
    CHECK(must(hub.size()) == 2);
  });
}

TEST_CASE("an admission after other entries of the organisation, or against a root that is known, is refused") {
  for_both_engines([](TestStore& store) {
    World world(store);
    must(world.hub->trust_root(new_signer("kakuu-police.example/root").verifier()));
    CHECK(code_of(world.hub->add_entry(world.good_admission())) == Code::CONFLICT);
    must(world.replica->trust_root(world.root.verifier()));
    must(world.replica->add_entry(
        must(desk::first_organisation_entry(world.key.verifier().name, world.org, world.sign.verifier(), {world.now, world.now + days(9)}, world.root,
                                            std::vector{world.admitter_1, world.admitter_2}))));
    CHECK(code_of(world.replica->add_entry(world.good_admission())) == Code::CONFLICT);
  });
}

TEST_CASE("keys are found by their purpose while they are in force") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.admit(*world.hub);
    const note::KeyEntry tls = world.key_entry(KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(32, 1));
    const note::KeyEntry seal = world.key_entry(KeyPurpose::seal, note::OrgKeyAlgorithm::x25519, Bytes(32, 9));
    must(world.hub->add_entry(world.signed_by(tls, {world.root})));
    const Sha256 leaf = ledger::leaf_hash(bytes_of(must(world.hub->entries()).back()));
    must(world.hub->add_entry(world.signed_by(seal, {world.root})));
    const auto keys = [&](KeyPurpose purpose, Time at) { return must(world.hub->organisation_keys_for(world.org, purpose, at)); };
    CHECK(keys(KeyPurpose::tls, world.now) == std::vector{tls});
    CHECK(keys(KeyPurpose::seal, world.now) == std::vector{seal});
    CHECK(keys(KeyPurpose::sign, world.now).size() == 1);
    CHECK(keys(KeyPurpose::witness, world.now).empty());
    CHECK(keys(KeyPurpose::tls, world.now - seconds(1)).empty());
    note::KeyEntry revoked = tls;
    revoked.previous = leaf;
    revoked.valid.until = world.now + days(1);
    must(world.hub->add_entry(world.signed_by(revoked, {world.root})));
    CHECK(keys(KeyPurpose::tls, world.now + days(1)).empty());
    CHECK(must(world.hub->entries_from(3)).size() == 2);
    CHECK(must(world.hub->entries_from(5)).empty());
    CHECK(must(world.hub->entries_from(50)).empty());
  });
}

TEST_CASE("a replica follows the log and holds exactly what the hub signed for") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.admit(*world.hub);
    DirectoryStore& replica = *world.replica;
    CHECK(code_of(replica.checkpoint(world.now)) == Code::NOT_FOUND);
    CHECK(!must(replica.followed()));
    const auto entries = must(world.hub->entries());
    const std::string head = world.checkpoint_over(entries);
    CHECK(code_of(replica.follow(std::span(entries).first(1), head)) == Code::LOG_FORKED);
    CHECK(code_of(replica.follow({}, head)) == Code::LOG_FORKED);
    std::string forged = head;
    forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
    CHECK_FALSE(replica.follow(entries, forged));
    CHECK(must(replica.size()) == 0);
    must(replica.follow(entries, head));
    CHECK(must(replica.entries()) == entries);
    CHECK(must(replica.checkpoint(world.now)) == head);
    CHECK(must(replica.organisation_keys(world.org, world.now)) == std::vector{world.sign.verifier()});
    CHECK(must(replica.followed())->size == 2);
    CHECK(must(replica.followed())->at == world.now);

    // The heartbeat: the same size later.
    world.now = world.now + seconds(60);
    must(replica.follow({}, head));
    CHECK(must(replica.followed())->at == world.now);
    // What was followed as accepted stays, whatever comes after it.
    CHECK(!must(replica.accepted()));
    must(replica.follow({}, head, true));
    const Time accepted = world.now;
    world.now = world.now + seconds(60);
    must(replica.follow({}, head));
    CHECK(must(replica.followed())->at == world.now);
    CHECK(must(replica.accepted())->at == accepted);
    CHECK(must(replica.accepted())->checkpoint == head);
    CHECK(must(replica.accepted())->size == 2);
    // Later, when the key that signed the entries has ended, the log still reads.
    const PersonId person = PersonId::random();
    const Signer device = new_signer(note::person_name(world.org.text(), person));
    must(world.hub->add_entry(must(desk::person_entry(must(desk::new_person_entry(world.key.verifier().name, world.org, person, party::Role::ADMIN,
                                                                                  {}, device.verifier(), world.now, world.now + days(365))),
                                                      world.sign, world.root))));
    const auto more = must(world.hub->entries());
    world.now = world.now + days(400);
    must(replica.follow(std::span(more).subspan(2), world.checkpoint_over(more)));
    CHECK(must(replica.person(world.org, person, world.now - days(300))).size() == 1);

    CHECK(code_of(replica.follow({}, head)) == Code::STALE);
    // Another history of the same length, and one that goes on from it.
    std::vector<std::string> fork = more;
    std::swap(fork[0], fork[1]);
    CHECK(code_of(replica.follow({}, world.checkpoint_over(fork))) == Code::LOG_FORKED);
    // An entry that the organisation did not sign is not taken because the hub signed the log.
    std::vector<std::string> foreign = more;
    foreign.push_back(world.signed_by(world.key_entry(KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(32, 1)),
                                      {new_signer("kakuu-police.example/root")}));
    CHECK(code_of(replica.follow(std::span(foreign).last(1), world.checkpoint_over(foreign))) == Code::SIGNATURE_MISSING);
    CHECK(must(replica.entries()) == more);
  });
}

// A log written by hand, as a hub that takes everything would write it.
struct WrittenLog {
  explicit WrittenLog(const World& of) : world(of) {
    put(world.good_admission());
    sign_leaf = put(world.sign_entry());
  }
  Sha256 put(const std::string& entry) {
    entries.push_back(entry);
    return ledger::leaf_hash(bytes_of(entry));
  }
  Sha256 put_key(note::KeyEntry entry, std::optional<Sha256> previous = {}) {
    entry.previous = previous;
    return put(world.signed_by(entry, {world.root}));
  }
  [[nodiscard]] note::PersonEntry person(const PersonId& id, const Signer& device, std::optional<Sha256> previous = {}) const {
    note::PersonEntry entry = must(desk::new_person_entry(world.key.verifier().name, world.org, id, party::Role::ADMIN, {}, device.verifier(),
                                                          world.now, world.now + days(300)));
    entry.previous = previous;
    return entry;
  }
  [[nodiscard]] Signer device_of(const PersonId& id) const { return new_signer(note::person_name(world.org.text(), id)); }
  // The replica's verdict on the last of them, with everything before it taken.
  [[nodiscard]] Status follow_last(DirectoryStore& replica) const {
    const std::size_t known = must(replica.size());
    const auto before = std::span(entries).first(entries.size() - 1).subspan(known);
    if (!before.empty()) must(replica.follow(before, world.checkpoint_over({entries.begin(), entries.end() - 1})));
    return replica.follow(std::span(entries).last(1), world.checkpoint_over(entries));
  }
  const World& world;
  std::vector<std::string> entries;
  Sha256 sign_leaf;
};

TEST_CASE("what a revoked key signs afterwards is followed by nobody, also years later") {
  for_both_engines([](TestStore& store) {
    for (const Duration later : {seconds(1), days(1000)}) {
      World world(store);
      WrittenLog log(world);
      const PersonId a = PersonId::random(), b = PersonId::random(), c = PersonId::random();
      const Signer device_a = log.device_of(a), device_b = log.device_of(b), device_c = log.device_of(c);
      const Sha256 leaf_a = log.put(world.signed_by(log.person(a, device_a), {world.sign, world.root}));
      log.put(world.signed_by(log.person(b, device_b), {world.sign, world.root}));
      const note::KeyEntry sign = world.key_entry(KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(world.sign.verifier()));
      const Time start = world.now;
      const auto judged = [&](WrittenLog with, const std::string& last) {
        World fresh(store);
        fresh.key = world.key;
        fresh.admitter_1 = world.admitter_1;
        fresh.admitter_2 = world.admitter_2;
        fresh.now = start + later;
        fresh.replica = fresh.open(fresh.other_engine);
        with.put(last);
        return with.follow_last(*fresh.replica);
      };
      const std::string newcomer = world.signed_by(log.person(c, device_c), {world.sign, device_a});
      CHECK(judged(log, newcomer).has_value());

      WrittenLog without_sign = log;
      note::KeyEntry ended = sign;
      ended.valid.until = start + seconds(1);
      without_sign.put_key(ended, log.sign_leaf);
      CHECK(code_of(judged(without_sign, newcomer)) == Code::KEY_UNKNOWN);
      // The revocation itself is no key either, and a new one for the organisation goes on.
      const Signer next = new_signer("kakuu-police.example/sign");
      without_sign.put_key(world.key_entry(KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(next.verifier())));
      CHECK(code_of(judged(without_sign, newcomer)) == Code::SIGNATURE_MISSING);
      CHECK(judged(without_sign, world.signed_by(log.person(c, device_c), {next, device_a})).has_value());

      WrittenLog without_a = log;
      note::PersonEntry lost = log.person(a, device_a, leaf_a);
      lost.valid.until = lost.valid.from;
      without_a.put(world.signed_by(lost, {world.sign, device_b}));
      CHECK(code_of(judged(without_a, newcomer)) == Code::SIGNATURE_MISSING);
      CHECK(judged(without_a, world.signed_by(log.person(c, device_c), {world.sign, device_b})).has_value());
      // Admitted anew, by an entry of its own; the old one stands in the log and is not taken twice.
      note::PersonEntry again = log.person(a, device_a);
      CHECK(code_of(judged(without_a, world.signed_by(again, {world.sign, device_b}))) == Code::CONFLICT);
      again.valid.until = again.valid.until + days(1);
      without_a.put(world.signed_by(again, {world.sign, device_b}));
      CHECK(judged(without_a, newcomer).has_value());

      // A rotation leaves the old key its overlap.
      WrittenLog rotated = log;
      note::KeyEntry shorter = sign;
      shorter.valid = {start + seconds(1), start + days(30)};
      const Sha256 going = rotated.put_key(shorter, log.sign_leaf);
      note::KeyEntry coming = world.key_entry(KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(next.verifier()));
      rotated.put_key(coming, going);
      CHECK(judged(rotated, newcomer).has_value());
      CHECK(judged(rotated, world.signed_by(log.person(c, device_c), {next, device_a})).has_value());
    }
  });
}

TEST_CASE("a revocation is followed by a node whose clock is a little behind") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.admit(*world.hub);
    const Sha256 first = ledger::leaf_hash(bytes_of(must(world.hub->entries()).back()));
    const Time start = world.now;
    note::KeyEntry next = world.key_entry(KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(new_signer("kakuu-police.example/sign").verifier()));
    next.previous = first;
    must(world.hub->add_entry(world.signed_by(next, {world.root})));
    world.now = start + days(1);
    note::KeyEntry ended = world.key_entry(KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(world.sign.verifier()));
    ended.valid = {start, world.now};
    ended.previous = first;
    must(world.hub->add_entry(world.signed_by(ended, {world.root})));
    const auto entries = must(world.hub->entries());
    world.now = start + days(1) - minutes(6);
    CHECK(code_of(world.replica->follow(entries, world.checkpoint_over(entries))) == Code::CONFLICT);
    world.now = start + days(1) - minutes(1);
    must(world.replica->follow(entries, world.checkpoint_over(entries)));
    CHECK(must(world.replica->organisation_keys(world.org, start + days(1))).size() == 1);
  });
}

TEST_CASE("a witness's key serves nothing else, to whoever adds it and whoever follows") {
  for_both_engines([](TestStore& store) {
    World world(store);
    WrittenLog log(world);
    const auto ed25519 = note::OrgKeyAlgorithm::ed25519;
    const PersonId a = PersonId::random();
    const Signer device = log.device_of(a), witness = new_signer("kakuu-police.example/sign");
    const std::string admin = world.signed_by(log.person(a, device), {world.sign, world.root});
    const auto refused = [&](const std::vector<std::string>& before, const std::string& last) {
      World fresh(store);
      fresh.key = world.key;
      fresh.admitter_1 = world.admitter_1;
      fresh.admitter_2 = world.admitter_2;
      fresh.hub = fresh.open(store);
      fresh.replica = fresh.open(fresh.other_engine);
      WrittenLog all = log;
      for (const std::string& entry : before) all.put(entry);
      must(fresh.hub->add_entries(all.entries));
      const Status added = fresh.hub->add_entry(last);
      all.put(last);
      const Status followed = all.follow_last(*fresh.replica);
      return !added && added.error().code == Code::CONFLICT && !followed && followed.error().code == Code::CONFLICT;
    };
    const auto key = [&](KeyPurpose purpose, const Signer& of) {
      return world.signed_by(world.key_entry(purpose, ed25519, raw(of.verifier())), {world.root});
    };
    CHECK(refused({}, key(KeyPurpose::witness, world.sign)));
    CHECK(refused({}, key(KeyPurpose::witness, world.root)));
    CHECK(refused({admin}, key(KeyPurpose::witness, device)));
    CHECK(refused({key(KeyPurpose::witness, device)}, admin));
    // Another key of its own kind is nobody else's.
    CHECK_FALSE(refused({admin}, key(KeyPurpose::witness, witness)));
    note::KeyEntry next = world.key_entry(KeyPurpose::sign, ed25519, raw(witness.verifier()));
    next.previous = log.sign_leaf;
    CHECK(refused({key(KeyPurpose::witness, witness)}, world.signed_by(next, {world.root})));
  });
}

TEST_CASE("an admission ends when two admitters say so: its keys count no more for the hub, a node and whoever reads the log later") {
  for_both_engines([](TestStore& store) {
    World world(store);
    DirectoryStore &hub = *world.hub, &replica = *world.replica;
    world.admit(hub);
    const std::vector<std::string> before = must(hub.entries());
    must(replica.follow(before, world.checkpoint_over(before)));
    CHECK(!must(hub.member_end(world.org)));
    const Sha256 admission = *must(hub.admission_leaf(world.org));
    CHECK(admission == ledger::leaf_hash(bytes_of(before[0])));
    CHECK(!must(hub.admission_leaf(must(party::OrganisationId::parse("nobody.example")))));

    world.now = world.now + days(1);
    note::MemberEnd end{world.key.verifier().name, world.org.text(), world.now, admission};
    const std::vector<Signer> both{world.admitter_1, world.admitter_2};
    CHECK(code_of(hub.add_entry(world.signed_by(end, {world.admitter_1}))) == Code::SIGNATURE_MISSING);
    CHECK(code_of(hub.add_entry(world.signed_by(end, {world.admitter_1, world.root}))) == Code::SIGNATURE_MISSING);
    const auto changed = [&](auto change) {
      note::MemberEnd other = end;
      change(other);
      return code_of(hub.add_entry(world.signed_by(other, both)));
    };
    CHECK(changed([](note::MemberEnd& e) { e.origin = "hub.example/log"; }) == Code::BAD_NOTE);
    CHECK(changed([](note::MemberEnd& e) { e.org = "nobody.example"; }) == Code::CONFLICT);
    CHECK(changed([](note::MemberEnd& e) { e.admission = Sha256{}; }) == Code::CONFLICT);
    CHECK(changed([](note::MemberEnd& e) { e.ended = e.ended + minutes(6); }) == Code::TIME_IN_FUTURE);
    // Two signatures under one that was begun long ago, and taken back since: the promises of that time keep their worth.
    world.now = world.now + days(7) + seconds(1);
    CHECK(code_of(hub.add_entry(world.signed_by(end, both))) == Code::STALE);
    world.now = world.now - seconds(1);
    must(hub.add_entry(world.signed_by(end, both)));
    CHECK(must(hub.member_end(world.org)) == end);
    CHECK(must(hub.member(world.org)).has_value());  // it was admitted, and that stays
    CHECK(must(hub.organisation_keys(world.org, world.now)).empty());
    CHECK(must(hub.organisation_keys(world.org, end.ended - seconds(1))) == std::vector{world.sign.verifier()});
    // Nothing more of it, no second end, and no way back.
    CHECK(changed([](note::MemberEnd& e) { e.ended = e.ended - seconds(9); }) == Code::CONFLICT);
    const auto later = world.key_entry(KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(32, 1));
    CHECK(code_of(hub.add_entry(world.signed_by(later, {world.root}))) == Code::CONFLICT);
    const PersonId person = PersonId::random();
    const Signer device = new_signer(note::person_name(world.org.text(), person));
    const note::PersonEntry enrolled{world.key.verifier().name,
                                     world.org.text(),
                                     person,
                                     "approver",
                                     {},
                                     note::PersonKeyAlgorithm::ed25519,
                                     raw(device.verifier()),
                                     {},
                                     {world.now, world.now + days(1)},
                                     {}};
    CHECK(code_of(hub.add_entry(world.signed_by(enrolled, {world.sign, world.root}))) == Code::CONFLICT);
    CHECK(code_of(hub.add_entry(world.good_admission())) == Code::CONFLICT);

    std::vector<std::string> entries = must(hub.entries());
    world.now = world.now + days(30);  // a node that comes late follows all the same
    must(replica.follow(std::span(entries).subspan(2), world.checkpoint_over(entries)));
    CHECK(must(replica.member_end(world.org)) == end);
    CHECK(must(replica.organisation_keys(world.org, world.now)).empty());
    entries.push_back(world.signed_by(later, {world.root}));
    CHECK(code_of(replica.follow(std::span(entries).subspan(3), world.checkpoint_over(entries))) == Code::CONFLICT);
    // After a restart as before.
    const auto again = world.reopen(store);
    CHECK(must(again->member_end(world.org)) == end);
    CHECK(must(again->organisation_keys(world.org, world.now)).empty());
  });
}

TEST_CASE("a key that was revoked does not come back with another line under its old entry") {
  for_both_engines([](TestStore& store) {
    World world(store);
    DirectoryStore& hub = *world.hub;
    world.admit(hub);
    const std::string entry = must(hub.entries())[1];
    note::KeyEntry revoked = world.key_entry(KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(world.sign.verifier()));
    revoked.previous = ledger::leaf_hash(bytes_of(entry));
    world.now = world.now + minutes(1);
    revoked.valid.until = world.now;
    must(hub.add_entry(world.signed_by(revoked, {world.root})));
    std::vector<std::string> entries = must(hub.entries());
    must(world.replica->follow(entries, world.checkpoint_over(entries)));
    for (const std::string& line : {must(note::Note::parse(entry)).signatures.front().text(), must(world.admitter_1.sign("anything\n")).text()}) {
      const std::string with_a_line = entry + line + "\n";
      CHECK(code_of(hub.add_entry(with_a_line)) == Code::CONFLICT);
      entries.push_back(with_a_line);
      CHECK(code_of(world.replica->follow(std::span(entries).subspan(3), world.checkpoint_over(entries))) == Code::CONFLICT);
      entries.pop_back();
    }
    CHECK(must(hub.organisation_keys(world.org, world.now)).empty());
    CHECK(must(world.replica->organisation_keys(world.org, world.now)).empty());
  });
}

TEST_CASE("the hub's own directory takes checkpoints over what its log keeper has signed so far") {
  for_both_engines([](TestStore& store) {
    World world(store);
    world.admit(*world.hub);
    const auto entries = must(world.hub->entries());
    must(world.hub->follow({}, world.checkpoint_over({entries[0]})));
    CHECK(must(world.hub->checkpoint(world.now)) == world.checkpoint_over({entries[0]}));
    CHECK(code_of(world.hub->follow({}, world.checkpoint_over({entries[1]}))) == Code::LOG_FORKED);
    must(world.hub->follow({}, world.checkpoint_over(entries)));
    CHECK(code_of(world.hub->follow({}, world.checkpoint_over({entries[0]}))) == Code::STALE);
  });
}

TEST_CASE("a document stands with its organisation's signature and the highest serial") {
  for_both_engines([](TestStore& store) {
    World world(store);
    DirectoryStore& hub = *world.hub;
    world.admit(hub);
    party::Organisation self = world.self();
    const exchange::SignedDocument first = world.document(self, world.now, world.sign);
    CHECK(code_of(hub.put_document(world.document(self, world.now, world.root))) == Code::SIGNATURE_MISSING);
    CHECK(code_of(hub.put_document({first.note, first.body + " "})) == Code::TEXT_DIFFERS);
    CHECK(code_of(hub.put_document(world.document(self, world.now + days(1), world.sign))) == Code::TIME_IN_FUTURE);
    party::Organisation foreign = self;
    foreign.id = must(party::OrganisationId::parse("other.example"));
    CHECK(code_of(hub.put_document(world.document(foreign, world.now, world.sign))) == Code::TEXT_DIFFERS);
    party::Organisation turned = self;
    turned.side = party::Side::PROVIDER;
    CHECK(code_of(hub.put_document(world.document(turned, world.now, world.sign))) == Code::CONFLICT);
    // Nobody calls himself something that fills everybody's lists.
    const auto lengthened = [&](std::string party::Organisation::* field, std::size_t size) {
      party::Organisation changed = self;
      changed.*field = std::string(size, 'x');
      return world.document(changed, world.now, world.sign);
    };
    using O = party::Organisation;
    for (std::string O::* field : {&O::name_ja, &O::name_en, &O::address, &O::telephone})
      CHECK(code_of(hub.put_document(lengthened(field, 4 * limits::kLineCharactersMax + 1))) == Code::TOO_LONG);
    party::Organisation many = self;
    many.kinds.assign(65, "bank");
    CHECK(code_of(hub.put_document(world.document(many, world.now, world.sign))) == Code::TOO_MANY);
    CHECK(must(hub.documents_after(0, 10)).documents.empty());

    must(hub.put_document(first));
    must(hub.put_document(first));
    CHECK(must(hub.organisation(world.org))->name_ja == "架空県警察");
    self.telephone = "000-000-0000";
    CHECK(code_of(hub.put_document(world.document(self, world.now, world.sign))) == Code::STALE);
    const exchange::SignedDocument second = world.document(self, world.now + seconds(1), world.sign);
    must(hub.put_document(second));
    CHECK(code_of(hub.put_document(first)) == Code::STALE);
    CHECK(must(hub.organisation(world.org))->telephone == "000-000-0000");
    const auto all = must(hub.documents_after(0, 10));
    REQUIRE(all.documents.size() == 1);
    CHECK(all.version == 2);
    CHECK(all.documents[0].note == second.note);
    CHECK(all.documents[0].body == second.body);
    CHECK(must(hub.documents_after(all.version, 10)).documents.empty());
    CHECK(must(hub.documents_after(all.version, 10)).version == 2);
  });
}

}  // namespace
}  // namespace warifu::store

#include "note/directory_entry.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/testing_es256.h"

namespace warifu::note {
namespace {

using crypto::Ed25519Secret;

constexpr std::string_view kOrg = "minato.police.example";

Bytes public_bytes(const Ed25519Secret& secret) { return {secret.public_key().bytes.begin(), secret.public_key().bytes.end()}; }
Time at(std::int64_t seconds) { return Time::from_seconds(seconds); }

KeyEntry sample_key(const Ed25519Secret& secret = Ed25519Secret::generate()) {
  KeyEntry entry;
  entry.origin = "hub.example/keys";
  entry.org = kOrg;
  entry.key = public_bytes(secret);
  entry.valid = {at(1000), at(2000)};
  return entry;
}

PersonEntry sample_person(PersonId person = PersonId::random(), const Ed25519Secret& secret = Ed25519Secret::generate()) {
  PersonEntry entry;
  entry.origin = "hub.example/keys";
  entry.org = kOrg;
  entry.person = person;
  entry.role = "approver";
  entry.key = public_bytes(secret);
  entry.valid = {at(1000), at(2000)};
  return entry;
}

Signer signer(const std::string& name) { return Signer::create(name, Ed25519Secret::generate()).value(); }

template <class Entry>
Note sign(const Entry& entry, const std::vector<Signer>& signers) {
  return sign_note(entry.text().value(), signers).value();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t where = text.find(from);
  REQUIRE(where != std::string::npos);
  return text.replace(where, from.size(), to);
}

}  // namespace

TEST_CASE("the exact text of a key entry") {
  KeyEntry entry = sample_key();
  entry.previous = crypto::sha256("x");
  CHECK(entry.text().value() == "warifu-key/v1\nhub.example/keys\norg minato.police.example\npurpose sign\nkey ed25519 " + to_base64(entry.key) +
                                    "\nvalid 1000 2000\nprev " + crypto::sha256("x").hex() + "\n");
  CHECK(KeyEntry::parse(entry.text().value()).value() == entry);
  CHECK(entry.verifier().value().name == "minato.police.example/sign");
  entry.purpose = KeyPurpose::witness;
  CHECK(entry.verifier().value().type == KeyType::cosignature_v1);
}

TEST_CASE("the exact text of a person's entry") {
  PersonEntry entry = sample_person();
  entry.unit = UnitId::random();
  CHECK(entry.text().value() == "warifu-person/v1\nhub.example/keys\norg minato.police.example\nperson " + entry.person.hex() +
                                    "\nrole approver unit " + entry.unit->hex() + "\nkey ed25519 " + to_base64(entry.key) +
                                    "\ndelegator -\nvalid 1000 2000\nprev -\n");
  CHECK(PersonEntry::parse(entry.text().value()).value() == entry);
  CHECK(entry.verifier().value().name == "minato.police.example/person/" + entry.person.hex());
}

TEST_CASE("every kind of key goes there and back") {
  KeyEntry entry = sample_key();
  const auto survives = [](const auto& e) { return std::decay_t<decltype(e)>::parse(e.text().value()).value() == e; };
  entry.purpose = KeyPurpose::seal;
  entry.algorithm = OrgKeyAlgorithm::x25519;
  CHECK(survives(entry));
  CHECK(entry.verifier().error().code == Code::KEY_NOT_VALID);
  entry.algorithm = OrgKeyAlgorithm::p256;
  entry.key = Bytes(33, 2);
  CHECK(survives(entry));
  entry.algorithm = OrgKeyAlgorithm::mlkem768x25519;
  CHECK(entry.text().error().code == Code::BAD_NOTE);  // of another length
  entry.key = Bytes(1216, 0xFF);                       // whether it is a key is seen by whoever seals for it
  CHECK(survives(entry));
  CHECK(entry.text().value().find("\nkey mlkem768x25519 ") != std::string::npos);
  entry.purpose = KeyPurpose::sign;
  CHECK(entry.text().error().code == Code::BAD_NOTE);
  entry.purpose = KeyPurpose::tls;
  entry.algorithm = OrgKeyAlgorithm::spki_sha256;
  entry.key = Bytes(32, 9);
  CHECK(survives(entry));
  entry.purpose = KeyPurpose::share;
  entry.algorithm = OrgKeyAlgorithm::ristretto255;
  CHECK(survives(entry));
  entry.purpose = KeyPurpose::web;
  entry.algorithm = OrgKeyAlgorithm::web;
  entry.key.clear();
  entry.web_origin = "https://desk.minato.example:8443";
  entry.rp_id = "minato.example";
  CHECK(survives(entry));

  PersonEntry person = sample_person();
  person.delegator = PersonId::random();
  CHECK(survives(person));
  person.algorithm = PersonKeyAlgorithm::webauthn_ed25519;
  CHECK(survives(person));
  CHECK(person.verifier().error().code == Code::KEY_NOT_VALID);
  person.algorithm = PersonKeyAlgorithm::webauthn_es256;
  const crypto::P256Public point = crypto::TestingEs256::generate().public_key();
  person.key.assign(point.begin(), point.end());
  CHECK(survives(person));
  person.key.back() ^= 1;  // no point of the curve
  CHECK(person.text().error().code == Code::BAD_KEY);
}

TEST_CASE("entries that break a rule are neither written nor read") {
  const KeyEntry good = sample_key();
  const std::string text = good.text().value();
  const auto refused = [&](std::string_view from, std::string_view to) { return !KeyEntry::parse(replaced(text, from, to)).has_value(); };
  CHECK(refused("key/v1", "key/v2"));
  CHECK(refused("purpose sign", "purpose root"));
  CHECK(refused("purpose sign", "purpose seal"));  // Ed25519 seals nothing
  CHECK(refused("purpose sign\n", ""));
  CHECK(refused("valid 1000", "valid 01000"));
  CHECK(refused("valid 1000 2000", "valid 2000 1000"));
  CHECK(refused("valid 1000 2000", "valid 1000 7258118401"));
  CHECK(refused("prev -", "prev " + std::string(64, 'A')));
  CHECK(refused("prev -\n", "prev -\nmore x\n"));
  CHECK(refused("prev -\n", "prev -"));
  CHECK(refused("org minato", "org Minato"));
  CHECK(refused("hub.example/keys", "hub example"));

  KeyEntry bad = good;
  bad.key = Bytes(32, 0);  // a point of small order
  CHECK(bad.text().error().code == Code::BAD_KEY);
  bad = good;
  bad.org = "a\norg b";
  CHECK_FALSE(bad.text().has_value());
  bad = good;
  bad.valid.until.us += 1;
  CHECK_FALSE(bad.text().has_value());
  for (const auto& [origin, rp] : std::vector<std::pair<std::string, std::string>>{{"http://desk.example", "desk.example"},
                                                                                   {"https://desk.example", "other.example"},
                                                                                   {"https://evildesk.example", "desk.example"},
                                                                                   {"https://desk.example/", "desk.example"},
                                                                                   {"https://desk.example:0", "desk.example"},
                                                                                   {"https://desk.example", ""}}) {
    KeyEntry web = good;
    web.purpose = KeyPurpose::web;
    web.algorithm = OrgKeyAlgorithm::web;
    web.key.clear();
    web.web_origin = origin;
    web.rp_id = rp;
    CHECK_FALSE(web.text().has_value());
  }
  // What browsers trust on this machine is good enough for a demonstration only.
  for (const std::string origin : {"http://localhost", "http://localhost:8080"}) {
    KeyEntry web = good;
    web.purpose = KeyPurpose::web;
    web.algorithm = OrgKeyAlgorithm::web;
    web.key.clear();
    web.web_origin = origin;
    web.rp_id = "localhost";
    CHECK_FALSE(web.text().has_value());
    web.org = "kakuu-police.demo";
    REQUIRE(web.text());
    CHECK(KeyEntry::parse(*web.text()).value().relying_party() == RelyingParty{origin, "localhost"});
    for (const char* other :
         {"http://localhost.example:8080", "http://127.0.0.1:8080", "http://localhost:0", "http://localhost:", "http://localhost/"}) {
      web.web_origin = other;
      CHECK_FALSE(web.text().has_value());
    }
  }

  PersonEntry person = sample_person();
  person.role = "approver unit -\nrole x";
  CHECK_FALSE(person.text().has_value());
  person = sample_person();
  person.delegator = person.person;
  CHECK_FALSE(person.text().has_value());
  const std::string person_text = sample_person().text().value();
  CHECK_FALSE(PersonEntry::parse(replaced(person_text, " unit -", "")).has_value());
  CHECK_FALSE(PersonEntry::parse(replaced(person_text, "ed25519", "x25519")).has_value());
}

TEST_CASE("no flipped bit of an entry reads as the same entry") {
  const KeyEntry entry = sample_key();
  const std::string text = entry.text().value();
  for (std::size_t i = 0; i < text.size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = text;
      flipped[i] = static_cast<char>(flipped[i] ^ static_cast<char>(1u << bit));
      const auto read = KeyEntry::parse(flipped);
      if (!read) continue;
      CHECK(*read != entry);
      CHECK(read->text().value() == flipped);
    }
}

TEST_CASE("a key entry needs the root, a new organisation two different admitters too") {
  const auto root = signer("minato.police.example/root");
  const auto one = signer("hub.example/admit/1"), two = signer("hub.example/admit/2");
  const KeyEntry entry = sample_key();
  KeyEntryAuthorities known{root.verifier(), {one.verifier(), two.verifier()}, false};
  CHECK(check_signatures(sign(entry, {root}), entry, known).has_value());
  CHECK(check_signatures(sign(entry, {one, two}), entry, known).error().code == Code::SIGNATURE_MISSING);
  known.org_is_new = true;
  CHECK(check_signatures(sign(entry, {root, one, two}), entry, known).has_value());
  CHECK(check_signatures(sign(entry, {root, one}), entry, known).error().code == Code::SIGNATURE_MISSING);
  CHECK(check_signatures(sign(entry, {root, one, one}), entry, known).error().code == Code::SIGNATURE_MISSING);
  CHECK(check_signatures(sign(entry, {root, one, signer("hub.example/admit/2")}), entry, known).error().code == Code::SIGNATURE_MISSING);

  // One key under two names is one admitter; a key that is not named as an admitter is none.
  const auto secret = Ed25519Secret::generate();
  const auto first = Signer::create("hub.example/admit/1", secret).value(), second = Signer::create("hub.example/admit/2", secret).value();
  KeyEntryAuthorities doubled{root.verifier(), {first.verifier(), second.verifier()}, true};
  CHECK(check_signatures(sign(entry, {root, first, second}), entry, doubled).error().code == Code::SIGNATURE_MISSING);
  const auto other = signer("hub.example/sign");
  KeyEntryAuthorities misnamed{root.verifier(), {one.verifier(), other.verifier()}, true};
  CHECK(check_signatures(sign(entry, {root, one, other}), entry, misnamed).error().code == Code::SIGNATURE_MISSING);

  Note spoiled = sign(entry, {root, one, two});
  spoiled.signatures[2].signature[0] ^= 1;
  CHECK(check_signatures(spoiled, entry, known).error().code == Code::SIGNATURE_INVALID);
  CHECK(check_signatures(sign(sample_key(), {root}), entry, known).error().code == Code::TEXT_DIFFERS);
  KeyEntryAuthorities foreign{signer("other.example/root").verifier(), {}, false};
  CHECK(check_signatures(sign(entry, {root}), entry, foreign).error().code == Code::KEY_UNKNOWN);
}

TEST_CASE("a person's entry needs the organisation and a second person") {
  const auto org = signer("minato.police.example/sign"), root = signer("minato.police.example/root");
  const PersonEntry entry = sample_person();
  const auto own = signer(person_name(kOrg, entry.person));
  const auto second = signer(person_name(kOrg, PersonId::random()));
  const auto stranger = signer(person_name("other.example", PersonId::random()));
  PersonEntryAuthorities known{{org.verifier()}, root.verifier(), {own.verifier(), second.verifier(), stranger.verifier()}, 2};
  CHECK(check_signatures(sign(entry, {org, second}), entry, known).has_value());
  for (const auto& signers : std::vector<std::vector<Signer>>{{org}, {second}, {org, own}, {org, stranger}, {org, root}})
    CHECK(check_signatures(sign(entry, signers), entry, known).error().code == Code::SIGNATURE_MISSING);

  // The first two people: the root in place of the second person.
  for (std::size_t people = 0; people < 2; ++people) {
    known.people_known = people;
    CHECK(check_signatures(sign(entry, {org, root}), entry, known).has_value());
    CHECK(check_signatures(sign(entry, {org, second}), entry, known).error().code == Code::SIGNATURE_MISSING);
    CHECK(check_signatures(sign(entry, {root}), entry, known).error().code == Code::SIGNATURE_MISSING);
  }

  // Whoever enters the key cannot admit it under another person's name.
  const auto secret = Ed25519Secret::generate();
  const auto puppet = Signer::create(person_name(kOrg, PersonId::random()), secret).value();
  const PersonEntry same_key = sample_person(PersonId::random(), secret);
  PersonEntryAuthorities with_puppet{{org.verifier()}, root.verifier(), {puppet.verifier()}, 2};
  CHECK(check_signatures(sign(same_key, {org, puppet}), same_key, with_puppet).error().code == Code::SIGNATURE_MISSING);
}

TEST_CASE("the leaf hash is RFC 6962's") {
  const Note note = sign(sample_key(), {signer("minato.police.example/root")});
  CHECK(leaf_hash(note) == crypto::sha256(std::string(1, '\0') + note.serialise()));
}

TEST_CASE("what may follow an entry") {
  const KeyEntry first = sample_key();
  const Sha256 leaf = crypto::sha256("leaf of the first");
  KeyEntry next = sample_key();
  CHECK(check_successor(first, leaf, next).error().where == "prev");
  next.previous = leaf;
  CHECK(check_successor(first, leaf, next).has_value());
  next.org = "other.example";
  CHECK(check_successor(first, leaf, next).error().where == "org");
  next = first;
  next.previous = leaf;
  next.purpose = KeyPurpose::witness;
  CHECK(check_successor(first, leaf, next).error().where == "purpose");

  const PersonEntry person = sample_person();
  PersonEntry successor = sample_person(person.person);
  successor.previous = leaf;
  CHECK(check_successor(person, leaf, successor).has_value());
  successor.person = PersonId::random();
  CHECK(check_successor(person, leaf, successor).error().where == "person");
}

TEST_CASE("in force: periods, revocation, replacement, rotation") {
  const KeyEntry first = sample_key();  // 1000 … 2000
  const auto with = [&](const KeyEntry& base, std::int64_t from, std::int64_t until) {
    KeyEntry entry = base;
    entry.valid = {at(from), at(until)};
    return entry;
  };
  const auto holds = [](const std::vector<KeyEntry>& chain, std::int64_t t) { return in_force(std::span<const KeyEntry>(chain), at(t)); };
  CHECK_FALSE(holds({first}, 999));
  CHECK(holds({first}, 1000));
  CHECK(holds({first}, 1999));
  CHECK_FALSE(holds({first}, 2000));
  CHECK_FALSE(holds({}, 1500));

  const KeyEntry revocation = with(first, 1500, 1500);
  CHECK(holds({first, revocation}, 1499));
  CHECK_FALSE(holds({first, revocation}, 1500));
  CHECK_FALSE(holds({first, with(sample_key(), 0, 1200)}, 1300));  // the rule looks at the period, not at the key

  const KeyEntry rotated = with(sample_key(), 1500, 3000);
  CHECK(holds({first, rotated}, 1800));
  CHECK(holds({first, rotated, with(rotated, 1600, 1600)}, 1800));  // the later key is revoked, the first one is not
  CHECK_FALSE(holds({rotated, with(rotated, 1600, 1600)}, 1800));

  const KeyEntry renewed = with(first, 1500, 3000);
  CHECK(holds({first, renewed}, 1400));
  CHECK_FALSE(holds({first, renewed}, 1600));  // the renewal is in force instead
  CHECK(holds({renewed}, 1600));
  CHECK_FALSE(holds({first, with(first, 1900, 3000), with(first, 1500, 1500)}, 1600));

  const PersonEntry approver = sample_person();
  PersonEntry investigator = approver;
  investigator.role = "investigator";
  investigator.valid = {at(1500), at(2500)};
  const std::vector<PersonEntry> chain{approver, investigator};
  CHECK(in_force(std::span<const PersonEntry>(chain), at(1499)));
  CHECK_FALSE(in_force(std::span<const PersonEntry>(chain), at(1500)));
}

}  // namespace warifu::note

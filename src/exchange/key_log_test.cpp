#include "exchange/key_log.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace warifu::exchange {
namespace {

using crypto::Ed25519Secret;
using note::KeyEntry;

Time at(std::int64_t seconds) { return Time::from_seconds(seconds); }

struct Writer {
  note::Signer root = note::Signer::create("kakuu-police.example/root", Ed25519Secret::generate()).value();
  std::vector<std::string> entries;

  Sha256 add(const KeyEntry& entry) { return add_text(entry.text().value(), root); }
  Sha256 add_text(const std::string& text, const note::Signer& signer) {
    const std::vector<note::Signer> signers{signer};
    const note::Note note = note::sign_note(text, signers).value();
    entries.push_back(note.serialise());
    return note::leaf_hash(note);
  }
};

KeyEntry key(const Ed25519Secret& secret, std::int64_t from, std::int64_t until, std::optional<Sha256> previous = {}) {
  KeyEntry entry;
  entry.origin = "hub.example/keys";
  entry.org = "kakuu-police.example";
  entry.key = {secret.public_key().bytes.begin(), secret.public_key().bytes.end()};
  entry.valid = {at(from), at(until)};
  entry.previous = previous;
  return entry;
}

std::vector<std::size_t> in_force(const KeyLog& log, std::int64_t t) {
  std::vector<std::size_t> out;
  for (const KeyLog::OrganisationKey& known : log.organisation_keys("kakuu-police.example", at(t))) out.push_back(known.index);
  return out;
}

}  // namespace

TEST_CASE("the revocation of a key that had been replaced ends that key and no other") {
  Writer writer;
  const Ed25519Secret old_secret = Ed25519Secret::generate(), new_secret = Ed25519Secret::generate();
  const Sha256 first = writer.add(key(old_secret, 1000, 5000));
  writer.add(key(new_secret, 1500, 9000, first));  // rotation: the old one may be used until its end
  CHECK(in_force(KeyLog::create(writer.entries).value(), 1800) == std::vector<std::size_t>{0, 1});
  writer.add(key(old_secret, 2000, 2000, first));  // the old one is lost
  const KeyLog log = KeyLog::create(writer.entries).value();
  CHECK(in_force(log, 1999) == std::vector<std::size_t>{0, 1});
  CHECK(in_force(log, 2500) == std::vector<std::size_t>{1});
  CHECK(in_force(log, 9000).empty());
}

TEST_CASE("entries that cannot be followed are named by their place") {
  Writer writer;
  writer.add(key(Ed25519Secret::generate(), 1000, 5000));
  writer.add(key(Ed25519Secret::generate(), 1000, 5000, Sha256{}));
  const Result<KeyLog> log = KeyLog::create(writer.entries);
  REQUIRE(!log);
  CHECK(log.error().code == Code::EVIDENCE_INVALID);
  CHECK(log.error().where == "1");
  CHECK(KeyLog::create(std::vector<std::string>{"no note"}).error().where == "0");
}

TEST_CASE("an entry about a person counts with its organisation's signature only") {
  Writer writer;
  const Ed25519Secret secret = Ed25519Secret::generate();
  writer.add(key(secret, 1000, 5000));
  note::PersonEntry person;
  person.origin = "hub.example/keys";
  person.org = "kakuu-police.example";
  person.person = PersonId::random();
  person.role = "approver";
  const Ed25519Secret own = Ed25519Secret::generate();
  person.key = {own.public_key().bytes.begin(), own.public_key().bytes.end()};
  person.valid = {at(1000), at(2000)};
  SUBCASE("signed by the organisation") {
    writer.add_text(person.text().value(), note::Signer::create("kakuu-police.example/sign", secret).value());
    const KeyLog log = KeyLog::create(writer.entries).value();
    CHECK(log.person_keys("kakuu-police.example", person.person, at(1500)).size() == 1);
    CHECK(log.person_keys("kakuu-police.example", person.person, at(2000)).empty());
    CHECK(log.person_keys("kakuu-police.example", PersonId::random(), at(1500)).empty());
  }
  SUBCASE("signed by the person alone") {
    writer.add_text(person.text().value(), note::Signer::create(note::person_name(person.org, person.person), own).value());
    CHECK(KeyLog::create(writer.entries).error().where == "1");
  }
}

TEST_CASE("the admission of an organisation names the root that its keys must be signed with") {
  Writer writer;
  const note::Signer first = note::Signer::create("hub.example/admit/1", Ed25519Secret::generate()).value();
  const note::Signer second = note::Signer::create("hub.example/admit/2", Ed25519Secret::generate()).value();
  const std::vector<note::VerifierKey> admitters{first.verifier(), second.verifier()};
  const note::MemberEntry member{"hub.example/keys", "kakuu-police.example", "agency", writer.root.verifier(), at(900)};
  const auto add_member = [&](const std::vector<note::Signer>& signers) {
    writer.entries.push_back(note::sign_note(member.text().value(), signers).value().serialise());
  };
  SUBCASE("all as it should be") {
    add_member({writer.root, first, second});
    writer.add(key(Ed25519Secret::generate(), 1000, 5000));
    const KeyLog log = KeyLog::create(writer.entries, admitters).value();
    CHECK(log.members() == std::vector{member});
    CHECK(in_force(log, 1500) == std::vector<std::size_t>{1});
  }
  SUBCASE("one admitter: enough only for a reader who does not know them") {
    add_member({writer.root, first});
    CHECK(KeyLog::create(writer.entries, admitters).error().where == "0");
    CHECK(KeyLog::create(writer.entries).has_value());
  }
  SUBCASE("without the root itself") {
    add_member({first, second});
    CHECK(KeyLog::create(writer.entries).error().where == "0");
  }
  SUBCASE("a key that another root signed") {
    add_member({writer.root, first, second});
    writer.add_text(key(Ed25519Secret::generate(), 1000, 5000).text().value(),
                    note::Signer::create("kakuu-police.example/root", Ed25519Secret::generate()).value());
    CHECK(KeyLog::create(writer.entries, admitters).error().where == "1");
  }
  SUBCASE("twice, or after a key") {
    add_member({writer.root, first, second});
    add_member({writer.root, second, first});
    CHECK(KeyLog::create(writer.entries, admitters).error().where == "1");
    writer.entries.clear();
    writer.add(key(Ed25519Secret::generate(), 1000, 5000));
    add_member({writer.root, first, second});
    CHECK(KeyLog::create(writer.entries, admitters).error().where == "1");
  }
}

}  // namespace warifu::exchange

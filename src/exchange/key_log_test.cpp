#include "exchange/key_log.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "note/member_end.h"

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

TEST_CASE("people are checked as a node checks them: by the root at first, then by a second person, and by nobody who was revoked") {
  Writer writer;
  const std::string org = "kakuu-police.example";
  const Ed25519Secret secret = Ed25519Secret::generate();
  const note::Signer sign = note::Signer::create("kakuu-police.example/sign", secret).value();
  const std::vector<note::Signer> admission{writer.root};
  writer.entries.push_back(
      note::sign_note(note::MemberEntry{"hub.example/keys", org, "agency", writer.root.verifier(), at(900)}.text().value(), admission)
          .value()
          .serialise());
  const Sha256 sign_leaf = writer.add(key(secret, 1000, 5000));
  const auto device = [&](PersonId id) { return note::Signer::create(note::person_name(org, id), Ed25519Secret::generate()).value(); };
  const PersonId a = PersonId::random(), b = PersonId::random(), c = PersonId::random();
  const note::Signer device_a = device(a), device_b = device(b), device_c = device(c);
  const auto person = [&](PersonId id, const note::Signer& of, std::optional<Sha256> previous = {}) {
    note::PersonEntry entry;
    entry.origin = "hub.example/keys";
    entry.org = org;
    entry.person = id;
    entry.role = "approver";
    entry.key = {of.verifier().key.bytes.begin(), of.verifier().key.bytes.end()};
    entry.valid = {at(1000), at(3000)};
    entry.previous = previous;
    return entry;
  };
  const auto add = [&](const note::PersonEntry& entry, const std::vector<note::Signer>& signers) {
    const note::Note note = note::sign_note(entry.text().value(), signers).value();
    writer.entries.push_back(note.serialise());
    return note::leaf_hash(note);
  };
  const auto place = [&] {
    const auto log = KeyLog::create(writer.entries);
    return log ? std::string("good") : log.error().where;
  };
  SUBCASE("the first without the root") {
    add(person(a, device_a), {sign});
    CHECK(place() == "2");
  }
  const Sha256 leaf_a = add(person(a, device_a), {sign, writer.root});
  add(person(b, device_b), {sign, writer.root});
  SUBCASE("the third without a second person") {
    add(person(c, device_c), {sign});
    CHECK(place() == "4");
  }
  SUBCASE("the third with one") {
    add(person(c, device_c), {sign, device_a});
    CHECK(place() == "good");
  }
  SUBCASE("the second person was revoked before") {
    note::PersonEntry ended = person(a, device_a, leaf_a);
    ended.valid.until = at(1500);
    add(ended, {sign, device_b});
    add(person(c, device_c), {sign, device_a});
    CHECK(place() == "5");
  }
  SUBCASE("the organisation's key was revoked before") {
    writer.add(key(secret, 1000, 1500, sign_leaf));
    add(person(c, device_c), {sign, device_a});
    CHECK(place() == "5");
  }
  SUBCASE("a successor that another organisation wrote") {
    KeyEntry foreign = key(secret, 1000, 1500, sign_leaf);
    foreign.org = "other.example";
    writer.add(foreign);
    CHECK(place() == "4");
  }
  SUBCASE("the same entry twice") {
    writer.entries.push_back(writer.entries[1]);
    CHECK(place() == "4");
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
  SUBCASE("a key of somebody whom nobody admitted, behind it or before") {
    KeyEntry foreign = key(Ed25519Secret::generate(), 1000, 5000);
    foreign.org = "other.example";
    writer.add(foreign);
    CHECK(KeyLog::create(writer.entries).has_value());  // a directory without admissions
    CHECK(KeyLog::create(writer.entries, admitters).error().where == "0");
    add_member({writer.root, first, second});
    CHECK(KeyLog::create(writer.entries).error().where == "0");
    std::swap(writer.entries[0], writer.entries[1]);
    CHECK(KeyLog::create(writer.entries).error().where == "1");
  }
  SUBCASE("a witness's key that serves something else") {
    add_member({writer.root, first, second});
    const Ed25519Secret secret = Ed25519Secret::generate();
    writer.add(key(secret, 1000, 5000));
    KeyEntry witness = key(Ed25519Secret::generate(), 1000, 5000);
    witness.purpose = note::KeyPurpose::witness;
    writer.add(witness);
    CHECK(KeyLog::create(writer.entries).has_value());
    witness.key = key(secret, 1000, 5000).key;
    writer.add(witness);
    CHECK(KeyLog::create(writer.entries).error().where == "3");
  }
  SUBCASE("ended by two admitters: nothing of it counts from then on, and what was before stays") {
    add_member({writer.root, first, second});
    const Sha256 admission = note::leaf_hash(note::Note::parse(writer.entries[0]).value());
    writer.add(key(Ed25519Secret::generate(), 1000, 5000));
    const auto add_end = [&](const Sha256& of, const std::vector<note::Signer>& signers, const std::string& org = "kakuu-police.example") {
      const note::MemberEnd end{"hub.example/keys", org, at(2000), of};
      writer.entries.push_back(note::sign_note(end.text().value(), signers).value().serialise());
    };
    const auto place = [&] {
      const auto log = KeyLog::create(writer.entries, admitters);
      return log ? std::string("good") : log.error().where;
    };
    const auto refused = [&](const Sha256& of, const std::vector<note::Signer>& signers, const std::string& org = "kakuu-police.example") {
      add_end(of, signers, org);
      const std::string where = place();
      writer.entries.pop_back();
      return where == "2";
    };
    CHECK(refused(admission, {first}));
    CHECK(refused(admission, {first, writer.root}));
    CHECK(refused(Sha256{}, {first, second}));
    CHECK(refused(admission, {first, second}, "other.example"));
    CHECK(place() == "good");
    CHECK(!KeyLog::create(writer.entries, admitters)->ended("kakuu-police.example"));
    add_end(admission, {first, second});
    const KeyLog log = KeyLog::create(writer.entries, admitters).value();
    CHECK(log.ended("kakuu-police.example") == at(2000));
    CHECK(in_force(log, 1999) == std::vector<std::size_t>{1});
    CHECK(in_force(log, 2000).empty());
    // No further entry of it, and no second end.
    writer.add(key(Ed25519Secret::generate(), 1000, 9000));
    CHECK(place() == "3");
    writer.entries.pop_back();
    add_end(admission, {second, first});
    CHECK(place() == "3");
  }
  SUBCASE("a key that was revoked does not come back with another line under its old entry") {
    add_member({writer.root, first, second});
    const Ed25519Secret secret = Ed25519Secret::generate();
    const Sha256 leaf = writer.add(key(secret, 1000, 5000));
    const std::string entry = writer.entries.back();
    writer.add(key(secret, 1000, 1500, leaf));
    for (const std::string& line : {note::Note::parse(entry).value().signatures.front().text(), first.sign("anything\n").value().text()}) {
      writer.entries.push_back(entry + line + "\n");
      CHECK(KeyLog::create(writer.entries).error().where == "3");
      writer.entries.pop_back();
    }
    CHECK(in_force(KeyLog::create(writer.entries).value(), 1600).empty());
    // Its organisation may enter it anew: that is another text.
    writer.add(key(secret, 1600, 5000));
    CHECK(in_force(KeyLog::create(writer.entries).value(), 1600) == std::vector<std::size_t>{3});
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

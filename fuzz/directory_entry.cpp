// Entries of the directory of keys, and the key log that a stranger makes of them (note/directory_entry.h, exchange/key_log.h).

#include "exchange/key_log.h"
#include "fuzz/fuzz.h"
#include "note/member_end.h"

namespace warifu::fuzz {
namespace {

constexpr Time kFrom = Time::from_seconds(1'795'237'500);
const note::Validity kValid{kFrom, Time::from_seconds(1'895'237'500)};

note::KeyEntry key_entry(note::KeyPurpose purpose, note::OrgKeyAlgorithm algorithm) {
  note::KeyEntry out;
  out.origin = "hub.example/keys";
  out.org = "kakuu-police.example";
  out.purpose = purpose;
  out.algorithm = algorithm;
  const auto& key = signer("kakuu-police.example/sign").verifier().key.bytes;
  out.key.assign(key.begin(), key.end());
  out.valid = kValid;
  return out;
}

note::PersonEntry person_entry() {
  note::PersonEntry out;
  out.origin = "hub.example/keys";
  out.org = "kakuu-police.example";
  out.person.bytes.fill(7);
  out.role = "approver";
  const auto& key = signer("kakuu-police.example/person/1").verifier().key.bytes;
  out.key.assign(key.begin(), key.end());
  out.valid = kValid;
  return out;
}

void one(std::string_view input) {
  if (const auto entry = note::KeyEntry::parse(input)) {
    hold(entry->text().value() == input);
    static_cast<void>(entry->verifier());
    static_cast<void>(note::in_force(std::vector<note::KeyEntry>{*entry, key_entry(entry->purpose, entry->algorithm)}, kFrom));
  }
  if (const auto entry = note::PersonEntry::parse(input)) {
    hold(entry->text().value() == input);
    static_cast<void>(entry->verifier());
  }
  if (const auto end = note::MemberEnd::parse(input)) hold(end->text().value() == input);
  // As the only further entry of a log that has one.
  const std::vector<std::string> entries{
      signed_note(key_entry(note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519).text().value(), "kakuu-police.example/root"), std::string(input)};
  if (const auto log = exchange::KeyLog::create(entries)) hold(log->organisation_keys("kakuu-police.example", kFrom).size() <= 2);
}

std::vector<std::string> seeds() {
  const std::string sign = key_entry(note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519).text().value();
  note::KeyEntry web = key_entry(note::KeyPurpose::web, note::OrgKeyAlgorithm::web);
  web.key.clear();
  web.web_origin = "https://desk.example";
  web.rp_id = "desk.example";
  note::KeyEntry revoked = key_entry(note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519);
  revoked.valid.until = kFrom;
  revoked.previous = Sha256{};
  note::PersonEntry delegate = person_entry();
  delegate.delegator = PersonId{};
  delegate.delegator->bytes.fill(9);
  delegate.unit = UnitId{};
  const std::string person = person_entry().text().value();
  const note::MemberEnd end{"hub.example/keys", "kakuu-police.example", kFrom, {}};
  return {sign,
          web.text().value(),
          revoked.text().value(),
          person,
          delegate.text().value(),
          key_entry(note::KeyPurpose::seal, note::OrgKeyAlgorithm::x25519).text().value(),
          signed_note(sign, "kakuu-police.example/root"),
          signed_note(person, "kakuu-police.example/sign"),
          end.text().value(),
          signed_note(end.text().value(), "hub.example/admit/1")};
}

const Registered registered({"directory_entry", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

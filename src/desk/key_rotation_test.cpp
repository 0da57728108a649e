#include "desk/key_rotation.h"

#include <doctest/doctest.h>

#include <map>

#include "crypto/random.h"
#include "desk/enrolment.h"
#include "exchange/key_log.h"

namespace warifu::desk {
namespace {

using note::KeyPurpose;

const auto kOrg = party::OrganisationId::parse("a.example").value();
const Time kStart = Time::from_seconds(1'800'000'000);
constexpr const char* kOrigin = "hub.example/keys";

note::Signer signer(const std::string& name) { return note::Signer::create(name, crypto::Ed25519Secret::generate()).value(); }

struct World {
  note::Signer root = signer("a.example/root");
  std::vector<std::string> entries;

  void rotate(const Rotation& rotation) {
    std::vector<std::string> made = rotation_entries(entries, rotation, root).value();
    for (std::string& entry : made) entries.push_back(std::move(entry));
  }
  void rotate_seal(const crypto::AgeRecipient& recipient, Time now) { rotate(seal_rotation(kOrigin, kOrg, recipient, now)); }
  [[nodiscard]] std::vector<crypto::AgeRecipient> seals(Time at) const { return seal_keys(entries, kOrg, at).value(); }
};

// Of the hybrid as it stands in the directory, for which nobody needs ML-KEM.
crypto::AgeRecipient hybrid() {
  crypto::HybridPublic key{};
  crypto::fill_random(key);
  return crypto::AgeRecipient{key};
}

crypto::AgeRecipient recipient(bool in_token = false) {
  return in_token ? crypto::AgeIdentity{crypto::generate_p256()}.recipient() : crypto::AgeIdentity::generate().recipient();
}

TEST_CASE("seal keys follow each other with an overlap: 90 days each, 30 of them side by side, of any kind") {
  World world;
  CHECK(!next_seal_rotation(world.entries, kOrg, kStart).value());
  std::vector<crypto::AgeRecipient> keys;
  Time now = kStart;
  for (int i = 0; i < 4; ++i) {
    keys.push_back(i == 3 ? hybrid() : recipient(i % 2 == 1));
    world.rotate_seal(keys.back(), now);
    CHECK(next_seal_rotation(world.entries, kOrg, now).value() == now + days(60));
    now = now + days(60);
  }
  REQUIRE(world.entries.size() == 4);  // none had to be shortened
  const auto at = [&](int day) { return world.seals(kStart + days(day)); };
  using List = std::vector<crypto::AgeRecipient>;
  CHECK(at(-1) == List{});
  CHECK(at(0) == List{keys[0]});
  CHECK(at(59) == List{keys[0]});
  CHECK(at(60) == List{keys[0], keys[1]});
  CHECK(at(89) == List{keys[0], keys[1]});
  CHECK(at(90) == List{keys[1]});
  CHECK(at(200) == List{keys[2], keys[3]});
  CHECK(at(270) == List{});
  CHECK(!next_seal_rotation(world.entries, kOrg, kStart + days(271)).value());
}

TEST_CASE("a private seal key is over when nothing that was sealed for it can still be on its way") {
  World world;
  const auto first = recipient(), second = recipient(), unpublished = recipient();
  world.rotate_seal(first, kStart);
  world.rotate_seal(second, kStart + days(60));
  const auto over = [&](const crypto::AgeRecipient& key, int day) { return is_seal_key_over(world.entries, kOrg, key, kStart + days(day)).value(); };
  CHECK(!over(first, 61));
  CHECK(!over(first, 90));  // sealed in its last minute, a message may live for 30 days more
  CHECK(!over(first, 119));
  CHECK(over(first, 120));
  CHECK(!over(second, 120));
  CHECK(!over(unpublished, 1000));
}

TEST_CASE("a signing key that would last longer is cut to the overlap; what it signed meanwhile stays valid, and a repetition adds nothing") {
  World world;
  const note::Signer first = signer("a.example/sign"), second = signer("a.example/sign"), third = signer("a.example/sign");
  const std::vector<note::Signer> admitters{signer("hub.example/admit/1"), signer("hub.example/admit/2")};
  world.entries.push_back(
      first_organisation_entry(kOrigin, kOrg, first.verifier(), {kStart, kStart + kSignKeyPeriod}, world.root, admitters).value());
  const auto rotation = [&](const note::Signer& key, int day) {
    return sign_rotation(kOrigin, kOrg, KeyPurpose::sign, key.verifier(), kStart + days(day));
  };
  world.rotate(rotation(second, 100));
  CHECK(world.entries.size() == 3);
  world.rotate(rotation(second, 100));
  CHECK(world.entries.size() == 3);
  world.rotate(rotation(third, 110));  // within the overlap of the first

  const auto log = exchange::KeyLog::create(world.entries).value();
  const auto keys_at = [&](int day) {
    std::vector<crypto::Ed25519Public> out;
    for (const auto& key : log.organisation_keys("a.example", kStart + days(day))) out.push_back(key.key.key);
    return out;
  };
  using List = std::vector<crypto::Ed25519Public>;
  const auto key_of = [](const note::Signer& one) { return one.verifier().key; };
  CHECK(keys_at(99) == List{key_of(first)});
  CHECK(keys_at(101) == List{key_of(first), key_of(second)});
  CHECK(keys_at(131) == List{key_of(second), key_of(third)});
  CHECK(keys_at(141) == List{key_of(third)});
  const crypto::Ed25519Public last = key_of(third);
  const auto newest = newest_key(world.entries, kOrg, KeyPurpose::sign, kStart + days(141)).value();
  REQUIRE(newest);
  CHECK(newest->entry.key == Bytes(last.bytes.begin(), last.bytes.end()));
}

TEST_CASE("each entry is signed by the root, names the one before it, and is refused under another organisation's root") {
  World world;
  world.rotate_seal(recipient(), kStart);
  world.rotate_seal(recipient(), kStart + days(10));
  std::optional<Sha256> previous;
  for (const std::string& serialised : world.entries) {
    const note::Note note = note::Note::parse(serialised).value();
    const note::KeyEntry entry = note::KeyEntry::parse(note.text).value();
    CHECK(entry.previous == previous);
    CHECK(note::check_signatures(note, entry, {world.root.verifier(), {}, false}));
    previous = note::leaf_hash(note);
  }
  CHECK(world.entries.size() == 3);  // the first one was cut from day 90 to day 40
  CHECK(world.seals(kStart + days(39)).size() == 2);
  CHECK(world.seals(kStart + days(41)).size() == 1);
  CHECK(rotation_entries(world.entries, seal_rotation(kOrigin, kOrg, recipient(), kStart), signer("b.example/root")).error().code == Code::BAD_KEY);
}

}  // namespace
}  // namespace warifu::desk

#include "note/member_entry.h"

#include <doctest/doctest.h>

#include <array>

namespace warifu::note {

namespace {

Signer signer(std::string_view name, std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return Signer::create(name, crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed(bytes))).value();
}

const Signer root = signer("kitano.police.example/root", 1);
const Signer first = signer("hub.example/admit/1", 2);
const Signer second = signer("hub.example/admit/2", 3);

MemberEntry entry() { return {"hub.example/keys", "kitano.police.example", "agency", root.verifier(), Time::from_seconds(1'800'000'000)}; }

}  // namespace

TEST_CASE("an admission has one spelling") {
  const std::string text = entry().text().value();
  CHECK(text ==
        "warifu-member/v1\nhub.example/keys\norg kitano.police.example\nside agency\nroot " + root.verifier().text() + "\nadmitted 1800000000\n");
  CHECK(MemberEntry::parse(text).value() == entry());
  for (std::size_t i = 0; i < text.size(); ++i) {  // every line is needed, nothing may follow
    CHECK_FALSE(MemberEntry::parse(text.substr(0, i)).has_value());
  }
  CHECK_FALSE(MemberEntry::parse(text + "\n").has_value());
  CHECK_FALSE(MemberEntry::parse(text + "org x\n").has_value());
}

TEST_CASE("an admission names the root of its own organisation") {
  MemberEntry other = entry();
  other.root = first.verifier();
  CHECK(other.text().error().where == "root");
  other = entry();
  other.org = "Kitano.police.example";
  CHECK(other.text().error().where == "org");
  other = entry();
  other.org = "../keys";
  CHECK(other.text().error().where == "org");
  other = entry();
  other.admitted = Time{1};
  CHECK(other.text().error().where == "admitted");
}

TEST_CASE("two admitters and the root itself sign an admission") {
  const std::vector<VerifierKey> admitters{first.verifier(), second.verifier()};
  const auto check = [&](std::vector<Signer> signers) {
    return check_signatures(sign_note(entry().text().value(), signers).value(), entry(), admitters);
  };
  CHECK(check({root, first, second}).has_value());
  CHECK(check({root, first}).error().code == Code::SIGNATURE_MISSING);
  CHECK(check({root, first, first}).error().code == Code::SIGNATURE_MISSING);
  CHECK(check({first, second}).error().code == Code::SIGNATURE_MISSING);
  CHECK(check({root, first, signer("hub.example/admit/3", 9)}).error().code == Code::SIGNATURE_MISSING);
  Note forged = sign_note(entry().text().value(), std::array{root, first, second}).value();
  forged.signatures[1].signature[5] ^= 1;
  CHECK(check_signatures(forged, entry(), admitters).error().code == Code::SIGNATURE_INVALID);
  // One key under two names is one person.
  const Signer alias = signer("hub.example/admit/2", 2);
  const std::vector<VerifierKey> same{first.verifier(), alias.verifier()};
  CHECK(check_signatures(sign_note(entry().text().value(), std::array{root, first, alias}).value(), entry(), same).error().code ==
        Code::SIGNATURE_MISSING);
}

}  // namespace warifu::note

#include "exchange/joining.h"

#include <doctest/doctest.h>

#include <array>
#include <functional>

#include "crypto/hash.h"

namespace warifu::exchange {
namespace {

note::Signer signer(const std::string& name) { return note::Signer::create(name, crypto::Ed25519Secret::generate()).value(); }
const Time kNow = Time::from_seconds(1'800'000'000);

Network network() {
  Network out;
  out.hub = party::OrganisationId::parse("hub.example").value();
  out.url = "https://hub.example:8443";
  out.tls = crypto::sha256("certificate");
  out.log = signer("hub.example/log").verifier();
  out.keys = signer("hub.example/keys").verifier();
  out.sign = signer("hub.example/sign").verifier();
  out.admitters = {signer("hub.example/admit/1").verifier(), signer("hub.example/admit/2").verifier()};
  return out;
}

// An application whose parts can be changed before they are signed.
struct Applicant {
  note::Signer root = signer("kitano.police.example/root"), sign = signer("kitano.police.example/sign");
  note::MemberEntry member{"hub.example/keys", "kitano.police.example", "agency", root.verifier(), kNow};
  std::vector<note::KeyEntry> keys;
  Document document;
  std::string body = "{}";
  ApplicationTerms terms{"hub.example/keys", "kitano.police.example", "agency", crypto::sha256("tls"), kNow};

  Applicant() {
    const auto add = [&](note::KeyPurpose purpose, note::OrgKeyAlgorithm algorithm, Bytes key) {
      keys.push_back({"hub.example/keys", "kitano.police.example", purpose, algorithm, std::move(key), {}, {}, {kNow, kNow + days(365)}, {}});
    };
    const auto raw = [](const note::VerifierKey& key) { return Bytes(key.key.bytes.begin(), key.key.bytes.end()); };
    add(note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(sign.verifier()));
    add(note::KeyPurpose::seal, note::OrgKeyAlgorithm::x25519, Bytes(32, 9));
    add(note::KeyPurpose::witness, note::OrgKeyAlgorithm::ed25519, raw(signer("kitano.police.example/witness").verifier()));
    add(note::KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(terms.tls.bytes.begin(), terms.tls.bytes.end()));
    document = {"kitano.police.example", DocumentKind::organisation, kNow, crypto::sha256(body), body.size()};
  }
  [[nodiscard]] Application application() const {
    Application out;
    out.admission = note::sign_note(member.text().value(), std::array{root}).value().serialise();
    out.document = {note::sign_note(document.text(), std::array{sign}).value().serialise(), body};
    for (const note::KeyEntry& key : keys) out.keys.push_back(note::sign_note(key.text().value(), std::array{root}).value().serialise());
    return out;
  }
  [[nodiscard]] std::string verdict() const {
    const Status checked = check_application(application(), terms);
    return checked ? "good" : std::string(sentence(checked.error().code).name) + " " + checked.error().where;
  }
};

TEST_CASE("an invitation has one spelling") {
  const Invitation invitation{"kitano.police.example", "agency", new_invitation_code(), kNow, network()};
  const std::string text = invitation.text();
  const Invitation read = Invitation::parse(text).value();
  CHECK(read.text() == text);
  CHECK(read.network == invitation.network);
  CHECK(invitation_digest(read.code).value() == invitation_digest(invitation.code).value());
  for (std::size_t i = 0; i < text.size(); ++i) CHECK_FALSE(Invitation::parse(text.substr(0, i)).has_value());
  CHECK_FALSE(Invitation::parse(text + "\n").has_value());
  for (std::size_t at = 0; at + 1 < text.size(); at = text.find('\n', at) + 1) {  // a line left out
    const std::size_t end = text.find('\n', at);
    CHECK_FALSE(Invitation::parse(text.substr(0, at) + text.substr(end + 1)).has_value());
  }
}

TEST_CASE("a code is read in every way people write it") {
  const std::string code = new_invitation_code();
  CHECK(code.size() == 23);
  CHECK(new_invitation_code() != code);
  CHECK(invitation_digest("00000-11111-AAAAA-ZZZZZ").value() == invitation_digest("ooooo iIlL1 aaaaa zzzzz").value());
  for (const char* wrong : {"", "00000-11111-AAAAA-ZZZZ", "00000-11111-AAAAA-ZZZZZZ", "00000-11111-AAAAA-ZZZZU", "00000-11111-AAAAA-ZZZZ\xC3"})
    CHECK(invitation_digest(wrong).error().code == Code::INVITATION_INVALID);
}

TEST_CASE("an application brings everything a member needs, signed by the root it names") {
  const Applicant good;
  CHECK(good.verdict() == "good");
  const Application application = good.application();
  const Application read = Application::parse(application.spell()).value();
  CHECK(read.admission == application.admission);
  CHECK(read.document.body == application.document.body);
  CHECK(read.keys == application.keys);
  CHECK_FALSE(Application::parse("").has_value());
  CHECK(Application::parse(Application{"a", {"b", "c"}, std::vector<std::string>(kApplicationKeysMax, "k")}.spell()).has_value());
  CHECK(Application::parse(Application{"a", {"b", "c"}, std::vector<std::string>(kApplicationKeysMax + 1, "k")}.spell()).error().code ==
        Code::TOO_MANY);

  const auto changed = [](const std::function<void(Applicant&)>& change) {
    Applicant applicant;
    change(applicant);
    return applicant.verdict();
  };
  CHECK(changed([](Applicant& a) { a.terms.org = "other.example"; }) == "BAD_NOTE org");
  CHECK(changed([](Applicant& a) { a.terms.side = "provider"; }) == "BAD_NOTE side");
  CHECK(changed([](Applicant& a) { a.terms.origin = "other.example/keys"; }) == "BAD_NOTE origin");
  CHECK(changed([](Applicant& a) { a.terms.tls = crypto::sha256("another certificate"); }) == "MISSING_FIELD tls");
  CHECK(changed([](Applicant& a) { a.member.admitted = kNow + days(1); }) == "TIME_IN_FUTURE admitted");
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(changed([&](Applicant& a) { a.keys.erase(a.keys.begin() + static_cast<std::ptrdiff_t>(i)); }).starts_with("MISSING_FIELD"));
  CHECK(changed([](Applicant& a) { a.keys.push_back(a.keys[0]); }) == "BAD_NOTE purpose");
  CHECK(changed([](Applicant& a) { a.keys[1].org = "other.example"; }) == "BAD_NOTE org");
  CHECK(changed([](Applicant& a) { a.keys[1].previous = crypto::sha256("x"); }) == "BAD_NOTE prev");
  CHECK(changed([](Applicant& a) { a.keys[1].valid.until = kNow; }) == "KEY_NOT_VALID valid");
  // A witness's key serves nothing else, in whichever order they come.
  CHECK(changed([](Applicant& a) { a.keys[2].key = a.keys[0].key; }) == "CONFLICT key");
  CHECK(changed([](Applicant& a) { a.keys[2].key = {a.root.verifier().key.bytes.begin(), a.root.verifier().key.bytes.end()}; }) == "CONFLICT key");
  CHECK(changed([](Applicant& a) {
          std::swap(a.keys[0], a.keys[2]);
          a.keys[2].key = a.keys[0].key;
        }) == "CONFLICT key");
  CHECK(changed([](Applicant& a) { a.document.kind = DocumentKind::profile; }) == "BAD_NOTE document");
  CHECK(changed([](Applicant& a) { a.body += " "; }) == "TEXT_DIFFERS body");
  CHECK(changed([](Applicant& a) { a.sign = signer("kitano.police.example/sign"); }).starts_with("SIGNATURE_MISSING"));
  CHECK(changed([](Applicant& a) { a.root = signer("kitano.police.example/root"); }).starts_with("SIGNATURE_MISSING"));
}

}  // namespace
}  // namespace warifu::exchange

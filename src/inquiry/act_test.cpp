#include "inquiry/act.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

#include "base/limits.h"
#include "inquiry/test_support.h"
#include "note/test_authenticator.h"

namespace warifu::inquiry {

namespace {

Act sample_act() {
  Act act;
  act.id = test::test_id<ActId>(1, 2);
  act.matter = test::test_id<MatterId>(3, 4);
  act.kind = Kind::APPROVED;
  act.org = test::agency_org();
  act.role = party::Role::APPROVER;
  act.person = test::person(party::Role::APPROVER);
  act.at = test::kStart;
  act.body = crypto::sha256(bytes_of("{}"));
  act.body_bytes = 2;
  return act;
}

Sha256 digest(std::size_t n) {
  Sha256 out;
  out.bytes[0] = static_cast<std::uint8_t>(n / 256);
  out.bytes[1] = static_cast<std::uint8_t>(n % 256);
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}
std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

Code code_of(const std::string& text) {
  const Result<Act> act = Act::parse(text);
  REQUIRE_FALSE_MESSAGE(act.has_value(), text);
  return act.error().code;
}

}  // namespace

TEST_CASE("the spelling of an act") {
  Act act = sample_act();
  act.after = {digest(1), digest(2)};
  CHECK(act.text() ==
        "warifu-act/v1\n"
        "015a5a5a5a5a5a5a5a5a5a5a5a5a5a02\n"
        "matter 035a5a5a5a5a5a5a5a5a5a5a5a5a5a04\n"
        "kind inquiry.approved\n"
        "by kakuu-keisatsu.example approver 025a5a5a5a5a5a5a5a5a5a5a5a5a5a00\n"
        "at 1795237500000000\n"
        "after 0001000000000000000000000000000000000000000000000000000000000000\n"
        "after 0002000000000000000000000000000000000000000000000000000000000000\n"
        "body 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a 2\n");
  CHECK(Act::parse(act.text()).value() == act);
  act.role = party::Role::NODE;
  act.person.reset();
  CHECK(act.text().find("\nby kakuu-keisatsu.example node -\n") != std::string::npos);
  CHECK(Act::parse(act.text()).value() == act);
}

TEST_CASE("every act reads back as itself") {
  CHECK(rc::check("round trip", [](std::vector<std::uint16_t> heads, std::uint64_t at, std::uint32_t bytes) {
    Act act = sample_act();
    act.id = ActId::random();
    act.kind = static_cast<Kind>(at % enum_count<Kind>());
    act.role = static_cast<party::Role>(at % enum_count<party::Role>());
    if (act.role == party::Role::NODE) act.person.reset();
    act.at.us = static_cast<std::int64_t>(at % 1'000'000'000'000'000'000ULL);
    act.body_bytes = bytes % (limits::kBodyBytesMax + 1);
    std::ranges::sort(heads);
    heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
    for (const std::uint16_t head : heads)
      if (act.after.size() < limits::kActHeadsMax) act.after.push_back(digest(head));
    const Result<Act> read = Act::parse(act.text());
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == act);
  }));
}

TEST_CASE("a line that is missing, repeated, out of order or followed by more is refused") {
  const std::vector<std::string> lines = lines_of(sample_act().text());
  REQUIRE(lines.size() == 7);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(i);
    std::vector<std::string> missing = lines, repeated = lines, extra = lines, empty = lines, padded = lines, led = lines;
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
    repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    extra.insert(extra.begin() + static_cast<std::ptrdiff_t>(i), "note of something");
    empty[i].clear();
    padded[i] += " ";
    led[i] = " " + led[i];
    for (const auto& bad : {missing, repeated, extra, empty, padded, led}) CHECK_FALSE(Act::parse(joined(bad)).has_value());
    if (i + 1 == lines.size()) continue;
    std::vector<std::string> swapped = lines;
    std::swap(swapped[i], swapped[i + 1]);
    CHECK_FALSE(Act::parse(joined(swapped)).has_value());
  }
  const std::string text = sample_act().text();
  CHECK_FALSE(Act::parse(text.substr(0, text.size() - 1)).has_value());  // the last line without its end
  CHECK_FALSE(Act::parse(text + "\n").has_value());
  CHECK_FALSE(Act::parse(text + text).has_value());
  CHECK_FALSE(Act::parse("").has_value());
  std::string crlf = text;
  for (std::size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2) crlf.insert(at, "\r");
  CHECK_FALSE(Act::parse(crlf).has_value());
}

TEST_CASE("every line has one spelling") {
  const std::vector<std::string> lines = lines_of(sample_act().text());
  const std::string person = test::person(party::Role::APPROVER).hex(), zeros(64, '0');
  const std::vector<std::pair<std::size_t, std::string>> bad = {
      {0, "warifu-act/v2"},
      {0, "warifu-act/v1x"},
      {0, "warifu-act/v"},
      {0, "warifu-act/v1 "},
      {0, "Warifu-act/v1"},
      {1, "015A5A5A5A5A5A5A5A5A5A5A5A5A5A02"},
      {1, "015a"},
      {1, "id 015a5a5a5a5a5a5a5a5a5a5a5a5a5a02"},
      {2, "matter"},
      {2, "matter "},
      {2, "matter  035a5a5a5a5a5a5a5a5a5a5a5a5a5a04"},
      {2, "Matter 035a5a5a5a5a5a5a5a5a5a5a5a5a5a04"},
      {3, "kind inquiry.unheard"},
      {3, "kind INQUIRY.APPROVED"},
      {3, "kind "},
      {4, "by kakuu-keisatsu.example approver"},
      {4, "by kakuu-keisatsu.example approver " + person + " more"},
      {4, "by kakuu-keisatsu.example approver -"},
      {4, "by kakuu-keisatsu.example node " + person},
      {4, "by Kakuu.example approver " + person},
      {4, "by ../etc approver " + person},
      {4, "by kakuu-keisatsu.example chief " + person},
      {4, "by  approver " + person},
      {5, "at 01795237500000000"},
      {5, "at -1"},
      {5, "at +1"},
      {5, "at 1e9"},
      {5, "at "},
      {5, "at 1234567890123456789"},
      {5, "at 1 2"},
      {6, "body " + zeros},
      {6, "body " + zeros + " 02"},
      {6, "body " + zeros + " -2"},
      {6, "body " + zeros.substr(1) + " 2"},
      {6, "body " + zeros + " 2 3"},
  };
  for (const auto& [line, text] : bad) {
    CAPTURE(text);
    std::vector<std::string> changed = lines;
    changed[line] = text;
    CHECK_FALSE(Act::parse(joined(changed)).has_value());
  }
}

TEST_CASE("limits of an act, at the limit and one past it") {
  Act act = sample_act();
  for (std::size_t n = 0; n < limits::kActHeadsMax; ++n) act.after.push_back(digest(n));
  CHECK(Act::parse(act.text()).has_value());
  act.after.push_back(digest(limits::kActHeadsMax));
  CHECK(code_of(act.text()) == Code::TOO_MANY);
  act.after = {digest(2), digest(1)};
  CHECK(code_of(act.text()) == Code::BAD_NOTE);  // not sorted
  act.after = {digest(1), digest(1)};
  CHECK(code_of(act.text()) == Code::BAD_NOTE);  // twice
  act.after.clear();
  act.body_bytes = limits::kBodyBytesMax;
  CHECK(Act::parse(act.text()).has_value());
  act.body_bytes = limits::kBodyBytesMax + 1;
  CHECK(code_of(act.text()) == Code::TOO_LARGE);
  std::vector<std::string> lines = lines_of(sample_act().text());
  lines[3] = "kind " + std::string(limits::kNoteLineBytesMax, 'x');
  CHECK(code_of(joined(lines)) == Code::BAD_NOTE);
}

TEST_CASE("a flipped bit never gives the same act, and never another spelling of one") {
  Act act = sample_act();
  act.after = {digest(1)};
  const std::string text = act.text();
  int accepted = 0;
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const Result<Act> read = Act::parse(flipped);
    if (!read) continue;
    ++accepted;  // another digit of a digest, say: another act
    CHECK(*read != act);
    CHECK(read->text() == flipped);
    CHECK(act_hash(flipped) != act_hash(text));
  }
  CHECK(accepted > 0);
}

TEST_CASE("the hash covers the text and not the signatures") {
  test::TestOffice office(party::Side::AGENCY);
  const SignedAct act = office.make(Kind::DRAFTED);
  CHECK(act.hash == act_hash(act.act.text()));
  note::Note two = act.note;
  two.signatures.push_back(test::test_signer("somebody.example/sign").sign(two.text).value());
  CHECK(SignedAct::create(two.serialise(), act.body).value().hash == act.hash);
}

TEST_CASE("a signed act comes with exactly the body its text names, or without one") {
  test::TestOffice office(party::Side::AGENCY);
  const SignedAct act = office.make(Kind::DRAFTED);
  const std::string raw = act.note.serialise();
  const SignedAct read = SignedAct::create(raw, act.body).value();
  CHECK(read.act == act.act);
  CHECK(read.hash == act.hash);
  CHECK(read.body == act.body);
  CHECK(read.note == act.note);
  CHECK_FALSE(read.is_shared());
  CHECK_FALSE(SignedAct::create(raw, std::nullopt).value().body);
  for (const std::string& wrong : {*act.body + " ", std::string("{}"), std::string(), act.body->substr(0, act.body->size() - 1) + "]"}) {
    const Result<SignedAct> refused = SignedAct::create(raw, wrong);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::TEXT_DIFFERS);
  }
  CHECK_FALSE(SignedAct::create(act.note.text, act.body).has_value());  // no signature line
  CHECK_FALSE(SignedAct::create("", std::nullopt).has_value());
}

TEST_CASE("signatures verify under the names of organisation and person") {
  test::TestOffice office(party::Side::AGENCY, 1, true);
  office.write(Kind::DRAFTED), office.write(Kind::CHECKED);
  const SignedAct act = office.make(Kind::APPROVED);
  CHECK(organisation_signer(test::agency_org()) == "kakuu-keisatsu.example/sign");
  CHECK(person_signer(test::agency_org(), *act.act.person) == "kakuu-keisatsu.example/person/" + act.act.person->hex());
  for (const std::string& name : {organisation_signer(test::agency_org()), person_signer(test::agency_org(), *act.act.person)})
    CHECK(note::require(act.note, test::test_signer(name).verifier()));
  note::Note altered = act.note;
  altered.text[altered.text.size() - 2] ^= 1;
  CHECK_FALSE(note::require(altered, test::test_signer(organisation_signer(test::agency_org())).verifier()));
}

TEST_CASE("assertions stand beside an act of a person, are of that person's passkeys, each once, and have one spelling") {
  const Act act = sample_act();
  const note::RelyingParty desk{"https://desk.example", "desk.example"};
  const note::TestAuthenticator device(desk), second(desk);
  const std::string name = person_signer(act.org, *act.person);
  const std::vector<note::Signer> signers{test::test_signer(organisation_signer(act.org))};
  const std::string note = note::sign_note(act.text(), signers).value().serialise();
  const note::Assertion good = device.assertion(name, act.text());
  const SignedAct made = SignedAct::create(note, "{}", {good}).value();
  CHECK(made.assertions == std::vector{good});
  CHECK(made.hash == act_hash(act.text()));

  const std::string text = assertions_text(made.assertions);
  CHECK(text.starts_with(R"([{"authenticator_data":")"));
  CHECK(parse_assertions(text).value() == made.assertions);
  CHECK(assertions_text({}).empty());
  CHECK(parse_assertions("").value().empty());
  for (const std::string& bad : {std::string("[]"), " " + text, text + "\n", std::string("{}"), std::string("[{}]")})
    CHECK_FALSE(parse_assertions(bad).has_value());

  const auto refused = [&](const char* what, std::vector<note::Assertion> assertions) {
    INFO(what);
    const Result<SignedAct> read = SignedAct::create(note, "{}", std::move(assertions));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().where == "assertions");
    return read.error().code;
  };
  const auto changed = [&](const std::function<void(note::Assertion&)>& change) {
    note::Assertion bad = good;
    change(bad);
    return std::vector{bad};
  };
  CHECK(refused("the same key twice", {good, device.assertion(name, act.text())}) == Code::BAD_PASSKEY);
  CHECK(refused("somebody else", {device.assertion(person_signer(act.org, PersonId::random()), act.text())}) == Code::BAD_PASSKEY);
  CHECK(refused("no key", changed([](auto& a) { a.key = "x"; })) == Code::BAD_PASSKEY);
  CHECK(refused("a key that signs notes", changed([&](auto& a) { a.key = test::test_signer(name).verifier().text(); })) == Code::BAD_PASSKEY);
  CHECK(refused("large", changed([](auto& a) { a.authenticator_data.resize(limits::kAuthenticatorDataBytesMax + 1); })) == Code::BAD_PASSKEY);
  CHECK(refused("large", changed([](auto& a) { a.client_data.resize(limits::kClientDataBytesMax + 1); })) == Code::BAD_PASSKEY);
  CHECK(refused("large", changed([](auto& a) { a.signature.resize(limits::kAssertionSignatureBytesMax + 1); })) == Code::BAD_PASSKEY);
  std::vector<note::Assertion> many;
  while (many.size() < limits::kAssertionsMax) many.push_back(note::TestAuthenticator(desk).assertion(name, act.text()));
  CHECK(SignedAct::create(note, "{}", many).has_value());
  many.push_back(good);
  CHECK(refused("too many", many) == Code::TOO_MANY);
  Act of_node = act;
  of_node.role = party::Role::NODE;
  of_node.person.reset();
  CHECK_FALSE(SignedAct::create(note::sign_note(of_node.text(), signers).value().serialise(), "{}", {good}).has_value());
}

TEST_CASE("who signed is asked of the known keys: a line, a passkey, or both; one that does not fit spoils all") {
  const Act act = sample_act();
  const note::RelyingParty desk{"https://desk.example", "desk.example"};
  const std::vector<note::RelyingParty> parties{desk};
  const note::TestAuthenticator device(desk);
  const std::string name = person_signer(act.org, *act.person);
  const note::Signer pin_key = test::test_signer(name);
  const std::vector<note::Signer> by_organisation{test::test_signer(organisation_signer(act.org))};
  const std::vector<note::Signer> by_both{by_organisation[0], pin_key};
  const note::PersonKey passkey = device.person_key(name), plain = pin_key.verifier();
  const auto made = [&](const std::vector<note::Signer>& signers, std::vector<note::Assertion> assertions) {
    return SignedAct::create(note::sign_note(act.text(), signers).value().serialise(), "{}", std::move(assertions)).value();
  };
  const std::vector<note::PersonKey> known{plain, passkey, plain, passkey};
  CHECK(own_signatures(made(by_both, {}), known, parties).value() == std::vector{plain});
  CHECK(own_signatures(made(by_organisation, {device.assertion(name, act.text())}), known, parties).value() == std::vector{passkey});
  CHECK(own_signatures(made(by_both, {device.assertion(name, act.text())}), known, parties).value() == std::vector{plain, passkey});
  CHECK(own_signatures(made(by_organisation, {}), known, parties).error().code == Code::SIGNATURE_MISSING);
  CHECK(own_signatures(made(by_both, {device.assertion(name, act.text())}), {}, parties).error().code == Code::SIGNATURE_MISSING);
  // Known to sign wrongly: not believed, whatever else stands there.
  CHECK(own_signatures(made(by_both, {device.assertion(name, act.text() + "x")}), known, parties).error().code == Code::SIGNATURE_INVALID);
  SignedAct bent = made(by_both, {device.assertion(name, act.text())});
  bent.note.signatures[1].signature[3] ^= 1;
  CHECK(own_signatures(bent, known, parties).error().code == Code::SIGNATURE_INVALID);
  CHECK(own_signatures(made(by_organisation, {device.assertion(name, act.text())}), known, {}).error().code == Code::PASSKEY_ORIGIN);
}

}  // namespace warifu::inquiry

#include "inquiry/act.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

#include "base/limits.h"
#include "inquiry/test_support.h"

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

}  // namespace warifu::inquiry

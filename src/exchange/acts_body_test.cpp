#include "exchange/acts_body.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "inquiry/test_support.h"
#include "note/test_authenticator.h"

namespace warifu::exchange {

using inquiry::Kind;
using inquiry::SignedAct;
using inquiry::test::TestOffice;

namespace {

std::vector<SignedAct> shared_acts() {
  TestOffice story(party::Side::AGENCY);
  story.write(Kind::DRAFTED);
  story.write(Kind::CHECKED);
  story.write(Kind::APPROVED);
  story.write(Kind::REGISTERED);
  story.write(Kind::DISPATCHED);
  std::vector<SignedAct> out;
  for (const SignedAct& act : story.acts())
    if (act.is_shared()) out.push_back(act);
  return out;
}

}  // namespace

TEST_CASE("acts cross with note and body, in their order and in one spelling") {
  const std::vector<SignedAct> acts = shared_acts();
  REQUIRE(acts.size() == 2);
  const std::string text = spell_acts(acts).value();
  CHECK(text.starts_with(R"({"acts":[{"body":{)"));
  const std::vector<SignedAct> back = parse_acts(text).value();
  REQUIRE(back.size() == acts.size());
  for (std::size_t i = 0; i < acts.size(); ++i) {
    CHECK(back[i].hash == acts[i].hash);
    CHECK(back[i].note == acts[i].note);
    CHECK(back[i].body == acts[i].body);
  }
}

TEST_CASE("what is not exactly a list of acts is refused") {
  const std::vector<SignedAct> acts = shared_acts();
  const std::string text = spell_acts(acts).value();
  const auto refused = [](const std::string& given) { return parse_acts(given).error().code; };
  CHECK(refused("") == Code::BAD_JSON);
  CHECK(refused("[]") == Code::WRONG_TYPE);
  CHECK(refused("{}") == Code::WRONG_TYPE);
  CHECK(refused(R"({"acts":[]})") == Code::TOO_MANY);
  CHECK(refused(R"({"acts":[{}]})") == Code::WRONG_TYPE);
  CHECK(refused(R"({"acts":[7]})") == Code::WRONG_TYPE);
  CHECK(refused(R"({"acts":[{"body":"x","note":"y"}]})") == Code::WRONG_TYPE);
  CHECK(refused(text + " ") == Code::BAD_ENCODING);
  CHECK(refused(R"({"acts":)" + text.substr(8, text.size() - 9) + R"(,"more":1})") == Code::WRONG_TYPE);
  std::string other = text;  // a body that the note does not name
  other.replace(other.find(R"("salt":")") + 8, 1, other[other.find(R"("salt":")") + 8] == 'A' ? "B" : "A");
  CHECK(refused(other) == Code::TEXT_DIFFERS);
}

TEST_CASE("neither internal acts nor acts without their text are spelled") {
  TestOffice story(party::Side::AGENCY);
  CHECK(spell_acts({}).error().code == Code::EMPTY_FIELD);
  const std::vector<SignedAct> internal{story.write(Kind::DRAFTED)};
  CHECK(spell_acts(internal).error().code == Code::FORBIDDEN);
  std::vector<SignedAct> purged = shared_acts();
  purged[1].body.reset();
  CHECK(spell_acts(purged).error().code == Code::PURGED);
  const std::vector<SignedAct> many(kActsPerMessageMax + 1, shared_acts()[0]);
  CHECK(spell_acts(many).error().code == Code::TOO_MANY);
}

TEST_CASE("assertions cross beside note and body, and only as they are spelled") {
  std::vector<SignedAct> acts = shared_acts();
  const auto person_act = std::ranges::find_if(acts, [](const SignedAct& act) { return act.act.person.has_value(); });
  REQUIRE(person_act != acts.end());
  const note::TestAuthenticator device({"https://desk.example", "desk.example"});
  const std::string name = inquiry::person_signer(person_act->act.org, *person_act->act.person);
  person_act->assertions = {device.assertion(name, person_act->note.text)};
  const std::string text = spell_acts(acts).value();
  const std::vector<SignedAct> back = parse_acts(text).value();
  for (std::size_t i = 0; i < acts.size(); ++i) CHECK(back[i].assertions == acts[i].assertions);
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    return parse_acts(other);
  };
  CHECK_FALSE(changed(R"("signature":)", R"("signatur":)"));
  CHECK_FALSE(changed(R"("key":")" + name, R"("key":"x)" + name));
  CHECK_FALSE(changed(R"("assertions":[{)", R"("assertions":[],"x":[{)"));
  CHECK_FALSE(changed(R"("assertions":)", R"("assertion":)"));
}

}  // namespace warifu::exchange

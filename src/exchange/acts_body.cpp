#include "exchange/acts_body.h"

#include "json/codec.h"
#include "json/parse.h"
#include "json/write.h"

namespace warifu::exchange {

namespace {

std::string place_of(std::size_t index, std::string_view member) { return "/acts/" + std::to_string(index) + std::string(member); }

Status check_shared(const inquiry::SignedAct& act, std::size_t index) {
  if (!act.is_shared()) return fail(Code::FORBIDDEN, "an internal act does not cross", place_of(index, "/note"));
  if (!act.body) return fail(Code::PURGED, "the text of this act has been purged", place_of(index, "/body"));
  return {};
}

// The canonical form of {"acts": [{"assertions": …, "body": …, "note": …}, …]}, put together from parts that are canonical. `bodies`: of each act.
std::string spelled(std::span<const inquiry::SignedAct> acts, std::span<const std::string> bodies) {
  std::string out = R"({"acts":[)";
  for (std::size_t i = 0; i < acts.size(); ++i) {
    out += i == 0 ? "{" : ",{";
    if (!acts[i].assertions.empty()) out += R"("assertions":)" + inquiry::assertions_text(acts[i].assertions) + ",";
    out += R"("body":)" + bodies[i] + R"(,"note":)" + json::canonical(json::Value(acts[i].note.serialise())) + "}";
  }
  return out + "]}";
}

}  // namespace

Result<std::string> spell_acts(std::span<const inquiry::SignedAct> acts) {
  if (acts.empty()) return fail(Code::EMPTY_FIELD, "a message without acts", "/acts");
  if (acts.size() > kActsPerMessageMax)
    return fail(Code::TOO_MANY, "more acts than a message carries", "/acts", {{"max", std::to_string(kActsPerMessageMax)}});
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < acts.size(); ++i) {
    TRY(check_shared(acts[i], i));
    bodies.push_back(json::canonical(TRY(json::parse(*acts[i].body))));
  }
  return spelled(acts, bodies);
}

Result<std::vector<inquiry::SignedAct>> parse_acts(std::string_view text) {
  json::Value whole = TRY(json::parse(text));
  json::Object* object = whole.if_object();
  json::Value* member = object == nullptr || object->size() != 1 ? nullptr : object->if_contains("acts");
  json::Array* list = member == nullptr ? nullptr : member->if_array();
  if (list == nullptr) return fail(Code::WRONG_TYPE, "not a list of acts", "/acts", {{"expected", "array"}});
  if (list->empty() || list->size() > kActsPerMessageMax)
    return fail(Code::TOO_MANY, "none, or more acts than a message carries", "/acts", {{"max", std::to_string(kActsPerMessageMax)}});
  std::vector<inquiry::SignedAct> out;
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < list->size(); ++i) {
    json::Object* entry = (*list)[i].if_object();
    const json::Value* note = entry == nullptr ? nullptr : entry->if_contains("note");
    json::Value* body = entry == nullptr ? nullptr : entry->if_contains("body");
    if (note == nullptr || !note->is_string() || body == nullptr || !body->is_object())
      return fail(Code::WRONG_TYPE, "not an act with its body", place_of(i, ""), {{"expected", "note, body"}});
    std::vector<note::Assertion> assertions;
    if (const json::Value* beside = entry->if_contains("assertions")) {
      Result<std::vector<note::Assertion>> read = inquiry::parse_assertions(json::canonical(*beside));
      if (!read) return tl::unexpected<Error>(std::move(read.error()).at(place_of(i, "/assertions")));
      assertions = std::move(*read);
    }
    const auto& written = note->get_string();
    bodies.push_back(json::canonical(*body));
    Result<inquiry::SignedAct> act =
        inquiry::SignedAct::create(std::string_view(written.data(), written.size()), bodies.back(), std::move(assertions));
    if (!act) return tl::unexpected<Error>(std::move(act.error()).at(place_of(i, "")));
    TRY(check_shared(*act, i));
    out.push_back(std::move(*act));
  }
  if (spelled(out, bodies) != text) return fail(Code::BAD_ENCODING, "not the one spelling of these acts", "/acts");
  return out;
}

}  // namespace warifu::exchange

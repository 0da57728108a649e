// The strict JSON reader and the canonical writer (RFC 8785).

#include "json/parse.h"

#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  const auto value = json::parse(input);
  if (!value) return;
  for (const std::string& text : {json::canonical(*value), json::compact(*value), json::pretty(*value)}) {
    const auto again = json::parse(text);
    hold(again.has_value());
    hold(json::canonical(*again) == json::canonical(*value));
  }
}

std::vector<std::string> seeds() {
  return {R"({"b":[1,-0,0.5,1e300,5e-324,9007199254740993,-9223372036854775808],"a":{"":null,"é":true}})",
          R"(["\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","割符","\ud83d\ude00"])",
          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
          "0",
          "-1.5E+10",
          R"("x")",
          " [ ] ",
          "{\"\xc3\xb6\":1,\"o\xcc\x88\":2}"};
}

std::vector<std::string> vectors() {
  std::vector<std::string> out = vector_files("merkle/inclusion", 40);
  for (std::string& file : vector_files("merkle/consistency", 40)) out.push_back(std::move(file));
  return out;
}

const Registered registered({"json", one, seeds, vectors});

}  // namespace
}  // namespace warifu::fuzz

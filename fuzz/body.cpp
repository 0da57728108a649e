// Bodies of acts: strict JSON and the check of every kind; the facts that the fold keeps of them. First byte: the kind.

#include "fuzz/fuzz.h"
#include "inquiry/test_support.h"

namespace warifu::fuzz {
namespace {

std::string salted(inquiry::Kind kind) {
  static const inquiry::test::TestExchange exchange = [] {
    inquiry::test::TestExchange made;
    made.until_begun();
    made.released();
    return made;
  }();
  const bool is_provider = inquiry::rule_of(kind).sides == inquiry::Sides::PROVIDER;
  return json::canonical((is_provider ? exchange.provider : exchange.agency).plausible_body(kind));
}

void one(std::string_view input) {
  const auto kinds = inquiry::all_kinds();
  const inquiry::Kind kind = kinds[take_choice(input, kinds.size())].kind;
  const auto value = json::parse(input);
  if (!value || !inquiry::check_body(kind, *value)) return;
  // What was accepted is accepted again in its one spelling.
  const std::string canonical = json::canonical(*value);
  const auto again = json::parse(canonical);
  hold(again.has_value() && json::canonical(*again) == canonical);
  hold(inquiry::check_body(kind, *again).has_value());
}

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  const auto kinds = inquiry::all_kinds();
  for (std::size_t i = 0; i < kinds.size(); ++i) out.push_back(chosen(i, salted(kinds[i].kind)));
  return out;
}

const Registered registered({"body", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

#include "api/query.h"

#include <algorithm>
#include <charconv>

namespace warifu::api::detail {

namespace {

Result<json::Value> scalar(const std::string& text, Shape shape, const std::string& where) {
  switch (shape) {
    case Shape::BOOLEAN:
      if (text == "true") return json::Value(true);
      if (text == "false") return json::Value(false);
      return fail(Code::BAD_VALUE, "true or false", where, {{"expected", "true, false"}});
    case Shape::INTEGER: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc{} || end != text.data() + text.size())
        return fail(Code::WRONG_TYPE, "not a whole number", where, {{"expected", "integer"}, {"actual", "string"}});
      return json::Value(number);
    }
    case Shape::TEXT:
    case Shape::LIST: return json::Value(text);
  }
  return json::Value(text);
}

void append_list(json::Array& list, std::string_view text) {
  while (true) {
    const std::size_t comma = text.find(',');
    list.push_back(json::Value(text.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<json::Object> query_object(const std::vector<net::Parameter>& parameters, const std::vector<Expected>& expected) {
  json::Object out;
  for (const net::Parameter& parameter : parameters) {
    const std::string where = json::pointer_step(parameter.name);
    const auto found = std::ranges::find(expected, parameter.name, &Expected::name);
    if (found == expected.end()) {
      std::string known;
      for (const Expected& entry : expected) known += (known.empty() ? "" : ", ") + std::string(entry.name);
      return fail(Code::UNKNOWN_FIELD, "no such parameter", where, {{"expected", known}});
    }
    if (found->shape == Shape::LIST) {
      if (!out.contains(parameter.name)) out[parameter.name] = json::Array();
      append_list(out[parameter.name].as_array(), parameter.value);
      continue;
    }
    if (out.contains(parameter.name)) return fail(Code::DUPLICATE_FIELD, "given twice", where);
    out[parameter.name] = TRY(scalar(parameter.value, found->shape, where));
  }
  return out;
}

}  // namespace warifu::api::detail

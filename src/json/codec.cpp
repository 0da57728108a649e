#include "json/codec.h"

#include <algorithm>
#include <cctype>

namespace warifu::json {
namespace detail {

std::string full_name(std::string_view pretty_function) {
  // g++: "… type_name() [with T = NAME; std::string = …]", clang: "… type_name() [T = NAME]"
  const std::size_t start = pretty_function.find("T = ");
  CHECK_THAT(start != std::string_view::npos);
  std::string_view name = pretty_function.substr(start + 4);
  name = name.substr(0, name.find(';'));
  if (name.ends_with(']')) name.remove_suffix(1);
  return std::string(name);
}

std::string short_name(std::string_view full_name) {
  std::string out;
  std::size_t word_start = 0;
  for (std::size_t i = 0; i < full_name.size(); ++i) {
    const char c = full_name[i];
    if (c == ':') {
      out.resize(word_start);  // what came before was a namespace
    } else if (c == '<' || c == '>' || c == ',' || c == ' ') {
      if (!out.empty() && out.back() != '_') out += '_';
      word_start = out.size();
    } else {
      out += c;
    }
  }
  while (out.ends_with('_')) out.pop_back();
  return out;
}

namespace {

// "warifu::answer::State" -> "AnswerState"
std::string name_with_namespace(std::string_view full_name) {
  const std::string_view outer = full_name.substr(0, full_name.find('<'));
  const std::size_t last = outer.rfind("::");
  std::string space = last == std::string_view::npos ? std::string() : short_name(outer.substr(0, last));
  if (!space.empty()) space[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(space[0])));
  return space + short_name(full_name);
}

const char* kind_name(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return "null";
    case boost::json::kind::bool_: return "boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64: return "integer";
    case boost::json::kind::double_: return "number";
    case boost::json::kind::string: return "string";
    case boost::json::kind::array: return "array";
    case boost::json::kind::object: return "object";
  }
  return "unknown";
}

}  // namespace

tl::unexpected<Error> wrong_type(const char* expected, const Value& found) {
  return fail(Code::WRONG_TYPE, std::string("expected ") + expected + ", found " + kind_name(found), {},
              {{"expected", expected}, {"actual", kind_name(found)}});
}

tl::unexpected<Error> missing_field(std::string_view name) { return fail(Code::MISSING_FIELD, "required field is missing", pointer_step(name)); }

Result<bool> read_bool(const Value& value) {
  if (!value.is_bool()) return wrong_type("boolean", value);
  return value.get_bool();
}

Result<std::int64_t> read_integer(const Value& value, std::int64_t min, std::int64_t max) {
  const auto out_of_range = [&] {
    return fail(Code::OUT_OF_RANGE, "integer is out of range", {}, {{"min", std::to_string(min)}, {"max", std::to_string(max)}});
  };
  if (value.is_uint64()) {  // only from our own code: the parser gives int64
    if (!std::in_range<std::int64_t>(value.get_uint64())) return out_of_range();
    return read_integer(Value(static_cast<std::int64_t>(value.get_uint64())), min, max);
  }
  if (!value.is_int64()) return wrong_type("integer", value);
  if (value.get_int64() < min || value.get_int64() > max) return out_of_range();
  return value.get_int64();
}

Result<double> read_double(const Value& value) {
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  return wrong_type("number", value);
}

Status check_text(std::string_view text) {
  if (find_bad_utf8(text) != std::string_view::npos) return fail(Code::BAD_UTF8, "text is not UTF-8");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != '\n' && byte != '\t') return fail(Code::CONTROL_CHARACTER, "text contains a control character");
    // U+202A…U+202E are E2 80 AA…AE, U+2066…U+2069 are E2 81 A6…A9.
    if (byte != 0xE2) continue;
    const unsigned second = static_cast<unsigned char>(text[i + 1]);
    const unsigned third = static_cast<unsigned char>(text[i + 2]);
    const bool is_embedding = second == 0x80 && third >= 0xAA && third <= 0xAE;
    const bool is_isolate = second == 0x81 && third >= 0xA6 && third <= 0xA9;
    if (is_embedding || is_isolate) return fail(Code::BIDI_CHARACTER, "text contains a bidirectional control character");
  }
  return {};
}

Result<std::string> read_text(const Value& value) {
  if (!value.is_string()) return wrong_type("string", value);
  const std::string_view text = view(value.get_string());
  TRY(check_text(text));
  return std::string(text);
}

Result<const Object*> read_object(const Value& value) {
  if (!value.is_object()) return wrong_type("object", value);
  return &value.get_object();
}

Status check_entries(std::size_t count) {
  if (count > limits::kJsonEntriesMax) return fail(Code::TOO_MANY, "too many entries", {}, {{"max", std::to_string(limits::kJsonEntriesMax)}});
  return {};
}

Result<const Array*> read_array(const Value& value) {
  if (!value.is_array()) return wrong_type("array", value);
  TRY(check_entries(value.get_array().size()));
  return &value.get_array();
}

tl::unexpected<Error> unknown_field(const Object& object, std::span<const std::string_view> known) {
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (std::find(known.begin(), known.end(), key) == known.end()) return fail(Code::UNKNOWN_FIELD, "no such field", pointer_step(key));
  }
  return fail(Code::UNKNOWN_FIELD, "no such field");
}

Value integer_schema(std::int64_t min, std::int64_t max) {
  Object out({{"type", "integer"}});
  if (min != std::numeric_limits<std::int64_t>::min()) out["minimum"] = min;
  if (max != std::numeric_limits<std::int64_t>::max()) out["maximum"] = max;
  return out;
}

Value text_schema(const char* keyword, const char* keyword_value) { return Object({{"type", "string"}, {keyword, keyword_value}}); }

}  // namespace detail

std::string SchemaSet::reserve(const std::string& full, std::string_view wanted, bool& is_new) {
  if (const auto known = names_.find(full); known != names_.end()) {
    is_new = false;
    return known->second;
  }
  is_new = true;
  std::string name = wanted.empty() ? detail::short_name(full) : std::string(wanted);
  if (definitions.contains(name)) name = detail::name_with_namespace(full);
  CHECK_THAT(!definitions.contains(name));  // two types of one name in one namespace: give one a JsonName
  names_.emplace(full, name);
  definitions[name] = nullptr;  // holds the place while the type's own fields are described
  return name;
}

Result<Sha256> Codec<Sha256>::decode(const Value& value) {
  if (!value.is_string()) return detail::wrong_type("string", value);
  return Sha256::parse(view(value.get_string()));
}
Value Codec<Sha256>::encode(const Sha256& value) { return Value(value.hex()); }
Value Codec<Sha256>::schema(SchemaSet&) { return detail::text_schema("pattern", "^[0-9a-f]{64}$"); }

Result<Time> Codec<Time>::decode(const Value& value) {
  if (!value.is_string()) return detail::wrong_type("string", value);
  return parse_rfc3339(view(value.get_string()));
}
Value Codec<Time>::encode(const Time& value) { return Value(to_rfc3339(value)); }
Value Codec<Time>::schema(SchemaSet&) { return detail::text_schema("format", "date-time"); }

Result<Date> Codec<Date>::decode(const Value& value) {
  if (!value.is_string()) return detail::wrong_type("string", value);
  return Date::parse(view(value.get_string()));
}
Value Codec<Date>::encode(const Date& value) { return Value(value.iso()); }
Value Codec<Date>::schema(SchemaSet&) { return detail::text_schema("format", "date"); }

Result<Bytes> Codec<Bytes>::decode(const Value& value) {
  if (!value.is_string()) return detail::wrong_type("string", value);
  return from_base64(view(value.get_string()));
}
Value Codec<Bytes>::encode(const Bytes& value) { return Value(to_base64(value)); }
Value Codec<Bytes>::schema(SchemaSet&) { return detail::text_schema("contentEncoding", "base64"); }

}  // namespace warifu::json

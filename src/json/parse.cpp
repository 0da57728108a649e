#include "json/parse.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "json/pointer.h"

namespace warifu::json {
namespace {

using Ec = boost::json::error_code;
using Piece = boost::json::string_view;

// Builds the value while Boost's parser walks the text. Each callback returns false to stop; then `error` says why, or Boost's code does.
struct Builder {
  static constexpr std::size_t max_object_size = limits::kJsonBytesMax;
  static constexpr std::size_t max_array_size = limits::kJsonBytesMax;
  static constexpr std::size_t max_key_size = limits::kJsonBytesMax;
  static constexpr std::size_t max_string_size = limits::kJsonBytesMax;

  // An array or object that is still open. `key` is the member being read, if one is.
  struct Level {
    Value container;
    std::string key;
    bool has_key = false;
  };

  std::vector<Level> levels;
  std::string pending;  // parts of a key, string or number that came before its last part
  std::optional<Value> root;
  std::optional<Error> error;

  [[nodiscard]] std::string where() const {
    std::string pointer;
    for (const Level& level : levels) {
      if (level.container.is_array()) pointer += pointer_step(level.container.get_array().size());
      if (level.has_key) pointer += pointer_step(level.key);
    }
    return pointer;
  }

  bool stop(Ec& ec, Code code, std::string message, Args args = {}) {
    error = Error{code, std::move(message), where(), std::move(args)};
    ec = boost::json::error::syntax;
    return false;
  }

  bool add(Value value) {
    if (levels.empty())
      root = std::move(value);
    else if (Level& level = levels.back(); level.container.is_array())
      level.container.get_array().push_back(std::move(value));
    else {
      level.container.get_object().emplace(level.key, std::move(value));
      level.has_key = false;
    }
    return true;
  }

  bool open(Value container, Ec& ec) {
    if (levels.size() == limits::kJsonDepthMax)
      return stop(ec, Code::TOO_DEEP, "JSON is nested too deep", {{"max", std::to_string(limits::kJsonDepthMax)}});
    levels.push_back({std::move(container), {}, false});
    return true;
  }

  bool close() {
    Value done = std::move(levels.back().container);
    levels.pop_back();
    return add(std::move(done));
  }

  std::string take(Piece last) {
    std::string whole = std::exchange(pending, {});
    whole.append(last.data(), last.size());
    return whole;
  }

  bool part(Piece piece) {
    pending.append(piece.data(), piece.size());
    return true;
  }

  bool on_document_begin(Ec&) { return true; }
  bool on_document_end(Ec&) { return true; }
  bool on_object_begin(Ec& ec) { return open(Object(), ec); }
  bool on_object_end(std::size_t, Ec&) { return close(); }
  bool on_array_begin(Ec& ec) { return open(Array(), ec); }
  bool on_array_end(std::size_t, Ec&) { return close(); }
  bool on_key_part(Piece piece, std::size_t, Ec&) { return part(piece); }
  bool on_key(Piece piece, std::size_t, Ec& ec) {
    Level& level = levels.back();
    level.key = take(piece);
    level.has_key = true;
    if (level.key.find('\0') != std::string::npos) return stop(ec, Code::CONTROL_CHARACTER, "NUL in a key");
    if (level.container.get_object().contains(level.key)) return stop(ec, Code::DUPLICATE_FIELD, "the same key twice in one object");
    return true;
  }
  bool on_string_part(Piece piece, std::size_t, Ec&) { return part(piece); }
  bool on_string(Piece piece, std::size_t, Ec& ec) {
    const std::string text = take(piece);
    if (text.find('\0') != std::string::npos) return stop(ec, Code::CONTROL_CHARACTER, "NUL in a string");
    return add(Value(text));
  }
  bool on_number_part(Piece piece, Ec&) { return part(piece); }
  bool on_int64(std::int64_t number, Piece, Ec&) {
    pending.clear();
    return add(Value(number));
  }
  bool on_uint64(std::uint64_t, Piece piece, Ec& ec) { return large_integer(take(piece), ec); }
  // Boost.JSON 1.81 also reports integers beyond 64 bits here, and its own doubles may be off by a unit in the last place:
  // the digits are read again with a correctly rounding function.
  bool on_double(double, Piece piece, Ec& ec) {
    const std::string digits = take(piece);
    if (digits.find_first_of(".eE") == std::string::npos) return large_integer(digits, ec);
    double number = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (problem != std::errc{} || end != digits.data() + digits.size())
      return stop(ec, Code::OUT_OF_RANGE, "number does not fit a double", {{"min", "-1.7976931348623157e308"}, {"max", "1.7976931348623157e308"}});
    return add(Value(number));
  }
  bool on_bool(bool value, Ec&) { return add(Value(value)); }
  bool on_null(Ec&) { return add(Value(nullptr)); }
  bool on_comment_part(Piece, Ec&) { return true; }
  bool on_comment(Piece, Ec&) { return true; }

  // Beyond int64 the canonical spelling of a double has no point and no exponent (up to 10^21). Only that spelling is read, so that what
  // was accepted once can be read again from its canonical text; any other would be rounded.
  bool large_integer(const std::string& digits, Ec& ec) {
    double number = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (problem == std::errc{} && end == digits.data() + digits.size() && canonical(Value(number)) == digits) return add(Value(number));
    return stop(ec, Code::OUT_OF_RANGE, "integer does not fit int64", {{"min", "-9223372036854775808"}, {"max", "9223372036854775807"}});
  }
};

// "line:column", both from 1, the column in bytes.
std::string position_text(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return std::to_string(line) + ":" + std::to_string(before.size() - line_start + 1);
}

// True when the text before `offset` ends in an escaped leading surrogate (up to the one character that should have been a backslash).
// Boost calls a missing second half a plain syntax error.
bool ends_in_half_a_pair(std::string_view text, std::size_t offset) {
  const std::size_t escape = text.substr(0, offset).rfind("\\u");
  if (escape == std::string_view::npos || offset < escape + 6 || offset > escape + 7) return false;
  const auto backslashes_end = text.substr(0, escape).find_last_not_of('\\');
  const std::size_t backslashes = escape - (backslashes_end == std::string_view::npos ? 0 : backslashes_end + 1);
  const bool is_lead =
      (text[escape + 2] == 'd' || text[escape + 2] == 'D') && std::string_view("89abAB").find(text[escape + 3]) != std::string_view::npos;
  return is_lead && backslashes % 2 == 0;
}

Error syntax_error(Ec ec, std::string_view text, std::size_t offset, std::string where) {
  Code code = Code::BAD_JSON;
  namespace bj = boost::json;
  if (ec == bj::error::illegal_leading_surrogate || ec == bj::error::illegal_trailing_surrogate || ec == bj::error::expected_utf16_escape ||
      (ec == bj::error::syntax && ends_in_half_a_pair(text, offset)))
    code = Code::BAD_UTF8;
  if (ec == bj::error::exponent_overflow) code = Code::OUT_OF_RANGE;
  return {code, "JSON: " + ec.message(), std::move(where), {{"position", position_text(text, offset)}}};
}

}  // namespace

Result<Value> parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > std::min(bytes_max, limits::kJsonBytesMax))
    return fail(Code::TOO_LARGE, "JSON text is too large", {}, {{"max", std::to_string(std::min(bytes_max, limits::kJsonBytesMax))}});
  if (const std::size_t bad = find_bad_utf8(text); bad != std::string_view::npos)
    return fail(Code::BAD_UTF8, "JSON text is not UTF-8", {}, {{"position", position_text(text, bad)}});

  boost::json::parse_options options;
  options.max_depth = limits::kJsonDepthMax + 1;  // one more, so that the builder refuses first and knows the place
  boost::json::basic_parser<Builder> parser(options);
  Ec ec;
  const std::size_t consumed = parser.write_some(false, text.data(), text.size(), ec);
  Builder& builder = parser.handler();
  if (builder.error) return tl::unexpected<Error>(std::move(*builder.error));
  if (ec) return tl::unexpected<Error>(syntax_error(ec, text, consumed, builder.where()));
  if (text.find_first_not_of(" \t\r\n", consumed) != std::string_view::npos)
    return fail(Code::BAD_JSON, "something follows the JSON value", {}, {{"position", position_text(text, consumed)}});
  CHECK_THAT(builder.root.has_value());
  return std::move(*builder.root);
}

}  // namespace warifu::json

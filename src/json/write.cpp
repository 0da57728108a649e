#include "json/write.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace warifu::json {
namespace {

enum class Style { CANONICAL, COMPACT, PRETTY };

// UTF-16 order of UTF-8 text (RFC 8785 section 3.2.3). It differs from byte order in one point: characters beyond U+FFFF begin with a
// surrogate (D800…), which sorts before U+E000…U+FFFF (lead bytes EE and EF).
bool less_utf16(std::string_view a, std::string_view b) {
  const auto rank = [](char c) {
    const unsigned byte = static_cast<unsigned char>(c);
    return byte == 0xEE || byte == 0xEF ? byte + 0x10u : byte;
  };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return rank(x) < rank(y); });
}

void write_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\f': out += "\\f"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15u];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// Number::toString of ECMAScript (RFC 8785 section 3.2.2.3): the shortest digits that read back as the same double, laid out by exponent.
std::string ecmascript_number(double number) {
  CHECK_THAT(std::isfinite(number));
  if (number == 0) return "0";  // also for -0
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number), std::chars_format::scientific);
  const std::string_view scientific(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  const std::size_t e = scientific.find('e');
  std::string digits(scientific.substr(0, e));
  std::erase(digits, '.');
  int exponent = 0;
  const char* const exponent_begin = scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_begin, result.ptr, exponent);

  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // the value is 0.digits × 10^point; ECMAScript calls this n
  std::string out = number < 0 ? "-" : "";
  if (count <= point && point <= 21) return out + digits + std::string(static_cast<std::size_t>(point - count), '0');
  if (0 < point && point <= 21) return out + digits.insert(static_cast<std::size_t>(point), ".");
  if (-6 < point && point <= 0) return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (count > 1) digits.insert(1, ".");
  return out + digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

std::string number_text(double number, Style style) {
  // Written out in full, such a double would be taken for an integer that does not fit int64 when read again.
  if (style != Style::CANONICAL && std::isfinite(number) && std::fabs(number) >= 0x1p63 && std::fabs(number) < 1e21) {
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific);
    return {buffer.data(), result.ptr};
  }
  return ecmascript_number(number);
}

class Writer {
 public:
  explicit Writer(Style style) : style_(style) {}

  // Recursion is as deep as the value; values from outside are at most kJsonDepthMax deep.
  void write(const Value& value, std::size_t depth) {
    switch (value.kind()) {
      case boost::json::kind::null: out_ += "null"; return;
      case boost::json::kind::bool_: out_ += value.get_bool() ? "true" : "false"; return;
      case boost::json::kind::int64: out_ += std::to_string(value.get_int64()); return;
      case boost::json::kind::uint64: out_ += std::to_string(value.get_uint64()); return;
      case boost::json::kind::double_: out_ += number_text(value.get_double(), style_); return;
      case boost::json::kind::string: write_string(out_, view(value.get_string())); return;
      case boost::json::kind::array: write_array(value.get_array(), depth); return;
      case boost::json::kind::object: write_object(value.get_object(), depth); return;
    }
  }

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void new_line(std::size_t depth) {
    if (style_ != Style::PRETTY) return;
    out_ += '\n';
    out_.append(2 * depth, ' ');
  }

  void write_array(const Array& array, std::size_t depth) {
    out_ += '[';
    bool first = true;
    for (const Value& element : array) {
      if (!first) out_ += ',';
      first = false;
      new_line(depth + 1);
      write(element, depth + 1);
    }
    if (!first) new_line(depth);
    out_ += ']';
  }

  void write_object(const Object& object, std::size_t depth) {
    std::vector<const boost::json::key_value_pair*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    if (style_ == Style::CANONICAL)
      std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return less_utf16(a->key(), b->key()); });
    out_ += '{';
    bool first = true;
    for (const auto* member : members) {
      if (!first) out_ += ',';
      first = false;
      new_line(depth + 1);
      write_string(out_, member->key());
      out_ += style_ == Style::PRETTY ? ": " : ":";
      write(member->value(), depth + 1);
    }
    if (!first) new_line(depth);
    out_ += '}';
  }

  Style style_;
  std::string out_;
};

std::string write_text(const Value& value, Style style) {
  Writer writer(style);
  writer.write(value, 0);
  return std::move(writer).take();
}

}  // namespace

std::string canonical(const Value& value) { return write_text(value, Style::CANONICAL); }
std::string compact(const Value& value) { return write_text(value, Style::COMPACT); }
std::string pretty(const Value& value) { return write_text(value, Style::PRETTY) + "\n"; }

}  // namespace warifu::json

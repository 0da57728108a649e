#include "store/postgres_values.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace warifu::store::pg {
namespace {

// Type numbers from the server's catalogue (pg_type.dat); they are fixed for built-in types.
enum Type : unsigned {
  BOOL = 16,
  BYTEA = 17,
  NAME = 19,
  INT8 = 20,
  INT2 = 21,
  INT4 = 23,
  TEXT = 25,
  OID = 26,
  JSON = 114,
  FLOAT4 = 700,
  FLOAT8 = 701,
  UNKNOWN = 705,
  BPCHAR = 1042,
  VARCHAR = 1043,
  NUMERIC = 1700,
  VOID = 2278,
  JSONB = 3802,
};

template <class U>
U big_endian(std::string_view data) {
  U value = 0;
  for (std::size_t i = 0; i < sizeof(U) && i < data.size(); ++i) value = static_cast<U>((value << 8) | static_cast<std::uint8_t>(data[i]));
  return value;
}

// numeric: four 16-bit heads (digits, weight, sign, scale), then base-10000 digits. sum() of bigint comes as one.
double numeric(std::string_view data) {
  if (data.size() < 8) return 0;
  const auto digits = big_endian<std::uint16_t>(data.substr(0, 2));
  const int weight = static_cast<std::int16_t>(big_endian<std::uint16_t>(data.substr(2, 2)));
  const auto sign = big_endian<std::uint16_t>(data.substr(4, 2));
  double value = 0;
  for (std::size_t i = 0; i < digits && data.size() >= 10 + 2 * i; ++i)
    value += big_endian<std::uint16_t>(data.substr(8 + 2 * i, 2)) * std::pow(10000.0, weight - static_cast<int>(i));
  return sign == 0x4000 ? -value : value;
}

std::int64_t numeric_int(std::string_view data) {
  if (data.size() < 8) return 0;
  const auto digits = big_endian<std::uint16_t>(data.substr(0, 2));
  const int weight = static_cast<std::int16_t>(big_endian<std::uint16_t>(data.substr(2, 2)));
  const bool negative = big_endian<std::uint16_t>(data.substr(4, 2)) == 0x4000;
  std::int64_t value = 0;  // kept negative, whose range is the wider one
  for (int i = 0; i <= weight; ++i) {
    const std::size_t at = 8 + 2 * static_cast<std::size_t>(i);
    const std::int64_t digit = i < digits && data.size() >= at + 2 ? big_endian<std::uint16_t>(data.substr(at, 2)) : 0;
    if (__builtin_mul_overflow(value, 10000, &value) || __builtin_sub_overflow(value, digit, &value))
      return negative ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  }
  if (negative) return value;
  return value == std::numeric_limits<std::int64_t>::min() ? std::numeric_limits<std::int64_t>::max() : -value;
}

std::string shortest(double value) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

}  // namespace

Parameters::Parameters(std::size_t count) : owned_(count), pointers_(count), lengths_(count), formats_(count) {}

void Parameters::clear() {
  std::fill(pointers_.begin(), pointers_.end(), nullptr);
  for (auto& text : owned_) text.clear();
}

void Parameters::set(std::size_t place, const Value& value) {
  formats_[place] = 0;
  if (const auto* bytes = std::get_if<ByteView>(&value)) {
    formats_[place] = 1;
    lengths_[place] = static_cast<int>(bytes->size());
    pointers_[place] = bytes->empty() ? "" : reinterpret_cast<const char*>(bytes->data());  // a null pointer would mean NULL
    return;
  }
  if (std::holds_alternative<std::monostate>(value)) {
    pointers_[place] = nullptr;
    return;
  }
  std::string& text = owned_[place];
  if (const auto* number = std::get_if<std::int64_t>(&value))
    text = std::to_string(*number);
  else if (const auto* real = std::get_if<double>(&value))
    text = shortest(*real);
  else
    text = std::get<std::string_view>(value);
  pointers_[place] = text.c_str();
}

bool is_known_type(unsigned type) {
  switch (type) {
    case BOOL:
    case BYTEA:
    case NAME:
    case INT8:
    case INT2:
    case INT4:
    case TEXT:
    case OID:
    case JSON:
    case FLOAT4:
    case FLOAT8:
    case UNKNOWN:
    case BPCHAR:
    case VARCHAR:
    case NUMERIC:
    case VOID:
    case JSONB: return true;
    default: return false;
  }
}

std::int64_t read_int64(unsigned type, std::string_view data) {
  switch (type) {
    case BOOL: return data.empty() ? 0 : data[0];
    case INT2: return static_cast<std::int16_t>(big_endian<std::uint16_t>(data));
    case INT4: return static_cast<std::int32_t>(big_endian<std::uint32_t>(data));
    case OID: return big_endian<std::uint32_t>(data);
    case INT8: return static_cast<std::int64_t>(big_endian<std::uint64_t>(data));
    case FLOAT4:
    case FLOAT8: return static_cast<std::int64_t>(read_double(type, data));
    case NUMERIC: return numeric_int(data);
    default: break;
  }
  std::int64_t value = 0;
  std::from_chars(data.data(), data.data() + data.size(), value);
  return value;
}

double read_double(unsigned type, std::string_view data) {
  switch (type) {
    case FLOAT8: return std::bit_cast<double>(big_endian<std::uint64_t>(data));
    case FLOAT4: return static_cast<double>(std::bit_cast<float>(big_endian<std::uint32_t>(data)));
    case NUMERIC: return numeric(data);
    case BOOL:
    case INT2:
    case INT4:
    case OID:
    case INT8: return static_cast<double>(read_int64(type, data));
    default: break;
  }
  double value = 0;
  std::from_chars(data.data(), data.data() + data.size(), value);
  return value;
}

std::string_view read_text(unsigned type, std::string_view data, std::deque<std::string>& spelled) {
  switch (type) {
    case JSONB: return data.empty() ? data : data.substr(1);  // one byte of version before the text
    case BOOL:
    case INT2:
    case INT4:
    case OID:
    case INT8: return spelled.emplace_back(std::to_string(read_int64(type, data)));
    case FLOAT4:
    case FLOAT8:
    case NUMERIC: return spelled.emplace_back(shortest(read_double(type, data)));
    default: return data;
  }
}

void append_copy_row(std::string& out, std::span<const Value> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i != 0) out += '\t';
    if (const auto* number = std::get_if<std::int64_t>(&row[i])) {
      out += std::to_string(*number);
    } else if (const auto* real = std::get_if<double>(&row[i])) {
      out += shortest(*real);
    } else if (const auto* bytes = std::get_if<ByteView>(&row[i])) {
      out += "\\\\x" + to_hex(*bytes);
    } else if (const auto* text = std::get_if<std::string_view>(&row[i])) {
      for (const char c : *text) {
        if (c == '\\' || c == '\t' || c == '\n' || c == '\r') out += '\\';
        out += c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
      }
    } else {
      out += "\\N";
    }
  }
  out += '\n';
}

}  // namespace warifu::store::pg

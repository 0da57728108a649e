#pragma once
// One description per struct gives its strict reading, its writing and its schema:
//
//   struct Item { std::string value; std::optional<Time> used_at; };
//   BOOST_DESCRIBE_STRUCT(Item, (), (value, used_at))          // in the namespace of the struct
//   Result<Item> item = json::decode_text<Item>(body);         // errors point into the text: MISSING_FIELD at /value
//
// Fields: bool, integers, double, std::string, std::optional, std::vector, std::map<std::string, T>, NamedEnum, described structs, Id, Sha256,
// Time, Date, Bytes (base64), raw Value/Object/Array. Any other type specialises Codec with decode, encode and schema. A struct that says
// `static constexpr bool kDefaultsAllowed = true;` lets absent fields keep their defaults; otherwise only std::optional may be absent.
// One trailing underscore of a member's name is not part of the field's name (for names C++ reserves).

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/enum.h"
#include "base/error.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/time.h"
#include "json/parse.h"
#include "json/pointer.h"
#include "json/value.h"

namespace warifu::json {

// The name a type's schema has. Specialise it (`static constexpr std::string_view value`) when the C++ name without namespaces will not do.
template <class T>
struct JsonName {};

namespace detail {

// "warifu::api::Page<warifu::api::Row>" -> full name as the compiler spells it; short_name drops the namespaces: "Page_Row".
[[nodiscard]] std::string full_name(std::string_view pretty_function);
[[nodiscard]] std::string short_name(std::string_view full_name);

template <class T>
[[nodiscard]] std::string type_name() {
  return full_name(__PRETTY_FUNCTION__);
}

}  // namespace detail

// Collects the named schemas (structs and enumerations) that types refer to, for `components.schemas` or `$defs`.
class SchemaSet {
 public:
  explicit SchemaSet(std::string prefix = "#/components/schemas/") : prefix_(std::move(prefix)) {}

  // The schema of T: {"$ref": …} for a named type, which then stands in `definitions`.
  template <class T>
  [[nodiscard]] Value ref();

  // For Codec: the reference to T's definition, made by `make(*this)` when it is asked for the first time. A type may refer to itself.
  template <class T, class Make>
  [[nodiscard]] Value named(Make make) {
    const std::string full = detail::type_name<T>();
    std::string_view wanted;
    if constexpr (requires { JsonName<T>::value; }) wanted = JsonName<T>::value;
    bool is_new = false;
    const std::string name = reserve(full, wanted, is_new);
    if (is_new) {
      Value made = make(*this);
      definitions[name] = std::move(made);
    }
    return Object({{"$ref", prefix_ + name}});
  }

  Object definitions;

 private:
  // Two types of one short name: the later one is told apart by its namespace ("answer::State" becomes "AnswerState").
  [[nodiscard]] std::string reserve(const std::string& full, std::string_view wanted, bool& is_new);

  std::string prefix_;
  std::map<std::string, std::string> names_;  // full name -> name in definitions
};

// How T is read and written. See the head of this file for what is known already.
template <class T>
struct Codec;

template <class T>
[[nodiscard]] Result<T> decode(const Value& value) {
  return Codec<T>::decode(value);
}
template <class T>
[[nodiscard]] Value encode(const T& value) {
  return Codec<T>::encode(value);
}
template <class T>
[[nodiscard]] Result<T> decode_text(std::string_view text) {
  return Codec<T>::decode(TRY(parse(text)));
}
template <class T>
[[nodiscard]] std::string encode_canonical(const T& value) {
  return canonical(Codec<T>::encode(value));
}
template <class T>
Value SchemaSet::ref() {
  return Codec<T>::schema(*this);
}
// T alone as a JSON Schema 2020-12 document; what it refers to is under "$defs".
template <class T>
[[nodiscard]] Value schema() {
  SchemaSet set("#/$defs/");
  Value root = set.ref<T>();
  Object document({{"$schema", "https://json-schema.org/draft/2020-12/schema"}});
  for (auto& member : root.as_object()) document[member.key()] = member.value();
  if (!set.definitions.empty()) document["$defs"] = set.definitions;
  return document;
}

namespace detail {

// The parts that need no template, to keep their code out of every user's object file.
[[nodiscard]] tl::unexpected<Error> wrong_type(const char* expected, const Value& found);
[[nodiscard]] tl::unexpected<Error> missing_field(std::string_view name);
[[nodiscard]] Result<bool> read_bool(const Value& value);
[[nodiscard]] Result<std::int64_t> read_integer(const Value& value, std::int64_t min, std::int64_t max);
[[nodiscard]] Result<double> read_double(const Value& value);
// Text of the value; refuses control characters other than \n and \t, and the characters that reorder text on screen.
[[nodiscard]] Result<std::string> read_text(const Value& value);
[[nodiscard]] Status check_text(std::string_view text);
[[nodiscard]] Result<const Object*> read_object(const Value& value);
[[nodiscard]] Result<const Array*> read_array(const Value& value);  // at most kJsonEntriesMax elements
[[nodiscard]] Status check_entries(std::size_t count);
[[nodiscard]] tl::unexpected<Error> unknown_field(const Object& object, std::span<const std::string_view> known);
[[nodiscard]] Value integer_schema(std::int64_t min, std::int64_t max);
[[nodiscard]] Value text_schema(const char* keyword, const char* keyword_value);  // {"type":"string", keyword: value}

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
inline constexpr bool kMayLackFields = requires { requires T::kDefaultsAllowed; };

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

[[nodiscard]] constexpr std::string_view field_name(std::string_view member) {
  if (member.ends_with('_')) member.remove_suffix(1);
  return member;
}

template <class F>
[[nodiscard]] Status decode_field(F& field, const Object& object, std::string_view name, bool may_lack, std::size_t& found) {
  const Value* const value = object.if_contains(name);
  if (value == nullptr) return IsOptional<F>::value || may_lack ? Status{} : Status(missing_field(name));
  ++found;
  Result<F> decoded = Codec<F>::decode(*value);
  if (!decoded) return tl::unexpected<Error>(std::move(decoded).error().at(pointer_step(name)));
  field = std::move(*decoded);
  return {};
}

// What can be wrong with an integer of type T on the wire: beyond 2^53 other readers would round it (RFC 8259 section 6).
template <std::integral T>
[[nodiscard]] constexpr std::int64_t integer_max() {
  if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) return (1LL << 53) - 1;
  return static_cast<std::int64_t>(std::numeric_limits<T>::max());
}

}  // namespace detail

template <>
struct Codec<Value> {
  static Result<Value> decode(const Value& value) { return value; }
  static Value encode(const Value& value) { return value; }
  static Value schema(SchemaSet&) { return Object(); }
};

template <>
struct Codec<Object> {
  static Result<Object> decode(const Value& value) { return *TRY(detail::read_object(value)); }
  static Value encode(const Object& value) { return value; }
  static Value schema(SchemaSet&) { return Object({{"type", "object"}}); }
};

template <>
struct Codec<Array> {
  static Result<Array> decode(const Value& value) { return *TRY(detail::read_array(value)); }
  static Value encode(const Array& value) { return value; }
  static Value schema(SchemaSet&) { return Object({{"type", "array"}, {"items", Object()}}); }
};

template <>
struct Codec<bool> {
  static Result<bool> decode(const Value& value) { return detail::read_bool(value); }
  static Value encode(bool value) { return Value(value); }
  static Value schema(SchemaSet&) { return Object({{"type", "boolean"}}); }
};

template <std::integral T>
struct Codec<T> {
  static constexpr std::int64_t kMin = static_cast<std::int64_t>(std::numeric_limits<T>::min());
  static constexpr std::int64_t kMax = detail::integer_max<T>();
  static Result<T> decode(const Value& value) { return static_cast<T>(TRY(detail::read_integer(value, kMin, kMax))); }
  static Value encode(T value) {
    CHECK_THAT(std::in_range<std::int64_t>(value) && static_cast<std::int64_t>(value) <= kMax);
    return Value(static_cast<std::int64_t>(value));
  }
  static Value schema(SchemaSet&) { return detail::integer_schema(kMin, kMax); }
};

template <>
struct Codec<double> {
  static Result<double> decode(const Value& value) { return detail::read_double(value); }
  static Value encode(double value) { return Value(value); }
  static Value schema(SchemaSet&) { return Object({{"type", "number"}}); }
};

template <>
struct Codec<std::string> {
  static Result<std::string> decode(const Value& value) { return detail::read_text(value); }
  static Value encode(const std::string& value) { return Value(value); }
  static Value schema(SchemaSet&) { return Object({{"type", "string"}}); }
};

template <class T>
struct Codec<std::optional<T>> {
  static Result<std::optional<T>> decode(const Value& value) {
    if (value.is_null()) return std::optional<T>();
    return std::optional<T>(TRY(Codec<T>::decode(value)));
  }
  static Value encode(const std::optional<T>& value) { return value ? Codec<T>::encode(*value) : Value(nullptr); }
  static Value schema(SchemaSet& set) {
    Array choices;
    choices.push_back(Codec<T>::schema(set));
    choices.push_back(Object({{"type", "null"}}));
    Object out;
    out["anyOf"] = std::move(choices);
    return out;
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static Result<std::vector<T>> decode(const Value& value) {
    const Array& array = *TRY(detail::read_array(value));
    std::vector<T> out;
    out.reserve(array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
      Result<T> element = Codec<T>::decode(array[i]);
      if (!element) return tl::unexpected<Error>(std::move(element).error().at(pointer_step(i)));
      out.push_back(std::move(*element));
    }
    return out;
  }
  static Value encode(const std::vector<T>& value) {
    Array out;
    out.reserve(value.size());
    for (const auto& element : value) out.push_back(Codec<T>::encode(element));
    return out;
  }
  static Value schema(SchemaSet& set) {
    Object out({{"type", "array"}});
    out["items"] = Codec<T>::schema(set);
    return out;
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static Result<std::map<std::string, T>> decode(const Value& value) {
    const Object& object = *TRY(detail::read_object(value));
    TRY(detail::check_entries(object.size()));
    std::map<std::string, T> out;
    for (const auto& member : object) {
      const std::string key(member.key());
      if (Status fine = detail::check_text(key); !fine) return tl::unexpected<Error>(std::move(fine).error().at(pointer_step(key)));
      Result<T> element = Codec<T>::decode(member.value());
      if (!element) return tl::unexpected<Error>(std::move(element).error().at(pointer_step(key)));
      out.emplace(key, std::move(*element));
    }
    return out;
  }
  static Value encode(const std::map<std::string, T>& value) {
    Object out;
    for (const auto& [key, element] : value) out[key] = Codec<T>::encode(element);
    return out;
  }
  static Value schema(SchemaSet& set) {
    Object out({{"type", "object"}});
    out["additionalProperties"] = Codec<T>::schema(set);
    return out;
  }
};

template <NamedEnum E>
struct Codec<E> {
  static Result<E> decode(const Value& value) {
    if (!value.is_string()) return detail::wrong_type("string", value);
    return enum_parse<E>(view(value.get_string()));
  }
  static Value encode(E value) { return Value(enum_text(value)); }
  static Value schema(SchemaSet& set) {
    return set.named<E>([](SchemaSet&) {
      Array names;
      for (const std::string_view name : EnumNames<E>::names) names.push_back(Value(name));
      Object out({{"type", "string"}});
      out["enum"] = std::move(names);
      return out;
    });
  }
};

template <detail::Described T>
struct Codec<T> {
  static Result<T> decode(const Value& value) {
    const Object& object = *TRY(detail::read_object(value));
    T out{};
    Status status;
    std::size_t found = 0;
    boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
      if (!status) return;
      status = detail::decode_field(out.*member.pointer, object, detail::field_name(member.name), detail::kMayLackFields<T>, found);
    });
    if (!status) return tl::unexpected<Error>(std::move(status).error());
    if (found != object.size()) return unknown(object);
    return out;
  }

  static Value encode(const T& value) {
    Object out;
    boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
      using Field = std::remove_cvref_t<decltype(value.*member.pointer)>;
      const Field& field = value.*member.pointer;
      if constexpr (detail::IsOptional<Field>::value) {
        if (!field) return;
      }
      out[detail::field_name(member.name)] = Codec<Field>::encode(field);
    });
    return out;
  }

  static Value schema(SchemaSet& set) { return set.named<T>(definition); }

 private:
  static tl::unexpected<Error> unknown(const Object& object) {
    std::vector<std::string_view> known;
    boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) { known.push_back(detail::field_name(member.name)); });
    return detail::unknown_field(object, known);
  }

  static Value definition(SchemaSet& set) {
    Object properties;
    Array required;
    boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
      using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      const std::string_view name = detail::field_name(member.name);
      if constexpr (detail::IsOptional<Field>::value) {
        properties[name] = Codec<typename Field::value_type>::schema(set);
      } else {
        properties[name] = Codec<Field>::schema(set);
        if (!detail::kMayLackFields<T>) required.push_back(Value(name));
      }
    });
    Object out({{"type", "object"}});
    out["properties"] = std::move(properties);
    if (!required.empty()) out["required"] = std::move(required);
    out["additionalProperties"] = false;
    return out;
  }
};

template <>
struct Codec<Sha256> {
  static Result<Sha256> decode(const Value& value);
  static Value encode(const Sha256& value);
  static Value schema(SchemaSet& set);
};

template <>
struct Codec<Time> {
  static Result<Time> decode(const Value& value);
  static Value encode(const Time& value);
  static Value schema(SchemaSet& set);
};

template <>
struct Codec<Date> {
  static Result<Date> decode(const Value& value);
  static Value encode(const Date& value);
  static Value schema(SchemaSet& set);
};

template <>
struct Codec<Bytes> {
  static Result<Bytes> decode(const Value& value);
  static Value encode(const Bytes& value);
  static Value schema(SchemaSet& set);
};

template <class Tag>
struct Codec<Id<Tag>> {
  static Result<Id<Tag>> decode(const Value& value) {
    if (!value.is_string()) return detail::wrong_type("string", value);
    return Id<Tag>::parse(view(value.get_string()));
  }
  static Value encode(const Id<Tag>& value) { return Value(value.hex()); }
  static Value schema(SchemaSet&) { return detail::text_schema("pattern", "^[0-9a-f]{32}$"); }
};

}  // namespace warifu::json

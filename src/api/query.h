#pragma once
// Query parameters read as strictly as a JSON body: each is declared as a member of a described struct, an unknown or repeated one is refused.
// A list is written with commas or by repeating the name.

#include "api/route.h"

namespace warifu::api {

namespace detail {

enum class Shape { TEXT, INTEGER, BOOLEAN, LIST };

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class F>
[[nodiscard]] constexpr Shape shape_of() {
  if constexpr (json::detail::IsOptional<F>::value)
    return shape_of<typename F::value_type>();
  else if constexpr (IsVector<F>::value)
    return Shape::LIST;
  else if constexpr (std::is_same_v<F, bool>)
    return Shape::BOOLEAN;
  else if constexpr (std::is_integral_v<F>)
    return Shape::INTEGER;
  else
    return Shape::TEXT;
}

struct Expected {
  std::string_view name;
  Shape shape;
};

// The parameters as the JSON object that the struct's own codec then reads.
[[nodiscard]] Result<json::Object> query_object(const std::vector<net::Parameter>& parameters, const std::vector<Expected>& expected);

}  // namespace detail

template <class Q>
[[nodiscard]] Result<Q> read_query(const net::Request& request) {
  std::vector<detail::Expected> expected;
  boost::mp11::mp_for_each<json::detail::Members<Q>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(std::declval<Q&>().*member.pointer)>;
    expected.push_back({member.name, detail::shape_of<Field>()});
  });
  return json::decode<Q>(TRY(detail::query_object(request.parameters, expected)));
}

template <class Q>
[[nodiscard]] std::vector<QueryParameter> describe_query(json::SchemaSet& set) {
  std::vector<QueryParameter> out;
  boost::mp11::mp_for_each<json::detail::Members<Q>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(std::declval<Q&>().*member.pointer)>;
    if constexpr (json::detail::IsOptional<Field>::value)
      out.push_back({member.name, json::Codec<typename Field::value_type>::schema(set), false});
    else
      out.push_back({member.name, json::Codec<Field>::schema(set), !json::detail::kMayLackFields<Q>});
  });
  return out;
}

}  // namespace warifu::api

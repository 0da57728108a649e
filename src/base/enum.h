#pragma once
// Spelling of enumerations at the borders. An enumeration that crosses a border specialises EnumNames with its names in order;
// the enumerators are contiguous from 0.
//
//   template <> struct warifu::EnumNames<Side> { static constexpr std::array names = {"agency", "provider"}; };

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu {

template <class E>
struct EnumNames;

template <class E>
concept NamedEnum = requires { EnumNames<E>::names.size(); };

template <NamedEnum E>
[[nodiscard]] constexpr std::string_view enum_text(E value) {
  return EnumNames<E>::names[static_cast<std::size_t>(value)];
}

template <NamedEnum E>
[[nodiscard]] constexpr std::size_t enum_count() {
  return EnumNames<E>::names.size();
}

template <NamedEnum E>
[[nodiscard]] Result<E> enum_parse(std::string_view text) {
  for (std::size_t i = 0; i < enum_count<E>(); ++i)
    if (EnumNames<E>::names[i] == text) return static_cast<E>(i);
  std::string known;
  for (std::size_t i = 0; i < enum_count<E>(); ++i) known += (i == 0 ? "" : ", ") + std::string(EnumNames<E>::names[i]);
  return fail(Code::BAD_VALUE, "not one of the known names", {}, {{"expected", known}});
}

}  // namespace warifu

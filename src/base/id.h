#pragma once
// Typed identifiers: 16 random bytes, spelled as 32 lower-case hex digits. Two ids of different things do not compare or convert.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu {

// 16 bytes of getrandom(2).
[[nodiscard]] std::array<std::uint8_t, 16> random_id_bytes();

template <class Tag>
struct Id {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Id&) const = default;

  [[nodiscard]] static Id random() { return Id{random_id_bytes()}; }
  [[nodiscard]] static Result<Id> parse(std::string_view hex) {
    if (hex.size() != 32) return fail(Code::BAD_VALUE, "an id has 32 hex digits", {}, {{"expected", "32 hex"}});
    Bytes raw = TRY(from_hex(hex));
    Id id;
    std::copy(raw.begin(), raw.end(), id.bytes.begin());
    return id;
  }
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }
  [[nodiscard]] bool is_zero() const { return *this == Id{}; }
};

using ActId = Id<struct ActTag>;
using MatterId = Id<struct MatterTag>;
using PersonId = Id<struct PersonTag>;
using UnitId = Id<struct UnitTag>;
using CaseId = Id<struct CaseTag>;
using FileId = Id<struct FileTag>;
using TemplateId = Id<struct TemplateTag>;
using SessionId = Id<struct SessionTag>;

}  // namespace warifu

template <class Tag>
struct std::hash<warifu::Id<Tag>> {
  std::size_t operator()(const warifu::Id<Tag>& id) const noexcept {
    std::size_t value = 0;
    __builtin_memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};

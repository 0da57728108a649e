#pragma once
// Unpredictable bytes from the cryptographic library's generator (seeded by the kernel). Never short, never repeated;
// aborts when the generator fails.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace warifu::crypto {

void fill_random(std::span<std::uint8_t> out);

[[nodiscard]] Bytes random_bytes(std::size_t n);

template <std::size_t N>
[[nodiscard]] std::array<std::uint8_t, N> random_array() {
  std::array<std::uint8_t, N> out{};
  fill_random(out);
  return out;
}

}  // namespace warifu::crypto

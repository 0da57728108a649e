#include "text/keccak.h"

#include <bit>

namespace warifu::text {
namespace {

using State = std::array<std::uint64_t, 25>;

constexpr std::size_t kRateBytes = 136;  // 1600 bits less twice 256 bits of capacity
constexpr int kRounds = 24;

// Round constants from the LFSR x^8 + x^6 + x^5 + x^4 + 1 of the Keccak reference, section 1.2.
constexpr std::array<std::uint64_t, kRounds> round_constants() {
  std::array<std::uint64_t, kRounds> out{};
  unsigned lfsr = 1;
  for (auto& constant : out) {
    for (unsigned j = 0; j < 7; ++j) {
      if ((lfsr & 1U) != 0) constant |= std::uint64_t{1} << ((1U << j) - 1U);
      lfsr = (lfsr << 1) ^ ((lfsr & 0x80U) != 0 ? 0x171U : 0U);
    }
  }
  return out;
}
constexpr auto kRoundConstants = round_constants();

void theta(State& a) {
  std::array<std::uint64_t, 5> column{};
  for (std::size_t x = 0; x < 5; ++x) column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
  for (std::size_t x = 0; x < 5; ++x) {
    const std::uint64_t mix = column[(x + 4) % 5] ^ std::rotl(column[(x + 1) % 5], 1);
    for (std::size_t y = 0; y < 25; y += 5) a[x + y] ^= mix;
  }
}

void rho_and_pi(State& a) {
  std::size_t x = 1;
  std::size_t y = 0;
  std::uint64_t moving = a[x];
  for (int t = 0; t < kRounds; ++t) {
    const std::size_t next_y = (2 * x + 3 * y) % 5;
    x = y;
    y = next_y;
    const std::uint64_t kept = a[x + 5 * y];
    a[x + 5 * y] = std::rotl(moving, (t + 1) * (t + 2) / 2 % 64);
    moving = kept;
  }
}

void chi(State& a) {
  for (std::size_t y = 0; y < 25; y += 5) {
    const std::array<std::uint64_t, 5> row = {a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
    for (std::size_t x = 0; x < 5; ++x) a[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
  }
}

void permute(State& a) {
  for (const std::uint64_t constant : kRoundConstants) {
    theta(a);
    rho_and_pi(a);
    chi(a);
    a[0] ^= constant;
  }
}

void absorb_byte(State& a, std::size_t position, std::uint8_t byte) { a[position / 8] ^= std::uint64_t{byte} << (8 * (position % 8)); }

}  // namespace

std::array<std::uint8_t, 32> keccak256_for_address_checksum(ByteView message) {
  State state{};
  std::size_t position = 0;
  for (const std::uint8_t byte : message) {
    absorb_byte(state, position, byte);
    if (++position == kRateBytes) {
      permute(state);
      position = 0;
    }
  }
  absorb_byte(state, position, 0x01);
  absorb_byte(state, kRateBytes - 1, 0x80);
  permute(state);
  std::array<std::uint8_t, 32> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(state[i / 8] >> (8 * (i % 8)));
  return digest;
}

}  // namespace warifu::text

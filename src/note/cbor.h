#pragma once
// Reads CBOR (RFC 8949) as authenticators write it (CTAP2): definite lengths, shortest integers, no tags, no floats, each key of a map once.
// Whatever else CBOR can say is refused. Bounded in depth and entries; a length is believed only when the bytes are there.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu::note {

struct Cbor {
  struct Null {
    bool operator==(const Null&) const = default;
  };
  using Array = std::vector<Cbor>;
  struct Entry;
  using Map = std::vector<Entry>;  // in the order of the bytes
  std::variant<Null, bool, std::int64_t, Bytes, std::string, Array, Map> value;

  // The whole of the bytes is one item. BAD_ENCODING.
  [[nodiscard]] static Result<Cbor> parse(ByteView bytes);
  // The item at the front; `bytes` becomes what follows it.
  [[nodiscard]] static Result<Cbor> take(ByteView& bytes);

  [[nodiscard]] const Map* map() const { return std::get_if<Map>(&value); }
  // The member of a map under this key; null when it is absent or this is no map.
  [[nodiscard]] const Cbor* member(std::string_view key) const;
  [[nodiscard]] const Cbor* member(std::int64_t key) const;
  bool operator==(const Cbor&) const = default;
};

struct Cbor::Entry {
  Cbor key, value;
  bool operator==(const Entry&) const = default;
};

}  // namespace warifu::note

#include "note/cbor.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/plain_text.h"

namespace warifu::note {

namespace {

tl::unexpected<Error> bad(std::string message) { return fail(Code::BAD_ENCODING, "CBOR: " + std::move(message)); }

enum Major : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  [[nodiscard]] ByteView rest() const { return rest_; }

  Result<Cbor> item(std::size_t depth) {
    if (depth > limits::kCborDepthMax) return bad("nested too deeply");
    const std::uint8_t first = TRY(byte());
    const auto major = static_cast<Major>(first >> 5);
    if (major == kSimple) return simple(first & 31);
    if (major == kTag) return bad("a tag");
    const std::uint64_t argument = TRY(argument_of(first & 31));
    switch (major) {
      case kUnsigned:
      case kNegative:
        if (argument > INT64_MAX) return bad("an integer that is too large");
        return Cbor{major == kUnsigned ? static_cast<std::int64_t>(argument) : -1 - static_cast<std::int64_t>(argument)};
      case kBytes: {
        const ByteView raw = TRY(bytes(argument));
        return Cbor{Bytes(raw.begin(), raw.end())};
      }
      case kText: {
        std::string text(text_of(TRY(bytes(argument))));
        if (!crypto::count_code_points(text)) return bad("text that is not UTF-8");
        return Cbor{std::move(text)};
      }
      case kArray: return array(argument, depth);
      case kMap: return map(argument, depth);
      case kTag:
      case kSimple: break;
    }
    return bad("an unknown kind of item");
  }

 private:
  Result<std::uint8_t> byte() { return TRY(bytes(1))[0]; }

  Result<ByteView> bytes(std::uint64_t count) {
    if (count > rest_.size()) return bad("it ends too early");
    const ByteView out = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(out.size());
    return out;
  }

  // In the fewest bytes, or it is refused.
  Result<std::uint64_t> argument_of(unsigned info) {
    if (info < 24) return std::uint64_t{info};
    if (info > 27) return bad("an indefinite or reserved length");
    const std::size_t size = std::size_t{1} << (info - 24);
    std::uint64_t value = 0;
    for (const std::uint8_t b : TRY(bytes(size))) value = value << 8 | b;
    const std::uint64_t least = size == 1 ? 24 : std::uint64_t{1} << (size * 4);
    if (value < least) return bad("a number in more bytes than it needs");
    return value;
  }

  Result<Cbor> simple(unsigned info) {
    if (info == 20 || info == 21) return Cbor{info == 21};
    if (info == 22) return Cbor{Cbor::Null{}};
    return bad("a float or another simple value");
  }

  Result<Cbor> array(std::uint64_t count, std::size_t depth) {
    if (count > limits::kCborEntriesMax) return bad("too many entries");
    Cbor::Array out;
    for (std::uint64_t i = 0; i < count; ++i) out.push_back(TRY(item(depth + 1)));
    return Cbor{std::move(out)};
  }

  Result<Cbor> map(std::uint64_t count, std::size_t depth) {
    if (count > limits::kCborEntriesMax) return bad("too many entries");
    Cbor::Map out;
    for (std::uint64_t i = 0; i < count; ++i) {
      Cbor key = TRY(item(depth + 1));
      if (!std::holds_alternative<std::int64_t>(key.value) && !std::holds_alternative<std::string>(key.value))
        return bad("a key that is neither a number nor text");
      if (std::ranges::any_of(out, [&](const auto& entry) { return entry.key == key; })) return bad("a key twice");
      Cbor value = TRY(item(depth + 1));
      out.push_back({std::move(key), std::move(value)});
    }
    return Cbor{std::move(out)};
  }

  ByteView rest_;
};

template <class Key>
const Cbor* find(const Cbor& in, const Key& key) {
  const Cbor::Map* map = in.map();
  if (map == nullptr) return nullptr;
  for (const auto& [name, value] : *map)
    if (const Key* found = std::get_if<Key>(&name.value); found != nullptr && *found == key) return &value;
  return nullptr;
}

}  // namespace

Result<Cbor> Cbor::take(ByteView& bytes) {
  Reader reader(bytes);
  Cbor out = TRY(reader.item(1));
  bytes = reader.rest();
  return out;
}

Result<Cbor> Cbor::parse(ByteView bytes) {
  Cbor out = TRY(take(bytes));
  if (!bytes.empty()) return bad("bytes behind the item");
  return out;
}

const Cbor* Cbor::member(std::string_view key) const { return find(*this, std::string(key)); }
const Cbor* Cbor::member(std::int64_t key) const { return find(*this, key); }

}  // namespace warifu::note

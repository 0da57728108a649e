#include "ledger/tiles.h"

#include <algorithm>
#include <bit>

namespace warifu::ledger {

namespace {

constexpr int kHeight = 8;  // a tile is eight levels of the tree
constexpr int kLevelsMax = 8;

std::string index_path(std::uint64_t index) {
  const auto group = [](std::uint64_t value) {
    std::string digits = std::to_string(value);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string out = group(index % 1000);
  for (index /= 1000; index != 0; index /= 1000) {
    std::string front = "x";
    front += group(index % 1000);
    out = front + "/" + out;
  }
  return out;
}

std::string with_width(std::string path, std::size_t width) {
  CHECK_THAT(width >= 1 && width <= kTileWidth);
  return width == kTileWidth ? path : path + ".p/" + std::to_string(width);
}

std::string spell(const std::vector<Sha256>& hashes) {
  std::string out;
  out.reserve(hashes.size() * 32);
  for (const Sha256& hash : hashes) out += text_of(hash.bytes);
  return out;
}

Result<std::vector<Sha256>> hashes_of(std::string_view bytes, std::size_t count) {
  if (bytes.size() != count * 32) return fail(Code::EVIDENCE_INVALID, "a tile of a wrong length", {}, {{"reason", "tile"}});
  std::vector<Sha256> out(count);
  for (std::size_t i = 0; i < count; ++i) std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * 32), 32, out[i].bytes.begin());
  return out;
}

// The largest power of two below n, n > 1.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

// Roots of perfect trees, from left to right and large to small, as one tree.
Sha256 joined(const std::vector<Sha256>& perfect) {
  if (perfect.empty()) return tree_root({});
  Sha256 out = perfect.back();
  for (std::size_t i = perfect.size() - 1; i-- > 0;) out = node_hash(perfect[i], out);
  return out;
}

}  // namespace

std::string tile_path(int level, std::uint64_t index, std::size_t width) {
  return with_width("tile/" + std::to_string(level) + "/" + index_path(index), width);
}

std::string bundle_path(std::uint64_t index, std::size_t width) { return with_width("tile/entries/" + index_path(index), width); }

std::size_t tile_width(int level, std::uint64_t index, std::uint64_t size) {
  if (level >= kLevelsMax) return 0;
  const std::uint64_t hashes = size >> (kHeight * level);
  const std::uint64_t before = index * kTileWidth;
  return hashes <= before ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(kTileWidth, hashes - before));
}

std::string spell_bundle(const std::vector<std::string>& entries) {
  std::string out;
  for (const std::string& entry : entries) {
    CHECK_THAT(entry.size() <= kEntryBytesMax);
    out.push_back(static_cast<char>(entry.size() >> 8));
    out.push_back(static_cast<char>(entry.size() & 0xff));
    out += entry;
  }
  return out;
}

Result<std::vector<std::string>> parse_bundle(std::string_view bytes, std::size_t count) {
  std::vector<std::string> out;
  while (out.size() < count) {
    if (bytes.size() < 2) return fail(Code::BAD_ENCODING, "a bundle ends early");
    const std::size_t n = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[0])) << 8 | static_cast<std::uint8_t>(bytes[1]);
    if (bytes.size() < 2 + n) return fail(Code::BAD_ENCODING, "a bundle ends early");
    out.emplace_back(bytes.substr(2, n));
    bytes.remove_prefix(2 + n);
  }
  if (!bytes.empty()) return fail(Code::BAD_ENCODING, "a bundle with a rest");
  return out;
}

// ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Sha256 TileLog::root() const {
  std::vector<Sha256> perfect;
  for (std::size_t level = edge_.size(); level-- > 0;) {
    std::span<const Sha256> rest = edge_[level];
    while (!rest.empty()) {
      const std::size_t n = std::bit_floor(rest.size());
      perfect.push_back(tree_root(rest.first(n)));
      rest = rest.subspan(n);
    }
  }
  return joined(perfect);
}

Result<TileLog> TileLog::load(std::uint64_t size, const Sha256& root, const ReadFile& read) {
  TileLog out;
  out.size_ = size;
  for (int level = 0; level < kLevelsMax && size >> (kHeight * level) != 0; ++level) {
    const std::uint64_t hashes = size >> (kHeight * level);
    const auto width = static_cast<std::size_t>(hashes % kTileWidth);
    std::vector<Sha256>& edge = out.edge_.emplace_back();
    if (width != 0) edge = TRY(hashes_of(TRY(read(tile_path(level, hashes / kTileWidth, width))), width));
  }
  if (const auto width = static_cast<std::size_t>(size % kTileWidth); width != 0) {
    out.bundle_ = TRY(parse_bundle(TRY(read(bundle_path(size / kTileWidth, width))), width));
    for (std::size_t i = 0; i < width; ++i)
      if (leaf_hash(bytes_of(out.bundle_[i])) != out.edge_[0][i])
        return fail(Code::EVIDENCE_INVALID, "an entry is not the one its tile names", {}, {{"reason", "entries"}});
  }
  if (out.root() != root) return fail(Code::EVIDENCE_INVALID, "the tiles do not give the root", {}, {{"reason", "root"}});
  return out;
}

Result<TileGrowth> TileLog::append(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries)
    if (entry.size() > kEntryBytesMax) return fail(Code::TOO_LARGE, "an entry of a log is small", {}, {{"max", std::to_string(kEntryBytesMax)}});
  TileGrowth out;
  std::vector<std::pair<std::string, std::string>> tiles;
  std::vector<bool> is_changed(kLevelsMax, false);
  if (edge_.empty()) edge_.emplace_back();
  const auto push = [&](const auto& self, std::size_t level, const Sha256& hash) -> void {
    if (edge_.size() == level) edge_.emplace_back();
    edge_[level].push_back(hash);
    is_changed[level] = true;
    if (edge_[level].size() < kTileWidth) return;
    const std::uint64_t index = (size_ >> (kHeight * (static_cast<int>(level) + 1))) - 1;
    tiles.emplace_back(tile_path(static_cast<int>(level), index, kTileWidth), spell(edge_[level]));
    const Sha256 parent = tree_root(edge_[level]);
    edge_[level].clear();
    is_changed[level] = false;
    self(self, level + 1, parent);
  };
  for (const std::string& entry : entries) {
    bundle_.push_back(entry);
    ++size_;
    push(push, 0, leaf_hash(bytes_of(entry)));
    if (bundle_.size() < kTileWidth) continue;
    out.files.emplace_back(bundle_path(size_ / kTileWidth - 1, kTileWidth), spell_bundle(bundle_));
    bundle_.clear();
  }
  if (!bundle_.empty() && !entries.empty()) out.files.emplace_back(bundle_path(size_ / kTileWidth, bundle_.size()), spell_bundle(bundle_));
  for (std::size_t level = 0; level < edge_.size(); ++level)
    if (is_changed[level] && !edge_[level].empty()) {
      const std::uint64_t index = size_ >> (kHeight * (static_cast<int>(level) + 1));
      tiles.emplace_back(tile_path(static_cast<int>(level), index, edge_[level].size()), spell(edge_[level]));
    }
  out.files.insert(out.files.end(), std::make_move_iterator(tiles.begin()), std::make_move_iterator(tiles.end()));
  out.size = size_;
  out.root = root();
  return out;
}

// ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<const TileReader::Pyramid*> TileReader::tile(int level, std::uint64_t index) const {
  const auto found = tiles_.find({level, index});
  if (found != tiles_.end()) return &found->second;
  const std::size_t width = tile_width(level, index, size_);
  if (width == 0) return fail(Code::OUT_OF_RANGE, "no such tile");
  Pyramid pyramid{TRY(hashes_of(TRY(read_(tile_path(level, index, width))), width))};
  while (pyramid.back().size() > 1) {
    const std::vector<Sha256>& below = pyramid.back();
    std::vector<Sha256> above;
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) above.push_back(node_hash(below[i], below[i + 1]));
    pyramid.push_back(std::move(above));
  }
  return &tiles_.emplace(std::pair(level, index), std::move(pyramid)).first->second;
}

// A perfect tree of 2^height leaves, `begin` a multiple of that.
Result<Sha256> TileReader::perfect_root(std::uint64_t begin, int height) const {
  const int level = std::min(height / kHeight, kLevelsMax - 1);
  const auto inner = static_cast<std::size_t>(height - kHeight * level);
  const std::uint64_t first = begin >> (kHeight * level);
  const Pyramid& pyramid = *TRY(tile(level, first / kTileWidth));
  const auto at = static_cast<std::size_t>(first % kTileWidth) >> inner;
  if (inner >= pyramid.size() || at >= pyramid[inner].size()) return fail(Code::OUT_OF_RANGE, "beyond the tile");
  return pyramid[inner][at];
}

Result<Sha256> TileReader::range_root(std::uint64_t begin, std::uint64_t end) const {
  if (begin == end) return tree_root({});
  const std::uint64_t n = end - begin;
  if (std::has_single_bit(n)) return perfect_root(begin, std::countr_zero(n));
  const std::uint64_t left = split_of(n);
  return node_hash(TRY(range_root(begin, begin + left)), TRY(range_root(begin + left, end)));
}

Result<Sha256> TileReader::leaf(std::uint64_t index) const {
  if (index >= size_) return fail(Code::OUT_OF_RANGE, "no such leaf");
  return perfect_root(index, 0);
}

Result<Proof> TileReader::inclusion(std::uint64_t index) const {
  if (index >= size_) return fail(Code::OUT_OF_RANGE, "no such leaf");
  Proof out;  // from the root downwards; turned round at the end
  std::uint64_t begin = 0, end = size_;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_of(end - begin);
    if (index < middle) {
      out.push_back(TRY(range_root(middle, end)));
      end = middle;
    } else {
      out.push_back(TRY(range_root(begin, middle)));
      begin = middle;
    }
  }
  std::ranges::reverse(out);
  return out;
}

Result<Proof> TileReader::consistency(std::uint64_t old_size) const {
  if (old_size > size_) return fail(Code::OUT_OF_RANGE, "beyond the log");
  if (old_size == 0 || old_size == size_) return Proof{};
  Proof out;
  std::uint64_t begin = 0, end = size_;
  bool is_old_tree = true;  // the range is a whole tree of the old log so far, whose root the verifier knows
  while (old_size != end) {
    const std::uint64_t middle = begin + split_of(end - begin);
    if (old_size <= middle) {
      out.push_back(TRY(range_root(middle, end)));
      end = middle;
    } else {
      out.push_back(TRY(range_root(begin, middle)));
      begin = middle;
      is_old_tree = false;
    }
  }
  if (!is_old_tree) out.push_back(TRY(range_root(begin, end)));
  std::ranges::reverse(out);
  return out;
}

}  // namespace warifu::ledger

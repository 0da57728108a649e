#pragma once
// A log as static files (C2SP tlog-tiles): hashes in tiles of 256, entries in bundles of 256, so that anybody can read, mirror and verify it with
// nothing but GET. Pure: what is written and what is read goes through the caller.
//
// TileLog keeps the right edge of the tree in memory and says which files a batch of entries adds; they are to be written in the order
// given (bundles before the tiles that speak of them, both before the checkpoint). TileReader proves from tiles alone.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/merkle.h"

namespace warifu::ledger {

inline constexpr std::size_t kTileWidth = 256;
inline constexpr std::size_t kEntryBytesMax = 65'535;  // two bytes of length

// "tile/0/x001/234", "tile/1/000.p/17", "tile/entries/000": width 256 is a full tile.
[[nodiscard]] std::string tile_path(int level, std::uint64_t index, std::size_t width);
[[nodiscard]] std::string bundle_path(std::uint64_t index, std::size_t width);
// The width of the tile at that place in a log of that size; 0: there is none.
[[nodiscard]] std::size_t tile_width(int level, std::uint64_t index, std::uint64_t size);

[[nodiscard]] std::string spell_bundle(const std::vector<std::string>& entries);
// BAD_ENCODING unless exactly `count` entries fill it.
[[nodiscard]] Result<std::vector<std::string>> parse_bundle(std::string_view bytes, std::size_t count);

using ReadFile = std::function<Result<std::string>(const std::string& path)>;

struct TileGrowth {
  std::vector<std::pair<std::string, std::string>> files;  // path, content
  std::uint64_t size = 0;
  Sha256 root;
};

class TileLog {
 public:
  TileLog() = default;
  // Goes on at a size for which all files are there. EVIDENCE_INVALID when they do not give `root`.
  [[nodiscard]] static Result<TileLog> load(std::uint64_t size, const Sha256& root, const ReadFile& read);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Sha256 root() const;
  // TOO_LARGE for an entry above 65,535 bytes; the log is unchanged then.
  [[nodiscard]] Result<TileGrowth> append(const std::vector<std::string>& entries);

 private:
  std::uint64_t size_ = 0;
  std::vector<std::vector<Sha256>> edge_;  // of each level, the hashes of the tile that is not full yet
  std::vector<std::string> bundle_;        // the entries of the bundle that is not full yet
};

// Reads each tile once and keeps the hashes above it: a second proof from the same tiles costs lookups. For one thread.
class TileReader {
 public:
  TileReader(std::uint64_t size, ReadFile read) : size_(size), read_(std::move(read)) {}

  [[nodiscard]] Result<Sha256> root() const { return range_root(0, size_); }
  [[nodiscard]] Result<Sha256> leaf(std::uint64_t index) const;
  // OUT_OF_RANGE beyond the size.
  [[nodiscard]] Result<Proof> inclusion(std::uint64_t index) const;
  [[nodiscard]] Result<Proof> consistency(std::uint64_t old_size) const;

 private:
  [[nodiscard]] Result<Sha256> range_root(std::uint64_t begin, std::uint64_t end) const;
  [[nodiscard]] Result<Sha256> perfect_root(std::uint64_t begin, int height) const;
  using Pyramid = std::vector<std::vector<Sha256>>;  // a tile's hashes, the pairs above them, and so on
  [[nodiscard]] Result<const Pyramid*> tile(int level, std::uint64_t index) const;

  std::uint64_t size_;
  ReadFile read_;
  mutable std::map<std::pair<int, std::uint64_t>, Pyramid> tiles_;
};

}  // namespace warifu::ledger

#include "ledger/log_check.h"

#include <vector>

namespace warifu::ledger {

namespace {

constexpr std::size_t kHashBytes = 32;

tl::unexpected<Error> forked(const std::string& origin, const char* why) { return fail(Code::LOG_FORKED, why, origin); }
tl::unexpected<Error> disagrees(std::string where, const char* why) { return fail(Code::PROOF_INVALID, why, std::move(where)); }

// The root of the leaves so far from the roots of the perfect trees they make, largest first.
class GrowingTree {
 public:
  void add(const Sha256& leaf) {
    Sha256 hash = leaf;
    for (std::uint64_t n = size_++; (n & 1) != 0; n >>= 1) {
      hash = node_hash(perfect_.back(), hash);
      perfect_.pop_back();
    }
    perfect_.push_back(hash);
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Sha256 root() const {
    if (perfect_.empty()) return tree_root({});
    Sha256 hash = perfect_.back();
    for (std::size_t i = perfect_.size() - 1; i > 0; --i) hash = node_hash(perfect_[i - 1], hash);
    return hash;
  }

 private:
  std::uint64_t size_ = 0;
  std::vector<Sha256> perfect_;
};

}  // namespace

Result<LogCheck> check_log(const ReadFile& read, const std::optional<note::VerifierKey>& key, const std::optional<Checkpoint>& last,
                           const VisitEntry& visit) {
  LogCheck out;
  out.note = TRY(note::Note::parse(TRY(read("checkpoint"))));
  out.head = TRY(Checkpoint::parse(out.note.text));
  if (key) {
    if (out.head.origin != key->name) return fail(Code::BAD_NOTE, "a checkpoint of another log", "origin");
    TRY(note::require(out.note, *key));
  }
  if (last && last->origin != out.head.origin) return forked(last->origin, "another log than at the last visit");
  if (last && out.head.size < last->size) return forked(out.head.origin, "the log has become smaller");
  const TileReader tiles(out.head.size, read);
  GrowingTree tree;
  const auto compare_with_last = [&]() -> Status {
    if (last && tree.size() == last->size && tree.root() != last->root)
      return forked(out.head.origin, "what was there at the last visit is there no more");
    return {};
  };
  TRY(compare_with_last());
  for (std::uint64_t first = 0; first < out.head.size; first += kTileWidth) {
    const std::uint64_t bundle = first / kTileWidth;
    const std::size_t width = tile_width(0, bundle, out.head.size);
    const std::string path = bundle_path(bundle, width);
    Result<std::vector<std::string>> entries = parse_bundle(TRY(read(path)), width);
    if (!entries) return disagrees(path, "not a bundle of so many entries");
    const std::string hashes = TRY(read(tile_path(0, bundle, width)));
    if (hashes.size() != width * kHashBytes) return disagrees(tile_path(0, bundle, width), "not a tile of so many hashes");
    for (std::size_t i = 0; i < width; ++i) {
      const Sha256 leaf = leaf_hash(bytes_of((*entries)[i]));
      if (text_of(leaf.bytes) != std::string_view(hashes).substr(i * kHashBytes, kHashBytes))
        return disagrees("entry " + std::to_string(first + i), "not the entry that its tile names");
      tree.add(leaf);
      TRY(compare_with_last());
      if (visit) TRY(visit(first + i, (*entries)[i]));
    }
  }
  if (tree.root() != out.head.root) return disagrees("checkpoint", "the entries do not give the root that was signed");
  if (TRY(tiles.root()) != out.head.root) return disagrees("tile", "the tiles do not give the root that was signed");
  return out;
}

}  // namespace warifu::ledger

#include "ledger/tiles.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>

namespace warifu::ledger {
namespace {

// A log with all its files in memory.
struct Shelf {
  std::map<std::string, std::string> files;
  TileLog log;
  std::vector<Sha256> leaves;
  Sha256 root = tree_root({});

  ReadFile read() const {
    return [this](const std::string& path) -> Result<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return fail(Code::NOT_FOUND, path);
      return found->second;
    };
  }
  void append(std::size_t n) {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < n; ++i) {
      entries.push_back("entry " + std::to_string(leaves.size()));
      leaves.push_back(leaf_hash(bytes_of(entries.back())));
    }
    TileGrowth growth = log.append(entries).value();
    for (auto& [path, content] : growth.files) files[path] = std::move(content);
    root = growth.root;
    CHECK(growth.size == leaves.size());
  }
};

}  // namespace

TEST_CASE("paths of the specification") {
  CHECK(tile_path(0, 1234067, 256) == "tile/0/x001/x234/067");
  CHECK(tile_path(1, 0, 17) == "tile/1/000.p/17");
  CHECK(bundle_path(999, 256) == "tile/entries/999");
  CHECK(bundle_path(1000, 3) == "tile/entries/x001/000.p/3");
  CHECK(tile_width(0, 0, 70000) == 256);
  CHECK(tile_width(0, 273, 70000) == 70000 - 273 * 256);
  CHECK(tile_width(1, 1, 70000) == 70000 / 256 - 256);
  CHECK(tile_width(2, 0, 70000) == 1);
  CHECK(tile_width(2, 1, 70000) == 0);
  CHECK(tile_width(3, 0, 70000) == 0);
}

TEST_CASE("roots, proofs and restarts agree with the tree, in batches of any size") {
  CHECK(rc::check("batches", [] {
    Shelf shelf;
    std::vector<std::pair<std::uint64_t, Sha256>> before{{0, shelf.root}};
    for (int round = 0; round < 4; ++round) {
      shelf.append(*rc::gen::element<std::size_t>(1, 2, 3, 100, 255, 256, 257, 511, 1000));
      RC_ASSERT(shelf.root == tree_root(shelf.leaves));
      before.emplace_back(shelf.leaves.size(), shelf.root);
      shelf.log = TileLog::load(shelf.leaves.size(), shelf.root, shelf.read()).value();  // as after a restart
      RC_ASSERT(shelf.log.root() == shelf.root);
    }
    const TileReader reader(shelf.leaves.size(), shelf.read());
    RC_ASSERT(reader.root().value() == shelf.root);
    for (int i = 0; i < 10; ++i) {
      const auto index = *rc::gen::inRange<std::size_t>(0, shelf.leaves.size());
      RC_ASSERT(reader.leaf(index).value() == shelf.leaves[index]);
      RC_ASSERT(reader.inclusion(index).value() == inclusion_proof(shelf.leaves, index).value());
      const auto old_size = *rc::gen::inRange<std::size_t>(0, shelf.leaves.size() + 1);
      RC_ASSERT(reader.consistency(old_size).value() == consistency_proof(shelf.leaves, old_size).value());
    }
    for (const auto& [size, root] : before) {
      if (size == 0) continue;
      // Every size that was published can still be read, and the log goes on from it.
      RC_ASSERT(TileReader(size, shelf.read()).root().value() == root);
      RC_ASSERT(verify_consistency(size, root, shelf.leaves.size(), shelf.root, reader.consistency(size).value()).has_value());
    }
  }));
}

TEST_CASE("a log of three levels") {
  Shelf shelf;
  for (const std::size_t n : {65'535UL, 1UL, 1UL, 4'463UL}) shelf.append(n);
  CHECK(shelf.root == tree_root(shelf.leaves));
  CHECK(shelf.files.contains("tile/2/000.p/1"));
  CHECK(shelf.files.at("tile/1/000").size() == 8192);
  const TileReader reader(70'000, shelf.read());
  for (const std::uint64_t index : {0UL, 255UL, 256UL, 65'535UL, 65'536UL, 69'999UL})
    CHECK(verify_inclusion(shelf.leaves[index], index, 70'000, shelf.root, reader.inclusion(index).value()));
  CHECK(reader.inclusion(70'000).error().code == Code::OUT_OF_RANGE);
  CHECK(reader.consistency(70'001).error().code == Code::OUT_OF_RANGE);
}

TEST_CASE("altered and missing files are found at the start") {
  Shelf shelf;
  shelf.append(300);
  CHECK(TileLog::load(300, shelf.root, shelf.read()));
  for (const auto& [path, content] : shelf.files) {
    CAPTURE(path);
    const bool is_needed = path.find(".p/") != std::string::npos;  // the right edge
    Shelf other;
    other.files = shelf.files;
    other.files[path][0] = static_cast<char>(other.files[path][0] ^ 1);
    CHECK(TileLog::load(300, shelf.root, other.read()).has_value() == !is_needed);
    other.files.erase(path);
    CHECK(TileLog::load(300, shelf.root, other.read()).has_value() == !is_needed);
  }
  CHECK(TileLog::load(300, Sha256{}, shelf.read()).error().code == Code::EVIDENCE_INVALID);
}

TEST_CASE("bundles") {
  const std::vector<std::string> entries{"", "a", std::string(65'535, 'x')};
  CHECK(parse_bundle(spell_bundle(entries), 3).value() == entries);
  CHECK(!parse_bundle(spell_bundle(entries), 2));
  CHECK(!parse_bundle(spell_bundle(entries), 4));
  CHECK(!parse_bundle(std::string("\0\2a", 3), 1));
  TileLog log;
  CHECK(log.append({"a", std::string(65'536, 'x')}).error().code == Code::TOO_LARGE);
  CHECK(log.size() == 0);
}

}  // namespace warifu::ledger

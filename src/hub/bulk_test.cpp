#include "hub/bulk.h"

#include "base/file.h"
#include "hub/testing_world.h"

namespace warifu::hub {
namespace {

ledger::ReadFile files_of(const World& world) {
  return [folder = world.data + "/logs/log"](const std::string& path) { return read_file(folder + "/" + path, 1 << 22); };
}

void fill(World& world, std::uint64_t size) {
  HubOptions options;
  options.data = world.data;
  const std::unique_ptr<Hub> hub = must(Hub::open(std::move(options)));
  must(fill_log(*hub, size));
}

TEST_CASE("a log that was filled is a log: every leaf is proven under the signed checkpoint, and messages go on behind it") {
  constexpr std::uint64_t kSize = 70'001;  // more than is written at once, and a tile that is not full
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  CHECK(agency.post(House::parts(agency.message({&provider}, "before"))).size() == 1);
  CHECK(eventually([&] { return world.size("log") == 1; }));
  world.stop();
  fill(world, kSize);
  world.start();

  const note::Note published = must(note::Note::parse(world.checkpoint("log")));
  must(note::require(published, world.hub->network().log));
  const ledger::Checkpoint head = must(ledger::Checkpoint::parse(published.text));
  REQUIRE(head.size == kSize);
  const ledger::TileReader tiles(kSize, files_of(world));
  CHECK(must(tiles.root()) == head.root);
  for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{255}, std::uint64_t{65'536}, kSize - 1}) {
    const std::uint64_t bundle = index / ledger::kTileWidth;
    const std::size_t width = ledger::tile_width(0, bundle, kSize);
    const std::vector<std::string> entries = must(ledger::parse_bundle(must(files_of(world)(ledger::bundle_path(bundle, width))), width));
    const std::string& entry = entries[index % ledger::kTileWidth];
    CHECK(must(exchange::Leaf::parse(entry)).origin == world.log_name());
    CHECK(ledger::verify_inclusion(ledger::leaf_hash(bytes_of(entry)), index, kSize, head.root, must(tiles.inclusion(index))).has_value());
  }

  const std::vector<std::string> answers = agency.post(House::parts(agency.message({&provider}, "after")));
  CHECK(must(exchange::Promise::parse(must(note::Note::parse(answers[0])).text)).index == kSize);
  CHECK(eventually([&] { return world.size("log") == kSize + 1; }));
  CHECK(provider.fetch().size() == 2);
  CHECK(world.times_told("log_failed log STORE_CORRUPT") == 0);
}

TEST_CASE("a log that is as large already is not filled") {
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  for (int i = 0; i < 3; ++i) CHECK(agency.post(House::parts(agency.message({&provider}, "body"))).size() == 1);
  CHECK(eventually([&] { return world.size("log") == 3; }));
  const std::string before = must(ledger::Checkpoint::parse(must(note::Note::parse(world.checkpoint("log"))).text)).text();
  world.stop();
  fill(world, 2);
  world.start();
  CHECK(must(ledger::Checkpoint::parse(must(note::Note::parse(world.checkpoint("log"))).text)).text() == before);
  const std::vector<std::string> answers = agency.post(House::parts(agency.message({&provider}, "body")));
  CHECK(must(exchange::Promise::parse(must(note::Note::parse(answers[0])).text)).index == 3);
}

}  // namespace
}  // namespace warifu::hub

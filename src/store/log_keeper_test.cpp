#include "store/log_keeper.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <mutex>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/testing_results.h"
#include "crypto/hash.h"
#include "note/lines.h"
#include "store/testing_engines.h"

namespace warifu::store {
namespace {

using testing::code_of;
using testing::must;

// A witness that follows the rules, in this process.
struct Witness {
  explicit Witness(const std::string& name) : key(note::Cosigner::create(name, crypto::Ed25519Secret::generate()).value()) {}
  Result<WitnessReply> answer(const std::string& body, const note::VerifierKey& log, Time now) {
    const std::scoped_lock lock(mutex);
    ++asked;
    if (is_down) return fail(Code::PEER_UNAVAILABLE, "down");
    const ledger::AddCheckpoint request = must(ledger::AddCheckpoint::parse(body));
    const ledger::WitnessVerdict verdict = ledger::judge_checkpoint(request, log, last);
    const int status = static_cast<int>(verdict.answer);
    if (verdict.answer == ledger::WitnessAnswer::CONFLICT) return WitnessReply{status, std::to_string(last ? last->size : 0) + "\n"};
    if (verdict.answer != ledger::WitnessAnswer::ACCEPTED) return WitnessReply{status, "no\n"};
    last = verdict.checkpoint;
    return WitnessReply{200, must(key.cosign(request.checkpoint.text, now + ahead)).text() + "\n"};
  }
  note::Cosigner key;
  std::mutex mutex;
  std::optional<ledger::Checkpoint> last;
  int asked = 0;
  bool is_down = false;
  Duration ahead{};  // what its clock says too much
};

struct World {
  explicit World(TestStore& test) : engine(test) {
    engine.fresh().reset();
    folder = (engine.folder() / "log").string();
    store = must(HubStore::create({.open = [this](Access access) -> Result<std::unique_ptr<Database>> { return engine.connect(access); },
                                   .objects = (engine.folder() / "objects").string(),
                                   .limits = {}},
                                  now));
  }
  ~World() { failpoints::disarm(); }
  Result<std::unique_ptr<LogKeeper>> open() {
    LogKeeperOptions options{.log = "log",
                             .folder = folder,
                             .key = key,
                             .own = own,
                             .entries = [this](std::uint64_t first, std::size_t limit) -> Result<std::vector<std::string>> {
                               std::vector<std::string> out;
                               for (std::size_t i = first; i < entries.size() && out.size() < limit; ++i) out.push_back(entries[i]);
                               return out;
                             },
                             .clock = [this] { return now; },
                             .batch = 300};
    for (Witness* witness : asked) options.witnesses.push_back({witness->key.verifier(), "http://" + witness->key.verifier().name});
    options.ask = [this](const WitnessTarget& target, const std::string& body) -> Result<WitnessReply> {
      for (Witness* witness : asked)
        if (witness->key.verifier() == target.key) return witness->answer(body, key.verifier(), now);
      return fail(Code::PEER_UNAVAILABLE, "nobody");
    };
    options.on_failure = [this](const Error& error) { failures.push_back(error); };
    return LogKeeper::open(*store, std::move(options));
  }
  void add(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) entries.push_back("entry " + std::to_string(entries.size()) + "\n");
  }
  static void all(LogKeeper& keeper) {
    while (must(keeper.integrate()) > 0) continue;
    must(keeper.publish());
  }
  [[nodiscard]] note::Note checkpoint() const { return must(note::Note::parse(must(read_file(folder + "/checkpoint", 65'536)))); }
  [[nodiscard]] ledger::Checkpoint head() const { return must(ledger::Checkpoint::parse(checkpoint().text)); }
  [[nodiscard]] Sha256 root_of(std::size_t size) const {
    std::vector<Sha256> leaves;
    for (std::size_t i = 0; i < size; ++i) leaves.push_back(ledger::leaf_hash(bytes_of(entries[i])));
    return ledger::tree_root(leaves);
  }

  TestStore& engine;
  Time now = Time::from_seconds(1'795'237'500);
  std::string folder;
  std::unique_ptr<HubStore> store;
  note::Signer key = note::Signer::create("hub.example/log", crypto::Ed25519Secret::generate()).value();
  note::Cosigner own = note::Cosigner::create("hub.example/witness", crypto::Ed25519Secret::generate()).value();
  std::vector<std::string> entries;
  std::vector<Witness*> asked;
  std::vector<Error> failures;
};

TEST_CASE("what was committed comes into the tiles, is signed and can be proven from the files alone") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const auto keeper = must(world.open());
    CHECK(world.head().size == 0);
    for (const std::size_t count : {1U, 254U, 1U, 1U, 299U, 700U}) {
      world.add(count);
      World::all(*keeper);
      CHECK(world.head() == ledger::Checkpoint{"hub.example/log", world.entries.size(), world.root_of(world.entries.size())});
      const note::Note note = world.checkpoint();
      must(note::require(note, world.key.verifier()));
      must(note::require(note, world.own.verifier()));
    }
    const ledger::TileReader tiles(world.entries.size(), [&](const std::string& path) { return keeper->file(path); });
    for (const std::size_t index : {0U, 255U, 256U, 1000U, 1255U})
      must(ledger::verify_inclusion(ledger::leaf_hash(bytes_of(world.entries[index])), index, world.entries.size(), world.head().root,
                                    must(tiles.inclusion(index))));
    CHECK(must(world.store->log_state("log"))->size == world.entries.size());
    CHECK(keeper->figures().published.size == world.entries.size());
  });
}

TEST_CASE("a restart goes on; a heartbeat says the same again with a later time") {
  for_both_engines([](TestStore& test) {
    World world(test);
    world.add(400);
    World::all(*must(world.open()));
    const note::Note before = world.checkpoint();
    world.now = world.now + seconds(60);
    const auto keeper = must(world.open());
    CHECK(world.checkpoint().text == before.text);
    CHECK(must(note::cosignature_time(world.checkpoint().signatures.at(1))) == world.now);
    world.add(10);
    World::all(*keeper);
    CHECK(world.head().root == world.root_of(410));
  });
}

TEST_CASE("tiles that were changed, a state that was set back and a checkpoint that is larger stop the keeper") {
  for_both_engines([](TestStore& test) {
    const auto broken = [&](const std::function<void(World&)>& harm) {
      World world(test);
      std::filesystem::remove_all(world.folder);
      world.add(300);
      World::all(*must(world.open()));
      harm(world);
      const auto opened = world.open();
      const Code code = code_of(opened);
      std::filesystem::remove_all(world.folder);
      return code;
    };
    const auto write = [](const std::string& path, const std::string& content) { must(write_file_durably(path, bytes_of(content), 0644)); };
    CHECK(broken([&](World& w) {
            std::string tile = must(read_file(w.folder + "/tile/0/001.p/44", 100'000));
            tile[5] = static_cast<char>(tile[5] ^ 1);
            write(w.folder + "/tile/0/001.p/44", tile);
          }) == Code::LOG_FORKED);
    CHECK(broken([&](World& w) { std::filesystem::remove(w.folder + "/tile/entries/001.p/44"); }) == Code::LOG_FORKED);
    CHECK(broken([&](World& w) {
            std::string bundle = must(read_file(w.folder + "/tile/entries/001.p/44", 100'000));
            bundle[10] = static_cast<char>(bundle[10] ^ 1);
            write(w.folder + "/tile/entries/001.p/44", bundle);
          }) == Code::LOG_FORKED);
    CHECK(broken([&](World& w) {  // a database from an older backup
            must(w.engine.connect(Access::WRITE)->exec("UPDATE log_state SET size = 0 WHERE log = 'log'"));
          }) == Code::LOG_FORKED);
    CHECK(broken([&](World& w) { must(w.engine.connect(Access::WRITE)->exec("DELETE FROM log_state")); }) == Code::LOG_FORKED);
    const auto sign = [](World& w, std::uint64_t size, const Sha256& root) {
      return must(note::sign_note(ledger::Checkpoint{"hub.example/log", size, root}.text(), std::array{w.key})).serialise();
    };
    CHECK(broken([&](World& w) { write(w.folder + "/checkpoint", sign(w, 301, crypto::sha256("x"))); }) == Code::LOG_FORKED);
    CHECK(broken([&](World& w) { write(w.folder + "/checkpoint", sign(w, 300, crypto::sha256("x"))); }) == Code::LOG_FORKED);
    CHECK(broken([&](World& w) { write(w.folder + "/checkpoint", sign(w, 256, crypto::sha256("x"))); }) == Code::LOG_FORKED);
  });
}

TEST_CASE("two keepers of one log: the state is swapped by one, the other goes on from there, and nothing forks") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const auto first = must(world.open()), second = must(world.open());
    world.add(10);
    World::all(*first);
    world.add(10);
    CHECK(must(second->integrate()) == 0);  // it had another state in mind
    World::all(*second);
    CHECK(world.head().root == world.root_of(20));
    World::all(*first);
    CHECK(world.head().root == world.root_of(20));
    world.add(1);
    World::all(*first);
    CHECK(world.head().root == world.root_of(21));
  });
}

TEST_CASE("a failure at any step before the swap leaves the old state, one after it is made good by the next") {
  for_both_engines([](TestStore& test) {
    for (const char* place : {"hub.tile.write#1=io", "hub.tile.write#3=full", "file.flush#2=io", "file.rename#1=io", "hub.state.swap=io"}) {
      World world(test);
      std::filesystem::remove_all(world.folder);
      const auto keeper = must(world.open());
      world.add(300);
      must(failpoints::arm(place));
      CHECK_MESSAGE(!keeper->integrate(), place);
      failpoints::disarm();
      CHECK(must(world.store->log_state("log"))->size == 0);
      CHECK(world.head().size == 0);
      World::all(*keeper);
      CHECK(world.head().root == world.root_of(300));
    }
    World world(test);
    std::filesystem::remove_all(world.folder);
    const auto keeper = must(world.open());
    world.add(5);
    must(keeper->integrate());
    must(failpoints::arm("hub.checkpoint.write=io"));
    CHECK(!keeper->publish());
    failpoints::disarm();
    CHECK(world.head().size == 0);
    must(keeper->publish());
    CHECK(world.head().root == world.root_of(5));
  });
}

TEST_CASE("witnesses are asked with the right old size; one that is down costs its own cosignature only") {
  for_both_engines([](TestStore& test) {
    World world(test);
    Witness a("a.example/witness"), b("b.example/witness");
    world.asked = {&a, &b};
    auto keeper = must(world.open());
    world.add(3);
    World::all(*keeper);
    must(note::require(world.checkpoint(), a.key.verifier()));
    must(note::require(world.checkpoint(), b.key.verifier()));
    CHECK(keeper->figures().cosigned == 2);
    b.is_down = true;
    world.add(500);
    World::all(*keeper);
    must(note::require(world.checkpoint(), a.key.verifier()));
    CHECK(!note::require(world.checkpoint(), b.key.verifier()));
    CHECK(world.failures.size() == 1);
    b.is_down = false;
    must(keeper->publish());
    must(note::require(world.checkpoint(), b.key.verifier()));
    // The hub has forgotten what the witness had; the witness tells it.
    must(world.engine.connect(Access::WRITE)->exec("DELETE FROM cosignature"));
    world.add(1);
    const int before = a.asked;
    World::all(*keeper);
    CHECK(a.asked == before + 2);
    must(note::require(world.checkpoint(), a.key.verifier()));
    CHECK(!keeper->figures().is_disputed);
  });
}

TEST_CASE("a hub restored from an old backup, and one that forks, are refused by the witnesses and know it") {
  for_both_engines([](TestStore& test) {
    World world(test);
    Witness a("a.example/witness");
    world.asked = {&a};
    world.add(300);
    World::all(*must(world.open()));
    const std::optional<ledger::Checkpoint> seen = a.last;
    // Everything older, files too: the hub itself cannot tell.
    const auto restored = [&](std::size_t size, const std::string& other) {
      must(world.engine.connect(Access::WRITE)->exec("DELETE FROM log_state; DELETE FROM cosignature"));
      std::filesystem::remove_all(world.folder);
      world.entries.clear();
      world.add(size);
      world.entries.front() += other;
      world.failures.clear();
      const auto keeper = must(world.open());
      World::all(*keeper);
      CHECK(keeper->figures().is_disputed);
      CHECK(!note::require(world.checkpoint(), a.key.verifier()));
      CHECK(a.last == seen);
      REQUIRE(!world.failures.empty());
      CHECK(world.failures.back().code == Code::LOG_FORKED);
    };
    restored(200, "");
    restored(300, "x");
    restored(400, "x");
    world.entries.clear();
  });
}

TEST_CASE("a member's cosignature is merged while its checkpoint is the published one") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const auto keeper = must(world.open());
    world.add(3);
    World::all(*keeper);
    const note::Cosigner member = note::Cosigner::create("portal.example/witness", crypto::Ed25519Secret::generate()).value();
    const std::vector keys{member.verifier()};
    const std::string text = world.checkpoint().text;
    const std::string line = must(member.cosign(text, world.now)).text();
    CHECK(code_of(keeper->cosign(text, line, {})) == Code::SIGNATURE_MISSING);
    CHECK(code_of(keeper->cosign(text, must(member.cosign(text + "x\n", world.now)).text(), keys)) == Code::SIGNATURE_INVALID);
    CHECK(code_of(keeper->cosign(text, must(member.cosign(text, world.now + days(1))).text(), keys)) == Code::TIME_IN_FUTURE);
    must(keeper->cosign(text, line, keys));
    must(note::require(world.checkpoint(), member.verifier()));
    CHECK(keeper->figures().cosigned == 1);
    must(keeper->publish());  // a heartbeat keeps it
    must(note::require(world.checkpoint(), member.verifier()));
    world.add(1);
    World::all(*keeper);
    CHECK(!note::require(world.checkpoint(), member.verifier()));
    CHECK(code_of(keeper->cosign(text, line, keys)) == Code::STALE);
    const std::string forged = ledger::Checkpoint{"hub.example/log", 50, crypto::sha256("x")}.text();
    CHECK(code_of(keeper->cosign(forged, must(member.cosign(forged, world.now)).text(), keys)) == Code::LOG_FORKED);
  });
}

TEST_CASE("more members cosign than a note has lines: it stays a note, with the newest in it") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const auto keeper = must(world.open());
    world.add(3);
    World::all(*keeper);
    const std::string text = world.checkpoint().text;
    for (int i = 0; i < 20; ++i) {
      const note::Cosigner member = note::Cosigner::create("m" + std::to_string(i) + ".example/witness", crypto::Ed25519Secret::generate()).value();
      must(keeper->cosign(text, must(member.cosign(text, world.now)).text(), {member.verifier()}));
      must(note::require(world.checkpoint(), member.verifier()));
    }
    must(keeper->publish());
    CHECK(world.checkpoint().signatures.size() == limits::kNoteSignaturesMax);
    must(note::require(world.checkpoint(), world.key.verifier()));
    must(note::require(world.checkpoint(), world.own.verifier()));
  });
}

TEST_CASE("however many members cosign, the witnesses that are asked stay in the note, and of the others the newest") {
  for_both_engines([](TestStore& test) {
    World world(test);
    Witness a("witness.example/log"), z("zeuge.example/witness");
    world.asked = {&a, &z};
    auto keeper = must(world.open());
    world.add(3);
    World::all(*keeper);
    const std::string text = world.checkpoint().text;
    const auto both_stay = [&] { return note::require(world.checkpoint(), a.key.verifier()) && note::require(world.checkpoint(), z.key.verifier()); };
    CHECK(both_stay());
    std::vector<note::Cosigner> members;
    for (int i = 0; i < 30; ++i) {
      members.push_back(note::Cosigner::create("m" + std::to_string(i) + ".example/witness", crypto::Ed25519Secret::generate()).value());
      world.now = world.now + seconds(1);
      must(keeper->cosign(text, must(members.back().cosign(text, world.now)).text(), {members.back().verifier()}));
      CHECK(both_stay());
      must(note::require(world.checkpoint(), members.back().verifier()));
    }
    const auto newest_stay = [&] {
      const note::Note shown = world.checkpoint();
      CHECK(shown.signatures.size() == limits::kNoteSignaturesMax);
      for (std::size_t i = 18; i < members.size(); ++i) CHECK(note::require(shown, members[i].verifier()).has_value());
      CHECK(!note::require(shown, members[17].verifier()));
    };
    newest_stay();
    must(keeper->publish());  // a heartbeat, and a restart
    CHECK(both_stay());
    a.is_down = z.is_down = true;
    keeper = must(world.open());
    CHECK(both_stay());
    newest_stay();
  });
}

TEST_CASE("a witness that is asked and cosigns at an impossible time is not believed") {
  for_both_engines([](TestStore& test) {
    World world(test);
    Witness a("a.example/witness");
    world.asked = {&a};
    a.ahead = days(1);
    const auto keeper = must(world.open());
    world.add(3);
    World::all(*keeper);
    CHECK(!note::require(world.checkpoint(), a.key.verifier()));
    REQUIRE(!world.failures.empty());
    CHECK(world.failures.back().code == Code::TIME_IN_FUTURE);
    a.ahead = days(365 * 300);
    must(keeper->publish());
    CHECK(!note::require(world.checkpoint(), a.key.verifier()));
    CHECK(world.failures.back().code == Code::BAD_NOTE);
    a.ahead = {};
    must(keeper->publish());
    must(note::require(world.checkpoint(), a.key.verifier()));
  });
}

TEST_CASE("partial tiles go when the full ones are there, and the log is read and goes on without them") {
  for_both_engines([](TestStore& test) {
    World world(test);
    std::filesystem::remove_all(world.folder);
    auto keeper = must(world.open());
    const auto is_there = [&](const char* path) { return std::filesystem::exists(world.folder + "/" + path); };
    for (const std::size_t count : {100U, 100U, 100U, 300U}) {
      world.add(count);
      World::all(*keeper);
    }
    CHECK(is_there("tile/0/000.p/100"));
    CHECK(is_there("tile/entries/001.p/44"));
    keeper->prune(300);
    CHECK(!is_there("tile/0/000.p"));
    CHECK(!is_there("tile/entries/000.p"));
    CHECK(is_there("tile/0/001.p/44"));
    keeper->prune(600);
    CHECK(!is_there("tile/0/001.p"));
    CHECK(is_there("tile/0/002.p/88"));
    CHECK(is_there("tile/1/000.p/2"));
    keeper = must(world.open());
    world.add(70'000);
    World::all(*keeper);
    keeper->prune(70'600);
    CHECK(!is_there("tile/1/000.p"));
    CHECK(is_there("tile/2/000.p/1"));
    CHECK(must(ledger::TileReader(70'600, [&](const std::string& path) { return keeper->file(path); }).root()) == world.root_of(70'600));
  });
}

TEST_CASE("only files of a log are given out") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const auto keeper = must(world.open());
    world.add(3);
    World::all(*keeper);
    CHECK(must(keeper->file("checkpoint")).starts_with("hub.example/log\n3\n"));
    CHECK(must(keeper->file("tile/0/000.p/3")).size() == 96);
    for (const char* path : {"", "tile", "tile/0", "tile/0/000.p/4", "tile/../checkpoint", "../log/checkpoint", "tile//0/000.p/3", "tile/./0/000.p/3",
                             "/etc/passwd", "tile/0/000.p/3/", "tile/0/x001", "TILE/0/000.p/3", "tile/0/000.p/3\n"})
      CHECK(code_of(keeper->file(path)) == Code::NOT_FOUND);
  });
}

}  // namespace
}  // namespace warifu::store

#include "ledger/log_check.h"

#include <doctest/doctest.h>

#include <array>
#include <map>

namespace warifu::ledger {

namespace {

note::Signer log_key() {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(11);
  return note::Signer::create("hub.example/log", crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed(seed))).value();
}

// A log on shelves of memory, grown in steps as a writer does.
struct Shelf {
  std::map<std::string, std::string> files;
  TileLog log;
  Checkpoint head{"hub.example/log", 0, tree_root({})};

  void grow(std::size_t entries, const std::string& word = "entry ") {
    std::vector<std::string> fresh;
    for (std::size_t i = 0; i < entries; ++i) fresh.push_back(word + std::to_string(log.size() + i));
    const TileGrowth growth = log.append(fresh).value();
    for (const auto& [path, content] : growth.files) files[path] = content;
    head = {"hub.example/log", growth.size, growth.root};
    files["checkpoint"] = note::sign_note(head.text(), std::array{log_key()}).value().serialise();
  }
  [[nodiscard]] ReadFile reader() const {
    return [this](const std::string& path) -> Result<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return fail(Code::NOT_FOUND, "no such file", path);
      return found->second;
    };
  }
  [[nodiscard]] Result<LogCheck> check(const std::optional<Checkpoint>& last = {}) const { return check_log(reader(), log_key().verifier(), last); }
};

}  // namespace

TEST_CASE("a log of any size is read whole, entry by entry") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{255}, std::size_t{256}, std::size_t{257}, std::size_t{1000}, std::size_t{66'000}}) {
    Shelf shelf;
    shelf.grow(size);
    std::uint64_t seen = 0;
    const auto told = check_log(shelf.reader(), log_key().verifier(), {}, [&](std::uint64_t index, const std::string& entry) -> Status {
      CHECK(index == seen++);
      CHECK(entry == "entry " + std::to_string(index));
      return {};
    });
    REQUIRE(told.has_value());
    CHECK(told->head == shelf.head);
    CHECK(seen == size);
  }
}

TEST_CASE("every earlier checkpoint is a beginning of the log, another one is a fork") {
  Shelf shelf;
  std::vector<Checkpoint> heads;
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{253}, std::size_t{1}, std::size_t{300}}) {
    shelf.grow(step);
    heads.push_back(shelf.head);
  }
  for (const Checkpoint& head : heads) {
    CHECK(shelf.check(head).has_value());
    Checkpoint other = head;
    other.root.bytes[3] ^= 1;
    CHECK(shelf.check(other).error().code == Code::LOG_FORKED);
  }
  Checkpoint larger = shelf.head;
  larger.size += 1;
  CHECK(shelf.check(larger).error().code == Code::LOG_FORKED);
  Checkpoint foreign = shelf.head;
  foreign.origin = "other.example/log";
  CHECK(shelf.check(foreign).error().code == Code::LOG_FORKED);
  CHECK(shelf.check(Checkpoint{"hub.example/log", 0, tree_root({})}).has_value());
  Shelf rewritten;
  rewritten.grow(600, "other ");
  CHECK(rewritten.check(heads[2]).error().code == Code::LOG_FORKED);
}

TEST_CASE("any file that was changed is found") {
  Shelf shelf;
  shelf.grow(600);
  for (const auto& [path, content] : shelf.files) {
    if (content.empty()) continue;
    Shelf changed = shelf;
    changed.files[path][content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
    CHECK_MESSAGE(!changed.check().has_value(), path);
    Shelf missing = shelf;
    missing.files.erase(path);
    CHECK_MESSAGE(!missing.check().has_value(), path);
  }
  Shelf other = shelf;
  other.grow(1);
  Shelf stranger = shelf;
  stranger.files["checkpoint"] = other.files["checkpoint"];
  CHECK_FALSE(stranger.check().has_value());
  const auto unsigned_by = note::Signer::create("hub.example/log", crypto::Ed25519Secret::generate()).value();
  stranger.files["checkpoint"] = note::sign_note(shelf.head.text(), std::array{unsigned_by}).value().serialise();
  CHECK(stranger.check().error().code == Code::SIGNATURE_MISSING);
  CHECK(check_log(stranger.reader(), {}, {}).has_value());
}

}  // namespace warifu::ledger

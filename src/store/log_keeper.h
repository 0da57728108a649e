#pragma once
// The writer of one of the hub's two logs: takes what has been committed, integrates it into tiles, signs, collects cosignatures and publishes.
//
// Rules that hold through any crash and with two processes: (1) bundles and tiles are on the disk before (2) the row of the database moves from the
// old (size, root) to the new by compare and swap, and only (3) what stands in that row is ever signed. At the start the root is computed from
// the tiles; when it is not the row's, or something larger has been published already, the keeper refuses: LOG_FORKED. A log never shrinks.
//
// What is published is first the hub's own signature (with a cosignature of its own, which bears the time: the heartbeat); cosignatures of
// others are waited for up to two seconds and merged when they come later. Thread-safe. start() has one thread that integrates and one that
// publishes, so that a slow witness holds up no batch.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ledger/tiles.h"
#include "note/note.h"
#include "store/hub_store.h"

namespace warifu::store {

// A witness that is asked (C2SP tlog-witness).
struct WitnessTarget {
  note::VerifierKey key;
  std::string url;  // of its prefix; "/add-checkpoint" is added by whoever sends
};
struct WitnessReply {
  int status = 0;
  std::string body;
};
using AskWitness = std::function<Result<WitnessReply>(const WitnessTarget&, const std::string& body)>;

struct LogKeeperOptions {
  std::string log;     // "log", "keys": its rows in the store
  std::string folder;  // where its files lie
  note::Signer key;
  std::optional<note::Cosigner> own = {};
  // What has been committed from that index on, in order.
  std::function<Result<std::vector<std::string>>(std::uint64_t first, std::size_t limit)> entries;
  std::vector<WitnessTarget> witnesses = {};
  AskWitness ask = {};
  std::function<void(const std::string& checkpoint)> on_published = {};
  std::function<void(const Error&)> on_failure = {};
  std::function<Time()> clock = now_utc;
  std::chrono::milliseconds integrate_every{100};  // a batch that is full does not wait
  std::chrono::milliseconds publish_every{1'000};  // while it grows; witnesses that come by themselves need time to answer
  std::chrono::milliseconds witness_wait{2'000};
  std::chrono::milliseconds heartbeat{60'000};
  std::size_t batch = 4'096;  // entries integrated at a time
};

class LogKeeper {
  struct Key {};

 public:
  // LOG_FORKED when tiles, row and what was published do not agree.
  [[nodiscard]] static Result<std::unique_ptr<LogKeeper>> open(HubStore& store, LogKeeperOptions options);
  LogKeeper(Key, HubStore& store, LogKeeperOptions options);
  LogKeeper(const LogKeeper&) = delete;
  LogKeeper& operator=(const LogKeeper&) = delete;
  ~LogKeeper();

  void start();
  void stop();

  // Integrates one batch; how many entries. Nothing is signed.
  Result<std::size_t> integrate();
  // Signs and publishes the state of the row, with the cosignatures that are known, and asks the witnesses.
  Status publish();

  // Removes partial tiles and bundles whose full ones lie below `size` (C2SP tlog-tiles allows it). Not for a size that has just been published:
  // somebody may be reading what an earlier checkpoint speaks of.
  void prune(std::uint64_t size);

  // Of a witness that came by itself, its key in force. STALE when another checkpoint is published by now, LOG_FORKED for one that never was.
  Status cosign(const std::string& checkpoint_text, const std::string& signature_line, const std::vector<note::VerifierKey>& keys);

  // "checkpoint", "tile/0/000.p/17". NOT_FOUND for anything else.
  [[nodiscard]] Result<std::string> file(const std::string& path) const;
  struct Figures {
    LogState state;            // integrated
    LogState published;        // signed
    Time published_at;         // the last time, heartbeats included
    std::size_t cosigned = 0;  // by others, of what is published
    bool is_disputed = false;  // a witness has seen a larger or another tree: the hub was set back, or it forks
  };
  [[nodiscard]] Figures figures() const;

 private:
  Status load();
  Status write_growth(const ledger::TileGrowth& growth) const;
  Status publish_note(const std::string& text, const LogState& state, std::vector<note::SignatureLine> cosignatures);
  void ask_witnesses(const std::string& text, const LogState& state);
  Status ask_one(const WitnessTarget& target, const std::string& text, const LogState& state);
  Result<std::string> body_for(const std::string& text, const LogState& state, std::uint64_t old_size) const;
  Status merge(const std::string& text, const LogState& state, const note::SignatureLine& line);
  void run();
  void run_publisher();
  [[nodiscard]] ledger::ReadFile reader() const;

  HubStore& store_;
  LogKeeperOptions options_;
  std::mutex writer_mutex_;  // one integration at a time
  std::optional<ledger::TileLog> tiles_;
  std::optional<LogState> row_;
  std::uint64_t pruned_ = 0;

  mutable std::mutex published_mutex_;  // what the checkpoint file says
  std::string published_text_;
  std::vector<note::SignatureLine> lines_;
  Figures figures_;

  std::mutex publishing_mutex_;  // one writes the checkpoint file at a time

  std::mutex threads_mutex_;
  std::condition_variable changed_;
  bool has_grown_ = false, is_stopping_ = false;
  std::thread integrator_, publisher_;
};

}  // namespace warifu::store

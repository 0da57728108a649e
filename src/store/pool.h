#pragma once
// A store in use: one writing connection whose jobs share transactions (group commit), and a few reading connections.
// Guarantees: write() answers only after the commit that holds the job is on the disk; a failing job is undone alone, but a full disk or a
// lost connection fails the whole batch, of which then nothing is kept; read() gives its function one unchanging snapshot and never waits for
// the writer. When PostgreSQL goes away, calls fail with STORE_UNAVAILABLE and the next one after its return works.
// A job has no effect outside the database, or none but that of its last run: it runs twice when another one of its batch fails. It does not call
// write() itself.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

#include "base/limits.h"
#include "pipeline/group_writer.h"
#include "store/db.h"

namespace warifu::store {

using WriteJob = std::function<Status(Database&)>;

class Engine {
  struct Key {};  // only create() makes one

 public:
  using Open = std::function<Result<std::unique_ptr<Database>>(Access)>;
  struct Options {
    std::size_t readers_max = limits::kReadersMax;
    Duration reader_wait = seconds(5);  // QUEUE_FULL beyond it
    pipeline::GroupWriter::Options writer = {};
    // Run once on the writing connection before anything else: migrations.
    std::function<Status(Database&)> prepare = {};
  };
  struct Counters {
    pipeline::GroupWriter::Counters writer;
    std::size_t writes_waiting = 0, readers_open = 0, readers_busy = 0;
  };

  [[nodiscard]] static Result<std::unique_ptr<Engine>> create(Open open, Options options);
  [[nodiscard]] static Result<std::unique_ptr<Engine>> create(Open open) { return create(std::move(open), Options{}); }
  Engine(Key, Open open, Options options, std::unique_ptr<Database> writer);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  [[nodiscard]] EngineKind kind() const { return kind_; }

  // `action`: Database& -> Result<T> or Status.
  template <class F>
  [[nodiscard]] auto read(F&& action) -> std::invoke_result_t<F&, Database&>;
  // The same, in the writer's transaction; QUEUE_FULL when too many wait.
  template <class F>
  [[nodiscard]] auto write(F&& action) -> std::invoke_result_t<F&, Database&>;
  // Does not wait: `done` is called on the writer's thread after the commit, if this succeeds.
  [[nodiscard]] Status submit(WriteJob job, pipeline::GroupWriter::Done done);

  // A further connection outside the pool, for backups, checkpoints and listening.
  [[nodiscard]] Result<std::unique_ptr<Database>> connect(Access access) const { return open_(access); }

  // Accepts no more writes and finishes those accepted.
  void stop() { writer_.stop(); }
  [[nodiscard]] Counters counters() const;

 private:
  // A reading connection with its snapshot, for the time of one read.
  class Lease {
   public:
    Lease(Engine& engine, std::unique_ptr<Database> database) : engine_(&engine), database_(std::move(database)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (database_) engine_->give_back(std::move(database_));
    }
    Database& database() { return *database_; }

   private:
    Engine* engine_;
    std::unique_ptr<Database> database_;
  };

  Result<Lease> borrow();
  void give_back(std::unique_ptr<Database> database);
  pipeline::TransactionHooks hooks();
  Status run(const WriteJob& job);

  Open open_;
  Options options_;
  EngineKind kind_;

  mutable std::mutex readers_mutex_;
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<Database>> idle_readers_;
  std::size_t readers_open_ = 0;

  std::unique_ptr<Database> database_;  // the writer's, used by its thread only
  pipeline::GroupWriter writer_;        // last: its thread ends before the connection goes
};

template <class F>
auto Engine::read(F&& action) -> std::invoke_result_t<F&, Database&> {
  Lease lease = TRY(borrow());
  return action(lease.database());
}

template <class F>
auto Engine::write(F&& action) -> std::invoke_result_t<F&, Database&> {
  using Answer = std::invoke_result_t<F&, Database&>;
  if constexpr (std::is_same_v<Answer, Status>) {
    return run([&](Database& database) -> Status { return action(database); });
  } else {
    std::optional<typename Answer::value_type> value;
    TRY(run([&](Database& database) -> Status {
      value.emplace(TRY(action(database)));
      return {};
    }));
    return std::move(*value);
  }
}

}  // namespace warifu::store

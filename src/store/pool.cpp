#include "store/pool.h"

#include <chrono>

#include "base/failpoint.h"

namespace warifu::store {
namespace {

constexpr std::string_view kSavepoint = "warifu_job";

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create(Open open, Options options) {
  CHECK_THAT(options.readers_max > 0);
  std::unique_ptr<Database> writer = TRY(open(Access::WRITE));
  if (options.prepare) TRY(options.prepare(*writer));
  return std::make_unique<Engine>(Key{}, std::move(open), std::move(options), std::move(writer));
}

Engine::Engine(Key, Open open, Options options, std::unique_ptr<Database> writer)
    : open_(std::move(open)),
      options_(std::move(options)),
      kind_(writer->engine()),
      database_(std::move(writer)),
      writer_(hooks(), options_.writer) {}

Engine::~Engine() { writer_.stop(); }

namespace {

Status commit_batch(Database& database) {
  TRY(failpoint_error("store.commit.before"));
  TRY(database.commit());
  failpoint("store.commit.after");
  return {};
}

// What the commit would refuse of a batch is told before it, while it still can be found out which job it is. With PostgreSQL this also is where the
// answers come of what was posted.
Status settle_batch(Database& database) {
  if (database.engine() == EngineKind::SQLITE) return database.check_deferred();
  TRY(database.run("SET CONSTRAINTS ALL IMMEDIATE"));
  return {};
}

// The same of one job, so that the others of the batch stand. PostgreSQL is asked together with the release, and nothing after a refusal runs.
Status release_job(Database& database) {
  if (database.engine() == EngineKind::POSTGRES) {
    TRY(database.post("SET CONSTRAINTS ALL IMMEDIATE"));
    TRY(database.post("SET CONSTRAINTS ALL DEFERRED"));
  } else {
    TRY(database.check_deferred());
  }
  return database.release(kSavepoint);
}

}  // namespace

pipeline::TransactionHooks Engine::hooks() {
  return {.begin = [this] { return database_->begin(Access::WRITE); },
          .commit = [this] { return commit_batch(*database_); },
          .rollback = [this] { database_->rollback(); },
          .settle = [this] { return settle_batch(*database_); },
          .savepoint = [this] { return database_->savepoint(kSavepoint); },
          .release_savepoint = [this] { return release_job(*database_); },
          .undo_to_savepoint = [this] { return database_->rollback_to(kSavepoint); }};
}

Status Engine::submit(WriteJob job, pipeline::GroupWriter::Done done) {
  return writer_.submit([this, job = std::move(job)] { return job(*database_); }, std::move(done));
}

Status Engine::run(const WriteJob& job) {
  return writer_.submit_and_wait([this, &job] { return job(*database_); });
}

Result<Engine::Lease> Engine::borrow() {
  std::unique_ptr<Database> database;
  {
    std::unique_lock lock(readers_mutex_);
    const auto free = [&] { return !idle_readers_.empty() || readers_open_ < options_.readers_max; };
    if (!reader_returned_.wait_for(lock, std::chrono::microseconds(options_.reader_wait.us), free))
      return fail(Code::QUEUE_FULL, "all reading connections are busy");
    if (!idle_readers_.empty()) {
      database = std::move(idle_readers_.back());
      idle_readers_.pop_back();
    } else {
      ++readers_open_;  // the place is taken; connecting happens outside the lock
    }
  }
  if (!database) {
    auto opened = open_(Access::READ);
    if (!opened) {
      give_back(nullptr);
      return tl::unexpected<Error>(std::move(opened).error());
    }
    database = std::move(*opened);
  }
  Lease lease(*this, std::move(database));
  TRY(lease.database().begin(Access::READ));
  return lease;
}

void Engine::give_back(std::unique_ptr<Database> database) {
  if (database) database->rollback();
  {
    const std::lock_guard lock(readers_mutex_);
    if (database)
      idle_readers_.push_back(std::move(database));
    else
      --readers_open_;
  }
  reader_returned_.notify_one();
}

Engine::Counters Engine::counters() const {
  const std::lock_guard lock(readers_mutex_);
  return {writer_.counters(), writer_.queued(), readers_open_, readers_open_ - idle_readers_.size()};
}

}  // namespace warifu::store

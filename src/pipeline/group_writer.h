#pragma once
// One thread that writes for all: jobs that wait at the same time share one transaction and so one flush of the disk.
// Guarantees: a job's result is delivered only after the commit that holds it; a job that fails is undone alone and the others stand;
// when the commit (or the transaction itself) fails, every job of the batch gets that error and nothing of the batch is applied.
// Jobs run one at a time, in the order of submission; where one of a batch fails, all of it is undone and run once more, each job by itself, so that
// a job may run twice and only its last run counts (decision 0034). stop() (also the destructor) lets what was accepted finish.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "pipeline/bounded_queue.h"

namespace warifu::pipeline {

// How the store opens and closes a transaction; all are called on the writer's thread only.
struct TransactionHooks {
  std::function<Status()> begin;
  std::function<Status()> commit;
  std::function<void()> rollback;             // after a failed begin it is not called
  std::function<Status()> settle;             // after all jobs of a batch went well: whether the commit would refuse any of them
  std::function<Status()> savepoint;          // before each job of a batch in which one failed
  std::function<Status()> release_savepoint;  // after a job that went well; when it refuses, the job failed with that error
  std::function<Status()> undo_to_savepoint;  // after a job that failed; the savepoint is gone afterwards
};

class GroupWriter {
 public:
  using Job = std::function<Status()>;
  using Done = std::function<void(Status)>;  // called once, on the writer's thread, after the outcome is final; must not block or throw

  struct Options {
    std::size_t queue_max = limits::kWriterQueueMax;
    std::size_t batch_max = limits::kWriterBatchMax;
  };
  struct Counters {
    std::uint64_t jobs = 0, batches = 0, failed_batches = 0;
    std::uint64_t repeated_batches = 0;  // run once more, because of a job that failed
  };

  explicit GroupWriter(TransactionHooks hooks);
  GroupWriter(TransactionHooks hooks, Options options);
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // QUEUE_FULL at once when too much waits, CANCELLED after stop; `done` is called only when this succeeds.
  [[nodiscard]] Status submit(Job job, Done done);
  // The same, and waits for the outcome. Not from inside a job.
  [[nodiscard]] Status submit_and_wait(Job job);
  // Waits for room in the queue too: for work of the program itself, which nobody can be asked to repeat.
  [[nodiscard]] Status submit_and_wait_for_room(Job job);

  // Accepts nothing more, finishes what was accepted, joins the thread. May be called twice; not from inside a job.
  void stop();

  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  [[nodiscard]] Counters counters() const;

 private:
  struct Entry {
    Job job;
    Done done;
  };
  void run();
  void run_batch(std::vector<Entry>& batch);
  // The results of the jobs, or the error that concerns them all.
  using Results = Result<std::vector<Status>>;
  [[nodiscard]] Results run_transaction(std::vector<Entry>& batch);
  [[nodiscard]] Status commit();
  [[nodiscard]] Results run_alone(const Entry& entry);
  [[nodiscard]] std::optional<Results> run_together(std::vector<Entry>& batch);  // nothing: one failed, and nothing was applied
  [[nodiscard]] Results run_one_by_one(std::vector<Entry>& batch);
  [[nodiscard]] Result<Status> run_in_savepoint(const Job& job);

  TransactionHooks hooks_;
  Options options_;
  BoundedQueue<Entry> queue_;
  std::atomic<std::uint64_t> jobs_{0}, batches_{0}, failed_batches_{0}, repeated_batches_{0};
  std::mutex stop_mutex_;
  std::thread thread_;  // last: starts when everything above is there
};

}  // namespace warifu::pipeline

#include "pipeline/group_writer.h"

#include <exception>
#include <memory>
#include <string>

namespace warifu::pipeline {

namespace {

// The thread's edge: an exception that left a job (out of memory, a library's own) must not end the program while others wait.
Status call(const GroupWriter::Job& job) {
  try {
    return job();
  } catch (const std::exception& e) {
    return fail(Code::INTERNAL, std::string("a job threw: ") + e.what());
  }
}

}  // namespace

GroupWriter::GroupWriter(TransactionHooks hooks) : GroupWriter(std::move(hooks), Options{}) {}

GroupWriter::GroupWriter(TransactionHooks hooks, Options options) : hooks_(std::move(hooks)), options_(options), queue_(options.queue_max) {
  CHECK_THAT(options_.batch_max > 0);
  CHECK_THAT(hooks_.begin && hooks_.commit && hooks_.rollback && hooks_.settle && hooks_.savepoint && hooks_.release_savepoint &&
             hooks_.undo_to_savepoint);
  thread_ = std::thread([this] { run(); });
}

GroupWriter::~GroupWriter() { stop(); }

Status GroupWriter::submit(Job job, Done done) { return queue_.try_push(Entry{std::move(job), std::move(done)}); }

Status GroupWriter::submit_and_wait(Job job) {
  CHECK_THAT(std::this_thread::get_id() != thread_.get_id());
  auto promise = std::make_shared<std::promise<Status>>();
  auto outcome = promise->get_future();
  TRY(queue_.try_push(Entry{std::move(job), [promise](Status status) { promise->set_value(std::move(status)); }}));
  return outcome.get();
}

Status GroupWriter::submit_and_wait_for_room(Job job) {
  CHECK_THAT(std::this_thread::get_id() != thread_.get_id());
  auto promise = std::make_shared<std::promise<Status>>();
  auto outcome = promise->get_future();
  TRY(queue_.push(Entry{std::move(job), [promise](Status status) { promise->set_value(std::move(status)); }}));
  return outcome.get();
}

void GroupWriter::stop() {
  queue_.stop();
  const std::lock_guard lock(stop_mutex_);
  if (thread_.joinable()) thread_.join();
}

GroupWriter::Counters GroupWriter::counters() const { return {jobs_.load(), batches_.load(), failed_batches_.load(), repeated_batches_.load()}; }

void GroupWriter::run() {
  for (;;) {
    std::vector<Entry> batch = queue_.pop_batch(options_.batch_max);
    if (batch.empty()) return;
    run_batch(batch);
  }
}

void GroupWriter::run_batch(std::vector<Entry>& batch) {
  auto results = run_transaction(batch);
  jobs_ += batch.size();
  ++batches_;
  if (!results) ++failed_batches_;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch[i].done) continue;
    // A refusal may rest on what an earlier job of this batch wrote; when nothing was applied it is void like the rest.
    batch[i].done(results ? std::move((*results)[i]) : Status(tl::unexpected<Error>(results.error())));
  }
}

GroupWriter::Results GroupWriter::run_transaction(std::vector<Entry>& batch) {
  if (batch.size() == 1) return run_alone(batch.front());
  // A savepoint for each job costs a copy of every page that it is the first to change. Jobs seldom fail.
  if (std::optional<Results> together = run_together(batch)) return std::move(*together);
  ++repeated_batches_;
  return run_one_by_one(batch);
}

Status GroupWriter::commit() {
  Status committed = hooks_.commit();
  if (!committed) hooks_.rollback();
  return committed;
}

// One that is alone in its transaction is undone with it.
GroupWriter::Results GroupWriter::run_alone(const Entry& entry) {
  TRY(hooks_.begin());
  Status status = call(entry.job);
  if (!status) {
    hooks_.rollback();
    return std::vector<Status>{std::move(status)};
  }
  TRY(commit());
  return std::vector<Status>(1);
}

std::optional<GroupWriter::Results> GroupWriter::run_together(std::vector<Entry>& batch) {
  if (Status begun = hooks_.begin(); !begun) return Results(tl::unexpected<Error>(std::move(begun).error()));
  bool is_good = true;
  for (auto entry = batch.begin(); is_good && entry != batch.end(); ++entry) is_good = call(entry->job).has_value();
  if (!is_good || !hooks_.settle()) {
    hooks_.rollback();
    return std::nullopt;
  }
  // What fails from here on may have been applied, for all one knows: it is not tried again.
  if (Status committed = commit(); !committed) return Results(tl::unexpected<Error>(std::move(committed).error()));
  return Results(std::vector<Status>(batch.size()));
}

GroupWriter::Results GroupWriter::run_one_by_one(std::vector<Entry>& batch) {
  TRY(hooks_.begin());
  std::vector<Status> results;
  results.reserve(batch.size());
  bool any_good = false;
  for (const Entry& entry : batch) {
    Result<Status> result = run_in_savepoint(entry.job);
    if (!result) {
      hooks_.rollback();
      return tl::unexpected<Error>(std::move(result).error());
    }
    any_good = any_good || result->has_value();
    results.push_back(std::move(*result));
  }
  if (!any_good) {
    hooks_.rollback();
    return results;
  }
  TRY(commit());
  return results;
}

// Outer failure: the transaction can no longer be trusted. Inner: this job alone failed and is undone.
Result<Status> GroupWriter::run_in_savepoint(const Job& job) {
  TRY(hooks_.savepoint());
  Status status = call(job);
  if (status) status = hooks_.release_savepoint();
  if (!status) TRY(hooks_.undo_to_savepoint());
  return Result<Status>(tl::in_place, std::move(status));
}

}  // namespace warifu::pipeline

#include "store/batch.h"

#include <exception>

namespace warifu::store {
namespace {

constexpr std::string_view kSavepoint = "warifu_job";

Status run_job(Database& database, const WriteJob& job) {
  try {
    return job(database);
  } catch (const std::exception&) {  // its text may quote data; the type of failure is the same for everybody
    return fail(Code::INTERNAL, "a write job threw an exception");
  }
}

Status run_alone(Database& database, const WriteJob& job) {
  TRY(database.begin(Access::WRITE));
  Status done = run_job(database, job);
  if (done) done = database.commit();
  if (!done) database.rollback();
  return done;
}

// Runs the jobs within the open transaction. An error here means that the transaction is lost, not that a job failed.
Status run_within(Database& database, std::span<const WriteJob* const> jobs, std::vector<Status>& answers) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    TRY(database.savepoint(kSavepoint));
    answers[i] = run_job(database, *jobs[i]);
    // A job that swallowed an error leaves PostgreSQL's transaction failed: then release() is refused, and the job is undone like a failed one.
    if (answers[i]) answers[i] = database.release(kSavepoint);
    if (answers[i]) continue;
    if (Status undone = database.rollback_to(kSavepoint); !undone) {
      // SQLite ends the whole transaction on a full disk and on I/O errors: then the job's own error says more.
      if (answers[i].error().code != Code::INTERNAL) return answers[i];
      return undone;
    }
  }
  return database.commit();
}

// Whether the reason can lie in one of the jobs; otherwise a repetition would meet the same wall, or write twice what was perhaps committed.
bool is_worth_repeating(Code code) {
  return code != Code::STORE_UNAVAILABLE && code != Code::STORE_LOCKED && code != Code::STORE_CORRUPT && code != Code::IO;
}

}  // namespace

std::vector<Status> run_batch(Database& database, std::span<const WriteJob* const> jobs) {
  std::vector<Status> answers(jobs.size());
  if (jobs.size() == 1) {
    answers[0] = run_alone(database, *jobs[0]);
    return answers;
  }
  Status done = database.begin(Access::WRITE);
  const bool begun = done.has_value();
  if (begun) done = run_within(database, jobs, answers);
  if (done) return answers;
  database.rollback();
  const bool repeat = begun && is_worth_repeating(done.error().code);
  for (std::size_t i = 0; i < jobs.size(); ++i) answers[i] = repeat ? run_alone(database, *jobs[i]) : done;
  return answers;
}

}  // namespace warifu::store

#pragma once
// Group commit: many writers' jobs in one transaction, so that one flush to the disk serves them all (a flush costs 0.1 to 3 ms, a row
// microseconds). Each job stands in its own savepoint: a failing job is undone alone and the others are kept. Nobody is told "done" before the
// transaction is on the disk. When the batch as a whole cannot be committed because of one of its jobs, the jobs are run again one by one;
// therefore a job has no effect outside the database, and gives the same result when run twice.

#include <functional>
#include <span>
#include <vector>

#include "store/db.h"

namespace warifu::store {

using WriteJob = std::function<Status(Database&)>;

// One answer per job, in order. The database is outside a transaction before and after.
[[nodiscard]] std::vector<Status> run_batch(Database& database, std::span<const WriteJob* const> jobs);

}  // namespace warifu::store

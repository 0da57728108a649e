#pragma once
// An office from one engine to the other, row by row as it stands: for benches, which fill SQLite, where that is fast, and measure both.

#include <string>

#include "store/db.h"

namespace warifu::store {

// What acts, projections, books and registers of `from` (SQLite) hold replaces what `to` (PostgreSQL, a new office of the same version) holds, in
// one transaction. Messages, log-ins and sessions are not copied. Indexes and foreign keys are taken away for it and made again, so that nobody else
// may use `to`; its time limits must allow for statements of many minutes. MIGRATION when the versions differ.
Status copy_office(Database& from, Database& to);

}  // namespace warifu::store

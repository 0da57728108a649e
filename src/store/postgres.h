#pragma once
// PostgreSQL connections as the store needs them: one schema per organisation (search_path), UTF-8, commits that wait for the disk,
// prepared statements with binary results. A connection that was lost outside a transaction is made again on the next use; inside one
// everything fails with STORE_UNAVAILABLE until rollback(). When the connection is lost during commit() nobody knows whether it happened:
// the caller repeats, and the ids of acts and commands make the repetition harmless.
// A server that hangs (stopped, its disk dead) takes what is sent and answers nothing: hang_timeout_ms after it should have answered or given
// up a statement it counts as lost. Migrations and the like, given to exec(), may take an hour.
// A reading begins at the server with its first statement, which is where it fails when the server is not there, and ends without waiting for its
// answer. A result is fetched whole before the first row is handed out: long tables are read in pages by key.

#include <memory>

#include "store/db.h"

namespace warifu::store {

struct PostgresOptions {
  std::string url;                // postgresql://user@host:port/database, several hosts allowed; secrets come from the password file of libpq
  std::string schema;             // lower-case identifier
  Access access = Access::WRITE;  // WRITE creates the schema when it is missing
  int connect_timeout_s = 2;
  int lock_timeout_ms = 5000;         // how long to wait for another writer before STORE_LOCKED
  int statement_timeout_ms = 60'000;  // TIMEOUT beyond it
  int hang_timeout_ms = 10'000;       // STORE_UNAVAILABLE when the server says nothing for so long
};

[[nodiscard]] Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options);

}  // namespace warifu::store

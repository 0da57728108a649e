#include "store/office_purge.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/failpoint.h"
#include "store/matter_seal.h"
#include "store/sqlite.h"

namespace warifu::store {
namespace {

struct Due {
  MatterId matter;
  bool has_files = false;
};

Result<std::vector<Due>> due_purges(Database& database) {
  Statement rows = TRY(database.query("SELECT matter, has_files FROM purge_due ORDER BY matter LIMIT 1000"));
  return all_rows<Due>(rows, [](const Statement& row) -> Result<Due> { return Due{TRY(row.column<MatterId>(0)), row.column_bool(1)}; });
}

Result<std::set<Sha256>> files_kept(Database& database, const MatterId& matter) {
  Statement rows = TRY(database.query("SELECT sha256 FROM file WHERE matter = $1", matter));
  std::set<Sha256> kept;
  while (TRY(rows.step())) kept.insert(TRY(rows.column<Sha256>(0)));
  return kept;
}

// A snapshot taken before the purge would carry the old rows over into the new table.
Status wait_for_older_snapshots(Database& database) {
  constexpr int kTries = 50;
  const auto now = TRY(one_value<std::string>(database, "SELECT pg_current_xact_id()::text"));
  for (int i = 0; i < kTries; ++i) {
    const auto older =
        TRY(one_value<std::int64_t>(database,
                                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                                    "AND backend_xmin IS NOT NULL AND age(backend_xmin) > age(($1::text)::xid)",
                                    now));
    if (older == 0) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return fail(Code::STORE_LOCKED, "a long-running transaction keeps what was purged");
}

Status rewrite_keys(Database& database, const std::vector<Due>& due) {
  std::set<std::string> parts;
  for (const auto& one : due) parts.insert(MatterSeal::table(database, one.matter));
  TRY(wait_for_older_snapshots(database));
  for (const auto& part : parts) TRY(database.exec("VACUUM FULL " + part));
  return {};
}

// Twice at the same time does no harm, only the same work.
Status clear(Engine& engine, const OfficeFiles& files, const std::vector<Due>& due) {
  for (const auto& one : due) {
    if (!one.has_files) continue;
    const auto kept = TRY(engine.read([&](Database& database) { return files_kept(database, one.matter); }));
    TRY(files.remove(one.matter, [&](const Sha256& file) { return kept.contains(file); }));
  }
  TRY(failpoint_error("purge.log"));
  const auto database = TRY(engine.connect(Access::WRITE));
  if (engine.kind() == EngineKind::SQLITE)
    TRY(truncate_wal(*database));
  else
    TRY(rewrite_keys(*database, due));
  TRY(failpoint_error("purge.cleared"));
  return engine.write([&](Database& writer) -> Status {
    for (const auto& one : due) TRY(writer.run("DELETE FROM purge_due WHERE matter = $1", one.matter));
    return {};
  });
}

}  // namespace

Status clear_purges(Engine& engine, const OfficeFiles& files) {
  for (;;) {
    const auto due = TRY(engine.read(due_purges));
    if (due.empty()) return {};
    TRY(clear(engine, files, due));
  }
}

}  // namespace warifu::store

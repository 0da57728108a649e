// The rows on which the logs stand: leaves that wait, the state that alone authorises a signature, cosignatures, and a witness's memory.

#include "store/hub_store.h"

namespace warifu::store {

namespace {

LogState state_of(std::int64_t size, const Sha256& root) { return {static_cast<std::uint64_t>(size), root}; }

}  // namespace

Result<std::vector<std::string>> HubStore::leaves(std::uint64_t first, std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<std::string>> {
    Statement rows = TRY(database.query("SELECT idx, leaf FROM message WHERE idx >= $1 ORDER BY idx LIMIT $2", static_cast<std::int64_t>(first),
                                        static_cast<std::int64_t>(limit)));
    std::vector<std::string> out;
    while (TRY(rows.step())) {
      if (rows.column_int64(0) != static_cast<std::int64_t>(first + out.size()))
        return fail(Code::STORE_CORRUPT, "a leaf is missing", {}, {{"entry", std::to_string(first + out.size())}});
      out.emplace_back(rows.column_text(1));
    }
    return out;
  });
}

Result<std::uint64_t> HubStore::next_index() const {
  return engine_->read([](Database& database) -> Result<std::uint64_t> {
    return static_cast<std::uint64_t>(TRY(one_value<std::int64_t>(database, "SELECT value FROM next_index WHERE one = 1")));
  });
}

Status HubStore::give_places_behind_the_log() {
  return engine_->write([](Database& database) -> Status {
    TRY(database.run("UPDATE next_index SET value = l.size FROM log_state l WHERE one = 1 AND l.log = 'log' AND value < l.size"));
    return {};
  });
}

Result<std::optional<Time>> HubStore::promised_at(std::uint64_t index) const {
  return engine_->read([&](Database& database) -> Result<std::optional<Time>> {
    const auto row = TRY(first_row<Time>(database, "SELECT at_us FROM message WHERE idx = $1", static_cast<std::int64_t>(index)));
    return row ? std::optional<Time>(std::get<0>(*row)) : std::nullopt;
  });
}

Result<std::optional<LogState>> HubStore::log_state(std::string_view log) const {
  return engine_->read([&](Database& database) -> Result<std::optional<LogState>> {
    const auto row = TRY(first_row<std::int64_t, Sha256>(database, "SELECT size, root FROM log_state WHERE log = $1", log));
    return row ? std::optional<LogState>(state_of(std::get<0>(*row), std::get<1>(*row))) : std::nullopt;
  });
}

Status HubStore::advance_log(std::string_view log, const std::optional<LogState>& before, const LogState& after) {
  const auto lost = [] { return fail(Code::CONFLICT, "the log's state is another one by now", "log"); };
  return engine_->write([&](Database& database) -> Status {
    const auto size = static_cast<std::int64_t>(after.size);
    if (!before) {
      const std::int64_t made =
          TRY(database.run("INSERT INTO log_state (log, size, root) VALUES ($1, $2, $3) ON CONFLICT (log) DO NOTHING", log, size, after.root));
      return made == 1 ? Status{} : Status(lost());
    }
    if (after.size <= before->size) return fail(Code::LOG_FORKED, "a log only grows", "log", {{"size", std::to_string(before->size)}});
    const std::int64_t moved = TRY(database.run("UPDATE log_state SET size = $1, root = $2 WHERE log = $3 AND size = $4 AND root = $5", size,
                                                after.root, log, static_cast<std::int64_t>(before->size), before->root));
    return moved == 1 ? Status{} : Status(lost());
  });
}

Result<std::vector<StoredCosignature>> HubStore::cosignatures(std::string_view log) const {
  return engine_->read([&](Database& database) -> Result<std::vector<StoredCosignature>> {
    Statement rows = TRY(database.query("SELECT witness, size, root, line FROM cosignature WHERE log = $1 ORDER BY witness", log));
    return all_rows<StoredCosignature>(rows, [](const Statement& row) -> Result<StoredCosignature> {
      return StoredCosignature{std::string(row.column_text(0)), state_of(row.column_int64(1), TRY(row.column<Sha256>(2))),
                               std::string(row.column_text(3))};
    });
  });
}

Status HubStore::put_cosignature(std::string_view log, const StoredCosignature& cosignature) {
  return engine_->write([&](Database& database) -> Status {
    TRY(
        database.run("INSERT INTO cosignature (log, witness, size, root, line) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (log, witness) "
                     "DO UPDATE SET size = excluded.size, root = excluded.root, line = excluded.line WHERE cosignature.size <= excluded.size",
                     log, cosignature.witness, static_cast<std::int64_t>(cosignature.over.size), cosignature.over.root, cosignature.line));
    return {};
  });
}

// ── as a witness ──

Result<std::optional<LogState>> HubStore::witnessed(std::string_view origin) const {
  return engine_->read([&](Database& database) -> Result<std::optional<LogState>> {
    const auto row = TRY(first_row<std::int64_t, Sha256>(database, "SELECT size, root FROM witnessed WHERE origin = $1", origin));
    return row ? std::optional<LogState>(state_of(std::get<0>(*row), std::get<1>(*row))) : std::nullopt;
  });
}

Status HubStore::witness(std::string_view origin, const std::optional<LogState>& before, const LogState& after, Time now) {
  return engine_->write([&](Database& database) -> Status {
    const auto size = static_cast<std::int64_t>(after.size);
    std::int64_t changed = 0;
    if (!before)
      changed = TRY(database.run("INSERT INTO witnessed (origin, size, root, at_us) VALUES ($1, $2, $3, $4) ON CONFLICT (origin) DO NOTHING", origin,
                                 size, after.root, now));
    else
      changed = TRY(database.run("UPDATE witnessed SET size = $1, root = $2, at_us = $3 WHERE origin = $4 AND size = $5 AND root = $6", size,
                                 after.root, now, origin, static_cast<std::int64_t>(before->size), before->root));
    if (changed != 1) return fail(Code::CONFLICT, "another checkpoint has been cosigned meanwhile", "origin");
    return {};
  });
}

}  // namespace warifu::store

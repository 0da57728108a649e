// The directory's checkpoints, and the replica that follows the hub's log.

#include "ledger/checkpoint.h"
#include "store/directory_log.h"

namespace warifu::store {

namespace {

struct FollowedRow {
  std::uint64_t size = 0;
  std::string note;
  Time at;
};

constexpr std::string_view kFollowed = "followed", kAccepted = "accepted";  // tables of one row

Result<std::optional<FollowedRow>> checkpoint_row(Database& database, std::string_view table) {
  const std::string sql = "SELECT size, note, at FROM " + std::string(table) + " WHERE id = 1";
  const auto row = TRY(first_row<std::int64_t, std::string, Time>(database, sql));
  if (!row) return std::optional<FollowedRow>{};
  const auto& [size, note, at] = *row;
  return std::optional<FollowedRow>({static_cast<std::uint64_t>(size), note, at});
}

Status put_checkpoint_row(Database& database, std::string_view table, const FollowedRow& row) {
  TRY(database.run("INSERT INTO " + std::string(table) +
                       " (id, size, note, at) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO UPDATE SET size = excluded.size, note = excluded.note, "
                       "at = excluded.at",
                   static_cast<std::int64_t>(row.size), row.note, row.at));
  return {};
}

}  // namespace

Result<std::string> DirectoryStore::checkpoint(Time now) const {
  static_cast<void>(now);  // a checkpoint carries no time; witnesses add theirs
  if (!options_.signer) {
    const std::optional<Followed> last = TRY(followed());
    if (!last) return fail(Code::NOT_FOUND, "no checkpoint of the log of keys has been seen yet", "checkpoint");
    return last->checkpoint;
  }
  return with_log([&](const Log& log) -> Result<std::string> {
    const ledger::Checkpoint text{options_.key.name, log.items.size(), log.root(log.items.size())};
    return TRY(note::sign_note(text.text(), std::span(&*options_.signer, 1))).serialise();
  });
}

Status DirectoryStore::follow(std::span<const std::string> entries, const std::string& checkpoint, bool is_accepted) {
  const note::Note note = TRY(note::Note::parse(checkpoint));
  TRY(note::require(note, options_.key));
  const ledger::Checkpoint head = TRY(ledger::Checkpoint::parse(note.text));
  if (head.origin != options_.key.name) return fail(Code::BAD_NOTE, "a checkpoint of another log", "origin");
  const Time now = options_.clock();
  return write([&](Database& database) -> Status {
    Log log = TRY(log_of(database));
    const auto last = TRY(checkpoint_row(database, kFollowed));
    if (last && head.size < last->size) return fail(Code::STALE, "an older checkpoint than the one that is known", "checkpoint");
    for (const std::string& entry : entries) {
      TRY(check_new(database, log, entry, {now, true}));
      TRY(append(database, log, entry));
    }
    // The hub's own store has entries which its log keeper has not signed for yet; a replica has none that the hub did not sign for.
    const bool is_whole = head.size == log.items.size() || (entries.empty() && head.size < log.items.size());
    if (!is_whole || head.root != log.root(head.size))
      return fail(Code::LOG_FORKED, "the checkpoint is not over the entries that are known and these", "checkpoint",
                  {{"size", std::to_string(log.items.size())}});
    const FollowedRow row{head.size, checkpoint, now};
    TRY(put_checkpoint_row(database, kFollowed, row));
    return is_accepted ? put_checkpoint_row(database, kAccepted, row) : Status{};
  });
}

Result<std::optional<DirectoryStore::Followed>> DirectoryStore::checkpoint_in(std::string_view table) const {
  return engine_->read([&](Database& database) -> Result<std::optional<Followed>> {
    auto row = TRY(checkpoint_row(database, table));
    if (!row) return std::optional<Followed>{};
    return std::optional<Followed>({std::move(row->note), row->size, row->at});
  });
}

Result<std::optional<DirectoryStore::Followed>> DirectoryStore::followed() const { return checkpoint_in(kFollowed); }

Result<std::optional<DirectoryStore::Followed>> DirectoryStore::accepted() const { return checkpoint_in(kAccepted); }

}  // namespace warifu::store

#include "store/office_store.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/limits.h"
#include "store/matter_find.h"
#include "store/matter_row.h"
#include "store/migrate.h"
#include "store/office_commit.h"
#include "store/office_purge.h"
#include "store/postgres.h"
#include "store/rebuild.h"
#include "store/sqlite.h"

namespace warifu::store {
namespace {

using inquiry::SignedAct;

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::size_t kMattersAtOnce = 1000;

Result<std::unique_ptr<Database>> open_sqlite_tuned(const std::string& file, Access access) {
  auto database = TRY(open_sqlite({.file = file, .access = access}));
  TRY(database->exec("PRAGMA cache_size=-16384"));  // KiB; lists of a large office read many pages of few indexes
  // Pages of the log that gather before they are moved into the file, 32 MiB: many of them are of the same indexes and are then written once, and the
  // two flushes of a move come once for hundreds of commands. The pause of a move grows with it, and the log to be read again after a crash.
  if (access == Access::WRITE) TRY(database->exec("PRAGMA wal_autocheckpoint=8000"));
  return database;
}

Result<Engine::Open> opener_of(const OfficeStore::Options& options) {
  if (options.url.starts_with(kSqlite)) {
    const std::string file = options.url.substr(kSqlite.size());
    if (file.empty()) return fail(Code::CONFIG, "the store's URL names no file", "url");
    const auto folder = std::filesystem::path(file).parent_path();
    if (!folder.empty()) TRY(make_directories(folder.string(), 0700));
    return Engine::Open([file](Access access) { return open_sqlite_tuned(file, access); });
  }
  if (options.url.starts_with("postgresql://") || options.url.starts_with("postgres://"))
    return Engine::Open([url = options.url, schema = options.schema](Access access) {
      // Nobody waits a minute for a list.
      constexpr int kReadMs = 20'000, kWriteMs = 60'000;
      return open_postgres({.url = url, .schema = schema, .access = access, .statement_timeout_ms = access == Access::READ ? kReadMs : kWriteMs});
    });
  return fail(Code::CONFIG, "the store's URL begins with sqlite: or postgresql://", "url");
}

// A store keeps the acts of one organisation; opened for another it would mix them.
Status check_owner(Database& database, const OfficeStore::Options& options) {
  const std::string owner = options.organisation.text() + " " + std::string(enum_text(options.side));
  const auto found = TRY(first_row<Bytes>(database, "SELECT value FROM meta WHERE name = 'owner'"));
  if (!found) {
    TRY(database.run("INSERT INTO meta (name, value) VALUES ('owner', $1)", bytes_of(owner)));
    return {};
  }
  if (text_of(std::get<0>(*found)) != owner) return fail(Code::CONFIG, "the store belongs to another organisation", "url");
  return {};
}

Status prepare(Database& database, const OfficeStore::Options& options, TermHasher& hasher) {
  TRY(migrate(database, embedded_migrations(database.engine()), now_utc()));
  TRY(database.begin(Access::WRITE));
  Status done = check_owner(database, options);
  if (done) {
    auto loaded = TermHasher::load_or_create(database);
    if (loaded)
      hasher = std::move(*loaded);
    else
      done = tl::unexpected<Error>(std::move(loaded).error());
  }
  if (done) return database.commit();
  database.rollback();
  return done;
}

Result<SignedAct> read_act(const Statement& row, std::optional<std::string> body, const Sha256& hash) {
  auto assertions = inquiry::parse_assertions(row.column_is_null(3) ? std::string_view() : row.column_text(3));
  if (!assertions) return fail(Code::STORE_CORRUPT, "stored assertions cannot be read: " + assertions.error().message);
  auto act = SignedAct::create(row.column_text(0), std::move(body), std::move(*assertions));
  if (!act) return fail(Code::STORE_CORRUPT, "a stored act is not what it was: " + act.error().message);
  if (act->hash != hash) return fail(Code::STORE_CORRUPT, "a stored act has another hash");
  return std::move(*act);
}

// Columns: note, hash, sealed body or NULL, assertions or NULL, place.
Result<desk::StampedActs> read_acts(Database& database, std::string_view sql, std::string (*place)(const Sha256&), const MatterId& matter) {
  const auto seal = TRY(MatterSeal::find(database, matter));
  desk::StampedActs out;
  std::int64_t last = 0;
  Statement rows = TRY(database.query(sql, matter));
  while (TRY(rows.step())) {
    const auto hash = TRY(rows.column<Sha256>(1));
    std::optional<std::string> body;
    if (!rows.column_is_null(2)) {
      if (!seal) return fail(Code::STORE_CORRUPT, "a matter's key is missing");
      body = TRY(seal->open(place(hash), rows.column_blob(2)));
    }
    out.acts.push_back(TRY(read_act(rows, std::move(body), hash)));
    last = std::max(last, rows.column_int64(4));
  }
  out.stamp = stamp_of(static_cast<std::int64_t>(out.acts.size()), last, seal);
  return out;
}

Result<std::vector<MatterId>> matters_after(Database& database, const MatterId& last) {
  const auto limit = static_cast<std::int64_t>(kMattersAtOnce);
  // All-zero is no matter's id: ids are random, and acts of the zero id are refused by nobody else.
  Statement rows = TRY(database.query("SELECT DISTINCT matter FROM act WHERE matter > $1 ORDER BY matter LIMIT $2", last, limit));
  return all_rows<MatterId>(rows, [](const Statement& row) { return row.column<MatterId>(0); });
}

}  // namespace

Result<std::unique_ptr<OfficeStore>> OfficeStore::open(Options options) {
  TRY(make_directories(options.files_dir, 0700));
  TermHasher hasher;
  auto engine = TRY(Engine::create(TRY(opener_of(options)), {.prepare = [&](Database& database) { return prepare(database, options, hasher); }}));
  auto store = std::make_unique<OfficeStore>(Key{}, std::move(engine), std::move(hasher), options.files_dir);
  // What a crash left over. A reader of another process may be in the way: then it stays due.
  if (Status done = store->finish_purges(); !done && done.error().code != Code::STORE_LOCKED) return tl::unexpected<Error>(std::move(done).error());
  return store;
}

Status OfficeStore::write(const WriteJob& job) const {
  return engine_->write([&](Database& database) -> Status { return job(database); });
}

Result<desk::Stamp> OfficeStore::commit(desk::Commit commit) {
  CommitJob::Done done = TRY(engine_->write([&](Database& database) { return CommitJob(database, hasher_, rows_, commit).run(); }));
  if (done.wrote) rows_.keep(commit.matter, done.stamp, done.order, std::move(*done.wrote));
  // The commit stands, whatever comes now; what cannot be cleared at once is recorded as due.
  if (!commit.purge_bodies.empty() || commit.purge_files) static_cast<void>(finish_purges());
  return done.stamp;
}

Status OfficeStore::finish_purges() { return clear_purges(*engine_, files_); }

Result<std::size_t> OfficeStore::purges_due() const {
  const auto due = TRY(engine_->read([](Database& database) { return one_value<std::int64_t>(database, "SELECT count(*) FROM purge_due"); }));
  return static_cast<std::size_t>(due);
}

Result<desk::StampedActs> OfficeStore::stamped_acts(const MatterId& matter) const {
  return engine_->read([&](Database& database) -> Result<desk::StampedActs> {
    auto acts = TRY(read_acts(
        database,
        "SELECT a.note, a.hash, b.sealed, a.assertions, a.seq FROM act a LEFT JOIN body b ON b.seq = a.seq WHERE a.matter = $1 ORDER BY a.seq",
        body_place, matter));
    if (acts.acts.empty()) return fail(Code::NOT_FOUND, "no such matter");
    return acts;
  });
}

Result<std::vector<SignedAct>> OfficeStore::acts(const MatterId& matter) const { return std::move(TRY(stamped_acts(matter)).acts); }

Result<desk::Stamp> OfficeStore::stamp(const MatterId& matter) const {
  return engine_->read([&](Database& database) -> Result<desk::Stamp> {
    const StampAndSeal found = TRY(read_stamp(database, matter));
    if (found.stamp.acts == 0) return fail(Code::NOT_FOUND, "no such matter");
    return found.stamp;
  });
}

Result<desk::StampedActs> OfficeStore::stamped_held(const MatterId& matter) const {
  return engine_->read([&](Database& database) -> Result<desk::StampedActs> {
    const StampAndSeal found = TRY(read_stamp(database, matter));
    desk::StampedActs out;
    if (found.has_held)
      out = TRY(read_acts(database, "SELECT note, hash, sealed, assertions, seq FROM held WHERE matter = $1 ORDER BY seq", held_place, matter));
    out.stamp = found.stamp;
    return out;
  });
}

Result<inquiry::MatterRow> OfficeStore::row(const MatterId& matter) const {
  return engine_->read([&](Database& database) -> Result<inquiry::MatterRow> {
    const auto doc = TRY(first_row<std::string>(database, "SELECT d.doc FROM matter m JOIN matter_doc d ON d.id = m.id WHERE m.matter = $1", matter));
    if (!doc) return fail(Code::NOT_FOUND, "no such matter");
    return decode_row(std::get<0>(*doc));
  });
}

Result<desk::MatterPage> OfficeStore::find(const desk::MatterQuery& query) const {
  return engine_->read([&](Database& database) { return MatterFinder(database, hasher_).page(query); });
}

Result<std::size_t> OfficeStore::count(const desk::MatterQuery& query) const {
  return engine_->read([&](Database& database) { return MatterFinder(database, hasher_).count(query); });
}

Result<std::optional<MatterId>> OfficeStore::matter_by_number(std::string_view document_number) const {
  return engine_->read([&](Database& database) -> Result<std::optional<MatterId>> {
    if (document_number.empty()) return std::optional<MatterId>{};
    for (const std::string_view sql : {"SELECT matter FROM matter WHERE number = $1 ORDER BY id DESC LIMIT 1",
                                       "SELECT matter FROM register WHERE document_number = $1 ORDER BY at_us DESC, serial DESC LIMIT 1"})
      if (const auto row = TRY(first_row<MatterId>(database, sql, document_number))) return std::optional(std::get<0>(*row));
    return std::optional<MatterId>{};
  });
}

Result<std::vector<MatterId>> OfficeStore::matters_numbered(const party::OrganisationId& counterparty, std::string_view number,
                                                            std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<MatterId>> {
    Statement rows = TRY(database.query("SELECT matter FROM matter WHERE number = $1 AND counterparty = $2 ORDER BY id LIMIT $3", number,
                                        counterparty.text(), static_cast<std::int64_t>(limit)));
    return all_rows<MatterId>(rows, [](const Statement& row) { return row.column<MatterId>(0); });
  });
}

Result<std::vector<desk::ActPlace>> OfficeStore::acts_between(const Sha256& first, const Sha256& last, std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<desk::ActPlace>> {
    std::vector<desk::ActPlace> out;
    Statement rows = TRY(database.query("SELECT matter, hash FROM act WHERE hash >= $1 AND hash <= $2 ORDER BY hash LIMIT $3", first, last,
                                        static_cast<std::int64_t>(limit)));
    while (TRY(rows.step())) out.push_back({TRY(rows.column<MatterId>(0)), TRY(rows.column<Sha256>(1))});
    return out;
  });
}

Status OfficeStore::each_matter(const std::function<Status(const MatterId&)>& visit) const {
  MatterId last;
  for (;;) {
    const auto matters = TRY(engine_->read([&](Database& database) { return matters_after(database, last); }));
    for (const auto& matter : matters) TRY(visit(matter));
    if (matters.size() < kMattersAtOnce) return {};
    last = matters.back();
  }
}

Status OfficeStore::each_row(const desk::MatterQuery& query, const std::function<Status(const inquiry::MatterRow&)>& visit) const {
  const auto ids = TRY(engine_->read([&](Database& database) { return MatterFinder(database, hasher_).every_id(query); }));
  for (std::size_t first = 0; first < ids.size(); first += kMattersAtOnce) {
    const std::vector<std::int64_t> part(ids.begin() + static_cast<std::ptrdiff_t>(first),
                                         ids.begin() + static_cast<std::ptrdiff_t>(std::min(first + kMattersAtOnce, ids.size())));
    const auto rows = TRY(engine_->read([&](Database& database) { return MatterFinder(database, hasher_).rows(part); }));
    for (const auto& row : rows) TRY(visit(row));
  }
  return {};
}

Result<std::size_t> OfficeStore::replace_projections(const std::function<Result<std::optional<inquiry::Projection>>(const MatterId&)>& compute,
                                                     bool check_only) {
  Rebuild rebuild(*engine_, hasher_, compute, check_only);
  TRY(each_matter([&](const MatterId& matter) { return rebuild.add(matter); }));
  Result<std::size_t> differing = rebuild.finish();
  rows_.clear();
  return differing;
}

Result<inquiry::Projection> OfficeStore::projection(const MatterId& matter) const {
  return engine_->read([&](Database& database) { return get_projection(database, matter); });
}

Result<inquiry::FileRef> OfficeStore::put_file(const MatterId& matter, std::string_view name, std::string_view media_type, const std::string& path,
                                               desk::Handover how) {
  const auto stored = TRY(files_.take(matter, path, how));
  TRY(write([&](Database& database) -> Status {
    TRY(database.run("INSERT INTO file (matter, sha256, bytes) VALUES ($1, $2, $3) ON CONFLICT (matter, sha256) DO NOTHING", matter, stored.sha256,
                     stored.bytes));
    return {};
  }));
  return inquiry::FileRef{std::string(name), std::string(media_type), stored.sha256, stored.bytes};
}

Result<std::string> OfficeStore::file_path(const MatterId& matter, const Sha256& sha256) const {
  const auto known = TRY(engine_->read([&](Database& database) {
    return first_row<std::int64_t>(database, "SELECT bytes FROM file WHERE matter = $1 AND sha256 = $2", matter, sha256);
  }));
  std::string path = files_.path(matter, sha256);
  if (!known || ::access(path.c_str(), R_OK) != 0) return fail(Code::NOT_FOUND, "no such file", "sha256");
  return path;
}

Status OfficeStore::copy_file(const MatterId& matter, const Sha256& sha256, const std::string& from_path, desk::Handover how) {
  const auto stored = TRY(files_.take(matter, from_path, how, &sha256));
  return write([&](Database& database) -> Status {
    TRY(database.run("INSERT INTO file (matter, sha256, bytes) VALUES ($1, $2, $3) ON CONFLICT (matter, sha256) DO NOTHING", matter, stored.sha256,
                     stored.bytes));
    return {};
  });
}

Status OfficeStore::check() const {
  return engine_->read([](Database& database) -> Status {
    TRY(one_value<std::int64_t>(database, "SELECT count(*) FROM meta"));
    return {};
  });
}

}  // namespace warifu::store

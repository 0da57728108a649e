#include "store/gathering_vfs.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstddef>

#include "store/testing_faults.h"

namespace warifu::store {
namespace {

struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / ("warifu-gathering-" + to_hex(random_id_bytes()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

std::unique_ptr<Database> open(const FaultFile& file, Access access) { return open_sqlite({.file = file.path(), .access = access}).value(); }

void make(const FaultFile& file) {
  const auto database = open(file, Access::WRITE);
  REQUIRE(database->exec("CREATE TABLE row (id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT"));
}

Status put(Database& database, std::int64_t id) {
  const std::string content(3'000, static_cast<char>('a' + id % 26));
  TRY(database.run("INSERT INTO row (id, content) VALUES ($1, $2)", id, bytes_of(content)));
  return {};
}

TEST_CASE("a commit is there for every other connection at once, and its pages are written in few pieces") {
  const Folder folder;
  FaultyDisk disk;
  const FaultFile file(folder.path / "store.db");
  make(file);
  const auto writer = open(file, Access::WRITE), reader = open(file, Access::READ);
  const auto count = [&] {
    REQUIRE(reader->begin(Access::READ));
    const auto out = one_value<std::int64_t>(*reader, "SELECT count(*) FROM row").value();
    reader->rollback();
    return out;
  };
  CHECK(count() == 0);
  for (std::int64_t commit = 1; commit <= 5; ++commit) {
    disk.fail_at(0, DiskFault::IO);  // counts from here
    REQUIRE(writer->begin(Access::WRITE));
    for (std::int64_t i = 0; i < 100; ++i) REQUIRE(put(*writer, commit * 1000 + i));
    CHECK(count() == (commit - 1) * 100);
    REQUIRE(writer->commit());
    CHECK(count() == commit * 100);
    CHECK(disk.steps() < 20);  // a hundred pages and more, each of which was two
  }
}

TEST_CASE("after a write that was lost nothing is taken until its place is written again") {
  const Folder folder;
  FaultyDisk disk;
  const FaultFile database(folder.path / "store.db");
  make(database);
  const std::string base = database.path();
  const char* const name = sqlite3_create_filename(base.c_str(), (base + "-journal").c_str(), (base + "-wal").c_str(), 0, nullptr);
  sqlite3_vfs* const vfs = sqlite3_vfs_find(gathering_vfs());
  REQUIRE(vfs != nullptr);
  std::vector<std::max_align_t> memory(static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1);
  auto* const file = reinterpret_cast<sqlite3_file*>(memory.data());
  constexpr int kFlags = SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  REQUIRE(vfs->xOpen(vfs, sqlite3_filename_wal(name), file, kFlags, nullptr) == SQLITE_OK);
  const sqlite3_io_methods& on = *file->pMethods;
  const std::string head(24, '\0'), page(4096, 'p');
  std::string last = head, seen(8, ' ');
  last[7] = 1;  // the size of the database: a commit ends here
  const auto put = [&](const std::string& bytes, sqlite3_int64 at) { return on.xWrite(file, bytes.data(), static_cast<int>(bytes.size()), at); };
  const auto size = [&] { return std::filesystem::file_size(base + "-wal"); };

  CHECK(put(head, 0) == SQLITE_OK);
  CHECK(put(page, 24) == SQLITE_OK);
  CHECK(size() == 0);
  CHECK(put(last, 4120) == SQLITE_OK);
  CHECK(put(page, 4144) == SQLITE_OK);
  CHECK(size() == 8240);  // with the commit, before anybody flushed

  CHECK(put(head, 8240) == SQLITE_OK);
  CHECK(put(page, 8264) == SQLITE_OK);
  disk.fail_at(1, DiskFault::FULL);
  CHECK(on.xRead(file, seen.data(), 8, 24) == SQLITE_FULL);
  CHECK(put(last, 12'360) == SQLITE_FULL);
  CHECK(on.xRead(file, seen.data(), 8, 8264) == SQLITE_FULL);
  CHECK(on.xRead(file, seen.data(), 8, 24) == SQLITE_OK);  // what stands before it is there
  CHECK(on.xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK);
  CHECK(put(last, 12'360) == SQLITE_FULL);
  CHECK(size() == 8240);
  CHECK(put(last, 8240) == SQLITE_OK);  // rolled back, and begun anew
  CHECK(put(page, 8264) == SQLITE_OK);
  CHECK(on.xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK);
  CHECK(on.xRead(file, seen.data(), 8, 8264) == SQLITE_OK);
  CHECK(seen == "pppppppp");
  CHECK(size() == 12'360);

  CHECK(put(page, 100'000) == SQLITE_OK);  // not behind what is there, and kept back
  CHECK(put(page, 200'000) == SQLITE_OK);
  CHECK(size() == 104'096);
  CHECK(on.xClose(file) == SQLITE_OK);
  CHECK(size() == 204'096);
  sqlite3_free_filename(const_cast<char*>(name));
}

constexpr std::int64_t kCommit = 10'000, kScattered = 1'000;  // ids of a commit's rows, and among them of scattered ones

// Rows all over the table, in a statement that keeps a way back of its own: where that is undone, its transaction goes on.
Status scatter(Database& database, std::int64_t first) {
  std::string sql = "INSERT INTO row (id, content) VALUES ";
  for (std::int64_t i = 0; i < 8; ++i) sql += (i == 0 ? "(" : ", (") + std::to_string(first + i * 100) + ", zeroblob(2500))";
  TRY(database.exec(sql));
  return {};
}

// More than the cache holds, so that pages go into the log before the commit: each row a job of its own, and when one fails the others go on, as the
// writer of a store does it.
bool play(const FaultFile& file, const FaultWay& way, long n) {
  CAPTURE(std::string(way.name));
  CAPTURE(n);
  FaultyDisk disk;
  file.renew();
  std::vector<std::int64_t> there, unsure;
  {
    const auto database = open(file, Access::WRITE);
    REQUIRE(database->exec("PRAGMA cache_size=10"));
    disk.fail_at(n, way.fault);
    for (std::int64_t commit = 1; commit <= 2; ++commit) {
      std::vector<std::int64_t> rows;
      if (!database->begin(Access::WRITE)) continue;
      for (std::int64_t i = 0; i < 24; ++i) {
        const std::int64_t id = commit * kCommit + i;
        if (with_savepoint(*database, "job", [&](Database& inside) { return put(inside, id); })) rows.push_back(id);
        if (i % 3 != 0 || !with_savepoint(*database, "job", [&](Database& inside) { return scatter(inside, id + kScattered); })) continue;
        for (std::int64_t k = 0; k < 8; ++k) rows.push_back(id + kScattered + k * 100);
      }
      const bool is_committed = database->commit().has_value();
      if (!is_committed) database->rollback();
      std::vector<std::int64_t>& into = is_committed ? there : unsure;
      into.insert(into.end(), rows.begin(), rows.end());
    }
  }
  const bool has_failed = disk.has_failed();
  disk.power_cut(way.keep, way.seed);
  CHECK(file.check().has_value());
  const auto database = open(file, Access::READ);
  for (const std::int64_t id : there) {
    const auto row = first_row<Bytes>(*database, "SELECT content FROM row WHERE id = $1", id).value();
    REQUIRE(row.has_value());
    CHECK(std::get<0>(*row) == (id % kCommit < kScattered ? Bytes(3'000, static_cast<std::uint8_t>('a' + id % 26)) : Bytes(2'500, 0)));
  }
  // A commit that was not acknowledged is there whole or not at all.
  const auto rows = one_value<std::int64_t>(*database, "SELECT count(*) FROM row").value() - static_cast<std::int64_t>(there.size());
  CHECK(rows >= 0);
  for (std::int64_t commit = 1; commit <= 2; ++commit) {
    const auto in = std::ranges::count_if(unsure, [&](std::int64_t id) { return id / kCommit == commit; });
    const auto found = one_value<std::int64_t>(*database, "SELECT count(*) FROM row WHERE id / $2 = $1", commit, kCommit).value();
    const bool is_there = std::ranges::any_of(there, [&](std::int64_t id) { return id / kCommit == commit; });
    if (!is_there) CHECK((found == 0 || found == in));
  }
  return has_failed;
}

TEST_CASE("no commit stands on pages that were lost, whatever step of the disk fails") {
  const Folder folder;
  const FaultFile file(folder.path / "store.db");
  make(file);
  file.keep();
  for (const FaultWay& way : kFaultWays)
    for (long n = 1; play(file, way, n); n += is_long_run() ? 1 : 11) continue;
}

}  // namespace
}  // namespace warifu::store

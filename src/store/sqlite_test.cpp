#include "store/sqlite.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "store/folder_lock.h"
#include "store/testing_engines.h"

namespace warifu::store {
namespace {

constexpr auto kTable = "CREATE TABLE row (batch INTEGER NOT NULL, n INTEGER NOT NULL, filler BLOB, PRIMARY KEY (batch, n)) STRICT";
constexpr auto kInsert = "INSERT INTO row (batch, n, filler) VALUES ($1, $2, $3)";

Status insert_batch(Database& db, std::int64_t batch, int rows, const Bytes& filler) {
  TRY(db.begin(Access::WRITE));
  for (int n = 0; n < rows; ++n) {
    Result<std::int64_t> done = db.run(kInsert, batch, n, filler);
    if (done) continue;
    db.rollback();
    return tl::unexpected<Error>(std::move(done).error());
  }
  Status done = db.commit();
  if (!done) db.rollback();
  return done;
}

TEST_CASE("a new file is private, logs ahead, flushes every commit and overwrites what it deletes") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  struct stat info{};
  REQUIRE(::stat(store.file().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(one_value<std::string>(*db, "PRAGMA journal_mode").value() == "wal");
  CHECK(one_value<int>(*db, "PRAGMA synchronous").value() == 2);
  CHECK(one_value<int>(*db, "PRAGMA foreign_keys").value() == 1);
  CHECK(one_value<int>(*db, "PRAGMA secure_delete").value() == 1);
  CHECK(one_value<int>(*db, "PRAGMA temp_store").value() == 2);
  CHECK(!db->prepare("SELECT \"no such column\""));
  CHECK(open_sqlite({.file = store.folder() / "absent.db", .access = Access::READ}).error().code == Code::STORE_UNAVAILABLE);
  CHECK(!std::filesystem::exists(store.folder() / "absent.db"));
  CHECK(open_sqlite({.file = store.folder() / "x.db", .vfs = "no-such-vfs"}).has_value() == false);
}

TEST_CASE("after deletion and truncate_wal the deleted bytes are nowhere in the folder") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  REQUIRE(db->exec("CREATE TABLE note (id INTEGER PRIMARY KEY, t TEXT) STRICT"));
  const std::string needle = "INVENTED-SECRET-0123456789";
  REQUIRE(db->run("INSERT INTO note (id, t) VALUES (1, $1)", needle));
  REQUIRE(truncate_wal(*db));
  const auto found = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(store.folder())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string content((std::istreambuf_iterator<char>(file)), {});
      if (content.find(needle) != std::string::npos) return true;
    }
    return false;
  };
  CHECK(found());
  REQUIRE(db->run("DELETE FROM note"));
  REQUIRE(truncate_wal(*db));
  CHECK(!found());
}

TEST_CASE("truncate_wal says so when a reader still needs the log") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  REQUIRE(db->exec(kTable));
  auto reader = store.connect(Access::READ);
  REQUIRE(reader->begin(Access::READ));
  CHECK(one_value<int>(*reader, "SELECT count(*) FROM row").value() == 0);
  REQUIRE(insert_batch(*db, 1, 1, {}));
  REQUIRE(db->exec("PRAGMA busy_timeout=20"));
  CHECK(truncate_wal(*db).error().code == Code::STORE_LOCKED);
  reader->rollback();
  CHECK(truncate_wal(*db).has_value());
}

TEST_CASE("a full disk fails one transaction, and the store goes on when there is space again") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  REQUIRE(db->exec(kTable));
  REQUIRE(insert_batch(*db, 1, 10, Bytes(1000, 1)));
  REQUIRE(db->exec("PRAGMA max_page_count=20"));
  const auto full = insert_batch(*db, 2, 1000, Bytes(1000, 2));
  REQUIRE(!full);
  CHECK(full.error().code == Code::DISK_FULL);
  CHECK(!db->in_transaction());
  CHECK(one_value<int>(*db, "SELECT count(*) FROM row").value() == 10);
  REQUIRE(db->exec("PRAGMA max_page_count=100000"));
  CHECK(insert_batch(*db, 2, 1000, Bytes(1000, 2)).has_value());
  CHECK(check_integrity(*db).has_value());
}

TEST_CASE("when the engine ended the transaction, nothing more is written until rollback") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  REQUIRE(db->exec(kTable));
  Statement prepared = db->prepare("INSERT INTO row (batch, n) VALUES (9, 9)").value();
  REQUIRE(db->begin(Access::WRITE));
  REQUIRE(db->run("INSERT INTO row (batch, n) VALUES (1, 1)"));
  // OR ROLLBACK does what SQLite does by itself when the disk is full in the wrong moment.
  CHECK(db->run("INSERT OR ROLLBACK INTO row (batch, n) VALUES (1, 1)").error().code == Code::CONFLICT);
  CHECK(db->in_transaction());
  CHECK(prepared.step().error().code == Code::CONFLICT);
  CHECK(db->exec("DELETE FROM row").error().code == Code::CONFLICT);
  CHECK(db->commit().error().code == Code::CONFLICT);
  CHECK(!db->in_transaction());
  CHECK(one_value<int>(*db, "SELECT count(*) FROM row").value() == 0);
  CHECK(!prepared.step().value());
}

TEST_CASE("damage is found: no database at all, a damaged page, a damaged row reference") {
  TestStore store(EngineKind::SQLITE);
  const auto junk = store.folder() / "junk.db";
  std::ofstream(junk) << std::string(8192, 'x');
  CHECK(open_sqlite({.file = junk}).error().code == Code::STORE_CORRUPT);

  auto db = store.fresh();
  REQUIRE(db->exec(kTable));
  REQUIRE(insert_batch(*db, 1, 200, Bytes(500, 7)));
  REQUIRE(truncate_wal(*db));
  CHECK(check_integrity(*db).has_value());
  db.reset();
  {
    std::fstream file(store.file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4096 * 6);
    file << std::string(4096, '\x5a');
  }
  auto damaged = open_sqlite({.file = store.file()});
  if (damaged) {
    CHECK(check_integrity(**damaged).error().code == Code::STORE_CORRUPT);
    CHECK((*damaged)->run("SELECT sum(length(filler)) FROM row NOT INDEXED").error().code == Code::STORE_CORRUPT);
  } else {
    CHECK(damaged.error().code == Code::STORE_CORRUPT);
  }
}

TEST_CASE("a foreign key that points at nothing is found") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  REQUIRE(
      db->exec("CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id)) STRICT;"
               "PRAGMA foreign_keys=OFF; INSERT INTO b VALUES (1, 5)"));
  CHECK(check_integrity(*db).error().code == Code::STORE_CORRUPT);
}

TEST_CASE("a backup taken while a writer works is one consistent store, and never overwrites") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  REQUIRE(db->exec(kTable));
  constexpr int kRows = 50;
  std::thread writer([&] {
    auto own = store.connect(Access::WRITE);
    for (int batch = 1; batch <= 30; ++batch) CHECK(insert_batch(*own, batch, kRows, Bytes(300, 1)).has_value());
  });
  for (int i = 0; i < 5; ++i) {
    const auto target = store.folder() / ("copy" + std::to_string(i) + ".db");
    REQUIRE(backup_sqlite(*db, target));
    auto copy = open_sqlite({.file = target}).value();
    CHECK(check_integrity(*copy).has_value());
    CHECK(one_value<int>(*copy, "SELECT count(*) FROM (SELECT batch FROM row GROUP BY batch HAVING count(*) <> 50)").value() == 0);
  }
  writer.join();
  CHECK(backup_sqlite(*db, store.folder() / "copy0.db").error().code == Code::IO);
  CHECK(!std::filesystem::exists(store.folder() / "copy0.db.part"));
  CHECK(!backup_sqlite(*db, store.folder() / "no" / "such.db"));
}

TEST_CASE("readers in other threads see whole batches only, while a writer works") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  REQUIRE(db->exec(kTable));
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0, looks = 0, failed = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      auto own = store.connect(Access::READ);
      while (!done) {
        const auto odd = one_value<int>(*own, "SELECT count(*) % 20 FROM row");
        if (!odd)
          ++failed;
        else if (*odd != 0)
          ++torn;
        ++looks;
      }
    });
  for (int batch = 0; batch < 100; ++batch) CHECK(insert_batch(*db, batch, 20, Bytes(50, 1)).has_value());
  while (looks < 10) std::this_thread::yield();
  done = true;
  for (auto& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(failed == 0);
}

TEST_CASE("kill -9 in the middle of a batch: acknowledged batches are there, and only whole ones") {
  TestStore store(EngineKind::SQLITE);
  auto first = store.fresh();
  REQUIRE(first->exec(kTable));
  first.reset();
  constexpr int kRows = 40;
  std::int64_t begin_at = 0;
  for (int round = 0; round < 6; ++round) {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto opened = open_sqlite({.file = store.file()});
      if (!opened) ::_exit(1);
      for (std::int64_t batch = begin_at;; ++batch) {
        if (!insert_batch(**opened, batch, kRows, Bytes(2000, 3)) || ::write(pipe_ends[1], &batch, sizeof batch) != sizeof batch) ::_exit(1);
      }
    }
    REQUIRE(child > 0);
    ::close(pipe_ends[1]);
    std::int64_t acknowledged = -1;
    for (int seen = 0; seen < 3 + round; ++seen) REQUIRE(::read(pipe_ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged);
    ::usleep(static_cast<useconds_t>(137 * round));  // somewhere within the next batch
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    std::int64_t more = 0;
    while (::read(pipe_ends[0], &more, sizeof more) == sizeof more) acknowledged = more;
    ::close(pipe_ends[0]);

    auto db = open_sqlite({.file = store.file()}).value();
    CHECK(check_integrity(*db).has_value());
    CHECK(one_value<int>(*db, "SELECT count(*) FROM (SELECT batch FROM row GROUP BY batch HAVING count(*) <> $1)", kRows).value() == 0);
    const auto last = one_value<std::int64_t>(*db, "SELECT max(batch) FROM row").value();
    CHECK(last >= acknowledged);
    CHECK(one_value<std::int64_t>(*db, "SELECT count(DISTINCT batch) FROM row").value() == last + 1);
    begin_at = last + 1;
  }
}

TEST_CASE("a data folder belongs to one process, and the lock names it") {
  TestStore store(EngineKind::SQLITE);
  {
    auto lock = FolderLock::take(store.folder());
    REQUIRE(lock);
    const auto second = FolderLock::take(store.folder());
    REQUIRE(!second);
    CHECK(second.error().code == Code::STORE_LOCKED);
    CHECK(second.error().args.at("pid") == std::to_string(::getpid()));
  }
  CHECK(FolderLock::take(store.folder()).has_value());
  CHECK(FolderLock::take(store.folder() / "absent").error().code == Code::NOT_FOUND);

  // A killed holder leaves nothing that has to be cleaned up.
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = FolderLock::take(store.folder());
    const char word = held ? 'y' : 'n';
    if (::write(pipe_ends[1], &word, 1) == 1) ::pause();
    ::_exit(0);
  }
  char word = 0;
  REQUIRE(::read(pipe_ends[0], &word, 1) == 1);
  CHECK(word == 'y');
  CHECK(FolderLock::take(store.folder()).error().args.at("pid") == std::to_string(child));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(FolderLock::take(store.folder()).has_value());
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

}  // namespace
}  // namespace warifu::store

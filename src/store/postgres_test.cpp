#include "store/postgres.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>

#include "store/testing_engines.h"
#include "store/testing_postgres.h"

namespace warifu::store {
namespace {

// A server of its own: the shared one must not be stopped under other tests.
std::unique_ptr<TestPostgres> own_server() {
  auto started = TestPostgres::start(true);
  if (!started && started.error().code == Code::NOT_FOUND) {
    MESSAGE("skipped: PostgreSQL absent");
    return nullptr;
  }
  REQUIRE(started);
  return std::move(*started);
}

TEST_CASE("a server that goes and comes back: the transaction fails, the next one works, answered writes are there") {
  const auto server = own_server();
  if (!server) return;
  auto db = open_postgres({.url = server->url(), .schema = "organisation"}).value();
  REQUIRE(db->exec("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  for (const bool crash : {false, true}) {
    REQUIRE(db->run("DELETE FROM t"));
    REQUIRE(db->run("INSERT INTO t (id) VALUES (1)"));
    Statement kept = db->prepare("SELECT count(*) FROM t").value();
    REQUIRE(db->begin(Access::WRITE));
    REQUIRE(db->run("INSERT INTO t (id) VALUES (2)"));
    crash ? server->crash() : server->stop();
    CHECK(db->run("INSERT INTO t (id) VALUES (3)").error().code == Code::STORE_UNAVAILABLE);
    CHECK(db->run("INSERT INTO t (id) VALUES (4)").error().code == Code::STORE_UNAVAILABLE);
    CHECK(db->in_transaction());
    CHECK(db->commit().error().code == Code::STORE_UNAVAILABLE);
    db->rollback();
    CHECK(!db->in_transaction());
    CHECK(db->begin(Access::WRITE).error().code == Code::STORE_UNAVAILABLE);
    CHECK(!db->in_transaction());
    REQUIRE(server->start_again());
    REQUIRE(db->begin(Access::WRITE));
    REQUIRE(db->run("INSERT INTO t (id) VALUES (5)"));
    REQUIRE(db->commit());
    REQUIRE(kept.step().value());
    CHECK(kept.column_int64(0) == 2);
    CHECK(one_value<int>(*db, "SELECT sum(id) FROM t").value() == 6);
  }
}

TEST_CASE("an idle connection that was cut is made again by begin() without an error") {
  const auto server = own_server();
  if (!server) return;
  auto db = open_postgres({.url = server->socket_url(), .schema = "organisation"}).value();
  REQUIRE(db->exec("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  server->stop();
  REQUIRE(server->start_again());
  REQUIRE(db->begin(Access::WRITE));
  CHECK(db->run("INSERT INTO t (id) VALUES (1)").value() == 1);
  CHECK(db->commit().has_value());
}

TEST_CASE("an idle reading connection that was cut is made again by its next reading, also when the end of the last one was never answered") {
  const auto server = own_server();
  if (!server) return;
  auto writer = open_postgres({.url = server->socket_url(), .schema = "organisation"}).value();
  REQUIRE(writer->exec("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  auto db = open_postgres({.url = server->socket_url(), .schema = "organisation", .access = Access::READ}).value();
  for (int round = 0; round < 2; ++round) {
    REQUIRE(db->begin(Access::READ));
    CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 0);
    db->rollback();
    server->stop();
    if (round == 1) {
      // Said by the first statement at the latest.
      Status begun = db->begin(Access::READ);
      if (begun) begun = one_value<int>(*db, "SELECT count(*) FROM t").map([](int) {});
      CHECK(begun.error().code == Code::STORE_UNAVAILABLE);
      db->rollback();
      CHECK(!db->in_transaction());
    }
    REQUIRE(server->start_again());
    REQUIRE(db->begin(Access::READ));
    CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 0);
    CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 0);
    db->rollback();
  }
  // Begun, and cut before anything was read: the reading has seen nothing, and begins anew, with a statement that is known and with one that is not.
  for (const std::string_view sql : {"SELECT count(*) FROM t", "SELECT 0 * count(*) FROM t"}) {
    REQUIRE(db->begin(Access::READ));
    server->stop();
    REQUIRE(server->start_again());
    CHECK(one_value<int>(*db, sql).value() == 0);
    db->rollback();
  }
  server->stop();
  REQUIRE(server->start_again());
  REQUIRE(db->begin(Access::READ));
  CHECK(one_value<int>(*db, "SELECT count(*) * 0 FROM t").value() == 0);
  // Cut between two readings of one snapshot: the rest cannot be of the same.
  server->stop();
  REQUIRE(server->start_again());
  CHECK(one_value<int>(*db, "SELECT count(*) FROM t").error().code == Code::STORE_UNAVAILABLE);
  db->rollback();
  REQUIRE(db->begin(Access::READ));
  CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 0);
}

TEST_CASE("a reading: one snapshot from its first statement on, whose failure is told, and nothing is left of one that reads nothing") {
  TestPostgres* server = TestPostgres::shared();
  if (server == nullptr) return;
  const std::string schema = server->fresh_schema();
  auto writer = open_postgres({.url = server->url(), .schema = schema}).value();
  REQUIRE(writer->exec("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  auto db = open_postgres({.url = server->url(), .schema = schema, .access = Access::READ}).value();
  REQUIRE(db->begin(Access::READ));
  REQUIRE(db->commit());
  REQUIRE(db->begin(Access::READ));
  db->rollback();
  REQUIRE(db->begin(Access::READ));
  CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 0);
  REQUIRE(writer->run("INSERT INTO t (id) VALUES (1)"));
  CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 0);
  REQUIRE(db->commit());
  REQUIRE(db->begin(Access::READ));
  CHECK(one_value<int>(*db, "SELECT 1 / (count(*) - 1) FROM t").error().code == Code::INTERNAL);
  CHECK(!one_value<int>(*db, "SELECT count(*) FROM t"));  // nothing is answered after it
  db->rollback();
  REQUIRE(db->begin(Access::READ));
  CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 1);
  CHECK(!db->run("INSERT INTO t (id) VALUES (2)"));  // it reads only
  db->rollback();
  // A writer's rolled back work is gone at once, not when the connection is used next.
  REQUIRE(writer->begin(Access::WRITE));
  REQUIRE(writer->run("INSERT INTO t (id) VALUES (3)"));
  writer->rollback();
  CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 1);
}

TEST_CASE("sessions ended by the administrator in the middle of pipelined rows or COPY fail as a lost connection") {
  const auto server = own_server();
  if (!server) return;
  auto db = open_postgres({.url = server->url(), .schema = "organisation"}).value();
  auto admin = open_postgres({.url = server->url(), .schema = "organisation"}).value();
  REQUIRE(db->exec("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  const auto cut = [&](std::int64_t pid) { return one_value<bool>(*admin, "SELECT pg_terminate_backend($1, 5000)", pid); };

  std::vector<std::vector<Value>> rows;
  for (int i = 0; i < 300; ++i) rows.push_back({to_value(i)});
  REQUIRE(db->begin(Access::WRITE));
  CHECK(cut(one_value<std::int64_t>(*db, "SELECT pg_backend_pid()").value()).value());
  CHECK(db->run_each("INSERT INTO t (id) VALUES ($1)", rows).error().code == Code::STORE_UNAVAILABLE);
  db->rollback();

  REQUIRE(db->begin(Access::WRITE));
  const auto pid = one_value<std::int64_t>(*db, "SELECT pg_backend_pid()").value();
  const std::vector<std::string_view> columns = {"id"};
  std::int64_t next = 0;
  const auto loaded = db->bulk_load("t", columns, [&](std::span<Value> row) -> Result<bool> {
    if (next == 20'000) TRY(cut(pid));
    row[0] = to_value(next++);
    return next < 40'000;
  });
  CHECK(loaded.error().code == Code::STORE_UNAVAILABLE);
  db->rollback();
  REQUIRE(db->begin(Access::WRITE));
  CHECK(db->run_each("INSERT INTO t (id) VALUES ($1)", rows).value() == 300);
  CHECK(db->commit().has_value());
}

TEST_CASE("organisations of one server keep apart by schema, and writers of different schemas do not wait for each other") {
  TestPostgres* server = TestPostgres::shared();
  if (server == nullptr) return;
  const std::string one = server->fresh_schema(), two = server->fresh_schema();
  auto first = open_postgres({.url = server->url(), .schema = one}).value();
  auto second = open_postgres({.url = server->url(), .schema = two, .lock_timeout_ms = 100}).value();
  REQUIRE(first->exec("CREATE TABLE t (id BIGINT)"));
  CHECK(!second->prepare("SELECT id FROM t"));
  REQUIRE(first->begin(Access::WRITE));
  CHECK(second->begin(Access::WRITE).has_value());
  second->rollback();
  first->rollback();
}

TEST_CASE("committing a transaction in which a statement failed is an error, not a silent rollback") {
  TestPostgres* server = TestPostgres::shared();
  if (server == nullptr) return;
  auto db = open_postgres({.url = server->url(), .schema = server->fresh_schema()}).value();
  REQUIRE(db->exec("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  REQUIRE(db->begin(Access::WRITE));
  REQUIRE(db->run("INSERT INTO t (id) VALUES (1)"));
  CHECK(!db->run("INSERT INTO t (id) VALUES (1)"));
  CHECK(db->commit().error().code == Code::INTERNAL);
  CHECK(!db->in_transaction());
  CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 0);
}

TEST_CASE("a statement that takes too long is a time-out; a value of another type is refused; no server is unavailable") {
  TestPostgres* server = TestPostgres::shared();
  if (server == nullptr) return;
  auto db = open_postgres({.url = server->url(), .schema = server->fresh_schema(), .statement_timeout_ms = 50}).value();
  CHECK(db->run("SELECT pg_sleep(5)").error().code == Code::TIMEOUT);
  CHECK(db->run("SELECT now()").error().code == Code::INTERNAL);
  const auto wrong = db->run("SELECT 1 WHERE $1 = 1", "secret");
  CHECK(wrong.error().code == Code::INTERNAL);
  CHECK(wrong.error().message.find("secret") == std::string::npos);
  CHECK(db->run("SELECT $1::text", "\xff").error().code == Code::BAD_UTF8);
  CHECK(open_postgres({.url = "postgresql://warifu@127.0.0.1:1/postgres", .schema = "x"}).error().code == Code::STORE_UNAVAILABLE);
  CHECK(open_postgres({.url = server->url(), .schema = "Bad; name"}).error().code == Code::CONFIG);
}

TEST_CASE("a server that hangs counts as lost within a bound, in the middle of a transaction too, and is used again when it goes on") {
  TestPostgres* server = TestPostgres::shared();
  if (server == nullptr) return;
  auto db = open_postgres({.url = server->url(), .schema = server->fresh_schema(), .statement_timeout_ms = 1000, .hang_timeout_ms = 300}).value();
  REQUIRE(db->exec("CREATE TABLE t (id BIGINT)"));
  const auto own = [&] { return static_cast<pid_t>(one_value<std::int64_t>(*db, "SELECT pg_backend_pid()").value()); };
  const auto took_ms = [](auto&& action) {
    const auto start = std::chrono::steady_clock::now();
    action();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
  };
  // The server's process of this connection stands still, as all of them would on a dead disk.
  const pid_t first = own();
  REQUIRE(db->begin(Access::WRITE));
  REQUIRE(db->run("INSERT INTO t (id) VALUES (1)"));
  REQUIRE(::kill(first, SIGSTOP) == 0);
  CHECK(took_ms([&] { CHECK(db->run("INSERT INTO t (id) VALUES (2)").error().code == Code::STORE_UNAVAILABLE); }) < 3000);
  CHECK(db->commit().error().code == Code::STORE_UNAVAILABLE);
  REQUIRE(::kill(first, SIGCONT) == 0);
  // Nothing of it is there, and the next transaction has a line of its own.
  REQUIRE(db->begin(Access::WRITE));
  const pid_t second = own();
  CHECK(second != first);
  REQUIRE(::kill(second, SIGSTOP) == 0);
  CHECK(took_ms([&] { CHECK(db->commit().error().code == Code::STORE_UNAVAILABLE); }) < 3000);
  REQUIRE(::kill(second, SIGCONT) == 0);
  CHECK(one_value<int>(*db, "SELECT count(*) FROM t").value() == 0);
  // Between transactions a new line is tried at once.
  const pid_t third = own();
  REQUIRE(::kill(third, SIGSTOP) == 0);
  CHECK(db->begin(Access::WRITE).has_value());
  db->rollback();
  REQUIRE(::kill(third, SIGCONT) == 0);
}

TEST_CASE("after a migration by another connection a prepared statement is made anew") {
  TestPostgres* server = TestPostgres::shared();
  if (server == nullptr) return;
  const std::string schema = server->fresh_schema();
  auto db = open_postgres({.url = server->url(), .schema = schema}).value();
  auto other = open_postgres({.url = server->url(), .schema = schema}).value();
  REQUIRE(db->exec("CREATE TABLE t (id BIGINT); INSERT INTO t VALUES (1)"));
  CHECK(first_row<int>(*db, "SELECT * FROM t").value().has_value());
  REQUIRE(other->exec("ALTER TABLE t ADD COLUMN word TEXT"));
  CHECK(!first_row<int>(*db, "SELECT * FROM t"));
  CHECK(first_row<int>(*db, "SELECT * FROM t").value().has_value());
}

}  // namespace
}  // namespace warifu::store

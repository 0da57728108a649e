#include "store/batch.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "store/testing_engines.h"

namespace warifu::store {
namespace {

void make_table(Database& db) {
  REQUIRE(db.exec(db.engine() == EngineKind::SQLITE ? "CREATE TABLE t (id INTEGER PRIMARY KEY, of INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED) STRICT"
                                                    : "CREATE TABLE t (id BIGINT PRIMARY KEY, of BIGINT REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)"));
}

WriteJob insert(std::int64_t id, std::optional<std::int64_t> of = std::nullopt) {
  return [=](Database& db) -> Status {
    TRY(db.run("INSERT INTO t (id, of) VALUES ($1, $2)", id, of));
    return {};
  };
}

std::vector<Status> run(Database& db, const std::vector<WriteJob>& jobs) {
  std::vector<const WriteJob*> pointers;
  for (const auto& job : jobs) pointers.push_back(&job);
  auto answers = run_batch(db, pointers);
  CHECK(!db.in_transaction());
  return answers;
}

std::int64_t sum(Database& db) { return one_value<std::int64_t>(db, "SELECT coalesce(sum(id), 0) FROM t").value(); }

TEST_CASE("a failing job of a batch is undone alone, whatever it did before it failed") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_table(*db);
    const auto answers = run(*db, {
                                      insert(1),
                                      [](Database& inner) -> Status {
                                        TRY(inner.run("INSERT INTO t (id) VALUES (100)"));
                                        return fail(Code::STALE, "decided on an older state");
                                      },
                                      insert(1),
                                      insert(10),
                                      [](Database& inner) -> Status {
                                        TRY(inner.run("INSERT INTO t (id) VALUES (1000)"));
                                        throw std::runtime_error("a secret");
                                      },
                                      insert(20),
                                  });
    CHECK(answers[0].has_value());
    CHECK(answers[1].error().code == Code::STALE);
    CHECK(answers[2].error().code == Code::CONFLICT);
    CHECK(answers[3].has_value());
    CHECK(answers[4].error().code == Code::INTERNAL);
    CHECK(answers[4].error().message.find("secret") == std::string::npos);
    CHECK(answers[5].has_value());
    CHECK(sum(*db) == 31);
    CHECK(run(*db, {insert(1)})[0].error().code == Code::CONFLICT);
    CHECK(run(*db, {insert(2)})[0].has_value());
    CHECK(run(*db, {}).empty());
    CHECK(sum(*db) == 33);
  });
}

TEST_CASE("a job that makes the commit impossible does not take its neighbours with it") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_table(*db);
    const auto answers = run(*db, {insert(1), insert(2, 99), insert(4, 1)});  // the deferred foreign key is looked at by COMMIT
    CHECK(answers[0].has_value());
    CHECK(answers[1].error().code == Code::CONFLICT);
    CHECK(answers[2].has_value());
    CHECK(sum(*db) == 5);
  });
}

TEST_CASE("a job that goes on after a failed statement uses a savepoint of its own and is kept") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_table(*db);
    const WriteJob careful = [](Database& inner) -> Status {
      const auto tried = with_savepoint(inner, "attempt", [](Database& innermost) -> Status {
        TRY(innermost.run("INSERT INTO t (id) VALUES (1)"));
        return {};
      });
      if (tried || tried.error().code != Code::CONFLICT) return fail(Code::INTERNAL, "a conflict was expected");
      TRY(inner.run("INSERT INTO t (id) VALUES (2)"));
      return {};
    };
    const auto answers = run(*db, {insert(1), careful, insert(4)});
    for (const auto& answer : answers) CHECK(answer.has_value());
    CHECK(sum(*db) == 7);
  });
}

TEST_CASE("a job that fills the disk fails alone; the small ones beside it are kept") {
  TestStore store(EngineKind::SQLITE);
  auto db = store.fresh();
  make_table(*db);
  REQUIRE(db->exec("CREATE TABLE big (b BLOB) STRICT; PRAGMA max_page_count=40; PRAGMA cache_size=5; PRAGMA cache_spill=5"));
  const WriteJob hungry = [](Database& inner) -> Status {
    const Bytes block(3000, 1);
    for (int i = 0; i < 200; ++i) TRY(inner.run("INSERT INTO big (b) VALUES ($1)", block));
    return {};
  };
  const auto answers = run(*db, {insert(1), hungry, insert(2)});
  CHECK(answers[0].has_value());
  CHECK(answers[1].error().code == Code::DISK_FULL);
  CHECK(answers[2].has_value());
  CHECK(sum(*db) == 3);
  CHECK(one_value<int>(*db, "SELECT count(*) FROM big").value() == 0);
}

}  // namespace
}  // namespace warifu::store

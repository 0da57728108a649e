// One suite for both engines: what a port may rely on, whichever lies under it.

#include "store/db.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <limits>
#include <map>

#include "store/testing_engines.h"

namespace warifu::store {
namespace {

// The two engines' own words for the same table.
void make_things(Database& db) {
  const bool sqlite = db.engine() == EngineKind::SQLITE;
  const std::string integer = sqlite ? "INTEGER" : "BIGINT", blob = sqlite ? "BLOB" : "BYTEA", real = sqlite ? "REAL" : "DOUBLE PRECISION";
  const std::string end = sqlite ? ") STRICT" : ")";
  REQUIRE(
      db.exec("CREATE TABLE thing (id " + integer + " PRIMARY KEY, n " + integer + ", r " + real + ", t TEXT, b " + blob + ", u TEXT UNIQUE" + end));
  REQUIRE(db.exec("CREATE TABLE part (id " + integer + " PRIMARY KEY, thing " + integer + " NOT NULL REFERENCES thing (id)" + end));
}

std::int64_t count_things(Database& db) { return one_value<std::int64_t>(db, "SELECT count(*) FROM thing").value(); }

TEST_CASE("values come back as they went in") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    const Bytes nuls = {0, 1, 0, 255, 0};
    const Bytes none;
    const std::string japanese = "警察照会 \\ \t\n'\"𠮷";
    const auto lowest = std::numeric_limits<std::int64_t>::min(), highest = std::numeric_limits<std::int64_t>::max();
    CHECK(db->run("INSERT INTO thing (id, n, r, t, b) VALUES ($1, $2, $3, $4, $5)", 1, lowest, 0.1, japanese, nuls).value() == 1);
    CHECK(db->run("INSERT INTO thing (id, n, r, t, b) VALUES ($1, $2, $3, $4, $5)", 2, highest, -1e300, "", none).value() == 1);
    CHECK(db->run("INSERT INTO thing (id, n, r, t, b) VALUES ($1, $2, $3, $4, $5)", 3, std::nullopt, std::nullopt, std::optional<std::string>(),
                  std::nullopt)
              .value() == 1);
    CHECK(db->run("INSERT INTO thing (id, n, t) VALUES ($1, $2, $3)", 4, true, std::string_view()).value() == 1);

    using Row = std::tuple<std::int64_t, double, std::string, Bytes>;
    constexpr auto kSelect = "SELECT n, r, t, b FROM thing WHERE id = $1";
    CHECK(first_row<std::int64_t, double, std::string, Bytes>(*db, kSelect, 1).value() == Row{lowest, 0.1, japanese, nuls});
    CHECK(first_row<std::int64_t, double, std::string, Bytes>(*db, kSelect, 2).value() == Row{highest, -1e300, "", none});
    Statement row = db->query(kSelect, 3).value();
    REQUIRE(row.step().value());
    for (int i = 0; i < 4; ++i) CHECK(row.column_is_null(i));
    CHECK(row.column_int64(0) == 0);
    CHECK(row.column_text(2).empty());
    CHECK(row.column_blob(3).empty());
    CHECK(row.column<std::optional<std::string>>(2).value() == std::nullopt);
    CHECK(row.column<std::string>(2).error().code == Code::STORE_CORRUPT);
    CHECK(!row.step().value());
    CHECK(one_value<bool>(*db, "SELECT n FROM thing WHERE id = 4").value());
    CHECK(one_value<std::optional<std::string>>(*db, "SELECT t FROM thing WHERE id = 4").value() == "");
    CHECK(one_value<int>(*db, "SELECT n FROM thing WHERE id = 2").error().code == Code::STORE_CORRUPT);
    CHECK(one_value<int>(*db, "SELECT n FROM thing WHERE id = 99").error().code == Code::NOT_FOUND);
  });
}

TEST_CASE("ids, digests and times are columns of their own kind") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    const ActId id = ActId::random();
    Sha256 digest;
    digest.bytes[31] = 7;
    const Time time{-1};
    REQUIRE(db->run("INSERT INTO thing (id, n, b) VALUES (1, $1, $2), (2, 0, $3)", time, id, digest));
    CHECK(one_value<ActId>(*db, "SELECT b FROM thing WHERE b = $1", id).value() == id);
    CHECK(one_value<Sha256>(*db, "SELECT b FROM thing WHERE b = $1", digest).value() == digest);
    CHECK(one_value<Time>(*db, "SELECT n FROM thing WHERE id = 1").value() == time);
    CHECK(one_value<ActId>(*db, "SELECT b FROM thing WHERE id = 2").error().code == Code::STORE_CORRUPT);
  });
}

TEST_CASE("property: any text without NUL, any bytes and any number survive, also by bulk load and by row lists") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    std::int64_t id = 0;
    CHECK(rc::check([&](const Bytes& bytes, std::int64_t number, const std::vector<std::uint16_t>& letters) {
      std::string text;  // valid UTF-8 of two- and three-byte letters and ASCII
      for (const auto letter : letters) {
        const unsigned c = letter % 0xd800u;
        if (c == 0) continue;
        if (c < 0x80)
          text += static_cast<char>(c);
        else if (c < 0x800)
          text += {static_cast<char>(0xc0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
        else
          text += {static_cast<char>(0xe0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 63)), static_cast<char>(0x80 | (c & 63))};
      }
      const std::int64_t first = id;
      RC_ASSERT(db->run("INSERT INTO thing (id, n, t, b) VALUES ($1, $2, $3, $4)", ++id, number, text, bytes).has_value());
      const std::vector<std::vector<Value>> rows = {{to_value(++id), to_value(number), to_value(text), to_value(bytes)}};
      RC_ASSERT(db->begin(Access::WRITE).has_value());
      RC_ASSERT(db->run_each("INSERT INTO thing (id, n, t, b) VALUES ($1, $2, $3, $4)", rows).value() == 1);
      const std::vector<std::string_view> columns = {"id", "n", "t", "b"};
      bool given = false;
      const auto loaded = db->bulk_load("thing", columns, [&](std::span<Value> row) -> Result<bool> {
        if (given) return false;
        const std::vector<Value> values = {to_value(++id), to_value(number), to_value(text), to_value(bytes)};
        std::copy(values.begin(), values.end(), row.begin());
        return given = true;
      });
      RC_ASSERT(loaded.value() == 1);
      RC_ASSERT(db->commit().has_value());
      Statement all = db->query("SELECT n, t, b FROM thing WHERE id > $1", first).value();
      int seen = 0;
      RC_ASSERT(for_each_row(all, [&](Statement& row) {
                  RC_ASSERT(row.column_int64(0) == number);
                  RC_ASSERT(row.column_text(1) == text);
                  RC_ASSERT(std::ranges::equal(row.column_blob(2), bytes));
                  ++seen;
                }).has_value());
      RC_ASSERT(seen == 3);
    }));
  });
}

TEST_CASE("placeholders may come out of order and more than once") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    Statement insert = db->prepare("INSERT INTO thing (id, t, u, n) VALUES ($2, $1, $1, $2)").value();
    for (int i = 1; i <= 3; ++i) {
      const std::string word = "w" + std::to_string(i);
      insert.reset();
      insert.bind(2, i).bind(1, word);
      CHECK(!insert.step().value());
      CHECK(insert.changes() == 1);
    }
    CHECK(first_row<std::string, std::string, int>(*db, "SELECT t, u, n FROM thing WHERE n = $1 AND id = $1", 2).value() ==
          std::tuple<std::string, std::string, int>{"w2", "w2", 2});
    CHECK(count_things(*db) == 3);
  });
}

TEST_CASE("mistakes in a statement are errors, not crashes") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    CHECK(db->prepare("SELEKT 1").error().code == Code::INTERNAL);
    CHECK(db->prepare("SELECT 1; SELECT 2").error().code == Code::INTERNAL);
    CHECK(db->run("SELECT id FROM thing WHERE id = $1", 1, 2).error().code == Code::INTERNAL);
    const std::string nul("a\0b", 3);
    CHECK(db->run("INSERT INTO thing (id, t) VALUES (1, $1)", nul).error().code == Code::CONTROL_CHARACTER);
    REQUIRE(db->begin(Access::WRITE));
    const std::vector<std::vector<Value>> rows = {{to_value(nul)}};
    CHECK(db->run_each("INSERT INTO thing (id, t) VALUES (1, $1)", rows).error().code == Code::CONTROL_CHARACTER);
    db->rollback();
    // The same statement is usable after its error.
    Statement insert = db->prepare("INSERT INTO thing (id) VALUES ($1)").value();
    CHECK(!insert.bind(1, 1).step().value());
    CHECK(insert.step().error().code == Code::CONFLICT);
    insert.reset();
    CHECK(!insert.bind(1, 2).step().value());
    CHECK(count_things(*db) == 2);
  });
}

TEST_CASE("violations of unique and foreign keys are conflicts that name the constraint and no value") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    REQUIRE(db->run("INSERT INTO thing (id, u) VALUES (1, 'secret-value')"));
    const auto unique = db->run("INSERT INTO thing (id, u) VALUES (2, 'secret-value')");
    REQUIRE(!unique);
    CHECK(unique.error().code == Code::CONFLICT);
    CHECK(unique.error().where.find('u') != std::string::npos);
    CHECK(unique.error().message.find("secret") == std::string::npos);
    CHECK(db->run("INSERT INTO thing (id) VALUES (1)").error().code == Code::CONFLICT);
    CHECK(db->run("INSERT INTO part (id, thing) VALUES (1, 9)").error().code == Code::CONFLICT);
    CHECK(db->run("INSERT INTO part (id, thing) VALUES (1, NULL)").error().code == Code::INTERNAL);
    CHECK(db->run("INSERT INTO thing (id, u) VALUES (2, 'secret-value') ON CONFLICT DO NOTHING").value() == 0);
    constexpr auto kUpsert = "INSERT INTO thing (id, u) VALUES (3, 'x') ON CONFLICT (id) DO UPDATE SET u = excluded.u RETURNING u";
    CHECK(one_value<std::string>(*db, kUpsert).value() == "x");
    CHECK(one_value<std::string>(*db, kUpsert).value() == "x");
  });
}

TEST_CASE("rows changed are counted, also by a statement that changes nothing after one that did") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    CHECK(db->run("INSERT INTO thing (id, n) VALUES (1, 0), (2, 0), (3, 1)").value() == 3);
    CHECK(db->run("UPDATE thing SET n = 5 WHERE n = 0").value() == 2);
    CHECK(db->run("UPDATE thing SET n = 5 WHERE n = 0").value() == 0);
    CHECK(db->run("SELECT id FROM thing").value() == 0);
    CHECK(db->run("DELETE FROM thing").value() == 3);
  });
}

TEST_CASE("a sum and an average of integers can be read as numbers") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    REQUIRE(db->run("INSERT INTO thing (id, n) VALUES (1, 4611686018427387904), (2, 4611686018427387903), (3, NULL)"));
    CHECK(one_value<std::int64_t>(*db, "SELECT sum(n) FROM thing").value() == std::numeric_limits<std::int64_t>::max());
    REQUIRE(db->run("UPDATE thing SET n = -10001 * id"));
    CHECK(one_value<std::int64_t>(*db, "SELECT sum(n) FROM thing").value() == -60006);
    CHECK(one_value<double>(*db, "SELECT avg(n) FROM thing").value() == doctest::Approx(-20002));
    CHECK(one_value<std::string>(*db, "SELECT n FROM thing WHERE id = 1").value() == "-10001");
  });
}

TEST_CASE("savepoints undo one step of a transaction, nested too") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    REQUIRE(db->begin(Access::WRITE));
    REQUIRE(db->run("INSERT INTO thing (id) VALUES (1)"));
    const auto failed = with_savepoint(*db, "outer_step", [](Database& inner) -> Status {
      TRY(inner.run("INSERT INTO thing (id) VALUES (2)"));
      return with_savepoint(inner, "inner_step", [](Database& innermost) -> Status {
        TRY(innermost.run("INSERT INTO thing (id) VALUES (3)"));
        TRY(innermost.run("INSERT INTO thing (id) VALUES (1)"));
        return {};
      });
    });
    CHECK(failed.error().code == Code::CONFLICT);
    CHECK(with_savepoint(*db, "next_step", [](Database& inner) -> Status {
            TRY(inner.run("INSERT INTO thing (id) VALUES (4)"));
            return {};
          }).has_value());
    REQUIRE(db->commit());
    CHECK(!db->in_transaction());
    CHECK(one_value<std::int64_t>(*db, "SELECT sum(id) FROM thing").value() == 5);
  });
}

TEST_CASE("what is posted is done in order, and its failure is told by whatever waits for an answer next") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    const auto count = [&] { return one_value<std::int64_t>(*db, "SELECT count(*) FROM thing").value(); };
    // SQLite tells it at once, PostgreSQL with the next answer; the arguments are free to go in between.
    const auto post_twice = [&]() -> Status {
      TRY(db->post("INSERT INTO thing (id, t) VALUES ($1, $2)", std::int64_t{1}, std::string("一つ目")));
      return db->post("INSERT INTO thing (id, t) VALUES ($1, $2)", std::int64_t{1}, std::string("again"));
    };
    const std::vector<std::pair<std::string_view, std::function<Status()>>> ends = {
        {"a query", [&]() -> Status { return one_value<std::int64_t>(*db, "SELECT count(*) FROM thing").map([](std::int64_t) {}); }},
        {"run", [&]() -> Status { return db->run("INSERT INTO thing (id) VALUES (7)").map([](std::int64_t) {}); }},
        {"exec", [&] { return db->exec("SELECT 1"); }},
        {"settle", [&] { return db->settle(); }},
        {"check_deferred", [&] { return db->check_deferred(); }},
        {"many rows",
         [&]() -> Status {
           const std::vector<std::vector<Value>> rows = {{std::int64_t{8}}};
           return db->run_each("INSERT INTO thing (id) VALUES ($1)", rows).map([](std::int64_t) {});
         }},
        {"a statement that was never prepared",
         [&]() -> Status { return one_value<std::int64_t>(*db, "SELECT count(*) + 0 FROM thing").map([](std::int64_t) {}); }},
        {"the commit", [&] { return db->commit(); }},
    };
    for (const auto& [name, end] : ends) {
      CAPTURE(name);
      REQUIRE(db->begin(Access::WRITE));
      Status posted = post_twice();
      if (posted) posted = end();
      CHECK(posted.error().code == Code::CONFLICT);
      db->rollback();
      CHECK(count() == 0);
    }
    REQUIRE(db->begin(Access::WRITE));
    REQUIRE(db->post("INSERT INTO thing (id, t) VALUES ($1, $2)", std::int64_t{1}, "one"));
    CHECK(count() == 1);
    for (std::int64_t id = 2; id <= 1000; ++id) REQUIRE(db->post("INSERT INTO thing (id) VALUES ($1)", id));
    REQUIRE(db->post("UPDATE thing SET t = $2 WHERE id = $1", std::int64_t{1000}, "last"));
    REQUIRE(db->commit());
    CHECK(count() == 1000);
    CHECK(one_value<std::string>(*db, "SELECT t FROM thing WHERE id = 1000").value() == "last");
    REQUIRE(db->begin(Access::WRITE));
    CHECK(db->post("INSERT INTO thing (id, t) VALUES ($1, $2)", std::int64_t{2001}, std::string("a\0b", 3)).error().code == Code::CONTROL_CHARACTER);
    REQUIRE(db->post("DELETE FROM thing"));
    db->rollback();
    CHECK(count() == 1000);
  });
}

TEST_CASE("a posted failure stays within its savepoint") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    REQUIRE(db->begin(Access::WRITE));
    REQUIRE(db->post("INSERT INTO thing (id) VALUES (1)"));
    const auto failed = with_savepoint(*db, "step", [](Database& inner) -> Status {
      TRY(inner.post("INSERT INTO thing (id) VALUES (2)"));
      return inner.post("INSERT INTO thing (id) VALUES (1)");
    });
    CHECK(failed.error().code == Code::CONFLICT);
    REQUIRE(db->savepoint("other"));
    static_cast<void>(db->post("INSERT INTO thing (id) VALUES (1)"));
    CHECK(db->rollback_to("other").has_value());
    REQUIRE(db->post("INSERT INTO thing (id) VALUES (4)"));
    REQUIRE(db->commit());
    CHECK(one_value<std::int64_t>(*db, "SELECT sum(id) FROM thing").value() == 5);
  });
}

TEST_CASE("rollback undoes everything and a dropped statement does not hold it up") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    REQUIRE(db->begin(Access::WRITE));
    REQUIRE(db->run("INSERT INTO thing (id) VALUES (1), (2)"));
    Statement half = db->query("SELECT id FROM thing").value();
    REQUIRE(half.step().value());
    db->rollback();
    db->rollback();
    CHECK(!db->in_transaction());
    CHECK(count_things(*db) == 0);
  });
}

TEST_CASE("the same SQL can be in use twice, and prepared statements stay bounded") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    REQUIRE(db->run("INSERT INTO thing (id) VALUES (1), (2), (3)"));
    int pairs = 0;
    Statement outer = db->query("SELECT id FROM thing").value();
    REQUIRE(for_each_row(outer, [&](Statement&) -> Status {
      Statement inner = TRY(db->query("SELECT id FROM thing"));
      return for_each_row(inner, [&](Statement&) { ++pairs; });
    }));
    CHECK(pairs == 9);
    for (int i = 0; i < 600; ++i) CHECK(one_value<int>(*db, "SELECT " + std::to_string(i) + " + id FROM thing WHERE id = 1").value() == i + 1);
  });
}

TEST_CASE("many rows in one call: all, or the first error") {
  for_both_engines([](TestStore& store) {
    auto db = store.fresh();
    make_things(*db);
    std::vector<std::vector<Value>> rows;
    for (int i = 0; i < 1000; ++i) rows.push_back({to_value(i), to_value(i * 2)});
    REQUIRE(db->begin(Access::WRITE));
    CHECK(db->run_each("INSERT INTO thing (id, n) VALUES ($1, $2)", rows).value() == 1000);
    REQUIRE(db->commit());
    REQUIRE(db->begin(Access::WRITE));
    CHECK(db->run_each("INSERT INTO thing (id, n) VALUES ($1, $2)", std::span(rows).subspan(990)).error().code == Code::CONFLICT);
    db->rollback();
    CHECK(count_things(*db) == 1000);
    REQUIRE(db->begin(Access::WRITE));
    const std::vector<std::string_view> columns = {"id", "u"};
    std::int64_t next = 2000;
    const auto source = [&](std::span<Value> row) -> Result<bool> {
      if (next == 2500) return fail(Code::CANCELLED, "enough");
      row[0] = to_value(next++);
      row[1] = to_value(std::nullopt);
      return true;
    };
    CHECK(db->bulk_load("thing", columns, source).error().code == Code::CANCELLED);
    db->rollback();
    CHECK(count_things(*db) == 1000);
    REQUIRE(db->begin(Access::WRITE));
    next = 0;
    const auto repeated = [&](std::span<Value> row) -> Result<bool> { return next == 10 ? Result<bool>(false) : source(row); };
    CHECK(db->bulk_load("thing", columns, repeated).error().code == Code::CONFLICT);
    db->rollback();
    REQUIRE(db->begin(Access::WRITE));
    next = 2501;
    const auto bounded = [&](std::span<Value> row) -> Result<bool> { return next == 9000 ? Result<bool>(false) : source(row); };
    CHECK(db->bulk_load("thing", columns, bounded).value() == 9000 - 2501);
    REQUIRE(db->commit());
    CHECK(count_things(*db) == 1000 + 9000 - 2501);
  });
}

TEST_CASE("a reading transaction sees one snapshot and cannot write") {
  for_both_engines([](TestStore& store) {
    auto writer = store.fresh();
    make_things(*writer);
    auto reader = store.connect(Access::READ);
    REQUIRE(reader->begin(Access::READ));
    CHECK(count_things(*reader) == 0);
    REQUIRE(writer->run("INSERT INTO thing (id) VALUES (1)"));
    CHECK(count_things(*reader) == 0);
    CHECK(!reader->run("INSERT INTO thing (id) VALUES (2)"));
    reader->rollback();
    CHECK(count_things(*reader) == 1);
  });
}

TEST_CASE("two writers come one after the other; the second waits and then gives up") {
  for_both_engines([](TestStore& store) {
    auto first = store.fresh();
    make_things(*first);
    auto second = store.connect(Access::WRITE);
    REQUIRE(second->exec(store.kind() == EngineKind::SQLITE ? "PRAGMA busy_timeout=50" : "SET lock_timeout=50"));
    REQUIRE(first->begin(Access::WRITE));
    REQUIRE(first->run("INSERT INTO thing (id) VALUES (1)"));
    CHECK(second->begin(Access::WRITE).error().code == Code::STORE_LOCKED);
    CHECK(!second->in_transaction());
    REQUIRE(first->commit());
    REQUIRE(second->begin(Access::WRITE));
    CHECK(count_things(*second) == 1);
    REQUIRE(second->commit());
  });
}

}  // namespace
}  // namespace warifu::store

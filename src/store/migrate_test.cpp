#include "store/migrate.h"

#include <doctest/doctest.h>

#include "store/matter_seal.h"
#include "store/testing_engines.h"

namespace warifu::store {
namespace {

std::vector<Migration> three_migrations() {
  return {{1, "first", "CREATE TABLE one (id INTEGER PRIMARY KEY, word TEXT NOT NULL); INSERT INTO one (id, word) VALUES (1, 'a')", "11"},
          {2, "second", "CREATE TABLE two (id INTEGER PRIMARY KEY REFERENCES one (id)); INSERT INTO two (id) SELECT id FROM one", "22"},
          {3, "third", "ALTER TABLE one ADD COLUMN more TEXT; UPDATE one SET more = word || '!'", "33"}};
}

constexpr Time kNow{1'790'000'000'000'000};

TEST_CASE("every older version is brought to the newest, keeping its rows") {
  const auto migrations = three_migrations();
  for_both_engines([&](TestStore& store) {
    for (int from = 0; from <= 3; ++from) {
      auto db = store.fresh();
      CHECK(schema_version(*db).value() == 0);
      CHECK(pending_migrations(*db, migrations).value() == 3);
      CHECK(migrate(*db, migrations, kNow, from).value() == from);
      CHECK(pending_migrations(*db, migrations).value() == 3 - from);
      CHECK(migrate(*db, migrations, kNow).value() == 3);
      CHECK(migrate(*db, migrations, kNow).value() == 3);
      CHECK(one_value<std::string>(*db, "SELECT more FROM one JOIN two ON one.id = two.id").value() == "a!");
      CHECK(one_value<Time>(*db, "SELECT applied_us FROM schema_version WHERE version = 3").value() == kNow);
    }
  });
}

TEST_CASE("a failing migration leaves the version before it, whole") {
  auto migrations = three_migrations();
  migrations[1].sql = "CREATE TABLE two (id INTEGER PRIMARY KEY); INSERT INTO nowhere (id) VALUES (1)";
  for_both_engines([&](TestStore& store) {
    auto db = store.fresh();
    const auto failed = migrate(*db, migrations, kNow);
    REQUIRE(!failed);
    CHECK(failed.error().code == Code::MIGRATION);
    CHECK(failed.error().args.at("version") == "2");
    CHECK(!db->in_transaction());
    CHECK(schema_version(*db).value() == 1);
    CHECK(!db->prepare("SELECT id FROM two"));
    CHECK(migrate(*db, three_migrations(), kNow).value() == 3);
  });
}

TEST_CASE("a newer database and a changed old migration are refused without writing") {
  const auto migrations = three_migrations();
  for_both_engines([&](TestStore& store) {
    auto db = store.fresh();
    REQUIRE(migrate(*db, migrations, kNow));
    const auto newer = migrate(*db, std::span(migrations).first(2), kNow);
    REQUIRE(!newer);
    CHECK(newer.error().code == Code::MIGRATION);
    CHECK(newer.error().args.at("version") == "3");
    auto changed = migrations;
    changed[0].sha256_hex = "12";
    const auto refused = pending_migrations(*db, changed);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::MIGRATION);
    CHECK(refused.error().args.at("version") == "1");
    REQUIRE(db->run("DELETE FROM schema_version WHERE version = 2"));
    CHECK(pending_migrations(*db, migrations).error().code == Code::MIGRATION);
  });
}

TEST_CASE("both engines have the same migrations, numbered without a gap") {
  const auto sqlite = embedded_migrations(EngineKind::SQLITE);
  const auto postgres = embedded_migrations(EngineKind::POSTGRES);
  REQUIRE(sqlite.size() == postgres.size());
  for (std::size_t i = 0; i < sqlite.size(); ++i) {
    CHECK(sqlite[i].version == static_cast<int>(i + 1));
    CHECK(postgres[i].version == sqlite[i].version);
    CHECK(postgres[i].name == sqlite[i].name);
    CHECK(sqlite[i].sha256_hex.size() == 64);
  }
  for_both_engines([&](TestStore& store) {
    auto db = store.fresh();
    CHECK(migrate(*db, embedded_migrations(db->engine()), kNow).value() == static_cast<int>(sqlite.size()));
  });
}

TEST_CASE("acts and keys of before passkeys are kept, without assertion and credential") {
  for_both_engines([&](TestStore& store) {
    auto db = store.fresh();
    const auto all = embedded_migrations(db->engine());
    REQUIRE(migrate(*db, all, kNow, 1).value() == 1);
    const Bytes id(16, 7), hash(32, 9);
    REQUIRE(db->run("INSERT INTO act (matter, hash, id, kind, at_us, is_shared, note) VALUES ($1, $2, $3, 'x', 1, $4, 'n')", id, hash, id, false));
    REQUIRE(db->run("INSERT INTO person_key (person, vkey, device, from_us, until_us, is_revoked) VALUES ($1, 'v', 'd', 1, 2, $2)", id, false));
    CHECK(migrate(*db, all, kNow).value() == static_cast<int>(all.size()));
    CHECK(one_value<std::int64_t>(*db, "SELECT count(*) FROM act WHERE assertions IS NULL").value() == 1);
    CHECK(one_value<std::int64_t>(*db, "SELECT count(*) FROM person_key WHERE credential IS NULL").value() == 1);
  });
}

TEST_CASE("an office of every earlier version is brought to the newest with its matters") {
  for_both_engines([](TestStore& store) {
    const auto unit = UnitId::random();
    const int newest = static_cast<int>(embedded_migrations(store.kind()).size());
    REQUIRE(newest > 1);
    for (int from = 1; from < newest; ++from) {
      auto db = store.fresh();
      const auto migrations = embedded_migrations(db->engine());
      REQUIRE(migrate(*db, migrations, kNow, from).value() == from);
      for (int i = 0; i < 3; ++i) {
        const auto matter = MatterId::random();
        REQUIRE(
            db->run("INSERT INTO matter (matter, state, provider_state, turn, is_named, unit, case_number, number, number_key, counterparty, due_us, "
                    "due_key, updated_us, is_open) VALUES ($1, 'DRAFT', 'NONE', 'CHECK', 0, $2, 'c', 'n', 'n', 'p.example', 1, 1, $3, 1)",
                    matter, unit, static_cast<std::int64_t>(i)));
      }
      std::vector<MatterId> sealed;
      for (int first = 0; first < 256; ++first) {  // so that every part of the keys has some
        sealed.push_back(MatterId::random());
        sealed.back().bytes.front() = static_cast<std::uint8_t>(first);
        const Bytes key(32, static_cast<std::uint8_t>(first));
        REQUIRE(db->run("INSERT INTO matter_key (matter, key) VALUES ($1, $2)", sealed.back(), key));
      }
      CHECK(migrate(*db, migrations, kNow).value() == newest);
      for (std::size_t first = 0; first < sealed.size(); ++first)
        CHECK(MatterSeal::load(*db, sealed[first]).value().mark() ==
              MatterSeal::from_key(Bytes(32, static_cast<std::uint8_t>(first))).value().mark());
      CHECK(one_value<int>(*db, "SELECT count(*) FROM matter_key").value() == 256);
      CHECK(one_value<int>(*db, "SELECT count(*) FROM matter WHERE unit = $1 AND state = 'DRAFT'", unit).value() == 3);
      CHECK(one_value<int>(*db, "SELECT updated_us FROM matter WHERE unit = $1 AND is_open = 1 ORDER BY updated_us DESC LIMIT 1", unit).value() == 2);
    }
  });
}

}  // namespace
}  // namespace warifu::store

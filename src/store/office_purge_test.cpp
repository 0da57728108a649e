#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "store/office_commit.h"
#include "store/testing_office.h"

namespace warifu::store {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

// Files below the folder that hold the bytes.
std::vector<std::string> files_with(const std::filesystem::path& folder, std::string_view needle, std::string_view except = "pg_wal") {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().string().find(except) != std::string::npos) continue;
    if (content_of(entry.path()).find(needle) != std::string::npos) found.push_back(entry.path().string());
  }
  return found;
}

desk::Commit purge_of(const OfficeStore& store, const MatterId& matter, std::vector<Sha256> bodies) {
  auto commit = next_commit(store, matter, {.kind = inquiry::Kind::PURGED, .text = "receipt"});
  commit.purge_bodies = std::move(bodies);
  commit.projection = make_projection(matter, {"架空警刑一発第12号"});
  commit.projection->row.state = inquiry::State::PURGED;
  return commit;
}

std::string key_of(const OfficeStore& store, const MatterId& matter) {
  const auto key =
      store.engine().read([&](Database& db) { return one_value<Bytes>(db, "SELECT key FROM matter_key WHERE matter = $1", matter); }).value();
  return std::string(text_of(key));
}

constexpr std::string_view kSecret = "INVENTED-SECRET-例田花子-09012345678";

MatterId put_secret(TestOffice& office) {
  const auto matter = MatterId::random();
  auto commit = next_commit(*office, matter, {.text = std::string(kSecret)});
  commit.projection = make_projection(matter, {std::string(kSecret)}, {"TELEPHONE:+819012345678"});
  commit.idempotency = desk::IdempotencyRecord{PersonId::random(), "key", Sha256{}, 200, std::string(kSecret), Time{1}};
  REQUIRE(office->commit(commit));
  auto early = next_commit(*office, matter, {.text = "held " + std::string(kSecret)});
  early.held = true;
  REQUIRE(office->commit(early));
  REQUIRE(office->commit(next_commit(*office, matter, {.text = "stays"})));
  return matter;
}

TEST_CASE("a purge takes bodies, words, selectors, remembered answers and files, and leaves acts, other bodies and other matters") {
  for_both_offices([](TestOffice& office) {
    const auto matter = put_secret(office), other = put_secret(office);
    const auto upload = office.folder() / "upload";
    std::ofstream(upload) << "FILE-" << kSecret;
    const auto file = office->put_file(matter, "a.csv", "text/csv", upload.string()).value();
    REQUIRE(office->copy_file(other, file.sha256, upload.string()));
    const auto path = office->file_path(matter, file.sha256).value();
    const auto link = office.folder() / "still-open";
    std::filesystem::create_hard_link(path, link);
    const auto before = office->acts(matter).value();
    const auto held = office->held_acts(matter).value();

    auto purge = purge_of(*office, matter, {before[0].hash, held[0].hash});
    purge.purge_files = true;
    REQUIRE(office->commit(purge));
    CHECK(office->purges_due().value() == 0);
    REQUIRE(office->commit(purge));  // a repetition

    const auto after = office->acts(matter).value();
    REQUIRE(after.size() == 3);
    CHECK(!after[0].body);
    CHECK(after[0].hash == before[0].hash);
    CHECK(after[0].note == before[0].note);
    CHECK(after[1].body == before[1].body);
    CHECK(after[2].body == purge.acts[0].body);
    CHECK(office->held_acts(matter).value().empty());
    CHECK(office->projection(matter).value() == *purge.projection);
    CHECK(office.number("SELECT count(*) FROM idempotency") == 1);
    const auto by_text = [&](const std::string& text) { return office->find(query_of([&](auto& q) { q.text = text; })).value(); };
    CHECK(matters_of(by_text("花子")) == std::vector<MatterId>{other});
    CHECK(matters_of(by_text("090-1234-5678")) == std::vector<MatterId>{other});
    CHECK(matters_of(by_text("刑一発")) == std::vector<MatterId>{matter});
    CHECK(office->file_path(matter, file.sha256).error().code == Code::NOT_FOUND);
    CHECK(!std::filesystem::exists(path));
    CHECK(std::filesystem::file_size(link) == 0);  // emptied, not only unlinked
    CHECK(office->file_path(other, file.sha256).has_value());
    CHECK(office->acts(other).value()[0].body);
    CHECK(office->held_acts(other).value()[0].body);
    office.reopen();
    CHECK(office->acts(matter).value()[1].body == before[1].body);
  });
}

TEST_CASE("a purge without a projection leaves nothing to search by") {
  for_both_offices([](TestOffice& office) {
    const auto matter = put_secret(office);
    auto purge = purge_of(*office, matter, {office->acts(matter).value()[0].hash});
    purge.projection.reset();
    REQUIRE(office->commit(purge));
    CHECK(office->projection(matter).value().terms == inquiry::SearchTerms{});
    CHECK(office.number("SELECT count(*) FROM term") == 0);
    CHECK(office->count(query_of([](auto& q) { q.text = "花子"; })).value() == 0);
  });
}

TEST_CASE("only acts of the matter are purged, and a refused purge destroys nothing") {
  for_both_offices([](TestOffice& office) {
    const auto matter = put_secret(office), other = put_secret(office);
    const auto foreign = office->acts(other).value()[0].hash;
    const auto own = office->acts(matter).value()[0];
    CHECK(office->commit(purge_of(*office, matter, {own.hash, foreign})).error().code == Code::NOT_FOUND);
    auto stale = purge_of(*office, matter, {own.hash});
    stale.expected_acts.pop_back();
    CHECK(office->commit(stale).error().code == Code::STALE);
    CHECK(office->acts(matter).value()[0].body == own.body);
    CHECK(office->acts(other).value()[0].body);
    CHECK(office->purges_due().value() == 0);
  });
}

TEST_CASE("SQLite: after a purge neither text nor key is in any byte of the folder") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  const auto matter = put_secret(office);
  const auto upload = office.folder() / "upload";
  std::ofstream(upload) << "FILE-" << kSecret;
  static_cast<void>(office->put_file(matter, "a.csv", "text/csv", upload.string()).value());
  ::unlink(upload.c_str());
  const std::string key = key_of(*office, matter);
  CHECK(!files_with(office.folder(), key).empty());
  CHECK(files_with(office.folder(), kSecret).size() == 1);  // the uploaded file; in the database it is sealed from the beginning
  auto purge = purge_of(*office, matter, {office->acts(matter).value()[0].hash, office->held_acts(matter).value()[0].hash});
  purge.purge_files = true;
  REQUIRE(office->commit(purge));
  CHECK(files_with(office.folder(), key).empty());
  for (const std::string_view part : {kSecret, std::string_view("例田花子"), std::string_view("09012345678"), std::string_view("819012345678")})
    CHECK(files_with(office.folder(), part).empty());
}

// secure_delete alone does not do: when pages are split and merged, copies of cells stay in their unused parts.
TEST_CASE("SQLite: the key of no purged matter survives anywhere, however the pages were filled and emptied") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  std::mt19937 random(7);
  std::vector<MatterId> matters;
  const auto grow = [&](const MatterId& matter) {
    auto commit = next_commit(*office, matter, {.text = std::string(random() % 3000, 'x')});
    std::vector<std::string> words;
    for (std::size_t i = random() % 20; i > 0; --i) words.push_back("word" + std::to_string(random() % 5000));
    commit.projection = make_projection(matter, std::move(words));
    REQUIRE(office->commit(commit));
  };
  for (int i = 0; i < 250; ++i) {
    matters.push_back(MatterId::random());
    grow(matters.back());
  }
  for (int i = 0; i < 300; ++i) grow(matters[random() % matters.size()]);
  std::vector<std::string> keys;
  for (int i = 0; i < 60; ++i) {
    const auto& matter = matters[static_cast<std::size_t>(i) * 4];
    keys.push_back(key_of(*office, matter));
    std::vector<Sha256> all;
    const auto acts = office->acts(matter);
    for (const auto& act : acts.value()) all.push_back(act.hash);
    REQUIRE(office->commit(purge_of(*office, matter, all)));
    grow(matters[static_cast<std::size_t>(i) * 4 + 1]);
  }
  REQUIRE(office->finish_purges());
  office.close();
  const std::string database = content_of(office.folder() / "office.db");
  for (const auto& key : keys) CHECK(database.find(key) == std::string::npos);
  office.reopen();
  CHECK(database.find(key_of(*office, matters[1])) != std::string::npos);  // the search itself works
}

TEST_CASE("SQLite: a purge that a reader stands in the way of stays due and is finished later, also by the next process") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  const auto matter = put_secret(office);
  const std::string key = key_of(*office, matter);
  auto reader = office->engine().connect(Access::READ).value();
  REQUIRE(reader->begin(Access::READ));
  REQUIRE(one_value<std::int64_t>(*reader, "SELECT count(*) FROM act"));
  REQUIRE(office->commit(purge_of(*office, matter, {office->acts(matter).value()[0].hash})));
  CHECK(office->purges_due().value() == 1);
  CHECK(!office->acts(matter).value()[0].body);
  CHECK(!files_with(office.folder(), key).empty());
  reader->rollback();
  reader.reset();
  office.reopen();
  CHECK(office->purges_due().value() == 0);
  CHECK(files_with(office.folder(), key).empty());
}

TEST_CASE("PostgreSQL: after a purge the key is in no table's file, and an older snapshot delays that") {
  for_both_engines([](TestStore& engines) {
    if (engines.kind() != EngineKind::POSTGRES) return;
    TestOffice office(engines);
    const auto matter = put_secret(office);
    const std::string key = key_of(*office, matter);
    const auto folder =
        office->engine().read([](Database& db) { return one_value<std::string>(db, "SELECT current_setting('data_directory')"); }).value();
    const auto flush = [&] { REQUIRE(office->engine().connect(Access::WRITE).value()->exec("CHECKPOINT")); };
    flush();
    CHECK(!files_with(folder, key).empty());
    CHECK(files_with(folder, kSecret).empty());
    REQUIRE(office->commit(purge_of(*office, matter, {office->acts(matter).value()[0].hash})));
    CHECK(office->purges_due().value() == 0);
    flush();
    CHECK(files_with(folder, key).empty());
    for (const auto& name : files_with(folder, key, "no such name")) CHECK(name.find("pg_wal") != std::string::npos);

    const auto second = put_secret(office);
    auto reader = office->engine().connect(Access::READ).value();
    REQUIRE(reader->begin(Access::READ));
    REQUIRE(one_value<std::int64_t>(*reader, "SELECT count(*) FROM meta"));
    REQUIRE(office->commit(purge_of(*office, second, {office->acts(second).value()[0].hash})));
    CHECK(office->purges_due().value() == 1);
    reader->rollback();
    REQUIRE(office->finish_purges());
    CHECK(office->purges_due().value() == 0);
  });
}

}  // namespace
}  // namespace warifu::store

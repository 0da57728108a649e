// The office's store on a disk that fails at every step (store/testing_faults.h), and on a PostgreSQL that is killed.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <random>
#include <thread>

#include "store/testing_faults.h"
#include "store/testing_office.h"
#include "store/testing_postgres.h"

namespace warifu::store {
namespace {

namespace fs = std::filesystem;
using inquiry::SignedAct;

constexpr Time kNow = Time::from_seconds(1'800'000'000);

std::string text(const std::optional<Time>& time) { return time ? std::to_string(time->us) : "-"; }

// What an office does in a day, as commands whose content is the same in every run.
class Story {
 public:
  Story() {
    const std::vector<SignedAct> a{act(first_), act(first_), act(first_, "after"), act(first_, "receipt", inquiry::Kind::PURGED)};
    const std::vector<SignedAct> b{act(second_, std::string(60'000, 'x')), act(second_)};
    add(commit(first_, {}, {a[0], a[1]}, [&](desk::Commit& commit) {
      commit.outbox = {make_outbox("invented-portal.demo", a[0]), make_outbox("invented-portal.demo", a[1])};
      commit.register_rows = {{{UnitId{}, law::FormKind::A, 2026, 7, "架空警刑一発第7号"}, first_, "ISSUED", "", kNow}};
      commit.books = {{"case", first_, "{\"a\":1}", "2026-例-7", kNow}};
      commit.idempotency = record("first");
    }));
    add(commit(second_, {}, {b[0]}, [&](desk::Commit& commit) {
      commit.outbox = {make_outbox("invented-portal.demo", b[0])};
      commit.idempotency = record("second");
    }));
    add([hash = a[0].hash, matter = first_](OfficeStore& store) -> Status { return store.outbox_done(TRY(outbox_seq(store, matter, hash)), kNow); });
    add([hash = a[1].hash, matter = first_](OfficeStore& store) -> Status {
      return store.outbox_failed(TRY(outbox_seq(store, matter, hash)), "PEER_UNAVAILABLE", kNow);
    });
    add([record = record("third")](OfficeStore& store) { return store.remember(record); });
    add(commit(first_, {a[0], a[1]}, {a[2]}, [](desk::Commit&) {}));
    add([this](OfficeStore& store) { return store.put_login({person_, "rei", "hash", 1, {}, "", {}}); });
    add(commit(first_, {a[0], a[1], a[2]}, {a[3]}, [&](desk::Commit& commit) { commit.purge_bodies = {a[0].hash, a[1].hash}; }));
    add(commit(second_, {b[0]}, {b[1]}, [](desk::Commit&) {}));
  }
  [[nodiscard]] std::size_t size() const { return steps_.size(); }
  [[nodiscard]] Status run(OfficeStore& store, std::size_t step) const { return steps_[step](store); }

  // Everything the commands wrote, as text, but the number of attempts.
  [[nodiscard]] Result<std::string> snapshot(const OfficeStore& store) const {
    std::string out;
    for (const MatterId& matter : {first_, second_}) {
      out += "matter\n";
      const auto acts = store.acts(matter);
      if (!acts && acts.error().code == Code::NOT_FOUND) continue;
      for (const SignedAct& act : TRY(acts)) out += act.hash.hex() + " " + (act.body ? crypto_free_digest(*act.body) : "purged") + "\n";
      out += json_of(TRY(store.projection(matter)));
      for (const desk::OutboxRow& row : TRY(store.outbox_of(matter)))
        out += "outbox " + row.act.hex() + " " + row.to.text() + " " + text(row.delivered) + " " + row.last_error + "\n";
    }
    for (const desk::RegisterRow& row : TRY(store.register_rows(UnitId{}, law::FormKind::A, 2026))) out += "register " + row.state + "\n";
    for (const desk::BookEntry& entry : TRY(store.book("case"))) out += "book " + entry.key + " " + entry.value + "\n";
    for (const char* key : {"first", "second", "third"})
      if (const auto found = TRY(store.idempotency(person_, key))) out += "answer " + std::string(key) + " " + found->response + "\n";
    if (const auto login = TRY(store.login_of(person_))) out += "login " + login->login + "\n";
    return out;
  }

 private:
  using Step = std::function<Status(OfficeStore&)>;
  void add(Step step) { steps_.push_back(std::move(step)); }

  static SignedAct act(const MatterId& matter, const std::string& text = "invented", inquiry::Kind kind = inquiry::Kind::DRAFTED) {
    return make_act(matter, {.kind = kind, .text = text});
  }
  Step commit(const MatterId& matter, const std::vector<SignedAct>& before, std::vector<SignedAct> acts,
              const std::function<void(desk::Commit&)>& more) {
    desk::Commit out;
    out.matter = matter;
    out.expected_acts = hashes_of(before);
    out.acts = std::move(acts);
    out.projection = make_projection(matter, {"歩 " + std::to_string(steps_.size())});
    more(out);
    return [out](OfficeStore& store) -> Status {
      TRY(store.commit(out));
      return {};
    };
  }
  [[nodiscard]] desk::IdempotencyRecord record(const std::string& key) const { return {person_, key, Sha256{}, 200, "answer to " + key, kNow}; }
  static Result<std::int64_t> outbox_seq(const OfficeStore& store, const MatterId& matter, const Sha256& act) {
    for (const desk::OutboxRow& row : TRY(store.outbox_of(matter)))
      if (row.act == act) return row.seq;
    return fail(Code::NOT_FOUND, "not in the outbox");
  }
  static std::string crypto_free_digest(const std::string& body) {
    return std::to_string(std::hash<std::string>{}(body)) + "/" + std::to_string(body.size());
  }
  static std::string json_of(const inquiry::Projection& projection) {
    std::string out = "projection";
    for (const std::string& word : projection.terms.words) out += " " + word;
    return out + "\n";
  }

  MatterId first_ = MatterId::random(), second_ = MatterId::random();
  PersonId person_ = PersonId::random();
  std::vector<Step> steps_;
};

// An empty office as a file, and the story played on copies of it.
struct Stage {
  Stage() {
    TestOffice office(engines);
    office.close();
    options = office.options();
    file.emplace(fs::path(options.url.substr(std::string_view("sqlite:").size())));
    file->keep();
  }
  [[nodiscard]] Result<std::shared_ptr<OfficeStore>> open() const { return std::shared_ptr<OfficeStore>(TRY(OfficeStore::open(options))); }
  [[nodiscard]] FaultStory<OfficeStore> played() const {
    FaultStory<OfficeStore> out{.file = *file, .open = [this] { return open(); }, .steps = {}, .snapshot = {}};
    for (std::size_t step = 0; step < story.size(); ++step) out.steps.push_back([this, step](OfficeStore& store) { return story.run(store, step); });
    out.snapshot = [this](OfficeStore& store) { return story.snapshot(store); };
    out.check = [](OfficeStore& store) { CHECK(store.purges_due().value() == 0); };
    return out;
  }

  Story story;
  TestStore engines{EngineKind::SQLITE};
  OfficeStore::Options options;
  std::optional<FaultFile> file;
};

TEST_CASE("a fault at any step of the disk: acknowledged commands stand, others are whole or absent, and repeating them works") {
  const Stage stage;
  stage.played().play_all(6);
}

TEST_CASE("a fault at any step of making a store: afterwards there is none, or a whole one") {
  const Stage stage;
  stage.played().make_all(9);
}

// Commits until it is told to stop, each repeated until it is acknowledged.
void commit_on(OfficeStore& store, const std::atomic<bool>& is_over, std::vector<MatterId>& acknowledged, std::atomic<int>& unexpected) {
  while (!is_over) {
    desk::Commit commit;
    commit.matter = MatterId::random();
    commit.acts = {make_act(commit.matter), make_act(commit.matter)};
    commit.projection = make_projection(commit.matter, {"停電"});
    commit.outbox = {make_outbox("invented-portal.demo", commit.acts[0]), make_outbox("invented-portal.demo", commit.acts[1])};
    while (!is_over) {
      const Result<desk::Stamp> done = store.commit(commit);
      if (done) {
        acknowledged.push_back(commit.matter);
        break;
      }
      if (done.error().code != Code::STORE_UNAVAILABLE) {
        ++unexpected;
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

TEST_CASE("PostgreSQL killed at random moments: nothing acknowledged is lost, and what is repeated is there once") {
  auto server = TestPostgres::start(true);
  if (!server && server.error().code == Code::NOT_FOUND) {
    MESSAGE("skipped: PostgreSQL absent");
    return;
  }
  REQUIRE(server);
  const fs::path folder = fs::temp_directory_path() / ("warifu-killed-" + MatterId::random().hex());
  OfficeStore::Options options;
  options.url = (*server)->url();
  options.schema = (*server)->fresh_schema();
  options.organisation = party::OrganisationId::parse("invented-police.demo").value();
  options.files_dir = (folder / "files").string();
  static_cast<void>(make_act(MatterId::random()));  // the signing key is made before there are threads
  auto store = OfficeStore::open(options).value();

  constexpr int kThreads = 4;
  std::atomic<bool> is_over = false;
  std::atomic<int> unexpected = 0;
  std::vector<std::vector<MatterId>> acknowledged(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : acknowledged) threads.emplace_back([&] { commit_on(*store, is_over, mine, unexpected); });
  std::mt19937 random(7);
  const int rounds = is_long_run() ? 40 : 4;
  for (int round = 0; round < rounds; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 300));
    (*server)->kill();
    REQUIRE((*server)->start_again());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  is_over = true;
  for (auto& thread : threads) thread.join();
  CHECK(unexpected == 0);

  store = nullptr;
  store = OfficeStore::open(options).value();
  std::size_t count = 0;
  for (const auto& mine : acknowledged)
    for (const MatterId& matter : mine) {
      ++count;
      CHECK(store->acts(matter).value().size() == 2);
    }
  CHECK(count > 20);
  const auto number = [&](std::string_view sql) {
    return store->engine().read([&](Database& database) { return one_value<std::int64_t>(database, sql); }).value();
  };
  CHECK(number("SELECT count(*) FROM act") == 2 * number("SELECT count(*) FROM matter"));
  CHECK(number("SELECT count(*) FROM act") == number("SELECT count(*) FROM outbox"));
  CHECK(number("SELECT count(*) FROM act") == number("SELECT count(*) FROM body"));
  CHECK(number("SELECT count(*) FROM matter") == number("SELECT count(DISTINCT matter) FROM act"));
  store = nullptr;
  fs::remove_all(folder);
}

}  // namespace
}  // namespace warifu::store

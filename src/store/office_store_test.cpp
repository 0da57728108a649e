#include "store/office_store.h"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <thread>

#include "base/limits.h"
#include "crypto/hash.h"
#include "note/test_authenticator.h"
#include "store/testing_office.h"

namespace warifu::store {
namespace {

using desk::Commit;

Sha256 digest(std::string_view text) { return crypto::sha256(text); }

TEST_CASE("acts come back as they were written, in order of arrival, also after reopening") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    CHECK(office->acts(matter).error().code == Code::NOT_FOUND);
    std::vector<inquiry::SignedAct> written;
    for (int i = 0; i < 5; ++i) {
      auto commit = next_commit(*office, matter, {.text = "本文 " + std::to_string(i)});
      written.push_back(commit.acts[0]);
      REQUIRE(office->commit(std::move(commit)));
    }
    office.reopen();
    const auto read = office->acts(matter).value();
    REQUIRE(read.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK(read[i].act == written[i].act);
      CHECK(read[i].note == written[i].note);
      CHECK(read[i].hash == written[i].hash);
      CHECK(read[i].body == written[i].body);
    }
    CHECK(office->check().has_value());
  });
}

TEST_CASE("a commit of many acts keeps their order, writes each once, and not the text of what it purges") {
  for_both_offices([](TestOffice& office) {
    for (const int count : {1, 7, 8, 9, 16, 21}) {
      const auto matter = MatterId::random();
      Commit commit;
      commit.matter = matter;
      for (int i = 0; i < count; ++i) commit.acts.push_back(make_act(matter, {.text = "本文 " + std::to_string(i)}));
      for (const auto& act : commit.acts) commit.outbox.push_back(make_outbox("portal.example", act));
      const std::vector<inquiry::SignedAct> written = commit.acts;
      commit.acts.insert(commit.acts.begin() + count / 2, commit.acts.front());  // named twice
      if (count > 1) commit.purge_bodies = {written[1].hash};
      const desk::Stamp stamp = office->commit(commit).value();
      CHECK(stamp.acts == count);
      const auto read = office->stamped_acts(matter).value();
      CHECK(read.stamp == stamp);
      REQUIRE(hashes_of(read.acts) == hashes_of(written));
      for (std::size_t i = 0; i < written.size(); ++i) CHECK(read.acts[i].body == (i == 1 ? std::optional<std::string>{} : written[i].body));
      CHECK(office->stamp(matter).value() == stamp);
    }
    CHECK(office.number("SELECT count(*) FROM outbox") == 1 + 7 + 8 + 9 + 16 + 21);
    CHECK(office.number("SELECT count(*) FROM body") == 1 + 6 + 7 + 8 + 15 + 20);
  });
}

TEST_CASE("what waits comes with the stamp of what is in, and with that of no acts when nothing is") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    CHECK(office->stamped_held(matter).value().acts.empty());
    CHECK(office->stamped_held(matter).value().stamp == desk::Stamp{});
    REQUIRE(office->commit(next_commit(*office, matter)));
    Commit waiting;
    waiting.matter = matter;
    waiting.acts = {make_act(matter)};
    waiting.held = true;
    REQUIRE(office->commit(waiting));
    const auto held = office->stamped_held(matter).value();
    REQUIRE(held.acts.size() == 1);
    CHECK(held.acts[0].hash == waiting.acts[0].hash);
    CHECK(held.stamp == office->stamp(matter).value());
    waiting.matter = MatterId::random();
    waiting.acts = {make_act(waiting.matter)};
    REQUIRE(office->commit(waiting));
    const auto alone = office->stamped_held(waiting.matter).value();
    CHECK(alone.acts.size() == 1);
    CHECK(alone.stamp.acts == 0);
  });
}

TEST_CASE("assertions of passkeys come back byte for byte, of acts and of held ones, and stay when the text is purged") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    const note::TestAuthenticator device({"https://desk.example", "desk.example"});
    const auto with_assertion = [&] {
      auto act = make_act(matter, {.person = PersonId::random()});
      act.assertions = {device.assertion(inquiry::person_signer(act.act.org, *act.act.person), act.note.text)};
      return act;
    };
    Commit commit;
    commit.matter = matter;
    commit.acts = {with_assertion()};
    REQUIRE(office->commit(commit));
    Commit waiting;
    waiting.matter = matter;
    waiting.acts = {with_assertion(), make_act(matter)};
    waiting.held = true;
    REQUIRE(office->commit(waiting));
    office.reopen();
    CHECK(office->acts(matter).value()[0].assertions == commit.acts[0].assertions);
    const auto held = office->held_acts(matter).value();
    REQUIRE(held.size() == 2);
    CHECK(held[0].assertions == waiting.acts[0].assertions);
    CHECK(held[1].assertions.empty());

    auto purge = next_commit(*office, matter);
    purge.purge_bodies = {commit.acts[0].hash};
    REQUIRE(office->commit(purge));
    const auto after = office->acts(matter).value();
    CHECK(!after[0].body);
    CHECK(after[0].assertions == commit.acts[0].assertions);
    CHECK(after[1].assertions.empty());

    REQUIRE(office->engine().write([](Database& database) -> Status {
      TRY(database.run("UPDATE act SET assertions = '[]' WHERE assertions IS NOT NULL"));
      return {};
    }));
    CHECK(office->acts(matter).error().code == Code::STORE_CORRUPT);
  });
}

TEST_CASE("an act without its body is kept without it") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    auto commit = next_commit(*office, matter);
    commit.acts[0].body.reset();
    REQUIRE(office->commit(std::move(commit)));
    CHECK(!office->acts(matter).value()[0].body);
  });
}

TEST_CASE("what was decided on another state is STALE and leaves nothing behind") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    const auto first = next_commit(*office, matter);
    REQUIRE(office->commit(first));
    Commit late;
    late.matter = matter;
    late.acts = {make_act(matter)};
    late.outbox = {make_outbox("invented-portal.demo", late.acts[0])};
    late.books = {{"case", MatterId::random(), "{}", "late", Time{1}}};
    const auto refused = office->commit(late);
    CHECK(refused.error().code == Code::STALE);
    CHECK(office->acts(matter).value().size() == 1);
    CHECK(office->outbox_of(matter).value().empty());
    CHECK(!office->book_entry_by_key("case", "late").value());
    late.expected_acts = hashes_of(first.acts);
    CHECK(office->commit(late).has_value());
    late.acts = {make_act(matter)};
    late.expected_acts = hashes_of({first.acts[0], make_act(matter)});
    CHECK(office->commit(late).error().code == Code::STALE);
  });
}

TEST_CASE("a repeated commit succeeds and changes nothing, also when others came after it") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    auto first = next_commit(*office, matter);
    first.outbox = {make_outbox("invented-portal.demo", first.acts[0])};
    first.books = {{"case", matter, "1", "number", Time{1}}};
    REQUIRE(office->commit(first));
    REQUIRE(office->commit(first));
    auto second = next_commit(*office, matter);
    second.books = {{"case", matter, "2", "number", Time{2}}};
    REQUIRE(office->commit(second));
    REQUIRE(office->commit(first));
    CHECK(office->acts(matter).value().size() == 2);
    CHECK(office->outbox_of(matter).value().size() == 1);
    CHECK(office->book_entry("case", matter).value()->value == "2");
    // One known and one new act: the new one counts.
    auto both = next_commit(*office, matter);
    both.acts.insert(both.acts.begin(), second.acts[0]);
    REQUIRE(office->commit(both));
    CHECK(office->acts(matter).value().size() == 3);
  });
}

TEST_CASE("an act's id is used once in its matter") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    const auto first = next_commit(*office, matter);
    REQUIRE(office->commit(first));
    auto second = next_commit(*office, matter);
    inquiry::Act act = second.acts[0].act;
    act.id = first.acts[0].act.id;
    second.acts[0] = inquiry::SignedAct::create(note::Note{act.text(), second.acts[0].note.signatures}.serialise(), second.acts[0].body).value();
    CHECK(office->commit(second).error().code == Code::CONFLICT);
  });
}

TEST_CASE("a matter holds as many acts as the limit says and not one more") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  const auto matter = MatterId::random();
  Commit commit;
  commit.matter = matter;
  for (std::size_t i = 0; i < limits::kActsPerMatterMax; ++i) commit.acts.push_back(make_act(matter));
  const auto hashes = hashes_of(commit.acts);
  REQUIRE(office->commit(std::move(commit)));
  CHECK(office->acts(matter).value().size() == limits::kActsPerMatterMax);
  Commit more;
  more.matter = matter;
  more.expected_acts = hashes;
  more.acts = {make_act(matter)};
  CHECK(office->commit(more).error().code == Code::TOO_MANY);
  more.held = true;
  CHECK(office->commit(more).error().code == Code::TOO_MANY);
}

TEST_CASE("held acts wait apart and leave when they are taken in") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    auto held = next_commit(*office, matter, {.text = "zu früh"});
    const auto act = held.acts[0];
    held.held = true;
    REQUIRE(office->commit(held));
    REQUIRE(office->commit(held));
    CHECK(office->acts(matter).error().code == Code::NOT_FOUND);
    REQUIRE(office->held_acts(matter).value().size() == 1);
    CHECK(office->held_acts(matter).value()[0].body == act.body);
    Commit both;
    both.matter = matter;
    both.acts = {make_act(matter), act};
    REQUIRE(office->commit(both));
    CHECK(office->held_acts(matter).value().empty());
    CHECK(office->acts(matter).value().size() == 2);
    // Known already: not held again.
    REQUIRE(office->commit(held));
    CHECK(office->held_acts(matter).value().empty());
  });
}

inquiry::Numbering numbering(const UnitId& office, int serial) {
  return {office, law::FormKind::A, 2026, serial, "架空警刑一発第" + std::to_string(serial) + "号"};
}

TEST_CASE("a serial belongs to one matter; its row can change, its owner cannot") {
  for_both_offices([](TestOffice& office) {
    const auto unit = UnitId::random();
    const auto mine = MatterId::random(), other = MatterId::random();
    CHECK(office->last_serial(unit, law::FormKind::A, 2026).value() == 0);
    auto commit = next_commit(*office, mine);
    commit.register_rows = {{numbering(unit, 1), mine, "ISSUED", "", Time{5}}};
    REQUIRE(office->commit(commit));
    auto thief = next_commit(*office, other);
    thief.register_rows = {{numbering(unit, 1), other, "ISSUED", "", Time{6}}};
    CHECK(office->commit(thief).error().code == Code::SERIAL_TAKEN);
    CHECK(office->acts(other).error().code == Code::NOT_FOUND);
    auto spoil = next_commit(*office, mine);
    spoil.register_rows = {{numbering(unit, 1), mine, "SPOILED", "書き損じ", Time{7}}, {numbering(unit, 2), mine, "ISSUED", "", Time{7}}};
    REQUIRE(office->commit(spoil));
    const auto rows = office->register_rows(unit, law::FormKind::A, 2026).value();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].state == "SPOILED");
    CHECK(rows[0].reason == "書き損じ");
    CHECK(rows[0].numbering == numbering(unit, 1));
    CHECK(rows[1].at == Time{7});
    CHECK(office->last_serial(unit, law::FormKind::A, 2026).value() == 2);
    CHECK(office->last_serial(unit, law::FormKind::B, 2026).value() == 0);
    CHECK(office->last_serial(unit, law::FormKind::A, 2025).value() == 0);
    CHECK(office->matter_by_number("架空警刑一発第1号").value() == mine);
    CHECK(!office->matter_by_number("架空警刑一発第3号").value());
    CHECK(!office->matter_by_number("").value());
  });
}

TEST_CASE("matters of one agency under one number are found by exactly that number") {
  for_both_offices([](TestOffice& office) {
    const auto agency = party::OrganisationId::parse("kakuu-police.example").value();
    const auto numbered = [&](std::string_view org, std::string number) {
      auto projection = make_projection(MatterId::random());
      projection.row.counterparty = party::OrganisationId::parse(org).value();
      projection.row.number = std::move(number);
      put_matter(*office, projection);
      return projection.row.matter;
    };
    const auto first = numbered("kakuu-police.example", "架空警刑一発第1号");
    const auto second = numbered("kakuu-police.example", "架空警刑一発第1号");
    const auto longer = numbered("kakuu-police.example", "架空警刑一発第1号の2");
    numbered("mihon-police.example", "架空警刑一発第1号");
    CHECK(office->matters_numbered(agency, "架空警刑一発第1号", 10).value() == std::vector{first, second});
    CHECK(office->matters_numbered(agency, "架空警刑一発第1号", 1).value() == std::vector{first});
    CHECK(office->matters_numbered(agency, "架空警刑一発第1号の2", 10).value() == std::vector{longer});
    CHECK(office->matters_numbered(agency, "架空警刑一発第", 10).value().empty());
  });
}

TEST_CASE("acts are found by where their hashes lie, in order, ends included") {
  for_both_offices([](TestOffice& office) {
    const auto one = MatterId::random(), other = MatterId::random();
    for (const auto& matter : {one, other, one}) REQUIRE(office->commit(next_commit(*office, matter)));
    std::map<Sha256, MatterId> expected;
    for (const auto& matter : {one, other}) {
      const auto acts = office->acts(matter);
      for (const auto& act : acts.value()) expected[act.hash] = matter;
    }
    Sha256 first, last;
    last.bytes.fill(0xff);
    const auto all = office->acts_between(first, last, 10).value();
    REQUIRE(all.size() == expected.size());
    std::size_t i = 0;
    for (const auto& [hash, matter] : expected) {
      CHECK(all[i].hash == hash);
      CHECK(all[i].matter == matter);
      const auto alone = office->acts_between(hash, hash, 10).value();
      REQUIRE(alone.size() == 1);
      CHECK(alone[0].matter == matter);
      ++i;
    }
    CHECK(office->acts_between(first, last, 2).value().size() == 2);
    CHECK(office->acts_between(last, first, 10).value().empty());
  });
}

TEST_CASE("registrars at the same time get serials without gap or repetition") {
  for_both_offices([](TestOffice& office) {
    const auto unit = UnitId::random();
    constexpr int kThreads = 6, kEach = 8;
    std::atomic<int> failed = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          const auto matter = MatterId::random();
          for (int attempt = 0;; ++attempt) {
            const int serial = office->last_serial(unit, law::FormKind::A, 2026).value() + 1;
            auto commit = next_commit(*office, matter);
            commit.register_rows = {{numbering(unit, serial), matter, "ISSUED", "", Time{1}}};
            const auto done = office->commit(commit);
            if (done) break;
            if (done.error().code != Code::SERIAL_TAKEN || attempt > 1000) {
              ++failed;
              break;
            }
          }
        }
      });
    for (auto& thread : threads) thread.join();
    CHECK(failed == 0);
    const auto rows = office->register_rows(unit, law::FormKind::A, 2026).value();
    REQUIRE(rows.size() == kThreads * kEach);
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].numbering.serial == static_cast<int>(i) + 1);
  });
}

TEST_CASE("books hold the present value of an entry, found by id and by a key that is unique") {
  for_both_offices([](TestOffice& office) {
    const auto put = [&](const MatterId& id, const std::string& key, const std::string& value) {
      auto commit = next_commit(*office, id, {.kind = inquiry::Kind::OFFICE_CHANGED});
      commit.books = {{"person", id, value, key, Time{9}}};
      return office->commit(commit);
    };
    const auto a = MatterId::random(), b = MatterId::random();
    REQUIRE(put(a, "hanako", "{\"v\":1}"));
    REQUIRE(put(a, "hanako", "{\"v\":2}"));
    CHECK(put(b, "hanako", "{}").error().code == Code::CONFLICT);
    CHECK(office->acts(b).error().code == Code::NOT_FOUND);
    REQUIRE(put(b, "", "{}"));
    REQUIRE(put(MatterId::random(), "", "{}"));
    REQUIRE(put(a, "reida", "{\"v\":3}"));
    REQUIRE(put(b, "hanako", "{\"v\":4}"));
    CHECK(office->book_entry_by_key("person", "hanako").value()->id == b);
    CHECK(office->book_entry("person", a).value()->value == "{\"v\":3}");
    CHECK(office->book_entry("person", a).value()->updated == Time{9});
    CHECK(!office->book_entry("unit", a).value());
    CHECK(!office->book_entry_by_key("person", "").value());
    CHECK(office->book("person").value().size() == 3);
    CHECK(office->book("person", 2).value().size() == 2);
    CHECK(office->book("unit").value().empty());
  });
}

TEST_CASE("the outbox keeps the order of each matter and waits after a failure") {
  for_both_offices([](TestOffice& office) {
    const auto a = MatterId::random(), b = MatterId::random();
    const auto far = party::OrganisationId::parse("invented-portal.demo").value();
    for (const auto& [matter, at] : std::vector<std::pair<MatterId, Time>>{{a, {10}}, {b, {11}}, {a, {12}}, {a, {500}}}) {
      auto commit = next_commit(*office, matter);
      commit.outbox = {make_outbox("invented-portal.demo", commit.acts[0], at)};
      REQUIRE(office->commit(commit));
    }
    const auto due = office->outbox_due(Time{100}, 10).value();
    REQUIRE(due.size() == 3);
    CHECK(due[0].matter == a);
    CHECK(due[1].matter == b);
    CHECK(due[2].matter == a);
    CHECK(due[0].seq < due[1].seq);
    CHECK(due[0].to == far);
    CHECK(office->outbox_due(Time{100}, 1).value().size() == 1);
    CHECK(office->outbox_due(Time{9}, 10).value().empty());
    REQUIRE(office->outbox_failed(due[0].seq, "PEER_UNAVAILABLE", Time{200}));
    REQUIRE(office->outbox_failed(due[0].seq, "TIMEOUT", Time{300}));
    const auto waiting = office->outbox_due(Time{250}, 10).value();  // the later act of `a` waits with the earlier one
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].matter == b);
    const auto again = office->outbox_due(Time{300}, 10).value();
    REQUIRE(again.size() == 3);
    CHECK(again[0].attempts == 2);
    CHECK(again[0].last_error == "TIMEOUT");
    for (const auto& row : again) REQUIRE(office->outbox_done(row.seq, Time{301}));
    REQUIRE(office->outbox_done(again[0].seq, Time{400}));
    REQUIRE(office->outbox_failed(again[0].seq, "IO", Time{1}));  // delivered is delivered
    CHECK(office->outbox_due(Time{400}, 10).value().empty());
    const auto all = office->outbox_of(a).value();
    REQUIRE(all.size() == 3);
    CHECK(all[0].delivered == Time{301});
    CHECK(all[0].last_error.empty());
    CHECK(!all[2].delivered);
    CHECK(office->outbox_done(999, Time{1}).error().code == Code::NOT_FOUND);
    CHECK(office->outbox_failed(999, "IO", Time{1}).error().code == Code::NOT_FOUND);
  });
}

TEST_CASE("a command's key is used once; its answer is found again for some days") {
  for_both_offices([](TestOffice& office) {
    const auto person = PersonId::random();
    const auto matter = MatterId::random();
    const desk::IdempotencyRecord record{person, "key-1", digest("request"), 201, "{\"id\":\"例\"}", Time::from_seconds(1000)};
    auto commit = next_commit(*office, matter);
    commit.idempotency = record;
    REQUIRE(office->commit(commit));
    const auto found = office->idempotency(person, "key-1").value();
    REQUIRE(found);
    CHECK(found->request == record.request);
    CHECK(found->status == 201);
    CHECK(found->response == record.response);
    CHECK(found->at == record.at);
    CHECK(!office->idempotency(PersonId::random(), "key-1").value());
    // The same command, decided twice at the same time, wrote another act: the second one is refused as a whole.
    const auto second = MatterId::random();
    auto twice = next_commit(*office, second);
    twice.idempotency = record;
    CHECK(office->commit(twice).error().code == Code::CONFLICT);
    CHECK(office->acts(second).error().code == Code::NOT_FOUND);

    REQUIRE(office->remember({person, "key-2", digest("other"), 409, "stale", Time::from_seconds(2000)}));
    REQUIRE(office->remember({person, "key-2", digest("other"), 409, "stale", Time::from_seconds(2001)}));
    CHECK(office->remember({person, "key-2", digest("different"), 200, "", Time::from_seconds(2002)}).error().code == Code::CONFLICT);
    CHECK(office->idempotency(person, "key-2").value()->response == "stale");
    const Time later = Time::from_seconds(1500) + days(limits::kIdempotencyDaysKept);
    REQUIRE(office->remember({person, "key-3", digest("later"), 200, "", later}));
    CHECK(!office->idempotency(person, "key-1").value());
    CHECK(office->idempotency(person, "key-2").value());
  });
}

TEST_CASE("logins, keys and sessions are kept and change as a whole") {
  for_both_offices([](TestOffice& office) {
    const auto person = PersonId::random(), other = PersonId::random();
    desk::LoginRow login{person, "hanako", "$argon2id$", 2, Time{5}, std::string(64, 'a'), Time{6}};
    REQUIRE(office->put_login(login));
    CHECK(office->put_login({other, "hanako", "", 0, {}, "", {}}).error().code == Code::CONFLICT);
    login.login = "reida";
    login.locked_until.reset();
    login.invitation.clear();
    login.invitation_until.reset();
    REQUIRE(office->put_login(login));
    CHECK(!office->login("hanako").value());
    const auto found = office->login("reida").value();
    REQUIRE(found);
    CHECK(found->person == person);
    CHECK(found->failures == 2);
    CHECK(!found->locked_until);
    CHECK(!found->invitation_until);
    CHECK(office->login_of(person).value()->login == "reida");
    CHECK(!office->login_of(other).value());

    REQUIRE(office->put_person_key({person, "vkey-b", "Gerät", Time{20}, Time{30}, false}));
    REQUIRE(office->put_person_key({person, "vkey-a", "device", Time{10}, Time{30}, false}));
    REQUIRE(office->put_person_key({person, "vkey-b", "Gerät", Time{20}, Time{25}, true}));
    const auto keys = office->person_keys(person).value();
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].vkey == "vkey-a");
    CHECK(keys[1].is_revoked);
    CHECK(keys[1].until == Time{25});
    CHECK(keys[1].credential.empty());
    REQUIRE(office->put_person_key({person, "vkey-c", "passkey", Time{40}, Time{40}, false, Bytes{0, 1, 255}}));
    REQUIRE(office->put_person_key({person, "vkey-c", "passkey", Time{40}, Time{50}, false, Bytes{0, 1, 255}}));
    CHECK(office->person_keys(person).value()[2].credential == Bytes{0, 1, 255});
    CHECK(office->person_keys(person).value()[2].until == Time{50});

    const Time now = Time::from_seconds(1'800'000'000);
    const auto token = digest("cookie");
    desk::SessionRow session{token, person, "csrf", false, "challenge", "approver", now, now, now + hours(8)};
    REQUIRE(office->put_session(session));
    session.is_complete = true;
    session.challenge.clear();
    session.last_seen = now + minutes(1);
    REQUIRE(office->put_session(session));
    CHECK(office->session(token).value()->is_complete);
    CHECK(office->session(token).value()->last_seen == now + minutes(1));
    CHECK(office->session(token).value()->role == "approver");
    REQUIRE(office->put_session({digest("second"), person, "", false, "", "", now, now, now + hours(9)}));
    REQUIRE(office->put_session({digest("third"), other, "", false, "", "", now, now, now + hours(9)}));
    REQUIRE(office->drop_session(token));
    CHECK(!office->session(token).value());
    REQUIRE(office->drop_sessions_of(person));
    CHECK(!office->session(digest("second")).value());
    CHECK(office->session(digest("third")).value());
    const Time long_after = now + days(3);
    REQUIRE(office->put_session({digest("fourth"), person, "", false, "", "", long_after, long_after, long_after + hours(1)}));
    CHECK(!office->session(digest("third")).value());
  });
}

TEST_CASE("the last view of each person and matter comes from the acts") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    const auto person = PersonId::random();
    CHECK(!office->last_view(matter, person).value());
    for (const std::int64_t at : {100, 300, 200}) {
      REQUIRE(office->commit(next_commit(*office, matter, {.kind = inquiry::Kind::VIEWED, .person = person, .at = Time{at}})));
      REQUIRE(office->commit(next_commit(*office, matter, {.person = person, .at = Time{900}})));
    }
    CHECK(office->last_view(matter, person).value() == Time{300});
    CHECK(!office->last_view(matter, PersonId::random()).value());
    CHECK(!office->last_view(MatterId::random(), person).value());
    REQUIRE(office->replace_projections([](const MatterId&) -> Result<std::optional<inquiry::Projection>> { return std::nullopt; }, false));
    CHECK(office->last_view(matter, person).value() == Time{300});
  });
}

TEST_CASE("a rebuild computes every projection again and changes nothing that is right") {
  for_both_offices([](TestOffice& office) {
    std::map<MatterId, inquiry::Projection> all;
    for (int i = 0; i < 250; ++i) {
      const auto matter = MatterId::random();
      all[matter] = make_projection(matter, {"事件" + std::to_string(i)}, {"TELEPHONE:+8190000000" + std::to_string(i)});
      put_matter(*office, all[matter]);
    }
    const auto entry = MatterId::random();
    REQUIRE(office->commit(next_commit(*office, entry, {.kind = inquiry::Kind::OFFICE_CHANGED})));
    std::vector<MatterId> seen;
    REQUIRE(office->each_matter([&](const MatterId& matter) -> Status {
      seen.push_back(matter);
      return {};
    }));
    CHECK(seen.size() == 251);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    CHECK(office->each_matter([](const MatterId&) -> Status { return fail(Code::CANCELLED, "enough"); }).error().code == Code::CANCELLED);

    const auto compute = [&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> {
      const auto found = all.find(matter);
      return found == all.end() ? std::nullopt : std::optional(found->second);
    };
    const auto terms = office.number("SELECT count(*) FROM term");
    CHECK(office->replace_projections(compute, true).value() == 0);
    CHECK(office->replace_projections(compute, false).value() == 0);
    CHECK(office.number("SELECT count(*) FROM term") == terms);
    for (const auto& [matter, projection] : all) CHECK(office->projection(matter).value() == projection);
    CHECK(office->projection(entry).error().code == Code::NOT_FOUND);

    // From nothing, it is all there again.
    REQUIRE(office->replace_projections([](const MatterId&) -> Result<std::optional<inquiry::Projection>> { return std::nullopt; }, false));
    CHECK(office.number("SELECT count(*) FROM term") == 0);
    CHECK(office->replace_projections(compute, false).value() == 250);
    CHECK(office->replace_projections(compute, true).value() == 0);
    CHECK(office.number("SELECT count(*) FROM term") == terms);

    // What is wrong is put right, and what has no acts goes.
    REQUIRE(office->engine().write([](Database& db) -> Status {
      TRY(db.run("UPDATE matter SET state = 'NONE'"));
      TRY(db.run("UPDATE matter_doc SET doc = '{}' WHERE id < 100"));
      TRY(db.run("DELETE FROM term WHERE id > 200"));
      TRY(db.run("UPDATE matter_words SET terms = $1 WHERE id > 200", ByteView{}));
      return {};
    }));
    const auto changed = seen[0] == entry ? seen[1] : seen[0];
    all[changed] = make_projection(changed, {"別の語"});
    REQUIRE(office->replace_projections(
        [&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> {
          auto out = TRY(compute(matter));
          if (out && matter != changed) out->row.items = 7;  // as if a newer program counted
          return out;
        },
        false));
    CHECK(office->find(query_of([](auto& q) { q.text = "別の語"; })).value().rows.size() == 1);
    CHECK(office->row(changed).value() == all[changed].row);
    CHECK(office->count(query_of([](auto& q) { q.states = {inquiry::State::DRAFT}; })).value() == 250);
  });
}

TEST_CASE("a rebuild finds and mends whatever differs from the acts, in each table that lists and searches read") {
  struct Damage {
    const char* sql;
    std::size_t counted;
  };
  // The second matter's words are its own.
  const Damage all_damage[] = {
      {"UPDATE matter SET state = 'NONE' WHERE id = 1", 1},
      {"UPDATE matter SET due_key = 5, number_key = 'x'", 3},
      {"UPDATE matter SET drafter = NULL WHERE id = 2", 1},
      {"UPDATE matter_doc SET doc = '{}' WHERE id = 3", 1},
      {"UPDATE matter_doc SET doc = (SELECT doc FROM matter_doc WHERE id = 1) WHERE id = 2", 1},
      {"UPDATE matter_words SET words = (SELECT words FROM matter_words WHERE id = 1) WHERE id = 2", 1},
      {"DELETE FROM matter_person WHERE id = 2", 1},
      {"UPDATE matter_person SET is_turn = 1 - is_turn WHERE id = 2", 1},
      {"DELETE FROM term WHERE id = 2", 1},                                                       // the index differs from what matters keep of it
      {"DELETE FROM term WHERE term = (SELECT min(term) FROM term WHERE id = 2) AND id = 2", 1},  //
      {"UPDATE term SET id = 3 WHERE term = (SELECT min(t.term) FROM term t WHERE t.id = 2 AND NOT EXISTS (SELECT 1 FROM term u WHERE u.term = "
       "t.term "
       "AND u.id = 3)) AND id = 2",
       1},                                                                                                // as many as before
      {"UPDATE matter_words SET terms = (SELECT terms FROM matter_words WHERE id = 1) WHERE id = 2", 2},  // and the matter
      {"INSERT INTO term (term, id) VALUES (42, 1)", 1},                                                  // would find what has no such word
      {"INSERT INTO term (term, id) VALUES (42, 999)", 1},                                                // nor a matter
      {"UPDATE last_view SET at_us = at_us + 1", 1},
      {"DELETE FROM last_view", 1},
  };
  for_both_offices([&](TestOffice& office) {
    std::map<MatterId, inquiry::Projection> all;
    const auto person = PersonId::random();
    for (const char* words : {"一つ目の事件", "別の話とその長い題", "三つ目の事件"}) {
      const auto matter = MatterId::random();
      all[matter] = make_projection(matter, {words}, {});
      all[matter].row.drafter = person;
      put_matter(*office, all[matter]);
      REQUIRE(office->commit(next_commit(*office, matter, {.kind = inquiry::Kind::VIEWED, .person = person, .at = Time{100}})));
    }
    REQUIRE(office->replace_projections([&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> { return all.at(matter); }, false));
    const auto rebuilt = [&](bool check_only) {
      return office
          ->replace_projections([&](const MatterId& matter) -> Result<std::optional<inquiry::Projection>> { return all.at(matter); }, check_only)
          .value();
    };
    const auto terms = office.number("SELECT count(*) FROM term");
    REQUIRE(terms > 20);
    for (const Damage& damage : all_damage) {
      CAPTURE(damage.sql);
      REQUIRE(rebuilt(true) == 0);
      REQUIRE(office->engine().write([&](Database& db) -> Status {
        if (TRY(db.run(damage.sql)) < 1) return fail(Code::INTERNAL, "nothing was damaged");
        return {};
      }));
      CHECK(rebuilt(true) == damage.counted);
      CHECK(rebuilt(true) == damage.counted);  // looking mends nothing
      CHECK(rebuilt(false) >= 1);
      CHECK(rebuilt(true) == 0);
      CHECK(office.number("SELECT count(*) FROM term") == terms);
      CHECK(office->find(query_of([](auto& q) { q.text = "長い題"; })).value().rows.size() == 1);
    }
  });
}

TEST_CASE("a rebuild does not overwrite what was committed while it computed") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    put_matter(*office, make_projection(matter, {"違う"}));  // so that there is something to replace
    int computed = 0;
    REQUIRE(office->replace_projections(
        [&](const MatterId& id) -> Result<std::optional<inquiry::Projection>> {
          const auto old = make_projection(id, {computed == 0 ? "古い" : "新しい"});
          if (computed++ == 0) put_matter(*office, make_projection(id, {"新しい"}));  // another act comes between
          return old;
        },
        false));
    CHECK(computed == 2);
    CHECK(office->projection(matter).value().terms.words == make_projection(matter, {"新しい"}).terms.words);
  });
}

TEST_CASE("a store opens for its owner only, and only from a URL it understands") {
  for_both_offices([](TestOffice& office) {
    office.close();
    auto options = office.options();
    options.organisation = party::OrganisationId::parse("another-police.demo").value();
    CHECK(OfficeStore::open(options).error().code == Code::CONFIG);
    options = office.options();
    options.side = party::Side::PROVIDER;
    CHECK(OfficeStore::open(options).error().code == Code::CONFIG);
    CHECK(OfficeStore::open(office.options()).has_value());
    for (const char* url : {"", "sqlite:", "mysql://example.com/x", "/var/lib/office.db"}) {
      options.url = url;
      CHECK(OfficeStore::open(options).error().code == Code::CONFIG);
    }
  });
}

}  // namespace
}  // namespace warifu::store

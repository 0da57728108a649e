#include "desk/notices.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "desk/test_office.h"

namespace warifu::desk {
namespace {

MatterId matter(std::uint8_t n) {
  MatterId id;
  id.bytes[0] = n;
  return id;
}

Waiting waiting(std::vector<MatterId> matters, int overdue = 0) {
  Waiting out;
  out.my_turn = static_cast<int>(matters.size());
  out.overdue = overdue;
  out.matters = std::move(matters);
  return out;
}

const Time kAfternoon = parse_rfc3339("2026-11-21T14:05:00+09:00").value();

TEST_CASE("new work is told once, and at most once in fifteen minutes") {
  Told told;
  CHECK(due_notice(told, waiting({matter(1)}), kAfternoon) == NoticeKind::NEW_WORK);
  notice_sent(told, NoticeKind::NEW_WORK, kAfternoon);
  CHECK_FALSE(due_notice(told, waiting({matter(1)}), kAfternoon + hours(3)));
  // One more within the quarter of an hour waits for its end.
  notice_sent(told, NoticeKind::NEW_WORK, kAfternoon);
  CHECK_FALSE(due_notice(told, waiting({matter(2), matter(1)}), kAfternoon + minutes(1)));
  CHECK_FALSE(due_notice(told, waiting({matter(2), matter(1)}), kAfternoon + minutes(15) - seconds(1)));
  CHECK(due_notice(told, waiting({matter(2), matter(1)}), kAfternoon + minutes(15)) == NoticeKind::NEW_WORK);
}

TEST_CASE("the same number of other matters is new work, and work that somebody did meanwhile is none") {
  Told told;
  (void)due_notice(told, waiting({matter(1)}), kAfternoon);
  notice_sent(told, NoticeKind::NEW_WORK, kAfternoon);
  CHECK(due_notice(told, waiting({matter(2)}), kAfternoon + hours(1)) == NoticeKind::NEW_WORK);
  CHECK_FALSE(due_notice(told, waiting({}), kAfternoon + hours(1)));
  CHECK_FALSE(told.has_new);
}

TEST_CASE("what is overdue is told once a day, not before eight in the morning of Japan") {
  Told told;
  const Time night = parse_rfc3339("2026-11-21T07:59:59+09:00").value();
  (void)due_notice(told, waiting({matter(1)}, 1), night);
  notice_sent(told, NoticeKind::NEW_WORK, night);
  CHECK_FALSE(due_notice(told, waiting({matter(1)}, 1), night));
  CHECK(due_notice(told, waiting({matter(1)}, 1), night + seconds(1)) == NoticeKind::OVERDUE);
  notice_sent(told, NoticeKind::OVERDUE, night + seconds(1));
  CHECK_FALSE(due_notice(told, waiting({matter(1)}, 1), night + hours(10)));
  CHECK(due_notice(told, waiting({matter(1)}, 1), night + hours(24) + seconds(1)) == NoticeKind::OVERDUE);
}

TEST_CASE("what falls due soon is told on the day of the reminder, once, and gives way to what is overdue") {
  Told told;
  Waiting soon = waiting({matter(1), matter(2)});
  (void)due_notice(told, soon, kAfternoon);
  notice_sent(told, NoticeKind::NEW_WORK, kAfternoon);
  soon.due_soon = 1;
  CHECK(due_notice(told, soon, kAfternoon + minutes(1)) == NoticeKind::DUE_SOON);
  const Notification notice = make_notice(NoticeKind::DUE_SOON, soon, "https://desk.example/");
  CHECK(notice.subject.find("due soon") != std::string::npos);
  CHECK(notice.body.find("期限の近いもの: 1 件") != std::string::npos);
  CHECK(notice.body.find("of these due soon: 1") != std::string::npos);
  notice_sent(told, NoticeKind::DUE_SOON, kAfternoon + minutes(1));
  CHECK_FALSE(due_notice(told, soon, kAfternoon + hours(2)));
  soon.overdue = 1;
  CHECK(due_notice(told, soon, kAfternoon + hours(24)) == NoticeKind::OVERDUE);
}

TEST_CASE("what may be purged is told once a week, and gives way to what is due") {
  Told told;
  Waiting ended = waiting({});
  ended.ended = 3;
  const Time night = parse_rfc3339("2026-11-21T07:59:59+09:00").value();
  CHECK_FALSE(due_notice(told, ended, night));
  CHECK(due_notice(told, ended, kAfternoon) == NoticeKind::RETENTION_ENDED);
  const Notification notice = make_notice(NoticeKind::RETENTION_ENDED, ended, "https://desk.example/");
  CHECK(notice.subject.find("retention") != std::string::npos);
  CHECK(notice.body.find("廃棄できるもの: 3 件") != std::string::npos);
  CHECK(notice.body.find("may be purged: 3") != std::string::npos);
  notice_sent(told, NoticeKind::RETENTION_ENDED, kAfternoon);
  for (int day = 0; day < 7; ++day) CHECK_FALSE(due_notice(told, ended, kAfternoon + hours(24 * day)));
  Waiting late = ended;
  late.late = 1;
  CHECK(due_notice(told, late, kAfternoon + hours(24)) == NoticeKind::OVERDUE);
  CHECK(due_notice(told, ended, kAfternoon + hours(24 * 7)) == NoticeKind::RETENTION_ENDED);
  CHECK(json::decode<Told>(json::encode(told)).value().last_ended == tokyo_date(kAfternoon));
}

TEST_CASE("the reminder counts what is due in as many days as the law data says, and nothing else") {
  TestWorld world;
  const MatterId dispatched = world.dispatched({world.item("ex-2001")});
  const Date due = world.provider().store().row(dispatched).value().due.value();
  const int before = world.provider().law().deadlines().reminder_before_days;
  const auto counted = [&](int days_left) {
    world.clock.set(tokyo_midnight(due.plus_days(-days_left)) + hours(12));
    int found = 0;
    const std::vector<party::Person> people = world.provider().people().value();
    for (const party::Person& person : people) found += waiting_for(world.provider(), person).value().due_soon;
    return found;
  };
  CHECK(counted(before + 1) == 0);
  CHECK(counted(before) > 0);
  CHECK(counted(before - 1) == 0);
}

TEST_CASE("a notice that could not be sent is tried after 1, 2, 4 … minutes, at most an hour") {
  Told told;
  Time now = kAfternoon;
  for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
    REQUIRE(due_notice(told, waiting({matter(1)}), now) == NoticeKind::NEW_WORK);
    notice_failed(told, now);
    CHECK_FALSE(due_notice(told, waiting({matter(1)}), now + minutes(pause) - seconds(1)));
    now = now + minutes(pause);
  }
  REQUIRE(due_notice(told, waiting({matter(1)}), now) == NoticeKind::NEW_WORK);
  notice_sent(told, NoticeKind::NEW_WORK, now);
  CHECK(told.failures == 0);
}

TEST_CASE("what was told survives a restart") {
  Told told;
  (void)due_notice(told, waiting({matter(1), matter(2)}, 1), kAfternoon);
  notice_sent(told, NoticeKind::OVERDUE, kAfternoon);
  Told read = json::decode<Told>(json::encode(told)).value();
  CHECK(read.known == told.known);
  CHECK(read.last_digest == tokyo_date(kAfternoon));
  CHECK_FALSE(due_notice(read, waiting({matter(1), matter(2)}, 1), kAfternoon + hours(1)));
}

TEST_CASE("a notice carries counts and the desk's address, in both languages, and nothing else") {
  const Notification notice = make_notice(NoticeKind::OVERDUE, waiting({matter(0xab), matter(0xcd)}, 1), "https://desk.example/");
  CHECK(notice.body.find("あなたの番の案件: 2 件") != std::string::npos);
  CHECK(notice.body.find("Waiting for you: 2") != std::string::npos);
  CHECK(notice.body.find("overdue: 1") != std::string::npos);
  CHECK(notice.body.find("https://desk.example/") != std::string::npos);
  CHECK(notice.body.find(matter(0xab).hex()) == std::string::npos);
  CHECK(notice.subject.find('\n') == std::string::npos);
}

TEST_CASE("the counts of a notice are those of the person's own desk") {
  TestWorld world;
  const MatterId dispatched = world.dispatched({world.item("ex-2001")});
  const std::vector<party::Person> people = world.provider().people().value();
  int told = 0;
  for (const party::Person& person : people) {
    const Waiting found = waiting_for(world.provider(), person).value();
    int mine = 0;
    for (const party::Role role : person.roles)
      if (const auto view = world.provider().desk({person.id, role})) mine += view->my_turn;
    CHECK(found.my_turn == mine);
    CHECK(static_cast<std::size_t>(found.my_turn) == found.matters.size());
    if (std::ranges::find(found.matters, dispatched) == found.matters.end()) continue;
    ++told;
    const Notification notice = make_notice(NoticeKind::NEW_WORK, found, "https://desk.example/");
    const inquiry::MatterRow row = world.provider().store().row(dispatched).value();
    for (const std::string& secret : {row.number, row.subject, row.counterparty.text(), person.name})
      CHECK((secret.empty() || (notice.subject + notice.body).find(secret) == std::string::npos));
  }
  CHECK(told > 0);
}

}  // namespace
}  // namespace warifu::desk

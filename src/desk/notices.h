#pragma once
// Notices by mail: "work waits for you", with counts and a link to the desk, and nothing of any content: no number, no name of a case, no
// selector, no name of the other side. Pure: when somebody is told, and in which words; who sends it and keeps the state is the node's matter.
//
// A person is told of new work at most once in fifteen minutes, and once a day, in the morning of Japan, of what is overdue and of what falls
// due in as many days as the law data says (`reminder_before_days`); once a week, and only when there is nothing more urgent, of what has been kept
// as long as it must be. A notice that could not be sent is tried again after 1, 2, 4 … minutes, at most
// an hour.

#include <boost/describe.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "desk/office.h"
#include "json/codec.h"

namespace warifu::desk {

// What waits for one person, over all roles that person holds.
struct Waiting {
  int my_turn = 0, overdue = 0, due_soon = 0;  // due_soon: the day of the reminder is today
  std::vector<MatterId> matters;               // whose turn it is; at most kMattersKnown, newest first
  // Overdue elsewhere, in this person's charge (investigator) or units (supervisor, approver), and a day to be told of it: the first after the
  // due day, and as often after it as the law data says.
  int late = 0;
  int ended = 0;  // retention has ended, and this person may purge
};

// What a person has been told; kept by the node, so that a restart tells nothing twice.
struct Told {
  static constexpr bool kDefaultsAllowed = true;
  std::vector<MatterId> known;  // waited for the person when last looked at
  bool has_new = false;         // something came since the last notice
  std::optional<Time> last_notice;
  std::optional<Date> last_digest;  // the day of the last digest of what is overdue or nearly so, or may be purged
  std::optional<Date> last_ended;   // the day of the last notice of any kind, since each tells what may be purged
  int failures = 0;
  std::optional<Time> next_try;
};

enum class NoticeKind { NEW_WORK, DUE_SOON, OVERDUE, RETENTION_ENDED };

struct Notification {
  NoticeKind kind = NoticeKind::NEW_WORK;
  std::string subject, body;
};

inline constexpr std::size_t kMattersKnown = 200;
inline constexpr Duration kNoticeEvery = minutes(15);
inline constexpr int kDigestHour = 8;  // in Japan
inline constexpr int kEndedEveryDays = 7;

// Counts over the roles of a person, the same as that person's desk shows.
[[nodiscard]] Result<Waiting> waiting_for(const Office& office, const party::Person& person);

// Takes in what waits now; the kind of notice that is due, if any.
[[nodiscard]] std::optional<NoticeKind> due_notice(Told& told, const Waiting& waiting, Time now);
void notice_sent(Told& told, NoticeKind kind, Time now);
void notice_failed(Told& told, Time now);

// `desk` is the address of the desk's page: "https://desk.example/".
[[nodiscard]] Notification make_notice(NoticeKind kind, const Waiting& waiting, const std::string& desk);

BOOST_DESCRIBE_STRUCT(Told, (), (known, has_new, last_notice, last_digest, last_ended, failures, next_try))

}  // namespace warifu::desk

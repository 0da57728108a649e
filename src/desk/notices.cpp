#include "desk/notices.h"

#include <algorithm>

#include "base/limits.h"
#include "law/deadlines.h"

namespace warifu::desk {

namespace {

constexpr int kBackoffMinutesMax = 60;
static_assert(kMattersKnown <= limits::kPageRowsMax);

std::string counted(std::size_t n) { return n > limits::kCountCap ? std::to_string(limits::kCountCap) + "+" : std::to_string(n); }

// The first day after the due day, then every so many; an oral inquiry without its instrument is told of daily.
bool is_told_today(const Office& office, const RowView& row) {
  const Date today = tokyo_date(office.now());
  return row.state == inquiry::State::ORAL || !row.due || row.due->plus_days(1) == today || law::reminder_due(office.law(), *row.due, today);
}

}  // namespace

Result<Waiting> waiting_for(const Office& office, const party::Person& person) {
  Waiting out;
  for (const party::Role role : person.roles) {
    if (role == party::Role::ADMIN || role == party::Role::NODE || role == party::Role::AUDITOR) continue;  // no matter waits for these
    MatterQuery query;
    query.turn_person = person.id;
    query.turn_role = role;
    query.is_open = true;
    query.limit = kMattersKnown;
    // Through the desk's own list: what this person may not see is neither counted nor told of. FORBIDDEN: a role without a unit, so far.
    const Result<ListView> found = office.list({person.id, role}, query);
    if (!found && found.error().code == Code::FORBIDDEN) continue;
    if (!found) return tl::unexpected<Error>(found.error());
    out.my_turn += found->count;
    for (const RowView& row : found->rows) {
      if (row.is_overdue)
        ++out.overdue;
      else if (row.due && law::reminder_due(office.law(), *row.due, tokyo_date(office.now())))
        ++out.due_soon;
      if (out.matters.size() < kMattersKnown) out.matters.push_back(row.matter);
    }
    const Result<DeskView> desk = office.desk({person.id, role});
    if (!desk && desk.error().code != Code::FORBIDDEN) return tl::unexpected<Error>(desk.error());
    if (!desk) continue;
    for (const RowView& row : desk->late)
      if (is_told_today(office, row)) ++out.late;
    if (desk->retention) out.ended += desk->retention->count;
  }
  return out;
}

std::optional<NoticeKind> due_notice(Told& told, const Waiting& waiting, Time now) {
  const std::set<MatterId> known(told.known.begin(), told.known.end());
  told.has_new = !waiting.matters.empty() &&
                 (told.has_new || std::ranges::any_of(waiting.matters, [&](const MatterId& matter) { return !known.contains(matter); }));
  told.known = waiting.matters;
  if (told.next_try && now < *told.next_try) return std::nullopt;
  const Date today = tokyo_date(now);
  if (tokyo_hour(now) >= kDigestHour && told.last_digest != today) {
    if (waiting.overdue > 0 || waiting.late > 0) return NoticeKind::OVERDUE;
    if (waiting.due_soon > 0) return NoticeKind::DUE_SOON;
    const bool is_time = !told.last_ended || told.last_ended->plus_days(kEndedEveryDays) <= today;
    if (waiting.ended > 0 && is_time) return NoticeKind::RETENTION_ENDED;
  }
  if (told.has_new && (!told.last_notice || now - *told.last_notice >= kNoticeEvery)) return NoticeKind::NEW_WORK;
  return std::nullopt;
}

void notice_sent(Told& told, NoticeKind kind, Time now) {
  // Every kind carries all counts: after either, the person knows.
  told.has_new = false;
  told.last_notice = now;
  told.last_ended = tokyo_date(now);
  if (kind != NoticeKind::NEW_WORK) told.last_digest = tokyo_date(now);
  told.failures = 0;
  told.next_try.reset();
}

void notice_failed(Told& told, Time now) {
  const int doublings = std::min(told.failures, 6);
  ++told.failures;
  told.next_try = now + minutes(std::min(kBackoffMinutesMax, 1 << doublings));
}

Notification make_notice(NoticeKind kind, const Waiting& waiting, const std::string& desk) {
  const std::string mine = counted(static_cast<std::size_t>(waiting.my_turn)), late = counted(static_cast<std::size_t>(waiting.overdue)),
                    soon = counted(static_cast<std::size_t>(waiting.due_soon)), late_elsewhere = counted(static_cast<std::size_t>(waiting.late)),
                    ended = counted(static_cast<std::size_t>(waiting.ended));
  Notification out;
  out.kind = kind;
  switch (kind) {
    case NoticeKind::NEW_WORK: out.subject = "[割符] あなたの番の案件があります / Work waits for you"; break;
    case NoticeKind::DUE_SOON: out.subject = "[割符] 期限の近い案件があります / Matters fall due soon"; break;
    case NoticeKind::OVERDUE: out.subject = "[割符] 期限を過ぎた案件があります / Matters are overdue"; break;
    case NoticeKind::RETENTION_ENDED: out.subject = "[割符] 保存期間が満了した案件があります / The retention of matters has ended"; break;
  }
  out.body = "あなたの番の案件: " + mine + " 件\nうち期限を過ぎたもの: " + late + " 件\nうち期限の近いもの: " + soon +
             " 件\n期限を過ぎて他の方の手元にあるもの: " + late_elsewhere + " 件\n保存期間が満了し、廃棄できるもの: " + ended +
             " 件\n\n受け持ちを開く:\n" + desk + "\n\nこのメールに内容は記載されません。返信は読まれません。\n\n----\n\nWaiting for you: " + mine +
             "\nof these overdue: " + late + "\nof these due soon: " + soon + "\nOverdue with somebody else: " + late_elsewhere +
             "\nRetention ended, may be purged: " + ended + "\n\nOpen your desk:\n" + desk +
             "\n\nThis mail carries no content. Replies are not read.\n";
  return out;
}

}  // namespace warifu::desk

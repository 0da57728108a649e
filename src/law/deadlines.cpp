#include "law/deadlines.h"

#include <algorithm>

namespace warifu::law {

namespace {

constexpr std::int64_t kSecondsPerDay = 24 * 60 * 60;

// Japan keeps no summer time, so that midnights lie whole days apart.
int days_between(Date from, Date to) { return static_cast<int>((tokyo_midnight(to) - tokyo_midnight(from)).us / (kSecondsPerDay * 1'000'000)); }

// A day kept "for n years" counts from the day after (55条1項), hence through the same day n years later.
Date kept_through(Date from, int years) { return plus_years(from, years); }

tl::unexpected<Error> beyond(Date min, Date max, std::string message) {
  return fail(Code::OUT_OF_RANGE, std::move(message), "/end", {{"min", min.iso()}, {"max", max.iso()}});
}

}  // namespace

Date plus_years(Date date, int years) {
  Date result{date.year + years, date.month, date.day};
  if (!result.is_valid()) result.day = 28;  // only 29 February can be missing
  return result;
}

Date due_date(const Catalogue& catalogue, Time issued, Urgency urgency) {
  const Deadlines& deadlines = catalogue.deadlines();
  return tokyo_date(issued).plus_days(urgency == Urgency::URGENT ? deadlines.due_days_urgent : deadlines.due_days_normal);
}

Time end_of_day(Date date) { return tokyo_midnight(date.plus_days(1)); }

bool is_overdue(Date due, Time now) { return now >= end_of_day(due); }

bool reminder_due(const Catalogue& catalogue, Date due, Date today) {
  const int late = days_between(due, today);
  if (late <= 0) return late == -catalogue.deadlines().reminder_before_days;
  return late % catalogue.deadlines().reminder_every_days == 0;
}

Date oral_follow_up_due(const Catalogue& catalogue, Time asked) { return tokyo_date(asked).plus_days(catalogue.deadlines().oral_follow_up_days); }

Time emergency_papers_due(const Catalogue& catalogue, Time disclosed) { return disclosed + hours(catalogue.deadlines().emergency_papers_hours); }

Date confidentiality_review_date(const Catalogue& catalogue, Time asked) {
  return tokyo_date(asked).plus_days(catalogue.deadlines().confidentiality_review_days);
}

Result<Date> warrant_valid_through(const Catalogue& catalogue, Instrument instrument, Date issued, std::optional<Date> set_by_judge) {
  const int valid_days = catalogue.instrument(instrument).limits.valid_days;
  if (valid_days == 0) return fail(Code::BAD_VALUE, "this instrument has no time for execution", "/instrument", {{"expected", "WSZ, EPO, EWR"}});
  if (!set_by_judge) return issued.plus_days(valid_days);
  if (*set_by_judge < issued) return fail(Code::PERIOD_REVERSED, "valid until before the day of issue", "/valid_through");
  return *set_by_judge;
}

bool warrant_is_valid(Date issued, Date valid_through, Time now) { return now >= tokyo_midnight(issued) && now < end_of_day(valid_through); }

Result<int> check_preservation(const Catalogue& catalogue, Date start, Date end) {
  if (end <= start) return fail(Code::PERIOD_REVERSED, "the end is not later than the start", "/end");
  const Date latest = start.plus_days(catalogue.instrument(Instrument::PRS).limits.days);
  if (end > latest) return beyond(start.plus_days(1), latest, "longer than a preservation request may last");
  return days_between(start, end);
}

Date extension_latest_end(const Catalogue& catalogue, Date start, Date old_end) {
  const InstrumentLimits& periods = catalogue.instrument(Instrument::PRX).limits;
  return std::min(old_end.plus_days(periods.days), start.plus_days(periods.total_days));
}

Result<int> check_extension(const Catalogue& catalogue, Date start, Date old_end, Date new_end) {
  if (old_end <= start || new_end <= old_end) return fail(Code::PERIOD_REVERSED, "an extension only moves the end later", "/end");
  const Date latest = extension_latest_end(catalogue, start, old_end);
  if (new_end > latest) return beyond(old_end.plus_days(1), latest, "longer than an extension may last");
  return days_between(start, new_end);
}

Date secrecy_latest_end(const Catalogue& catalogue, Date permitted) {
  return plus_years(permitted, catalogue.instrument(Instrument::SEC).limits.years);
}

Status check_secrecy(const Catalogue& catalogue, Date permitted, Date end) {
  if (end < permitted) return fail(Code::PERIOD_REVERSED, "the end is before the permission", "/end");
  const Date latest = secrecy_latest_end(catalogue, permitted);
  if (end > latest) return beyond(permitted, latest, "longer than a secrecy order may last");
  return {};
}

Date ledger_kept_through(const Catalogue& catalogue, Date closed) { return kept_through(closed, catalogue.retention().ledger_years); }
Date audit_kept_through(const Catalogue& catalogue, Date recorded) { return kept_through(recorded, catalogue.retention().audit_years); }
Date payload_kept_through(const Catalogue& catalogue, Date retrieved) {
  return retrieved.plus_days(catalogue.retention().payload_days_after_retrieval);
}

}  // namespace warifu::law

#pragma once
// Dates that follow from the law data: due dates, validity of warrants, caps of preservation and secrecy, ends of retention.
// Days are calendar days in Japan. The first day is not counted (刑事訴訟法55条1項) and years follow the calendar (55条2項). A last
// day is not moved past holidays (55条3項): the earlier end is the safe one for whoever is bound, a printed date prevails.

#include <optional>

#include "base/error.h"
#include "base/time.h"
#include "law/catalogue.h"

namespace warifu::law {

[[nodiscard]] Date due_date(const Catalogue& catalogue, Time issued, Urgency urgency);
// The instant after the last day, in Japan: from then on it is overdue or over.
[[nodiscard]] Time end_of_day(Date date);
[[nodiscard]] bool is_overdue(Date due, Time now);
// A reminder goes out once before the due date and then every n days after it.
[[nodiscard]] bool reminder_due(const Catalogue& catalogue, Date due, Date today);

[[nodiscard]] Date oral_follow_up_due(const Catalogue& catalogue, Time asked);
[[nodiscard]] Time emergency_papers_due(const Catalogue& catalogue, Time disclosed);
[[nodiscard]] Date confidentiality_review_date(const Catalogue& catalogue, Time asked);

// Last day on which a warrant may be executed: seven days unless the judge set a later (or, on the paper, an earlier) day.
// PERIOD_REVERSED when the judge's day lies before the issue; BAD_VALUE for an instrument without validity.
[[nodiscard]] Result<Date> warrant_valid_through(const Catalogue& catalogue, Instrument instrument, Date issued,
                                                 std::optional<Date> set_by_judge = std::nullopt);
[[nodiscard]] bool warrant_is_valid(Date issued, Date valid_through, Time now);

// Days from the start (not counted) to the end. OUT_OF_RANGE (args min, max as dates) beyond the cap, PERIOD_REVERSED when the end
// is not later than the start.
[[nodiscard]] Result<int> check_preservation(const Catalogue& catalogue, Date start, Date end);
// An extension only moves the end later: at most 30 days more, 60 in total. Gives the total in days.
[[nodiscard]] Result<int> check_extension(const Catalogue& catalogue, Date start, Date old_end, Date new_end);
// Latest end an extension could still ask for.
[[nodiscard]] Date extension_latest_end(const Catalogue& catalogue, Date start, Date old_end);

[[nodiscard]] Date secrecy_latest_end(const Catalogue& catalogue, Date permitted);
[[nodiscard]] Status check_secrecy(const Catalogue& catalogue, Date permitted, Date end);

// Last day of keeping; deletion may begin the day after.
[[nodiscard]] Date ledger_kept_through(const Catalogue& catalogue, Date closed);
[[nodiscard]] Date audit_kept_through(const Catalogue& catalogue, Date recorded);
[[nodiscard]] Date payload_kept_through(const Catalogue& catalogue, Date retrieved);

// The same day n years later; 29 February becomes the 28th in a common year (刑事訴訟法55条2項, 民法143条2項).
[[nodiscard]] Date plus_years(Date date, int years);

}  // namespace warifu::law

#pragma once
// Times, costs and outcomes of the inquiries that were dispatched in a period (M-A15), and the half-year table that can be published (M-A17).
// Rows of lists go in, one after the other, numbers come out: no selector, no name, no number of a case. The same rows in any order give the
// same figures. Days and months are those of Japan.

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "inquiry/projection.h"
#include "law/catalogue.h"
#include "report/period.h"

namespace warifu::report {

// The smallest value that at least `percent` of all values do not exceed (nearest rank): a time that really occurred, never a mean of two.
// The values are reordered; there is at least one. 1 ≤ percent ≤ 100.
[[nodiscard]] std::int64_t percentile(std::vector<std::int64_t>& values, int percent);

struct Times {  // in seconds
  int count = 0;
  std::optional<std::int64_t> median, p95;
  bool operator==(const Times&) const = default;
};

struct StateCount {
  inquiry::State state = inquiry::State::NONE;
  int inquiries = 0;
  bool operator==(const StateCount&) const = default;
};
struct PartyFigures {
  party::OrganisationId organisation;
  int inquiries = 0, items = 0, answered = 0, late = 0, minutes = 0, yen = 0;
  Times to_answer;
  bool operator==(const PartyFigures&) const = default;
};
struct CategoryFigures {  // an inquiry counts once in each category it asks for
  law::Category category = law::Category::K1;
  int inquiries = 0, needs_warrant = 0;
  bool operator==(const CategoryFigures&) const = default;
};
struct MonthFigures {
  std::string month;
  int inquiries = 0, items = 0, answered = 0, late = 0, minutes = 0, yen = 0;
  Times to_answer;
  bool operator==(const MonthFigures&) const = default;
};

struct Statistics {
  Date from, until;  // of dispatch, both days included
  int inquiries = 0, items = 0;
  int answered = 0;                // have an answer of whatever result
  int open = 0;                    // wait for one
  int overdue = 0;                 // of those, past their due day
  int late = 0;                    // were answered after their due day
  int needs_warrant = 0;           // ended so
  int needs_warrant_permille = 0;  // of the answered ones
  int minutes = 0, yen = 0;
  Times to_delivery, to_acceptance, to_answer;  // each from the first dispatch
  Times minutes_each;                           // minutes of work, of the answered ones
  std::vector<StateCount> by_state;             // what both sides agree on, in the order of the states; none that is zero
  std::vector<PartyFigures> by_party;           // most inquiries first
  std::vector<CategoryFigures> by_category;
  std::vector<MonthFigures> by_month;  // every month of the period, empty ones too
  bool operator==(const Statistics&) const = default;
};

class StatisticsFold {
 public:
  // `now` decides what is overdue.
  StatisticsFold(Date from, Date until, Time now);
  void add(const inquiry::MatterRow& row);
  [[nodiscard]] Statistics finish() const;

 private:
  struct Group {
    int inquiries = 0, items = 0, answered = 0, late = 0, minutes = 0, yen = 0;
    std::vector<std::int64_t> to_answer;
  };
  Date from_, until_;
  Time begin_, end_, now_;
  Statistics all_;
  std::vector<std::int64_t> to_delivery_, to_acceptance_, to_answer_, minutes_each_;
  std::map<inquiry::State, int> states_;
  std::map<party::OrganisationId, Group> parties_;
  std::map<law::Category, CategoryFigures> categories_;
  std::map<Month, Group> months_;
};

// ── the public table ──

struct PublicRow {
  std::string section, key, ja, en;
  std::string shown;  // "0", "1–9" or the count; a time in days
  bool operator==(const PublicRow&) const = default;
};
struct PublicTable {
  std::string period;  // 2026-H1
  Date from, until;
  bool is_final = false;  // the half-year is over and nothing of it is open
  std::vector<PublicRow> rows;
  bool operator==(const PublicTable&) const = default;
};

// Below ten a count could point at a single case: it is told as "1–9".
[[nodiscard]] std::string shown_count(int count);
[[nodiscard]] PublicTable public_table(const Statistics& statistics, const HalfYear& period, const law::Catalogue& law, Date today);

BOOST_DESCRIBE_STRUCT(Times, (), (count, median, p95))
BOOST_DESCRIBE_STRUCT(StateCount, (), (state, inquiries))
BOOST_DESCRIBE_STRUCT(PartyFigures, (), (organisation, inquiries, items, answered, late, minutes, yen, to_answer))
BOOST_DESCRIBE_STRUCT(CategoryFigures, (), (category, inquiries, needs_warrant))
BOOST_DESCRIBE_STRUCT(MonthFigures, (), (month, inquiries, items, answered, late, minutes, yen, to_answer))
BOOST_DESCRIBE_STRUCT(Statistics, (),
                      (from, until, inquiries, items, answered, open, overdue, late, needs_warrant, needs_warrant_permille, minutes, yen, to_delivery,
                       to_acceptance, to_answer, minutes_each, by_state, by_party, by_category, by_month))
BOOST_DESCRIBE_STRUCT(PublicRow, (), (section, key, ja, en, shown))
BOOST_DESCRIBE_STRUCT(PublicTable, (), (period, from, until, is_final, rows))

}  // namespace warifu::report

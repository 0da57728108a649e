#pragma once
// Lists of matters. Every filter of desk::MatterQuery becomes a condition, and the statement starts where least has to be read: how many rows a
// filter finds is counted first, up to a cap (counting an index is cheap). Few: they are gathered and sorted. Many: the matters are walked in the
// wanted order, from the place where the page before ended, until the page is full; several units are several walks, merged. In between, whichever
// is done first. Conditions hold either way; only the time differs. Walks, counts and comparing words are bounded, so that no list takes long; that
// there may be more is said. The order of SQLite's joins and its index are spelled out, so that plans do not depend on statistics; PostgreSQL plans
// by its own.

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "base/limits.h"
#include "desk/store_port.h"
#include "store/search_terms.h"
#include "store/sql_text.h"

namespace warifu::store {

struct Hit {
  std::int64_t id = 0;
  std::string key;  // of the order, as text
};

struct Counted {
  std::size_t count = 0;
  bool is_least = false;  // more would have had to be looked at
};

// How much is looked at for one page; what is cut off by it is said.
struct FindBounds {
  std::size_t few = limits::kQueryStartRows;             // a filter that finds fewer rows is taken as the start
  std::size_t count_effort = limits::kQueryCountRows;    // rows looked at for a count; what finds not more is gathered at once
  std::size_t compared_max = limits::kQueryComparedMax;  // matters whose words are compared
  std::size_t walked_max = 8'000;                        // rows looked at along the order
};

class MatterFinder {
 public:
  // Inside one snapshot of `database`.
  MatterFinder(Database& database, const TermHasher& hasher, FindBounds bounds = {}) : database_(database), hasher_(hasher), bounds_(bounds) {}

  [[nodiscard]] Result<desk::MatterPage> page(const desk::MatterQuery& query);
  [[nodiscard]] Result<std::size_t> count(const desk::MatterQuery& query);  // capped
  [[nodiscard]] Result<std::vector<std::int64_t>> every_id(const desk::MatterQuery& query);
  [[nodiscard]] Result<std::vector<inquiry::MatterRow>> rows(const std::vector<std::int64_t>& ids);  // those that are there, in this order

 private:
  struct Plan;
  struct Found {
    std::vector<Hit> hits;
    std::optional<Hit> last;  // looked at; nothing: there is no more
  };
  // How far one call may go: hits wanted, and rows looked at (0: all).
  struct Reach {
    std::size_t hits = 0, rows = 0;
  };

  Status want_own_plans();
  Result<Plan> plan(const desk::MatterQuery& query);
  Status choose_start(Plan& plan);
  Status gather(Plan& plan);
  Result<std::vector<Hit>> hits_of(const SqlText& sql, const Plan& plan);
  template <class F>
  auto in_order(const F& action) -> std::invoke_result_t<const F&>;
  Result<Found> candidates(const Plan& plan, const std::optional<Hit>& after, Reach reach);
  Result<Found> walked(const Plan& plan, const std::optional<Hit>& after, Reach reach);
  Result<std::vector<Hit>> verified(const Plan& plan, const std::vector<Hit>& found);
  // Compares words of a search, of at most the bound of matters, when bounded.
  Result<Found> compared(const Plan& plan, const std::optional<Hit>& after, std::size_t max, bool is_bounded);
  Result<Found> first_hits(Plan& plan, const std::optional<Hit>& after, std::size_t max);
  Result<Counted> count(const Plan& plan, bool is_bounded);

  Database& database_;
  const TermHasher& hasher_;
  FindBounds bounds_;
};

}  // namespace warifu::store

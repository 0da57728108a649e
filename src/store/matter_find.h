#pragma once
// Lists of matters. Every filter of desk::MatterQuery becomes a condition, and the statement starts where least has to be read: how many rows
// a filter finds is counted first, up to a cap (counting an index is cheap). Few: they are gathered and sorted. Many: the matters are walked in
// the wanted order, from the place where the page before ended, until the page is full. Conditions hold either way; only the time differs.
// Walking along, an index that begins with several of the filters is best. Counts and comparing words are bounded, so that no list takes long;
// that there may be more is said. The order of SQLite's joins and its index are spelled out, so that plans do not depend on statistics; PostgreSQL
// plans by its own.

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.h"
#include "desk/store_port.h"
#include "store/search_terms.h"

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
  std::size_t count_effort = limits::kQueryCountRows;    // rows looked at for a count
  std::size_t compared_max = limits::kQueryComparedMax;  // matters whose words are compared
};

class MatterFinder {
 public:
  // Inside one snapshot of `database`.
  MatterFinder(Database& database, const TermHasher& hasher, FindBounds bounds = {})
      : database_(database), hasher_(hasher), bounds_(bounds), few_(static_cast<std::int64_t>(bounds.few)) {}

  [[nodiscard]] Result<desk::MatterPage> page(const desk::MatterQuery& query);
  [[nodiscard]] Result<std::size_t> count(const desk::MatterQuery& query);  // capped
  [[nodiscard]] Result<std::vector<std::int64_t>> every_id(const desk::MatterQuery& query);
  [[nodiscard]] Result<std::vector<inquiry::MatterRow>> rows(const std::vector<std::int64_t>& ids);  // those that are there, in this order

 private:
  struct Plan;
  Result<Plan> plan(const desk::MatterQuery& query);
  Result<std::vector<Hit>> hits(const Plan& plan, const std::optional<Hit>& after, std::size_t max);
  Result<std::vector<Hit>> candidates(const Plan& plan, const std::optional<Hit>& after, std::size_t max);
  Result<std::vector<Hit>> verified(const Plan& plan, const std::vector<Hit>& found);
  Result<Counted> count(const Plan& plan, bool is_bounded);
  // Compares words of a search, of at most the bound of matters, when bounded.
  struct Compared {
    std::vector<Hit> hits;
    std::optional<Hit> last;  // compared; nothing: there is no more
  };
  Result<Compared> compared(const Plan& plan, const std::optional<Hit>& after, std::size_t max, bool is_bounded);
  Status choose_start(Plan& plan);

  Database& database_;
  const TermHasher& hasher_;
  FindBounds bounds_;
  std::int64_t few_;
};

}  // namespace warifu::store

#pragma once
// Computes what lists, searches and pages read once more, from the acts, and holds it against what stands in the tables: rows, columns, persons,
// words, the index of words, last views.

#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <vector>

#include "inquiry/projection.h"
#include "store/pool.h"
#include "store/search_terms.h"

namespace warifu::store {

class Rebuild {
 public:
  using Compute = std::function<Result<std::optional<inquiry::Projection>>(const MatterId&)>;

  // `compute` is called by several threads at once; nothing: the matter has no projection. With `check_only` nothing is written.
  Rebuild(Engine& engine, const TermHasher& hasher, Compute compute, bool check_only)
      : engine_(engine), hasher_(check_only ? hasher : hasher.complete()), compute_(std::move(compute)), check_only_(check_only) {}

  // To be called once for every matter that has acts.
  Status add(const MatterId& matter);
  // How many matters differed; an index of words that has other entries than the matters say counts as one more, and so do wrong last views.
  Result<std::size_t> finish();

 private:
  struct Computed;
  Status take_waiting();
  Status settle();
  Result<Computed> compute_one(const MatterId& matter);
  Result<std::vector<Computed>> compute_all();
  Result<std::vector<MatterId>> store_computed(Database& database, const std::vector<Computed>& computed);

  Engine& engine_;
  TermHasher hasher_;
  Compute compute_;
  bool check_only_;
  std::vector<MatterId> waiting_;
  std::future<Result<std::vector<MatterId>>> writing_;  // of the portion before, while the next one is computed
  std::size_t differing_ = 0;
  bool has_written_ = false, is_from_nothing_ = false;
};

}  // namespace warifu::store

#include "store/rebuild.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include "store/matter_row.h"
#include "store/office_commit.h"

namespace warifu::store {
namespace {

constexpr std::size_t kRebuiltAtOnce = 1024;
constexpr unsigned kRebuildersMax = 4;

Result<std::int64_t> newest_act(Database& database, const MatterId& matter) {
  return one_value<std::int64_t>(database, "SELECT coalesce(max(seq), 0) FROM act WHERE matter = $1", matter);
}

// Entries of the index, told from others by their number and a sum that does not depend on their order.
struct Entries {
  std::uint64_t count = 0, sum = 0;
  void add(std::int64_t term, std::int64_t id) {
    ++count;
    sum += mixed(static_cast<std::uint64_t>(term) + mixed(static_cast<std::uint64_t>(id)));
  }
  bool operator==(const Entries&) const = default;

 private:
  // Every bit of the value decides on every bit of the result (the finaliser of MurmurHash3).
  static std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdU;
    value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53U;
    return value ^ (value >> 33);
  }
};

Result<Entries> entries_there(Database& database) {
  constexpr std::int64_t kRowsAtOnce = 50'000;
  Entries out;
  std::int64_t term = std::numeric_limits<std::int64_t>::min(), id = term;
  for (std::int64_t rows = kRowsAtOnce; rows == kRowsAtOnce;) {
    Statement page = TRY(database.query("SELECT term, id FROM term WHERE (term, id) > ($1, $2) ORDER BY term, id LIMIT $3", term, id, kRowsAtOnce));
    for (rows = 0; TRY(page.step()); ++rows) {
      term = page.column_int64(0);
      id = page.column_int64(1);
      out.add(term, id);
    }
  }
  return out;
}

// Calls `action` (id, terms -> Status) with what every matter keeps of its own entries.
template <class F>
Status each_kept(Database& database, const F& action) {
  constexpr std::int64_t kMattersAtOnce = 2'000;
  std::int64_t last = 0;
  for (;;) {
    std::vector<std::pair<std::int64_t, Bytes>> kept;
    {
      Statement rows = TRY(database.query("SELECT id, terms FROM matter_words WHERE id > $1 ORDER BY id LIMIT $2", last, kMattersAtOnce));
      while (TRY(rows.step())) kept.emplace_back(rows.column_int64(0), TRY(rows.column<Bytes>(1)));
    }
    if (kept.empty()) return {};
    for (const auto& [id, packed] : kept) TRY(action(id, TRY(unpack_terms(packed))));
    last = kept.back().first;
  }
}

// Entries that no matter's words know of would find what is not there, and what has none would not be found.
Result<bool> are_terms_right(Database& database) {
  Entries kept;
  TRY(each_kept(database, [&](std::int64_t id, const std::vector<std::int64_t>& terms) -> Status {
    for (const std::int64_t term : terms) kept.add(term, id);
    return {};
  }));
  return kept == TRY(entries_there(database));
}

// The entries of one slice of all terms, from what every matter keeps of its own, in the order of the table: pages are written once, one after the
// other, instead of all over for every matter.
Status write_slice(Database& database, std::int64_t first, std::int64_t last) {
  constexpr std::size_t kRowsAtOnce = 100'000;
  TermRows rows;
  TRY(each_kept(database, [&](std::int64_t id, const std::vector<std::int64_t>& terms) -> Status {
    for (const std::int64_t term : terms)
      if (first <= term && term <= last) rows.push_back({term, id});
    return {};
  }));
  std::ranges::sort(rows);
  for (std::size_t at = 0; at < rows.size(); at += kRowsAtOnce) {
    const auto from = rows.begin() + static_cast<std::ptrdiff_t>(at);
    TRY(put_terms(database, TermRows(from, from + static_cast<std::ptrdiff_t>(std::min(kRowsAtOnce, rows.size() - at)))));
  }
  return {};
}

// The index once more. A slice is a transaction of its own, and small enough to be sorted in memory; what is interrupted is found by the next
// rebuild.
Status write_terms_anew(Engine& engine) {
  constexpr std::uint64_t kRowsOfSlice = 16'000'000, kAll = std::numeric_limits<std::uint64_t>::max();
  std::int64_t rows = 0;
  TRY(engine.write([&](Database& database) -> Status {
    TRY(database.run("DELETE FROM term"));
    rows = TRY(one_value<std::int64_t>(database, "SELECT CAST(coalesce(sum(length(terms) / 8), 0) AS BIGINT) FROM matter_words"));
    return {};
  }));
  // Terms are keyed hashes: equal slices hold about as many.
  const std::uint64_t slices = static_cast<std::uint64_t>(rows) / kRowsOfSlice + 1;
  const auto bound = [](std::uint64_t place) {
    return static_cast<std::int64_t>(place ^ (std::uint64_t{1} << 63));
  };  // in the order of signed numbers
  for (std::uint64_t slice = 0; slice < slices; ++slice) {
    const std::int64_t first = bound(slice * (kAll / slices)), last = bound(slice + 1 == slices ? kAll : (slice + 1) * (kAll / slices) - 1);
    TRY(engine.write([&](Database& database) { return write_slice(database, first, last); }));
  }
  return {};
}

Result<std::vector<MatterId>> orphans(Database& database) {
  Statement rows = TRY(database.query("SELECT m.matter FROM matter m WHERE NOT EXISTS (SELECT 1 FROM act a WHERE a.matter = m.matter)"));
  return all_rows<MatterId>(rows, [](const Statement& row) { return row.column<MatterId>(0); });
}

}  // namespace

struct Rebuild::Computed {
  MatterId matter;
  std::int64_t newest = 0;  // act it was computed from, or a later one
  std::optional<inquiry::Projection> projection;
  std::vector<std::int64_t> terms;
  Held held;
  bool is_as_it_was = false;
};

Status Rebuild::add(const MatterId& matter) {
  waiting_.push_back(matter);
  return waiting_.size() < kRebuiltAtOnce ? Status{} : take_waiting();
}

Result<std::size_t> Rebuild::finish() {
  while (!waiting_.empty() || writing_.valid()) {
    if (!waiting_.empty()) TRY(take_waiting());
    TRY(settle());
  }
  if (check_only_) {
    TRY(engine_.read([&](Database& database) -> Status {
      differing_ += TRY(orphans(database)).size();
      if (!TRY(are_terms_right(database))) ++differing_;
      if (!TRY(are_views_right(database))) ++differing_;
      return {};
    }));
    return differing_;
  }
  const bool has_terms = TRY(engine_.write([&](Database& database) -> Result<bool> {
    for (const auto& matter : TRY(orphans(database))) {
      TRY(drop_projection(database, matter));
      ++differing_;
    }
    if (!TRY(are_views_right(database))) {
      TRY(rebuild_views(database));
      ++differing_;
    }
    return !is_from_nothing_ && TRY(are_terms_right(database));
  }));
  if (!has_terms) {
    if (!is_from_nothing_) ++differing_;
    TRY(write_terms_anew(engine_));
  }
  TRY(engine_.write([](Database& database) { return TermHasher::mark_entered(database); }));
  return differing_;
}

Status Rebuild::take_waiting() {
  auto computed = std::make_shared<std::vector<Computed>>(TRY(compute_all()));
  waiting_.clear();
  std::erase_if(*computed, [](const Computed& one) { return one.is_as_it_was; });
  differing_ += computed->size();
  TRY(settle());
  if (check_only_ || computed->empty()) return {};
  // In a store without projections the index of words is written when all of them are there.
  if (!has_written_)
    is_from_nothing_ = TRY(engine_.read(
        [](Database& database) -> Result<bool> { return !TRY(first_row<std::int64_t>(database, "SELECT id FROM matter LIMIT 1")).has_value(); }));
  has_written_ = true;
  writing_ = std::async(std::launch::async,
                        [this, computed] { return engine_.write([&](Database& database) { return store_computed(database, *computed); }); });
  return {};
}

// What was written to meanwhile is looked at once more.
Status Rebuild::settle() {
  if (!writing_.valid()) return {};
  const std::vector<MatterId> again = TRY(writing_.get());
  differing_ -= again.size();
  waiting_.insert(waiting_.end(), again.begin(), again.end());
  return {};
}

Result<Rebuild::Computed> Rebuild::compute_one(const MatterId& matter) {
  Computed out;
  out.matter = matter;
  // In this order: what is written in between makes the projection newer than it is taken for, and it is computed again.
  out.newest = TRY(engine_.read([&](Database& database) { return newest_act(database, matter); }));
  out.projection = TRY(compute_(matter));
  const bool is_held = TRY(engine_.read([&](Database& database) -> Result<bool> {
    if (out.projection) {
      out.held = TRY(held(database, hasher_, matter, *out.projection));
      return out.held.row && out.held.terms;
    }
    return TRY(first_row<std::int64_t>(database, "SELECT id FROM matter WHERE matter = $1", matter)).has_value();
  }));
  out.is_as_it_was = out.projection ? is_held : !is_held;
  if (out.projection && !out.held.terms) out.terms = hasher_.terms_of(out.projection->terms);
  return out;
}

// By several threads: reading, folding and hashing take longer than writing.
Result<std::vector<Rebuild::Computed>> Rebuild::compute_all() {
  std::vector<Computed> out(waiting_.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<Error> first_error;
  const auto work = [&] {
    for (std::size_t i = next++; i < waiting_.size(); i = next++) {
      Result<Computed> one = compute_one(waiting_[i]);
      if (one) {
        out[i] = std::move(*one);
        continue;
      }
      next = waiting_.size();
      const std::scoped_lock lock(mutex);
      if (!first_error) first_error = std::move(one).error();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < std::clamp(std::thread::hardware_concurrency(), 1U, kRebuildersMax); ++i) threads.emplace_back(work);
    work();
  }
  if (first_error) return tl::unexpected<Error>(std::move(*first_error));
  return out;
}

// Those of matters that were written to meanwhile are given back: their newer projection is not overwritten by an older one.
Result<std::vector<MatterId>> Rebuild::store_computed(Database& database, const std::vector<Computed>& computed) {
  std::vector<MatterId> again;
  TermRows later;
  for (const Computed& one : computed) {
    if (TRY(newest_act(database, one.matter)) != one.newest) {
      again.push_back(one.matter);
    } else if (one.projection) {
      if (!one.held.terms) TRY(forget_terms(database, one.matter));
      TRY(put_projection(database, one.matter, *one.projection, [&] { return one.terms; }, later));
    } else {
      TRY(drop_projection(database, one.matter));
    }
  }
  if (!is_from_nothing_) TRY(put_terms(database, std::move(later)));
  return again;
}

}  // namespace warifu::store

#include "store/rebuild.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "store/matter_row.h"
#include "store/office_commit.h"

namespace warifu::store {
namespace {

constexpr std::size_t kRebuiltAtOnce = 256;
constexpr unsigned kRebuildersMax = 4;

Result<std::int64_t> newest_act(Database& database, const MatterId& matter) {
  return one_value<std::int64_t>(database, "SELECT coalesce(max(seq), 0) FROM act WHERE matter = $1", matter);
}

// Entries of the index that no matter's words know of would find what is not there.
Result<bool> has_stray_terms(Database& database) {
  return TRY(one_value<std::int64_t>(database, "SELECT count(*) FROM term")) !=
         TRY(one_value<std::int64_t>(database, "SELECT CAST(coalesce(sum(length(terms) / 8), 0) AS BIGINT) FROM matter_doc"));
}

// The index once more from what every matter keeps of its own entries.
Status write_terms_anew(Database& database) {
  constexpr std::size_t kRowsAtOnce = 100'000;
  TRY(database.run("DELETE FROM term"));
  TermRows rows;
  std::vector<std::pair<std::int64_t, Bytes>> all;
  {
    Statement docs = TRY(database.query("SELECT id, terms FROM matter_doc"));
    while (TRY(docs.step())) all.emplace_back(docs.column_int64(0), TRY(docs.column<Bytes>(1)));
  }
  for (const auto& [id, packed] : all) {
    for (const std::int64_t term : TRY(unpack_terms(packed))) rows.push_back({term, id});
    if (rows.size() < kRowsAtOnce) continue;
    TRY(put_terms(database, std::move(rows)));
    rows.clear();
  }
  return put_terms(database, std::move(rows));
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
  TRY(take_waiting());
  if (check_only_) {
    TRY(engine_.read([&](Database& database) -> Status {
      differing_ += TRY(orphans(database)).size();
      if (TRY(has_stray_terms(database))) ++differing_;
      if (!TRY(are_views_right(database))) ++differing_;
      return {};
    }));
    return differing_;
  }
  TRY(engine_.write([&](Database& database) -> Status {
    for (const auto& matter : TRY(orphans(database))) {
      TRY(drop_projection(database, matter));
      ++differing_;
    }
    if (TRY(has_stray_terms(database))) {
      TRY(write_terms_anew(database));
      ++differing_;
    }
    if (TRY(are_views_right(database))) return {};
    ++differing_;
    return rebuild_views(database);
  }));
  return differing_;
}

Status Rebuild::take_waiting() {
  while (!waiting_.empty()) {
    std::vector<Computed> computed = TRY(compute_all());
    waiting_.clear();
    std::erase_if(computed, [](const Computed& one) { return one.is_as_it_was; });
    differing_ += computed.size();
    if (check_only_ || computed.empty()) continue;
    waiting_ = TRY(engine_.write([&](Database& database) { return store_computed(database, computed); }));
    differing_ -= waiting_.size();  // they are looked at once more
  }
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
  TRY(put_terms(database, std::move(later)));
  return again;
}

}  // namespace warifu::store

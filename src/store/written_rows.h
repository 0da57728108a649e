#pragma once
// What this store itself last wrote of a matter's projection, so that the next commit on the matter writes what differs without reading first what
// stands in the tables. Nothing is taken from here but under the stamp (desk::Stamp) that the transaction has just read: another act, whoever
// wrote it, or another key of the matter, and the tables are read. decision 0030.

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "desk/store_port.h"

namespace warifu::store {

struct WrittenRow {
  std::int64_t id = 0;  // in the table matter
  inquiry::MatterRow row;
  Sha256 words;  // words_digest() of its search terms
};

// Of the strings, their order and their lengths. Only to tell whether they are the same.
[[nodiscard]] Sha256 words_digest(const inquiry::SearchTerms& terms);

// Bounded in matters, the least recently used goes first. Safe to use from many threads: the writer begins, whoever gave the commit keeps.
class WrittenRows {
 public:
  static constexpr std::size_t kMattersMax = 2048;

  struct Begun {
    std::uint64_t order = 0;  // of this commit among all that write projections
    std::shared_ptr<const WrittenRow> before;
  };
  // In the writer's transaction, before the projection of the matter is written: from here on nothing is known of it, until keep() was called with
  // the order of the last who began. `before` is what stands in the tables, if that is known.
  [[nodiscard]] Begun begin(const MatterId& matter, const desk::Stamp& stamp);
  // After the commit is durable. Ignored when somebody began later.
  void keep(const MatterId& matter, const desk::Stamp& stamp, std::uint64_t order, WrittenRow row);
  // Of no matter anything is known.
  void clear();

 private:
  struct Entry {
    MatterId matter;
    std::uint64_t order = 0;  // of the last who began
    desk::Stamp stamp;
    std::shared_ptr<const WrittenRow> row;  // nothing: begun, and not kept yet
  };
  using Entries = std::list<Entry>;  // the most recently used first
  Entry& entry_of(const MatterId& matter);

  std::mutex mutex_;
  std::uint64_t last_order_ = 0;
  Entries entries_;
  std::unordered_map<MatterId, Entries::iterator> index_;
};

}  // namespace warifu::store

#include "store/written_rows.h"

#include "crypto/hash.h"

namespace warifu::store {

Sha256 words_digest(const inquiry::SearchTerms& terms) {
  crypto::Sha256Stream digest;
  for (const auto* texts : {&terms.selectors, &terms.words}) {
    digest.update(std::to_string(texts->size()) + "\n");
    for (const std::string& text : *texts) digest.update(std::to_string(text.size()) + "\n").update(text);
  }
  return digest.finish();
}

WrittenRows::Entry& WrittenRows::entry_of(const MatterId& matter) {
  if (const auto found = index_.find(matter); found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }
  entries_.push_front({matter, 0, {}, nullptr});
  index_.emplace(matter, entries_.begin());
  while (entries_.size() > kMattersMax) {
    index_.erase(entries_.back().matter);
    entries_.pop_back();
  }
  return entries_.front();
}

WrittenRows::Begun WrittenRows::begin(const MatterId& matter, const desk::Stamp& stamp) {
  const std::scoped_lock lock(mutex_);
  Entry& entry = entry_of(matter);
  Begun out{++last_order_, entry.row && entry.stamp == stamp ? entry.row : nullptr};
  entry.order = out.order;
  entry.row = nullptr;
  return out;
}

void WrittenRows::keep(const MatterId& matter, const desk::Stamp& stamp, std::uint64_t order, WrittenRow row) {
  auto kept = std::make_shared<const WrittenRow>(std::move(row));
  const std::scoped_lock lock(mutex_);
  // What went out of the list since may have been begun once more and gone again: only what is still there is known to be the last.
  const auto found = index_.find(matter);
  if (found == index_.end() || found->second->order != order) return;
  found->second->stamp = stamp;
  found->second->row = std::move(kept);
}

void WrittenRows::clear() {
  const std::scoped_lock lock(mutex_);
  index_.clear();
  entries_.clear();
}

}  // namespace warifu::store

#include "desk/loaded.h"

#include <algorithm>

#include "base/sensitive.h"
#include "inquiry/fold_legal.h"

namespace warifu::desk {

namespace {

// About what a matter takes: each text stands in the act, and once more in what the fold reads of it.
std::size_t size_of(const Loaded& loaded) {
  std::size_t bytes = sizeof(Loaded);
  for (const SignedAct& act : loaded.acts) {
    bytes += sizeof(SignedAct) + sizeof(inquiry::FoldInput) + act.note.text.size() + 2 * (act.body ? act.body->size() : 0);
    constexpr std::size_t kSignatureLine = 256, kEffect = 128;
    bytes += act.note.signatures.size() * kSignatureLine + kEffect;
    for (const note::Assertion& assertion : act.assertions)
      bytes += assertion.authenticator_data.size() + assertion.client_data.size() + assertion.signature.size();
  }
  if (loaded.texts)
    for (const auto* texts : {&loaded.texts->terms.words, &loaded.texts->terms.selectors})
      for (const std::string& text : *texts) bytes += sizeof(std::string) + text.capacity();
  return bytes;
}

// Gone from memory when nobody uses it any more.
struct Kept {
  Loaded loaded;
  explicit Kept(Loaded&& from) : loaded(std::move(from)) {}
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() {
    for (SignedAct& act : loaded.acts)
      if (act.body) wipe(act.body->data(), act.body->size());
    if (!loaded.texts) return;
    for (auto* texts : {&loaded.texts->terms.words, &loaded.texts->terms.selectors})
      for (std::string& text : *texts) wipe(text.data(), text.size());
  }
};

}  // namespace

void Loaded::add(SignedAct act) {
  // Only a record of erasure speaks of other acts, and only of those whose text is gone: see fold_inputs().
  inquiry::FoldInput input = inquiry::fold_input(act);
  if (input.facts && act.act.kind != inquiry::Kind::TEXT_ERASED) {
    inputs.push_back(std::move(input));
    acts.push_back(std::move(act));
  } else {
    acts.push_back(std::move(act));
    inputs = inquiry::fold_inputs(acts);
  }
  state = inquiry::fold(inputs);
  stamp.reset();
}

Status Loaded::add_legal(SignedAct act) {
  state = TRY(inquiry::add_legal(state, inputs, inquiry::fold_input(act)));
  acts.push_back(std::move(act));
  stamp.reset();
  return {};
}

const SignedAct* Loaded::find(const Sha256& hash) const {
  const auto found = std::ranges::find(acts, hash, &SignedAct::hash);
  return found == acts.end() ? nullptr : &*found;
}

const SignedAct* Loaded::last_of(inquiry::Kind kind) const {
  for (auto hash = state.order.rbegin(); hash != state.order.rend(); ++hash)
    if (const SignedAct* act = find(*hash); act != nullptr && act->act.kind == kind && state.effects.at(*hash).effect == inquiry::Effect::APPLIED)
      return act;
  return nullptr;
}

Basis basis_of(const Loaded& loaded) {
  Basis basis{{}, loaded.stamp};
  basis.acts.reserve(loaded.acts.size());
  for (const SignedAct& act : loaded.acts) basis.acts.push_back(act.hash);
  std::ranges::sort(basis.acts);
  return basis;
}

Loaded folded(const MatterId& matter, StampedActs acts) {
  Loaded loaded;
  loaded.matter = matter;
  loaded.acts = std::move(acts.acts);
  loaded.inputs = inquiry::fold_inputs(loaded.acts);
  loaded.state = inquiry::fold(loaded.inputs);
  loaded.stamp = acts.stamp;
  return loaded;
}

std::shared_ptr<const Loaded> kept(Loaded loaded) {
  auto kept = std::make_shared<Kept>(std::move(loaded));
  return {kept, &kept->loaded};
}

bool MatterCache::may_have(const MatterId& matter) const {
  const std::scoped_lock lock(mutex_);
  const auto found = index_.find(matter);
  return found != index_.end() && found->second->loaded != nullptr;
}

std::shared_ptr<const Loaded> MatterCache::find(const MatterId& matter, const Stamp& stamp) {
  const std::scoped_lock lock(mutex_);
  const auto found = index_.find(matter);
  if (found == index_.end() || !found->second->loaded) return nullptr;
  if (found->second->stamp != stamp) {
    // Newer than the stamp that was read a moment ago: somebody has just written, and this stays.
    if (found->second->stamp.acts <= stamp.acts) drop(found->second);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->loaded;
}

std::shared_ptr<const Loaded> MatterCache::last_seen(const MatterId& matter) {
  const std::scoped_lock lock(mutex_);
  const auto found = index_.find(matter);
  if (found == index_.end() || !found->second->loaded) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->loaded;
}

Loaded MatterCache::take(std::shared_ptr<const Loaded> from) {
  const std::shared_ptr<const Loaded> loaded = std::move(from);
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = index_.find(loaded->matter); found != index_.end() && found->second->loaded == loaded) drop(found->second);
  }
  if (loaded.use_count() != 1) return *loaded;
  // Nobody can get at it any more. To let go of one more copy is what makes all that others read stand before this: the count itself is only looked
  // at.
  std::shared_ptr<const Loaded>(loaded).reset();
  return std::move(const_cast<Loaded&>(*loaded));  // NOLINT(cppcoreguidelines-pro-type-const-cast): made by kept(), not const there
}

void MatterCache::put(std::shared_ptr<const Loaded> loaded) {
  CHECK_THAT(loaded->stamp.has_value());
  const std::size_t bytes = size_of(*loaded);
  const std::scoped_lock lock(mutex_);
  if (const auto found = index_.find(loaded->matter); found != index_.end()) {
    const Stamp& known = found->second->stamp;
    if (known.acts > loaded->stamp->acts || (known.acts == loaded->stamp->acts && known != *loaded->stamp)) return;
    drop(found->second);
  }
  if (bytes > bytes_max_) return;
  insert({loaded->matter, *loaded->stamp, std::move(loaded), bytes});
}

void MatterCache::forget(const MatterId& matter, const Stamp& since) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = index_.find(matter); found != index_.end()) {
    if (found->second->stamp.acts > since.acts) return;  // read after this purge
    drop(found->second);
  }
  insert({matter, since, nullptr, 0});
}

std::size_t MatterCache::bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

void MatterCache::drop(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  index_.erase(entry->matter);
  entries_.erase(entry);
}

void MatterCache::insert(Entry entry) {
  bytes_ += entry.bytes;
  const MatterId matter = entry.matter;
  entries_.push_front(std::move(entry));
  index_.emplace(matter, entries_.begin());
  while (bytes_ > bytes_max_ || entries_.size() > kMattersMax) drop(std::prev(entries_.end()));
}

}  // namespace warifu::desk

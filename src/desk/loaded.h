#pragma once
// A matter with everything decided on, and the matters kept in memory from one command to the next. Internal to the room.

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "desk/store_port.h"
#include "inquiry/fold.h"
#include "inquiry/projection_step.h"

namespace warifu::desk {

struct Loaded {
  MatterId matter;
  std::vector<SignedAct> acts;
  std::vector<inquiry::FoldInput> inputs;
  inquiry::MatterState state;
  std::optional<Stamp> stamp;               // of `acts` as the store had them; nothing once an act was added that it has not
  std::optional<inquiry::TextsRead> texts;  // of the last projection, for the next

  void add(SignedAct act);
  // What the fold's own verdict gave is kept: TRY(loaded.add_legal(act)) is check and add in one fold.
  [[nodiscard]] Status add_legal(SignedAct act);
  [[nodiscard]] const SignedAct* find(const Sha256& hash) const;
  [[nodiscard]] const SignedAct* last_of(inquiry::Kind kind) const;
};

// What a commit is decided on.
struct Basis {
  std::vector<Sha256> acts;  // sorted
  std::optional<Stamp> stamp;
};
[[nodiscard]] Basis basis_of(const Loaded& loaded);

// The acts in their order, folded.
[[nodiscard]] Loaded folded(const MatterId& matter, StampedActs acts);
// For many to read; the bodies are overwritten when the last one lets go.
[[nodiscard]] std::shared_ptr<const Loaded> kept(Loaded loaded);

// Matters as the store was last seen to have them, so that who goes on with one need not read, parse and fold it again. What is shown, or refused,
// rests on a stamp that the caller has just read from the store: what another writer did meanwhile is never overlooked. Only who commits, which
// compares the stamp, may decide on what is here without asking. Nothing that is not committed is kept. What was purged is forgotten with its bytes,
// and an older reading that comes late does not bring it back. Bounded in bytes, the least recently used goes first, its bodies overwritten.
class MatterCache {
 public:
  static constexpr std::size_t kBytesMax = 32 * 1024 * 1024;
  static constexpr std::size_t kMattersMax = 4096;  // those among them of which only a purge is remembered
  explicit MatterCache(std::size_t bytes_max = kBytesMax) : bytes_max_(bytes_max) {}

  // Whether asking for the stamp may be worth it.
  [[nodiscard]] bool may_have(const MatterId& matter) const;
  // Nothing when it is not kept under this very stamp; what is kept under another one is dropped.
  [[nodiscard]] std::shared_ptr<const Loaded> find(const MatterId& matter, const Stamp& stamp);
  // As it was last seen, which may be of the past; nothing when it is not kept.
  [[nodiscard]] std::shared_ptr<const Loaded> last_seen(const MatterId& matter);
  // To be written on: out of the cache and without copying when nobody else reads it at this moment, a copy otherwise.
  [[nodiscard]] Loaded take(std::shared_ptr<const Loaded> from);
  // Kept under `loaded.stamp`, which must be there. Does nothing when something newer is known.
  void put(std::shared_ptr<const Loaded> loaded);
  // Of this matter nothing from before this stamp is kept or will be.
  void forget(const MatterId& matter, const Stamp& since);
  [[nodiscard]] std::size_t bytes() const;  // about as many; what is still in use elsewhere not counted

 private:
  struct Entry {
    MatterId matter;
    Stamp stamp;
    std::shared_ptr<const Loaded> loaded;  // nothing: only known to be no older
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;  // the most recently used first
  void drop(Entries::iterator entry);
  void insert(Entry entry);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<MatterId, Entries::iterator> index_;
  std::size_t bytes_ = 0;
};

}  // namespace warifu::desk

#pragma once
// The replica of the directory: the log of keys is replayed whole, up to a checkpoint that the witness has verified; every entry is checked as it
// is taken in (store::DirectoryStore::follow), documents besides. What stands in the log about this organisation and was not handed in here is an
// alarm: somebody else made a key for it.

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "desk/mailbox.h"
#include "exchange/network.h"
#include "member/daily_budget.h"
#include "member/quorum.h"
#include "member/witness.h"
#include "store/directory_store.h"

namespace warifu::member {

inline constexpr std::size_t kBadDocumentsDailyMax = 100;  // each an incident of its own
inline constexpr std::size_t kBadEntriesDailyMax = 100;    // of the log of keys, likewise
inline constexpr std::size_t kBadEntriesDailyBytes = 16 * 1024 * 1024;

class Follower {
 public:
  struct Parts {
    std::string org;
    party::OrganisationId hub_org;
    note::VerifierKey root;  // <org>/root, as this house knows it
    desk::Mailbox& mailbox;
    std::shared_ptr<store::DirectoryStore> replica;
    exchange::HubPort& hub;
    std::function<Time()> clock = now_utc;
    std::optional<Quorum> quorum = {};
  };
  Follower(Parts parts, Witness& keys) : parts_(std::move(parts)), keys_(keys) {}

  // Up to the newest checkpoint, and the documents. Errors of the line; LOG_FORKED and errors of entries that no log of keys may hold, as
  // incidents.
  Status sync();
  // When the newest checkpoint was verified, with everything up to it taken in; not later than the hub's witness attests, where the directory has a
  // key of it, and not later than this house's quorum has seen it, where one is wanted. After a restart as old as what is kept of it says.
  [[nodiscard]] Result<std::optional<Time>> verified_as_of() const;
  // The newest checkpoint that this house's own policy accepts, for whoever is shown what the log said, also after a restart: it may be over fewer
  // entries than the replica has. Where no quorum is wanted, or none has ever been met, the newest one. NOT_FOUND: never yet.
  [[nodiscard]] Result<std::string> checkpoint() const;

 private:
  Status follow();
  Status watch_ends(const std::optional<store::DirectoryStore::Followed>& before, std::size_t first, const std::vector<std::string>& fresh);
  [[nodiscard]] bool is_quorum_wanted() const { return parts_.quorum && parts_.quorum->is_wanted(); }
  [[nodiscard]] bool is_accepted(const std::string& checkpoint) const;
  [[nodiscard]] Result<std::optional<Time>> attested(const desk::LogSeen& seen) const;
  Status take_documents();
  Status watch(std::size_t first);
  Status tell(Code code, std::size_t place, std::string evidence);

  Parts parts_;
  Witness& keys_;
  std::mutex mutex_;
  std::atomic<std::int64_t> as_of_us_{0};
  std::string followed_;
  std::uint64_t documents_ = 0;
  DailyBudget bad_documents_{kBadDocumentsDailyMax, SIZE_MAX}, bad_entries_{kBadEntriesDailyMax, kBadEntriesDailyBytes};
  std::set<std::string> told_;  // of entries, by code and place: what is seen again uses up nothing
  std::size_t watched_ = 0;     // entries looked through for foreign keys
};

}  // namespace warifu::member

#pragma once
// One desk::Commit inside the writer's transaction. Runs again harmlessly: acts that are there already are skipped, and when all are, so is the
// rest. Order matters: a purge replaces the matter's key before anything new is sealed with it.

#include <vector>

#include "desk/store_port.h"
#include "store/matter_seal.h"
#include "store/search_terms.h"
#include "store/written_rows.h"

namespace warifu::store {

// The stamp of a matter as the transaction sees it, and the key it was made from; nothing of both when there is no such matter.
struct StampAndSeal {
  desk::Stamp stamp;
  std::optional<MatterSeal> seal;
  bool has_held = false;  // acts wait that are not in the stamp
};
[[nodiscard]] Result<StampAndSeal> read_stamp(Database& database, const MatterId& matter);
[[nodiscard]] desk::Stamp stamp_of(std::int64_t acts, std::int64_t last, const std::optional<MatterSeal>& seal);

class CommitJob {
 public:
  struct Done {
    desk::Stamp stamp;
    std::uint64_t order = 0;          // of WrittenRows::begin()
    std::optional<WrittenRow> wrote;  // to be kept under the stamp once this is durable
  };
  CommitJob(Database& database, const TermHasher& hasher, WrittenRows& rows, const desk::Commit& commit)
      : database_(database), hasher_(hasher), rows_(rows), commit_(commit) {}
  Result<Done> run();

 private:
  Status check_heads();
  Status check_acts(const std::vector<Sha256>& own, bool is_decided_on_acts);
  Result<const MatterSeal*> seal();
  Status put_acts();
  Status put_acts(std::span<const inquiry::SignedAct* const> acts, const MatterSeal& seal);
  Status put_beside(const inquiry::SignedAct& act);
  Status put_held();
  Status put_row();
  Status purge();
  Status seal_again();
  Status put_registers();
  Status put_books();
  Status put_outbox();

  Database& database_;
  const TermHasher& hasher_;
  WrittenRows& rows_;
  const desk::Commit& commit_;
  Done done_;
  desk::Stamp found_;                 // the matter's before this commit
  std::int64_t acts_ = 0, last_ = 0;  // how many acts the matter has, and the place of the last one; kept up with what is put
  std::vector<Sha256> fresh_;         // of the commit, not there yet; sorted
  std::optional<MatterSeal> seal_;    // read once for everything the commit seals
  bool has_held_ = false;
};

// The record of an answered command; sealed when it is about a matter. CONFLICT when another request has the key.
struct AboutMatter {
  MatterId matter;
  const MatterSeal& seal;
};
Status put_idempotency(Database& database, const desk::IdempotencyRecord& record, const std::optional<AboutMatter>& about);
[[nodiscard]] Result<std::optional<desk::IdempotencyRecord>> get_idempotency(Database& database, const PersonId& person, std::string_view key);

[[nodiscard]] std::string body_place(const Sha256& act);
[[nodiscard]] std::string held_place(const Sha256& act);

// last_view from the acts, for all matters; and whether it is what the acts say.
[[nodiscard]] Result<bool> are_views_right(Database& database);
Status rebuild_views(Database& database);

}  // namespace warifu::store

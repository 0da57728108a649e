#pragma once
// One desk::Commit inside the writer's transaction. Runs again harmlessly: acts that are there already are skipped, and when all are, so is the
// rest. Order matters: a purge replaces the matter's key before anything new is sealed with it.

#include <vector>

#include "desk/store_port.h"
#include "store/matter_seal.h"
#include "store/search_terms.h"

namespace warifu::store {

class CommitJob {
 public:
  CommitJob(Database& database, const TermHasher& hasher, const desk::Commit& commit) : database_(database), hasher_(hasher), commit_(commit) {}
  Status run();

 private:
  struct Present {
    std::vector<Sha256> acts;   // sorted
    std::vector<Sha256> fresh;  // of the commit, not there yet; sorted
  };
  Result<Present> check_heads();
  Status put_acts(const Present& present);
  Status put_act(const inquiry::SignedAct& act, const MatterSeal& seal);
  Status put_held(const Present& present);
  Status purge();
  Status seal_again();
  Status put_registers();
  Status put_books();
  Status put_outbox();

  Database& database_;
  const TermHasher& hasher_;
  const desk::Commit& commit_;
};

// The record of an answered command; sealed when it is about a matter. CONFLICT when another request has the key.
Status put_idempotency(Database& database, const desk::IdempotencyRecord& record, const MatterId* matter);
[[nodiscard]] Result<std::optional<desk::IdempotencyRecord>> get_idempotency(Database& database, const PersonId& person, std::string_view key);

[[nodiscard]] std::string body_place(const Sha256& act);
[[nodiscard]] std::string held_place(const Sha256& act);

// last_view from the acts, for all matters; and whether it is what the acts say.
[[nodiscard]] Result<bool> are_views_right(Database& database);
Status rebuild_views(Database& database);

}  // namespace warifu::store

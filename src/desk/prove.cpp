// 証明: what stands behind one act, checked anew at the moment it is asked: who signed it, by which entry of the directory, and, when it crossed
// between organisations, which message carried it, where that stands in the log and who cosigned.

#include <algorithm>

#include "desk/impl.h"
#include "exchange/crossing.h"
#include "exchange/evidence.h"

namespace warifu::desk {

namespace {

ProofCrossing view_of(const exchange::CheckedCrossing& crossing) {
  return {crossing.message.hex(),
          crossing.from,
          crossing.to,
          crossing.created,
          crossing.promised,
          crossing.log,
          static_cast<std::int64_t>(crossing.index),
          crossing.log_size ? std::optional(static_cast<std::int64_t>(*crossing.log_size)) : std::nullopt,
          crossing.cosigned_by,
          crossing.is_text_checked};
}

// The logs that this node trusts already: what it verified as a member is proven against the same keys.
note::Policy trusted_logs(const Directory& directory, const std::vector<note::VerifierKey>& logs) {
  note::Policy policy;
  policy.logs.push_back({directory.root(), {}});
  for (const note::VerifierKey& key : logs) policy.logs.push_back({key, {}});
  policy.quorum = "none";
  return policy;
}

}  // namespace

// The log only grows: with the same number of entries it is the same log.
Result<std::shared_ptr<const exchange::KeyLog>> Office::Impl::key_log(std::size_t& size) const {
  const std::vector<std::string> entries = TRY(parts.directory->entries());
  size = entries.size();
  const std::scoped_lock lock(key_log_mutex);
  if (key_log_cache && key_log_size == entries.size()) return key_log_cache;
  key_log_cache = std::make_shared<const exchange::KeyLog>(TRY(exchange::KeyLog::create(entries)));
  key_log_size = entries.size();
  return key_log_cache;
}

Result<ProofView> Office::prove(const Caller& caller, const MatterId& matter, const Sha256& hash) const {
  const party::Person person = TRY(impl_->person_of(caller));
  const Loaded loaded = TRY(impl_->load(matter));
  TRY(impl_->may_see(caller, person, loaded));
  const SignedAct* act = loaded.find(hash);
  if (act == nullptr) return fail(Code::NOT_FOUND, "no such act in this matter", "/act");
  std::size_t entries = 0;
  const std::shared_ptr<const exchange::KeyLog> log = TRY(impl_->key_log(entries));
  ProofView out;
  out.act = hash;
  out.note = act->note.serialise();
  out.directory = impl_->parts.directory->root().name;
  out.directory_size = static_cast<std::int64_t>(entries);
  for (const exchange::EvidenceSignature& s : TRY(exchange::check_act_signatures(*log, *act, "/act")))
    out.signatures.push_back({s.name, s.key_id, s.is_passkey, s.valid_from, s.valid_until, static_cast<std::int64_t>(s.entry)});
  if (!impl_->parts.mailbox || !act->is_shared()) return out;
  for (const exchange::Crossing& crossing : TRY(impl_->parts.mailbox->crossings(matter))) {
    if (std::ranges::find(crossing.acts, hash) == crossing.acts.end()) continue;
    std::vector<SignedAct> carried;
    for (const Sha256& one : crossing.acts)
      if (const SignedAct* found = loaded.find(one)) carried.push_back(*found);
    out.crossing = view_of(TRY(exchange::check_crossing(crossing, carried, *log, trusted_logs(*impl_->parts.directory, impl_->parts.logs))));
  }
  return out;
}

}  // namespace warifu::desk

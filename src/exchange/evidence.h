#pragma once
// The story of a matter for somebody who has nothing but the bundle and a published root key: every act with its signatures, the bodies that
// have not been purged, the key log they are verified against, the paper. docs/formats.md, "Evidence".

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "exchange/archive.h"
#include "exchange/crossing.h"
#include "exchange/key_log.h"
#include "exchange/network.h"
#include "inquiry/fold.h"
#include "note/policy.h"

namespace warifu::exchange {

struct EvidenceInput {
  party::OrganisationId org;  // whose evidence: shared acts and this side's internal ones
  party::Side side = party::Side::AGENCY;
  MatterId matter;
  std::string number;
  std::vector<inquiry::SignedAct> acts;  // in fold order
  std::vector<std::string> directory;    // every entry of the key log
  std::string checkpoint;                // the directory's signed checkpoint over them
  std::vector<Crossing> crossings;       // of the shared acts that went through an exchange
  std::optional<std::string> pdf;
  Time created;
};

// Leaves the entries that the directory's checkpoint is over. STALE when there are fewer: the checkpoint was read after them.
Status cut_to_checkpoint(std::vector<std::string>& entries, const std::string& checkpoint);

[[nodiscard]] Result<std::string> make_evidence(const EvidenceInput& input, const note::Signer& signer);

struct EvidenceSignature {
  std::string name;    // <org>/sign, <org>/person/<id>
  std::string key_id;  // 8 hex digits
  bool is_passkey = false;
  Time valid_from, valid_until;
  std::size_t entry = 0;  // index in the key log
};

struct EvidenceAct {
  std::string entry;  // acts/000001
  inquiry::Act act;
  Sha256 hash;
  std::vector<EvidenceSignature> signatures;
  inquiry::EffectOf effect;
  bool is_purged = false;
  std::optional<std::size_t> crossing;  // place in the report's list, of an act that crossed
};

struct EvidenceReport {
  party::OrganisationId org;
  party::Side side = party::Side::AGENCY;
  MatterId matter;
  std::string number;
  Time created;
  std::string root;  // name of the directory whose key was given
  std::size_t directory_size = 0;
  // Members are admitted in this log, and nobody said whose signatures that takes: who they are is the word of the hub alone.
  bool is_admission_unchecked = false;
  inquiry::State state = inquiry::State::NONE;
  std::vector<EvidenceAct> acts;
  std::vector<CheckedCrossing> crossings;

  // Of the messages, those of which the bundle shows the hub's promise only, and no place in the log under a checkpoint that the root accepts.
  [[nodiscard]] std::size_t unproven() const;
};

// The acts whose texts this organisation says it has destroyed, by its receipts among these acts: the one that crosses and the one that stays at
// home. What another organisation destroyed explains no text that is missing here.
[[nodiscard]] std::set<Sha256> erased_texts(std::span<const inquiry::SignedAct> acts, const party::OrganisationId& by);

// Who signed this act, by keys in force when it was written. EVIDENCE_INVALID with `where` = `entry` when a signature it needs is missing, or
// one that stands there has nobody who vouches for it.
[[nodiscard]] Result<std::vector<EvidenceSignature>> check_act_signatures(const KeyLog& log, const inquiry::SignedAct& act, const std::string& entry);

// What is published of an exchange, for everybody who verifies: a tlog-policy with its two logs, and under `# admit <vkey>` the admitters of the hub.
// To other readers of such policies these are comments.
[[nodiscard]] std::string root_file(const Network& network);
// The admitters that such a file names; none when it names none. BAD_VALUE when a line that begins so is no key, or is there twice.
[[nodiscard]] Result<std::vector<note::VerifierKey>> admitters_of(std::string_view root_file);

// EVIDENCE_INVALID with `where` = the first bad entry. A person's key that signed an act which crossed must not have been revoked before the hub
// promised its message a place: an act's own time is what its author says, that one is the hub's word. With admitters, nobody has a key in the log of
// keys whom two of them have not admitted, so that whoever has the hub's keys alone forges nothing. Checkpoints of one log and size are the same.
[[nodiscard]] Result<EvidenceReport> verify_evidence(std::string_view bundle, const note::Policy& root,
                                                     std::span<const note::VerifierKey> admitters = {});

}  // namespace warifu::exchange

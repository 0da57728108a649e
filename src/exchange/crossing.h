#pragma once
// What proves that acts crossed: the sender's envelope and manifest, the hub's promise, and the log's proof with the checkpoint that witnesses
// cosigned. Checked from these texts alone, the key log beside them and the published root file; no network, no store.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exchange/archive.h"
#include "exchange/hub.h"
#include "exchange/key_log.h"
#include "inquiry/act.h"
#include "note/policy.h"

namespace warifu::exchange {

struct Crossing {
  std::string envelope, manifest, promise;  // serialised notes
  std::optional<std::string> proof;         // tlog-proof; none while the leaf is on its way into the log
  std::vector<Sha256> acts;                 // hashes of the acts it carried, in their order
  bool operator==(const Crossing&) const = default;
};

struct CheckedCrossing {
  MessageId message;
  std::string from;
  std::vector<std::string> to;
  Time created, promised;
  std::string log;  // origin
  std::uint64_t index = 0;
  std::optional<std::uint64_t> log_size;  // of the proof's checkpoint; none without a proof
  std::vector<std::string> cosigned_by;   // names of the witnesses' keys, those the key log or the root file knows; never the hub's own
  bool is_text_checked = true;            // false: an act's text has been purged, the manifest's digest cannot be rebuilt
};

// `acts`: those that `crossing.acts` names, in that order. The sender's keys are those in force when the hub promised it a place, as its recipient
// judges them. EVIDENCE_INVALID with `where` one of envelope, manifest, promise, proof, acts.
[[nodiscard]] Result<CheckedCrossing> check_crossing(const Crossing& crossing, std::span<const inquiry::SignedAct> acts, const KeyLog& keys,
                                                     const note::Policy& root);

// messages/000000 …: where the message of that place stands in a bundle.
[[nodiscard]] std::string message_folder(std::size_t index);

// In a bundle of evidence (docs/formats.md, "Evidence"): messages/000000/{acts,envelope,manifest,promise,proof}; `acts` has a line for each act,
// the name of its entry. Acts stand in the bundle as `acts/000000` and so on, in the order given.
[[nodiscard]] Status put_crossings(ArchiveEntries& entries, std::span<const Crossing> crossings, std::span<const inquiry::SignedAct> acts);
struct BundledCrossing {
  Crossing crossing;
  std::vector<std::size_t> acts;  // places in the bundle
  std::string folder;             // messages/000000
  std::size_t entries = 0;        // of the archive that belong to it
};
// EVIDENCE_INVALID with `where` = the entry.
[[nodiscard]] Result<std::vector<BundledCrossing>> take_crossings(const ArchiveEntries& entries, std::span<const inquiry::SignedAct> acts);

}  // namespace warifu::exchange

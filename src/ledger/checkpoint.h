#pragma once
// What a log says of itself and what others hold against it (C2SP tlog-checkpoint, tlog-proof, tlog-witness): texts only, no network. All
// readers are strict; what they give serialises to the bytes that were read. BAD_NOTE with the field in `where`.

#include <optional>
#include <string>
#include <string_view>

#include "ledger/merkle.h"
#include "note/note.h"
#include "note/policy.h"

namespace warifu::ledger {

inline constexpr std::size_t kProofHashesMax = 63;

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Sha256 root;

  [[nodiscard]] std::string text() const;
  // Lines behind the three are refused: none of our logs writes any.
  [[nodiscard]] static Result<Checkpoint> parse(std::string_view text);
  bool operator==(const Checkpoint&) const = default;
};

// A receipt that needs nobody's help to be checked: where the leaf stands, the way to the root, and the cosigned checkpoint over it.
struct TlogProof {
  std::optional<Bytes> extra;
  std::uint64_t index = 0;
  Proof path;
  note::Note checkpoint;

  [[nodiscard]] std::string serialise() const;
  [[nodiscard]] static Result<TlogProof> parse(std::string_view text);
  // That a trusted log, seen by the quorum, holds this leaf there. EVIDENCE_INVALID, SIGNATURE_MISSING.
  [[nodiscard]] Result<Checkpoint> verify(const Sha256& leaf, const note::Policy& policy) const;
  bool operator==(const TlogProof&) const = default;
};

// What a log sends a witness: POST <prefix>/add-checkpoint.
struct AddCheckpoint {
  std::uint64_t old_size = 0;
  Proof proof;
  note::Note checkpoint;

  [[nodiscard]] std::string serialise() const;
  [[nodiscard]] static Result<AddCheckpoint> parse(std::string_view body);
  bool operator==(const AddCheckpoint&) const = default;
};

// How a witness answers (C2SP tlog-witness); the numbers are those of HTTP.
enum class WitnessAnswer { ACCEPTED = 200, OLD_TOO_LARGE = 400, NOT_SIGNED = 403, UNKNOWN_LOG = 404, CONFLICT = 409, BAD_PROOF = 422 };

// The rule of a witness that last cosigned `last` of this log (nothing yet: size 0). Pure; the caller persists the new checkpoint, atomically
// against `last`, before it answers.
struct WitnessVerdict {
  WitnessAnswer answer = WitnessAnswer::ACCEPTED;
  Checkpoint checkpoint;  // of the request, when it could be read
};
[[nodiscard]] WitnessVerdict judge_checkpoint(const AddCheckpoint& request, const note::VerifierKey& log, const std::optional<Checkpoint>& last);

}  // namespace warifu::ledger

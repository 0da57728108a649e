#pragma once
// A whole log, checked from its files alone as a stranger would (C2SP tlog-tiles): the checkpoint is signed by the log, every entry is the one its
// tile names, the entries give the root, and the log goes on from what was seen at the last visit. Reads every entry once; keeps no more than a
// bundle in memory. Pure but for `read`.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/checkpoint.h"
#include "ledger/tiles.h"

namespace warifu::ledger {

struct LogCheck {
  Checkpoint head;
  note::Note note;  // the checkpoint with all its signatures
};

// `key`: the log's; none: signatures are not looked at. `last`: of the last visit. `visit` is given every entry with its index.
// Errors: SIGNATURE_…, BAD_NOTE; PROOF_INVALID, entries, tiles and checkpoint do not agree; LOG_FORKED, it does not go on from `last`.
using VisitEntry = std::function<Status(std::uint64_t index, const std::string& entry)>;
[[nodiscard]] Result<LogCheck> check_log(const ReadFile& read, const std::optional<note::VerifierKey>& key, const std::optional<Checkpoint>& last,
                                         const VisitEntry& visit = {});

}  // namespace warifu::ledger

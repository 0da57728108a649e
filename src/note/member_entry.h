#pragma once
// The admission of an organisation to the exchange, as an entry of the log of keys (docs/formats.md, "Directory entries"): its name, its side
// and the root key under which all its other entries stand. Two admitters sign it; a hub alone cannot admit anybody or exchange a root, and
// whoever replays the log learns every root from it. One per organisation: a root never changes.

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "note/note.h"

namespace warifu::note {

struct MemberEntry {
  std::string origin;  // the log's name
  std::string org;
  std::string side;  // a word: agency, provider, hub, witness
  VerifierKey root;  // <org>/root
  Time admitted;     // whole seconds

  [[nodiscard]] Result<std::string> text() const;
  // BAD_NOTE with the field in `where`.
  [[nodiscard]] static Result<MemberEntry> parse(std::string_view text);
  bool operator==(const MemberEntry&) const = default;
};

// Two different admitters (two names, two keys) and the root itself, which shows that the key is held. SIGNATURE_MISSING, SIGNATURE_INVALID.
[[nodiscard]] Status check_signatures(const Note& note, const MemberEntry& entry, std::span<const VerifierKey> admitters);

}  // namespace warifu::note

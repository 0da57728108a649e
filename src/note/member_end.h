#pragma once
// The end of an admission, as an entry of the log of keys (docs/formats.md, "Directory entries"): from that second on nothing that the organisation
// signs counts, and nothing is sealed for it. What it signed before stays valid. Two admitters sign it, as they signed the admission; the
// organisation need not agree. There is no way back: whoever returns is admitted under another name.

#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "note/note.h"

namespace warifu::note {

struct MemberEnd {
  std::string origin;  // the log's name
  std::string org;
  Time ended;        // whole seconds
  Sha256 admission;  // leaf hash of the entry that admitted it

  [[nodiscard]] Result<std::string> text() const;
  // BAD_NOTE with the field in `where`.
  [[nodiscard]] static Result<MemberEnd> parse(std::string_view text);
  bool operator==(const MemberEnd&) const = default;
};

// Two different admitters (two names, two keys). SIGNATURE_MISSING, SIGNATURE_INVALID.
[[nodiscard]] Status check_signatures(const Note& note, const MemberEnd& end, std::span<const VerifierKey> admitters);

}  // namespace warifu::note

#pragma once
// Inside this room: the text part of an age file, read strictly (one spelling for one header).

#include <string>
#include <string_view>
#include <vector>

#include "crypto/age.h"

namespace warifu::crypto::internal {

struct AgeStanza {
  std::vector<std::string> args;
  Bytes body;
};

struct AgeHeader {
  std::vector<AgeStanza> stanzas;
  std::string_view authenticated;  // up to and including "---"
  Bytes mac;
  std::size_t bytes = 0;  // with the end of line

  // BAD_ENCODING. `text` must outlive the result.
  [[nodiscard]] static Result<AgeHeader> parse(std::string_view text);
};

// The place behind the end of the header in what has come in so far; nothing while the end is not there.
[[nodiscard]] std::optional<std::size_t> age_header_end(std::string_view text);

[[nodiscard]] std::string spell(const AgeStanza& stanza);
[[nodiscard]] std::string bare_base64(ByteView bytes);  // without padding
[[nodiscard]] Result<Bytes> from_bare_base64(std::string_view text);

inline constexpr std::string_view kAgeFirstLine = "age-encryption.org/v1\n";

}  // namespace warifu::crypto::internal

#pragma once
// What a member must know of an exchange before it can check anything: the hub's address and keys. It is handed over with the invitation and
// its fingerprint is compared by telephone or on paper; everything else is learnt from the log of keys and verified against this.
//
//   warifu-network/v1
//   hub <organisation>
//   url <https://host:port>
//   tls <64 hex>              SHA-256 of the SubjectPublicKeyInfo of the hub's certificate
//   log <vkey>                signs the checkpoints of the log of messages; its name is the log's origin
//   keys <vkey>               the same for the log of keys
//   sign <vkey>               <hub>/sign: promises and statements of delivery
//   admit <vkey>              two or more: <hub>/admit/<n>
//   mmd <seconds>             within which the hub promises to log

#include <string>
#include <string_view>
#include <vector>

#include "note/note.h"
#include "party/organisation.h"

namespace warifu::exchange {

inline constexpr std::size_t kAdmittersMax = 16;
inline constexpr int kPromiseSecondsMax = 3600;
inline constexpr int kPromiseSeconds = 10;

struct Network {
  party::OrganisationId hub;
  std::string url;
  Sha256 tls;
  note::VerifierKey log, keys, sign;
  std::vector<note::VerifierKey> admitters;
  int promise_seconds = kPromiseSeconds;

  [[nodiscard]] std::string text() const;
  // BAD_NOTE with the field in `where`.
  [[nodiscard]] static Result<Network> parse(std::string_view text);
  bool operator==(const Network&) const = default;
};

// The origins of a hub's two logs.
[[nodiscard]] std::string message_log_name(std::string_view hub);  // <hub>/log
[[nodiscard]] std::string key_log_name(std::string_view hub);      // <hub>/keys

// What two people compare: the first 20 bytes of the SHA-256 of the text, as ten groups of four hex digits.
[[nodiscard]] std::string fingerprint_of(std::string_view text);

}  // namespace warifu::exchange

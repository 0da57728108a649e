#pragma once
// How an organisation comes into an exchange (docs/formats.md, "Joining"): the invitation that the hub's people hand over, and the application that
// comes back. The invitation names what the newcomer must trust; the application brings what the admitters sign and what follows it.
//
//   warifu-invitation/v1
//   org <organisation>
//   side <agency|provider>
//   code <20 characters of Crockford's base 32 in groups of five>
//   until <unix seconds>
//   <empty line>
//   <the network file>

#include <string>
#include <string_view>
#include <vector>

#include "exchange/hub.h"
#include "exchange/network.h"
#include "note/directory_entry.h"
#include "note/member_entry.h"

namespace warifu::exchange {

inline constexpr Duration kInvitationLife = days(14);
inline constexpr std::size_t kApplicationKeysMax = 16;

struct Invitation {
  std::string org, side;
  std::string code;
  Time until;
  Network network;

  [[nodiscard]] std::string text() const;
  // BAD_NOTE with the field in `where`.
  [[nodiscard]] static Result<Invitation> parse(std::string_view text);
};

// A new code, and what the hub keeps of it: SHA-256 of the code in capital letters without hyphens, O read as 0, I and L as 1.
[[nodiscard]] std::string new_invitation_code();
// INVITATION_INVALID when it cannot be such a code.
[[nodiscard]] Result<Sha256> invitation_digest(std::string_view code);

// Frames: the admission (signed by the root it names), the document about the organisation (note, body), the first key entries.
struct Application {
  std::string admission;
  SignedDocument document;
  std::vector<std::string> keys;

  [[nodiscard]] std::string spell() const;
  [[nodiscard]] static Result<Application> parse(std::string_view bundle);
};

// What the hub expects of it.
struct ApplicationTerms {
  std::string origin;  // of the log of keys
  std::string org, side;
  Sha256 tls;  // key of the certificate that the applicant shows
  Time now;
};
// The admission's signature of the root; entries of sign, seal, tls and witness under it and in force, the tls entry for the certificate that is
// shown; the document signed by the sign entry. Nobody has admitted anything yet. Refused with the field in `where`.
[[nodiscard]] Status check_application(const Application& application, const ApplicationTerms& terms);

}  // namespace warifu::exchange

#pragma once
// TLS keys of organisations: a P-256 key and a certificate that it signs itself. No authority stands behind it: who holds the key says the log of
// keys, which names the SHA-256 of the SubjectPublicKeyInfo. The common name is the organisation's, so that a server knows whose entry to look for.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sensitive.h"
#include "base/time.h"

namespace warifu::crypto {

inline constexpr Duration kCertificateLife = days(3650);  // the entry in the log of keys ends it earlier
inline constexpr std::size_t kCertificateHostsMax = 32;
inline constexpr std::size_t kCertificatePemMax = 64 * 1024;

struct TlsIdentity {
  std::string certificate;     // PEM
  Sensitive<std::string> key;  // PEM (PKCS #8)
};

struct CertificateSubject {
  std::string common_name;         // an organisation
  std::vector<std::string> hosts;  // DNS names and IP addresses (the spelling decides); may be empty for a client
};

// Valid from a day before `now`: clocks differ. BAD_VALUE for a name or host that a certificate cannot carry.
[[nodiscard]] Result<TlsIdentity> make_tls_identity(const CertificateSubject& subject, Time now);

// SHA-256 of the SubjectPublicKeyInfo of the first certificate in the text. BAD_ENCODING when there is none.
[[nodiscard]] Result<Sha256> spki_sha256(std::string_view certificate_pem);

}  // namespace warifu::crypto

// The certificate that a member or a hub shows, as far as it is read by us: the key in it.

#include "crypto/certificate.h"

#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  if (const auto digest = crypto::spki_sha256(input)) hold(crypto::spki_sha256(input).value() == *digest);
}

std::vector<std::string> seeds() {
  const auto made = crypto::make_tls_identity({"kakuu-police.example", {"hub.example", "192.0.2.1"}}, Time::from_seconds(1'795'237'500));
  return {made.value().certificate, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"};
}

const Registered registered({"certificate", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

#include "desk/seal_entry.h"

#include <algorithm>

namespace warifu::desk {

using note::OrgKeyAlgorithm;

namespace {

template <class Public>
Result<crypto::AgeRecipient> recipient_from(const Bytes& bytes) {
  Public key{};
  if (bytes.size() != key.size()) return fail(Code::BAD_KEY, "not a key to seal for", "seal");
  std::ranges::copy(bytes, key.begin());
  return crypto::AgeRecipient{key};
}

}  // namespace

Result<crypto::AgeRecipient> recipient_of(const note::KeyEntry& entry) {
  if (entry.purpose == note::KeyPurpose::seal) {
    if (entry.algorithm == OrgKeyAlgorithm::x25519) return recipient_from<crypto::X25519Public>(entry.key);
    if (entry.algorithm == OrgKeyAlgorithm::mlkem768x25519) return recipient_from<crypto::HybridPublic>(entry.key);
    if (entry.algorithm == OrgKeyAlgorithm::p256) return crypto::AgeRecipient{TRY(crypto::p256_expand(entry.key))};
  }
  return fail(Code::BAD_KEY, "not a key to seal for", "seal");
}

note::KeyEntry seal_entry(const crypto::AgeRecipient& recipient) {
  note::KeyEntry entry;
  entry.purpose = note::KeyPurpose::seal;
  const auto put = [&](OrgKeyAlgorithm algorithm, ByteView key) {
    entry.algorithm = algorithm;
    entry.key.assign(key.begin(), key.end());
  };
  if (const auto* x25519 = std::get_if<crypto::X25519Public>(&recipient.key))
    put(OrgKeyAlgorithm::x25519, *x25519);
  else if (const auto* hybrid = std::get_if<crypto::HybridPublic>(&recipient.key))
    put(OrgKeyAlgorithm::mlkem768x25519, *hybrid);
  else
    put(OrgKeyAlgorithm::p256, crypto::p256_compress(std::get<crypto::P256Public>(recipient.key)));
  return entry;
}

}  // namespace warifu::desk

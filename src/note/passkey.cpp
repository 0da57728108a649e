#include "note/passkey.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/es256.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/value.h"
#include "note/cbor.h"

namespace warifu::note {

namespace {

constexpr std::uint8_t kPresent = 0x01, kVerified = 0x04, kBackupEligible = 0x08, kBackedUp = 0x10, kAttested = 0x40, kExtended = 0x80;
constexpr std::uint8_t kReserved = 0x22;
constexpr std::size_t kHeadBytes = 37, kAaguidBytes = 16;
// COSE (RFC 9052, RFC 9053): members of a key, and the values of the two algorithms we take.
constexpr std::int64_t kKty = 1, kAlg = 3, kCrv = -1, kX = -2, kY = -3;
constexpr std::int64_t kOkp = 1, kEc2 = 2, kEs256 = -7, kEdDsa = -8, kP256 = 1, kEd25519 = 6;

tl::unexpected<Error> bad(std::string message, std::string where) { return fail(Code::BAD_PASSKEY, std::move(message), std::move(where)); }

// A CBOR item of the answer; what is wrong with it is a wrong answer.
Result<Cbor> take_item(ByteView& bytes, const char* where) {
  Result<Cbor> item = Cbor::take(bytes);
  if (!item) return bad(item.error().message, where);
  return item;
}

bool is_number(const Cbor* item, std::int64_t value) {
  const std::int64_t* number = item == nullptr ? nullptr : std::get_if<std::int64_t>(&item->value);
  return number != nullptr && *number == value;
}

const Bytes* bytes_of_item(const Cbor* item, std::size_t size) {
  const Bytes* bytes = item == nullptr ? nullptr : std::get_if<Bytes>(&item->value);
  return bytes != nullptr && bytes->size() == size ? bytes : nullptr;
}

// Exactly the members that such a key has.
Status read_cose_key(const Cbor& cose, NewPasskey& out) {
  const Bytes* x = bytes_of_item(cose.member(kX), 32);
  if (x == nullptr) return bad("not a key of 32-byte coordinates", "credential_key");
  if (is_number(cose.member(kKty), kEc2) && is_number(cose.member(kAlg), kEs256) && is_number(cose.member(kCrv), kP256)) {
    const Bytes* y = bytes_of_item(cose.member(kY), 32);
    if (y == nullptr || cose.map()->size() != 5) return bad("not an ES256 key", "credential_key");
    out.algorithm = PersonKeyAlgorithm::webauthn_es256;
    out.key = {4};
    out.key.insert(out.key.end(), x->begin(), x->end());
    out.key.insert(out.key.end(), y->begin(), y->end());
  } else if (is_number(cose.member(kKty), kOkp) && is_number(cose.member(kAlg), kEdDsa) && is_number(cose.member(kCrv), kEd25519)) {
    if (cose.map()->size() != 4) return bad("not an Ed25519 key", "credential_key");
    out.algorithm = PersonKeyAlgorithm::webauthn_ed25519;
    out.key = *x;
  } else {
    return bad("a key of another algorithm than ES256 and Ed25519", "credential_key");
  }
  if (!check_person_key(out.algorithm, out.key)) return bad("not a public key", "credential_key");
  return {};
}

Result<NewPasskey> read_attested(ByteView& rest) {
  NewPasskey out;
  if (rest.size() < kAaguidBytes + 2) return bad("it ends too early", "authenticator_data");
  const std::size_t size = static_cast<std::size_t>(rest[kAaguidBytes]) << 8 | rest[kAaguidBytes + 1];
  rest = rest.subspan(kAaguidBytes + 2);
  if (size == 0 || size > limits::kCredentialIdBytesMax || size > rest.size()) return bad("not a credential id", "authenticator_data");
  out.credential.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
  rest = rest.subspan(size);
  TRY(read_cose_key(TRY(take_item(rest, "credential_key")), out));
  return out;
}

bool verify_by(PersonKeyAlgorithm algorithm, const Bytes& key, ByteView message, ByteView signature) {
  if (algorithm == PersonKeyAlgorithm::webauthn_es256) {
    const Result<crypto::P256Public> point = crypto::es256_key(key);
    return point && crypto::verify_es256(*point, message, signature);
  }
  const Result<crypto::Ed25519Public> point = crypto::Ed25519Public::from_bytes(key);
  return algorithm == PersonKeyAlgorithm::webauthn_ed25519 && point && crypto::verify(*point, message, signature);
}

Bytes signed_bytes(ByteView authenticator_data, ByteView client_data) {
  Bytes out(authenticator_data.begin(), authenticator_data.end());
  const Sha256 digest = crypto::sha256(client_data);
  out.insert(out.end(), digest.bytes.begin(), digest.bytes.end());
  return out;
}

Result<std::string_view> text_member(const json::Object& object, std::string_view name) {
  const json::Value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return bad("a member is missing: " + std::string(name), "client_data");
  return json::view(value->get_string());
}

// clientDataJSON: browsers add members of their own, which are tolerated; those we need are checked. The parties at whose origin it was made.
Result<std::vector<RelyingParty>> check_client_data(ByteView client_data, std::string_view type, std::string_view text,
                                                    std::span<const RelyingParty> parties) {
  if (client_data.empty() || client_data.size() > limits::kClientDataBytesMax) return bad("too long or empty", "client_data");
  const Result<json::Value> parsed = json::parse(text_of(client_data), limits::kClientDataBytesMax);
  if (!parsed || !parsed->is_object()) return bad("not a JSON object", "client_data");
  const json::Object& object = parsed->get_object();
  if (TRY(text_member(object, "type")) != type) return bad("made for another purpose", "client_data");
  const Result<Bytes> challenge = from_base64url(TRY(text_member(object, "challenge")));
  if (!challenge || challenge->size() != 32) return bad("not a challenge of ours", "client_data");
  const json::Value* cross = object.if_contains("crossOrigin");
  if (cross != nullptr && (!cross->is_bool() || cross->get_bool())) return bad("made for a page inside another one", "client_data");
  if (object.contains("topOrigin")) return bad("made for a page inside another one", "client_data");
  const std::string_view origin = TRY(text_member(object, "origin"));
  std::vector<RelyingParty> here;
  std::string expected;
  for (const RelyingParty& party : parties) {
    if (party.origin == origin) here.push_back(party);
    expected += (expected.empty() ? "" : ", ") + party.origin;
  }
  if (here.empty())
    return fail(Code::PASSKEY_ORIGIN, "made at an origin that the directory does not have", "client_data",
                {{"actual", std::string(origin)}, {"expected", expected.empty() ? "-" : expected}});
  if (!crypto::equal_constant_time(*challenge, crypto::sha256(text).bytes))
    return fail(Code::SIGNATURE_INVALID, "an assertion over another text", "client_data");
  return here;
}

Status check_authenticator(const AuthenticatorData& data, const std::vector<RelyingParty>& here) {
  const bool is_here = std::ranges::any_of(here, [&](const RelyingParty& party) { return crypto::sha256(party.id) == data.rp_id_hash; });
  if (!is_here)
    return fail(Code::PASSKEY_ORIGIN, "made for another relying party", "authenticator_data",
                {{"actual", data.rp_id_hash.hex()}, {"expected", here.front().id}});
  if (!data.is_present || !data.is_verified)
    return fail(Code::PASSKEY_UNVERIFIED, "the person was not present or not verified", "authenticator_data");
  return {};
}

// The new key may sign its own attestation: then it proves that the authenticator holds it.
Status check_self_attestation(const Cbor& statement, const AuthenticatorData& data, ByteView raw, ByteView client_data) {
  const std::int64_t algorithm = data.attested->algorithm == PersonKeyAlgorithm::webauthn_es256 ? kEs256 : kEdDsa;
  const Cbor* signature = statement.member("sig");
  const Bytes* bytes = signature == nullptr ? nullptr : std::get_if<Bytes>(&signature->value);
  if (statement.map() == nullptr || statement.map()->size() != 2 || bytes == nullptr || !is_number(statement.member("alg"), algorithm))
    return bad("an attestation by somebody else", "attestation");
  if (!verify_by(data.attested->algorithm, data.attested->key, signed_bytes(raw, client_data), *bytes))
    return fail(Code::SIGNATURE_INVALID, "the new key did not sign its attestation", "attestation");
  return {};
}

}  // namespace

Result<AuthenticatorData> AuthenticatorData::parse(ByteView bytes) {
  if (bytes.size() < kHeadBytes || bytes.size() > limits::kAuthenticatorDataBytesMax) return bad("not the length it can have", "authenticator_data");
  AuthenticatorData out;
  std::copy_n(bytes.begin(), out.rp_id_hash.bytes.size(), out.rp_id_hash.bytes.begin());
  const std::uint8_t flags = bytes[32];
  if ((flags & kReserved) != 0) return bad("a reserved flag", "authenticator_data");
  if ((flags & kBackedUp) != 0 && (flags & kBackupEligible) == 0) return bad("kept elsewhere without being eligible for it", "authenticator_data");
  out.is_present = (flags & kPresent) != 0;
  out.is_verified = (flags & kVerified) != 0;
  for (std::size_t i = 33; i < kHeadBytes; ++i) out.counter = out.counter << 8 | bytes[i];
  ByteView rest = bytes.subspan(kHeadBytes);
  if ((flags & kAttested) != 0) out.attested = TRY(read_attested(rest));
  if ((flags & kExtended) != 0 && TRY(take_item(rest, "extensions")).map() == nullptr) return bad("extensions are a map", "authenticator_data");
  if (!rest.empty()) return bad("bytes behind the end", "authenticator_data");
  return out;
}

Status check_assertion(const Assertion& assertion, std::string_view text, std::span<const RelyingParty> parties, const PersonKey& key) {
  if (!key.is_passkey() || assertion.key != key.text()) return fail(Code::KEY_UNKNOWN, "an assertion of another key", {}, {{"key", key.name}});
  if (assertion.signature.empty() || assertion.signature.size() > limits::kAssertionSignatureBytesMax) return bad("not a signature", "signature");
  const std::vector<RelyingParty> here = TRY(check_client_data(assertion.client_data, "webauthn.get", text, parties));
  const AuthenticatorData data = TRY(AuthenticatorData::parse(assertion.authenticator_data));
  if (data.attested) return bad("the answer to a registration", "authenticator_data");
  TRY(check_authenticator(data, here));
  if (!verify_by(key.algorithm, key.key, signed_bytes(assertion.authenticator_data, assertion.client_data), assertion.signature))
    return fail(Code::SIGNATURE_INVALID, "the assertion's signature does not fit", "signature", {{"signer", key.name}});
  return {};
}

Result<NewPasskey> read_registration(ByteView attestation_object, ByteView client_data, std::string_view text,
                                     std::span<const RelyingParty> parties) {
  const std::vector<RelyingParty> here = TRY(check_client_data(client_data, "webauthn.create", text, parties));
  if (attestation_object.empty() || attestation_object.size() > limits::kAttestationBytesMax) return bad("too long or empty", "attestation");
  ByteView rest = attestation_object;
  const Cbor object = TRY(take_item(rest, "attestation"));
  if (!rest.empty()) return bad("bytes behind the end", "attestation");
  const Cbor* format = object.member("fmt");
  const Cbor* statement = object.member("attStmt");
  const Cbor* raw_item = object.member("authData");
  const std::string* name = format == nullptr ? nullptr : std::get_if<std::string>(&format->value);
  const Bytes* raw = raw_item == nullptr ? nullptr : std::get_if<Bytes>(&raw_item->value);
  if (name == nullptr || statement == nullptr || statement->map() == nullptr || raw == nullptr || object.map()->size() != 3)
    return bad("not an attestation object", "attestation");
  const AuthenticatorData data = TRY(AuthenticatorData::parse(*raw));
  if (!data.attested) return bad("no new key in it", "attestation");
  TRY(check_authenticator(data, here));
  if (*name == "packed")
    TRY(check_self_attestation(*statement, data, *raw, client_data));
  else if (*name != "none" || !statement->map()->empty())
    return bad("an attestation of another kind than none", "attestation");
  return *data.attested;
}

}  // namespace warifu::note

#include "note/directory_entry.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/plain_text.h"
#include "note/lines.h"

namespace warifu::note {

namespace {

constexpr std::string_view kKeyVersion = "warifu-key/v1";
constexpr std::string_view kPersonVersion = "warifu-person/v1";

tl::unexpected<Error> bad(std::string message, std::string where) { return fail(Code::BAD_NOTE, std::move(message), std::move(where)); }

template <NamedEnum E>
Result<E> parse_name(std::string_view text, std::string_view where) {
  const auto value = enum_parse<E>(text);
  if (!value) return bad("unknown name", std::string(where));
  return *value;
}

std::string validity_line(const Validity& valid) {
  return "valid " + std::to_string(valid.from.seconds()) + " " + std::to_string(valid.until.seconds()) + "\n";
}

Result<Validity> parse_validity(std::string_view value) {
  const auto fields = TRY(split_fields(value, 2, "valid"));
  return Validity{TRY(parse_unix_seconds(fields[0], "valid")), TRY(parse_unix_seconds(fields[1], "valid"))};
}

std::string previous_line(const std::optional<Sha256>& previous) { return "prev " + (previous ? previous->hex() : "-") + "\n"; }

Result<std::optional<Sha256>> parse_previous(std::string_view value) {
  if (value == "-") return std::optional<Sha256>();
  return std::optional<Sha256>(TRY(parse_sha256(value, "prev")));
}

template <class IdType>
Result<std::optional<IdType>> parse_optional_id(std::string_view value, std::string_view where) {
  if (value == "-") return std::optional<IdType>();
  return std::optional<IdType>(TRY(parse_id<IdType>(value, where)));
}

Status check_common(const std::string& origin, const std::string& org, const Validity& valid) {
  if (!is_key_name(origin)) return bad("not the name of a log", "origin");
  if (!crypto::is_org_name(org)) return bad("not the name of an organisation", "org");
  if (valid.until < valid.from) return fail(Code::PERIOD_REVERSED, "the period ends before it begins", "valid");
  if (valid.from.us % 1'000'000 != 0 || valid.until.us % 1'000'000 != 0 || valid.from.us < 0) return bad("a period has whole seconds", "valid");
  return {};
}

Status check_ed25519(const Bytes& key) { return crypto::check_public_key(TRY(crypto::Ed25519Public::from_bytes(key))); }

// Which algorithm serves which purpose, and how long its public key is.
struct AlgorithmRule {
  OrgKeyAlgorithm algorithm;
  KeyPurpose purpose;
  std::size_t bytes;
};
constexpr std::array<AlgorithmRule, 8> kRules = {{
    {OrgKeyAlgorithm::ed25519, KeyPurpose::sign, 32},
    {OrgKeyAlgorithm::ed25519, KeyPurpose::witness, 32},
    {OrgKeyAlgorithm::x25519, KeyPurpose::seal, 32},
    {OrgKeyAlgorithm::p256, KeyPurpose::seal, 33},
    {OrgKeyAlgorithm::mlkem768x25519, KeyPurpose::seal, 1216},  // whether it is one is seen by whoever has ML-KEM
    {OrgKeyAlgorithm::ristretto255, KeyPurpose::share, 32},
    {OrgKeyAlgorithm::spki_sha256, KeyPurpose::tls, 32},
    {OrgKeyAlgorithm::web, KeyPurpose::web, 0},
}};

bool is_host(std::string_view host) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.back() != '.' && host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), allowed);
}

// WebAuthn: the relying party's id is the origin's host or a domain above it.
// Browsers trust http://localhost as they trust https; to an organisation of a demonstration, and to no other, it is good enough.
Status check_web(const std::string& org, const std::string& web_origin, const std::string& rp_id) {
  constexpr std::string_view kScheme = "https://", kLocal = "http://localhost";
  std::string_view host = web_origin;
  const bool is_local = host == kLocal || host.starts_with(std::string(kLocal) + ":");
  if (!host.starts_with(kScheme) && !(is_local && org.ends_with(".demo"))) return bad("not an https origin", "key");
  host.remove_prefix(is_local ? std::string_view("http://").size() : kScheme.size());
  if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    if (TRY(parse_decimal(host.substr(colon + 1), "key", 65535)) == 0) return bad("not an https origin", "key");
    host = host.substr(0, colon);
  }
  if (!is_host(host) || !is_host(rp_id)) return bad("not an https origin and a host name", "key");
  const bool below = host.size() > rp_id.size() && host.ends_with(rp_id) && host[host.size() - rp_id.size() - 1] == '.';
  if (host != rp_id && !below) return bad("the relying party's id does not belong to the origin", "key");
  return {};
}

Status check(const KeyEntry& entry) {
  TRY(check_common(entry.origin, entry.org, entry.valid));
  const auto rule = std::find_if(kRules.begin(), kRules.end(),
                                 [&](const AlgorithmRule& r) { return r.algorithm == entry.algorithm && r.purpose == entry.purpose; });
  if (rule == kRules.end()) return bad("this algorithm does not serve this purpose", "key");
  if (entry.key.size() != rule->bytes) return bad("not a key of the expected length", "key");
  if (entry.algorithm == OrgKeyAlgorithm::web) return check_web(entry.org, entry.web_origin, entry.rp_id);
  if (!entry.web_origin.empty() || !entry.rp_id.empty()) return bad("only a web entry has an origin", "key");
  if (entry.algorithm == OrgKeyAlgorithm::p256 && entry.key[0] != 2 && entry.key[0] != 3) return bad("not a compressed point", "key");
  if (entry.algorithm == OrgKeyAlgorithm::ed25519) return check_ed25519(entry.key);
  return {};
}

Status check(const PersonEntry& entry) {
  TRY(check_common(entry.origin, entry.org, entry.valid));
  TRY(parse_word(entry.role, "role"));
  if (entry.delegator == entry.person) return bad("nobody acts for himself", "delegator");
  if (entry.key.size() != person_key_bytes(entry.algorithm)) return bad("not a key of the expected length", "key");
  return check_person_key(entry.algorithm, entry.key);
}

Result<std::size_t> org_key_bytes(OrgKeyAlgorithm algorithm, KeyPurpose purpose) {
  for (const AlgorithmRule& rule : kRules)
    if (rule.algorithm == algorithm && rule.purpose == purpose) return rule.bytes;
  return bad("this algorithm does not serve this purpose", "key");
}

// Of a sorted choice of known keys: those that signed the note; an empty answer is not a failure here, a wrong signature is.
Result<std::vector<VerifierKey>> signed_by(const Note& note, std::span<const VerifierKey> known) {
  auto found = verify(note, known);
  if (found) return found;
  if (found.error().code == Code::SIGNATURE_MISSING) return std::vector<VerifierKey>();
  return found;
}

tl::unexpected<Error> missing(std::string message, std::string signer) {
  return fail(Code::SIGNATURE_MISSING, std::move(message), "entry", {{"signer", std::move(signer)}});
}

bool has_same_key(const KeyEntry& a, const KeyEntry& b) {
  return a.algorithm == b.algorithm && a.key == b.key && a.web_origin == b.web_origin && a.rp_id == b.rp_id;
}
bool has_same_key(const PersonEntry& a, const PersonEntry& b) { return a.algorithm == b.algorithm && a.key == b.key; }

template <class Entry>
bool chain_in_force(std::span<const Entry> chain, Time t) {
  if (chain.empty() || !chain[0].valid.contains(t)) return false;
  for (const Entry& later : chain.subspan(1)) {
    if (later.valid.until <= t) return false;         // revoked
    if (!has_same_key(later, chain[0])) return true;  // rotated: the periods overlap
    if (later.valid.from <= t) return false;          // replaced: role, unit and period are the successor's now
  }
  return true;
}

}  // namespace

Result<std::string> KeyEntry::text() const {
  TRY(check(*this));
  std::string out = std::string(kKeyVersion) + "\n" + origin + "\norg " + org + "\npurpose " + std::string(enum_text(purpose)) + "\nkey ";
  out += enum_text(algorithm);
  out += algorithm == OrgKeyAlgorithm::web ? " " + web_origin + " " + rp_id + "\n" : " " + to_base64(key) + "\n";
  return out + validity_line(valid) + previous_line(previous);
}

Result<KeyEntry> KeyEntry::parse(std::string_view text) {
  LineReader lines(text, kKeyLineBytesMax);
  KeyEntry out;
  TRY(lines.literal(kKeyVersion));
  out.origin = std::string(TRY(lines.line("origin")));
  out.org = TRY(parse_org(TRY(lines.expect("org")), "org"));
  out.purpose = TRY(parse_name<KeyPurpose>(TRY(lines.expect("purpose")), "purpose"));
  const std::string_view key_line = TRY(lines.expect("key"));
  const auto fields = TRY(split_fields(key_line, out.purpose == KeyPurpose::web ? 3 : 2, "key"));
  out.algorithm = TRY(parse_name<OrgKeyAlgorithm>(fields[0], "key"));
  const std::size_t size = TRY(org_key_bytes(out.algorithm, out.purpose));
  if (out.purpose == KeyPurpose::web) {
    out.web_origin = std::string(fields[1]);
    out.rp_id = std::string(fields[2]);
  } else {
    out.key = TRY(parse_base64(fields[1], size, "key"));
  }
  out.valid = TRY(parse_validity(TRY(lines.expect("valid"))));
  out.previous = TRY(parse_previous(TRY(lines.expect("prev"))));
  TRY(lines.end());
  TRY(check(out));
  return out;
}

std::optional<RelyingParty> KeyEntry::relying_party() const {
  if (purpose != KeyPurpose::web) return std::nullopt;
  return RelyingParty{web_origin, rp_id};
}

Result<VerifierKey> KeyEntry::verifier() const {
  if (purpose != KeyPurpose::sign && purpose != KeyPurpose::witness) return fail(Code::KEY_NOT_VALID, "a key of this purpose signs no notes");
  const auto type = purpose == KeyPurpose::witness ? KeyType::cosignature_v1 : KeyType::ed25519;
  return VerifierKey::create(org + "/" + std::string(enum_text(purpose)), TRY(crypto::Ed25519Public::from_bytes(key)), type);
}

Result<std::string> PersonEntry::text() const {
  TRY(check(*this));
  std::string out = std::string(kPersonVersion) + "\n" + origin + "\norg " + org + "\nperson " + person.hex();
  out += "\nrole " + role + " unit " + (unit ? unit->hex() : "-");
  out += "\nkey " + std::string(enum_text(algorithm)) + " " + to_base64(key);
  out += "\ndelegator " + (delegator ? delegator->hex() : "-") + "\n";
  return out + validity_line(valid) + previous_line(previous);
}

Result<PersonEntry> PersonEntry::parse(std::string_view text) {
  LineReader lines(text);
  PersonEntry out;
  TRY(lines.literal(kPersonVersion));
  out.origin = std::string(TRY(lines.line("origin")));
  out.org = TRY(parse_org(TRY(lines.expect("org")), "org"));
  out.person = TRY(parse_id<PersonId>(TRY(lines.expect("person")), "person"));
  const auto role_fields = TRY(split_fields(TRY(lines.expect("role")), 3, "role"));
  out.role = TRY(parse_word(role_fields[0], "role"));
  if (role_fields[1] != "unit") return bad("role <role> unit <unit or ->", "role");
  out.unit = TRY(parse_optional_id<UnitId>(role_fields[2], "unit"));
  const auto key_fields = TRY(split_fields(TRY(lines.expect("key")), 2, "key"));
  out.algorithm = TRY(parse_name<PersonKeyAlgorithm>(key_fields[0], "key"));
  out.key = TRY(parse_base64(key_fields[1], person_key_bytes(out.algorithm), "key"));
  out.delegator = TRY(parse_optional_id<PersonId>(TRY(lines.expect("delegator")), "delegator"));
  out.valid = TRY(parse_validity(TRY(lines.expect("valid"))));
  out.previous = TRY(parse_previous(TRY(lines.expect("prev"))));
  TRY(lines.end());
  TRY(check(out));
  return out;
}

Result<PersonKey> PersonEntry::person_key() const { return PersonKey::create(person_name(org, person), algorithm, key); }

Result<VerifierKey> PersonEntry::verifier() const {
  if (algorithm != PersonKeyAlgorithm::ed25519) return fail(Code::KEY_NOT_VALID, "a passkey signs assertions, not notes");
  return VerifierKey::create(person_name(org, person), TRY(crypto::Ed25519Public::from_bytes(key)));
}

std::string root_name(std::string_view org) { return std::string(org) + "/root"; }
std::string sign_name(std::string_view org) { return std::string(org) + "/sign"; }
std::string seal_name(std::string_view org) { return std::string(org) + "/seal"; }
std::string witness_name(std::string_view org) { return std::string(org) + "/witness"; }
std::string person_name(std::string_view org, PersonId person) { return std::string(org) + "/person/" + person.hex(); }

bool is_admitter_name(std::string_view name) {
  constexpr std::string_view kMiddle = "/admit/";
  const std::size_t at = name.find(kMiddle);
  return at != std::string_view::npos && crypto::is_org_name(name.substr(0, at)) &&
         parse_decimal(name.substr(at + kMiddle.size()), "admit", 999'999).has_value();
}

Sha256 leaf_hash(const Note& entry) {
  const std::uint8_t prefix = 0;
  return crypto::Sha256Stream().update(ByteView(&prefix, 1)).update(entry.serialise()).finish();
}

Status check_signatures(const Note& note, const KeyEntry& entry, const KeyEntryAuthorities& authorities) {
  if (TRY(KeyEntry::parse(note.text)) != entry) return fail(Code::TEXT_DIFFERS, "the note is of another entry");
  if (authorities.root.name != root_name(entry.org)) return fail(Code::KEY_UNKNOWN, "not the root key of this organisation");
  TRY(require(note, authorities.root));
  std::vector<VerifierKey> admitters;
  for (const VerifierKey& key : authorities.admitters)
    if (is_admitter_name(key.name)) admitters.push_back(key);
  const auto found = TRY(signed_by(note, admitters));
  if (!authorities.org_is_new) return {};
  // Two names with one key, or two keys of one name, are one admitter.
  for (const VerifierKey& first : found)
    for (const VerifierKey& second : found)
      if (first.name != second.name && first.key != second.key) return {};
  return missing("a new organisation needs two different admitters", "admit");
}

Status check_signatures(const Note& note, const PersonEntry& entry, const PersonEntryAuthorities& authorities) {
  if (TRY(PersonEntry::parse(note.text)) != entry) return fail(Code::TEXT_DIFFERS, "the note is of another entry");
  const auto of_org = [&](const VerifierKey& key) { return key.name == sign_name(entry.org); };
  if (authorities.sign.empty() || !std::all_of(authorities.sign.begin(), authorities.sign.end(), of_org))
    return fail(Code::KEY_UNKNOWN, "not the signing key of this organisation");
  if (TRY(signed_by(note, authorities.sign)).empty()) return missing("the organisation did not sign", sign_name(entry.org));

  if (authorities.people_known < 2) {
    if (!authorities.root || authorities.root->name != root_name(entry.org)) return fail(Code::KEY_UNKNOWN, "not the root key of this organisation");
    return require(note, *authorities.root);
  }
  // A second key of the same person is admitted by somebody else too, or one stolen device could admit the next.
  std::vector<VerifierKey> others;
  const std::string own = person_name(entry.org, entry.person);
  const std::string prefix = entry.org + "/person/";
  for (const VerifierKey& key : authorities.people)
    if (key.name != own && key.name.starts_with(prefix) &&
        !std::equal(key.key.bytes.begin(), key.key.bytes.end(), entry.key.begin(), entry.key.end()))
      others.push_back(key);
  if (TRY(signed_by(note, others)).empty()) return missing("a second person of the organisation did not sign", prefix);
  return {};
}

Status check_successor(const KeyEntry& previous, const Sha256& previous_leaf, const KeyEntry& next) {
  if (next.previous != previous_leaf) return fail(Code::CONFLICT, "the entry does not follow this one", "prev");
  if (next.origin != previous.origin) return fail(Code::CONFLICT, "a successor stands in the same log", "origin");
  if (next.org != previous.org) return fail(Code::CONFLICT, "a successor is of the same organisation", "org");
  if (next.purpose != previous.purpose) return fail(Code::CONFLICT, "a successor has the same purpose", "purpose");
  return {};
}

Status check_successor(const PersonEntry& previous, const Sha256& previous_leaf, const PersonEntry& next) {
  if (next.previous != previous_leaf) return fail(Code::CONFLICT, "the entry does not follow this one", "prev");
  if (next.origin != previous.origin) return fail(Code::CONFLICT, "a successor stands in the same log", "origin");
  if (next.org != previous.org) return fail(Code::CONFLICT, "a successor is of the same organisation", "org");
  if (next.person != previous.person) return fail(Code::CONFLICT, "a successor is of the same person", "person");
  return {};
}

bool in_force(std::span<const KeyEntry> chain, Time t) { return chain_in_force(chain, t); }
bool in_force(std::span<const PersonEntry> chain, Time t) { return chain_in_force(chain, t); }

}  // namespace warifu::note

#include "exchange/network.h"

#include <algorithm>

#include "crypto/hash.h"
#include "note/directory_entry.h"
#include "note/lines.h"

namespace warifu::exchange {

namespace {

constexpr std::string_view kVersion = "warifu-network/v1";
constexpr std::size_t kUrlBytesMax = 255;

tl::unexpected<Error> bad(const char* why, const char* where) { return fail(Code::BAD_NOTE, why, where); }

Result<note::VerifierKey> key_named(std::string_view text, std::string_view name, const char* where) {
  Result<note::VerifierKey> key = note::VerifierKey::parse(text);
  if (!key) return bad("not a verifier key", where);
  if (key->type != note::KeyType::ed25519 || (!name.empty() && key->name != name)) return bad("a key of another name", where);
  return key;
}

// Scheme, host and port only: what follows is appended to it.
bool is_base_url(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (url.size() > kUrlBytesMax || !url.starts_with(kScheme)) return false;
  const std::string_view rest = url.substr(kScheme.size());
  return !rest.empty() && std::ranges::all_of(rest, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

std::string message_log_name(std::string_view hub) { return std::string(hub) + "/log"; }
std::string key_log_name(std::string_view hub) { return std::string(hub) + "/keys"; }

std::string Network::text() const {
  std::string out = std::string(kVersion) + "\nhub " + hub.text() + "\nurl " + url + "\ntls " + tls.hex() + "\nlog " + log.text() + "\nkeys " +
                    keys.text() + "\nsign " + sign.text() + "\n";
  for (const note::VerifierKey& key : admitters) out += "admit " + key.text() + "\n";
  return out + "mmd " + std::to_string(promise_seconds) + "\n";
}

Result<Network> Network::parse(std::string_view text) {
  note::LineReader in(text);
  Network out;
  TRY(in.literal(kVersion));
  const std::string hub = TRY(note::parse_org(TRY(in.expect("hub")), "hub"));
  out.hub = TRY(party::OrganisationId::parse(hub));
  out.url = TRY(in.expect("url"));
  if (!is_base_url(out.url)) return bad("not https://host:port", "url");
  out.tls = TRY(note::parse_sha256(TRY(in.expect("tls")), "tls"));
  out.log = TRY(key_named(TRY(in.expect("log")), message_log_name(hub), "log"));
  out.keys = TRY(key_named(TRY(in.expect("keys")), key_log_name(hub), "keys"));
  out.sign = TRY(key_named(TRY(in.expect("sign")), note::sign_name(hub), "sign"));
  for (const std::string_view line : TRY(in.repeated("admit", kAdmittersMax))) {
    note::VerifierKey key = TRY(key_named(line, {}, "admit"));
    if (!note::is_admitter_name(key.name) || !key.name.starts_with(hub + "/")) return bad("not an admitter of this hub", "admit");
    const bool is_new = std::ranges::none_of(out.admitters, [&](const auto& other) { return other.name == key.name || other.key == key.key; });
    if (!is_new) return bad("an admitter stands twice", "admit");
    out.admitters.push_back(std::move(key));
  }
  if (out.admitters.size() < 2) return bad("two admitters at least", "admit");
  out.promise_seconds = static_cast<int>(TRY(note::parse_decimal(TRY(in.expect("mmd")), "mmd", kPromiseSecondsMax)));
  if (out.promise_seconds < 1) return bad("a second at least", "mmd");
  TRY(in.end());
  return out;
}

std::string fingerprint_of(std::string_view text) {
  const Sha256 digest = crypto::sha256(text);
  const std::string hex = to_hex(ByteView(digest.bytes).first(20));
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 4) out += (i == 0 ? "" : " ") + hex.substr(i, 4);
  return out;
}

}  // namespace warifu::exchange

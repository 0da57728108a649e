#include "exchange/joining.h"

#include <algorithm>
#include <optional>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "note/lines.h"

namespace warifu::exchange {

namespace {

constexpr std::string_view kInvitationVersion = "warifu-invitation/v1";
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeCharacters = 20, kGroup = 5;

tl::unexpected<Error> bad(const char* why, const char* where) { return fail(Code::BAD_NOTE, why, where); }

bool is_side(std::string_view side) { return side == "agency" || side == "provider"; }

}  // namespace

// ── the invitation ──

std::string new_invitation_code() {
  std::string out;
  const Bytes random = crypto::random_bytes(kCodeCharacters);
  for (std::size_t i = 0; i < random.size(); ++i) {
    if (i > 0 && i % kGroup == 0) out += '-';
    out += kAlphabet[random[i] & 31U];
  }
  return out;
}

Result<Sha256> invitation_digest(std::string_view code) {
  std::string plain;
  for (char c : code) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    plain += c;
  }
  if (plain.size() != kCodeCharacters || plain.find_first_not_of(kAlphabet) != std::string::npos)
    return fail(Code::INVITATION_INVALID, "not an invitation code", "code");
  return crypto::sha256(plain);
}

std::string Invitation::text() const {
  return std::string(kInvitationVersion) + "\norg " + org + "\nside " + side + "\ncode " + code + "\nuntil " + std::to_string(until.seconds()) +
         "\n\n" + network.text();
}

Result<Invitation> Invitation::parse(std::string_view text) {
  const std::size_t gap = text.find("\n\n");
  if (gap == std::string_view::npos) return bad("the network file is missing", "network");
  note::LineReader in(text.substr(0, gap + 1));
  Invitation out;
  TRY(in.literal(kInvitationVersion));
  out.org = TRY(note::parse_org(TRY(in.expect("org")), "org"));
  out.side = TRY(note::parse_word(TRY(in.expect("side")), "side"));
  if (!is_side(out.side)) return bad("neither agency nor provider", "side");
  out.code = TRY(in.expect("code"));
  if (!invitation_digest(out.code)) return bad("not an invitation code", "code");
  out.until = TRY(note::parse_unix_seconds(TRY(in.expect("until")), "until"));
  TRY(in.end());
  out.network = TRY(Network::parse(text.substr(gap + 2)));
  return out;
}

// ── the application ──

std::string Application::spell() const {
  std::vector<std::string_view> frames{admission, document.note, document.body};
  frames.insert(frames.end(), keys.begin(), keys.end());
  return spell_frames(frames);
}

Result<Application> Application::parse(std::string_view bundle) {
  const std::vector<std::string_view> frames = TRY(parse_frames(bundle, 3 + kApplicationKeysMax));
  if (frames.size() < 4) return fail(Code::BAD_ENCODING, "an application is not complete", "application", {{"expected", "4 strings or more"}});
  Application out{std::string(frames[0]), {std::string(frames[1]), std::string(frames[2])}, {}};
  out.keys.assign(frames.begin() + 3, frames.end());
  return out;
}

namespace {

struct Keys {
  std::optional<note::VerifierKey> sign;
  bool has_seal = false, has_witness = false, has_tls = false;
  std::vector<Bytes> witnesses, others;
};

// A witness's key is no other key of its organisation, the root included.
Status check_apart(Keys& keys, const note::KeyEntry& entry, const note::VerifierKey& root) {
  const bool is_witness = entry.purpose == note::KeyPurpose::witness;
  const std::vector<Bytes>& apart = is_witness ? keys.others : keys.witnesses;
  const bool is_root = is_witness && std::ranges::equal(root.key.bytes, entry.key);
  if (!entry.key.empty() && (is_root || std::ranges::find(apart, entry.key) != apart.end()))
    return fail(Code::CONFLICT, "a witness's key serves nothing else", "key");
  (is_witness ? keys.witnesses : keys.others).push_back(entry.key);
  return {};
}

Status take_key(Keys& keys, const std::string& serialised, const note::MemberEntry& member, const ApplicationTerms& terms) {
  const note::Note note = TRY(note::Note::parse(serialised));
  const note::KeyEntry entry = TRY(note::KeyEntry::parse(note.text));
  if (entry.origin != terms.origin) return bad("an entry of another log", "origin");
  if (entry.org != terms.org) return bad("an entry of another organisation", "org");
  if (entry.previous) return bad("a first entry follows nothing", "prev");
  if (!entry.valid.contains(terms.now)) return fail(Code::KEY_NOT_VALID, "a key that is not in force", "valid", {{"signer", member.root.name}});
  TRY(note::require(note, member.root));
  TRY(check_apart(keys, entry, member.root));
  switch (entry.purpose) {
    case note::KeyPurpose::sign:
      if (keys.sign) return bad("one signing key", "purpose");
      keys.sign = TRY(entry.verifier());
      return {};
    case note::KeyPurpose::seal: keys.has_seal = true; return {};
    case note::KeyPurpose::witness: keys.has_witness = true; return {};
    case note::KeyPurpose::tls: keys.has_tls = keys.has_tls || std::ranges::equal(entry.key, terms.tls.bytes); return {};
    case note::KeyPurpose::share:
    case note::KeyPurpose::web: return {};
  }
  return {};
}

}  // namespace

Status check_application(const Application& application, const ApplicationTerms& terms) {
  const note::Note note = TRY(note::Note::parse(application.admission));
  const note::MemberEntry member = TRY(note::MemberEntry::parse(note.text));
  if (member.origin != terms.origin) return bad("an admission to another log", "origin");
  if (member.org != terms.org) return bad("an admission of another organisation", "org");
  if (member.side != terms.side) return bad("invited to another side", "side");
  if (member.admitted > terms.now + kMessageClockSkew) return fail(Code::TIME_IN_FUTURE, "an admission in the future", "admitted");
  TRY(note::require(note, member.root));
  if (note.signatures.size() != 1) return bad("the admitters sign afterwards", "signature");

  Keys keys;
  for (const std::string& key : application.keys) TRY(take_key(keys, key, member, terms));
  const auto missing = [](const char* what) { return fail(Code::MISSING_FIELD, "a key is missing among the first entries", what); };
  if (!keys.sign) return missing("sign");
  if (!keys.has_seal) return missing("seal");
  if (!keys.has_witness) return missing("witness");
  if (!keys.has_tls) return missing("tls");

  const note::Note about = TRY(note::Note::parse(application.document.note));
  const Document document = TRY(Document::parse(about.text));
  TRY(note::require(about, *keys.sign));
  if (document.org != terms.org || document.kind != DocumentKind::organisation) return bad("not the document about this organisation", "document");
  if (document.body_bytes != application.document.body.size() || document.body != crypto::sha256(application.document.body))
    return fail(Code::TEXT_DIFFERS, "not the body that was signed", "body");
  return {};
}

}  // namespace warifu::exchange

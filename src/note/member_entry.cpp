#include "note/member_entry.h"

#include <algorithm>
#include <vector>

#include "crypto/plain_text.h"
#include "note/admitters.h"
#include "note/directory_entry.h"
#include "note/lines.h"

namespace warifu::note {

namespace {

constexpr std::string_view kVersion = "warifu-member/v1";

tl::unexpected<Error> bad(const char* why, const char* where) { return fail(Code::BAD_NOTE, why, where); }

Status check(const MemberEntry& entry) {
  if (!is_key_name(entry.origin)) return bad("not the name of a log", "origin");
  if (!crypto::is_org_name(entry.org)) return bad("not the name of an organisation", "org");
  TRY(parse_word(entry.side, "side"));
  if (entry.root.name != root_name(entry.org) || entry.root.type != KeyType::ed25519) return bad("not the root key of this organisation", "root");
  if (entry.admitted.us < 0 || entry.admitted.us % 1'000'000 != 0) return bad("whole seconds only", "admitted");
  return {};
}

}  // namespace

Result<std::string> MemberEntry::text() const {
  TRY(check(*this));
  return std::string(kVersion) + "\n" + origin + "\norg " + org + "\nside " + side + "\nroot " + root.text() + "\nadmitted " +
         std::to_string(admitted.seconds()) + "\n";
}

Result<MemberEntry> MemberEntry::parse(std::string_view text) {
  LineReader in(text);
  MemberEntry out;
  TRY(in.literal(kVersion));
  out.origin = TRY(in.line("origin"));
  out.org = TRY(parse_org(TRY(in.expect("org")), "org"));
  out.side = TRY(parse_word(TRY(in.expect("side")), "side"));
  Result<VerifierKey> root = VerifierKey::parse(TRY(in.expect("root")));
  if (!root) return bad("not a verifier key", "root");
  out.root = std::move(*root);
  out.admitted = TRY(parse_unix_seconds(TRY(in.expect("admitted")), "admitted"));
  TRY(in.end());
  TRY(check(out));
  return out;
}

Status check_signatures(const Note& note, const MemberEntry& entry, std::span<const VerifierKey> admitters) {
  std::vector<VerifierKey> known(admitters.begin(), admitters.end());
  known.push_back(entry.root);
  std::vector<VerifierKey> signers = TRY(verify(note, known));
  if (std::erase(signers, entry.root) == 0)
    return fail(Code::SIGNATURE_MISSING, "the root key has not signed its own admission", "entry", {{"signer", entry.root.name}});
  if (count_admitters(signers) < 2)
    return fail(Code::SIGNATURE_MISSING, "two admitters admit an organisation", "entry", {{"signer", "<hub>/admit/<n>"}});
  return {};
}

}  // namespace warifu::note

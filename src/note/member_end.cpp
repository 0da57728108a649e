#include "note/member_end.h"

#include <vector>

#include "crypto/plain_text.h"
#include "note/admitters.h"
#include "note/lines.h"

namespace warifu::note {

namespace {

constexpr std::string_view kVersion = "warifu-member-end/v1";

tl::unexpected<Error> bad(const char* why, const char* where) { return fail(Code::BAD_NOTE, why, where); }

Status check(const MemberEnd& end) {
  if (!is_key_name(end.origin)) return bad("not the name of a log", "origin");
  if (!crypto::is_org_name(end.org)) return bad("not the name of an organisation", "org");
  if (end.ended.us < 0 || end.ended.us % 1'000'000 != 0) return bad("whole seconds only", "ended");
  return {};
}

}  // namespace

Result<std::string> MemberEnd::text() const {
  TRY(check(*this));
  return std::string(kVersion) + "\n" + origin + "\norg " + org + "\nended " + std::to_string(ended.seconds()) + "\nprev " + admission.hex() + "\n";
}

Result<MemberEnd> MemberEnd::parse(std::string_view text) {
  LineReader in(text);
  MemberEnd out;
  TRY(in.literal(kVersion));
  out.origin = TRY(in.line("origin"));
  out.org = TRY(parse_org(TRY(in.expect("org")), "org"));
  out.ended = TRY(parse_unix_seconds(TRY(in.expect("ended")), "ended"));
  out.admission = TRY(parse_sha256(TRY(in.expect("prev")), "prev"));
  TRY(in.end());
  TRY(check(out));
  return out;
}

Status check_signatures(const Note& note, const MemberEnd& end, std::span<const VerifierKey> admitters) {
  if (TRY(MemberEnd::parse(note.text)) != end) return fail(Code::TEXT_DIFFERS, "the note speaks of another end", "entry");
  if (count_admitters(TRY(verify(note, admitters))) < 2)
    return fail(Code::SIGNATURE_MISSING, "two admitters end an admission", "entry", {{"signer", "<hub>/admit/<n>"}});
  return {};
}

}  // namespace warifu::note

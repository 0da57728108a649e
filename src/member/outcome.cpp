#include "member/outcome.h"

#include <algorithm>

namespace warifu::member {

namespace {

constexpr std::size_t kNameMax = 40;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax &&
         std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

Outcome outcome_of(Code code) {
  switch (code) {
    // The line, the store, the house: not the message's fault.
    case Code::PEER_UNAVAILABLE:
    case Code::TIMEOUT:
    case Code::STALE:
    case Code::CHECKPOINT_OLD:
    case Code::STORE_UNAVAILABLE:
    case Code::STORE_LOCKED:
    case Code::STORE_CORRUPT:
    case Code::DISK_FULL:
    case Code::QUEUE_FULL:
    case Code::IO:
    case Code::CANCELLED:
    case Code::TOKEN_UNAVAILABLE:
    case Code::WRONG_PIN: return Outcome::COMES_AGAIN;

    // Envelope, promise, manifest and body as texts.
    case Code::BAD_NOTE:
    case Code::BAD_JSON:
    case Code::BAD_UTF8:
    case Code::BAD_ENCODING:
    case Code::CONTROL_CHARACTER:
    case Code::BIDI_CHARACTER:
    case Code::TOO_DEEP:
    case Code::TOO_LARGE:
    case Code::TOO_LONG:
    case Code::TOO_MANY:
    case Code::MISSING_FIELD:
    case Code::UNKNOWN_FIELD:
    case Code::DUPLICATE_FIELD:
    case Code::WRONG_TYPE:
    case Code::EMPTY_FIELD:
    case Code::BAD_VALUE:
    case Code::BAD_TIME:
    case Code::TIME_WITHOUT_ZONE:
    case Code::OUT_OF_RANGE:
    case Code::PERIOD_REVERSED:
    case Code::REASON_REQUIRED:
    // Whose, for whom, and when.
    case Code::TIME_IN_FUTURE:
    case Code::TEXT_DIFFERS:
    case Code::REPLAYED:
    case Code::CONFLICT:
    case Code::NOT_FOUND:
    case Code::FORBIDDEN:
    case Code::ROLE_MISSING:
    // Keys, signatures, seals.
    case Code::SIGNATURE_MISSING:
    case Code::SIGNATURE_INVALID:
    case Code::KEY_UNKNOWN:
    case Code::BAD_PASSKEY:
    case Code::PASSKEY_ORIGIN:
    case Code::PASSKEY_UNVERIFIED:
    case Code::CRYPTO:
    // Its files.
    case Code::PART_MISSING: return Outcome::REFUSED;

    case Code::BAD_CSV:
    case Code::CSV_ROWS:
    case Code::TIME_TOO_OLD:
    case Code::BAD_MEDIA_TYPE:
    case Code::FILE_TYPE_NOT_ALLOWED:
    case Code::ARCHIVE_BOMB:
    case Code::BAD_REQUEST:
    case Code::HEAD_TOO_LARGE:
    case Code::SELECTOR_TYPE_UNKNOWN:
    case Code::SELECTOR_FORMAT:
    case Code::SELECTOR_CHECKSUM:
    case Code::SELECTOR_TIME_MISSING:
    case Code::SELECTOR_SERVICE_MISSING:
    case Code::NOT_LOGGED_IN:
    case Code::SESSION_EXPIRED:
    case Code::WRONG_LOGIN:
    case Code::WRONG_FACTOR:
    case Code::LOCKED_OUT:
    case Code::CSRF:
    case Code::SEPARATION_OF_DUTIES:
    case Code::METHOD_NOT_ALLOWED:
    case Code::INVITATION_INVALID:
    case Code::DELEGATION_OUT_OF_PERIOD:
    case Code::NOT_ASSIGNED:
    case Code::BAD_KEY:
    case Code::KEY_NOT_VALID:
    case Code::BAD_KEYFILE:
    case Code::ILLEGAL_TRANSITION:
    case Code::PARENT_MISSING:
    case Code::CASE_UNKNOWN:
    case Code::CASE_CLOSED:
    case Code::ADDRESSEE_UNKNOWN:
    case Code::NOT_IN_PROFILE:
    case Code::NOT_ALLOWED_BY_LAW:
    case Code::ITEM_UNKNOWN:
    case Code::RESULT_MISSING:
    case Code::SERIAL_TAKEN:
    case Code::PURGED:
    case Code::ROW_COUNT_DIFFERS:
    case Code::RETENTION_RUNNING:
    case Code::IDEMPOTENCY_KEY_MISSING:
    case Code::IDEMPOTENCY_MISMATCH:
    case Code::RATE_LIMITED:
    case Code::NOT_ADMITTED:
    case Code::PROOF_INVALID:
    case Code::LOG_FORKED:
    case Code::PROMISE_BROKEN:
    case Code::MIGRATION:
    case Code::SOURCE_UNAVAILABLE:
    case Code::SOURCE_CONFIG:
    case Code::MAIL_FAILED:
    case Code::CONFIG:
    case Code::LAW_DATA:
    case Code::EVIDENCE_INVALID:
    case Code::INTERNAL: return Outcome::NOT_GIVEN;
  }
  return Outcome::NOT_GIVEN;
}

std::string code_name(const Error& error) { return std::string(sentence(error.code).name); }

Result<std::string> refusal_named(std::string_view name) {
  const auto not_one = [] { return fail(Code::BAD_VALUE, "not a code by which a message is refused", "code", {{"expected", "FORBIDDEN …"}}); };
  if (!is_name(name)) return not_one();
  for (int i = 0; i < kCodeCount; ++i) {
    const Code code = static_cast<Code>(i);
    if (sentence(code).name != name) continue;
    if (outcome_of(code) != Outcome::REFUSED && code != Code::INTERNAL) return not_one();
    return std::string(name);
  }
  return std::string(sentence(Code::INTERNAL).name);
}

}  // namespace warifu::member

#include "member/outcome.h"

#include <algorithm>
#include <array>

namespace warifu::member {

namespace {

constexpr std::size_t kNameMax = 40;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax &&
         std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

// The line, the store, the house: not the message's fault.
constexpr std::array kComesAgain = {Code::PEER_UNAVAILABLE, Code::TIMEOUT,           Code::STALE,     Code::CHECKPOINT_OLD, Code::STORE_UNAVAILABLE,
                                    Code::STORE_LOCKED,     Code::STORE_CORRUPT,     Code::DISK_FULL, Code::QUEUE_FULL,     Code::IO,
                                    Code::CANCELLED,        Code::TOKEN_UNAVAILABLE, Code::WRONG_PIN};

// Envelope, promise, manifest and body as texts.
constexpr std::array kMalformed = {Code::BAD_NOTE,       Code::BAD_JSON,      Code::BAD_UTF8,          Code::BAD_ENCODING, Code::CONTROL_CHARACTER,
                                   Code::BIDI_CHARACTER, Code::TOO_DEEP,      Code::TOO_LARGE,         Code::TOO_LONG,     Code::TOO_MANY,
                                   Code::MISSING_FIELD,  Code::UNKNOWN_FIELD, Code::DUPLICATE_FIELD,   Code::WRONG_TYPE,   Code::EMPTY_FIELD,
                                   Code::BAD_VALUE,      Code::BAD_TIME,      Code::TIME_WITHOUT_ZONE, Code::OUT_OF_RANGE, Code::PERIOD_REVERSED,
                                   Code::REASON_REQUIRED};

// Whose, for whom and when; keys, signatures and seals; its files.
constexpr std::array kNotAsItOughtToBe = {Code::TIME_IN_FUTURE,     Code::TEXT_DIFFERS, Code::REPLAYED,     Code::CONFLICT,
                                          Code::NOT_FOUND,          Code::FORBIDDEN,    Code::ROLE_MISSING, Code::SIGNATURE_MISSING,
                                          Code::SIGNATURE_INVALID,  Code::KEY_UNKNOWN,  Code::BAD_PASSKEY,  Code::PASSKEY_ORIGIN,
                                          Code::PASSKEY_UNVERIFIED, Code::CRYPTO,       Code::PART_MISSING};

template <std::size_t N>
bool is_among(const std::array<Code, N>& codes, Code code) {
  return std::ranges::find(codes, code) != codes.end();
}

}  // namespace

Outcome outcome_of(Code code) {
  if (is_among(kComesAgain, code)) return Outcome::COMES_AGAIN;
  return is_among(kMalformed, code) || is_among(kNotAsItOughtToBe, code) ? Outcome::REFUSED : Outcome::NOT_GIVEN;
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

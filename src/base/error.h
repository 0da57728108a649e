#pragma once
// How an expected failure travels: as a value with a closed code, the place it concerns and the words that fill its sentence.
// The sentence itself (Japanese and English) and the HTTP status are chosen by code in error_catalogue.cpp, so that the command
// line, the interface and a log line can never disagree. `message` is for operators: no secret and no personal data go into it.

#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace warifu {

enum class Code {
  // shape of what came in
  BAD_JSON,
  MISSING_FIELD,
  UNKNOWN_FIELD,
  DUPLICATE_FIELD,
  WRONG_TYPE,
  EMPTY_FIELD,
  TOO_LONG,
  TOO_MANY,
  TOO_LARGE,
  TOO_DEEP,
  BAD_UTF8,
  CONTROL_CHARACTER,
  BIDI_CHARACTER,
  BAD_VALUE,
  OUT_OF_RANGE,
  BAD_ENCODING,
  BAD_NOTE,
  BAD_CSV,
  CSV_ROWS,
  BAD_TIME,
  TIME_WITHOUT_ZONE,
  TIME_IN_FUTURE,
  TIME_TOO_OLD,
  PERIOD_REVERSED,
  BAD_MEDIA_TYPE,
  FILE_TYPE_NOT_ALLOWED,
  ARCHIVE_BOMB,
  BAD_REQUEST,
  HEAD_TOO_LARGE,
  // selectors
  SELECTOR_TYPE_UNKNOWN,
  SELECTOR_FORMAT,
  SELECTOR_CHECKSUM,
  SELECTOR_TIME_MISSING,
  SELECTOR_SERVICE_MISSING,
  // who is asking
  NOT_LOGGED_IN,
  SESSION_EXPIRED,
  WRONG_LOGIN,
  WRONG_FACTOR,
  LOCKED_OUT,
  CSRF,
  FORBIDDEN,
  ROLE_MISSING,
  SEPARATION_OF_DUTIES,
  NOT_FOUND,
  METHOD_NOT_ALLOWED,
  INVITATION_INVALID,
  DELEGATION_OUT_OF_PERIOD,
  NOT_ASSIGNED,
  REASON_REQUIRED,
  // keys and signatures
  SIGNATURE_MISSING,
  SIGNATURE_INVALID,
  KEY_UNKNOWN,
  KEY_NOT_VALID,
  BAD_KEY,
  WRONG_PIN,
  BAD_KEYFILE,
  BAD_PASSKEY,
  PASSKEY_ORIGIN,
  PASSKEY_UNVERIFIED,
  TEXT_DIFFERS,
  // matters
  STALE,
  ILLEGAL_TRANSITION,
  PARENT_MISSING,
  CASE_UNKNOWN,
  CASE_CLOSED,
  ADDRESSEE_UNKNOWN,
  NOT_IN_PROFILE,
  NOT_ALLOWED_BY_LAW,
  ITEM_UNKNOWN,
  RESULT_MISSING,
  SERIAL_TAKEN,
  PURGED,
  ROW_COUNT_DIFFERS,
  RETENTION_RUNNING,
  // repetition and quota
  IDEMPOTENCY_KEY_MISSING,
  IDEMPOTENCY_MISMATCH,
  RATE_LIMITED,
  QUEUE_FULL,
  // the exchange
  NOT_ADMITTED,
  REPLAYED,
  PART_MISSING,
  PROOF_INVALID,
  LOG_FORKED,
  PROMISE_BROKEN,
  CHECKPOINT_OLD,
  TOKEN_UNAVAILABLE,
  // the machine
  STORE_UNAVAILABLE,
  STORE_LOCKED,
  STORE_CORRUPT,
  DISK_FULL,
  CONFLICT,
  MIGRATION,
  SOURCE_UNAVAILABLE,
  SOURCE_CONFIG,
  PEER_UNAVAILABLE,
  MAIL_FAILED,
  IO,
  CONFIG,
  CANCELLED,
  TIMEOUT,
  CRYPTO,
  LAW_DATA,
  EVIDENCE_INVALID,
  INTERNAL,
};

using Args = std::map<std::string, std::string>;

struct Error {
  Code code = Code::INTERNAL;
  std::string message;  // for operators, English
  std::string where;    // JSON pointer or field name; empty when it concerns the whole
  Args args;            // fills {name} in the catalogue's sentence

  // Prefixes the place, for callers that know the outer field: at("/items/2") on "/value" gives "/items/2/value".
  Error at(std::string_view outer) && {
    where = std::string(outer) + where;
    return std::move(*this);
  }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::string message, std::string where = {}, Args args = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(where), std::move(args)});
}

// The catalogue's entry of a code.
struct Sentence {
  std::string_view name;  // "STALE"
  int http_status;        // 400 … 507
  std::string_view ja;    // with {name} places
  std::string_view en;
};
[[nodiscard]] const Sentence& sentence(Code code);
[[nodiscard]] std::string sentence_ja(const Error& error);
[[nodiscard]] std::string sentence_en(const Error& error);
// Every code, for tests and documentation.
inline constexpr int kCodeCount = static_cast<int>(Code::INTERNAL) + 1;

namespace detail {
template <class T>
T take(tl::expected<T, Error>&& result) {
  return std::move(*result);
}
inline void take(tl::expected<void, Error>&&) {}
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace detail

}  // namespace warifu

#define WARIFU_CONCAT_(a, b) a##b
#define WARIFU_CONCAT(a, b) WARIFU_CONCAT_(a, b)
#define WARIFU_TRY_(name, expression)                                    \
  __extension__({                                                        \
    auto name = (expression);                                            \
    if (!name) [[unlikely]]                                              \
      return ::tl::unexpected<::warifu::Error>(std::move(name).error()); \
    ::warifu::detail::take(std::move(name));                             \
  })
// Value of a Result, or return its error from the enclosing function (which returns a Result itself).
#define TRY(...) WARIFU_TRY_(WARIFU_CONCAT(try_result_, __COUNTER__), (__VA_ARGS__))
// A programmer's error, never a user's: aborts, in release builds too.
#define CHECK_THAT(condition) (static_cast<bool>(condition) ? void(0) : ::warifu::detail::check_failed(#condition, __FILE__, __LINE__))

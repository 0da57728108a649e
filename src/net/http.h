#pragma once
// What a handler sees of HTTP: one request, fully read and checked, and one response to give back. No sockets here, no Boost.
// Guarantees for every Request that reaches a handler: origin-form target of visible ASCII; `path` percent-decoded per segment,
// valid UTF-8, without "." or ".." segments, control characters or an encoded slash; exactly one Host; header names in lower case.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu::net {

struct Header {
  std::string name;  // lower case in requests
  std::string value;
};
using Headers = std::vector<Header>;

// A decoded name=value pair of a query or of a form body.
struct Parameter {
  std::string name;
  std::string value;
};

// The certificate a client presented, whose key it has shown to hold: the server's client CA vouched for it, or (TlsOptions.any_client_certificate)
// nobody did, and the handler must find `spki` in a place that it trusts.
struct PeerCertificate {
  Sha256 fingerprint;       // of the DER encoding
  Sha256 spki;              // of the SubjectPublicKeyInfo: the key
  std::string common_name;  // of the subject, may be empty
};

struct Request {
  std::string method;                 // GET HEAD POST PUT PATCH DELETE OPTIONS
  std::string target;                 // as sent, "/a/%E5%89%B2?x=1"
  std::string path;                   // as sent, before the "?", still percent-encoded
  std::string query;                  // as sent, after the "?", still percent-encoded
  std::vector<std::string> segments;  // of the path, decoded: {"a", "割"}; "/" gives none, a trailing slash gives a last empty one
  std::vector<Parameter> parameters;  // of the query, decoded, in order
  Headers headers;
  std::string body;                                // empty when body_file is set
  std::optional<std::filesystem::path> body_file;  // deleted when the handler returns, unless the handler moved it away
  std::uint64_t body_size = 0;
  std::chrono::microseconds body_took{0};  // from the end of the head until the body was here
  std::string peer;                        // address, without the port
  std::optional<PeerCertificate> peer_certificate;
  std::string request_id;  // 32 hex digits, chosen by the server

  // First value of a header; `name` in lower case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  // Value of a cookie (RFC 6265 section 4.2). A name that is sent twice gives nothing: which of the two is meant is unknown.
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
  // First value of a query parameter.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

// A file, or a part of one, sent in pieces without being loaded whole.
struct FileBody {
  std::filesystem::path path;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> size;  // to the end when absent
  bool remove_after = false;          // deletes the file once it has been sent or given up
};

// The last alternative is for bytes with static storage duration (embedded assets).
using Body = std::variant<std::string, std::shared_ptr<const std::string>, FileBody, ByteView>;

struct Response;
// Gives the answer that a handler left open: once, from any thread; a second time, or after the server's end, it does nothing.
using Reply = std::function<void(Response)>;

// The server adds Content-Length, Date, Connection and X-Request-Id; a handler does not set them.
struct Response {
  int status = 200;
  Headers headers;
  Body body;
  // When set, this is no answer yet: it is called at once and passes the reply on to whoever will know. No worker waits meanwhile.
  std::function<void(Reply)> later = {};

  Response& set(std::string_view name, std::string_view value);                       // replaces
  Response& add(std::string_view name, std::string_view value);                       // for Set-Cookie
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;  // name in any case
  [[nodiscard]] std::string_view text() const;                                        // of a body in memory; empty for a file
};

[[nodiscard]] Response text_response(int status, std::string content_type, std::string body);
// application/problem+json (RFC 9457) with `status`, `code`, `where`, `args`, `ja`, `en` and, when given, `request_id`. The status is the catalogue's
// unless `status` is given. The operator's message is not part of it.
[[nodiscard]] Response problem_response(const Error& error, std::string_view request_id = {}, std::optional<int> status = {});
// The reverse: the error that such an answer tells of. A body that is no problem, or a code of a later version, is PEER_UNAVAILABLE.
[[nodiscard]] Error problem_error(int status, std::string_view body);

// Reason phrase of a status, "" for those we never send.
[[nodiscard]] std::string_view reason_phrase(int status);

struct Target {
  std::string path;
  std::string query;
  std::vector<std::string> segments;
  std::vector<Parameter> parameters;
};
// Origin-form only (RFC 9112 section 3.2.1).
[[nodiscard]] Result<Target> parse_target(std::string_view target);
// Strict: two hex digits after each "%", valid UTF-8, no control characters. With `plus_is_space` as in forms.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
[[nodiscard]] std::string percent_encode(std::string_view text);  // everything but unreserved characters (RFC 3986 section 2.3)
// "a=1&b=%E5%89%B2"; at most kParametersMax pairs, none with an empty name.
[[nodiscard]] Result<std::vector<Parameter>> parse_query(std::string_view query);
inline constexpr std::size_t kParametersMax = 64;

}  // namespace warifu::net

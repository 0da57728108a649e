#pragma once
// One row of the table of routes, and what a handler is given. The same row serves three purposes: finding the handler, checking a request
// before any of it is believed, and describing the interface (api/openapi.json). A handler holds no rule of its own: decode, call the desk,
// encode.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/options.h"
#include "base/error.h"
#include "json/codec.h"
#include "net/http.h"

namespace warifu::api {

// Who may call: anybody; whoever has a cookie, also before the second factor; a complete session. What a role may do is the desk's matter.
enum class Access { PUBLIC, COOKIE, SESSION };

// Whether something changes, and what is kept for a repetition with the same Idempotency-Key.
//   NO          reads only (some are POSTs because of their size)
//   KEPT        writes; the answer is kept, in the transaction of the act when there is one, and given again
//   DIGEST      writes; the answer holds personal data or would outlive a purge, so only the request's digest is kept: another body is refused,
//               the same body is carried out again, which the desk makes harmless
//   UNKEPT      writes; request or answer is a secret of which not even a digest is kept
enum class Write { NO, KEPT, DIGEST, UNKEPT };

enum class Payload { NONE, JSON, CSV, FILE, TEXT, HTML, PDF };

// For a request or an answer without a body.
struct None {};

struct QueryParameter {
  std::string name;
  json::Value schema;
  bool is_required = false;
};

struct Call {
  const net::Request& request;
  const Options& options;
  Offices& offices;
  Host* host = nullptr;  // the organisation of the session, or the one a public request names
  desk::Caller caller;
  desk::SessionView session;                             // complete sessions only
  std::string token;                                     // of the cookie
  std::map<std::string, std::string, std::less<>> path;  // by name
  std::optional<std::string> new_cookie;                 // what Set-Cookie shall carry; empty: remove it
  net::Headers headers;                                  // of the answer
  bool is_body_ours = false;                             // a file that the server wrote for this request, and that nobody else needs

  [[nodiscard]] Host& here() const { return *host; }
  // A path parameter of a type with parse(); what is not even spelled like an id cannot exist: NOT_FOUND.
  template <class T>
  [[nodiscard]] Result<T> id(std::string_view name) const {
    Result<T> parsed = T::parse(path.find(name)->second);
    if (!parsed) return fail(Code::NOT_FOUND, "not the spelling of an id", "/" + std::string(name));
    return parsed;
  }
};

// What a handler makes: JSON, or a whole response (files, text).
struct Answer {
  json::Value json;
  std::optional<net::Response> response;
};

struct Route {
  std::string method;
  std::string path;  // "/api/matters/{matter}/check"
  std::string tag;
  std::string ja, en;     // one sentence
  std::string operation;  // operationId
  Access access = Access::SESSION;
  Write write = Write::NO;
  int status = 200;  // of success
  Payload request = Payload::NONE;
  Payload answer = Payload::JSON;
  std::uint64_t body_max = 0;
  std::vector<std::string> segments;
  std::function<json::Value(json::SchemaSet&)> request_schema, answer_schema;
  std::function<std::vector<QueryParameter>(json::SchemaSet&)> query;
  std::function<Result<Answer>(Call&)> run;
};

}  // namespace warifu::api

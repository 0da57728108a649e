#pragma once
// The table of routes. Each room of the interface adds its own rows; registering by types keeps handler and description together:
//
//   routes.add<desk::CommentCommand, desk::Written>({"POST", "/api/matters/{matter}/check", "matters", "…", "…", Access::SESSION, Write::KEPT},
//                                                    [](Call& call, const desk::CommentCommand& body) -> Result<desk::Written> { … });
//
// Not here: sessions, tokens and repetitions (server_api.h) and what a route does (the desk).

#include <memory>
#include <string_view>
#include <type_traits>

#include "api/query.h"
#include "api/route.h"
#include "base/limits.h"

namespace warifu::api {

struct Spec {
  std::string_view method, path, tag, ja, en;
  Access access = Access::SESSION;
  Write write = Write::NO;
  int status = 200;
  std::uint64_t body_max = limits::kHttpJsonBytesMax;
};

struct Match {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> path;
};

class Router {
 public:
  // JSON in, JSON out; None for either side without a body.
  template <class Request, class Response, class Handler>
  Route& add(const Spec& spec, Handler handler) {
    return add_with_query<None, Request, Response>(spec, [handler](Call& call, const None&, const Request& body) -> Result<Response> {
      if constexpr (std::is_same_v<Request, None>)
        return handler(call);
      else
        return handler(call, body);
    });
  }
  template <class Query, class Response, class Handler>
  Route& get(const Spec& spec, Handler handler) {
    return add_with_query<Query, None, Response>(
        spec, [handler](Call& call, const Query& query, const None&) -> Result<Response> { return handler(call, query); });
  }
  template <class Query, class Request, class Response, class Handler>
  Route& add_with_query(const Spec& spec, Handler handler) {
    Route route = blank(spec);
    describe<Query, Request, Response>(route);
    route.run = [handler](Call& call) -> Result<Answer> {
      const Query query = TRY(query_of<Query>(call.request));
      Request body{};
      if constexpr (!std::is_same_v<Request, None>)
        body = TRY(body_of<Request>(call.request));
      else
        TRY(no_body(call.request));
      const Response response = TRY(handler(call, query, body));
      if constexpr (std::is_same_v<Response, None>)
        return Answer{};
      else
        return Answer{json::encode(response), {}};
    };
    return insert(std::move(route));
  }
  // A body that is not JSON, or an answer that is not: the handler sees the request and makes the answer itself.
  template <class Query, class Response, class Handler>
  Route& add_raw(const Spec& spec, Payload request, Payload answer, Handler handler) {
    Route route = blank(spec);
    describe<Query, None, Response>(route);
    route.request = request;
    route.answer = answer;
    route.run = [handler, request](Call& call) -> Result<Answer> {
      const Query query = TRY(query_of<Query>(call.request));
      if (request == Payload::NONE) TRY(no_body(call.request));
      return handler(call, query);
    };
    return insert(std::move(route));
  }

  // NOT_FOUND, or METHOD_NOT_ALLOWED with the arg `expected`.
  [[nodiscard]] Result<Match> match(std::string_view method, const std::vector<std::string>& segments) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  [[nodiscard]] static Route blank(const Spec& spec);
  Route& insert(Route route);

  template <class Query, class Request, class Response>
  static void describe(Route& route) {
    if constexpr (!std::is_same_v<Query, None>) route.query = [](json::SchemaSet& set) { return describe_query<Query>(set); };
    if constexpr (!std::is_same_v<Request, None>) {
      route.request = Payload::JSON;
      route.request_schema = [](json::SchemaSet& set) { return set.ref<Request>(); };
    }
    if constexpr (!std::is_same_v<Response, None>) {
      route.answer = Payload::JSON;
      route.answer_schema = [](json::SchemaSet& set) { return set.ref<Response>(); };
    } else {
      route.answer = Payload::NONE;
    }
  }
  template <class Query>
  [[nodiscard]] static Result<Query> query_of(const net::Request& request) {
    if constexpr (std::is_same_v<Query, None>) {
      TRY(detail::query_object(request.parameters, {}));
      return None{};
    } else {
      return read_query<Query>(request);
    }
  }
  template <class Request>
  [[nodiscard]] static Result<Request> body_of(const net::Request& request) {
    Result<Request> decoded = json::decode<Request>(TRY(parse_body(request)));
    if (!decoded) return tl::unexpected<Error>(in_body(std::move(decoded).error()));
    return decoded;
  }
  [[nodiscard]] static Status check_json(const net::Request& request);  // BAD_MEDIA_TYPE
  [[nodiscard]] static Result<json::Value> parse_body(const net::Request& request);
  [[nodiscard]] static Error in_body(Error error);
  [[nodiscard]] static Status no_body(const net::Request& request);

  std::vector<std::unique_ptr<Route>> routes_;
};

// True when the Content-Type names this type, parameters aside.
[[nodiscard]] bool has_media_type(const net::Request& request, std::string_view type);

}  // namespace warifu::api

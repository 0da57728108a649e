#include "api/server_api.h"

#include <chrono>

#include "api/problem.h"
#include "api/routes.h"
#include "desk/session_look.h"
#include "json/write.h"

namespace warifu::api {

namespace {

constexpr std::uint64_t kUnexpectedBodyMax = 4096;  // read, so that the refusal reaches its sender

bool is_api(const net::Request& request) { return !request.segments.empty() && request.segments.front() == "api"; }
bool reads_only(const net::Request& request) { return request.method == "GET" || request.method == "HEAD"; }

// A page from elsewhere must not write in a person's name. SameSite cookies and the token of the form keep it out; this is the third lock,
// and the only one of requests that have no session yet.
Status check_origin(const net::Request& request) {
  const std::string_view site = request.header("sec-fetch-site").value_or("none");
  if (site != "same-origin" && site != "none") return fail(Code::CSRF, "sent by a page from elsewhere");
  const std::optional<std::string_view> origin = request.header("origin");
  if (!origin) return {};
  const std::size_t scheme = origin->find("://");
  if (scheme == std::string_view::npos || origin->substr(scheme + 3) != request.header("host").value_or(""))
    return fail(Code::CSRF, "the origin is another host");
  return {};
}

// Bodies come as they are: nothing that unpacks itself is taken, so no small body can become a large one (RFC 9110 section 15.5.16).
Status check_coding(const net::Request& request) {
  const std::string_view coding = request.header("content-encoding").value_or("identity");
  if (coding == "identity") return {};
  return fail(Code::BAD_MEDIA_TYPE, "a content coding", "Content-Encoding",
              {{"expected", "Content-Encoding: identity"}, {"actual", std::string(coding)}});
}

struct Cookie {
  party::OrganisationId organisation;
  std::string token;
};

// "<org>.<token>"; the token has no dot.
std::optional<Cookie> read_cookie(const net::Request& request) {
  const std::optional<std::string_view> value = request.cookie(kCookieName);
  const std::size_t dot = value ? value->rfind('.') : std::string_view::npos;
  if (dot == std::string_view::npos) return std::nullopt;
  Result<party::OrganisationId> organisation = party::OrganisationId::parse(value->substr(0, dot));
  if (!organisation) return std::nullopt;
  return Cookie{std::move(*organisation), std::string(value->substr(dot + 1))};
}

// Nobody fills the disk with a cookie he made up. The house whose session it is.
Result<const Host*> look_at_session(const Offices& offices, const net::Request& head) {
  const std::optional<Cookie> cookie = read_cookie(head);
  const auto found = cookie ? offices.find(cookie->organisation) : offices.end();
  if (found == offices.end()) return fail(Code::NOT_LOGGED_IN, "no session");
  TRY(desk::look_at_session(found->second.office, cookie->token, head.header("x-csrf-token").value_or("")));
  return &found->second;
}

// Administrators make the first books before anybody can be admitted, and see no matter; what is one's own is everybody's.
Status check_admitted(const Route& route, const Call& call) {
  static constexpr std::string_view kOnesOwn = "session";  // the tag of these routes
  if (route.tag == kOnesOwn || call.caller.role == party::Role::ADMIN || TRY(desk::is_admitted(call.here().office, call.caller))) return {};
  return fail(Code::KEY_UNKNOWN, "nobody else has admitted this person in this role: the directory has no key", "/session/role",
              {{"key", call.session.signer}});
}

// What a refusal is about when the desk does not say it: which part of the address named what is not there, the body that was sent, or what was asked
// for at all. Empty for sentences that name no place.
std::string place_of(const Route& route, Code code) {
  const Sentence& said = sentence(code);
  if (said.ja.find("{where}") == std::string_view::npos) return {};
  if (code == Code::NOT_FOUND)
    for (const std::string& segment : route.segments)
      if (segment.starts_with('{')) return "/" + segment.substr(1, segment.size() - 2);
  if (route.request != Payload::NONE && (said.http_status == 400 || said.http_status == 422)) return "body";
  return route.method + " " + route.path;
}

// A file may be as large as the house takes it; what else a route takes is the same everywhere.
std::uint64_t body_max_of(const Route& route, const Host& host) {
  if (route.request != Payload::FILE) return route.body_max;
  return std::min(route.body_max, static_cast<std::uint64_t>(host.office.file_limits().bytes_max));
}

}  // namespace

Api::Api(Offices offices, Options options) : offices_(std::move(offices)), options_(std::move(options)) { declare_figures(); }

net::Response Api::handle(const net::Request& request) {
  const auto began = std::chrono::steady_clock::now();
  Outcome outcome = answer(request);
  net::set_security_headers(outcome.response, options_.is_https);
  const auto took = std::chrono::steady_clock::now() - began;
  report(request, outcome, std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  return std::move(outcome.response);
}

Api::Outcome Api::answer(const net::Request& request) {
  Outcome outcome;
  if (reads_only(request) && request.path == "/healthz") {
    outcome.response = health();
    return outcome;
  }
  if (reads_only(request) && request.path == "/metrics") {
    outcome.response = figures();
    return outcome;
  }
  Result<net::Response> made = is_api(request) ? answer_api(request, outcome) : file_of_ui(request);
  if (made) {
    outcome.response = std::move(*made);
    return outcome;
  }
  outcome.error = std::move(made).error();
  outcome.response = problem_response(*outcome.error, request.request_id);
  return outcome;
}

Result<net::Response> Api::answer_api(const net::Request& request, Outcome& outcome) {
  Match match = TRY(all_routes().match(request.method, request.segments));
  outcome.route = match.route;
  const Route& route = *match.route;
  Call call{request, options_, offices_, nullptr, {}, {}, {}, std::move(match.path), {}, {}, request.body_file.has_value()};
  if (!reads_only(request)) TRY(check_origin(request));
  TRY(check_coding(request));
  if (const Status found = find_session(route, call); !found) return tl::unexpected<Error>(found.error());
  if (call.host != nullptr) outcome.organisation = call.here().office.self().id.text();
  const std::uint64_t body_max = call.host == nullptr ? route.body_max : body_max_of(route, *call.host);
  if (route.request != Payload::NONE && request.body_size > body_max)
    return fail(Code::TOO_LARGE, "more than this route takes", "body", {{"max", std::to_string(body_max)}});
  if (route.write == Write::NO) return run(route, call);

  std::string key = TRY(idempotency_key(request));
  const InFlight::Turn turn(in_flight_, call.caller.person.hex() + key);
  Repetition repetition = TRY(Repetition::begin(route, call, std::move(key)));
  if (std::optional<net::Response> earlier = repetition.earlier()) return *std::move(earlier);
  call.caller.once = repetition.once();
  net::Response response = TRY(run(route, call));
  // What was done is done: what wrote no act and cannot be kept is carried out again, which changes nothing.
  if (const Status kept = repetition.keep(route, call, response); !kept) outcome.error = kept.error();
  if (options_.written) options_.written(call.here().office.self().id);
  return response;
}

Status Api::find_session(const Route& route, Call& call) {
  if (route.access == Access::PUBLIC) return {};
  const std::optional<Cookie> cookie = read_cookie(call.request);
  const auto found = cookie ? offices_.find(cookie->organisation) : offices_.end();
  if (found == offices_.end()) return fail(Code::NOT_LOGGED_IN, "no session");
  call.host = &found->second;
  call.token = cookie->token;
  if (route.access == Access::COOKIE) return {};
  desk::Logins& logins = call.here().logins;
  call.session = reads_only(call.request)
                     ? TRY(logins.current(call.token))
                     : TRY(logins.current(call.token, call.request.header("x-csrf-token").value_or(""), Duration{call.request.body_took.count()}));
  call.caller = {call.session.person, call.session.role};
  return check_admitted(route, call);
}

Result<net::Response> Api::run(const Route& route, Call& call) {
  Result<Answer> made = route.run(call);
  if (!made) {
    Error error = std::move(made).error();
    if (error.where.empty()) error.where = place_of(route, error.code);
    return tl::unexpected<Error>(std::move(error));
  }
  return response_of(route, call, std::move(*made));
}

net::Response Api::response_of(const Route& route, Call& call, Answer answer) const {
  net::Response response;
  if (answer.response)
    response = std::move(*answer.response);
  else if (route.answer == Payload::JSON)
    response = net::text_response(route.status, "application/json", json::compact(answer.json));
  else
    response.status = route.status;
  for (const net::Header& header : call.headers) response.set(header.name, header.value);
  if (call.new_cookie) set_cookie(response, *call.new_cookie);
  return response;
}

void Api::set_cookie(net::Response& response, const std::string& value) const {
  std::string line = std::string(kCookieName) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict";
  if (options_.is_https) line += "; Secure";
  if (value.empty()) line += "; Max-Age=0";
  response.add("Set-Cookie", line);
}

net::BodyPolicy Api::body_policy(const net::Request& head) const {
  net::BodyPolicy policy;
  policy.bytes_max = kUnexpectedBodyMax;
  if (!is_api(head)) return policy;
  const Result<Match> match = all_routes().match(head.method, head.segments);
  if (!match) return policy;
  const Route& route = *match->route;
  policy.bytes_max = std::max(route.body_max, kUnexpectedBodyMax);
  policy.to_file = route.request == Payload::FILE;
  std::optional<Error> refused;
  if (policy.to_file) {
    if (const Result<const Host*> found = look_at_session(offices_, head); found)
      policy.bytes_max = body_max_of(route, **found);
    else
      refused = found.error();
  }
  if (const Status coding = check_coding(head); !coding) refused = coding.error();
  if (refused) {
    policy.refusal = problem_response(*refused, head.request_id);
    net::set_security_headers(*policy.refusal, options_.is_https);
  }
  return policy;
}

Result<net::Response> Api::file_of_ui(const net::Request& request) const {
  if (!reads_only(request)) return fail(Code::METHOD_NOT_ALLOWED, "pages are read", request.path, {{"expected", "GET, HEAD"}});
  const net::StaticFiles files(options_.assets);
  if (std::optional<net::Response> found = files.serve(request)) return *std::move(found);
  // A path of the interface's own router; a missing file stays missing.
  const bool is_file = !request.segments.empty() && request.segments.back().find('.') != std::string::npos;
  if (is_file) return fail(Code::NOT_FOUND, "no such file");
  if (const net::Asset* page = files.find("/index.html")) return files.serve(request, *page);
  return net::text_response(200, "text/html; charset=utf-8",
                            "<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>割符</title></head><body>\n"
                            "<p>この実行ファイルには画面が組み込まれていません。ui/ を作ってから組み立て直してください。API は <a "
                            "href=\"/api/openapi.json\">/api/openapi.json</a> にあります。</p>\n"
                            "<p lang=\"en\">This executable holds no web interface. Build ui/ first, then the executable again. The API is described "
                            "at /api/openapi.json.</p>\n"
                            "</body></html>\n");
}

}  // namespace warifu::api

#pragma once
// For tests only: the invented world of desk/test_office.h behind the interface, and browsers that log in and send requests to it as
// net::Server would hand them over.
//
//   TestApi node;
//   Browser browser = node.log_in(node.world.investigator);
//   Reply reply = browser.post("/api/inquiries", json);      // with cookie, form token and a fresh Idempotency-Key

#include <doctest/doctest.h>

#include <set>

#include "api/server_api.h"
#include "api/types.h"
#include "crypto/password.h"
#include "desk/test_office.h"
#include "json/parse.h"
#include "json/write.h"

namespace warifu::api {

inline constexpr std::string_view kTestOrigin = "https://desk.example";
inline constexpr std::string_view kTestPassword = "correct horse battery";

struct Reply {
  net::Response response;
  json::Value json;  // null when the body is not JSON
  [[nodiscard]] int status() const { return response.status; }
  [[nodiscard]] std::string code() const { return text("code"); }
  [[nodiscard]] std::string text(std::string_view field) const {
    const json::Value* value = json.is_object() ? json.as_object().if_contains(field) : nullptr;
    return value != nullptr && value->is_string() ? std::string(json::view(value->get_string())) : std::string();
  }
  template <class T>
  [[nodiscard]] T as() const {
    return desk::must(json::decode<T>(json), "decoding an answer");
  }
};

inline net::Request make_request(std::string_view method, std::string_view target, std::string body = {},
                                 std::string_view type = "application/json") {
  net::Request request;
  const net::Target parsed = desk::must(net::parse_target(target), "a target");
  request.method = method;
  request.target = target;
  request.path = parsed.path;
  request.query = parsed.query;
  request.segments = parsed.segments;
  request.parameters = parsed.parameters;
  request.headers = {{"host", "desk.example"}};
  if (!body.empty()) request.headers.push_back({"content-type", std::string(type)});
  request.body_size = body.size();
  request.body = std::move(body);
  request.request_id = "00000000000000000000000000000001";
  return request;
}

inline Reply send(Api& api, const net::Request& request) {
  Reply reply{api.handle(request), nullptr};
  if (reply.response.header("content-type").value_or("").find("json") != std::string_view::npos)
    reply.json = desk::must(json::parse(reply.response.text()), "an answer's JSON");
  return reply;
}

// One browser: keeps its cookie and the token of the form.
class Browser {
 public:
  explicit Browser(Api& api) : api_(api) {}

  [[nodiscard]] net::Request request(std::string_view method, std::string_view target, std::string body = {},
                                     std::string_view type = "application/json") const {
    net::Request out = make_request(method, target, std::move(body), type);
    if (!cookie.empty()) out.headers.push_back({"cookie", std::string(kCookieName) + "=" + cookie});
    if (method != "GET") {
      out.headers.push_back({"x-csrf-token", csrf});
      out.headers.push_back({"idempotency-key", MatterId::random().hex()});
    }
    return out;
  }
  Reply send(const net::Request& made) {
    Reply reply = api::send(api_, made);
    for (const net::Header& header : reply.response.headers)
      if (header.name == "Set-Cookie") {
        const std::size_t from = header.value.find('=') + 1;
        cookie = header.value.substr(from, header.value.find(';') - from);
      }
    if (const std::string token = reply.text("csrf"); !token.empty()) csrf = token;
    return reply;
  }
  Reply get(std::string_view target) { return send(request("GET", target)); }
  Reply post(std::string_view target, std::string body = {}) { return send(request("POST", target, std::move(body))); }
  template <class T>
  Reply post_as(std::string_view target, const T& body) {
    return post(target, json::compact(json::encode(body)));
  }
  Reply put(std::string_view target, std::string body) { return send(request("PUT", target, std::move(body))); }
  Reply del(std::string_view target) { return send(request("DELETE", target)); }

  std::string cookie, csrf;

 private:
  Api& api_;
};

struct TestApi {
  explicit TestApi(std::vector<std::shared_ptr<answer::Source>> sources = {}, Options chosen = {})
      : world(std::move(sources), agency_store, provider_store),
        agency_logins(world.agency(), login_options()),
        provider_logins(world.provider(), login_options()),
        agency_enrolment({world.agency(), world.agency_office().directory, world.agency_office().signer}),
        provider_enrolment({world.provider(), world.provider_office().directory, world.provider_office().signer}),
        api(offices(), with_log(std::move(chosen))) {}

  // Password, then the second factor; both are set up when somebody logs in for the first time.
  Browser log_in(const desk::Caller& who) {
    Browser browser(api);
    const Reply half = browser.post("/api/session", log_in_body(who));
    const Reply whole = browser.post_as("/api/session/factor", desk::FactorCommand{sign(who, half.text("challenge_text"))});
    if (half.status() != 200 || whole.status() != 200) ::warifu::detail::check_failed("log-in of a test", __FILE__, __LINE__);
    return browser;
  }
  std::string log_in_body(const desk::Caller& who) {
    const bool is_agency = desk::must(world.agency().person(who.person)).has_value();
    desk::Logins& logins = is_agency ? agency_logins : provider_logins;
    if (!ready_.contains(who.person)) {
      desk::TestOffice& office = is_agency ? world.agency_office() : world.provider_office();
      desk::must(logins.set_password_as_node(who.person, std::string(kTestPassword)), "set_password");
      desk::must(logins.enrol_as_node(who.person, office.person_signers.at(who.person).verifier(), "机のPC"), "enrol");
      ready_.insert(who.person);
    }
    const party::Person person = *desk::must((is_agency ? world.agency() : world.provider()).person(who.person));
    const LogInRequest body{(is_agency ? world.agency() : world.provider()).self().id, person.login, std::string(kTestPassword)};
    return json::compact(json::encode(body));
  }
  // Everything that was committed on either side; sessions and kept answers apart.
  [[nodiscard]] int writes() const { return agency_store->commits() + provider_store->commits(); }
  // What the device of that person signs.
  [[nodiscard]] std::string sign(const desk::Caller& who, const std::string& text) {
    desk::TestOffice& office = world.agency_office().person_signers.contains(who.person) ? world.agency_office() : world.provider_office();
    return desk::must(office.person_signers.at(who.person).sign(text)).text();
  }
  // Asks for the text, signs it as that person and hands it in.
  Reply signed_step(Browser& browser, const desk::Caller& who, const std::string& address) {
    const Reply prepared = browser.post(address + "/prepare");
    if (prepared.status() != 200) return prepared;
    const auto text = prepared.as<desk::Prepared>();
    return browser.post_as(address, desk::SignedCommand{text.text, text.body, sign(who, text.text)});
  }

  std::shared_ptr<desk::FakeStore> agency_store = std::make_shared<desk::FakeStore>(), provider_store = std::make_shared<desk::FakeStore>();
  desk::TestWorld world;
  desk::Logins agency_logins, provider_logins;
  desk::Enrolment agency_enrolment, provider_enrolment;
  std::vector<LogEvent> log;
  std::mutex log_mutex;
  int written = 0;
  Api api;

 private:
  static desk::LoginOptions login_options() {
    return {.origin = std::string(kTestOrigin), .require_factor = true, .password_cost = crypto::kPasswordCostForTests};
  }
  Offices offices() {
    Offices out;
    out.emplace(world.agency().self().id, Host{world.agency(), agency_logins, agency_enrolment, {}});
    out.emplace(world.provider().self().id, Host{world.provider(), provider_logins, provider_enrolment, {}});
    return out;
  }
  Options with_log(Options chosen) {
    chosen.log = [this](const LogEvent& event) {
      const std::scoped_lock lock(log_mutex);
      log.push_back(event);
    };
    chosen.written = [this](const party::OrganisationId&) {
      const std::scoped_lock lock(log_mutex);
      ++written;
    };
    return chosen;
  }

  std::set<PersonId> ready_;
};

}  // namespace warifu::api

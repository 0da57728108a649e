#include "api/server_api.h"

#include <filesystem>
#include <fstream>

#include "api/routes.h"
#include "api/test_api.h"

namespace warifu::api {
namespace {

TEST_CASE("server: health is the stores' health") {
  TestApi node;
  Reply reply = send(node.api, make_request("GET", "/healthz"));
  CHECK(reply.status() == 200);
  CHECK(reply.text("status") == "ok");
}

TEST_CASE("server: figures by route and status, the outbox, nothing of a person") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  browser.get("/api/desk");
  browser.get("/api/matters/" + MatterId::random().hex() + "/triage");
  send(node.api, make_request("GET", "/api/no/such"));
  const Reply reply = send(node.api, make_request("GET", "/metrics"));
  const std::string text(reply.response.text());
  CHECK(reply.status() == 200);
  CHECK(text.find("warifu_http_requests_total{route=\"GET /api/desk\",status=\"200\"} 1") != std::string::npos);
  CHECK(text.find("warifu_http_requests_total{route=\"unknown\",status=\"404\"} 1") != std::string::npos);
  CHECK(text.find("route=\"GET /api/matters/{matter}/triage\"") != std::string::npos);
  CHECK(text.find("warifu_http_request_seconds_bucket") != std::string::npos);
  CHECK(text.find("warifu_outbox{organisation=\"kakuu-police.example\"} 0") != std::string::npos);
  CHECK(text.find("warifu_store_up{organisation=\"kakuu-police.example\"} 1") != std::string::npos);
  CHECK(text.find("sousa1") == std::string::npos);
}

TEST_CASE("server: the described interface is served") {
  TestApi node;
  const Reply reply = send(node.api, make_request("GET", "/api/openapi.json"));
  CHECK(reply.status() == 200);
  CHECK(reply.text("openapi") == "3.1.0");
  CHECK(send(node.api, make_request("GET", "/api/node")).as<NodeView>().organisations.size() == 2);
}

TEST_CASE("server: what is not there, and what is there in another way") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  for (const char* target : {"/api", "/api/", "/api/desk/", "/api/nothing"}) CHECK(browser.get(target).status() == 404);
  const Reply other = browser.del("/api/desk");
  CHECK(other.status() == 405);
  CHECK(other.response.header("Allow") == "GET, HEAD");
  CHECK(send(node.api, make_request("POST", "/login")).status() == 405);
  CHECK(browser.send(browser.request("HEAD", "/api/desk")).status() == 200);
}

// Every route that takes a body refuses another kind of body, too much of it, and one where none is taken.
TEST_CASE("server: bodies by route: 400, 413, 415, 422") {
  TestApi node;
  Browser browser = node.log_in(node.world.investigator);
  for (const auto& route : all_routes().routes()) {
    CAPTURE(route->operation);
    std::string target = route->path;
    for (std::size_t at = target.find('{'); at != std::string::npos; at = target.find('{'))
      target.replace(at, target.find('}') - at + 1, std::string(32, 'a'));
    if (route->operation == "delete_session" || route->operation == "delete_sessions") continue;  // they end the session this test needs
    if (route->operation == "post_session_factor") continue;
    const auto code_of = [&](std::string body, std::string_view type) {
      return browser.send(browser.request(route->method, target, std::move(body), type)).code();
    };
    if (route->request == Payload::NONE && route->method != "GET") CHECK(code_of("{}", "application/json") == "BAD_REQUEST");
    if (route->request == Payload::JSON) {
      CHECK(code_of("{}", "text/plain") == "BAD_MEDIA_TYPE");
      CHECK(code_of("7", "application/json") == "WRONG_TYPE");
      CHECK(code_of("{\"no-such-field\":1}", "application/json") != "");
      net::Request large = browser.request(route->method, target, "{}");
      large.body_size = route->body_max + 1;
      CHECK(browser.send(large).status() == 413);
      large.body_size = route->body_max;
      CHECK(browser.send(large).status() != 413);
    }
    if (route->request != Payload::JSON) CHECK(browser.send(browser.request(route->method, target + "?no-such=1")).status() >= 400);
  }
}

TEST_CASE("server: limits of bodies are known before they are read") {
  TestApi node;
  const auto policy = [&](std::string_view method, std::string_view target) { return node.api.body_policy(make_request(method, target)); };
  CHECK(policy("POST", "/api/session").bytes_max == 1024 * 1024);
  CHECK(policy("POST", "/api/inquiries").bytes_max == 8 * 1024 * 1024);
  CHECK(policy("POST", "/api/inquiries/import").bytes_max == 8 * 1024 * 1024);
  // Whoever signs sends the whole text back: an inquiry may hold 10,000 items, an answer as many rows.
  for (const char* step : {"approval", "dispatch", "release", "collect", "triage", "legal"})
    CHECK(policy("POST", "/api/matters/" + std::string(32, 'a') + "/" + step).bytes_max == 8 * 1024 * 1024);
  CHECK(policy("GET", "/api/desk").bytes_max == 4096);
  CHECK(policy("POST", "/anything").bytes_max == 4096);
  const std::string files = "/api/matters/" + std::string(32, 'a') + "/files?name=a.pdf";
  REQUIRE(policy("POST", files).refusal);
  CHECK(policy("POST", files).refusal->status == 401);
  const Browser op = node.log_in(node.world.op);
  const net::BodyPolicy upload = node.api.body_policy(op.request("POST", files));
  CHECK(upload.bytes_max == 50 * 1024 * 1024);  // the house's own, whatever the route could carry
  CHECK(upload.to_file);
  CHECK_FALSE(upload.refusal);
  net::Request large = op.request("POST", files);
  large.body_size = 50 * 1024 * 1024 + 1;
  Browser sender = op;
  const Reply refused = sender.send(large);
  CHECK(refused.status() == 413);
  CHECK(refused.response.text().find("\"max\":\"52428800\"") != std::string::npos);
  const auto limits_told = sender.get("/api/answer-files").as<desk::FileLimits>();
  CHECK(limits_told.bytes_max == 50 * 1024 * 1024);
  CHECK(limits_told.types.size() == 9);
}

TEST_CASE("server: a file that takes longer than a session may rest is taken; the session stood when it began") {
  TestApi node;
  const MatterId matter = node.world.dispatched({node.world.item("ex-1")});
  node.world.assigned(matter);
  Browser op = node.log_in(node.world.op);
  net::Request request = op.request("POST", "/api/matters/" + matter.hex() + "/files?name=a.csv", "a,b\r\n", "text/csv");
  node.world.clock.advance(minutes(45));
  CHECK(op.send(request).status() == 401);
  Browser again = node.log_in(node.world.op);
  request = again.request("POST", "/api/matters/" + matter.hex() + "/files?name=a.csv", "a,b\r\n", "text/csv");
  node.world.clock.advance(minutes(45));
  request.body_took = std::chrono::minutes(45);
  CHECK(again.send(request).status() == 201);
}

TEST_CASE("server: an upload is refused before it is read unless its session stands") {
  TestApi node;
  const std::string files = "/api/matters/" + std::string(32, 'a') + "/files?name=a.pdf";
  const auto status = [&](const Browser& browser) {
    const net::BodyPolicy policy = node.api.body_policy(browser.request("POST", files));
    return policy.refusal ? policy.refusal->status : 200;
  };
  Browser op = node.log_in(node.world.op);
  CHECK(status(op) == 200);
  for (const char* cookie : {"reiji-auction.example.abc", "nobody.example.abc", "abc", "reiji-auction.example."}) {
    Browser forged = op;
    forged.cookie = cookie;
    CHECK(status(forged) == 401);
  }
  Browser elsewhere = op;
  elsewhere.csrf = "made up";
  CHECK(status(elsewhere) == 403);
  Browser half(node.api);  // the second factor is missing
  CHECK(half.post("/api/session", node.log_in_body(node.world.op)).status() == 200);
  CHECK(status(half) == 401);
  node.world.clock.advance(hours(13));
  CHECK(status(op) == 401);
}

TEST_CASE("server: a file already on disk is attached from there") {
  TestApi node;
  const MatterId matter = node.world.dispatched({node.world.item("ex-1")});
  node.world.assigned(matter);
  Browser op = node.log_in(node.world.op);
  const std::filesystem::path path = std::filesystem::temp_directory_path() / ("warifu-upload-" + MatterId::random().hex());
  std::ofstream(path) << "name,address\r\n";
  net::Request request = op.request("POST", "/api/matters/" + matter.hex() + "/files?name=a.csv");
  request.headers.push_back({"content-type", "text/csv"});
  request.body_file = path;
  request.body_size = 14;
  const Reply reply = op.send(request);
  std::filesystem::remove(path);
  CHECK_MESSAGE(reply.status() == 201, std::string(reply.response.text()));
  CHECK(reply.as<inquiry::FileRef>().bytes == 14);
  for (const char* type : {"application/x-msdownload", "text/html", ""}) {
    net::Request refused = op.request("POST", "/api/matters/" + matter.hex() + "/files?name=a.exe", "MZ", type);
    if (*type == '\0') std::erase_if(refused.headers, [](const net::Header& header) { return header.name == "content-type"; });
    CHECK(op.send(refused).status() == 415);
  }
  CHECK(op.send(op.request("POST", "/api/matters/" + matter.hex() + "/files?name=a.csv")).code() == "EMPTY_FIELD");
  CHECK(op.send(op.request("POST", "/api/matters/" + matter.hex() + "/files", "a", "text/csv")).code() == "MISSING_FIELD");
  // Of a path its last part counts, as old browsers sent them; it is a name to show, never a place to write to.
  CHECK(op.send(op.request("POST", "/api/matters/" + matter.hex() + "/files?name=..%2F..%2Fa.csv", "a", "text/csv")).text("name") == "a.csv");
}

TEST_CASE("server: the interface's files, its router's paths, and what is said without them") {
  static constexpr std::uint8_t kPage[] = {'<', 'p', '>'};
  static constexpr std::uint8_t kScript[] = {'1', ';'};
  static const std::array<net::Asset, 2> kAssets = {{{"/index.html", "text/html; charset=utf-8", ByteView(kPage), false, "e1", false},
                                                     {"/assets/a-1.js", "text/javascript; charset=utf-8", ByteView(kScript), false, "e2", true}}};
  Options options;
  options.assets = kAssets;
  TestApi node({}, options);
  for (const char* path : {"/", "/matters/abc", "/login", "/index.html"}) {
    const Reply reply = send(node.api, make_request("GET", path));
    CHECK(reply.status() == 200);
    CHECK(reply.response.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(reply.response.header("Content-Security-Policy").has_value());
  }
  CHECK(send(node.api, make_request("GET", "/assets/a-1.js")).response.header("Cache-Control")->find("immutable") != std::string_view::npos);
  CHECK(send(node.api, make_request("GET", "/assets/gone.js")).status() == 404);
  TestApi bare;
  const Reply said = send(bare.api, make_request("GET", "/"));
  CHECK(said.status() == 200);
  CHECK(said.response.text().find("画面が組み込まれていません") != std::string_view::npos);
}

TEST_CASE("server: key files and accounts are handed out by a demo only") {
  TestApi node;
  CHECK(send(node.api, make_request("GET", "/api/demo/accounts")).status() == 404);
  CHECK(node.log_in(node.world.investigator).get("/api/me/keyfile").status() == 404);
  Options options;
  options.is_demo = true;
  options.demo_accounts = {{node.world.agency().self().id, "sousa1", "secret", "架空 一郎", "巡査部長", party::Role::INVESTIGATOR, "123456"}};
  TestApi demo({}, options);
  CHECK(send(demo.api, make_request("GET", "/api/demo/accounts")).as<DemoAccounts>().accounts.size() == 1);
  // Not a .demo organisation: no key file, whatever the node calls itself.
  CHECK(demo.log_in(demo.world.investigator).get("/api/me/keyfile").status() == 404);
}

}  // namespace
}  // namespace warifu::api

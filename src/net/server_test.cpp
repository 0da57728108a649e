#include "net/server.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "net/test_support.h"

namespace warifu::net {
namespace {

using test::eventually;
using test::RawClient;
using test::TempFolder;

constexpr std::string_view kHost = "Host: a.example\r\n";

std::string request(std::string_view line, std::string_view headers = "", std::string_view body = "") {
  return std::string(line) + " HTTP/1.1\r\n" + std::string(kHost) + std::string(headers) + "\r\n" + std::string(body);
}

int status_of(std::string_view response) { return response.size() > 12 ? std::stoi(std::string(response.substr(9, 3))) : 0; }

std::string body_of(const std::string& response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string::npos ? "" : response.substr(end + 4);
}

// Answers with what it saw.
Response echo(const Request& request) {
  std::string seen = request.method + " " + request.path + " " + std::to_string(request.body_size) + " ";
  seen += request.body_file ? test::read_whole(*request.body_file).substr(0, 100) : request.body;
  return text_response(200, "text/plain", seen);
}

Server start(ServerOptions options, Handler handler = echo) {
  auto server = Server::start(std::move(options), std::move(handler));
  REQUIRE(server);
  return std::move(*server);
}

// Holds handlers until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] int waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int waiting_ = 0;
};

TEST_CASE("a request reaches the handler and its answer comes back") {
  Server server = start({}, [](const Request& seen) {
    CHECK(seen.segments == std::vector<std::string>{"units", "割"});
    CHECK(seen.parameter("q") == "x y");
    CHECK(seen.header("x-test") == "Yes");
    CHECK(seen.peer == "127.0.0.1");
    CHECK(seen.request_id.size() == 32);
    return text_response(201, "text/plain", "made").add("Set-Cookie", "a=1").add("Content-Length", "999");
  });
  RawClient client(server.port());
  client.send(request("GET /units/%E5%89%B2?q=x+y", "X-Test:  Yes \r\n"));
  const std::string response = client.response();
  CHECK(response.starts_with("HTTP/1.1 201 Created\r\nDate: "));
  CHECK(response.find("Set-Cookie: a=1\r\n") != std::string::npos);
  CHECK(response.find("Content-Length: 999") == std::string::npos);  // the bare digits may stand in the request id
  CHECK(response.find("X-Request-Id: ") != std::string::npos);
  CHECK(body_of(response) == "made");
}

TEST_CASE("requests that invite smuggling are refused and the connection is closed") {
  Server server = start({});
  const std::string host(kHost);
  struct Case {
    const char* what;
    std::string bytes;
    int status;
  };
  const std::string nul_in_value = request("GET /", std::string("A: b\0c\r\n", 8));
  const std::vector<Case> cases = {
      {"length and chunked", request("POST /", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"chunked and length", request("POST /", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {"two lengths", request("POST /", "Content-Length: 4\r\nContent-Length: 5\r\n", "abcde"), 400},
      {"the same length twice", request("POST /", "Content-Length: 4\r\nContent-Length: 4\r\n", "abcd"), 400},
      {"signed length", request("POST /", "Content-Length: +4\r\n", "abcd"), 400},
      {"list of lengths", request("POST /", "Content-Length: 4, 4\r\n", "abcd"), 400},
      {"space before colon", request("POST /", "Content-Length : 4\r\n", "abcd"), 400},
      {"NUL in a value", nul_in_value, 400},
      {"bare LF", "GET / HTTP/1.1\nHost: a.example\n\n", 400},
      {"bare CR", "GET / HTTP/1.1\r\nA: b\rHost: a.example\r\n\r\n", 400},
      {"unknown coding", request("POST /", "Transfer-Encoding: xchunked\r\n"), 501},
      {"unknown coding with length 0", request("POST /", "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n"), 501},
      {"two codings", request("POST /", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"coding twice", request("POST /", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"coding with a tab",
       request("POST /",
               "Transfer-Encoding:\x0b"
               "chunked\r\n",
               "0\r\n\r\n"),
       400},
      {"folded line", request("GET /", "A: b\r\n c\r\n"), 400},
      {"folded length", request("POST /", "Content-Length:\r\n 4\r\n", "abcd"), 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", request("GET /", host), 400},
      {"absolute form", request("GET http://a.example/"), 400},
      {"asterisk form", request("OPTIONS *"), 400},
      {"authority form", request("CONNECT a.example:443"), 501},
      {"encoded NUL", request("GET /a%00"), 400},
      {"dot segments", request("GET /a/../b"), 400},
      {"encoded dot segments", request("GET /a/%2e%2E/b"), 400},
      {"encoded slash", request("GET /a%2Fb"), 400},
      {"HTTP/1.0", "GET / HTTP/1.0\r\nHost: a.example\r\n\r\n", 505},
      {"bad chunk size", request("POST /", "Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n"), 400},
      {"signed chunk size", request("POST /", "Transfer-Encoding: chunked\r\n", "+3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size too big for 64 bits", request("POST /", "Transfer-Encoding: chunked\r\n", "10000000000000003\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk longer than said", request("POST /", "Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"), 400},
      {"chunk ended by bare LF", request("POST /", "Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n"), 400},
      {"TLS on a plain port", "\x16\x03\x01\x02", 400},
  };
  for (const Case& bad : cases) {
    RawClient client(server.port());
    client.send(bad.bytes + request("GET /smuggled"));
    const std::string all = client.until_close();
    CHECK_MESSAGE(status_of(all) == bad.status, bad.what);
    CHECK_MESSAGE(client.is_closed(), bad.what);
    CHECK_MESSAGE(all.find("smuggled") == std::string::npos, bad.what);
    CHECK_MESSAGE(all.find("application/problem+json") != std::string::npos, bad.what);
    CHECK_MESSAGE(all.find("\"code\":\"BAD_REQUEST\"") != std::string::npos, bad.what);
  }
  CHECK(server.counters().refused_requests_total == cases.size());
  CHECK(eventually([&] { return server.counters().connections == 0; }));
}

TEST_CASE("chunked bodies are joined, trailers do not become headers") {
  Server server = start({}, [](const Request& seen) { return text_response(200, "text/plain", seen.body + (seen.header("x-late") ? " late" : "")); });
  RawClient client(server.port());
  client.send(request("POST /", "Transfer-Encoding: chunked\r\n"));
  for (const char piece : std::string_view("3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Late: 1\r\n\r\n")) client.send({&piece, 1});
  CHECK(body_of(client.response()) == "abc0123456789");
  client.send(request("GET /next"));
  CHECK(status_of(client.response()) == 200);
}

TEST_CASE("a chunked body may arrive in any pieces") {
  const std::vector<std::string> bodies{"0\r\n\r\n", "0;a=b\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n",
                                        "1\r\na\r\n2\r\nbc\r\n000\r\nA: b\r\n\r\n"};
  Server server = start({});
  RawClient client(server.port());
  for (const std::string& body : bodies)
    for (const std::size_t piece : {1UL, 2UL, 3UL, 4UL}) {
      CAPTURE(body);
      CAPTURE(piece);
      REQUIRE(client.send(request("POST /", "Transfer-Encoding: chunked\r\n")));
      for (std::size_t at = 0; at < body.size(); at += piece) {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));  // so that the pieces are read one by one
        REQUIRE(client.send(std::string_view(body).substr(at, piece)));
      }
      CHECK(status_of(client.response()) == 200);
    }
}

TEST_CASE("requests sent in one go are answered in order on one connection") {
  Server server = start({});
  RawClient client(server.port());
  client.send(request("GET /1") + request("POST /2", "Content-Length: 3\r\n", "abc") + request("HEAD /3") +
              request("GET /4", "Connection: close\r\n") + request("GET /5"));
  CHECK(body_of(client.response()) == "GET /1 0 ");
  CHECK(body_of(client.response()) == "POST /2 3 abc");
  const std::string head = client.response(false);
  CHECK(head.find("Content-Length: 10\r\n") != std::string::npos);
  CHECK(body_of(head).empty());
  const std::string last = client.until_close();
  CHECK(last.find("Connection: close\r\n") != std::string::npos);
  CHECK(body_of(last) == "GET /4 0 ");
  CHECK(client.is_closed());
  CHECK(server.counters().accepted_total == 1);
}

TEST_CASE("a head of the limit passes, one octet more is refused with 431") {
  Server server = start({});
  const std::size_t fixed = request("GET /", "A: \r\n").size();
  RawClient good(server.port());
  good.send(request("GET /", "A: " + std::string(limits::kHttpHeaderBytesMax - fixed, 'x') + "\r\n"));
  CHECK(status_of(good.response()) == 200);
  RawClient bad(server.port());
  bad.send(request("GET /", "A: " + std::string(limits::kHttpHeaderBytesMax - fixed + 1, 'x') + "\r\n"));
  const std::string refused = bad.until_close();
  CHECK(status_of(refused) == 431);
  CHECK(refused.find("HEAD_TOO_LARGE") != std::string::npos);
}

TEST_CASE("a body of the limit passes, one octet more is refused with 413") {
  ServerOptions options;
  options.body_policy = [](const Request& head) { return BodyPolicy{head.path == "/small" ? 10U : 1000U, false, {}}; };
  Server server = start(options);
  RawClient client(server.port());
  client.send(request("POST /small", "Content-Length: 10\r\n", "0123456789"));
  CHECK(status_of(client.response()) == 200);
  client.send(request("POST /small", "Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n0\r\n\r\n"));
  CHECK(body_of(client.response()) == "POST /small 10 0123456789");
  client.send(request("POST /small", "Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n"));
  CHECK(status_of(client.until_close()) == 413);
  CHECK(client.is_closed());
  RawClient announced(server.port());
  announced.send(request("POST /small", "Content-Length: 11\r\n"));  // no octet of the body
  const std::string refused = announced.until_close();
  CHECK(status_of(refused) == 413);
  CHECK(refused.find("\"max\":\"10\"") != std::string::npos);
}

TEST_CASE("an upload of 2 GB to a limit of 50 MB is refused at the head, with the answer readable while the client sends") {
  TempFolder folder;
  ServerOptions options;
  options.temp_directory = folder.path();
  options.body_policy = [](const Request&) { return BodyPolicy{limits::kFileBytesMax, true, {}}; };
  Server server = start(options);
  RawClient client(server.port());
  client.send(request("POST /upload", "Content-Length: 2147483648\r\n"));
  for (int i = 0; i < 20; ++i) client.send(std::string(65536, 'x'));
  CHECK(status_of(client.response()) == 413);
  CHECK(folder.file_count() == 0);
}

TEST_CASE("an upload that the disk has no room for is refused at the head") {
  TempFolder folder;
  ServerOptions options;
  options.temp_directory = folder.path();
  options.body_policy = [](const Request&) { return BodyPolicy{1ull << 62, true, {}}; };
  Server server = start(options);
  RawClient client(server.port());
  client.send(request("POST /upload", "Content-Length: 2305843009213693952\r\n"));  // 2^61
  const std::string refused = client.until_close();
  CHECK(status_of(refused) == 507);
  CHECK(refused.find("DISK_FULL") != std::string::npos);
  CHECK(folder.file_count() == 0);
}

TEST_CASE("a handler learns how long the body was on its way") {
  ServerOptions options;
  std::atomic<std::int64_t> took{-1};
  Server server = start(options, [&](const Request& seen) {
    took = seen.body_took.count();
    return text_response(200, "text/plain", "");
  });
  RawClient client(server.port());
  client.send(request("POST /", "Content-Length: 2\r\n", "a"));
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  client.send("b");
  CHECK(status_of(client.response()) == 200);
  CHECK(took >= 140'000);
  CHECK(took < 60'000'000);
}

TEST_CASE("an upload goes to a file, which is gone after the answer") {
  TempFolder folder;
  ServerOptions options;
  options.temp_directory = folder.path();
  options.body_policy = [](const Request&) { return BodyPolicy{limits::kFileBytesMax, true, {}}; };
  const std::uint64_t size = 8'000'003;
  Server server = start(options, [&](const Request& seen) {
    REQUIRE(seen.body_file);
    CHECK(seen.body.empty());
    CHECK(std::filesystem::file_size(*seen.body_file) == seen.body_size);
    const auto permissions = std::filesystem::status(*seen.body_file).permissions();
    CHECK((permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) == std::filesystem::perms::none);
    if (seen.path == "/keep") std::filesystem::rename(*seen.body_file, folder.path() / "kept");
    return text_response(200, "text/plain", std::to_string(seen.body_size));
  });
  RawClient client(server.port());
  client.send(request("POST /upload", "Content-Length: " + std::to_string(size) + "\r\n", std::string(size, 'u')));
  CHECK(body_of(client.response()) == std::to_string(size));
  CHECK(folder.file_count() == 0);
  client.send(request("POST /keep", "Content-Length: 4\r\n", "kept"));
  CHECK(body_of(client.response()) == "4");
  CHECK(test::read_whole(folder.path() / "kept") == "kept");
  client.send(request("POST /empty", "Content-Length: 0\r\n"));
  CHECK(body_of(client.response()) == "0");
  {
    RawClient quitter(server.port());
    quitter.send(request("POST /upload", "Content-Length: 1000000\r\n", std::string(70000, 'u')));
    CHECK(eventually([&] { return folder.file_count() == 2; }));
  }
  CHECK(eventually([&] { return folder.file_count() == 1; }));
}

TEST_CASE("100 Continue is sent only after the policy has agreed") {
  ServerOptions options;
  options.body_policy = [](const Request& head) {
    BodyPolicy policy{10, false, {}};
    if (head.path == "/secret") policy.refusal = problem_response(Error{Code::NOT_LOGGED_IN, "", "", {}}, head.request_id);
    return policy;
  };
  Server server = start(options);
  RawClient client(server.port());
  client.send(request("POST /a", "Expect: 100-continue\r\nContent-Length: 3\r\n"));
  CHECK(client.response(false) == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(body_of(client.response()) == "POST /a 3 abc");
  client.send(request("POST /a", "Expect: 100-continue\r\nContent-Length: 11\r\n"));
  CHECK(status_of(client.until_close()) == 413);
  RawClient stranger(server.port());
  stranger.send(request("GET /secret"));
  CHECK(status_of(stranger.response()) == 401);
  stranger.send(request("POST /secret", "Expect: 100-continue\r\nContent-Length: 3\r\n"));
  CHECK(status_of(stranger.until_close()) == 401);
  CHECK(stranger.is_closed());
  RawClient odd(server.port());
  odd.send(request("POST /a", "Expect: magic\r\nContent-Length: 3\r\n"));
  CHECK(status_of(odd.until_close()) == 417);
}

TEST_CASE("slow clients are cut off in every phase") {
  ServerOptions options;
  options.deadlines.idle = Millis(150);
  options.deadlines.head = Millis(150);
  options.deadlines.body = Millis(150);
  options.deadlines.write = Millis(300);
  options.deadlines.linger = Millis(300);
  Server server = start(options, [](const Request&) { return text_response(200, "text/plain", std::string(64 << 20, 'x')); });
  RawClient silent(server.port());
  RawClient dripping(server.port());
  RawClient stalled(server.port());
  RawClient deaf(server.port());
  deaf.send(request("GET /"));  // and never reads 64 MB
  stalled.send(request("POST /", "Content-Length: 100\r\n", "abc"));
  const auto began = std::chrono::steady_clock::now();
  // One octet at a time is progress, but not enough: the deadline counts from the first octet.
  for (const char c : std::string_view("GET / HTTP/1.1\r\nA: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")) {
    if (!dripping.send({&c, 1})) break;
    ::usleep(10'000);
  }
  CHECK(status_of(dripping.until_close()) == 408);
  CHECK(dripping.is_closed());
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(3));
  CHECK(silent.until_close().empty());
  CHECK(silent.is_closed());
  CHECK(status_of(stalled.until_close()) == 408);
  CHECK(eventually([&] { return server.counters().connections == 0; }));
  CHECK(server.counters().timeouts_total == 3);
}

TEST_CASE("a full queue answers 503 and the connection stays usable") {
  Gate gate;
  ServerOptions options;
  options.workers = 1;
  options.queue_max = 1;
  Server server = start(options, [&](const Request& seen) {
    if (seen.path == "/wait") gate.pass();
    return text_response(200, "text/plain", "done");
  });
  RawClient first(server.port()), second(server.port()), third(server.port());
  first.send(request("GET /wait"));
  REQUIRE(eventually([&] { return gate.waiting() == 1; }));
  second.send(request("GET /wait"));
  REQUIRE(eventually([&] { return server.counters().queued == 1; }));
  third.send(request("GET /"));
  const std::string refused = third.response();
  CHECK(status_of(refused) == 503);
  CHECK(refused.find("Retry-After: 1\r\n") != std::string::npos);
  CHECK(refused.find("QUEUE_FULL") != std::string::npos);
  CHECK(server.counters().queue_full_total == 1);
  gate.open();
  CHECK(body_of(first.response()) == "done");
  CHECK(body_of(second.response()) == "done");
  third.send(request("GET /"));
  CHECK(body_of(third.response()) == "done");
}

TEST_CASE("connections beyond the limit are turned away") {
  ServerOptions options;
  options.connections_max = 2;
  Server server = start(options);
  RawClient first(server.port()), second(server.port());
  first.send(request("GET /"));
  second.send(request("GET /"));
  CHECK(status_of(first.response()) == 200);
  CHECK(status_of(second.response()) == 200);
  RawClient third(server.port());
  CHECK(status_of(third.until_close()) == 503);
  CHECK(third.is_closed());
  CHECK(server.counters().refused_connections_total == 1);
}

TEST_CASE("a handler that throws gives 500 without its words") {
  std::string heard;
  ServerOptions options;
  options.on_handler_error = [&](std::string_view, std::string_view what) { heard = what; };
  Server server = start(options, [](const Request& seen) -> Response {
    if (seen.path == "/throw") throw std::runtime_error("secret detail");
    if (seen.path == "/split") return text_response(200, "text/plain", "").add("X-A", "b\r\nX-Injected: 1");
    return Response{200, {}, FileBody{"/nonexistent/file", 0, {}, false}};
  });
  RawClient client(server.port());
  for (const char* path : {"GET /throw", "GET /split", "GET /file"}) {
    client.send(request(path));
    const std::string response = client.response();
    CHECK_MESSAGE(status_of(response) == 500, path);
    CHECK(response.find("secret") == std::string::npos);
    CHECK(response.find("Injected") == std::string::npos);
    CHECK(response.find("application/problem+json") != std::string::npos);
  }
  CHECK(heard == "secret detail");
}

TEST_CASE("bodies from memory, shared memory, static bytes and files, whole and in part") {
  TempFolder folder;
  std::string large(3'000'000, 'a');
  large[2'999'999] = 'z';
  const auto path = folder.write("large", large);
  folder.write("once", "once only");
  static constexpr std::string_view kStatic = "static bytes";
  Server server = start({}, [&](const Request& seen) -> Response {
    if (seen.path == "/memory") return Response{200, {}, large};
    if (seen.path == "/shared") return Response{200, {}, std::make_shared<const std::string>(large)};
    if (seen.path == "/static") return Response{200, {}, bytes_of(kStatic)};
    if (seen.path == "/part") return Response{206, {}, FileBody{path, 2'999'990, 10, false}};
    if (seen.path == "/beyond") return Response{206, {}, FileBody{path, 2'999'990, 11, false}};
    if (seen.path == "/once") return Response{200, {}, FileBody{folder.path() / "once", 0, {}, true}};
    if (seen.path == "/none") return Response{204, {}, std::string()};
    return Response{200, {}, FileBody{path, 0, {}, false}};
  });
  RawClient client(server.port());
  const auto get = [&](const char* what, bool has_body = true) {
    client.send(request(what));
    return client.response(has_body);
  };
  CHECK((body_of(get("GET /memory")) == large));
  CHECK((body_of(get("GET /shared")) == large));
  CHECK((body_of(get("GET /file")) == large));
  CHECK(body_of(get("GET /static")) == kStatic);
  CHECK(body_of(get("GET /part")) == "aaaaaaaaaz");
  CHECK(status_of(get("GET /beyond")) == 500);
  CHECK(get("HEAD /file", false).find("Content-Length: 3000000\r\n") != std::string::npos);
  CHECK(get("GET /none").find("Content-Length") == std::string::npos);
  CHECK(body_of(get("GET /once")) == "once only");
  CHECK(folder.file_count() == 1);
  CHECK(status_of(get("GET /once")) == 500);
}

TEST_CASE("a stop lets begun requests end and closes idle connections") {
  Gate gate;
  std::vector<int> statuses;
  ServerOptions options;
  options.on_exchange = [&](const Exchange& exchange) { statuses.push_back(exchange.status); };
  Server server = start(options, [&](const Request& seen) {
    if (seen.path == "/wait") gate.pass();
    return text_response(200, "text/plain", "done");
  });
  const std::uint16_t port = server.port();
  RawClient idle(port), busy(port);
  idle.send(request("GET /"));
  CHECK(status_of(idle.response()) == 200);
  busy.send(request("GET /wait"));
  REQUIRE(eventually([&] { return gate.waiting() == 1; }));
  bool was_clean = false;
  std::thread stopper([&] { was_clean = server.stop(Millis(5000)); });
  CHECK(idle.until_close().empty());
  CHECK(idle.is_closed());
  CHECK(eventually([&] { return !RawClient(port).is_connected(); }));
  gate.open();
  const std::string last = busy.until_close();
  CHECK(body_of(last) == "done");
  CHECK(last.find("Connection: close\r\n") != std::string::npos);
  stopper.join();
  CHECK(was_clean);
  CHECK(statuses == std::vector<int>{200, 200});
}

TEST_CASE("a stop does not wait for a client that never finishes") {
  Server server = start({});
  RawClient half(server.port());
  half.send("GET / HTTP/1.1\r\n");
  RawClient other(server.port());
  other.send(request("GET /"));
  CHECK(status_of(other.response()) == 200);
  CHECK_FALSE(server.stop(Millis(50)));
  CHECK(half.until_close().empty());
  CHECK(half.is_closed());
}

TEST_CASE("an address or port that cannot be used is a configuration error") {
  Server server = start({});
  ServerOptions taken;
  taken.port = server.port();
  CHECK(Server::start(taken, echo).error().code == Code::CONFIG);
  ServerOptions nowhere;
  nowhere.address = "not-an-address";
  CHECK(Server::start(nowhere, echo).error().code == Code::CONFIG);
}

TEST_CASE("an answer that comes later holds no worker, counts once, and harms nobody when the server is gone") {
  std::mutex mutex;
  std::vector<Reply> open;
  const auto waiting = [&] {
    const std::scoped_lock lock(mutex);
    return open.size();
  };
  ServerOptions options;
  options.workers = 1;
  std::optional<Server> server(start(options, [&](const Request& request) {
    if (request.path != "/later") return echo(request);
    Response response;
    response.later = [&](Reply reply) {
      const std::scoped_lock lock(mutex);
      open.push_back(std::move(reply));
    };
    return response;
  }));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    CHECK(clients.back()->send(request("GET /later")));
  }
  CHECK(eventually([&] { return waiting() == 4; }));
  RawClient other(server->port());
  CHECK(other.send(request("GET /now")));
  CHECK(status_of(other.response()) == 200);

  open[0](text_response(200, "text/plain", "first"));
  open[0](text_response(200, "text/plain", "again"));
  CHECK(body_of(clients[0]->response()) == "first");
  CHECK(clients[0]->send(request("GET /kept")));
  CHECK(body_of(clients[0]->response()).starts_with("GET /kept"));
  clients[1].reset();  // gone before its answer
  open[1](text_response(200, "text/plain", "nobody"));
  CHECK(!server->stop(Millis(50)));
  open[2](text_response(200, "text/plain", "late"));
  server.reset();
  open[3](text_response(200, "text/plain", "later still"));
  CHECK(clients[3]->until_close().empty());
}

}  // namespace
}  // namespace warifu::net

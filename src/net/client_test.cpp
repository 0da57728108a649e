#include "net/client.h"

#include <doctest/doctest.h>

#include "net/server.h"
#include "net/test_support.h"

namespace warifu::net {
namespace {

struct Fixture {
  Fixture() {
    auto started = Server::start({}, [](const Request& seen) {
      if (seen.path == "/large") return text_response(200, "text/plain", std::string(1000, 'x'));
      if (seen.path == "/slow") ::usleep(400'000);
      if (seen.path == "/stuck") ::usleep(3'500'000);
      if (seen.path == "/move") return text_response(302, "text/plain", "").add("Location", "/large");
      return text_response(seen.path == "/missing" ? 404 : 200, "text/plain",
                           seen.method + " " + std::string(seen.header("x-a").value_or("-")) + " " +
                               std::string(seen.header("content-type").value_or("-")) + " " + seen.body)
          .add("X-Answer", "yes");
    });
    REQUIRE(started);
    server.emplace(std::move(*started));
  }
  [[nodiscard]] std::string url(const char* path) const { return "http://127.0.0.1:" + std::to_string(server->port()) + path; }
  std::optional<Server> server;
};

TEST_CASE_FIXTURE(Fixture, "requests carry method, headers and body; any status is an answer") {
  const auto answer = http_get(url("/"), {{"X-A", "1"}});
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "GET 1 - ");
  CHECK(answer->header("x-answer") == "yes");
  CHECK(http_post(url("/"), "text/plain", "body")->body == "POST - text/plain body");
  CHECK(http_post(url("/"), "text/plain", "")->body == "POST - text/plain ");
  CHECK(send_request({"PUT", url("/"), {}, "put", {}})->body.ends_with("put"));
  CHECK(send_request({"DELETE", url("/"), {}, "", {}})->body.starts_with("DELETE"));
  CHECK(send_request({"HEAD", url("/"), {}, "", {}})->body.empty());
  CHECK(http_get(url("/missing"))->status == 404);
  CHECK(http_get(url("/move"))->status == 302);
  test::TempFolder folder;
  const auto file = folder.write("upload", "from a file");
  CHECK(send_request({"POST", url("/"), {}, "", file})->body.ends_with("from a file"));
}

TEST_CASE_FIXTURE(Fixture, "answers are bounded in size and time") {
  ClientOptions options;
  options.answer_bytes_max = 1000;
  CHECK(http_get(url("/large"), {}, options)->body.size() == 1000);
  options.answer_bytes_max = 999;
  CHECK(http_get(url("/large"), {}, options).error().code == Code::TOO_LARGE);
  options.timeout = std::chrono::milliseconds(100);
  CHECK(http_get(url("/slow"), {}, options).error().code == Code::TIMEOUT);
}

TEST_CASE_FIXTURE(Fixture, "a file goes and comes piece by piece, is shown on its way, and has more time than an answer") {
  test::TempFolder folder;
  const std::string content(3'000'000, 'f');
  ClientRequest request{"POST", url("/"), {}, "", folder.write("upload", content)};
  std::string came;
  request.take = [&came](ByteView piece) -> Status {
    came += text_of(piece);
    return {};
  };
  ClientOptions options;
  options.answer_bytes_max = 1000;  // of what is kept in memory
  std::uint64_t last = 0, of = 0, backward = 0;
  options.progress = [&](std::uint64_t done, std::uint64_t all) {
    if (all == content.size()) {
      backward += done < last ? 1 : 0;
      last = done, of = all;
    }
  };
  const auto answer = send_request(request, options);
  REQUIRE(answer);
  CHECK(answer->body.empty());
  CHECK(came.ends_with(content));
  CHECK(last == content.size());
  CHECK(of == content.size());
  CHECK(backward == 0);

  // What is no success is an answer as ever, and what the taker says ends it.
  came.clear();
  CHECK(send_request({"GET", url("/missing"), {}, "", {}, request.take})->body.ends_with(" "));
  CHECK(came.empty());
  const auto full = send_request({"GET", url("/large"), {}, "", {}, [](ByteView) -> Status { return fail(Code::DISK_FULL, "no room"); }});
  CHECK(full.error().code == Code::DISK_FULL);

  // The limit of time is one of standing still.
  options.timeout = std::chrono::seconds(1);
  options.progress = {};
  CHECK(send_request({"GET", url("/slow"), {}, "", {}, request.take}, options)->status == 200);
  CHECK(send_request({"GET", url("/stuck"), {}, "", {}, request.take}, options).error().code == Code::TIMEOUT);
}

TEST_CASE_FIXTURE(Fixture, "what cannot be sent is refused, what is not there is said") {
  CHECK(http_get(url("/"), {{"X-A", "1\r\nX-B: 2"}}).error().code == Code::BAD_VALUE);
  CHECK(http_get(url("/"), {{"X A", "1"}}).error().code == Code::BAD_VALUE);
  CHECK(http_get("file:///etc/hostname").error().code == Code::BAD_VALUE);
  CHECK(send_request({"GE T", url("/"), {}, "", {}}).error().code == Code::BAD_VALUE);
  const std::string gone = url("/");
  server->stop(Millis(100));
  CHECK(http_get(gone).error().code == Code::PEER_UNAVAILABLE);
}

}  // namespace
}  // namespace warifu::net

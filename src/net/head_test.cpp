#include "net/head.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits.h"

namespace warifu::net {
namespace {

constexpr std::string_view kPlain = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

TEST_CASE("the end of a head is found wherever the network cuts it") {
  CHECK(rc::check("any cut", [] {
    const std::size_t cut = *rc::gen::inRange<std::size_t>(0, kPlain.size());
    std::size_t scanned = 0;
    const auto first = find_head_end(kPlain.substr(0, cut), scanned, 8192);
    RC_ASSERT(first.has_value());
    RC_ASSERT(!first->has_value());
    const auto second = find_head_end(std::string(kPlain) + "next", scanned, 8192);
    RC_ASSERT(second.has_value());
    RC_ASSERT(*second == kPlain.size());
  }));
}

TEST_CASE("a head of exactly the limit passes, one octet more does not") {
  const std::size_t fill = limits::kHttpHeaderBytesMax - std::string_view("GET / HTTP/1.1\r\nA: \r\n\r\n").size();
  const auto head = [&](std::size_t size) { return "GET / HTTP/1.1\r\nA: " + std::string(size, 'x') + "\r\n\r\n"; };
  std::size_t scanned = 0;
  CHECK(find_head_end(head(fill), scanned, limits::kHttpHeaderBytesMax).value() == limits::kHttpHeaderBytesMax);
  scanned = 0;
  CHECK(find_head_end(head(fill + 1), scanned, limits::kHttpHeaderBytesMax).error().status == 431);
  scanned = 0;
  CHECK(find_head_end("GET /" + std::string(9000, 'x'), scanned, limits::kHttpHeaderBytesMax).error().status == 414);
}

TEST_CASE("octets no head may contain are refused when they arrive") {
  for (const std::string_view bad : {"GET / HTTP/1.1\n", "\n", "\r\n", "GET /\rX", "GET /\x01", "GET /\x7f", "GET /\xe5\x89\xb2", "\x16\x03\x01"}) {
    std::size_t scanned = 0;
    CHECK_MESSAGE(!find_head_end(bad, scanned, 8192), bad);
  }
  std::size_t scanned = 0;
  CHECK(!find_head_end(std::string_view("GET /\0", 6), scanned, 8192));
}

TEST_CASE("lines that are folded, nameless or oddly spaced are refused") {
  CHECK(check_head_lines(kPlain));
  struct Case {
    const char* head;
    int status;
  };
  for (const Case& bad :
       {Case{"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400}, Case{"GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n", 400},
        Case{"GET / HTTP/1.1\r\n A: b\r\n\r\n", 400}, Case{"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400}, Case{"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
        Case{"GET / HTTP/1.1\r\n: b\r\n\r\n", 400}, Case{"GET  / HTTP/1.1\r\n\r\n", 400}, Case{"GET / HTTP/1.1 \r\n\r\n", 400},
        Case{"GET /\r\n\r\n", 400}, Case{"GET  HTTP/1.1\r\n\r\n", 400}, Case{"G(T / HTTP/1.1\r\n\r\n", 400}, Case{"GET / HTTP/1.0\r\n\r\n", 505},
        Case{"GET / HTTP/2.0\r\n\r\n", 505}, Case{"GET / http/1.1\r\n\r\n", 400}, Case{"TRACE / HTTP/1.1\r\n\r\n", 501},
        Case{"get / HTTP/1.1\r\n\r\n", 501}}) {
    const auto checked = check_head_lines(bad.head);
    REQUIRE_MESSAGE(!checked, bad.head);
    CHECK_MESSAGE(checked.error().status == bad.status, bad.head);
  }
  std::string many = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i < kHeadersMax; ++i) many += "A: b\r\n";
  CHECK(check_head_lines(many + "\r\n"));
  CHECK(check_head_lines(many + "A: b\r\n\r\n").error().status == 431);
}

TEST_CASE("framing that is ambiguous is refused") {
  const Header host{"host", "a.example:8080"};
  CHECK(check_framing({host})->content_length == std::nullopt);
  CHECK(check_framing({host, {"content-length", "18446744073709551615"}})->content_length == UINT64_MAX);
  CHECK(check_framing({host, {"transfer-encoding", "Chunked"}})->is_chunked);
  CHECK(check_framing({host, {"expect", "100-continue"}})->expects_continue);
  CHECK(check_framing({host, {"connection", "TE, Close"}})->wants_close);
  CHECK_FALSE(check_framing({host, {"connection", "keep-alive, closed"}})->wants_close);
  for (const Headers& bad : {Headers{},
                             Headers{host, host},
                             Headers{{"host", ""}},
                             Headers{{"host", "a@b"}},
                             Headers{{"host", "a/b"}},
                             Headers{{"host", "a, b"}},
                             Headers{host, {"content-length", "4"}, {"content-length", "4"}},
                             Headers{host, {"content-length", "4, 4"}},
                             Headers{host, {"content-length", "+4"}},
                             Headers{host, {"content-length", "-1"}},
                             Headers{host, {"content-length", "0x4"}},
                             Headers{host, {"content-length", ""}},
                             Headers{host, {"content-length", "18446744073709551616"}},
                             Headers{host, {"content-length", "4"}, {"transfer-encoding", "chunked"}},
                             Headers{host, {"transfer-encoding", "xchunked"}},
                             Headers{host, {"transfer-encoding", "gzip, chunked"}},
                             Headers{host, {"transfer-encoding", "chunked, chunked"}},
                             Headers{host, {"transfer-encoding", "identity"}},
                             Headers{host, {"transfer-encoding", "chunked"}, {"transfer-encoding", "chunked"}},
                             Headers{host, {"expect", "200-maybe"}}})
    CHECK(!check_framing(bad));
}

}  // namespace
}  // namespace warifu::net

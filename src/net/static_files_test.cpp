#include "net/static_files.h"

#include <doctest/doctest.h>

#include <array>

#include "net/gunzip.h"

namespace warifu::net {
namespace {

constexpr std::string_view kText = "hello, hello, hello, hello\n";
// `printf 'hello, hello, hello, hello\n' | gzip -9n`
Bytes packed_text() { return from_hex("1f8b0800000000000203cb48cdc9c9d751c8c0a4b8004b21a1291b000000").value(); }

Request get(std::string path, Headers headers = {}) {
  Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = std::move(headers);
  return request;
}

struct Fixture {
  Bytes packed = packed_text();
  std::array<Asset, 2> assets = {Asset{"/index.html", "text/html; charset=utf-8", bytes_of(kText), false, "one", false},
                                 Asset{"/assets/app-1f.js", "text/javascript", packed, true, "two", true}};
  StaticFiles files{assets};
};

TEST_CASE_FIXTURE(Fixture, "assets are found by path, for GET and HEAD only") {
  const auto page = files.serve(get("/index.html"));
  REQUIRE(page);
  CHECK(page->text() == kText);
  CHECK(page->header("etag") == "\"one\"");
  CHECK(page->header("cache-control") == "no-cache");
  CHECK_FALSE(files.serve(get("/other")));
  Request post = get("/index.html");
  post.method = "POST";
  CHECK_FALSE(files.serve(post));
  post.method = "HEAD";
  CHECK(files.serve(post));
}

TEST_CASE_FIXTURE(Fixture, "packed assets go packed to those who take it and unpacked to others") {
  const auto packed_answer = files.serve(get("/assets/app-1f.js", {{"accept-encoding", "br, gzip;q=0.5"}}));
  REQUIRE(packed_answer);
  CHECK(packed_answer->header("content-encoding") == "gzip");
  CHECK(packed_answer->header("vary") == "Accept-Encoding");
  CHECK(packed_answer->header("cache-control") == "public, max-age=31536000, immutable");
  CHECK(packed_answer->text() == text_of(packed));
  const auto plain = files.serve(get("/assets/app-1f.js", {{"accept-encoding", "gzip;q=0"}}));
  REQUIRE(plain);
  CHECK_FALSE(plain->header("content-encoding"));
  CHECK(plain->text() == kText);
  CHECK(plain->header("etag") != packed_answer->header("etag"));
}

TEST_CASE_FIXTURE(Fixture, "what the browser has already is not sent again") {
  CHECK(files.serve(get("/index.html", {{"if-none-match", "\"zero\", W/\"one\""}}))->status == 304);
  CHECK(files.serve(get("/index.html", {{"if-none-match", "*"}}))->status == 304);
  CHECK(files.serve(get("/index.html", {{"if-none-match", "\"two\""}}))->status == 200);
  CHECK(files.serve(get("/index.html", {{"if-none-match", "\"one\""}}))->text().empty());
}

TEST_CASE("the words of Accept-Encoding") {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip", "*", "gzip;q=0.001", "x-gzip", "*;q=0, gzip"}) CHECK_MESSAGE(accepts_gzip(yes), yes);
  for (const char* no : {"", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "gzipped"}) CHECK_MESSAGE(!accepts_gzip(no), no);
}

TEST_CASE("damaged or oversized gzip data is refused") {
  const Bytes packed = packed_text();
  REQUIRE(gunzip(packed, kText.size()));
  CHECK(*gunzip(packed, kText.size()) == kText);
  CHECK(gunzip(packed, kText.size() - 1).error().code == Code::TOO_LARGE);
  // A changed bit is noticed, unless it is one of the unused bits that fill the last octet of the deflated data.
  std::size_t unnoticed = 0;
  for (std::size_t bit = 80; bit < packed.size() * 8; ++bit) {
    Bytes damaged = packed;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto unpacked = gunzip(damaged, kAssetBytesMax);
    if (unpacked) CHECK(*unpacked == kText);
    unnoticed += unpacked ? 1 : 0;
  }
  CHECK(unnoticed < 8);
  for (std::size_t size = 0; size < packed.size(); ++size) CHECK_FALSE(gunzip(ByteView(packed).first(size), kAssetBytesMax));
}

TEST_CASE("security headers keep a handler's own cache rule") {
  Response response = text_response(200, "text/html", "");
  set_security_headers(response);
  CHECK(response.header("content-security-policy") == kContentSecurityPolicy);
  CHECK(response.header("x-content-type-options") == "nosniff");
  CHECK(response.header("referrer-policy") == "no-referrer");
  CHECK(response.header("cross-origin-opener-policy") == "same-origin");
  CHECK(response.header("permissions-policy"));
  CHECK(response.header("cache-control") == "no-store");
  CHECK_FALSE(response.header("strict-transport-security"));
  response.set("Cache-Control", "no-cache");
  set_security_headers(response, true);
  CHECK(response.header("cache-control") == "no-cache");
  CHECK(response.header("strict-transport-security"));
  CHECK(kContentSecurityPolicy.find("unsafe") == std::string_view::npos);
}

}  // namespace
}  // namespace warifu::net

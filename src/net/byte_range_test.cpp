#include "net/byte_range.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <limits>
#include <string>

#include "net/upload.h"

namespace warifu::net {
namespace {

using Found = std::optional<std::variant<ByteRange, NoSuchRange>>;
constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

struct Row {
  std::string_view value;
  std::uint64_t size;
  Found found;
};

Found part(std::uint64_t offset, std::uint64_t size) { return std::variant<ByteRange, NoSuchRange>(ByteRange{offset, size}); }
Found beyond() { return std::variant<ByteRange, NoSuchRange>(NoSuchRange{}); }

TEST_CASE("a range of bytes, as RFC 9110 section 14.1.2 has it") {
  const std::array rows = {
      Row{"bytes=0-499", 10'000, part(0, 500)},
      Row{"bytes=500-999", 10'000, part(500, 500)},
      Row{"bytes=-500", 10'000, part(9'500, 500)},
      Row{"bytes=9500-", 10'000, part(9'500, 500)},
      Row{"BYTES=0-0", 10'000, part(0, 1)},
      Row{"bytes= 9999- ", 10'000, part(9'999, 1)},
      Row{"bytes=0-20000", 10'000, part(0, 10'000)},
      Row{"bytes=-20000", 10'000, part(0, 10'000)},
      Row{"bytes=0-18446744073709551615", 10, part(0, 10)},
      Row{"bytes=18446744073709551614-", kLargest, part(kLargest - 1, 1)},
      // Where the body does not reach.
      Row{"bytes=10000-", 10'000, beyond()},
      Row{"bytes=10000-10001", 10'000, beyond()},
      Row{"bytes=0-", 0, beyond()},
      Row{"bytes=-0", 10'000, beyond()},
      Row{"bytes=-1", 0, beyond()},
      // Whatever may be ignored: the whole is given.
      Row{"bytes=0-1,4-5", 10'000, {}},
      Row{"bytes=5-4", 10'000, {}},
      Row{"bytes=", 10'000, {}},
      Row{"bytes=-", 10'000, {}},
      Row{"bytes=1", 10'000, {}},
      Row{"bytes=+1-2", 10'000, {}},
      Row{"bytes=1-+2", 10'000, {}},
      Row{"bytes=--2", 10'000, {}},
      Row{"bytes=1 - 2", 10'000, {}},
      Row{"bytes=0x1-2", 10'000, {}},
      Row{"bytes=18446744073709551616-", 10'000, {}},
      Row{"bytes =0-1", 10'000, {}},
      Row{"items=0-1", 10'000, {}},
      Row{"", 10'000, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    CHECK((parse_range(row.value, row.size) == row.found));
  }
}

TEST_CASE("a part never reaches beyond its body, whatever is asked for") {
  CHECK(rc::check([](std::uint64_t from, std::uint64_t to, std::uint64_t size) {
    const Found found = parse_range("bytes=" + std::to_string(from) + "-" + std::to_string(to), size);
    if (!found) {
      RC_ASSERT(to < from);
    } else if (const auto* one = std::get_if<ByteRange>(&*found)) {
      RC_ASSERT(one->size >= 1 && one->offset == from && one->offset < size && one->size <= size - one->offset);
    } else {
      RC_ASSERT(from >= size);
    }
  }));
}

TEST_CASE("a file is given whole, in part, or said not to reach that far") {
  TempFile file = TempFile::create(std::filesystem::temp_directory_path()).value();
  const std::filesystem::path path = file.path();
  REQUIRE(file.write("0123456789"));
  Request request;
  request.method = "GET";
  const auto body = [](const Response& response) { return std::get<FileBody>(response.body); };
  const auto asked = [&](std::string_view range, std::string_view only_if = {}) {
    request.headers.clear();
    if (!range.empty()) request.headers.push_back({"range", std::string(range)});
    if (!only_if.empty()) request.headers.push_back({"if-range", std::string(only_if)});
    return file_response(request, path, "abc").value();
  };
  Response response = asked("");
  CHECK(response.status == 200);
  CHECK(response.header("Accept-Ranges") == "bytes");
  CHECK(response.header("ETag") == "\"abc\"");
  CHECK(!response.header("Content-Range"));
  CHECK((body(response).offset == 0 && body(response).size == 10));
  response = asked("bytes=4-", "\"abc\"");
  CHECK(response.status == 206);
  CHECK(response.header("Content-Range") == "bytes 4-9/10");
  CHECK(response.header("ETag") == "\"abc\"");
  CHECK((body(response).offset == 4 && body(response).size == 6));
  // Begun with another content, or one that is only alike: the whole.
  for (const char* other : {"\"abd\"", "W/\"abc\"", "abc", "Tue, 01 Dec 2026 00:00:00 GMT"}) CHECK(asked("bytes=4-", other).status == 200);
  response = asked("bytes=10-");
  CHECK(response.status == 416);
  CHECK(response.header("Content-Range") == "bytes */10");
  CHECK(response.text().find("OUT_OF_RANGE") != std::string_view::npos);
  CHECK(asked("bytes=10-", "\"abd\"").status == 200);
  request.method = "HEAD";  // section 14.2: of GET only
  CHECK(asked("bytes=4-").status == 200);
  request.method = "GET";
  CHECK(file_response(request, path.string() + ".gone", "abc").error().code == Code::IO);
}

}  // namespace
}  // namespace warifu::net

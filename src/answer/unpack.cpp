#include "answer/unpack.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

#include "answer/file_types.h"

namespace warifu::answer {

namespace {

constexpr std::size_t kReadBytes = 64 * 1024, kFirstBytes = 8;

tl::unexpected<Error> broken(const char* why) { return wrong_type("zip", why); }

}  // namespace

Result<std::string> unpack_into_nothing(const Content& content, std::uint64_t begin, std::uint64_t packed, std::uint64_t claimed) {
  z_stream stream{};
  constexpr int kRawDeflate = -15;  // no header; the largest window
  CHECK_THAT(inflateInit2(&stream, kRawDeflate) == Z_OK);
  struct End {
    z_stream* stream;
    ~End() { inflateEnd(stream); }
  } const end{&stream};
  std::vector<Bytef> input(kReadBytes), window(kReadBytes);
  std::string first;
  std::uint64_t total = 0;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(packed, input.size()));
      if (wanted == 0) return broken("an entry that ends early");
      if (TRY(content.read_at(begin, {input.data(), wanted})) != wanted) return fail(Code::IO, "the file became shorter while it was read", "/file");
      begin += wanted;
      packed -= wanted;
      stream.next_in = input.data();
      stream.avail_in = static_cast<uInt>(wanted);
    }
    stream.next_out = window.data();
    stream.avail_out = static_cast<uInt>(window.size());
    result = inflate(&stream, Z_NO_FLUSH);
    // Z_BUF_ERROR: all that was read is used, and more is needed.
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return broken("an entry that cannot be unpacked");
    const std::size_t made = window.size() - stream.avail_out;
    for (std::size_t i = 0; i < made && first.size() < kFirstBytes; ++i) first.push_back(static_cast<char>(window[i]));
    total += made;
    if (total > claimed) return fail(Code::ARCHIVE_BOMB, "an entry is larger than it says", "/file");
  }
  if (total != claimed) return broken("an entry is smaller than it says");
  if (stream.avail_in != 0 || packed != 0) return broken("something lies behind an entry");
  return first;
}

}  // namespace warifu::answer

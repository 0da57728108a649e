#include "answer/unpack.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace warifu::answer {

Result<std::string> unpack_into_nothing(std::string_view packed, std::uint64_t claimed) {
  const auto broken = [](const char* why) { return fail(Code::FILE_TYPE_NOT_ALLOWED, why, "/file", {{"actual", "zip"}, {"expected", ".zip"}}); };
  if (packed.size() > std::numeric_limits<uInt>::max()) return broken("an entry that is too long");
  z_stream stream{};
  constexpr int kRawDeflate = -15;  // no header; the largest window
  CHECK_THAT(inflateInit2(&stream, kRawDeflate) == Z_OK);
  struct End {
    z_stream* stream;
    ~End() { inflateEnd(stream); }
  } const end{&stream};
  std::string copy(packed);  // zlib's interface is not const
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  std::array<Bytef, 64 * 1024> window{};
  std::string first;
  std::uint64_t total = 0;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    stream.next_out = window.data();
    stream.avail_out = static_cast<uInt>(window.size());
    result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) return broken("an entry that cannot be unpacked");
    const std::size_t made = window.size() - stream.avail_out;
    for (std::size_t i = 0; i < made && first.size() < 8; ++i) first.push_back(static_cast<char>(window[i]));
    total += made;
    if (total > claimed) return fail(Code::ARCHIVE_BOMB, "an entry is larger than it says", "/file");
  }
  if (total != claimed) return broken("an entry is smaller than it says");
  if (stream.avail_in != 0) return broken("something lies behind an entry");
  return first;
}

}  // namespace warifu::answer

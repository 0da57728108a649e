#include "net/gunzip.h"

#include "net/boost_config.h"
// after the configuration
#include <boost/beast/zlib/inflate_stream.hpp>
#include <boost/crc.hpp>

namespace warifu::net {
namespace {

constexpr std::size_t kHeaderBytes = 10;
constexpr std::size_t kTrailerBytes = 8;

std::uint32_t little_endian(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8U | bytes[i];
  return value;
}

// Where the deflated data begins: behind the header and its optional fields (RFC 1952 section 2.3.1). 0 when it is not a header.
std::size_t data_start(ByteView packed) {
  enum Flag : unsigned { HeaderCrc = 2, Extra = 4, Name = 8, Comment = 16 };
  if (packed.size() < kHeaderBytes + kTrailerBytes || packed[0] != 0x1f || packed[1] != 0x8b || packed[2] != 8) return 0;
  const unsigned flags = packed[3];
  std::size_t at = kHeaderBytes;
  if ((flags & Extra) != 0U) at += 2U + packed[at] + (static_cast<std::size_t>(packed[at + 1]) << 8U);
  for (const unsigned text : {Name, Comment}) {
    if ((flags & text) == 0U) continue;
    while (at < packed.size() && packed[at] != 0) ++at;
    ++at;
  }
  if ((flags & HeaderCrc) != 0U) at += 2;
  return at + kTrailerBytes <= packed.size() ? at : 0;
}

}  // namespace

Result<std::string> gunzip(ByteView packed, std::size_t bytes_max) {
  const std::size_t start = data_start(packed);
  if (start == 0) return fail(Code::BAD_ENCODING, "not gzip", {}, {{"expected", "gzip"}});
  const ByteView trailer = packed.last(kTrailerBytes);
  const std::size_t size = little_endian(trailer.subspan(4));
  if (size > bytes_max) return fail(Code::TOO_LARGE, "the unpacked data is too large", {}, {{"max", std::to_string(bytes_max)}});
  std::string out(size + 1, '\0');  // one to spare, so that the end of the stream is reached even when the size is exact
  boost::beast::zlib::inflate_stream stream;
  boost::beast::zlib::z_params step{};
  step.next_in = packed.data() + start;
  // With the trailer: this inflater looks ahead further than the last, short code of the data reaches.
  step.avail_in = packed.size() - start;
  step.next_out = out.data();
  step.avail_out = out.size();
  boost::system::error_code error;
  stream.write(step, boost::beast::zlib::Flush::sync, error);
  const bool is_whole = step.total_out == size && error == boost::beast::zlib::error::end_of_stream;
  out.resize(size);
  boost::crc_32_type crc;
  crc.process_bytes(out.data(), out.size());
  if (!is_whole || crc.checksum() != little_endian(trailer)) return fail(Code::BAD_ENCODING, "damaged gzip data", {}, {{"expected", "gzip"}});
  return out;
}

}  // namespace warifu::net

#pragma once
// A file as an answer of which a client may ask for a part (RFC 9110 section 14), so that a broken download goes on where it stopped.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <variant>

#include "net/http.h"

namespace warifu::net {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // at least one byte

  bool operator==(const ByteRange&) const = default;
};
struct NoSuchRange {
  bool operator==(const NoSuchRange&) const = default;
};
// Of a body of `size` bytes, by the value of the header Range: the part; NoSuchRange when the body does not reach that far; nothing when the whole is
// to be given: another unit, several ranges, or what is no range at all, all of which a server may ignore (section 14.2).
[[nodiscard]] std::optional<std::variant<ByteRange, NoSuchRange>> parse_range(std::string_view value, std::uint64_t size);

// 200 with the whole, 206 with the part a GET asked for, or 416 (OUT_OF_RANGE). `tag` names the content for ever, as a digest does: a part is given
// only while an If-Range, if there is one, has it. The file is opened when the answer is sent; IO when its size cannot be read.
[[nodiscard]] Result<Response> file_response(const Request& request, const std::filesystem::path& file, std::string_view tag);

}  // namespace warifu::net

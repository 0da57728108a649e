#include "answer/content.h"

#include <algorithm>
#include <cstring>

namespace warifu::answer {

Result<std::size_t> TextContent::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
  if (offset >= text_.size()) return 0;
  const std::size_t size = std::min(into.size(), text_.size() - static_cast<std::size_t>(offset));
  std::memcpy(into.data(), text_.data() + static_cast<std::size_t>(offset), size);
  return size;
}

Result<std::string_view> Window::at(std::uint64_t offset, std::size_t size) {
  CHECK_THAT(size <= kWindowBytes);
  const std::uint64_t all = content_.bytes();
  if (offset >= all) return std::string_view();
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, all - offset));
  const bool is_held = offset >= begin_ && offset - begin_ <= held_.size() && held_.size() - (offset - begin_) >= wanted;
  if (!is_held) {
    held_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kWindowBytes, all - offset)));
    begin_ = offset;
    const std::size_t got = TRY(content_.read_at(offset, {reinterpret_cast<std::uint8_t*>(held_.data()), held_.size()}));
    held_.resize(got);
    if (got < wanted) return fail(Code::IO, "the file became shorter while it was read", "/file");
  }
  return std::string_view(held_).substr(static_cast<std::size_t>(offset - begin_), wanted);
}

Result<std::string> read_whole(const Content& content, std::uint64_t bytes_max) {
  if (content.bytes() > bytes_max) return fail(Code::TOO_LARGE, "the file is too large", "/file", {{"max", std::to_string(bytes_max)}});
  std::string out(static_cast<std::size_t>(content.bytes()), '\0');
  const std::size_t got = TRY(content.read_at(0, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()}));
  if (got < out.size()) return fail(Code::IO, "the file became shorter while it was read", "/file");
  return out;
}

}  // namespace warifu::answer

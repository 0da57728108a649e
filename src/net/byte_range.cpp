#include "net/byte_range.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

namespace warifu::net {

namespace {

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  // from_chars takes no sign for an unsigned number; one too large ends here too, and the whole is given.
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::variant<ByteRange, NoSuchRange>> parse_range(std::string_view value, std::uint64_t size) {
  using Found = std::variant<ByteRange, NoSuchRange>;
  constexpr std::string_view kUnit = "bytes=";
  const auto is_same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
  if (value.size() < kUnit.size() || !std::ranges::equal(value.substr(0, kUnit.size()), kUnit, is_same)) return std::nullopt;
  const std::string_view range = without_blanks(value.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view before = range.substr(0, dash), behind = range.substr(dash + 1);
  if (before.empty()) {
    const std::optional<std::uint64_t> last = number(behind);
    if (!last) return std::nullopt;
    const std::uint64_t taken = std::min(*last, size);
    return taken == 0 ? Found(NoSuchRange{}) : Found(ByteRange{size - taken, taken});
  }
  const std::optional<std::uint64_t> from = number(before);
  std::optional<std::uint64_t> to;
  if (!behind.empty()) {
    to = number(behind);
    if (!to) return std::nullopt;
  }
  if (!from || (to && *to < *from)) return std::nullopt;
  if (*from >= size) return Found(NoSuchRange{});
  return Found(ByteRange{*from, (to ? std::min(*to, size - 1) : size - 1) - *from + 1});
}

Result<Response> file_response(const Request& request, const std::filesystem::path& file, std::string_view tag) {
  std::error_code unread;
  const std::uint64_t size = std::filesystem::file_size(file, unread);
  if (unread) return fail(Code::IO, "cannot read a file's size: " + unread.message(), "answer");
  const std::string quoted = '"' + std::string(tag) + '"';
  const std::optional<std::string_view> wanted = request.header("range"), only_if = request.header("if-range");
  std::optional<std::variant<ByteRange, NoSuchRange>> found;
  if (request.method == "GET" && wanted && (!only_if || *only_if == quoted)) found = parse_range(*wanted, size);
  Response response;
  if (found && std::holds_alternative<NoSuchRange>(*found)) {
    const std::string last = std::to_string(size == 0 ? 0 : size - 1);
    response = problem_response(Error{Code::OUT_OF_RANGE, "the file does not reach that far", "Range", {{"min", "0"}, {"max", last}}},
                                request.request_id, 416);
    response.set("Content-Range", "bytes */" + std::to_string(size));
    return response;
  }
  FileBody body{file, 0, size, false};
  if (found) {
    const auto& part = std::get<ByteRange>(*found);
    body.offset = part.offset;
    body.size = part.size;
    response.status = 206;
    response.set("Content-Range",
                 "bytes " + std::to_string(part.offset) + "-" + std::to_string(part.offset + part.size - 1) + "/" + std::to_string(size));
  }
  response.set("Accept-Ranges", "bytes").set("ETag", quoted);
  response.body = std::move(body);
  return response;
}

}  // namespace warifu::net

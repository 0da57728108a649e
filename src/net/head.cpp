#include "net/head.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace warifu::net {
namespace {

using Refusal = tl::unexpected<HeadProblem>;

Refusal refuse(std::string_view reason, int status = 400) { return Refusal(HeadProblem{status, reason}); }

constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character); }

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~:[]").find(c) != std::string_view::npos;
  });
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

tl::expected<void, HeadProblem> check_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || line.find(' ', first + 1) != last || last == first + 1)
    return refuse("the request line does not have three parts");
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) return refuse("a method that is no token");
  if (version != "HTTP/1.1") return version.starts_with("HTTP/") ? refuse("not HTTP/1.1", 505) : refuse("no HTTP version");
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) return refuse("an unknown method", 501);
  return {};
}

tl::expected<std::uint64_t, HeadProblem> parse_length(std::string_view text) {
  std::uint64_t value = 0;
  const bool is_digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!is_digits || error != std::errc{} || end != text.data() + text.size()) return refuse("Content-Length is not a number");
  return value;
}

bool has_close(std::string_view connection) {
  const std::string value = lower_case(connection);
  std::string_view rest = value;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view option = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    while (!option.empty() && (option.front() == ' ' || option.front() == '\t')) option.remove_prefix(1);
    while (!option.empty() && (option.back() == ' ' || option.back() == '\t')) option.remove_suffix(1);
    if (option == "close") return true;
  }
  return false;
}

}  // namespace

HeadEnd find_head_end(std::string_view received, std::size_t& scanned, std::size_t bytes_max) {
  const std::string_view window = received.substr(0, bytes_max);
  // The last octet waits for its successor: whether a CR is bare is known only then.
  for (; scanned < window.size(); ++scanned) {
    const char c = window[scanned];
    if (c == '\r') {
      if (scanned + 1 == received.size()) return std::nullopt;
      if (received[scanned + 1] != '\n') return refuse("a bare CR");
    } else if (c == '\n') {
      if (scanned == 0 || window[scanned - 1] != '\r') return refuse("a bare LF");
      if (scanned == 1) return refuse("an empty request line");
      if (scanned >= 3 && window[scanned - 2] == '\n') return scanned + 1;
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || static_cast<unsigned char>(c) > 0x7e) {
      return refuse("an octet no head may contain");
    }
  }
  if (received.size() < bytes_max) return std::nullopt;
  return window.find('\n') == std::string_view::npos ? refuse("the target is too long", 414) : refuse("the head is too large", 431);
}

tl::expected<void, HeadProblem> check_head_lines(std::string_view head) {
  std::size_t lines = 0;
  while (true) {
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return refuse("no end of head");
    const std::string_view line = head.substr(0, end);
    head = head.substr(end + 2);
    if (line.empty()) break;
    if (lines++ == 0) {
      if (auto checked = check_request_line(line); !checked) return checked;
      continue;
    }
    if (lines > kHeadersMax + 1) return refuse("too many header lines", 431);
    if (line.front() == ' ' || line.front() == '\t') return refuse("a folded header line");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return refuse("a header line without a proper name");
  }
  if (!head.empty() || lines == 0) return refuse("not one head");
  return {};
}

tl::expected<Framing, HeadProblem> check_framing(const Headers& headers) {
  Framing framing;
  std::size_t hosts = 0, lengths = 0, encodings = 0, expects = 0;
  for (const auto& [name, value] : headers) {
    if (name == "host") {
      ++hosts;
      if (!is_host(value)) return refuse("a bad Host");
    } else if (name == "content-length") {
      ++lengths;
      const auto length = parse_length(value);
      if (!length) return Refusal(length.error());
      framing.content_length = *length;
    } else if (name == "transfer-encoding") {
      ++encodings;
      if (lower_case(value) != "chunked") return refuse("a transfer coding other than chunked", 501);
      framing.is_chunked = true;
    } else if (name == "expect") {
      ++expects;
      if (lower_case(value) != "100-continue") return refuse("an unknown expectation", 417);
      framing.expects_continue = true;
    } else if (name == "connection") {
      framing.wants_close = framing.wants_close || has_close(value);
    }  // Upgrade may be ignored, and is (RFC 9110 section 7.8)
  }
  if (hosts != 1) return refuse("not exactly one Host");
  if (lengths > 1 || encodings > 1 || expects > 1) return refuse("a repeated framing header");
  if (lengths + encodings > 1) return refuse("both Content-Length and Transfer-Encoding");
  return framing;
}

}  // namespace warifu::net

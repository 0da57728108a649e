// Heads of requests as bytes: their end, their lines, what frames the body, targets, queries, cookies.

#include "fuzz/fuzz.h"
#include "net/head.h"

namespace warifu::fuzz {
namespace {

constexpr std::size_t kBytesMax = 8192;

net::HeadEnd end_in_pieces(std::string_view input, std::size_t size) {
  std::size_t scanned = 0;
  for (std::size_t at = 0; at < input.size(); at += size) {
    const net::HeadEnd end = net::find_head_end(input.substr(0, at + size), scanned, kBytesMax);
    if (!end || *end) return end;
  }
  return std::optional<std::size_t>{};
}

void check_target(std::string_view input) {
  const auto target = net::parse_target(input);
  if (target) {
    hold(target->path.starts_with('/'));
    std::string again;
    for (const std::string& segment : target->segments) {
      hold(segment != "." && segment != ".." && segment.find('/') == std::string::npos && segment.find('\0') == std::string::npos);
      again += "/" + net::percent_encode(segment);
    }
    const auto second = net::parse_target(again.empty() ? "/" : again);
    hold(second.has_value() && second->segments == target->segments);
  }
  if (const auto decoded = net::percent_decode(input)) hold(net::percent_decode(net::percent_encode(*decoded)).value() == *decoded);
  if (const auto parameters = net::parse_query(input)) {
    hold(parameters->size() <= net::kParametersMax);
    for (const net::Parameter& parameter : *parameters) hold(!parameter.name.empty());
  }
}

// A rough reading of the lines, for the framing: the parser's own is run by http_connection.
net::Headers headers_of(std::string_view head) {
  net::Headers out;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) out.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
  }
  return out;
}

void one(std::string_view input) {
  std::size_t scanned = 0;
  const net::HeadEnd whole = net::find_head_end(input, scanned, kBytesMax);
  for (const std::size_t size : {1UL, 3UL}) {
    const net::HeadEnd pieces = end_in_pieces(input, size);
    hold(whole.has_value() == pieces.has_value());
    if (whole) hold(*whole == *pieces);
  }
  if (whole && *whole) {
    hold(**whole <= input.size() && **whole <= kBytesMax);
    static_cast<void>(net::check_head_lines(input.substr(0, **whole)));
  }
  check_target(input);
  const net::Headers headers = headers_of(input);
  if (const auto framing = net::check_framing(headers)) hold(!(framing->is_chunked && framing->content_length));
  net::Request request;
  request.headers = headers;
  if (const auto cookie = request.cookie("warifu")) hold(cookie->size() <= input.size());
}

std::vector<std::string> seeds() {
  return {"GET / HTTP/1.1\r\nHost: desk.example\r\n\r\n",
          "POST /api/a%2Db/%E5%89%B2?x=1&y=%2F HTTP/1.1\r\nhost: desk.example\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\nabc",
          "PUT /a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
          "host: a\r\ncookie: a=1; warifu=abc; b=2\r\n",
          "/a/b//c/?a=1&b=2&a=3",
          "/%E5%89%B2%E7%AC%A6/x%20y",
          "a=1&b=%E5%89%B2+x&c"};
}

const Registered registered({"http_head", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

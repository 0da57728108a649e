// Addresses of pages and posts: RFC 3986 section 6.2.2 normal form of http and https.

#include <algorithm>
#include <optional>

#include "base/limits.h"
#include "text/domain_name.h"
#include "text/ip_address.h"
#include "text/selector_parts.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_unreserved(unsigned char c) { return c < 0x80 && (is_ascii_alnum(static_cast<char>(c)) || c == '-' || c == '.' || c == '_' || c == '~'); }
bool is_kept(unsigned char c) {
  return is_unreserved(c) || (c < 0x80 && std::string_view("!$&'()*+,;=:@/?[]").find(static_cast<char>(c)) != std::string_view::npos);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_escaped(std::string& out, unsigned char c) {
  out.push_back('%');
  out.push_back(kHex[c >> 4]);
  out.push_back(kHex[c & 15U]);
}

// Escapes in upper case, unreserved characters unescaped, everything outside the grammar escaped. Nothing for a broken escape or a backslash.
std::optional<std::string> normal_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\\' || c <= 0x20 || c == 0x7F) return std::nullopt;
    if (c != '%') {
      if (is_kept(c))
        out.push_back(text[i]);
      else
        append_escaped(out, c);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    const auto value = static_cast<unsigned char>(high * 16 + low);
    if (is_unreserved(value))
      out.push_back(static_cast<char>(value));
    else
      append_escaped(out, value);
    i += 2;
  }
  return out;
}

// RFC 3986 section 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto slash = path.find('/', 1);
    const auto segment = path.substr(0, slash);
    const bool is_last = slash == std::string_view::npos;
    if (segment == "/..") {
      out.erase(std::min(out.rfind('/'), out.size()));
      if (is_last) out.push_back('/');
    } else if (segment == "/.") {
      if (is_last) out.push_back('/');
    } else {
      out += segment;
    }
    if (is_last) break;
    path.remove_prefix(slash);
  }
  return out;
}

struct Authority {
  std::string ascii;     // for comparing
  std::string readable;  // for lists
  bool is_public = true;
  bool is_confusable = false;
};

Result<Authority> parse_authority(std::string_view text, bool is_https) {
  const auto bad = [](const char* why) { return bad_format(SelectorType::URL, why); };
  if (text.find('@') != std::string_view::npos) return bad("a URL with a user name in front of the host is refused");
  if (text.ends_with(":")) text.remove_suffix(1);
  const HostAndPort parts = split_port(text);
  Authority out;
  if (const auto address = IpAddress::parse(parts.host); address && (parts.is_bracketed || parts.host.find(':') == std::string_view::npos)) {
    if (parts.is_bracketed && parts.host.find(':') == std::string_view::npos) return bad("IPv4 in brackets");
    out.ascii = address->is_v6 ? "[" + address->text() + "]" : address->text();
    out.readable = out.ascii;
    out.is_public = address->is_public();
  } else {
    const auto domain = domain_to_ascii(parts.host);
    if (!domain || parts.is_bracketed) return bad("no host");
    out.ascii = *domain;
    out.readable = domain_for_reading(*domain);
    out.is_confusable = domain->find("xn--") != std::string::npos && out.readable == *domain;
  }
  if (!parts.port.empty()) {
    const auto port = parse_port(parts.port);
    if (!port) return bad("port of the URL is not 1 to 65535");
    if (*port != (is_https ? 443 : 80)) {
      out.ascii += ":" + std::to_string(*port);
      out.readable += ":" + std::to_string(*port);
    }
  }
  return out;
}

}  // namespace

Result<Selector> parse_url(const SelectorInput& input) {
  const auto bad = [](const char* why) { return bad_format(SelectorType::URL, why); };
  const std::string_view text = input.value;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return bad("no scheme");
  const std::string scheme = ascii_lower(text.substr(0, colon));
  if (scheme != "http" && scheme != "https") return bad("scheme is neither http nor https");
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto end = rest.find_first_of("/?\\");
  const Authority authority = TRY(parse_authority(rest.substr(0, end), scheme == "https"));
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
  const auto question = rest.find('?');
  auto path = normal_escapes(rest.substr(0, question));
  auto query = normal_escapes(question == std::string_view::npos ? std::string_view{} : rest.substr(question));
  if (!path || !query) return bad("broken escape, white space or backslash");
  *path = without_dot_segments(*path);
  if (path->empty()) *path = "/";
  if (*query == "?") query->clear();
  Selector out;
  out.canonical = scheme + "://" + authority.ascii + *path + *query;
  if (out.canonical.size() > limits::kSelectorBytesMax)
    return fail(Code::TOO_LONG, "URL too long", "/value", {{"max", std::to_string(limits::kSelectorBytesMax)}});
  out.display = out.canonical;
  // The front page of a site is a site; anything behind it may be a post (blogs name posts in the query: /?p=12).
  out.is_communication = *path != "/" || !query->empty();
  out.masked = scheme + "://" + authority.readable + (out.is_communication ? "/****" : "/");
  out.is_public = authority.is_public;
  out.is_confusable = authority.is_confusable;
  out.input.value = out.display;
  return out;
}

}  // namespace warifu::text

// Addresses of the network: mail, IP, domain, message id, MAC.

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "text/domain_name.h"
#include "text/ip_address.h"
#include "text/selector_parts.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

constexpr std::size_t kLocalPartBytesMax = 64;  // RFC 5321 section 4.5.3.1
constexpr std::size_t kMailBytesMax = 254;

// atext of RFC 5322 section 3.2.3.
bool is_atom_character(char c) { return is_ascii_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos; }

// A dot-atom; dots in a row and a dot before the @ are let through, because Japanese mobile carriers gave out such addresses for years.
bool is_local_part(std::string_view local) {
  if (local.empty() || local.size() > kLocalPartBytesMax || local.front() == '.') return false;
  if (local.front() == '"') {
    if (local.size() < 3 || local.back() != '"') return false;
    const auto inner = local.substr(1, local.size() - 2);
    return std::all_of(inner.begin(), inner.end(), [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; });
  }
  return std::all_of(local.begin(), local.end(), [](char c) { return is_atom_character(c) || c == '.'; });
}

bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_atom_character(c) || c == '.'; });
}

// RFC 5322 asks for a dot-atom on the left; mail programs have written dots in a row and colons there, and a message that was sent must be askable.
bool is_id_left(std::string_view text) {
  if (text.empty()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_atom_character(c) || c == '.' || c == ':'; });
}

// no-fold-literal of RFC 5322 section 3.6.4: [192.0.2.1].
bool is_literal(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  const auto inner = text.substr(1, text.size() - 2);
  return std::all_of(inner.begin(), inner.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '[' && c != ']' && c != '\\'; });
}

// "192.0.*.*", "2001:db8:*".
std::string masked_address(const IpAddress& address) {
  if (!address.is_v6) return std::to_string(address.bytes[0]) + "." + std::to_string(address.bytes[1]) + ".*.*";
  IpAddress network = address;
  std::fill(network.bytes.begin() + 4, network.bytes.end(), std::uint8_t{0});
  std::string text = network.text();
  if (text.ends_with("::")) text.pop_back();
  return text + (text.ends_with(":") ? "*" : ":*");
}

}  // namespace

HostAndPort split_port(std::string_view text) {
  if (text.starts_with("[")) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return {text, {}, false};
    const auto host = text.substr(1, close - 1);
    const auto rest = text.substr(close + 1);
    if (rest.empty()) return {host, {}, true};
    if (rest.front() == ':' && rest.size() > 1) return {host, rest.substr(1), true};
    return {text, {}, false};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos || colon + 1 == text.size()) return {text, {}, false};
  return {text.substr(0, colon), text.substr(colon + 1), false};
}

Result<int> parse_port(std::string_view text) {
  const auto bad = [] { return fail(Code::OUT_OF_RANGE, "a port is 1 to 65535", "/port", {{"min", "1"}, {"max", "65535"}}); };
  if (!is_digits(text) || text.size() > 5 || text.front() == '0') return bad();
  const int port = std::stoi(std::string(text));
  if (port > 65535) return bad();
  return port;
}

Result<Selector> parse_email(const SelectorInput& input) {
  const auto bad = [](const char* why) { return bad_format(SelectorType::EMAIL, why); };
  std::string address = nfkc(input.value);
  if (ascii_lower(address).starts_with("mailto:")) address.erase(0, 7);
  if (address.size() > 2 && address.front() == '<' && address.back() == '>') address = address.substr(1, address.size() - 2);
  const auto at = address.rfind('@');
  if (at == std::string::npos) return bad("no @");
  const std::string local = address.substr(0, at);
  if (!is_local_part(local)) return bad("not a local part");
  const auto domain = domain_to_ascii(std::string_view(address).substr(at + 1));
  if (!domain) return bad("not a domain after the @");
  Selector out;
  out.canonical = local + "@" + *domain;
  if (out.canonical.size() > kMailBytesMax) return bad("address longer than 254 bytes");
  const std::string readable = domain_for_reading(*domain);
  out.display = local + "@" + readable;
  out.masked = mask(local, 1, 0) + "@" + readable;
  out.is_confusable = domain->find("xn--") != std::string::npos && readable == *domain;
  out.input.value = out.display;
  return out;
}

Result<Selector> parse_ip_address(const SelectorInput& input) {
  const std::string value = nfkc(input.value);
  HostAndPort parts = split_port(value);
  // A lone IPv6 address has colons of its own; split_port leaves it whole.
  const auto address = IpAddress::parse(parts.host);
  if (!address || (parts.is_bracketed && parts.host.find(':') == std::string_view::npos))
    return bad_format(SelectorType::IP_ADDRESS, "not an IP address");
  Selector out;
  if (!parts.port.empty()) {
    out.port = TRY(parse_port(parts.port));
    if (input.port && input.port != out.port) return bad_format(SelectorType::IP_ADDRESS, "two different ports", "/port");
  } else if (input.port) {
    out.port = TRY(parse_port(std::to_string(*input.port)));
  }
  // Behind one shared address a port belongs to somebody else a minute later (RFC 6302).
  if (out.port && !input.at) return fail(Code::SELECTOR_TIME_MISSING, "a port needs the time of its use", "/at");
  const std::string text = address->text();
  const std::string bracketed = address->is_v6 && out.port ? "[" + text + "]" : text;
  const std::string port = out.port ? ":" + std::to_string(*out.port) : "";
  out.canonical = bracketed + port;
  out.display = out.canonical;
  out.masked = masked_address(*address);
  out.is_public = address->is_public();
  out.input.value = text;
  out.input.port = out.port;
  if (input.at) {
    auto at = parse_time_text(*input.at);
    if (!at) return tl::unexpected<Error>(std::move(at).error().at("/at"));
    out.at = *at;
    out.is_communication = true;
    out.input.at = to_rfc3339_tokyo(*at);
    out.canonical += "@" + to_rfc3339(*at);
    out.display += " " + *out.input.at;
    out.masked += " " + *out.input.at;
  }
  return out;
}

Result<Selector> parse_domain_name(const SelectorInput& input) {
  const auto domain = domain_to_ascii(nfkc(input.value));
  if (!domain) return bad_format(SelectorType::DOMAIN_NAME, domain.error().message);
  Selector out;
  out.canonical = *domain;
  out.display = domain_for_reading(*domain);
  out.masked = out.display;
  out.is_confusable = domain->find("xn--") != std::string::npos && out.display == *domain;
  out.input.value = out.display;
  return out;
}

Result<Selector> parse_message_id(const SelectorInput& input) {
  const auto bad = [](const char* why) { return bad_format(SelectorType::MESSAGE_ID, why); };
  std::string_view id = input.value;
  if (id.size() > 11 && ascii_lower(id.substr(0, 11)) == "message-id:") id = trim_spaces(id.substr(11));
  if (id.starts_with("<") != id.ends_with(">")) return bad("one angle bracket only");
  if (id.starts_with("<")) id = id.substr(1, id.size() - 2);
  const auto at = id.find('@');
  if (at == std::string_view::npos) return bad("no @");
  const auto left = id.substr(0, at);
  const auto right = id.substr(at + 1);
  if (!is_id_left(left) || (!is_dot_atom(right) && !is_literal(right))) return bad("not a msg-id of RFC 5322");
  Selector out;
  out.canonical = std::string(id);
  out.display = "<" + out.canonical + ">";
  out.masked = "<" + mask(left, 1, 0) + "@" + std::string(right) + ">";
  out.is_communication = true;
  out.input.value = out.display;
  return out;
}

Result<Selector> parse_mac_address(const SelectorInput& input) {
  const auto bad = [](const char* why) { return bad_format(SelectorType::MAC_ADDRESS, why); };
  const std::string text = ascii_lower(technical(input.value));
  const std::size_t group = text.find('.') != std::string::npos ? 4 : 2;
  std::string hex;
  const char separator = text.size() > 12 ? text[group] : '\0';
  if (separator != '\0' && std::string_view(":-. ").find(separator) == std::string_view::npos) return bad("not separated by : or -");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_separator_due = separator != '\0' && i % (group + 1) == group;
    if (is_separator_due != (text[i] == separator)) return bad("groups of unequal length");
    if (!is_separator_due) hex.push_back(text[i]);
  }
  const auto bytes = from_hex(hex);
  if (hex.size() != 12 || !bytes || text.back() == separator) return bad("a MAC address has 12 hex digits");
  if (hex == "000000000000" || ((*bytes)[0] & 1U) != 0) return bad("zero, broadcast and group addresses belong to no device");
  Selector out;
  for (std::size_t i = 0; i < 12; i += 2) out.canonical += (i == 0 ? "" : ":") + hex.substr(i, 2);
  out.display = out.canonical;
  out.masked = out.canonical.substr(0, 9) + "**:**:**";
  out.input.value = out.display;
  return out;
}

}  // namespace warifu::text

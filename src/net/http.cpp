#include "net/http.h"

#include <algorithm>
#include <array>

#include "json/parse.h"

namespace warifu::net {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

// RFC 3986 section 3.3: what may stand unencoded in a segment, besides "%".
bool is_path_character(char c) { return is_unreserved(c) || std::string_view("!$&'()*+,;=:@%/").find(c) != std::string_view::npos; }

// Browsers leave more characters alone in a query than RFC 3986 does (URL Standard, query percent-encode set), so that set is the measure.
bool is_query_character(char c) { return c > 0x20 && c < 0x7f && std::string_view("\"#<>\\").find(c) == std::string_view::npos; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Length of the well-formed sequence at the start (Unicode 15, table 3-7), 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned lead = at(0);
  const auto trail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) { return at(i) >= low && at(i) <= high; };
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return trail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool second = trail(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && trail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = trail(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && trail(2) && trail(3) ? 4 : 0;
  }
  return 0;
}

Status check_decoded(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) return fail(Code::BAD_UTF8, "not valid UTF-8");
    const auto first = static_cast<unsigned char>(text[i]);
    const bool is_c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if ((length == 1 && (first < 0x20 || first == 0x7f)) || is_c1) return fail(Code::CONTROL_CHARACTER, "a control character");
    i += length;
  }
  return {};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const Header& header : headers)
    if (same_name(header.name, name)) return header.value;
  return std::nullopt;
}

std::string json_string(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code < 0x20) {
      out += "\\u00";
      out += kHex[code >> 4U];
      out += kHex[code & 15U];
    } else {
      out += c;
    }
  }
  return out + '"';
}

struct Reason {
  int status;
  std::string_view phrase;
};
constexpr std::array kReasons = {
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{421, "Misdirected Request"},
    Reason{422, "Unprocessable Content"},
    Reason{423, "Locked"},
    Reason{425, "Too Early"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{451, "Unavailable For Legal Reasons"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

Result<std::vector<std::string>> parse_segments(std::string_view path) {
  std::vector<std::string> segments;
  std::string_view rest = path.substr(1);
  if (rest.empty()) return segments;
  while (true) {
    const std::size_t slash = rest.find('/');
    std::string segment = TRY(percent_decode(rest.substr(0, slash)));
    const bool is_last = slash == std::string_view::npos;
    // "//" at the start reads as a host to some programs, and in the middle as nothing to others.
    if (segment.empty() && !is_last) return fail(Code::BAD_VALUE, "an empty segment in the path");
    if (segment == "." || segment == "..") return fail(Code::BAD_VALUE, "a dot segment in the path");
    if (segment.find_first_of("/\\") != std::string::npos) return fail(Code::BAD_VALUE, "an encoded slash in the path");
    segments.push_back(std::move(segment));
    if (is_last) return segments;
    rest = rest.substr(slash + 1);
  }
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const { return find_header(headers, name); }

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const Header& line : headers) {
    if (line.name != "cookie") continue;
    std::string_view rest = line.value;
    while (!rest.empty()) {
      const std::size_t end = rest.find(';');
      std::string_view pair = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found) return std::nullopt;
      found = pair.substr(equals + 1);
    }
  }
  return found;
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const Parameter& candidate : parameters)
    if (candidate.name == name) return candidate.value;
  return std::nullopt;
}

Response& Response::set(std::string_view name, std::string_view value) {
  std::erase_if(headers, [&](const Header& header) { return same_name(header.name, name); });
  return add(name, value);
}

Response& Response::add(std::string_view name, std::string_view value) {
  headers.push_back({std::string(name), std::string(value)});
  return *this;
}

std::optional<std::string_view> Response::header(std::string_view name) const { return find_header(headers, name); }

std::string_view Response::text() const {
  if (const auto* own = std::get_if<std::string>(&body)) return *own;
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&body)) return *shared ? std::string_view(**shared) : std::string_view{};
  if (const auto* view = std::get_if<ByteView>(&body)) return text_of(*view);
  return {};
}

Response text_response(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.set("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

Response problem_response(const Error& error, std::string_view request_id, std::optional<int> status) {
  const Sentence& entry = sentence(error.code);
  const int number = status.value_or(entry.http_status);
  // The same members as api::Problem: whoever reads an error need not know which floor it came from.
  const std::string en = json_string(sentence_en(error));
  std::string json = "{\"type\":" + json_string("urn:warifu:error:" + std::string(entry.name)) + ",\"title\":" + en;
  json += ",\"status\":" + std::to_string(number) + ",\"code\":" + json_string(entry.name) + ",\"where\":" + json_string(error.where);
  json += ",\"ja\":" + json_string(sentence_ja(error)) + ",\"en\":" + en + ",\"args\":{";
  bool is_first = true;
  for (const auto& [name, value] : error.args) {
    json += (is_first ? "" : ",") + json_string(name) + ":" + json_string(value);
    is_first = false;
  }
  json += "},\"request\":" + json_string(request_id);
  Response response = text_response(number, "application/problem+json", json + "}");
  response.set("Cache-Control", "no-store");
  return response;
}

Error problem_error(int status, std::string_view body) {
  constexpr std::size_t kProblemBytesMax = 64 * 1024;
  Error unknown{Code::PEER_UNAVAILABLE, "the server answered " + std::to_string(status), {}, {}};
  const Result<json::Value> parsed = json::parse(body, kProblemBytesMax);
  if (!parsed || !parsed->is_object()) return unknown;
  const auto text = [&](const json::Object& object, std::string_view name) {
    const json::Value* member = object.if_contains(name);
    return member != nullptr && member->is_string() ? std::string(json::view(member->get_string())) : std::string();
  };
  const json::Object& problem = parsed->get_object();
  const std::string name = text(problem, "code");
  for (int i = 0; i < kCodeCount; ++i) {
    const auto code = static_cast<Code>(i);
    if (sentence(code).name != name) continue;
    Error error{code, "the server answered " + std::to_string(status), text(problem, "where"), {}};
    if (const json::Value* args = problem.if_contains("args"); args != nullptr && args->is_object())
      for (const auto& member : args->get_object())
        if (member.value().is_string()) error.args.emplace(std::string(member.key()), std::string(json::view(member.value().get_string())));
    return error;
  }
  return unknown;
}

std::string_view reason_phrase(int status) {
  for (const Reason& reason : kReasons)
    if (reason.status == status) return reason.phrase;
  return "";
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(Code::BAD_ENCODING, "a percent sign without two hex digits");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  TRY(check_decoded(out));
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto code = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[code >> 4U];
    out += kHex[code & 15U];
  }
  return out;
}

Result<std::vector<Parameter>> parse_query(std::string_view query) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    Parameter parameter;
    parameter.name = TRY(percent_decode(pair.substr(0, equals), true));
    if (equals != std::string_view::npos) parameter.value = TRY(percent_decode(pair.substr(equals + 1), true));
    if (parameter.name.empty()) return fail(Code::BAD_VALUE, "a query parameter without a name");
    if (parameters.size() == kParametersMax) return fail(Code::TOO_MANY, "too many query parameters", {}, {{"max", std::to_string(kParametersMax)}});
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

Result<Target> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return fail(Code::BAD_VALUE, "the request target is not in origin form");
  Target parsed;
  const std::size_t mark = target.find('?');
  parsed.path = target.substr(0, mark);
  if (mark != std::string_view::npos) parsed.query = target.substr(mark + 1);
  if (!std::all_of(parsed.path.begin(), parsed.path.end(), is_path_character)) return fail(Code::BAD_VALUE, "a bad character in the path");
  if (!std::all_of(parsed.query.begin(), parsed.query.end(), is_query_character)) return fail(Code::BAD_VALUE, "a bad character in the query");
  parsed.segments = TRY(parse_segments(parsed.path));
  parsed.parameters = TRY(parse_query(parsed.query));
  return parsed;
}

}  // namespace warifu::net

#include "net/static_files.h"

#include <algorithm>
#include <charconv>

#include "net/gunzip.h"

namespace warifu::net {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls `visit` with each trimmed element of a list.
template <class Visit>
void each_element(std::string_view list, char separator, Visit visit) {
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    visit(trim(list.substr(0, end)));
    list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  }
}

// "q=0", "q=0.0", "q=0.000": not acceptable (RFC 9110 section 12.4.2).
bool is_zero_weight(std::string_view parameter) {
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
  const std::string_view weight = parameter.substr(2);
  return weight.starts_with('0') && weight.find_first_not_of("0.") == std::string_view::npos;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::string quoted_etag(const Asset& asset, bool is_packed) {
  // The packed and the plain form are two representations, so they need two strong tags (RFC 9110 section 8.8.1).
  return '"' + std::string(asset.etag) + (is_packed ? "-gz" : "") + '"';
}

bool matches(std::string_view if_none_match, std::string_view etag) {
  bool is_match = false;
  each_element(if_none_match, ',', [&](std::string_view candidate) {
    if (candidate.starts_with("W/")) candidate.remove_prefix(2);
    is_match = is_match || candidate == "*" || candidate == etag;
  });
  return is_match;
}

}  // namespace

void set_security_headers(Response& response, bool https) {
  response.set("Content-Security-Policy", kContentSecurityPolicy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Permissions-Policy",
               "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("X-Frame-Options", "DENY");
  if (https) response.set("Strict-Transport-Security", "max-age=31536000");
  if (!response.header("Cache-Control")) response.set("Cache-Control", "no-store");
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> named, any;
  each_element(accept_encoding, ',', [&](std::string_view element) {
    const std::size_t semicolon = element.find(';');
    const std::string_view coding = trim(element.substr(0, semicolon));
    bool is_wanted = true;
    if (semicolon != std::string_view::npos)
      each_element(element.substr(semicolon + 1), ';', [&](std::string_view parameter) { is_wanted = is_wanted && !is_zero_weight(parameter); });
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) named = is_wanted;
    if (coding == "*") any = is_wanted;
  });
  return named.value_or(any.value_or(false));
}

const Asset* StaticFiles::find(std::string_view path) const {
  const auto found = std::find_if(assets_.begin(), assets_.end(), [&](const Asset& asset) { return asset.path == path; });
  return found == assets_.end() ? nullptr : &*found;
}

std::optional<Response> StaticFiles::serve(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const Asset* asset = find(request.path);
  if (asset == nullptr) return std::nullopt;
  return serve(request, *asset);
}

Response StaticFiles::serve(const Request& request, const Asset& asset) const {
  const bool is_packed = asset.gzip && accepts_gzip(request.header("accept-encoding").value_or(""));
  Response response;
  response.set("Content-Type", asset.content_type);
  response.set("ETag", quoted_etag(asset, is_packed));
  response.set("Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (asset.gzip) response.set("Vary", "Accept-Encoding");
  if (is_packed) response.set("Content-Encoding", "gzip");
  if (const auto tag = request.header("if-none-match"); tag && matches(*tag, quoted_etag(asset, is_packed))) {
    response.status = 304;
    return response;
  }
  if (!asset.gzip || is_packed) {
    response.body = asset.bytes;
    return response;
  }
  auto plain = gunzip(asset.bytes, kAssetBytesMax);
  if (!plain) return problem_response(plain.error(), request.request_id);
  response.body = std::move(*plain);
  return response;
}

}  // namespace warifu::net

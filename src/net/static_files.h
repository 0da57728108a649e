#pragma once
// The files of the browser's interface, embedded in the executable, and the headers that keep a browser strict with them.
// A table of assets is static data; serving one copies nothing. Names with a content hash are immutable, everything else is revalidated.

#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "net/http.h"

namespace warifu::net {

struct Asset {
  std::string_view path;          // "/assets/index-4f3a.js"
  std::string_view content_type;  // "text/javascript; charset=utf-8"
  ByteView bytes;                 // static storage
  bool gzip = false;              // the bytes are gzip; unpacked for a client that does not take it
  std::string_view etag;          // without quotes
  bool immutable = false;         // the name changes when the content does
};

// Nothing from elsewhere, no inline script or style, no framing, no strings turned into scripts.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'";

// Content-Security-Policy, X-Content-Type-Options, Referrer-Policy, Permissions-Policy, Cross-Origin-Opener/Resource-Policy and, when
// the handler chose no rule itself, Cache-Control: no-store. With `https` also Strict-Transport-Security.
void set_security_headers(Response& response, bool https = false);

class StaticFiles {
 public:
  explicit StaticFiles(std::span<const Asset> assets) : assets_(assets) {}

  [[nodiscard]] const Asset* find(std::string_view path) const;
  // The asset at request.path, for GET and HEAD, with 304 on a matching If-None-Match; nothing when there is none.
  [[nodiscard]] std::optional<Response> serve(const Request& request) const;
  // A given asset whatever the path, for the interface's entry page.
  [[nodiscard]] Response serve(const Request& request, const Asset& asset) const;

 private:
  std::span<const Asset> assets_;
};

// True when the Accept-Encoding value takes gzip (RFC 9110 section 12.5.3: q=0 refuses).
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

}  // namespace warifu::net

#pragma once
// A small HTTP client (libcurl): one request, one answer, bounded in time and size. Only http and https, no redirects, no proxies from
// the environment, no cookies kept. TLS 1.2 or newer with verification of chain and name, or of a pinned key, always on. Blocking.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/http.h"

namespace warifu::net {

struct ClientOptions {
  std::optional<std::filesystem::path> ca_file;  // PEM; the system's when absent
  // SHA-256 of the SubjectPublicKeyInfo of the server's certificate: instead of a chain and a name, this key and no other.
  std::optional<Sha256> pinned_key;
  std::optional<std::filesystem::path> certificate_file;  // PEM, for a server that asks for one
  std::optional<std::filesystem::path> key_file;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{60'000};  // of the whole; where a file goes or comes, without an octet moving
  std::uint64_t answer_bytes_max = 64ull * 1024 * 1024;
  std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};  // of a file that goes or comes; `of` is 0 while it is not known
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;                                // sent for every method but GET and HEAD
  std::optional<std::filesystem::path> body_file;  // streamed instead of body
  std::function<Status(ByteView)> take = {};       // gets the body of a 2xx answer piece by piece, whatever its size; the answer's own stays empty
};

struct ClientAnswer {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

// Any status is an answer, also 4xx and 5xx. A file that was sent is looked at by the server before it answers: it has time for 8 MiB a second.
// PEER_UNAVAILABLE when none came, TIMEOUT when it took too long, TOO_LARGE when it
// exceeds the limit, BAD_VALUE for a request that cannot be sent.
[[nodiscard]] Result<ClientAnswer> send_request(const ClientRequest& request, const ClientOptions& options = {});
[[nodiscard]] Result<ClientAnswer> http_get(const std::string& url, const Headers& headers = {}, const ClientOptions& options = {});
[[nodiscard]] Result<ClientAnswer> http_post(const std::string& url, std::string content_type, std::string body, const Headers& headers = {},
                                             const ClientOptions& options = {});

// ── a server that is known by its key ──

struct KeptClientOptions {
  std::string base_url;  // https://host:port
  Sha256 server_key;     // SHA-256 of the SubjectPublicKeyInfo of its certificate; no authority is asked, no name is compared
  std::optional<std::filesystem::path> certificate_file, key_file;  // ours, PEM
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{60'000};
  std::uint64_t answer_bytes_max = 64ull * 1024 * 1024;
};

// One connection that is kept from request to request (TLS 1.3 only) and made anew when it was lost. Requests of several threads come one
// after the other. `url` of a request is what follows the base. A server with another key is PEER_UNAVAILABLE: nothing was sent to it.
class KeptClient {
 public:
  explicit KeptClient(KeptClientOptions options);
  KeptClient(const KeptClient&) = delete;
  KeptClient& operator=(const KeptClient&) = delete;
  ~KeptClient();
  // `more_time`: beyond the timeout, for an answer that the server holds back for so long.
  [[nodiscard]] Result<ClientAnswer> send(const ClientRequest& request, std::chrono::milliseconds more_time = {});
  // From any thread: what is under way ends within about a second, and so does everything that is sent later. CANCELLED.
  void interrupt();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace warifu::net

#pragma once
// The HTTP/1.1 server: one network thread that reads, checks and writes, and a bounded pool of workers on which handlers run and may
// block. Guarantees: a request with ambiguous framing never reaches a handler (RFC 9112 section 11.2); a body is measured against its
// limit before it is read; every connection has a deadline in every state; a full queue answers 503 instead of growing;
// stop() lets what has begun end. Not here: HTTP/2, WebSocket, compression of answers made by handlers.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"
#include "net/http.h"

namespace warifu::net {

using Millis = std::chrono::milliseconds;

// What may follow a head. Decided on the network thread before a byte of the body is read, so the function must not block.
struct BodyPolicy {
  std::uint64_t bytes_max = limits::kHttpBodyBytesMax;
  bool to_file = false;             // streamed to a file in temp_directory instead of memory
  std::optional<Response> refusal;  // answered at once, the body unread, the connection closed
};
using BodyPolicyFunction = std::function<BodyPolicy(const Request& head)>;
using Handler = std::function<Response(const Request&)>;

struct TlsOptions {
  std::filesystem::path certificate_file;                    // PEM, leaf first
  std::filesystem::path key_file;                            // PEM
  std::optional<std::filesystem::path> client_ca_file = {};  // PEM; clients without a certificate from it are then refused
  bool client_certificate_optional = false;                  // ask, check if given, do not insist
  // Ask for a certificate and take any, also one that its holder signed himself or whose time is over: that its key is held is proven, whose
  // key it is the handler decides. Not together with client_ca_file.
  bool any_client_certificate = false;
};

struct Deadlines {
  Millis handshake{10'000};
  Millis idle{60'000};   // between two requests of a kept connection, and before the first
  Millis head{10'000};   // from the first byte of a head to its end
  Millis body{30'000};   // without progress in a body; and of grace, besides the time its bytes take at bytes_per_second_min
  Millis write{30'000};  // the same for a response
  Millis linger{2'000};  // for the peer to read a last answer before the connection is cut
  std::uint64_t bytes_per_second_min = 16 * 1024;
};

// One line per answered request, for metrics and access logs. Called on the network thread; must not block.
struct Exchange {
  std::string_view method;  // empty when the head was not understood
  std::string_view path;
  std::string_view peer;
  std::string_view request_id;
  int status = 0;
  std::uint64_t body_bytes_in = 0;
  std::uint64_t body_bytes_out = 0;
  std::chrono::microseconds took{0};
  bool routed = false;  // false: answered by the server itself
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one, see Server::port()
  std::optional<TlsOptions> tls;
  std::filesystem::path temp_directory;                        // for bodies streamed to files; the system's when empty
  std::size_t header_bytes_max = limits::kHttpHeaderBytesMax;  // request line included
  std::size_t connections_max = limits::kHttpConnectionsMax;
  std::size_t queue_max = limits::kHttpQueueMax;  // requests waiting for a worker
  std::size_t workers = 4;
  Deadlines deadlines;
  BodyPolicyFunction body_policy;  // when empty: BodyPolicy{} for every request
  std::function<void(const Exchange&)> on_exchange;
  // A handler threw: what it said, for the operator's log. Called on a worker.
  std::function<void(std::string_view request_id, std::string_view what)> on_handler_error;
};

struct ServerCounters {
  std::uint64_t connections = 0;  // open now
  std::uint64_t queued = 0;       // waiting for a worker now
  std::uint64_t accepted_total = 0;
  std::uint64_t refused_connections_total = 0;  // beyond connections_max
  std::uint64_t refused_requests_total = 0;     // answered 4xx/5xx by the server itself
  std::uint64_t queue_full_total = 0;
  std::uint64_t timeouts_total = 0;
  std::uint64_t handshake_failures_total = 0;
  std::uint64_t handler_errors_total = 0;
};

class Server {
 public:
  // Listens and starts its threads. CONFIG when the address or the certificate cannot be used.
  [[nodiscard]] static Result<Server> start(ServerOptions options, Handler handler);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();  // stop(0 ms) if it has not been stopped

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] ServerCounters counters() const;
  // Closes the listening socket and idle connections, lets begun requests end within `drain`, then cuts the rest and joins the
  // threads. True when nothing had to be cut.
  bool stop(Millis drain);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace warifu::net

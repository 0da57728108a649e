#pragma once
// The inside of the server: what all connections share, and one connection. Everything here is touched on the network thread only,
// except where a comment says otherwise.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "net/boost_config.h"
// after the configuration
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/id.h"
#include "net/head.h"
#include "net/server.h"
#include "net/stream.h"
#include "net/upload.h"
#include "net/worker_pool.h"

namespace warifu::net {

using Clock = std::chrono::steady_clock;
class Connection;

struct AtomicCounters {
  std::atomic<std::uint64_t> connections{0}, accepted{0}, refused_connections{0}, refused_requests{0}, queue_full{0}, timeouts{0},
      handshake_failures{0}, handler_errors{0};
};

struct Core;
// What a reply that comes later goes through: closed at the end, so that nobody answers a server that is gone.
struct Gate {
  std::mutex mutex;
  Core* core = nullptr;
};

struct Core {
  Core(ServerOptions chosen, Handler chosen_handler)
      : options(std::move(chosen)),
        handler(std::move(chosen_handler)),
        workers(options.workers, options.queue_max),
        disk(1, 2 * options.connections_max) {
    gate->core = this;
  }

  ServerOptions options;
  Handler handler;
  AtomicCounters counters;
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::unique_ptr<boost::asio::ssl::context> tls;
  bool is_stopping = false;
  std::unordered_set<std::shared_ptr<Connection>> connections;
  std::function<void()> on_connection_closed;
  boost::asio::io_context loop{1};
  WorkerPool workers;  // handlers
  WorkerPool disk;     // pieces of files, so that a slow disk does not stop the network
};

// Takes the octets of a body as the parser uncovers them.
class BodySink {
 public:
  void limit(std::uint64_t bytes_max) { bytes_max_ = bytes_max; }
  // How much is announced: room for it is made at once when the first octets come, not by doubling. At most kExpectedMax, since whoever announces
  // need not send.
  void expect(std::uint64_t bytes) { expected_ = static_cast<std::size_t>(std::min(bytes, kExpectedMax)); }
  [[nodiscard]] bool take(const char* data, std::size_t size) {
    if (size > bytes_max_ - received_) {
      is_over_ = true;
      return false;
    }
    received_ += size;
    if (pending_.empty() && size < expected_) pending_.reserve(expected_);
    pending_.append(data, size);
    return true;
  }
  [[nodiscard]] std::uint64_t bytes_max() const { return bytes_max_; }
  [[nodiscard]] bool is_over() const { return is_over_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::string take_pending() { return std::exchange(pending_, {}); }
  [[nodiscard]] bool has_pending() const { return !pending_.empty(); }

 private:
  static constexpr std::uint64_t kExpectedMax = 4 * 1024 * 1024;
  std::uint64_t bytes_max_ = 0;
  std::uint64_t received_ = 0;
  std::size_t expected_ = 0;
  bool is_over_ = false;
  std::string pending_;
};

// Beast's Body concept over a BodySink.
struct SinkBody {
  struct value_type {
    BodySink* sink = nullptr;
  };
  class reader {
   public:
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>&, value_type& value) : value_(value) {}
    void init(const boost::optional<std::uint64_t>&, ErrorCode& error) { error = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, ErrorCode& error) {
      std::size_t total = 0;
      error = {};
      for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers); ++it) {
        const boost::asio::const_buffer piece = *it;
        if (!value_.sink->take(static_cast<const char*>(piece.data()), piece.size())) {
          error = boost::beast::http::error::body_limit;
          return total;
        }
        total += piece.size();
      }
      return total;
    }
    void finish(ErrorCode& error) { error = {}; }

   private:
    value_type& value_;
  };
};

// The size of a body, its file opened. On a worker, because opening may wait for a disk.
struct OpenedBody {
  std::shared_ptr<const Descriptor> file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};
[[nodiscard]] Result<OpenedBody> open_body(const Body& body);

enum class Phase { Handshake, Idle, ReadingHead, ReadingBody, Handling, Writing, Lingering, Closed };

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Core& core, std::unique_ptr<Stream> stream, std::string peer);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  void start();
  void sweep(Clock::time_point now);  // acts on a deadline that has passed
  void stop_if_idle();
  void close();

 private:
  using Parser = boost::beast::http::request_parser<SinkBody>;

  // connection_read.cpp
  void next_request();
  void continue_head();
  void read(void (Connection::*then)());
  void on_head(std::size_t head_size);
  tl::expected<Framing, HeadProblem> understand_head(std::string_view head);
  [[nodiscard]] bool admit_body(const Framing& framing);
  void begin_body(bool send_continue);
  void continue_body();
  void flush_body_to_file();
  void body_complete();
  void dispatch();
  void answer(Response response);  // on a worker, or whatever thread a later reply comes from
  [[nodiscard]] Reply later_reply();
  void consume(std::size_t size);
  void refuse_head(const HeadProblem& problem);

  // connection_write.cpp
  void refuse(const Error& error, std::optional<int> status = {});
  void respond(Response response, bool is_routed, OpenedBody opened);
  [[nodiscard]] bool has_no_body(int status) const;
  [[nodiscard]] std::optional<std::string> format_head(const Response& response) const;
  void write_next();
  void read_file_piece(std::size_t size);
  void write_piece(std::string_view piece);
  void response_complete();
  void report_exchange();
  void linger();
  void linger_read();

  void set_phase(Phase phase, Millis allowed);
  // Moves the deadline of a body or response along with the octets that have passed.
  void extend_deadline(Millis grace, std::uint64_t bytes);

  Core& core_;
  std::unique_ptr<Stream> stream_;
  std::string peer_;
  Phase phase_ = Phase::Handshake;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool is_timed_out_ = false;

  // Received and not yet understood: buffer_[0, filled_).
  std::string buffer_;
  std::size_t filled_ = 0;
  std::size_t scanned_ = 0;

  // The request being read or answered.
  std::optional<Parser> parser_;
  BodySink sink_;
  std::shared_ptr<Request> request_;
  TempFile file_;
  bool to_file_ = false;
  bool keep_alive_ = true;
  Clock::time_point began_{};    // of the body or the response
  Clock::time_point head_at_{};  // end of the head
  std::optional<PeerCertificate> peer_certificate_;

  // The response being written.
  Response response_;
  bool is_routed_ = false;
  std::string head_out_;
  std::string piece_out_;
  std::string_view memory_out_;
  OpenedBody body_out_;
  std::uint64_t body_left_ = 0, body_sent_ = 0;
  std::size_t lingered_ = 0;
};

}  // namespace warifu::net

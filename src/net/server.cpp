#include "net/server.h"

#include "net/boost_config.h"
// after the configuration
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <thread>
#include <utility>

#include "net/core.h"

namespace warifu::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string address_text(const tcp::socket& socket) {
  ErrorCode error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

Millis sweep_interval(const Deadlines& deadlines) {
  const Millis shortest = std::min({deadlines.handshake, deadlines.idle, deadlines.head, deadlines.body, deadlines.write, deadlines.linger});
  return std::clamp(shortest / 4, Millis(10), Millis(250));
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler)
      : core_(std::move(options), std::move(handler)), acceptor_(core_.loop), sweep_timer_(core_.loop), pause_timer_(core_.loop) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { stop(Millis(0)); }

  Status listen() {
    if (core_.options.tls) core_.tls = TRY(make_tls_context(*core_.options.tls));
    const auto refused = [](const char* what) { return fail(Code::CONFIG, what, "listen", {{"expected", "a free local address and port"}}); };
    ErrorCode error;
    const auto address = asio::ip::make_address(core_.options.address, error);
    if (error) return refused("the listen address is not an IP address");
    const tcp::endpoint endpoint(address, core_.options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return refused("cannot listen on the address and port");
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  void run() {
    accept();
    sweep();
    thread_ = std::thread([this] {
      while (true) {
        try {
          core_.loop.run();
          return;
        } catch (const std::exception&) {
          // Memory ran out in one connection's step. Its deadline will close it; the others go on.
          ++core_.counters.handler_errors;
        }
      }
    });
  }

  bool stop(Millis drain) {
    if (!thread_.joinable()) return true;
    auto all_closed = std::make_shared<std::promise<void>>();
    auto waiting = all_closed->get_future();
    asio::post(core_.loop, [this, all_closed] {
      core_.is_stopping = true;
      ErrorCode ignored;
      acceptor_.close(ignored);
      const auto open = core_.connections;
      for (const auto& connection : open) connection->stop_if_idle();
      if (core_.connections.empty()) return all_closed->set_value();
      core_.on_connection_closed = [this, all_closed] {
        if (core_.connections.empty()) all_closed->set_value();
      };
    });
    const bool is_clean = waiting.wait_for(drain) == std::future_status::ready;
    asio::post(core_.loop, [this] {
      core_.on_connection_closed = nullptr;
      const auto open = core_.connections;
      for (const auto& connection : open) connection->close();
      core_.loop.stop();
    });
    thread_.join();
    {
      const std::scoped_lock lock(core_.gate->mutex);
      core_.gate->core = nullptr;
    }
    core_.workers.stop();
    core_.disk.stop();
    core_.connections.clear();
    return is_clean;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const Core& core() const { return core_; }

 private:
  void accept() {
    acceptor_.async_accept([this](ErrorCode error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) {
        // Out of descriptors, most likely; trying again at once would only burn the processor.
        pause_timer_.expires_after(Millis(100));
        pause_timer_.async_wait([this](ErrorCode cancelled) {
          if (!cancelled && acceptor_.is_open()) accept();
        });
        return;
      }
      admit(std::move(socket));
      accept();
    });
  }

  void admit(tcp::socket socket) {
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (core_.connections.size() >= core_.options.connections_max) return turn_away(std::move(socket));
    ++core_.counters.accepted;
    std::string peer = address_text(socket);
    auto stream = core_.tls ? tls_stream(std::move(socket), *core_.tls) : plain_stream(std::move(socket));
    auto connection = std::make_shared<Connection>(core_, std::move(stream), std::move(peer));
    core_.connections.insert(connection);
    connection->start();
  }

  // One attempt to say why, without waiting for anything.
  void turn_away(tcp::socket socket) {
    ++core_.counters.refused_connections;
    if (core_.tls) return;
    const Response problem = problem_response(Error{Code::QUEUE_FULL, "too many connections", "", {}});
    const std::string text =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: " +
        std::to_string(problem.text().size()) + "\r\n\r\n" + std::string(problem.text());
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void sweep() {
    sweep_timer_.expires_after(sweep_interval(core_.options.deadlines));
    sweep_timer_.async_wait([this](ErrorCode cancelled) {
      if (cancelled) return;
      sweep();
      const auto now = Clock::now();
      const auto open = core_.connections;  // a copy: sweeping may close
      for (const auto& connection : open) connection->sweep(now);
    });
  }

  Core core_;
  tcp::acceptor acceptor_;
  asio::steady_timer sweep_timer_;
  asio::steady_timer pause_timer_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::start(ServerOptions options, Handler handler) {
  CHECK_THAT(handler != nullptr && options.workers > 0 && options.header_bytes_max > 0);
  if (options.temp_directory.empty()) options.temp_directory = std::filesystem::temp_directory_path();
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  TRY(impl->listen());
  impl->run();
  return Server(std::move(impl));
}

std::uint16_t Server::port() const { return impl_->port(); }

ServerCounters Server::counters() const {
  const AtomicCounters& now = impl_->core().counters;
  ServerCounters counters;
  counters.connections = now.connections;
  counters.queued = impl_->core().workers.waiting();
  counters.accepted_total = now.accepted;
  counters.refused_connections_total = now.refused_connections;
  counters.refused_requests_total = now.refused_requests;
  counters.queue_full_total = now.queue_full;
  counters.timeouts_total = now.timeouts;
  counters.handshake_failures_total = now.handshake_failures;
  counters.handler_errors_total = now.handler_errors;
  return counters;
}

bool Server::stop(Millis drain) { return impl_->stop(drain); }

}  // namespace warifu::net

#pragma once
// One accepted connection as bytes, plain or TLS, behind one small interface, so that the reading and writing of HTTP is compiled once.
// Lives on the network thread; the caller keeps itself alive through the callbacks and never has two reads or two writes under way.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/boost_config.h"
// after the configuration
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include "net/http.h"

namespace warifu::net {

using ErrorCode = boost::system::error_code;
using Done = std::function<void(ErrorCode, std::size_t)>;
using TwoBuffers = std::array<boost::asio::const_buffer, 2>;

class Stream {
 public:
  virtual ~Stream() = default;
  virtual void handshake(Done done) = 0;
  virtual void read_some(boost::asio::mutable_buffer into, Done done) = 0;
  virtual void write(TwoBuffers from, Done done) = 0;  // all of it
  // Says that nothing more will be sent; the peer may still be sending.
  virtual void finish(Done done) = 0;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
  [[nodiscard]] virtual std::optional<PeerCertificate> peer_certificate() const = 0;
};

[[nodiscard]] std::unique_ptr<Stream> plain_stream(boost::asio::ip::tcp::socket socket);
[[nodiscard]] std::unique_ptr<Stream> tls_stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context);

struct TlsOptions;
// TLS 1.3 only; with a client CA the client's chain is verified. CONFIG when a file cannot be used.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const TlsOptions& options);

}  // namespace warifu::net

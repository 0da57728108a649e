// A whole connection of the HTTP server, fed from memory: heads, bodies, chunks, one request after the other. However the network cuts the bytes,
// the same requests reach the handler and the same answers leave: two readings of one stream are what request smuggling lives on.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>

#include "fuzz/fuzz.h"
#include "net/core.h"

// after the configuration
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace warifu::fuzz {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kInputBytesMax = 8000;
constexpr std::uint64_t kBodyBytesMax = 300;

struct Seen {
  std::mutex mutex;
  std::vector<std::string> requests;
  void add(const net::Request& request) {
    std::string text = request.method + " " + request.target + "\n";
    std::size_t hosts = 0;
    for (const net::Header& header : request.headers) {
      hold(std::ranges::none_of(header.name, [](char c) { return c >= 'A' && c <= 'Z'; }));
      hosts += header.name == "host" ? 1 : 0;
      text += header.name + ":" + header.value + "\n";
    }
    hold(hosts == 1);
    for (const std::string& segment : request.segments) hold(segment != "." && segment != ".." && segment.find('/') == std::string::npos);
    hold(request.body_size <= kBodyBytesMax && (request.body_file || request.body.size() == request.body_size));
    if (request.body_file) hold(std::filesystem::file_size(*request.body_file) == request.body_size);
    text += request.body + "\n" + std::to_string(request.body_size);
    const std::lock_guard lock(mutex);
    requests.push_back(std::move(text));
  }
};

class MemoryStream final : public net::Stream {
 public:
  MemoryStream(asio::io_context& loop, std::string_view input, std::size_t piece, std::string& output)
      : loop_(loop), socket_(loop), input_(input), piece_(piece), output_(output) {}
  void handshake(net::Done done) override { post(std::move(done), {}, 0); }
  void read_some(asio::mutable_buffer into, net::Done done) override {
    const std::size_t size = std::min({into.size(), piece_, input_.size()});
    if (size == 0) return post(std::move(done), asio::error::eof, 0);
    std::copy_n(input_.data(), size, static_cast<char*>(into.data()));
    input_.remove_prefix(size);
    post(std::move(done), {}, size);
  }
  void write(net::TwoBuffers from, net::Done done) override {
    std::size_t size = 0;
    for (const asio::const_buffer& buffer : from) {
      output_.append(static_cast<const char*>(buffer.data()), buffer.size());
      size += buffer.size();
    }
    post(std::move(done), {}, size);
  }
  void finish(net::Done done) override { post(std::move(done), {}, 0); }
  asio::ip::tcp::socket& socket() override { return socket_; }
  std::optional<net::PeerCertificate> peer_certificate() const override { return std::nullopt; }

 private:
  void post(net::Done done, net::ErrorCode error, std::size_t size) {
    asio::post(loop_, [done = std::move(done), error, size] { done(error, size); });
  }
  asio::io_context& loop_;
  asio::ip::tcp::socket socket_;
  std::string_view input_;
  std::size_t piece_;
  std::string& output_;
};

class Server {
 public:
  Server() : core_(options(), [this](const net::Request& request) { return answer(request); }), guard_(asio::make_work_guard(core_.loop)) {}

  struct Played {
    std::vector<std::string> requests, statuses;
    bool operator==(const Played&) const = default;
  };
  Played play(std::string_view input, std::size_t piece) {
    seen_.requests.clear();
    std::string output;
    auto connection = std::make_shared<net::Connection>(core_, std::make_unique<MemoryStream>(core_.loop, input, piece, output), "192.0.2.1");
    const std::weak_ptr<net::Connection> watched = connection;
    core_.connections.insert(connection);
    connection->start();
    connection.reset();
    while (!watched.expired()) core_.loop.run_one_for(std::chrono::milliseconds(100));
    return {seen_.requests, statuses_of(output)};
  }

 private:
  static net::ServerOptions options() {
    net::ServerOptions out;
    out.workers = 1;
    out.temp_directory = std::filesystem::temp_directory_path();
    out.body_policy = [](const net::Request& request) {
      net::BodyPolicy policy;
      policy.bytes_max = kBodyBytesMax;
      policy.to_file = request.path == "/file";
      if (request.path == "/refused") policy.refusal = net::text_response(403, "text/plain", "no");
      return policy;
    };
    return out;
  }
  net::Response answer(const net::Request& request) {
    seen_.add(request);
    return net::text_response(200, "text/plain", "ok");
  }
  // Final ones: whether 100 is sent depends on what has arrived.
  static std::vector<std::string> statuses_of(const std::string& output) {
    std::vector<std::string> out;
    for (std::size_t at = 0; (at = output.find("HTTP/1.1 ", at)) != std::string::npos; at += 9)
      if (std::string status = output.substr(at + 9, 3); status != "100") out.push_back(std::move(status));
    return out;
  }

  Seen seen_;
  net::Core core_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
};

void one(std::string_view input) {
  static Server server;
  input = input.substr(0, kInputBytesMax);
  const Server::Played whole = server.play(input, input.size() + 1);
  for (const std::size_t piece : {1UL, 5UL, 64UL})
    if (piece < input.size()) hold(server.play(input, piece) == whole);
}

std::vector<std::string> seeds() {
  const std::string get = "GET /a?b=c HTTP/1.1\r\nHost: desk.example\r\nCookie: a=b\r\n\r\n";
  return {get,
          get + get,
          "POST /a HTTP/1.1\r\nHost: desk.example\r\nContent-Length: 3\r\n\r\nabc" + get,
          "POST /file HTTP/1.1\r\nHost: desk.example\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n" + get,
          "PUT /a HTTP/1.1\r\nHost: desk.example\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
          "POST /refused HTTP/1.1\r\nHost: desk.example\r\nContent-Length: 3\r\n\r\nabc" + get,
          "HEAD / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
          "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\n" + std::string(400, 'x')};
}

const Registered registered({"http_connection", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

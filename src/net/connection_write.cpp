// The writing half of a connection: heads, bodies from memory or file in pieces, and the end of a connection.

#include "net/boost_config.h"
// after the configuration
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <utility>

#include "net/core.h"

namespace warifu::net {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPieceBytes = 128 * 1024;
constexpr std::size_t kLingerBytesMax = 16 * 1024 * 1024;

// IMF-fixdate (RFC 9110 section 5.6.7), in English whatever the locale.
std::string http_date(std::time_t now) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                    kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

// What could end a header line early or be read differently by a proxy.
bool is_header_safe(const Header& header) {
  const bool is_name = !header.name.empty() && std::all_of(header.name.begin(), header.name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return is_name && std::all_of(header.value.begin(), header.value.end(),
                                [](char c) { return (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f) || c == '\t'; });
}

// Written by the server itself; a handler's own would contradict it.
bool is_reserved(const Header& header) {
  static constexpr std::array<std::string_view, 6> kReserved = {"content-length", "transfer-encoding", "connection", "keep-alive",
                                                                "date",           "x-request-id"};
  std::string name = header.name;
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

struct BodyMeasure {
  Result<OpenedBody> operator()(const std::string& body) const { return OpenedBody{nullptr, 0, body.size()}; }
  Result<OpenedBody> operator()(const std::shared_ptr<const std::string>& body) const { return OpenedBody{nullptr, 0, body ? body->size() : 0}; }
  Result<OpenedBody> operator()(ByteView body) const { return OpenedBody{nullptr, 0, body.size()}; }
  Result<OpenedBody> operator()(const FileBody& body) const {
    const int fd = ::open(body.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return fail(Code::IO, "a file to be sent cannot be opened", "answer");
    auto file = std::make_shared<const Descriptor>(fd);
    std::error_code ignored;
    if (body.remove_after) std::filesystem::remove(body.path, ignored);  // the open descriptor keeps the content
    struct stat about{};
    if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return fail(Code::IO, "what is to be sent is not a file", "answer");
    const auto whole = static_cast<std::uint64_t>(about.st_size);
    if (body.offset > whole || body.size.value_or(0) > whole - body.offset) return fail(Code::IO, "a file to be sent is shorter than said", "answer");
    return OpenedBody{std::move(file), body.offset, body.size.value_or(whole - body.offset)};
  }
};

}  // namespace

Result<OpenedBody> open_body(const Body& body) { return std::visit(BodyMeasure{}, body); }

void Connection::refuse(const Error& error, std::optional<int> status) {
  ++core_.counters.refused_requests;
  Response response = problem_response(error, request_ ? request_->request_id : std::string_view{}, status);
  if (response.status == 503) response.set("Retry-After", "1");
  const std::uint64_t size = response.text().size();
  respond(std::move(response), false, OpenedBody{nullptr, 0, size});
}

bool Connection::has_no_body(int status) const { return (request_ && request_->method == "HEAD") || status == 204 || status == 304; }

std::optional<std::string> Connection::format_head(const Response& response) const {
  if (response.status < 200 || response.status > 599) return std::nullopt;
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_phrase(response.status)) + "\r\n";
  head += "Date: " + http_date(::time(nullptr)) + "\r\n";
  for (const Header& header : response.headers) {
    if (is_reserved(header)) continue;
    if (!is_header_safe(header)) return std::nullopt;
    head += header.name + ": " + header.value + "\r\n";
  }
  if (response.status != 204 && response.status != 304) head += "Content-Length: " + std::to_string(body_out_.size) + "\r\n";
  if (request_) head += "X-Request-Id: " + request_->request_id + "\r\n";
  if (!keep_alive_) head += "Connection: close\r\n";
  return head + "\r\n";
}

void Connection::respond(Response response, bool is_routed, OpenedBody opened) {
  if (phase_ == Phase::Closed) return;
  keep_alive_ = keep_alive_ && !core_.is_stopping;
  response_ = std::move(response);
  body_out_ = std::move(opened);
  is_routed_ = is_routed;
  auto head = format_head(response_);
  if (!head) {
    ++core_.counters.handler_errors;
    response_ = problem_response(Error{Code::INTERNAL, "the handler's status or headers cannot be sent", "", {}},
                                 request_ ? request_->request_id : std::string_view{});
    body_out_ = OpenedBody{nullptr, 0, response_.text().size()};
    head = format_head(response_);
  }
  head_out_ = std::move(*head);
  memory_out_ = response_.text();
  body_left_ = has_no_body(response_.status) ? 0 : body_out_.size;
  body_sent_ = 0;
  began_ = Clock::now();
  set_phase(Phase::Writing, core_.options.deadlines.write);
  write_next();
}

void Connection::write_next() {
  extend_deadline(core_.options.deadlines.write, body_sent_);
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, kPieceBytes));
  if (body_out_.file && size > 0) return read_file_piece(size);
  write_piece(size > 0 ? memory_out_.substr(static_cast<std::size_t>(body_sent_), size) : std::string_view{});
}

void Connection::read_file_piece(std::size_t size) {
  auto task = [self = shared_from_this(), size]() mutable {
    self->piece_out_.resize(size);
    const Status got = read_file_part(self->body_out_.file->get(), self->body_out_.offset + self->body_sent_, self->piece_out_);
    auto& loop = self->core_.loop;
    asio::post(loop, [self = std::move(self), is_good = got.has_value()] {
      if (self->phase_ == Phase::Closed) return;
      // The promised length can no longer be kept; cutting the connection is the only way to say so.
      if (!is_good) return self->close();
      self->write_piece(self->piece_out_);
    });
  };
  if (!core_.disk.try_submit(std::move(task))) close();
}

void Connection::write_piece(std::string_view piece) {
  stream_->write({asio::buffer(head_out_), asio::buffer(piece.data(), piece.size())},
                 [self = shared_from_this(), size = piece.size()](ErrorCode error, std::size_t) {
                   if (self->phase_ == Phase::Closed) return;
                   if (error) return self->close();
                   self->head_out_.clear();
                   self->body_sent_ += size;
                   self->body_left_ -= size;
                   if (self->body_left_ > 0) return self->write_next();
                   self->response_complete();
                 });
}

void Connection::response_complete() {
  report_exchange();
  response_ = Response{};
  body_out_ = OpenedBody{};
  piece_out_ = std::string{};
  memory_out_ = {};
  if (!keep_alive_) return linger();
  next_request();
}

void Connection::report_exchange() {
  if (!core_.options.on_exchange) return;
  Exchange exchange;
  if (request_) {
    exchange.method = request_->method;
    exchange.path = request_->path;
    exchange.request_id = request_->request_id;
    exchange.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - head_at_);
  }
  exchange.peer = peer_;
  exchange.status = response_.status;
  exchange.body_bytes_in = sink_.received();
  exchange.body_bytes_out = body_sent_;
  exchange.routed = is_routed_;
  try {
    core_.options.on_exchange(exchange);
  } catch (...) {  // a log that fails must not stop the network thread
    ++core_.counters.handler_errors;
  }
}

// Closing at once while the peer still sends would make the kernel answer with a reset, which can destroy the answer before it is read
// (RFC 9112 section 9.6). So the sending side is closed and what still comes is thrown away for a while.
void Connection::linger() {
  set_phase(Phase::Lingering, core_.options.deadlines.linger);
  file_ = TempFile{};
  request_ = nullptr;
  buffer_.resize(kPieceBytes);
  filled_ = 0;
  stream_->finish([self = shared_from_this()](ErrorCode error, std::size_t) {
    if (self->phase_ == Phase::Closed) return;
    if (error) return self->close();
    self->linger_read();
  });
}

void Connection::linger_read() {
  stream_->socket().async_read_some(asio::buffer(buffer_), [self = shared_from_this()](ErrorCode error, std::size_t size) {
    if (self->phase_ == Phase::Closed) return;
    self->lingered_ += size;
    if (error || self->lingered_ > kLingerBytesMax) return self->close();
    self->linger_read();
  });
}

}  // namespace warifu::net

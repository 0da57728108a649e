// The reading half of a connection: heads, bodies, dispatch to a worker. Beast's parser is fed by hand instead of through its composed
// read operations, for three reasons: folded header lines can be seen only in the raw octets, the body policy must run between head and
// body, and the code is then compiled once for plain and TLS streams.

#include "net/boost_config.h"
// after the configuration
#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/disk_room.h"
#include "net/core.h"

namespace warifu::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t kHeadReadBytes = 16 * 1024;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
// What the parser may leave unread inside a body: the line of a chunk with its extensions, or the trailer.
constexpr std::size_t kChunkLineBytesMax = 16 * 1024;
constexpr std::size_t kLastChunkBytes = 5;

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// The reason is for operators and programs: the sentence for people is in two languages and names the protocol only.
Error bad_request(std::string_view reason) { return Error{Code::BAD_REQUEST, std::string(reason), "HTTP", {{"reason", std::string(reason)}}}; }

// A handler's failure tells the outside nothing but that it happened.
Response run_handler(Core& core, const Request& request) {
  std::string what;
  try {
    return core.handler(request);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception of unknown type";
  }
  ++core.counters.handler_errors;
  try {
    if (core.options.on_handler_error) core.options.on_handler_error(request.request_id, what);
  } catch (...) {  // a log that fails must not take the answer with it
    ++core.counters.handler_errors;
  }
  return problem_response(Error{Code::INTERNAL, "the handler threw", "", {}}, request.request_id);
}

}  // namespace

Connection::Connection(Core& core, std::unique_ptr<Stream> stream, std::string peer)
    : core_(core), stream_(std::move(stream)), peer_(std::move(peer)) {
  ++core_.counters.connections;
}

Connection::~Connection() { --core_.counters.connections; }

void Connection::set_phase(Phase phase, Millis allowed) {
  phase_ = phase;
  deadline_ = Clock::now() + allowed;
}

void Connection::extend_deadline(Millis grace, std::uint64_t bytes) {
  const std::uint64_t rate = std::max<std::uint64_t>(core_.options.deadlines.bytes_per_second_min, 1);
  const auto by_rate = began_ + grace + Millis(static_cast<Millis::rep>(bytes * 1000 / rate));
  deadline_ = std::min(by_rate, Clock::now() + grace);
}

void Connection::start() {
  set_phase(Phase::Handshake, core_.options.deadlines.handshake);
  stream_->handshake([self = shared_from_this()](ErrorCode error, std::size_t) {
    if (self->phase_ == Phase::Closed) return;
    if (error) {
      ++self->core_.counters.handshake_failures;
      return self->close();
    }
    self->peer_certificate_ = self->stream_->peer_certificate();
    self->next_request();
  });
}

void Connection::next_request() {
  if (core_.is_stopping && filled_ == 0) return close();
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(core_.options.header_bytes_max) + 1);  // ours decides first
  parser_->body_limit(boost::none);                                                       // the sink counts
  parser_->get().body().sink = &sink_;
  sink_ = BodySink{};
  request_ = nullptr;
  file_ = TempFile{};
  to_file_ = false;
  keep_alive_ = true;
  scanned_ = 0;
  if (buffer_.size() > kBodyReadBytes && filled_ <= kHeadReadBytes) {
    buffer_.resize(kHeadReadBytes);
    buffer_.shrink_to_fit();
  }
  if (filled_ == 0)
    set_phase(Phase::Idle, core_.options.deadlines.idle);
  else
    set_phase(Phase::ReadingHead, core_.options.deadlines.head);
  continue_head();
}

void Connection::read(void (Connection::*then)()) {
  const std::size_t room = phase_ == Phase::ReadingBody ? kBodyReadBytes : kHeadReadBytes;
  if (buffer_.size() < filled_ + room / 2) buffer_.resize(filled_ + room);
  stream_->read_some(asio::buffer(&buffer_[filled_], buffer_.size() - filled_), [self = shared_from_this(), then](ErrorCode error, std::size_t size) {
    if (self->phase_ == Phase::Closed) return;
    if (error && !self->is_timed_out_) return self->close();
    self->filled_ += size;
    (self.get()->*then)();
  });
}

void Connection::consume(std::size_t size) {
  buffer_.erase(0, size);
  filled_ -= size;
}

void Connection::continue_head() {
  if (is_timed_out_) return refuse_head({408, "the head did not arrive in time"});
  const auto end = find_head_end(std::string_view(buffer_).substr(0, filled_), scanned_, core_.options.header_bytes_max);
  if (!end) return refuse_head(end.error());
  if (*end) return on_head(**end);
  if (phase_ == Phase::Idle && filled_ > 0) set_phase(Phase::ReadingHead, core_.options.deadlines.head);
  read(&Connection::continue_head);
}

void Connection::on_head(std::size_t head_size) {
  head_at_ = Clock::now();
  request_ = std::make_shared<Request>();
  request_->request_id = to_hex(random_id_bytes());
  request_->peer = peer_;
  request_->peer_certificate = peer_certificate_;
  const auto framing = understand_head(std::string_view(buffer_).substr(0, head_size));
  consume(head_size);
  if (!framing) return refuse_head(framing.error());
  keep_alive_ = !framing->wants_close;
  if (admit_body(*framing)) begin_body(framing->expects_continue);
}

tl::expected<Framing, HeadProblem> Connection::understand_head(std::string_view head) {
  const auto refuse_with = [](std::string_view reason) { return tl::unexpected(HeadProblem{400, reason}); };
  if (const auto checked = check_head_lines(head); !checked) return tl::unexpected(checked.error());
  ErrorCode error;
  parser_->eager(false);
  const std::size_t used = parser_->put(asio::buffer(head.data(), head.size()), error);
  if (error || used != head.size() || !parser_->is_header_done()) return refuse_with("the head is malformed");
  const auto& message = parser_->get();
  request_->method = message.method_string();
  request_->target = message.target();
  for (const auto& field : message)
    request_->headers.push_back({lower_case({field.name_string().data(), field.name_string().size()}), std::string(field.value())});
  auto framing = check_framing(request_->headers);
  if (!framing) return framing;
  // Two readings of one head that differ are what smuggling lives on.
  const auto length = parser_->content_length();
  const bool is_same_length = length.has_value() == framing->content_length.has_value() && (!length || *length == *framing->content_length);
  if (parser_->chunked() != framing->is_chunked || !is_same_length) return refuse_with("the framing is ambiguous");
  auto target = parse_target(request_->target);
  if (!target) return refuse_with("the target is malformed");
  request_->path = std::move(target->path);
  request_->query = std::move(target->query);
  request_->segments = std::move(target->segments);
  request_->parameters = std::move(target->parameters);
  return framing;
}

void Connection::refuse_head(const HeadProblem& problem) {
  keep_alive_ = false;
  if (problem.status == 431 || problem.status == 414) {
    const std::string max = std::to_string(core_.options.header_bytes_max);
    return refuse(Error{Code::HEAD_TOO_LARGE, std::string(problem.reason), "", {{"max", max}}}, problem.status);
  }
  if (problem.status == 408) return refuse(Error{Code::TIMEOUT, std::string(problem.reason), "", {}}, problem.status);
  refuse(bad_request(problem.reason), problem.status);
}

bool Connection::admit_body(const Framing& framing) {
  const bool has_body = framing.is_chunked || framing.content_length.value_or(0) > 0;
  BodyPolicy policy;
  try {
    if (core_.options.body_policy) policy = core_.options.body_policy(*request_);
  } catch (...) {
    ++core_.counters.handler_errors;
    keep_alive_ = false;
    refuse(Error{Code::INTERNAL, "the body policy threw", "", {}});
    return false;
  }
  keep_alive_ = keep_alive_ && !(policy.refusal && has_body);
  if (policy.refusal) {
    auto opened = open_body(policy.refusal->body);
    if (!opened)
      refuse(opened.error());
    else
      respond(std::move(*policy.refusal), true, std::move(*opened));
    return false;
  }
  if (framing.content_length.value_or(0) > policy.bytes_max) {
    keep_alive_ = false;
    refuse(Error{Code::TOO_LARGE, "the announced body is too large", "body", {{"max", std::to_string(policy.bytes_max)}}}, 413);
    return false;
  }
  if (policy.to_file)
    if (const Status room = check_disk_room(core_.options.temp_directory.string(), framing.content_length.value_or(0)); !room) {
      keep_alive_ = false;
      refuse(room.error());
      return false;
    }
  sink_.limit(policy.bytes_max);
  to_file_ = policy.to_file;
  if (!to_file_) sink_.expect(framing.content_length.value_or(0));
  return true;
}

void Connection::begin_body(bool expects_continue) {
  began_ = Clock::now();
  set_phase(Phase::ReadingBody, core_.options.deadlines.body);
  // RFC 9110 section 10.1.1: not when the body has begun to arrive or there is none.
  if (!expects_continue || parser_->is_done() || filled_ > 0) return continue_body();
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  stream_->write({asio::buffer(kContinue.data(), kContinue.size()), asio::const_buffer()}, [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (self->phase_ == Phase::Closed) return;
    if (error) return self->close();
    self->continue_body();
  });
}

void Connection::continue_body() {
  if (is_timed_out_) {
    keep_alive_ = false;
    return refuse(Error{Code::TIMEOUT, "the body did not arrive in time", "body", {}}, 408);
  }
  // Beast 1.81 asserts that it sees the five octets of the last chunk ("0", CR LF, CR LF) at once when it has seen its first line before; fewer
  // than five are never all that is left of a chunked body that is not done.
  const bool is_enough = filled_ >= (parser_->chunked() ? kLastChunkBytes : 1);
  if (is_enough && !parser_->is_done()) {
    ErrorCode error;
    parser_->eager(true);
    consume(parser_->put(asio::buffer(buffer_.data(), filled_), error));
    if (error && error != http::error::need_more) {
      keep_alive_ = false;
      if (sink_.is_over()) return refuse(Error{Code::TOO_LARGE, "the body is too large", "body", {{"max", std::to_string(sink_.bytes_max())}}}, 413);
      return refuse(bad_request("the body's framing is malformed"));
    }
  }
  const bool is_done = parser_->is_done();
  if (to_file_ && (sink_.has_pending() || (is_done && !file_.is_open()))) return flush_body_to_file();
  if (is_done) return body_complete();
  if (filled_ >= kChunkLineBytesMax) {
    keep_alive_ = false;
    return refuse(bad_request("a chunk's line is too long"));
  }
  extend_deadline(core_.options.deadlines.body, sink_.received());
  read(&Connection::continue_body);
}

void Connection::flush_body_to_file() {
  auto task = [self = shared_from_this(), bytes = sink_.take_pending()]() mutable {
    Status written;
    if (!self->file_.is_open()) {
      auto created = TempFile::create(self->core_.options.temp_directory);
      if (created)
        self->file_ = std::move(*created);
      else
        written = tl::unexpected(created.error());
    }
    if (written) written = self->file_.write(bytes);
    auto& loop = self->core_.loop;
    asio::post(loop, [self = std::move(self), written = std::move(written)] {
      if (self->phase_ == Phase::Closed) return;
      if (written) return self->continue_body();
      self->keep_alive_ = false;
      self->refuse(written.error());
    });
  };
  if (core_.disk.try_submit(std::move(task))) return;
  keep_alive_ = false;
  refuse(Error{Code::QUEUE_FULL, "too many bodies are being written", "", {}});
}

void Connection::body_complete() {
  request_->body_size = sink_.received();
  request_->body_took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
  if (to_file_) {
    file_.close();
    request_->body_file = file_.path();
  } else {
    request_->body = sink_.take_pending();
  }
  dispatch();
}

void Connection::dispatch() {
  phase_ = Phase::Handling;
  deadline_ = Clock::time_point::max();
  auto task = [self = shared_from_this()]() mutable {
    Response response = run_handler(self->core_, *self->request_);
    if (!response.later) return self->answer(std::move(response));
    const std::function<void(Reply)> later = std::move(response.later);
    later(self->later_reply());
  };
  if (core_.workers.try_submit(std::move(task))) return;
  ++core_.counters.queue_full;
  refuse(Error{Code::QUEUE_FULL, "no worker is free and the queue is full", "", {}});
}

void Connection::answer(Response response) {
  auto opened = open_body(response.body);
  if (!opened) {
    response = problem_response(opened.error(), request_->request_id);
    opened = open_body(response.body);
  }
  file_ = TempFile{};
  asio::post(core_.loop, [self = shared_from_this(), response = std::move(response), opened = std::move(*opened)]() mutable {
    self->respond(std::move(response), true, std::move(opened));
  });
}

// The connection may be gone by then, and the server too: neither is kept alive by who waits.
Reply Connection::later_reply() {
  return [gate = core_.gate, connection = weak_from_this(), is_given = std::make_shared<std::atomic<bool>>(false)](Response response) {
    if (is_given->exchange(true)) return;
    response.later = nullptr;
    const std::scoped_lock lock(gate->mutex);
    if (gate->core == nullptr) return;
    if (const std::shared_ptr<Connection> self = connection.lock()) self->answer(std::move(response));
  };
}

void Connection::sweep(Clock::time_point now) {
  if (now < deadline_) return;
  if (phase_ != Phase::Idle && phase_ != Phase::Lingering) ++core_.counters.timeouts;
  if ((phase_ != Phase::ReadingHead && phase_ != Phase::ReadingBody) || is_timed_out_) return close();
  // The read under way ends with an error, and its callback finds the mark and answers 408.
  is_timed_out_ = true;
  deadline_ = now + core_.options.deadlines.linger;
  ErrorCode ignored;
  stream_->socket().cancel(ignored);
}

void Connection::stop_if_idle() {
  if (phase_ == Phase::Idle || phase_ == Phase::Handshake) close();
}

void Connection::close() {
  if (phase_ == Phase::Closed) return;
  const auto self = shared_from_this();
  phase_ = Phase::Closed;
  ErrorCode ignored;
  stream_->socket().close(ignored);
  core_.connections.erase(self);
  if (core_.on_connection_closed) core_.on_connection_closed();
}

}  // namespace warifu::net

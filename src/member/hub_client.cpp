#include "member/hub_client.h"

#include <algorithm>

#include "net/client.h"
#include "note/lines.h"

namespace warifu::member {

using exchange::LogName;
using exchange::MessageId;

namespace {

constexpr std::size_t kStatusIdsMax = 256;
constexpr std::size_t kDocumentsMax = 4096;

tl::unexpected<Error> strange(const char* what) { return fail(Code::PEER_UNAVAILABLE, std::string("not an answer of a hub: ") + what, "answer"); }

std::string lines_of(const std::vector<MessageId>& ids) {
  std::string out;
  for (const MessageId& id : ids) out += id.hex() + "\n";
  return out;
}

// Frames in rows of `width`; nothing else.
Result<std::vector<std::string_view>> rows_of(std::string_view body, std::size_t width, std::size_t rows_max) {
  Result<std::vector<std::string_view>> frames = exchange::parse_frames(body, width * rows_max);
  if (!frames) return strange("the frames cannot be read");
  if (frames->size() % width != 0) return strange("a row of frames is cut");
  return frames;
}

Result<std::uint64_t> number_of(std::string_view text) {
  const Result<std::uint64_t> number = note::parse_decimal(text, "number", INT64_MAX);
  if (!number) return strange("not a number");
  return number;
}

// The next line of a text whose every line ends with a line feed.
Result<std::string_view> next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return strange("a line is cut");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<exchange::ObjectState> parse_state(std::string_view text) {
  exchange::ObjectState state;
  state.bytes = TRY(number_of(TRY(next_line(text))));
  if (state.bytes > exchange::kObjectBytesMax) return strange("an object too large");
  const std::size_t count = static_cast<std::size_t>((state.bytes + exchange::kObjectPartBytes - 1) / exchange::kObjectPartBytes);
  while (!text.empty()) {
    if (state.parts.size() == count) return strange("more parts than the object has");
    const std::string_view line = TRY(next_line(text));
    if (line.size() != 66 || line[64] != ' ' || (line[65] != '0' && line[65] != '1')) return strange("not a line about a part");
    const Result<Sha256> digest = Sha256::parse(line.substr(0, 64));
    if (!digest) return strange("not the digest of a part");
    state.parts.push_back(*digest);
    state.is_present.push_back(line[65] == '1');
  }
  if (state.parts.size() != count) return strange("fewer parts than the object has");
  return state;
}

}  // namespace

struct HubClient::Impl {
  explicit Impl(const net::KeptClientOptions& options) : working(options), waiting(options) {}
  net::KeptClient working, waiting;

  // The body of an answer that says it went well.
  static Result<std::string> body_of(Result<net::ClientAnswer> answer) {
    if (!answer) return tl::unexpected<Error>(std::move(answer).error());
    if (answer->status == 200 || answer->status == 204) return std::move(answer->body);
    if (answer->status < 400) return strange("a status that means nothing here");
    return tl::unexpected<Error>(net::problem_error(answer->status, answer->body));
  }
  Result<std::string> get(std::string target) { return body_of(working.send({"GET", std::move(target), {}, {}, {}})); }
  Result<std::string> send(std::string method, std::string target, std::string body, const char* type = "application/octet-stream") {
    return body_of(working.send({std::move(method), std::move(target), {{"Content-Type", type}}, std::move(body), {}}));
  }
  Status tell(std::string method, std::string target, std::string body, const char* type = "application/octet-stream") {
    TRY(send(std::move(method), std::move(target), std::move(body), type));
    return {};
  }
};

HubClient::HubClient(const HubClientOptions& options) {
  net::KeptClientOptions line;
  line.base_url = options.network.url;
  line.server_key = options.network.tls;
  line.certificate_file = options.certificate_file;
  line.key_file = options.key_file;
  line.connect_timeout = options.connect_timeout;
  line.timeout = options.timeout;
  line.answer_bytes_max = exchange::kExchangeBodyMax;
  impl_ = std::make_unique<Impl>(line);
}

HubClient::~HubClient() = default;

void HubClient::interrupt() {
  impl_->waiting.interrupt();
  impl_->working.interrupt();
}

Result<std::vector<Result<std::string>>> HubClient::post(const std::vector<exchange::PostedMessage>& messages) {
  if (messages.empty()) return std::vector<Result<std::string>>{};
  if (messages.size() > exchange::kPostMessagesMax)
    return fail(Code::TOO_MANY, "more messages than one request carries", "messages", {{"max", std::to_string(exchange::kPostMessagesMax)}});
  std::vector<std::string_view> frames;
  for (const exchange::PostedMessage& message : messages) frames.insert(frames.end(), {message.envelope, message.leaf, message.object});
  const std::string body = TRY(impl_->send("POST", "/exchange/v1/messages", exchange::spell_frames(frames)));
  const std::vector<std::string_view> rows = TRY(rows_of(body, 1, messages.size()));
  if (rows.size() != messages.size()) return strange("another number of promises than messages");
  std::vector<Result<std::string>> out;
  for (const std::string_view row : rows) {
    if (row.starts_with('{'))
      out.emplace_back(tl::unexpected<Error>(net::problem_error(422, row)));
    else
      out.emplace_back(std::string(row));
  }
  return out;
}

Result<std::vector<exchange::FetchedMessage>> HubClient::fetch(std::uint64_t after, std::size_t limit, std::chrono::milliseconds wait) {
  limit = std::min(limit, exchange::kPostMessagesMax);
  wait = std::min(wait, exchange::kFetchWaitMax);
  const std::string target =
      "/exchange/v1/messages?after=" + std::to_string(after) + "&limit=" + std::to_string(limit) + "&wait=" + std::to_string(wait.count());
  const std::string body = TRY(Impl::body_of(impl_->waiting.send({"GET", target, {}, {}, {}}, wait)));
  const std::vector<std::string_view> rows = TRY(rows_of(body, 4, limit));
  std::vector<exchange::FetchedMessage> out;
  for (std::size_t i = 0; i < rows.size(); i += 4) {
    exchange::FetchedMessage message;
    message.seq = TRY(number_of(rows[i]));
    if (message.seq <= after) return strange("a message out of its order");
    after = message.seq;
    message.envelope = rows[i + 1];
    message.promise = rows[i + 2];
    message.object = rows[i + 3];
    out.push_back(std::move(message));
  }
  return out;
}

Status HubClient::acknowledge(const std::vector<MessageId>& messages) {
  if (messages.empty()) return {};
  return impl_->tell("POST", "/exchange/v1/acknowledged", lines_of(messages), "text/plain");
}

Result<std::vector<exchange::MessageStatus>> HubClient::status(const std::vector<MessageId>& messages) {
  std::vector<exchange::MessageStatus> out;
  if (messages.empty()) return out;
  if (messages.size() > kStatusIdsMax)
    return fail(Code::TOO_MANY, "more messages than one request asks for", "messages", {{"max", std::to_string(kStatusIdsMax)}});
  const std::string body = TRY(impl_->send("POST", "/exchange/v1/status", lines_of(messages), "text/plain"));
  const std::vector<std::string_view> rows = TRY(rows_of(body, 3, messages.size() * exchange::kRecipientsMax));
  for (std::size_t i = 0; i < rows.size(); i += 3) {
    const Result<MessageId> id = MessageId::parse(rows[i]);
    if (!id || std::ranges::find(messages, *id) == messages.end()) return strange("about a message that was not asked for");
    exchange::MessageStatus status{*id, std::string(rows[i + 1]), {}};
    if (!rows[i + 2].empty()) status.relayed = std::string(rows[i + 2]);
    out.push_back(std::move(status));
  }
  return out;
}

Result<exchange::ObjectState> HubClient::begin_object(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) {
  std::string body = std::to_string(bytes) + "\n";
  for (const Sha256& part : parts) body += part.hex() + "\n";
  return parse_state(TRY(impl_->send("PUT", "/exchange/v1/objects/" + object.hex(), std::move(body), "text/plain")));
}

Result<exchange::ObjectState> HubClient::object_state(const Sha256& object) {
  return parse_state(TRY(impl_->get("/exchange/v1/objects/" + object.hex())));
}

Status HubClient::put_part(const Sha256& object, std::size_t index, ByteView part) {
  return impl_->tell("PUT", "/exchange/v1/objects/" + object.hex() + "/parts/" + std::to_string(index), std::string(text_of(part)));
}

Result<Bytes> HubClient::get_part(const Sha256& object, std::size_t index) {
  const std::string body = TRY(impl_->get("/exchange/v1/objects/" + object.hex() + "/parts/" + std::to_string(index)));
  if (body.size() > exchange::kObjectPartBytes) return strange("a part too large");
  const ByteView view = bytes_of(body);
  return Bytes(view.begin(), view.end());
}

Result<std::string> HubClient::log_file(LogName log, const std::string& path) { return impl_->get("/" + std::string(enum_text(log)) + "/" + path); }

Status HubClient::cosign(LogName log, const std::string& checkpoint_text, const std::string& signature_line) {
  const std::vector<std::string_view> frames{checkpoint_text, signature_line};
  return impl_->tell("POST", "/exchange/v1/" + std::string(enum_text(log)) + "/cosignature", exchange::spell_frames(frames));
}

Status HubClient::add_entry(const std::string& entry_note) { return impl_->tell("POST", "/exchange/v1/entries", entry_note, "text/plain"); }

Status HubClient::publish(const exchange::SignedDocument& document) {
  const std::vector<std::string_view> frames{document.note, document.body};
  return impl_->tell("POST", "/exchange/v1/documents", exchange::spell_frames(frames));
}

Result<exchange::HubPort::Documents> HubClient::documents(std::uint64_t after) {
  const std::string body = TRY(impl_->get("/exchange/v1/documents?after=" + std::to_string(after)));
  Result<std::vector<std::string_view>> frames = exchange::parse_frames(body, 1 + 2 * kDocumentsMax);
  if (!frames || frames->size() % 2 != 1) return strange("not a version and documents");
  Documents out;
  out.version = TRY(number_of(frames->front()));
  if (out.version < after) return strange("a version that went back");
  for (std::size_t i = 1; i < frames->size(); i += 2) out.documents.push_back({std::string((*frames)[i]), std::string((*frames)[i + 1])});
  return out;
}

}  // namespace warifu::member

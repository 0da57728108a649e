#include "hub/front.h"

#include <algorithm>
#include <array>

#include "hub/server_figures.h"
#include "ledger/merkle.h"
#include "note/lines.h"

namespace warifu::hub {

using exchange::LogName;
using exchange::MessageId;
using net::Request;
using net::Response;

namespace {

constexpr std::size_t kIdsMax = 1024;  // of one request
constexpr std::size_t kSmallBodyMax = 64 * 1024;
constexpr std::size_t kDocumentBodyMax = 512 * 1024;
constexpr std::size_t kPartsBodyMax = 32 + 65 * (exchange::kObjectBytesMax / exchange::kObjectPartBytes);
constexpr std::size_t kDocumentsMax = 32;  // of one answer
constexpr std::size_t kConnectionsMax = 16'384;
constexpr std::string_view kBytes = "application/octet-stream";

Response done() { return Response{204, {}, std::string()}; }

Response bytes_response(std::string bytes) { return net::text_response(200, std::string(kBytes), std::move(bytes)); }

tl::unexpected<Error> not_found() { return fail(Code::NOT_FOUND, "no such thing on this hub", "path"); }

Status only(const Request& request, std::string_view method) {
  if (request.method != method) return fail(Code::METHOD_NOT_ALLOWED, "another method", "method", {{"expected", std::string(method)}});
  return {};
}

// Each parameter once, and none that nobody asked for.
Result<std::uint64_t> number(const Request& request, std::string_view name, std::uint64_t fallback, std::uint64_t max) {
  const std::optional<std::string_view> text = request.parameter(name);
  if (!text) return fallback;
  return note::parse_decimal(*text, name, max);
}

Status check_parameters(const Request& request, std::initializer_list<std::string_view> known) {
  for (std::size_t i = 0; i < request.parameters.size(); ++i) {
    const std::string& name = request.parameters[i].name;
    if (std::ranges::find(known, std::string_view(name)) == known.end()) return fail(Code::UNKNOWN_FIELD, "no such parameter", name);
    for (std::size_t j = 0; j < i; ++j)
      if (request.parameters[j].name == name) return fail(Code::DUPLICATE_FIELD, "a parameter stands twice", name);
  }
  return {};
}

// Lines that all end with a line feed.
Result<std::vector<std::string_view>> lines_of(std::string_view body, std::size_t max) {
  std::vector<std::string_view> out;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    if (end == std::string_view::npos) return fail(Code::BAD_ENCODING, "the last line is cut", "body", {{"expected", "lines"}});
    if (out.size() == max) return fail(Code::TOO_MANY, "too many lines", "body", {{"max", std::to_string(max)}});
    out.push_back(body.substr(0, end));
    body.remove_prefix(end + 1);
  }
  return out;
}

Result<std::vector<MessageId>> ids_of(const Request& request) {
  std::vector<MessageId> out;
  for (const std::string_view line : TRY(lines_of(request.body, kIdsMax))) out.push_back(TRY(note::parse_id<MessageId>(line, "id")));
  if (out.empty()) return fail(Code::EMPTY_FIELD, "no message is named", "body");
  return out;
}

Result<std::vector<std::string_view>> exactly(const Request& request, std::size_t count) {
  std::vector<std::string_view> frames = TRY(exchange::parse_frames(request.body, count));
  if (frames.size() != count) return fail(Code::BAD_ENCODING, "not as many strings as are asked for", "body", {{"expected", std::to_string(count)}});
  return frames;
}

std::string spell(const std::vector<std::string>& frames) {
  const std::vector<std::string_view> views(frames.begin(), frames.end());
  return exchange::spell_frames(views);
}

std::string spell(std::vector<exchange::FetchedMessage> messages) {
  std::vector<std::string> frames;
  for (exchange::FetchedMessage& message : messages) {
    frames.push_back(std::to_string(message.seq));
    frames.push_back(std::move(message.envelope));
    frames.push_back(std::move(message.promise));
    frames.push_back(std::move(message.object));
  }
  return spell(frames);
}

std::string spell(const exchange::ObjectState& state) {
  std::string out = std::to_string(state.bytes) + "\n";
  for (std::size_t i = 0; i < state.parts.size(); ++i) out += state.parts[i].hex() + (state.is_present[i] ? " 1\n" : " 0\n");
  return out;
}

bool is_log_name(const std::string& name, LogName& log) {
  const Result<LogName> parsed = enum_parse<LogName>(name);
  if (parsed) log = *parsed;
  return parsed.has_value();
}

}  // namespace

net::BodyPolicy HubFront::body_policy(const Request& head) {
  net::BodyPolicy policy;
  policy.bytes_max = kSmallBodyMax;
  const std::vector<std::string>& path = head.segments;
  if (path.size() < 3 || path[0] != "exchange" || path[1] != "v1") return policy;
  if (path[2] == "messages") policy.bytes_max = exchange::kExchangeBodyMax;
  if (path[2] == "documents" || path[2] == "applications") policy.bytes_max = kDocumentBodyMax;
  if (path[2] == "objects") policy.bytes_max = path.size() > 4 ? exchange::kObjectPartBytes : kPartsBodyMax;
  return policy;
}

Response HubFront::handle(const Request& request) {
  Result<Response> response = route(request);
  if (response) return std::move(*response);
  hub_.refused(HubEvent::request, hub_.name_of(request.peer_certificate), response.error());
  return net::problem_response(response.error(), request.request_id);
}

Result<Response> HubFront::route(const Request& request) {
  const std::vector<std::string>& path = request.segments;
  if (path.empty()) return not_found();
  if (path[0] == "log" && path.size() > 1) return log_file(request, LogName::messages);
  if (path[0] == "keys" && path.size() > 1) return log_file(request, LogName::keys);
  if (path.size() == 1 && path[0] == "healthz") {
    TRY(only(request, "GET"));
    TRY(hub_.health());
    return net::text_response(200, "text/plain", "ok\n");
  }
  if (path.size() == 1 && path[0] == "metrics" && is_from_here(request)) {
    TRY(only(request, "GET"));
    return net::text_response(200, std::string(net::Metrics::kContentType), hub_.figures());
  }
  if (path.size() < 3 || path[0] != "exchange" || path[1] != "v1") return not_found();
  if (path.size() == 3 && path[2] == "applications") {
    TRY(only(request, "POST"));
    TRY(check_parameters(request, {}));
    const auto frames = TRY(exactly(request, 2));
    TRY(hub_.apply(request.peer_certificate, frames[0], frames[1]));
    return Response{202, {}, std::string()};
  }
  return member_route(request, {path.begin() + 2, path.end()});
}

Result<Response> HubFront::member_route(const Request& request, const std::vector<std::string>& path) {
  const Member member = TRY(hub_.member_of(request.peer_certificate));
  const std::string& what = path[0];
  if (what == "messages" && path.size() == 1) return messages(request, member);
  if (what == "documents" && path.size() == 1) return documents(request, member);
  if (what == "objects") return objects(request, member, path);
  TRY(check_parameters(request, {}));
  LogName log{};
  if (path.size() == 2 && path[1] == "cosignature" && is_log_name(what, log)) {
    TRY(only(request, "POST"));
    const auto frames = TRY(exactly(request, 2));
    TRY(hub_.cosign(member, log, std::string(frames[0]), std::string(frames[1])));
    return done();
  }
  if (path.size() != 1) return not_found();
  if (what == "acknowledged") {
    TRY(only(request, "POST"));
    TRY(hub_.acknowledge(member, TRY(ids_of(request))));
    return done();
  }
  if (what == "status") {
    TRY(only(request, "POST"));
    std::vector<std::string> frames;
    for (exchange::MessageStatus& status : TRY(hub_.status(member, TRY(ids_of(request))))) {
      frames.push_back(status.message.hex());
      frames.push_back(std::move(status.to));
      frames.push_back(status.relayed.value_or(""));
    }
    return bytes_response(spell(frames));
  }
  if (what == "entries") {
    TRY(only(request, "POST"));
    TRY(hub_.add_entry(member, request.body));
    return done();
  }
  return not_found();
}

Result<Response> HubFront::fetch(const Request& request, const Member& member) {
  TRY(check_parameters(request, {"after", "limit", "wait"}));
  const std::uint64_t after = TRY(number(request, "after", 0, INT64_MAX));
  const auto limit = static_cast<std::size_t>(TRY(number(request, "limit", exchange::kPostMessagesMax, exchange::kPostMessagesMax)));
  const std::uint64_t wait = TRY(number(request, "wait", 0, static_cast<std::uint64_t>(exchange::kFetchWaitMax.count())));
  if (limit == 0) return fail(Code::OUT_OF_RANGE, "at least one", "limit", {{"min", "1"}, {"max", std::to_string(exchange::kPostMessagesMax)}});
  std::vector<exchange::FetchedMessage> found = TRY(hub_.fetch(member, after, limit));
  if (!found.empty() || wait == 0) return bytes_response(spell(std::move(found)));
  Response open;
  open.later = [this, member, after, limit, wait, id = request.request_id](net::Reply reply) {
    hub_.fetch_later(member, after, limit, std::chrono::milliseconds(static_cast<std::int64_t>(wait)),
                     [this, org = member.org.text(), reply = std::move(reply), id](Result<std::vector<exchange::FetchedMessage>> messages) {
                       if (!messages) hub_.refused(HubEvent::request, org, messages.error());
                       reply(messages ? bytes_response(spell(std::move(*messages))) : net::problem_response(messages.error(), id));
                     });
  };
  return open;
}

Result<Response> HubFront::messages(const Request& request, const Member& member) {
  if (request.method == "GET") return fetch(request, member);
  TRY(only(request, "POST"));
  TRY(check_parameters(request, {}));
  const auto frames = TRY(exchange::parse_frames(request.body, 3 * exchange::kPostMessagesMax));
  if (frames.empty() || frames.size() % 3 != 0)
    return fail(Code::BAD_ENCODING, "three strings for each message", "body", {{"expected", "3, 6, 9 …"}});
  std::vector<exchange::PostedMessage> posted;
  for (std::size_t i = 0; i < frames.size(); i += 3)
    posted.push_back({std::string(frames[i]), std::string(frames[i + 1]), std::string(frames[i + 2])});
  std::vector<std::string> answers;
  for (Result<std::string>& answer : TRY(hub_.post(member, posted)))
    answers.push_back(answer ? std::move(*answer) : std::string(net::problem_response(answer.error()).text()));
  return bytes_response(spell(answers));
}

Result<Response> HubFront::objects(const Request& request, const Member& member, const std::vector<std::string>& path) {
  TRY(check_parameters(request, {}));
  const std::string& org = member.org.text();
  if (path.size() < 2) return not_found();
  const Result<Sha256> object = Sha256::parse(path[1]);
  if (!object) return not_found();
  store::HubStore& store = hub_.store();
  if (path.size() == 2) {
    if (request.method == "GET") return net::text_response(200, "text/plain", spell(TRY(store.object_state(org, *object))));
    TRY(only(request, "PUT"));
    TRY(hub_.check_rate(member, 1));
    const auto lines = TRY(lines_of(request.body, 1 + exchange::kObjectBytesMax / exchange::kObjectPartBytes));
    if (lines.empty()) return fail(Code::EMPTY_FIELD, "the size is missing", "body");
    const std::uint64_t bytes = TRY(note::parse_decimal(lines[0], "bytes", exchange::kObjectBytesMax));
    std::vector<Sha256> parts;
    for (std::size_t i = 1; i < lines.size(); ++i) parts.push_back(TRY(note::parse_sha256(lines[i], "parts")));
    return net::text_response(200, "text/plain", spell(TRY(store.begin_object(org, *object, bytes, parts, hub_.options().clock()))));
  }
  if (path.size() != 4 || path[2] != "parts") return not_found();
  const auto part = static_cast<std::size_t>(TRY(note::parse_decimal(path[3], "part", exchange::kObjectBytesMax / exchange::kObjectPartBytes)));
  if (request.method == "GET") {
    const Bytes bytes = TRY(store.get_part(org, *object, part));
    return bytes_response(std::string(text_of(bytes)));
  }
  TRY(only(request, "PUT"));
  TRY(hub_.check_rate(member, 1));
  TRY(store.put_part(org, *object, part, bytes_of(request.body), hub_.options().clock()));
  return done();
}

Result<Response> HubFront::documents(const Request& request, const Member& member) {
  if (request.method == "GET") {
    TRY(check_parameters(request, {"after"}));
    store::DirectoryStore::Documents found = TRY(hub_.directory().documents_after(TRY(number(request, "after", 0, INT64_MAX)), kDocumentsMax));
    std::vector<std::string> frames{std::to_string(found.version)};
    for (exchange::SignedDocument& document : found.documents) {
      frames.push_back(std::move(document.note));
      frames.push_back(std::move(document.body));
    }
    return bytes_response(spell(frames));
  }
  TRY(only(request, "POST"));
  TRY(check_parameters(request, {}));
  const auto frames = TRY(exactly(request, 2));
  TRY(hub_.publish(member, {std::string(frames[0]), std::string(frames[1])}));
  return done();
}

Result<Response> HubFront::log_file(const Request& request, LogName log) {
  if (request.method != "HEAD") TRY(only(request, "GET"));  // mirrors and caches ask so; the server leaves the body away
  TRY(check_parameters(request, {}));
  std::string path;
  for (std::size_t i = 1; i < request.segments.size(); ++i) path += (i == 1 ? "" : "/") + request.segments[i];
  std::string content = TRY(hub_.keeper(log).file(path));
  const bool is_checkpoint = path == "checkpoint";
  Response response = net::text_response(200, is_checkpoint ? "text/plain; charset=utf-8" : std::string(kBytes), std::move(content));
  response.set("Cache-Control", is_checkpoint ? "no-cache" : "public, max-age=31536000, immutable");
  return response;
}

net::ServerOptions hub_server_options(const HubListen& listen, const std::string& temp_directory) {
  net::ServerOptions options;
  options.address = listen.address;
  options.port = listen.port;
  options.tls = listen.tls;
  options.tls->any_client_certificate = true;
  options.tls->client_certificate_optional = true;  // the logs are for everybody
  options.workers = listen.workers;
  options.connections_max = kConnectionsMax;  // a member waits on one and works on another
  options.temp_directory = temp_directory;
  options.body_policy = HubFront::body_policy;
  return options;
}

}  // namespace warifu::hub

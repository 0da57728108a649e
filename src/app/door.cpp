#include "app/door.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "api/problem.h"
#include "api/routes.h"
#include "app/commands.h"
#include "app/named.h"
#include "app/node.h"
#include "app/terminal.h"
#include "app/token_config.h"
#include "base/disk_room.h"
#include "base/file.h"
#include "base/file_stream.h"
#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "json/write.h"
#include "net/client.h"

namespace warifu::app {

namespace {

constexpr std::size_t kKeyfileBytesMax = 64 * 1024;
constexpr std::size_t kPieceBytes = 1024 * 1024;

tl::unexpected<Error> missing(std::string what) { return fail(Code::MISSING_FIELD, "an option is missing", std::move(what)); }

// A file that is written as it comes.
class Saver {
 public:
  static Result<Saver> start(const std::string& file) { return Saver(TRY(FileWriter::create(file, 0600))); }
  Status take(ByteView piece) {
    digest_.update(piece);
    bytes_ += piece.size();
    return file_.write(piece);
  }
  Result<Door::Saved> finish() {
    TRY(file_.commit());
    return Door::Saved{bytes_, digest_.finish()};
  }

 private:
  explicit Saver(FileWriter file) : file_(std::move(file)) {}
  FileWriter file_;
  crypto::Sha256Stream digest_;
  std::uint64_t bytes_ = 0;
};

// ── in this process ──

class LocalDoor final : public Door {
 public:
  static Result<std::unique_ptr<Door>> open(const Access& access) {
    std::unique_ptr<LocalDoor> door(new LocalDoor(access));
    if (access.as.empty()) return missing("--as");
    door->node_ = TRY(open_node(access.data, true));
    door->hosted_ = TRY(choose(*door->node_, access.organisation));
    const std::optional<desk::BookEntry> entry = TRY(door->hosted_->store->book_entry_by_key("person", access.as));
    if (!entry) return fail(Code::NOT_FOUND, "nobody has this login", access.as);
    const party::Person person = TRY(json::decode_text<party::Person>(entry->value));
    if (!person.is_active || person.roles.empty()) return fail(Code::FORBIDDEN, "the person is not active", access.as);
    for (Hosted* hosted : door->node_->hosted())
      door->offices_.emplace(hosted->organisation.id, api::Host{*hosted->office, *hosted->logins, *hosted->enrolment, {}});
    door->who_ = {door->hosted_->organisation.id, door->hosted_->organisation.side, person.id, person.roles, person.roles.front()};
    return door;
  }
  // What crosses between organisations of this node is carried at once, as a running server would.
  ~LocalDoor() override {
    if (node_) (void)node_->deliver_all();
  }

  Result<json::Value> call(std::string_view method, const std::string& target, const std::optional<json::Value>& body) override {
    net::Request request = TRY(request_of(method, target));
    if (body) {
      request.body = json::compact(*body);
      request.body_size = request.body.size();
      request.headers.push_back({"content-type", "application/json"});
    }
    return run(request);
  }
  Result<json::Value> upload(const std::string& target, const std::string& file, const std::string& media_type) override {
    net::Request request = TRY(request_of("POST", target));
    std::error_code error;
    request.body_size = std::filesystem::file_size(file, error);
    if (error) return fail(Code::NOT_FOUND, "no such file", file);
    // As the server hands it on: a file beside the request where the route takes files, else its text.
    const api::Route& route = *TRY(api::all_routes().match(request.method, request.segments)).route;
    if (route.request == api::Payload::FILE || request.body_size > route.body_max)
      request.body_file = file;
    else
      request.body = TRY(read_file(file, route.body_max));
    request.headers.push_back({"content-type", media_type});
    return run(request);
  }
  Result<Saved> download(const std::string& target, const std::string& file) override {
    api::Answer answer = TRY(answer_of(TRY(request_of("GET", target))));
    Saver saver = TRY(Saver::start(file));
    const auto* stored = answer.response ? std::get_if<net::FileBody>(&answer.response->body) : nullptr;
    if (stored == nullptr) {
      const std::string text = answer.response ? std::string(answer.response->text()) : json::compact(answer.json);
      TRY(saver.take(bytes_of(text)));
      return saver.finish();
    }
    const FileReader source = TRY(FileReader::open(stored->path.string()));
    TRY(check_disk_room(std::filesystem::absolute(file).parent_path().string(), source.bytes()));
    Bytes buffer(kPieceBytes);
    for (std::uint64_t at = 0; at < source.bytes(); at += buffer.size()) {
      TRY(saver.take(ByteView(buffer).first(TRY(source.read_at(at, buffer)))));
      source.forget_before(at);
    }
    return saver.finish();
  }

 protected:
  Status set_role(party::Role role) override {
    who_.role = role;
    return {};
  }

 private:
  explicit LocalDoor(const Access& access) : Door(access) {}

  static Result<net::Request> request_of(std::string_view method, const std::string& target) {
    net::Target parsed = TRY(net::parse_target(target));
    net::Request request;
    request.method = method;
    request.target = target;
    request.path = std::move(parsed.path);
    request.query = std::move(parsed.query);
    request.segments = std::move(parsed.segments);
    request.parameters = std::move(parsed.parameters);
    return request;
  }

  Result<json::Value> run(const net::Request& request) {
    api::Answer answer = TRY(answer_of(request));
    if (!answer.response) return std::move(answer.json);
    if (const auto* file = std::get_if<net::FileBody>(&answer.response->body))
      return json::Value(json::Object{{"content", TRY(read_file(file->path, limits::kFileBytesMax))}});
    return json::Value(json::Object{{"content", answer.response->text()}});
  }

  Result<api::Answer> answer_of(const net::Request& request) {
    const api::Match match = TRY(api::all_routes().match(request.method, request.segments));
    const api::Route& route = *match.route;
    if (route.access == api::Access::COOKIE) return fail(Code::FORBIDDEN, "only with a session", request.path);
    if (route.request != api::Payload::NONE && request.body_size > route.body_max)
      return fail(Code::TOO_LARGE, "more than this route takes", "body", {{"max", std::to_string(route.body_max)}});
    desk::SessionView session;
    session.person = who_.person;
    session.organisation = who_.organisation;
    session.side = who_.side;
    session.roles = who_.roles;
    session.role = who_.role;
    api::Call call{request, options_, offices_, &offices_.find(who_.organisation)->second, {who_.person, who_.role}, session, {}, match.path,
                   {},      {},       false};
    return route.run(call);
  }

  std::unique_ptr<Node> node_;
  Hosted* hosted_ = nullptr;
  api::Options options_;
  api::Offices offices_;
};

// ── over HTTP ──

Code code_of(std::string_view name) {
  for (int i = 0; i < kCodeCount; ++i)
    if (sentence(static_cast<Code>(i)).name == name) return static_cast<Code>(i);
  return Code::PEER_UNAVAILABLE;
}

class RemoteDoor final : public Door {
 public:
  static Result<std::unique_ptr<Door>> open(const Access& access) {
    std::unique_ptr<RemoteDoor> door(new RemoteDoor(access));
    TRY(door->log_in());
    return door;
  }
  ~RemoteDoor() override {
    if (!cookie_.empty()) (void)call("DELETE", "/api/session", std::nullopt);
  }

  Result<json::Value> call(std::string_view method, const std::string& target, const std::optional<json::Value>& body) override {
    net::ClientRequest request = request_of(method, target);
    if (body) {
      request.body = json::compact(*body);
      request.headers.push_back({"Content-Type", "application/json"});
    }
    json::Value answer = TRY(send(request));
    // A new session, as after a change of the password, has its own; with the old one it would not be ended.
    if (std::string csrf = member_text(answer, "csrf"); !csrf.empty()) csrf_ = std::move(csrf);
    return answer;
  }
  Result<json::Value> upload(const std::string& target, const std::string& file, const std::string& media_type) override {
    net::ClientRequest request = request_of("POST", target);
    request.body_file = file;
    request.headers.push_back({"Content-Type", media_type});
    client_.progress = shown_progress(std::filesystem::path(file).filename().string());
    return send(request);
  }
  Result<Saved> download(const std::string& target, const std::string& file) override {
    Saver saver = TRY(Saver::start(file));
    net::ClientRequest request = request_of("GET", target);
    request.take = [&saver](ByteView piece) { return saver.take(piece); };
    client_.progress = shown_progress(std::filesystem::path(file).filename().string());
    TRY(send(request));
    return saver.finish();
  }

 protected:
  Status set_role(party::Role role) override {
    take(TRY(call("PUT", "/api/session/role", json::Value(json::Object{{"role", enum_text(role)}}))));
    return {};
  }

 private:
  explicit RemoteDoor(const Access& access) : Door(access) {
    while (access_.server.ends_with('/')) access_.server.pop_back();
    if (!access_.ca_file.empty()) client_.ca_file = access_.ca_file;
  }

  [[nodiscard]] net::ClientRequest request_of(std::string_view method, const std::string& target) const {
    net::ClientRequest request;
    request.method = method;
    request.url = access_.server + target;
    if (!cookie_.empty()) request.headers.push_back({"Cookie", cookie_});
    if (method != "GET") {
      if (!csrf_.empty()) request.headers.push_back({"X-CSRF-Token", csrf_});
      request.headers.push_back({"Idempotency-Key", ActId::random().hex()});
    }
    return request;
  }

  Result<json::Value> send(const net::ClientRequest& request) {
    const net::ClientAnswer answer = TRY(net::send_request(request, client_));
    for (const net::Header& header : answer.headers)
      if (header.name == "set-cookie" && header.value.starts_with("warifu_session=")) cookie_ = header.value.substr(0, header.value.find(';'));
    if (answer.status == 204 || (answer.status < 300 && answer.body.empty())) return json::Value(nullptr);
    if (answer.status < 300) {
      if (answer.header("content-type").value_or("").starts_with("application/json")) return json::parse(answer.body, limits::kJsonBytesMax);
      return json::Value(json::Object{{"content", answer.body}});
    }
    const Result<api::Problem> problem = json::decode_text<api::Problem>(answer.body);
    if (!problem) return fail(Code::PEER_UNAVAILABLE, "the server answered " + std::to_string(answer.status), {}, {{"peer", access_.server}});
    return fail(code_of(problem->code), "the server answered " + std::to_string(answer.status) + ", request " + problem->request, problem->where,
                problem->args);
  }

  // The session as the server tells it.
  void take(const json::Value& session) {
    csrf_ = member_text(session, "csrf");
    if (const Result<api::SessionInfo> info = json::decode<api::SessionInfo>(session))
      who_ = {info->organisation, info->side, info->person, info->roles, info->role};
  }

  Status log_in() {
    TRY(check_encrypted(access_.server));
    if (access_.as.empty()) return missing("--as");
    if (access_.organisation.empty()) {
      const api::NodeView node = TRY(json::decode<api::NodeView>(TRY(call("GET", "/api/node", std::nullopt))));
      if (node.organisations.size() != 1) return missing("--org");
      access_.organisation = node.organisations.front().id.text();
    }
    Sensitive<std::string> password;
    if (access_.password) {
      password = *access_.password;
    } else if (access_.password_stdin) {
      password = TRY(read_secret_line());
    } else if (const char* given = std::getenv("WARIFU_PASSWORD"); given != nullptr) {  // NOLINT(concurrency-mt-unsafe): before any thread
      password = Sensitive<std::string>(given);
    } else {
      password = TRY(ask_secret("パスワード / password: "));
    }
    const json::Value session =
        TRY(call("POST", "/api/session",
                 json::Value(json::Object{{"organisation", access_.organisation}, {"login", access_.as}, {"password", password.reveal()}})));
    take(session);
    const api::SessionInfo info = TRY(json::decode<api::SessionInfo>(session));
    if (!info.factor_needed) return {};
    const note::Signer signer = TRY(key());
    if (signer.verifier().name != info.signer)
      return fail(Code::KEY_UNKNOWN, "the key file is of somebody else", "--keyfile", {{"key", signer.verifier().name}});
    // What is signed must be a log-in at this very address: a false server in between could use any other text elsewhere.
    if (!info.challenge_text.starts_with("warifu-login/v1\n" + access_.server + "\n"))
      return fail(Code::TEXT_DIFFERS, "the server names another address as its own; give the one that people open", "--server");
    take(TRY(call("POST", "/api/session/factor", json::Value(json::Object{{"signature", TRY(signer.sign(info.challenge_text)).text()}}))));
    return {};
  }

  net::ClientOptions client_;
  std::string cookie_, csrf_;
};

}  // namespace

Result<note::Signer> PersonalKey::open() {
  if (access_.keyfile.empty()) return missing("--keyfile");
  if (access_.device.empty()) return missing("--device");
  const std::string file = TRY(file_named(access_.keyfile, kKeyfileBytesMax));
  const crypto::DeviceSecret device = TRY(crypto::parse_device_secret(TRY(file_named(access_.device, kKeyfileBytesMax))));
  const crypto::KeyfileHead head = TRY(crypto::read_keyfile_head(file));
  std::optional<Sensitive<std::string>> typed = pin_;
  if (!typed && access_.pin_stdin) typed = pin_ = TRY(read_secret_line());
  if (!typed) typed = TRY(ask_secret("暗証番号 / PIN (" + head.org + "): "));
  const crypto::OpenKeyfile opened = TRY(crypto::open_keyfile(file, *typed, device));
  return note::Signer::create(note::person_name(opened.head.org, opened.head.person), opened.secret);
}

Status Door::use_role(party::Role usual) {
  party::Role wanted = usual;
  const auto holds = [&](party::Role role) { return std::ranges::find(who_.roles, role) != who_.roles.end(); };
  if (!access_.role.empty()) {
    Result<party::Role> given = enum_parse<party::Role>(access_.role);
    if (!given) return tl::unexpected<Error>(std::move(given).error().at("--role"));
    wanted = *given;
  } else if (!holds(usual) && !who_.roles.empty()) {
    wanted = who_.roles.front();
  }
  if (!holds(wanted)) return fail(Code::ROLE_MISSING, "the person does not hold this role", "--role", {{"role", std::string(enum_text(wanted))}});
  if (wanted == who_.role) return {};
  return set_role(wanted);
}

Result<std::unique_ptr<Door>> open_door(const Access& access) {
  if (access.data.empty() == access.server.empty()) return missing("--data, --server");
  return access.server.empty() ? LocalDoor::open(access) : RemoteDoor::open(access);
}

Result<std::unique_ptr<Node>> open_node(const std::string& data, bool lock) {
  NodeOptions options;
  options.data = data;
  options.lock = lock;
  const Config config = TRY(config_of_folder(data));
  options.seal = TRY(seal_kind_of(config));
  options.token = TRY(open_token(config, environment_variable));
  options.file_bytes_max = file_bytes_max_of(config);
  return Node::open(std::move(options));
}

Result<Hosted*> choose(Node& node, const std::string& organisation) {
  if (organisation.empty()) {
    const std::vector<Hosted*> all = node.hosted();
    if (all.size() != 1) return missing("--org");
    return all.front();
  }
  Hosted* hosted = node.find(TRY(party::OrganisationId::parse(organisation)));
  if (hosted == nullptr) return fail(Code::NOT_FOUND, "the organisation is not hosted here", organisation);
  return hosted;
}

int finish(const Result<json::Value>& result, bool as_json, const std::function<void(const json::Value&)>& print) {
  if (!result) return report(result.error(), as_json);
  if (as_json)
    std::printf("%s\n", json::compact(*result).c_str());
  else
    print(*result);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

Result<json::Value> read_json_file(const std::string& file) {
  std::string text;
  if (file == "-") {
    std::array<char, 64 * 1024> piece{};
    for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), stdin)) > 0;) {
      text.append(piece.data(), got);
      if (text.size() > limits::kJsonBytesMax) return fail(Code::TOO_LARGE, "too much", file, {{"max", std::to_string(limits::kJsonBytesMax)}});
    }
  } else {
    text = TRY(file_named(file, limits::kJsonBytesMax));
  }
  return json::parse(text, limits::kJsonBytesMax);
}

Status check_encrypted(const std::string& server) {
  if (server.starts_with("https://")) return {};
  for (const std::string_view host : {"http://localhost", "http://127.0.0.1", "http://[::1]"}) {
    if (!server.starts_with(host)) continue;
    const std::string_view rest = std::string_view(server).substr(host.size());
    const bool is_port = rest.starts_with(':') && rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (rest.empty() || is_port) return {};
  }
  return fail(Code::CONFIG, "a password goes over an encrypted connection only", "--server", {{"expected", "https://…"}});
}

std::string member_text(const json::Value& value, std::string_view name) {
  const json::Object* object = value.if_object();
  const json::Value* member = object == nullptr ? nullptr : object->if_contains(name);
  if (member == nullptr || !member->is_string()) return {};
  return std::string(json::view(member->get_string()));
}

}  // namespace warifu::app

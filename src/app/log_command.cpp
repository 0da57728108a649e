// `warifu log`: a log's folder for strangers, and the key it is checked with.

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/http_front.h"
#include "app/log.h"
#include "app/named.h"
#include "base/file.h"
#include "exchange/network.h"
#include "ledger/log_check.h"
#include "net/server.h"

namespace warifu::app {

namespace {

constexpr std::size_t kFileMax = 64 * 1024;
constexpr std::size_t kTileMax = 32 * 1024 * 1024;

// The checkpoint is a note of that key, the tiles give its root, and the entries are those the tiles name.
Result<ledger::LogCheck> check_folder(const std::string& folder, const std::string& vkey) {
  const ledger::ReadFile read = [&folder](const std::string& path) { return read_file(folder + "/" + path, kTileMax); };
  std::optional<note::VerifierKey> key;
  if (!vkey.empty()) key = TRY(note::VerifierKey::parse(vkey));
  return ledger::check_log(read, key, {});
}

Result<json::Value> check(const LogCommand& command) {
  const ledger::LogCheck checked = TRY(check_folder(command.folder, command.vkey));
  return json::Value(json::Object{{"ok", true},
                                  {"origin", checked.head.origin},
                                  {"size", static_cast<std::int64_t>(checked.head.size)},
                                  {"root", to_base64(checked.head.root.bytes)},
                                  // Signatures of others whose keys are not known here: nobody looked whether they are any.
                                  {"unverified_lines", static_cast<std::int64_t>(checked.note.signatures.size() - (command.vkey.empty() ? 0 : 1))}});
}

Status serve(const LogCommand& command) {
  const Listen listen = TRY(parse_listen(command.listen));
  if (!listen.is_loopback()) return fail(Code::CONFIG, "files are served on the loopback address only", "--listen", {{"expected", "127.0.0.1:…"}});
  std::error_code ignored;
  if (!std::filesystem::exists(command.folder + "/checkpoint", ignored)) return fail(Code::NOT_FOUND, "no log in this folder", command.folder);
  if (!command.vkey.empty()) TRY(check_folder(command.folder, command.vkey));
  block_signals();
  start_log(LogLevel::WARNINGS);
  net::ServerOptions options;
  options.address = listen.address;
  options.port = listen.port;
  const std::string folder = command.folder;
  net::Server server = TRY(net::Server::start(std::move(options), [folder](const net::Request& request) -> net::Response {
    if (request.method != "GET" && request.method != "HEAD")
      return net::problem_response(Error{Code::METHOD_NOT_ALLOWED, "read only", "method", {{"expected", "GET"}}});
    // Segments hold neither slashes nor dots alone; only what a log has is given out.
    std::string path;
    for (const std::string& segment : request.segments) path += "/" + segment;
    const bool is_log = path == "/checkpoint" || path.starts_with("/tile/");
    Result<std::string> content =
        is_log ? read_file(folder + path, kTileMax) : Result<std::string>(fail(Code::NOT_FOUND, "not a file of a log", "path"));
    if (!content) return net::problem_response(Error{Code::NOT_FOUND, "not a file of a log", "path", {}});
    const bool is_checkpoint = path == "/checkpoint";
    net::Response response = net::text_response(200, is_checkpoint ? "text/plain; charset=utf-8" : "application/octet-stream", std::move(*content));
    response.set("Cache-Control", is_checkpoint ? "no-cache" : "public, max-age=31536000, immutable");
    return response;
  }));
  std::printf("http://%s:%u/\n", listen.address.c_str(), server.port());
  std::fflush(stdout);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int received = 0;
  sigwait(&signals, &received);
  server.stop(net::Millis(1'000));
  return {};
}

Result<json::Value> vkey(const LogCommand& command) {
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(command.folder, ignored);
  const exchange::Network network =
      TRY(exchange::Network::parse(TRY(file_named(is_folder ? command.folder + "/network" : command.folder, kFileMax))));
  if (command.name != "log" && command.name != "keys") return fail(Code::BAD_VALUE, "which log?", "--log", {{"expected", "log, keys"}});
  return json::Value(json::Object{{"vkey", (command.name == "log" ? network.log : network.keys).text()}});
}

}  // namespace

int run_log_serve(const LogCommand& command) {
  if (command.check)
    return finish(check(command), command.json, [](const json::Value& checked) {
      std::printf("%s %lld %s\n", member_text(checked, "origin").c_str(), static_cast<long long>(checked.as_object().at("size").as_int64()),
                  member_text(checked, "root").c_str());
    });
  const Status served = serve(command);
  return served ? 0 : report(served.error(), command.json);
}

int run_log_vkey(const LogCommand& command) {
  return finish(vkey(command), command.json, [](const json::Value& shown) { std::printf("%s\n", member_text(shown, "vkey").c_str()); });
}

}  // namespace warifu::app

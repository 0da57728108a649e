#include "app/hub_serve.h"

#include <csignal>
#include <cstdio>

#include "app/http_front.h"
#include "app/log.h"
#include "base/file.h"
#include "crypto/self_check.h"
#include "hub/front.h"
#include "hub/witness.h"
#include "json/write.h"

namespace warifu::app {

namespace {

constexpr net::Millis kDrain{3'000};
constexpr std::size_t kWitnessBodyMax = 128 * 1024;
constexpr std::size_t kPolicyMax = 64 * 1024;

tl::unexpected<Error> bad_config(std::string message, std::string where, std::string expected) {
  return fail(Code::CONFIG, std::move(message), std::move(where), {{"expected", std::move(expected)}});
}

void wait_for_the_end() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int received = 0;
  sigwait(&signals, &received);
  log_line("ending", received == SIGTERM ? "SIGTERM" : "SIGINT");
}

Result<std::vector<store::WitnessTarget>> witnesses_of(const Config& config) {
  std::vector<store::WitnessTarget> out;
  const std::string& file = config.text("hub.witnesses");
  if (file.empty()) return out;
  const note::Policy policy = TRY(note::Policy::parse(TRY(read_file(file, kPolicyMax))));
  for (const note::Policy::Witness& witness : policy.witnesses) {
    if (witness.url.empty() || witness.key.type != note::KeyType::cosignature_v1)
      return bad_config("a witness needs a cosigning key and an address to be asked at", "hub.witnesses", "witness <name> <vkey> <url>");
    out.push_back({witness.key, witness.url});
  }
  return out;
}

Status say_checked(const ServeCommand& command, const std::string& what) {
  if (command.json)
    std::printf("%s\n", json::compact(json::Object{{"ok", true}, {"origin", what}}).c_str());
  else
    std::printf("%s\n", what.c_str());
  return {};
}

// What goes wrong and what is refused, once a minute for each event, organisation (or log) and code. Never a path: that of an object or a message
// would tell who moves what.
using Tell = std::function<void(std::string_view event, const std::string& of, const Error& error)>;
Tell teller() {
  return [failures = std::make_shared<FailureLog>()](std::string_view event, const std::string& of, const Error& error) {
    failures->tell(event, of, error, now_utc());
  };
}

void tell_of_server(net::ServerOptions& options, hub::ServerFigures& figures, const Tell& tell) {
  options.on_exchange = [&figures, tell](const net::Exchange& exchange) {
    if (const std::optional<Error> refused = figures.answered(exchange)) tell("server_refused", "-", *refused);
  };
  options.on_handler_error = [](std::string_view request, std::string_view) { log_line("handler_error", request); };
}

}  // namespace

bool is_hub_role(const Config& config) {
  return config.text("role") == "hub" || (config.text("role").empty() && hub::is_hub_folder(config.text("data")));
}

bool is_witness_role(const Config& config) {
  return config.text("role") == "witness" || (config.text("role").empty() && hub::is_witness_folder(config.text("data")));
}

Status serve_hub(const Config& config, const ServeCommand& command) {
  const Listen listen = TRY(parse_listen(config.text("listen")));
  TRY(crypto::self_test());
  hub::HubOptions options;
  options.data = config.text("data");
  options.store_url = config.text("store.url");
  options.quota.messages_per_minute = config.number("hub.messages_per_minute");
  options.quota.bytes = static_cast<std::uint64_t>(config.number("hub.gigabytes_per_member")) << 30;
  options.witnesses = TRY(witnesses_of(config));
  const auto workers = static_cast<std::size_t>(config.number("workers"));
  const Tell tell = options.tell = teller();
  const std::string data = options.data;
  block_signals();
  start_log(TRY(enum_parse<LogLevel>(config.text("log.level"))));
  const std::unique_ptr<hub::Hub> hub = TRY(hub::Hub::open(std::move(options)));
  if (command.check) return say_checked(command, hub->network().url);

  hub::HubListen served;
  served.address = listen.address;
  served.port = listen.port;
  served.workers = workers;
  served.tls.certificate_file = config.text("tls.certificate").empty() ? data + "/tls.crt" : config.text("tls.certificate");
  served.tls.key_file = config.text("tls.key").empty() ? data + "/tls.key" : config.text("tls.key");
  const std::string temp = config.text("temp_directory").empty() ? data + "/tmp" : config.text("temp_directory");
  TRY(make_directories(temp, 0700));
  hub::HubFront front(*hub);
  net::ServerOptions server_options = hub::hub_server_options(served, temp);
  tell_of_server(server_options, hub->server_figures(), tell);
  net::Server server = TRY(net::Server::start(std::move(server_options), [&front](const net::Request& request) { return front.handle(request); }));
  hub->server_figures().watch([&server] { return server.counters(); });
  hub->start();
  std::printf("割符 Warifu hub %s\n  %s (%s:%u)\n", hub->network().hub.text().c_str(), hub->network().url.c_str(), listen.address.c_str(),
              server.port());
  std::fflush(stdout);
  log_line("started", "hub");
  wait_for_the_end();
  hub->interrupt();  // whoever waits for messages is answered
  const bool is_clean = server.stop(kDrain);
  hub->stop();
  log_line("ended", is_clean ? "" : "requests were cut");
  return {};
}

Status serve_witness(const Config& config, const ServeCommand& command) {
  const Listen listen = TRY(parse_listen(config.text("listen")));
  TRY(crypto::self_test());
  const bool is_tls = !config.text("tls.certificate").empty();
  if (is_tls != !config.text("tls.key").empty())
    return bad_config("a certificate needs its key, and a key its certificate", "tls.certificate", "both");
  if (!is_tls && !listen.is_loopback()) return bad_config("without TLS only this machine is served", "listen", "127.0.0.1:…, or tls.certificate");
  block_signals();
  start_log(TRY(enum_parse<LogLevel>(config.text("log.level"))));
  const Tell tell = teller();
  const std::unique_ptr<hub::WitnessHouse> house = TRY(hub::WitnessHouse::open(config.text("data"), now_utc, tell));
  if (command.check) return say_checked(command, house->key().text());
  net::ServerOptions options;
  options.address = listen.address;
  options.port = listen.port;
  if (is_tls) {
    net::TlsOptions tls;
    tls.certificate_file = config.text("tls.certificate");
    tls.key_file = config.text("tls.key");
    options.tls = tls;
  }
  options.workers = static_cast<std::size_t>(config.number("workers"));
  options.body_policy = [](const net::Request&) { return net::BodyPolicy{kWitnessBodyMax, false, {}}; };
  tell_of_server(options, house->server_figures(), tell);
  net::Server server = TRY(net::Server::start(std::move(options), [&house](const net::Request& request) { return house->handle(request); }));
  house->server_figures().watch([&server] { return server.counters(); });
  std::printf("割符 Warifu witness %s\n  %s:%u\n", house->key().text().c_str(), listen.address.c_str(), server.port());
  std::fflush(stdout);
  log_line("started", "witness");
  wait_for_the_end();
  log_line("ended", server.stop(kDrain) ? "" : "requests were cut");
  return {};
}

}  // namespace warifu::app

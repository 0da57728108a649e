#include <csignal>
#include <cstdio>

#include "api/assets.h"
#include "api/openapi.h"
#include "api/server_api.h"
#include "app/commands.h"
#include "app/demo.h"
#include "app/log.h"
#include "net/server.h"

namespace warifu::app {

namespace {

constexpr net::Millis kDrain{3'000};

struct Listen {
  std::string address;
  std::uint16_t port = 0;
};

Result<Listen> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool is_number = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || std::stoi(port) > 65'535) return fail(Code::CONFIG, "an address and a port", "listen", {{"expected", "127.0.0.1:8080"}});
  return Listen{text.substr(0, colon), static_cast<std::uint16_t>(std::stoi(port))};
}

api::Offices offices_of(Node& node, const Demo* demo) {
  api::Offices offices;
  for (Hosted* hosted : node.hosted()) {
    const party::OrganisationId org = hosted->organisation.id;
    api::Host host{*hosted->office, *hosted->logins, *hosted->enrolment, {}};
    if (demo != nullptr)
      host.keyfile = [demo, org](const PersonId& person) -> Result<api::KeyfileView> {
        Demo::Device device = TRY(demo->device(org, person));
        while (!device.device_secret.empty() && device.device_secret.back() == '\n') device.device_secret.pop_back();
        return api::KeyfileView{std::move(device.keyfile), std::move(device.device_secret)};
      };
    offices.emplace(org, std::move(host));
  }
  return offices;
}

// Waits for the signal that ends the process; it is blocked in every thread, so that nothing is interrupted half-way.
void wait_for_end() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int received = 0;
  sigwait(&signals, &received);
}

void block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void print_accounts(const std::vector<DemoAccount>& accounts) {
  std::string organisation;
  for (const DemoAccount& account : accounts) {
    if (account.organisation != organisation) std::printf("\n  %s  %s\n", account.organisation_ja.c_str(), account.organisation.c_str());
    organisation = account.organisation;
    std::string roles;
    for (const party::Role role : account.roles) roles += (roles.empty() ? "" : ", ") + std::string(enum_text(role));
    std::printf("    %-11s PIN %s  %s %s (%s)\n", account.login.c_str(), account.pin.c_str(), account.name.c_str(), account.post.c_str(), roles.c_str());
  }
}

Status serve(const DemoCommand& command) {
  const Listen listen = TRY(parse_listen(command.listen));
  // A demo shows its PINs and asks for no second factor: it is for this machine alone.
  if (listen.address != "127.0.0.1" && listen.address != "::1") return fail(Code::CONFIG, "a demo listens on the loopback address only", "listen", {{"expected", "127.0.0.1"}});
  block_signals();
  start_log(true);
  const std::unique_ptr<Demo> demo = TRY(Demo::open(command.data, command.store_url, "http://localhost:" + std::to_string(listen.port), {.customers = command.customers}));
  const std::vector<DemoAccount> accounts = TRY(demo->accounts());

  api::Options options;
  options.version = WARIFU_VERSION;
  options.is_demo = true;
  options.is_https = false;
  options.assets = api::embedded_ui();
  options.log = log_request;
  for (const DemoAccount& account : accounts)
    options.demo_accounts.push_back({TRY(party::OrganisationId::parse(account.organisation)), account.login, account.password, account.name, account.post,
                                     account.roles.front(), account.pin});
  api::Api api(offices_of(demo->node(), demo.get()), std::move(options));

  net::ServerOptions server_options;
  server_options.address = listen.address;
  server_options.port = listen.port;
  server_options.body_policy = [&api](const net::Request& head) { return api.body_policy(head); };
  server_options.on_handler_error = [](std::string_view request, std::string_view what) { log_line("handler_error", std::string(request) + " " + std::string(what)); };
  net::Server server = TRY(net::Server::start(std::move(server_options), [&api](const net::Request& request) { return api.handle(request); }));
  demo->node().start();

  std::printf("割符 Warifu demo\n  http://localhost:%u\n", server.port());
  std::printf("\n  パスワード password: %s\n", accounts.empty() ? "" : accounts.front().password.c_str());
  print_accounts(accounts);
  std::printf("\n  Ctrl-C で終了します。 Ctrl-C ends it.\n");
  std::fflush(stdout);
  wait_for_end();
  server.stop(kDrain);
  demo->node().stop();
  return {};
}

}  // namespace

int run_openapi() {
  const std::string text = api::openapi_text();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

int serve_demo(const DemoCommand& command) {
  const Status served = serve(command);
  return served ? 0 : report(served.error(), command.json);
}

}  // namespace warifu::app

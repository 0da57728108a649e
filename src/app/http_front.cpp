#include "app/http_front.h"

#include <csignal>

#include "api/assets.h"
#include "api/server_api.h"
#include "app/log.h"

namespace warifu::app {

namespace {

constexpr net::Millis kDrain{3'000};

sigset_t end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

api::Offices offices_of(Node& node, const Front& front) {
  api::Offices offices;
  for (Hosted* hosted : node.hosted()) {
    const party::OrganisationId org = hosted->organisation.id;
    api::Host host{*hosted->office, *hosted->logins, *hosted->enrolment, {}};
    if (front.keyfile) host.keyfile = [keyfile = front.keyfile, org](const PersonId& person) { return keyfile(org, person); };
    offices.emplace(org, std::move(host));
  }
  return offices;
}

}  // namespace

bool Listen::is_loopback() const { return address == "127.0.0.1" || address == "::1"; }

Result<Listen> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool is_number = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  if (!is_number || std::stoi(port) > 65'535 || address.empty())
    return fail(Code::CONFIG, "an address and a port", "listen", {{"expected", "127.0.0.1:8080"}});
  return Listen{std::move(address), static_cast<std::uint16_t>(std::stoi(port))};
}

void block_signals() {
  const sigset_t signals = end_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Status serve_until_end(Node& node, Front front) {
  front.options.assets = api::embedded_ui();
  front.options.log = log_request;
  front.options.written = [&node](const party::OrganisationId&) { node.wake(); };
  if (!front.temp_directory.empty()) front.options.temp_directory = front.temp_directory;
  api::Api api(offices_of(node, front), std::move(front.options));

  net::ServerOptions options;
  options.address = front.listen.address;
  options.port = front.listen.port;
  options.tls = front.tls;
  options.temp_directory = front.temp_directory;
  options.workers = front.workers;
  options.body_policy = [&api](const net::Request& head) { return api.body_policy(head); };
  options.on_handler_error = [](std::string_view request, std::string_view what) {
    log_line("handler_error", std::string(request) + " " + std::string(what));
  };
  net::Server server = TRY(net::Server::start(std::move(options), [&api, &node](const net::Request& request) {
    net::Response response = api.handle(request);
    // The node's own threads have figures of their own; one page shows both.
    if (request.path == "/metrics" && response.status == 200) response.body = std::string(response.text()) + node.figures();
    return response;
  }));
  node.start();
  if (front.on_ready) front.on_ready(server.port());
  log_line("started", "");

  const sigset_t signals = end_signals();
  int received = 0;
  sigwait(&signals, &received);
  log_line("ending", received == SIGTERM ? "SIGTERM" : "SIGINT");
  const bool is_clean = server.stop(kDrain);
  node.stop();
  log_line("ended", is_clean ? "" : "requests were cut");
  return {};
}

}  // namespace warifu::app

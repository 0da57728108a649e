#pragma once
// The hub's interface over HTTP: every row of docs/formats.md, "The hub's interface", with its limits. A request that is not exactly of that
// shape is refused with a code; what is refused is counted and told with its code, and nothing of it is kept.

#include "hub/hub.h"
#include "net/server.h"

namespace warifu::hub {

class HubFront {
 public:
  explicit HubFront(Hub& hub) : hub_(hub) {}

  [[nodiscard]] net::Response handle(const net::Request& request);
  [[nodiscard]] static net::BodyPolicy body_policy(const net::Request& head);

 private:
  Result<net::Response> route(const net::Request& request);
  Result<net::Response> member_route(const net::Request& request, const std::vector<std::string>& path);
  Result<net::Response> messages(const net::Request& request, const Member& member);
  Result<net::Response> fetch(const net::Request& request, const Member& member);
  Result<net::Response> objects(const net::Request& request, const Member& member, const std::vector<std::string>& path);
  Result<net::Response> documents(const net::Request& request, const Member& member);
  Result<net::Response> log_file(const net::Request& request, exchange::LogName log);

  Hub& hub_;
};

// Where and with which certificate a hub listens.
struct HubListen {
  std::string address;
  std::uint16_t port = 0;
  net::TlsOptions tls;
  std::size_t workers = 16;
};
[[nodiscard]] net::ServerOptions hub_server_options(const HubListen& listen, const std::string& temp_directory);

}  // namespace warifu::hub

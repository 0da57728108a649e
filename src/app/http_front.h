#pragma once
// A node served over HTTP until SIGINT or SIGTERM: the interface, health and figures, then a clean end (requests drain, threads join, the
// store closes). Used by the demo and by `warifu serve`.

#include <functional>

#include "api/options.h"
#include "app/node.h"
#include "net/server.h"

namespace warifu::app {

struct Listen {
  std::string address;
  std::uint16_t port = 0;
  [[nodiscard]] bool is_loopback() const;
};
// "127.0.0.1:8080", "[::1]:8080"; CONFIG otherwise.
[[nodiscard]] Result<Listen> parse_listen(const std::string& text);

struct Front {
  Listen listen;
  std::optional<net::TlsOptions> tls;
  std::string temp_directory;
  std::size_t workers = 4;
  api::Options options;
  std::function<Result<api::KeyfileView>(const party::OrganisationId&, const PersonId&)> keyfile;  // demo only
  std::function<void(std::uint16_t port)> on_ready;
};

// To be called before any thread begins: the signals that end the process are waited for, never interrupting anything.
void block_signals();
Status serve_until_end(Node& node, Front front);

}  // namespace warifu::app

#pragma once
// The interface as one function from request to response, for net::Server and for tests alike. It finds the route, the session and its
// organisation, checks token of the form and Idempotency-Key, and leaves everything else to the desk. Also here: health, figures for
// Prometheus, the files of the browser's interface. Thread-safe.

#include <mutex>

#include "api/idempotency.h"
#include "api/options.h"
#include "api/router.h"
#include "net/metrics.h"
#include "net/server.h"

namespace warifu::api {

inline constexpr std::string_view kCookieName = "warifu_session";

class Api {
 public:
  Api(Offices offices, Options options);

  [[nodiscard]] net::Response handle(const net::Request& request);
  // For net::ServerOptions::body_policy: limits by route, uploads to a file, and no upload without a cookie.
  [[nodiscard]] net::BodyPolicy body_policy(const net::Request& head) const;

 private:
  struct Outcome {
    net::Response response;
    const Route* route = nullptr;
    std::string organisation;
    std::optional<Error> error;
  };
  [[nodiscard]] Outcome answer(const net::Request& request);
  [[nodiscard]] Result<net::Response> answer_api(const net::Request& request, Outcome& outcome);
  [[nodiscard]] Result<net::Response> run(const Route& route, Call& call);
  [[nodiscard]] Status find_session(const Route& route, Call& call);
  [[nodiscard]] net::Response response_of(const Route& route, Call& call, Answer answer) const;
  void set_cookie(net::Response& response, const std::string& value) const;
  [[nodiscard]] net::Response health() const;
  [[nodiscard]] net::Response figures();
  [[nodiscard]] Result<net::Response> file_of_ui(const net::Request& request) const;
  void declare_figures();
  void report(const net::Request& request, const Outcome& outcome, std::int64_t took_us);

  Offices offices_;
  Options options_;
  InFlight in_flight_;
  std::mutex metrics_mutex_;  // gauges are set and read as one
  net::Metrics metrics_;
};

}  // namespace warifu::api

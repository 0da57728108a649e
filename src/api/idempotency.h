#pragma once
// Exactly once for those who ask twice: a write carries an Idempotency-Key; the same key with the same request gives the first answer again,
// with another request it is refused. What is kept says Write in route.h. Two requests with one key run one after the other.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "api/route.h"

namespace warifu::api {

// IDEMPOTENCY_KEY_MISSING; 8 to 64 visible characters of ASCII.
[[nodiscard]] Result<std::string> idempotency_key(const net::Request& request);
// Of method, target, media type and body.
[[nodiscard]] Result<Sha256> request_digest(const net::Request& request);

class InFlight {
 public:
  class Turn {
   public:
    Turn(InFlight& all, std::string name);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    InFlight& all_;
    std::string name_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::set<std::string> names_;
};

// Runs the handler under its key. `run` makes the response of this call and tells whether it succeeded.
class Repetition {
 public:
  // IDEMPOTENCY_MISMATCH; an earlier answer when there is one to give again.
  [[nodiscard]] static Result<Repetition> begin(const Route& route, const Call& call, std::string key);
  [[nodiscard]] std::optional<net::Response> earlier() const;
  // Keeps what this route keeps. A failure to keep is no failure of what was done.
  Status keep(const Route& route, const Call& call, const net::Response& response) const;

 private:
  std::string key_;
  Sha256 digest_;
  bool is_kept_ = false;  // something stands under the key already
  std::optional<desk::IdempotencyRecord> record_;
};

}  // namespace warifu::api

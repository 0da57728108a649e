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

// The key of one call. What writes an act keeps its answer in the act's own transaction (desk/once.h); keep() is for what wrote none.
class Repetition {
 public:
  // IDEMPOTENCY_MISMATCH; an earlier answer when there is one to give again.
  [[nodiscard]] static Result<Repetition> begin(const Route& route, const Call& call, std::string key);
  [[nodiscard]] std::optional<net::Response> earlier() const;
  // Goes with the Caller; null when nothing is to be kept any more.
  [[nodiscard]] desk::Once* once() { return once_ ? &*once_ : nullptr; }
  // Keeps what this route keeps, unless an act took it along. A failure to keep is no failure of what was done.
  Status keep(const Route& route, const Call& call, const net::Response& response);

 private:
  std::optional<desk::Once> once_;                 // unless something stands under the key already
  std::optional<desk::IdempotencyRecord> record_;  // the earlier answer
};

}  // namespace warifu::api

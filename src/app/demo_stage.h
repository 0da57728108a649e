#pragma once
// The stage on which the demo's cases are played: people act through the desk as they would in the browser, sign with their own keys, and
// the clock runs through the days before the present. Internal to the demo.

#include <atomic>
#include <map>

#include "app/node.h"
#include "crypto/ed25519.h"

namespace warifu::app {

// The demo's clock: scripted while the cases are played, the present afterwards.
class StageClock {
 public:
  [[nodiscard]] Time now() const;
  void set(Time at) { us_ = at.us; }
  void advance(Duration by) { us_ += by.us; }
  void release() { us_ = 0; }

 private:
  mutable std::atomic<std::int64_t> us_{0};  // 0: the present
};

struct Actor {
  PersonId person;
  std::vector<party::Role> roles;
  std::shared_ptr<const note::Signer> key;  // <org>/person/<id>
};

class Stage {
 public:
  Stage(Node& node, StageClock& clock) : node_(node), clock_(clock) {}

  void add(const party::OrganisationId& org, const std::string& login, Actor actor) { actors_[{org.text(), login}] = std::move(actor); }
  [[nodiscard]] const Actor& actor(std::string_view org, std::string_view login) const { return actors_.at({std::string(org), std::string(login)}); }
  [[nodiscard]] desk::Office& office(std::string_view org);
  [[nodiscard]] desk::Caller caller(std::string_view org, std::string_view login, party::Role role) const { return {actor(org, login).person, role}; }
  [[nodiscard]] desk::SignedCommand sign(std::string_view org, std::string_view login, const desk::Prepared& prepared) const;
  void pass(Duration by) { clock_.advance(by); }
  [[nodiscard]] Time now() const { return clock_.now(); }
  Status deliver();

  // An inquiry on its way through the agency, step by step; `until` is the last step taken.
  enum class Step { DRAFTED, READY, CHECKED, APPROVED, NUMBERED, DISPATCHED };
  Result<MatterId> inquire(std::string_view org, const desk::DraftCommand& draft, Step until, bool at_station = false);
  // The provider's way: `lanes` absent takes what the law suggests.
  enum class Work { TRIAGED, ACCEPTED, ASSIGNED, COLLECTED, CHECKED, RELEASED };
  Status work(std::string_view org, const MatterId& matter, Work until);
  // The agency receives and opens the answer, and tells what it led to.
  Status take_answer(std::string_view org, const MatterId& matter, std::optional<inquiry::Outcome> outcome);

 private:
  Node& node_;
  StageClock& clock_;
  std::map<std::pair<std::string, std::string>, Actor> actors_;
};

}  // namespace warifu::app

#pragma once
// The stage on which the demo's cases are played: people act at their desks as they would in the browser, and the clock runs through the days
// before the present. Internal to the demo.

#include <atomic>
#include <map>

#include "app/demo_desk.h"
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

class Stage {
 public:
  Stage(DemoDesk& desk, StageClock& clock) : desk_(desk), clock_(clock) {}

  [[nodiscard]] DemoDesk& desk() { return desk_; }
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
  DemoDesk& desk_;
  StageClock& clock_;
};

}  // namespace warifu::app

#pragma once
// Named places at which a test may end this process, make a step fail or hold it up: before and after every durable write.
//
//   TRY(failpoint_error("hub.batch.write"));   // where the step can fail: afterwards it counts as not done
//   failpoint("hub.batch.written");            // where it is done: the process may only end or wait here
//
// Names are <room or file>.<thing>.<step>, lower case. Without orders a call is one relaxed atomic read. Orders come from a test through arm(),
// or from WARIFU_FAILPOINT; from the environment only in a demo node or a test build, elsewhere the variable keeps the program from starting.
//   NAME[#N]=ACTION, separated by commas; N: the N-th time the place is reached (left out: 1), `*` every time. NAME `any` counts all places.
//   ACTION: kill (SIGKILL to itself) | io | full (the step fails with IO, DISK_FULL) | wait:MS; and trace:FILE appends each place it reaches.
// A failpoint is the one piece of global state in the program: what it stands for, the machine, is there only once, too.

#include <atomic>
#include <string_view>

#include "base/error.h"

namespace warifu {

namespace failpoints {

// Adds to what is ordered already. BAD_VALUE when the text is no order.
Status arm(std::string_view orders);
void disarm();
// Reads WARIFU_FAILPOINT; CONFIG when it is set and this is neither a demo nor a test build. Called once, before the first durable write.
Status arm_from_environment(bool is_demo);

namespace detail {
extern std::atomic<bool> is_armed;
Status reached(std::string_view name, bool may_fail);
}  // namespace detail

}  // namespace failpoints

inline void failpoint(std::string_view name) {
  if (failpoints::detail::is_armed.load(std::memory_order_relaxed)) [[unlikely]]
    static_cast<void>(failpoints::detail::reached(name, false));
}

[[nodiscard]] inline Status failpoint_error(std::string_view name) {
  if (failpoints::detail::is_armed.load(std::memory_order_relaxed)) [[unlikely]]
    return failpoints::detail::reached(name, true);
  return {};
}

}  // namespace warifu

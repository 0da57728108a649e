#pragma once
// How a member leaves the exchange (docs/formats.md, "Joining"; decision 0024).

#include "base/time.h"

namespace warifu::exchange {

// From the second that an end names, until its entry is taken into the log of keys. A signature that its admitter took back lies in backups and
// cannot be called in: after this time it counts for nothing any more, and nobody ends an admission further back than that.
inline constexpr Duration kEndSignedWithin = days(7);

}  // namespace warifu::exchange

#pragma once
// Fills the log of a hub with very many entries, for benches: what stands in the end is what so many messages leave that were delivered, have expired
// and were cleaned away. The entries are leaves of this log over random commitments, bundles and tiles are the ones that the log's own keeper writes,
// the checkpoint is signed and cosigned by the hub's keys, and the next message gets the place behind them.
// Not for a hub in use: nobody sent these messages.

#include <cstdint>

#include "hub/hub.h"

namespace warifu::hub {

// `hub`: open and not started; to be opened anew afterwards, since it does not know of what was written beside it. About 140 bytes of disk an entry.
// A log that is as large already stays as it is. Errors of the store and of files.
Status fill_log(Hub& hub, std::uint64_t size);

}  // namespace warifu::hub

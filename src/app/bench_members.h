#pragma once
// Members of a hub that is thrown away, admitted at once by the seeds of its admitters: the least that a bench needs of them. Internal to the
// benches.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hub/hub.h"

namespace warifu::app {

struct BenchMember {
  std::vector<std::string> entries;  // for the log of keys
  note::Signer sign;
};

// A member's entry and a key that signs; with `tls`, the SHA-256 of its certificate's key, it can also connect. All in force for a day.
[[nodiscard]] Result<BenchMember> new_bench_member(const hub::Hub& hub, std::span<const note::Signer> admitters, std::string_view org, Time now,
                                                   const std::optional<Sha256>& tls = {});
[[nodiscard]] Result<std::vector<note::Signer>> bench_admitters(const hub::Hub& hub);

}  // namespace warifu::app

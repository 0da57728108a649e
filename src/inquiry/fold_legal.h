#pragma once
// check_legal() for whoever has folded already and goes on with the outcome: a command folds a matter once more, not five times.

#include "inquiry/fold.h"

namespace warifu::inquiry {

// `before` is fold(acts). Adds `next` to the acts and gives the fold of all; or the error of check_legal(acts, next), and the acts are what they
// were.
[[nodiscard]] Result<MatterState> add_legal(const MatterState& before, std::vector<FoldInput>& acts, FoldInput next);

}  // namespace warifu::inquiry

#pragma once
// check_legal() for whoever has folded already and goes on with the outcome: a command folds a matter twice instead of five times.

#include "inquiry/fold.h"

namespace warifu::inquiry {

// `before` is fold(acts). Gives fold(acts and next), or the error of check_legal(acts, next).
[[nodiscard]] Result<MatterState> fold_legal(const MatterState& before, const std::vector<FoldInput>& acts, const FoldInput& next);

}  // namespace warifu::inquiry

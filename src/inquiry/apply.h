#pragma once
// One act on one state: the transition tables. Internal to the room; fold.cpp orders the acts and calls this.

#include <functional>

#include "inquiry/fold.h"

namespace warifu::inquiry {

// Whether the shared act `ancestor` was in sight when the act being applied was written.
using InSight = std::function<bool(const Sha256& ancestor)>;

// Applies the act or says why it has no effect. Total. `state` is changed only when the effect is APPLIED (or LATE/OVERRIDDEN, which record
// the act as a mark but move no state).
EffectOf apply(MatterState& state, const FoldInput& input, const Facts& facts, const InSight& in_sight);

// After the last act: the states that lists show, derived from the rest.
void finish(MatterState& state);

// What the writer's own side objects to a shared act, from what only that side knows. The fold does not ask this (the other side could not),
// the desk asks it before anything is signed.
std::optional<Error> own_objection(const MatterState& state, const FoldInput& input, const Facts& facts);

}  // namespace warifu::inquiry

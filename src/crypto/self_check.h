#pragma once
// Known answers of every algorithm in use, run once at start-up: a node whose library computes wrongly must not sign or judge anything.

#include "base/error.h"

namespace warifu::crypto {

// CRYPTO, naming the algorithm, when an answer is wrong. Takes about a millisecond.
[[nodiscard]] Status self_test();

}  // namespace warifu::crypto

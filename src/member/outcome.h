#pragma once
// What becomes of a message whose receiving ended with an error: it comes again, or it is refused by that code, of which its sender is told in a
// receipt. A code that receiving does not give says nothing about a message: a receipt that brings one is itself refused, so that nobody raises an
// alarm in another house by calling a refusal LOG_FORKED.

#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::member {

enum class Outcome { COMES_AGAIN, REFUSED, NOT_GIVEN };

// What receiving does not give (NOT_GIVEN) refuses as well, should it ever come: a fault of our own program (INTERNAL). Each code that refuses has
// its case in outcome_test.cpp.
[[nodiscard]] Outcome outcome_of(Code code);

[[nodiscard]] std::string code_name(const Error& error);

// The code of a receipt's line, as it is kept and told here: one that receiving gives; INTERNAL for one of a later version. BAD_VALUE for anything
// else, and for what is no name at all.
[[nodiscard]] Result<std::string> refusal_named(std::string_view name);

}  // namespace warifu::member

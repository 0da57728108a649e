#pragma once
// For tests only: what a Result must be for the test to go on.

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "base/error.h"

namespace warifu::testing {

namespace detail {
inline std::string spelt(const Error& error) { return std::string(sentence(error.code).name) + " " + error.where + " " + error.message; }
}  // namespace detail

// The value; the test ends with the error in words when there is none.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(detail::spelt(result.error()));
  return std::move(*result);
}
inline void must(const Status& status) {
  if (!status) FAIL(detail::spelt(status.error()));
}

// Why it failed; the test ends when it did not.
template <class T>
Code code_of(const Result<T>& result) {
  REQUIRE(!result);
  return result.error().code;
}

}  // namespace warifu::testing

#pragma once
// For tests only: where the project's own files lie. Defined in tests/doctest_main.cpp alone, so that the path is in no other command line and
// compiled tests are shared between clones.

#include <cstdlib>
#include <string>

namespace warifu::testing {

[[nodiscard]] std::string source_dir();

// The official vectors and schemas beside the project: WARIFU_SHARED_DATA or ../shared/data. Tests say so when they are absent.
[[nodiscard]] inline std::string shared_data() {
  const char* set = std::getenv("WARIFU_SHARED_DATA");
  return set != nullptr ? std::string(set) : source_dir() + "/../shared/data";
}

}  // namespace warifu::testing

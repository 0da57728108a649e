#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "base/test_source.h"

namespace warifu::testing {

std::string source_dir() { return WARIFU_SOURCE_DIR; }

}  // namespace warifu::testing

#pragma once
// The plainest tar there is (POSIX.1-1988 ustar, regular files only): what a backup is when it is one file. Any tar reads it. Reading is
// strict: a name that leaves the folder, a link, a device or a wrong checksum is refused, and nothing is kept then.

#include <string>
#include <vector>

#include "base/error.h"

namespace warifu::app {

// Relative names of regular files under `folder`, written in this order. The file must not exist.
[[nodiscard]] Status write_tar(const std::string& folder, const std::vector<std::string>& names, const std::string& file);
// Into an empty folder that exists; the names in the archive's order. STORE_CORRUPT with the entry in `where`.
[[nodiscard]] Result<std::vector<std::string>> read_tar(const std::string& file, const std::string& folder);

// Relative, of plain components, nothing hidden in it.
[[nodiscard]] bool is_safe_name(std::string_view name);

}  // namespace warifu::app

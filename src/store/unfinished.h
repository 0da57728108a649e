#pragma once
// What a process that was killed in the middle of writing left in a node's folder: halves of files that base/file.h and office_files.h write
// beside the real ones before they rename them. They hold keys and personal data like the real ones, and nobody would ever look at them again.

#include <cstddef>
#include <string>

#include "base/error.h"

namespace warifu::store {

// Removes them from the folder, its parts (hub, organisations), their keys/ and devices/, and their files/; the number removed. Only under the
// folder's lock (folder_lock.h): a living process's unfinished files look the same.
Result<std::size_t> remove_unfinished(const std::string& folder);

}  // namespace warifu::store

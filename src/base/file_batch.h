#pragma once
// Several files written at once, each with the promise of write_file_durably: the flushes stand together, so that a journalling file system commits
// once or twice for all of them instead of twice for each.

#include <span>
#include <string>

#include "base/file.h"

namespace warifu {

struct FileContent {
  std::string path;  // each once
  ByteView content;
};

// On return all of them are there and flushed. When it fails, or the machine does: each is there as it was before or as it is to be, never a mixture,
// in no order; what is nowhere under its name leaves nothing beside it. Errors as in base/file.h.
[[nodiscard]] Status write_files_durably(std::span<const FileContent> files, mode_t mode);

}  // namespace warifu

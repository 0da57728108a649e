#pragma once
// Files of our own: read whole up to a bound, and written so that after a crash either the old or the new content is there, never a mixture.
// A failure carries the system's reason in the message; a missing file is NOT_FOUND, a full disk DISK_FULL, anything else IO.

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu {

// The whole file; TOO_LARGE when it has more than bytes_max bytes.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// Writes beside the file, flushes, renames over it and flushes the directory. `mode` is set exactly, whatever the umask.
[[nodiscard]] Status write_file_durably(const std::string& path, ByteView content, mode_t mode);

// Creates the directory and those above it that are missing (each with `mode`, less the umask). One that exists already is left as it is.
[[nodiscard]] Status make_directories(const std::string& path, mode_t mode);

}  // namespace warifu

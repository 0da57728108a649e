#pragma once
// A ZIP archive with one spelling: entries stored and never compressed, sorted by name, all of 1980-01-01, no extra fields, no comment. Any
// unzip opens it; whoever checks it rebuilds the bytes from the entries and compares the whole (docs/formats.md, "Evidence").

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::exchange {

using ArchiveEntries = std::map<std::string, std::string>;  // name -> bytes, in the order of the archive

// EVIDENCE_INVALID for a name outside [a-z0-9._/-], TOO_LARGE past 4 GiB or 65,535 entries.
[[nodiscard]] Result<std::string> write_archive(const ArchiveEntries& entries);

// EVIDENCE_INVALID with `where` = the first entry that is not as write_archive would write it.
[[nodiscard]] Result<ArchiveEntries> read_archive(std::string_view bytes);

}  // namespace warifu::exchange

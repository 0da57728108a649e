#pragma once
// Archives (and the office files made of one), judged by their directory: sizes, ratio, number and overlap of entries, and no archive inside. Then
// every entry is unpacked into nothing, since a directory may lie. Read by pieces: memory does not grow with the archive.

#include <cstdint>

#include "answer/content.h"

namespace warifu::answer {

// FILE_TYPE_NOT_ALLOWED, ARCHIVE_BOMB; `where` = "/file". All entries together may become `unpacked_max` bytes. APPNOTE.TXT 6.3, with its 64-bit
// sizes (4.3.14, 4.3.15, 4.5.3), which an archive of more than 2 or 4 GiB needs.
[[nodiscard]] Status check_archive(const Content& content, std::uint64_t unpacked_max);
// The same of a spreadsheet, which holds no program.
[[nodiscard]] Status check_spreadsheet(const Content& content, std::uint64_t unpacked_max);

}  // namespace warifu::answer

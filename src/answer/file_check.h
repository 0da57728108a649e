#pragma once
// What may be attached to an answer: an allow-list of types, each recognised by its name, its declared media type and its content together.
// Nothing is kept of what is unpacked, and nothing is rendered. What may be large (texts, archives, PDF) is read by pieces, so that memory does not
// grow with the file; everything else is at most limits::kFileBytesMax. Pure but for reading the file.

#include <string>
#include <string_view>

#include "answer/content.h"
#include "answer/file_types.h"
#include "base/error.h"
#include "base/limits.h"

namespace warifu::answer {

struct CheckedFile {
  std::string name;        // cleaned, without directories
  std::string media_type;  // as the allow-list spells it
};

// One line, no directory, no leading dot, with an allowed ending: BAD_VALUE, TOO_LONG, CONTROL_CHARACTER, BIDI_CHARACTER, FILE_TYPE_NOT_ALLOWED.
[[nodiscard]] Result<std::string> clean_file_name(std::string_view name);

// The content as the media type demands it, in a house that allows files of `bytes_max`. FILE_TYPE_NOT_ALLOWED, ARCHIVE_BOMB, TOO_LARGE with the
// bound of this type, EMPTY_FIELD, IO; `where` = "/file".
[[nodiscard]] Status check_content(std::string_view media_type, const Content& content, std::uint64_t bytes_max = limits::kFileBytesMax);
[[nodiscard]] Status check_content(std::string_view media_type, std::string_view content, std::uint64_t bytes_max = limits::kFileBytesMax);

// How much the entries of an archive may become together: four times what a file may have, whatever that is.
[[nodiscard]] std::uint64_t archive_bytes_max(std::uint64_t bytes_max);

// Name, declared type (an empty one is taken from the name; parameters such as charset are ignored) and content of the file at `path`.
[[nodiscard]] Result<CheckedFile> check_file(std::string_view name, std::string_view media_type, const std::string& path,
                                             std::uint64_t bytes_max = limits::kFileBytesMax);

}  // namespace warifu::answer

#pragma once
// What may be attached to an answer: an allow-list of types, each recognised by its name, its declared media type and its content together.
// Nothing is unpacked or rendered. A zip (and the office files made of one) is judged by its directory: sizes, ratio, number and overlap of
// entries, and no archive inside. Pure but for reading the file.

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::answer {

struct CheckedFile {
  std::string name;        // cleaned, without directories
  std::string media_type;  // as the allow-list spells it
};

struct FileType {
  std::string_view media_type;
  std::string_view extension;  // lower case, with the dot
};
[[nodiscard]] std::span<const FileType> allowed_file_types();

// One line, no directory, no leading dot, with an allowed ending: BAD_VALUE, TOO_LONG, CONTROL_CHARACTER, BIDI_CHARACTER, FILE_TYPE_NOT_ALLOWED.
[[nodiscard]] Result<std::string> clean_file_name(std::string_view name);

// The content as the media type demands it. FILE_TYPE_NOT_ALLOWED, ARCHIVE_BOMB, TOO_LARGE, EMPTY_FIELD; `where` = "/file".
[[nodiscard]] Status check_content(std::string_view media_type, std::string_view content);

// Name, declared type (an empty one is taken from the name; parameters such as charset are ignored) and content of the file at `path`.
[[nodiscard]] Result<CheckedFile> check_file(std::string_view name, std::string_view media_type, const std::string& path);

}  // namespace warifu::answer

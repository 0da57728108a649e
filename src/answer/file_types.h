#pragma once
// The allow-list of types that an answer may carry, and the refusal that names it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::answer {

struct FileType {
  std::string_view media_type;
  std::string_view extension;  // lower case, with the dot
  // Judged in pieces, or by its head and its end: as large as the house allows. Of the others the whole is needed at once, here or by whoever opens
  // them, so that limits::kFileBytesMax is the end.
  bool may_be_large = false;
};
[[nodiscard]] std::span<const FileType> allowed_file_types();
[[nodiscard]] const FileType* file_type_by_extension(std::string_view extension);
// The ending of a name in lower case, with the dot, as the allow-list spells it; empty when there is none.
[[nodiscard]] std::string extension_of(std::string_view name);

[[nodiscard]] std::string known_endings();  // for people: ".pdf, .csv, …"

// How large a file of this type may be where the house allows `bytes_max`.
[[nodiscard]] std::uint64_t bytes_max_of(const FileType& type, std::uint64_t bytes_max);

// FILE_TYPE_NOT_ALLOWED with what it is and what it may be.
[[nodiscard]] tl::unexpected<Error> wrong_type(std::string actual, std::string why, std::string where = "/file");

}  // namespace warifu::answer

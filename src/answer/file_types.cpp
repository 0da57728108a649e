#include "answer/file_types.h"

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace warifu::answer {

namespace {

constexpr std::array<FileType, 9> kTypes = {{{"application/pdf", ".pdf", true},
                                             {"text/csv", ".csv", true},
                                             {"text/plain", ".txt", true},
                                             {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
                                             {"application/zip", ".zip", true},
                                             {"image/png", ".png"},
                                             {"image/jpeg", ".jpg"},
                                             {"application/json", ".json"},
                                             {"message/rfc822", ".eml"}}};

}  // namespace

std::span<const FileType> allowed_file_types() { return kTypes; }

const FileType* file_type_by_extension(std::string_view extension) {
  const auto found = std::ranges::find(kTypes, extension, &FileType::extension);
  return found == kTypes.end() ? nullptr : &*found;
}

std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string out(name.substr(dot));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out == ".jpeg" ? ".jpg" : out;
}

std::uint64_t bytes_max_of(const FileType& type, std::uint64_t bytes_max) {
  if (type.may_be_large) return bytes_max;
  // What every reader of JSON here takes; more of it would be promised and then refused.
  if (type.extension == ".json") return std::min<std::uint64_t>(bytes_max, limits::kJsonBytesMax);
  return std::min(bytes_max, limits::kFileBytesMax);
}

std::string known_endings() {
  std::string out;
  for (const FileType& type : kTypes) out += (out.empty() ? "" : ", ") + std::string(type.extension);
  return out;
}

tl::unexpected<Error> wrong_type(std::string actual, std::string why, std::string where) {
  return fail(Code::FILE_TYPE_NOT_ALLOWED, std::move(why), std::move(where), {{"actual", std::move(actual)}, {"expected", known_endings()}});
}

}  // namespace warifu::answer

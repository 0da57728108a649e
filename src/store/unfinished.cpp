#include "store/unfinished.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "base/id.h"

namespace warifu::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBeside = ".tmp-", kPart = "part-";

bool is_random(std::string_view text) { return text.size() == 32 && from_hex(text).has_value(); }

bool is_unfinished(const std::string& name) {
  if (name.starts_with(kPart)) return is_random(std::string_view(name).substr(kPart.size()));
  const std::size_t at = name.rfind(kBeside);
  return at != std::string::npos && at > 0 && is_random(std::string_view(name).substr(at + kBeside.size()));
}

tl::unexpected<Error> io_error(const std::error_code& code, const fs::path& path) {
  return fail(Code::IO, "cannot clear unfinished files: " + code.message(), path.string());
}

Result<std::size_t> clear(const fs::path& folder) {
  std::error_code failed;
  fs::directory_iterator entries(folder, failed);
  if (failed == std::errc::no_such_file_or_directory) return std::size_t{0};
  if (failed) return io_error(failed, folder);
  std::vector<fs::path> doomed;
  for (; entries != fs::directory_iterator(); entries.increment(failed)) {
    if (failed) return io_error(failed, folder);
    std::error_code gone;
    if (is_unfinished(entries->path().filename().string()) && entries->symlink_status(gone).type() == fs::file_type::regular)
      doomed.push_back(entries->path());
  }
  for (const fs::path& path : doomed)
    if (!fs::remove(path, failed) && failed) return io_error(failed, path);
  return doomed.size();
}

}  // namespace

Result<std::size_t> remove_unfinished(const std::string& folder) {
  std::size_t count = TRY(clear(folder));
  std::error_code failed;
  for (fs::directory_iterator parts(folder, failed); !failed && parts != fs::directory_iterator(); parts.increment(failed)) {
    std::error_code gone;
    if (parts->symlink_status(gone).type() != fs::file_type::directory) continue;
    count += TRY(clear(parts->path()));
    for (const char* inner : {"keys", "devices", "files"}) count += TRY(clear(parts->path() / inner));
  }
  if (failed) return io_error(failed, folder);
  return count;
}

}  // namespace warifu::store

// The tar that a backup is: nothing it names may lie outside the folder it is read into.

#include "app/tar.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "warifu-fuzz-XXXXXX").string();
    CHECK_THAT(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path;
};

void write(const std::string& path, std::string_view bytes) { CHECK_THAT(write_file_durably(path, bytes_of(bytes), 0600).has_value()); }

void one(std::string_view input) {
  const Folder folder;
  const std::string into = folder.path + "/into";
  CHECK_THAT(make_directories(into, 0700).has_value());
  write(folder.path + "/in.tar", input);
  const auto names = app::read_tar(folder.path + "/in.tar", into);
  if (names)
    for (const std::string& name : *names) {
      hold(app::is_safe_name(name));
      hold(std::filesystem::is_regular_file(into + "/" + name));
    }
  // Beside the archive and the folder there is nothing.
  hold(std::distance(std::filesystem::directory_iterator(folder.path), std::filesystem::directory_iterator()) == 2);
}

std::vector<std::string> seeds() {
  const Folder folder;
  CHECK_THAT(make_directories(folder.path + "/from/a", 0700).has_value());
  write(folder.path + "/from/a/b.txt", "content");
  write(folder.path + "/from/manifest", std::string(600, 'x'));
  CHECK_THAT(app::write_tar(folder.path + "/from", {"a/b.txt", "manifest"}, folder.path + "/out.tar").has_value());
  return {read_file(folder.path + "/out.tar", 1024 * 1024).value()};
}

const Registered registered({"tar", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

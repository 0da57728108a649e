#include "store/unfinished.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/id.h"

namespace warifu::store {
namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("warifu-unfinished-" + MatterId::random().hex())) { fs::create_directories(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path file(const std::string& name) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << "x";
    return path / name;
  }
  fs::path path;
};

TEST_CASE("what a killed process left unfinished is removed, and nothing else") {
  const Folder folder;
  const std::string random(32, 'a'), mixed = random.substr(1) + "G";
  std::vector<fs::path> doomed, kept;
  for (const std::string& name :
       {"organisations.json.tmp-" + random, "hub/keys/directory.key.tmp-" + random, "portal.demo/keys/sign.key.tmp-" + random,
        "portal.demo/notices.json.tmp-" + random, "portal.demo/files/part-" + random, "portal.demo/devices/a.key.tmp-" + random})
    doomed.push_back(folder.file(name));
  for (const std::string& name :
       std::vector<std::string>{"organisations.json", "a.tmp-1", "a.tmp-" + mixed, ".tmp-" + random, "portal.demo/files/part-1",
                                "portal.demo/files/" + random + "/" + random + random, "portal.demo/keys/sign.key"})
    kept.push_back(folder.file(name));
  fs::create_directories(folder.path / ("portal.demo/files/part-" + random.substr(1) + "b"));
  CHECK(remove_unfinished(folder.path.string()).value() == doomed.size());
  for (const fs::path& path : doomed) CHECK_FALSE(fs::exists(path));
  for (const fs::path& path : kept) CHECK(fs::exists(path));
  CHECK(remove_unfinished(folder.path.string()).value() == 0);
}

TEST_CASE("a folder that cannot be read is an error, not empty") {
  const Folder folder;
  CHECK(remove_unfinished(folder.path.string()).value() == 0);
  CHECK(remove_unfinished((folder.path / "absent").string()).error().code == Code::IO);
  CHECK(remove_unfinished(folder.file("file").string()).error().code == Code::IO);
}

}  // namespace
}  // namespace warifu::store

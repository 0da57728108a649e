#include "base/file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/sensitive.h"

namespace warifu {
namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "warifu-file-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator()));
  }

 private:
  std::string path_;
};

mode_t mode_of(const std::string& path) {
  struct stat info{};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777u;
}

TEST_CASE("a file is written whole with its mode, replaced whole, and leaves nothing beside it") {
  const TemporaryDirectory directory;
  const std::string path = directory.at("key");
  REQUIRE(write_file_durably(path, bytes_of("first"), 0640).has_value());
  CHECK(mode_of(path) == 0640);
  CHECK(read_file(path, 100).value() == "first");
  std::string large(300'000, 'x');
  large[299'999] = '\0';
  REQUIRE(write_file_durably(path, bytes_of(large), 0600).has_value());
  CHECK(mode_of(path) == 0600);
  CHECK(read_file(path, 300'000).value() == large);
  CHECK(directory.count() == 1);
}

TEST_CASE("reading stops at the bound") {
  const TemporaryDirectory directory;
  REQUIRE(write_file_durably(directory.at("f"), bytes_of("12345"), 0600).has_value());
  CHECK(read_file(directory.at("f"), 5).value() == "12345");
  CHECK(read_file(directory.at("f"), 4).error().code == Code::TOO_LARGE);
  CHECK(read_file(directory.at("f"), static_cast<std::size_t>(-1)).value() == "12345");
  REQUIRE(write_file_durably(directory.at("empty"), {}, 0600).has_value());
  CHECK(read_file(directory.at("empty"), 0).value().empty());
}

TEST_CASE("failures are told apart") {
  const TemporaryDirectory directory;
  CHECK(read_file(directory.at("none"), 10).error().code == Code::NOT_FOUND);
  CHECK(read_file(directory.at(""), 10).error().code == Code::IO);
  CHECK(write_file_durably(directory.at("no/such/place"), bytes_of("x"), 0600).error().code == Code::NOT_FOUND);
  // Renaming a file over a directory fails; the half-made file must not stay.
  REQUIRE(make_directories(directory.at("d/e"), 0700).has_value());
  CHECK(write_file_durably(directory.at("d"), bytes_of("x"), 0600).error().code == Code::IO);
  CHECK(directory.count() == 1);
}

TEST_CASE("directories are made with those above them, and again without harm") {
  const TemporaryDirectory directory;
  REQUIRE(make_directories(directory.at("a/b//c/"), 0700).has_value());
  CHECK(mode_of(directory.at("a/b/c")) == 0700);
  CHECK(make_directories(directory.at("a/b/c"), 0700).has_value());
  REQUIRE(write_file_durably(directory.at("a/file"), bytes_of("x"), 0600).has_value());
  CHECK(make_directories(directory.at("a/file"), 0700).error().code == Code::IO);
  CHECK_FALSE(make_directories(directory.at("a/file/below"), 0700).has_value());
}

TEST_CASE("wiping leaves zeros") {
  std::string secret = "not for others";
  wipe(secret.data(), secret.size());
  CHECK(secret == std::string(14, '\0'));
  wipe(nullptr, 0);
  const Sensitive<std::string> sensitive(std::string("address"));
  CHECK(sensitive.reveal() == "address");
}

}  // namespace
}  // namespace warifu

#include "base/failpoint.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "base/file.h"

namespace warifu {
namespace {

struct Disarmed {
  Disarmed() { failpoints::disarm(); }
  Disarmed(const Disarmed&) = delete;
  Disarmed& operator=(const Disarmed&) = delete;
  ~Disarmed() { failpoints::disarm(); }
};

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "warifu-failpoint-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

// Whether a child that does this is killed; else its exit code is 0.
bool is_killed(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

TEST_CASE("without orders a failpoint does nothing") {
  const Disarmed disarmed;
  failpoint("a.b");
  CHECK(failpoint_error("a.b"));
}

TEST_CASE("a step fails the time it is told to, with the error it is told, and only under its own name") {
  const Disarmed disarmed;
  REQUIRE(failpoints::arm("a.b#2=io,a.c=full,a.d#*=io"));
  CHECK(failpoint_error("a.b"));
  CHECK(failpoint_error("a.b").error().code == Code::IO);
  CHECK(failpoint_error("a.b"));
  CHECK(failpoint_error("a.c").error().code == Code::DISK_FULL);
  CHECK(failpoint_error("a.d").error().code == Code::IO);
  CHECK(failpoint_error("a.d").error().code == Code::IO);
  CHECK(failpoint_error("a.bb"));
}

TEST_CASE("`any` counts all places; where a step cannot fail, an order to fail is passed over") {
  const Disarmed disarmed;
  REQUIRE(failpoints::arm("any#2=io"));
  CHECK(failpoint_error("a.a"));
  failpoint("a.b");
  CHECK(failpoint_error("a.c").error().code == Code::IO);
}

TEST_CASE("an order to kill ends the process there and nowhere else") {
  const Disarmed disarmed;
  CHECK(is_killed([] {
    if (!failpoints::arm("a.b#3=kill")) ::_exit(1);
    for (int i = 0; i < 3; ++i) failpoint("a.b");
  }));
  CHECK_FALSE(is_killed([] {
    if (!failpoints::arm("a.b#3=kill")) ::_exit(1);
    for (int i = 0; i < 2; ++i) failpoint("a.b");
  }));
}

TEST_CASE("a trace names the places in the order in which they are reached") {
  const Disarmed disarmed;
  const Folder folder;
  const std::string file = (folder.path / "trace").string();
  REQUIRE(failpoints::arm("trace:" + file));
  failpoint("a.b");
  CHECK(failpoint_error("a.c"));
  CHECK(read_file(file, 100).value() == "a.b\na.c\n");
}

TEST_CASE("what is no order is refused whole") {
  const Disarmed disarmed;
  for (const char* text : {"a.b", "a.b=", "=kill", "a.b#0=kill", "a.b#x=kill", "a.b#=kill", "a.b#-1=kill", "A.b=kill", "a.b=wait:", "a.b=wait:0",
                           "a.b=wait:600001", "a.b=stop", "a.c=io,a.b", "a.c=io,,a.b=io", "trace:"})
    CHECK_MESSAGE(failpoints::arm(text).error().code == Code::BAD_VALUE, text);
  CHECK(failpoint_error("a.c"));
}

TEST_CASE("writing a file durably passes every step; a failure at any of them leaves the old content and no rest") {
  const Disarmed disarmed;
  const Folder folder;
  const std::string file = (folder.path / "file").string();
  REQUIRE(write_file_durably(file, bytes_of("old"), 0600));
  for (const char* place : {"file.create", "file.write", "file.flush", "file.rename"}) {
    failpoints::disarm();
    REQUIRE(failpoints::arm(std::string(place) + "=full"));
    CHECK(write_file_durably(file, bytes_of("new content"), 0600).error().code == Code::DISK_FULL);
    failpoints::disarm();
    CHECK(read_file(file, 100).value() == "old");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), std::filesystem::directory_iterator()) == 1);
  }
  // Renamed, but not known to be on the disk: the content is new, and the caller hears that it is not certain.
  REQUIRE(failpoints::arm("file.flush_directory=io"));
  CHECK(write_file_durably(file, bytes_of("new content"), 0600).error().code == Code::IO);
  CHECK(read_file(file, 100).value() == "new content");
}

TEST_CASE("kill -9 at every step of writing a file: afterwards the old or the new content is there, never a mixture") {
  const Disarmed disarmed;
  const Folder folder;
  const std::string file = (folder.path / "file").string();
  REQUIRE(write_file_durably(file, bytes_of("old"), 0600));
  int killed = 0;
  for (int at = 1; at < 20; ++at) {
    const bool ended = is_killed([&] {
      if (!failpoints::arm("any#" + std::to_string(at) + "=kill")) ::_exit(1);
      if (!write_file_durably(file, bytes_of("new content"), 0600)) ::_exit(1);
    });
    const std::string content = read_file(file, 100).value();
    CHECK((content == "old" || content == "new content"));
    if (!ended) break;
    ++killed;
  }
  CHECK(killed == 7);
  CHECK(read_file(file, 100).value() == "new content");
}

}  // namespace
}  // namespace warifu

#include "base/file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/failpoint.h"
#include "base/file_batch.h"
#include "base/file_stream.h"
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

TEST_CASE("several files at once are all there, and a failure leaves each as it was or as it is to be") {
  const TemporaryDirectory directory;
  REQUIRE(make_directories(directory.at("a"), 0700).has_value());
  REQUIRE(make_directories(directory.at("b"), 0700).has_value());
  const auto all = [&](const std::string& text) {
    return write_files_durably(
        std::vector<FileContent>{{directory.at("a/1"), bytes_of(text)}, {directory.at("a/2"), bytes_of(text)}, {directory.at("b/1"), bytes_of(text)}},
        0640);
  };
  const auto content = [&](const char* name) { return read_file(directory.at(name), 100).value(); };
  REQUIRE(all("old").has_value());
  for (const char* name : {"a/1", "a/2", "b/1"}) CHECK(content(name) == "old");
  CHECK(mode_of(directory.at("b/1")) == 0640);

  for (const char* place : {"file.create#2=io", "file.write#3=full", "file.flush#3=io"}) {
    REQUIRE(failpoints::arm(place).has_value());
    CHECK_FALSE(all("new").has_value());
    failpoints::disarm();
    for (const char* name : {"a/1", "a/2", "b/1"}) CHECK(content(name) == "old");
  }
  REQUIRE(failpoints::arm("file.rename#2=io").has_value());
  CHECK_FALSE(all("new").has_value());
  failpoints::disarm();
  CHECK(content("a/1") == "new");
  CHECK(content("a/2") == "old");
  CHECK(content("b/1") == "old");
  for (const auto& [folder, files] : {std::pair("a", 2), std::pair("b", 1)})
    CHECK(std::distance(std::filesystem::directory_iterator(directory.at(folder)), std::filesystem::directory_iterator()) == files);
  CHECK(write_files_durably({}, 0600).has_value());

  // More than are open at a time.
  std::vector<FileContent> many;
  for (int i = 0; i < 150; ++i) many.push_back({directory.at("b/" + std::to_string(i)), bytes_of("many")});
  REQUIRE(write_files_durably(many, 0600).has_value());
  CHECK(content("b/0") == "many");
  CHECK(content("b/149") == "many");
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

TEST_CASE("a file is read whole whatever its size, also one that says nothing of it") {
  const TemporaryDirectory directory;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{65'535}, std::size_t{65'536}, std::size_t{65'537}, std::size_t{3'000'001}}) {
    const std::string text(size, 'x');
    REQUIRE(write_file_durably(directory.at("f"), bytes_of(text), 0600));
    CHECK(read_file(directory.at("f"), size).value() == text);
    CHECK(read_file(directory.at("f"), 10'000'000).value() == text);
  }
  CHECK(!read_file("/proc/self/status", 100'000).value().empty());
}

Bytes numbered(std::size_t size, std::size_t seed) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>((i * 31 + seed) >> (i % 5));
  return out;
}

TEST_CASE("a file larger than what the cache keeps of it is the same, whatever the pieces it was written in") {
  const TemporaryDirectory directory;
  const Bytes whole = numbered(static_cast<std::size_t>(kFileBytesCached) * 2 + 4321, 7);
  for (const std::size_t piece : {std::size_t{1'000'003}, std::size_t{4'194'304}, whole.size()}) {
    FileWriter writer = FileWriter::create(directory.at("large"), 0600).value();
    for (std::size_t at = 0; at < whole.size(); at += piece) REQUIRE(writer.write(ByteView(whole).subspan(at, std::min(piece, whole.size() - at))));
    CHECK(!std::filesystem::exists(directory.at("large")));
    REQUIRE(writer.commit());
    const FileReader reader = FileReader::open(directory.at("large")).value();
    REQUIRE(reader.bytes() == whole.size());
    Bytes back(whole.size());
    CHECK(reader.read_at(0, back).value() == back.size());
    CHECK(back == whole);
    // A hint only: what was forgotten can be read all the same.
    reader.forget_before(reader.bytes());
    forget_cached(directory.at("large"));
    Bytes end(1000);
    CHECK(reader.read_at(whole.size() - 500, end).value() == 500);
    CHECK(std::equal(end.begin(), end.begin() + 500, whole.end() - 500));
    CHECK(directory.count() == 1);
    std::filesystem::remove(directory.at("large"));
  }
  forget_cached(directory.at("nothing"));
}

// How much of a file the system holds in its cache.
std::size_t cached_bytes(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  const std::size_t size = std::filesystem::file_size(path);
  void* const map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  REQUIRE(map != MAP_FAILED);
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((size + page - 1) / page);
  REQUIRE(::mincore(map, size, pages.data()) == 0);
  ::munmap(map, size);
  return page * static_cast<std::size_t>(std::ranges::count_if(pages, [](unsigned char p) { return (p & 1u) != 0; }));
}

TEST_CASE("a large file does not fill the system's cache") {
  const TemporaryDirectory directory;
  const Bytes piece = numbered(1'000'003, 3);
  FileWriter writer = FileWriter::create(directory.at("large"), 0600).value();
  for (int i = 0; i < 64; ++i) REQUIRE(writer.write(piece));
  REQUIRE(writer.commit());
  const std::size_t cached = cached_bytes(directory.at("large"));
  // In a file system that is memory itself there is nothing to forget.
  if (cached >= 64 * piece.size()) return;
  CHECK(cached <= kFileBytesCached + 8 * 1024 * 1024);
  // Nor when it is read once, in pieces that are not those in which the system holds it.
  const FileReader reader = FileReader::open(directory.at("large")).value();
  Bytes into(1'000'000);
  for (std::uint64_t at = 0; at < reader.bytes(); at += into.size()) {
    REQUIRE(reader.read_at(at, into));
    reader.forget_before(at + into.size());
  }
  CHECK(cached_bytes(directory.at("large")) <= 8 * 1024 * 1024);
}

}  // namespace
}  // namespace warifu

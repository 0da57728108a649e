#include "store/office_files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/limits.h"
#include "crypto/hash.h"
#include "store/testing_office.h"

namespace warifu::store {
namespace {

Sha256 digest(std::string_view text) { return crypto::sha256(text); }

std::string write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
  return path.string();
}

TEST_CASE("files lie under their matter by digest, and only when they are what they should be") {
  for_both_offices([](TestOffice& office) {
    const auto a = MatterId::random(), b = MatterId::random();
    const auto source = write_file(office.folder() / "upload", "表,計算\n1,2\n");
    const auto ref = office->put_file(a, "回答.csv", "text/csv", source).value();
    CHECK(ref == inquiry::FileRef{"回答.csv", "text/csv", digest("表,計算\n1,2\n"), 15});
    const auto path = office->file_path(a, ref.sha256).value();
    CHECK(crypto::sha256_file(path).value() == ref.sha256);
    struct stat info{};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(office->file_path(b, ref.sha256).error().code == Code::NOT_FOUND);
    CHECK(office->put_file(a, "again.csv", "text/csv", source).value().sha256 == ref.sha256);
    REQUIRE(office->copy_file(b, ref.sha256, path));
    CHECK(office->file_path(b, ref.sha256).value() != path);
    CHECK(office->copy_file(b, digest("something else"), path).error().code == Code::TEXT_DIFFERS);
    CHECK(office->copy_file(b, ref.sha256, (office.folder() / "absent").string()).error().code == Code::NOT_FOUND);
    CHECK(office->put_file(b, "x", "text/csv", office.folder().string()).error().code == Code::NOT_FOUND);
    const auto listed =
        std::distance(std::filesystem::directory_iterator(std::filesystem::path(office->file_path(b, ref.sha256).value()).parent_path()), {});
    CHECK(listed == 1);  // nothing of the failures is left
    for (const auto& entry : std::filesystem::directory_iterator(office.options().files_dir)) CHECK(entry.is_directory());
    ::unlink(path.c_str());
    CHECK(office->file_path(a, ref.sha256).error().code == Code::NOT_FOUND);
  });
}

TEST_CASE("what lies on the disk may be as large as the ceiling; one byte more is refused before anything is written") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  const auto source = write_file(office.folder() / "upload", "x");
  const auto matter = MatterId::random();
  // What a house usually takes is the desk's to check: an agency takes what a provider's house allows.
  REQUIRE(::truncate(source.c_str(), static_cast<off_t>(limits::kFileBytesMax) + 1) == 0);
  CHECK(office->put_file(matter, "large", "text/csv", source).value().bytes == static_cast<std::int64_t>(limits::kFileBytesMax) + 1);
  REQUIRE(::truncate(source.c_str(), static_cast<off_t>(limits::kFileBytesCeiling) + 1) == 0);
  for (const auto how : {desk::Handover::COPY, desk::Handover::MOVE})
    CHECK(office->put_file(MatterId::random(), "larger", "text/csv", source, how).error().code == Code::TOO_LARGE);
  CHECK(std::filesystem::file_size(source) == limits::kFileBytesCeiling + 1);
}

TEST_CASE("a file that is given up is moved, not copied; one that others have a name for is copied") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    const auto inode = [](const std::string& path) {
      struct stat info{};
      REQUIRE(::stat(path.c_str(), &info) == 0);
      return info.st_ino;
    };
    const auto source = write_file(office.folder() / "upload", "1,2\n");
    REQUIRE(::chmod(source.c_str(), 0644) == 0);
    const auto before = inode(source);
    const auto ref = office->put_file(matter, "a.csv", "text/csv", source, desk::Handover::MOVE).value();
    const auto path = office->file_path(matter, ref.sha256).value();
    CHECK(ref.sha256 == digest("1,2\n"));
    CHECK(ref.bytes == 4);
    CHECK(inode(path) == before);
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::group_all) == std::filesystem::perms::none);
    CHECK(!std::filesystem::exists(source));

    const auto wrong = write_file(office.folder() / "wrong", "3,4\n");
    CHECK(office->copy_file(matter, ref.sha256, wrong, desk::Handover::MOVE).error().code == Code::TEXT_DIFFERS);
    CHECK(std::filesystem::exists(wrong));
    const auto linked = (office.folder() / "linked").string();
    REQUIRE(::link(wrong.c_str(), linked.c_str()) == 0);
    const auto other = office->put_file(matter, "b.csv", "text/csv", linked, desk::Handover::MOVE).value();
    CHECK(inode(office->file_path(matter, other.sha256).value()) != inode(wrong));
    CHECK(std::filesystem::exists(linked));
    const auto pointer = (office.folder() / "pointer").string();
    REQUIRE(::symlink(wrong.c_str(), pointer.c_str()) == 0);
    CHECK(office->put_file(matter, "b.csv", "text/csv", pointer, desk::Handover::MOVE));
    CHECK(std::filesystem::exists(wrong));

    // What is the matter's already stays where it is, and is looked at.
    for (const auto how : {desk::Handover::COPY, desk::Handover::MOVE}) CHECK(office->copy_file(matter, ref.sha256, path, how));
    CHECK(inode(path) == before);
    std::ofstream(path, std::ios::app) << "x";
    CHECK(office->copy_file(matter, ref.sha256, path).error().code == Code::TEXT_DIFFERS);
    CHECK(std::filesystem::exists(path));
  });
}

}  // namespace
}  // namespace warifu::store

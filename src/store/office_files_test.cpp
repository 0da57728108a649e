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

TEST_CASE("a file may be as large as the limit and not one byte larger") {
  TestStore engines(EngineKind::SQLITE);
  TestOffice office(engines);
  const auto source = write_file(office.folder() / "upload", "x");
  REQUIRE(::truncate(source.c_str(), static_cast<off_t>(limits::kFileBytesMax)) == 0);
  const auto matter = MatterId::random();
  CHECK(office->put_file(matter, "large", "text/csv", source).value().bytes == static_cast<std::int64_t>(limits::kFileBytesMax));
  REQUIRE(::truncate(source.c_str(), static_cast<off_t>(limits::kFileBytesMax) + 1) == 0);
  CHECK(office->put_file(MatterId::random(), "larger", "text/csv", source).error().code == Code::TOO_LARGE);
}

}  // namespace
}  // namespace warifu::store

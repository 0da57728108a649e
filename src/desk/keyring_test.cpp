#include "desk/keyring.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/file.h"

namespace warifu::desk {
namespace {

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "warifu-keys-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

mode_t mode_of(const std::string& path) {
  struct stat info{};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

TEST_CASE("keys are made once, kept for their owner only and read back") {
  const Folder folder;
  const Keyring ring(folder.path + "/keys");
  const auto org = party::OrganisationId::parse("kakuu-police.example").value();
  const OrganisationKeys made = ring.create_organisation(org).value();
  CHECK(made.root.verifier().name == "kakuu-police.example/root");
  CHECK(made.sign.verifier().name == "kakuu-police.example/sign");
  CHECK(made.root.verifier().key != made.sign.verifier().key);
  CHECK(mode_of(ring.path_of("kakuu-police.example/sign")) == 0600);
  CHECK(mode_of(folder.path + "/keys") == 0700);
  CHECK(ring.path_of("kakuu-police.example/sign") == folder.path + "/keys/kakuu-police.example_sign.key");

  const OrganisationKeys loaded = ring.load_organisation(org).value();
  CHECK(loaded.sign.verifier() == made.sign.verifier());
  const note::SignatureLine line = loaded.sign.sign("text\n").value();
  CHECK(note::require({"text\n", {line}}, made.sign.verifier()));

  CHECK(ring.create_organisation(org).error().code == Code::CONFLICT);
  CHECK(ring.load_or_create("kakuu-police.example/sign").value().verifier() == made.sign.verifier());
  CHECK(ring.load("other.example/sign").error().code == Code::NOT_FOUND);
  CHECK(ring.create("../outside").error().code == Code::BAD_VALUE);
  CHECK(ring.create("a b").error().code == Code::BAD_VALUE);

  const DirectoryKeys directory = ring.create_directory("hub.example").value();
  CHECK(directory.directory.verifier().name == "hub.example/keys");
  REQUIRE(directory.admitter_keys().size() == 2);
  CHECK(ring.load_directory("hub.example").value().admitter_keys() == directory.admitter_keys());
}

TEST_CASE("a key file that is open to others, altered or of another key is refused") {
  const Folder folder;
  const Keyring ring(folder.path);
  REQUIRE(ring.create("a.example/sign"));
  const std::string path = ring.path_of("a.example/sign");
  const std::string content = read_file(path, 1024).value();
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  CHECK(ring.load("a.example/sign").error().code == Code::BAD_KEYFILE);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  CHECK(ring.load("a.example/sign"));

  std::filesystem::copy_file(path, ring.path_of("b.example/sign"));
  CHECK(ring.load("b.example/sign").error().code == Code::BAD_KEYFILE);
  for (const std::string& wrong : {content + "\n", content.substr(0, content.size() - 1), content.substr(1),
                                   std::string("warifu-seed/v1\na.example/sign\nAAAA\n"), std::string()}) {
    REQUIRE(write_file_durably(path, bytes_of(wrong), 0600));
    CHECK(ring.load("a.example/sign").error().code == Code::BAD_KEYFILE);
  }
}

TEST_CASE("organisations of a demo stay in demos") {
  const auto real = party::OrganisationId::parse("police.example").value(), demo = party::OrganisationId::parse("police.demo").value();
  CHECK(check_demo(real, false));
  CHECK(check_demo(demo, true));
  CHECK(check_demo(demo, false).error().code == Code::CONFIG);
  CHECK(check_demo(real, true).error().code == Code::CONFIG);
}

}  // namespace
}  // namespace warifu::desk

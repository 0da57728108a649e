#include "desk/keyring.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "base/file.h"
#include "crypto/test_token.h"
#include "desk/key_file.h"
#include "note/directory_entry.h"

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
  CHECK(made.root->verifier().name == "kakuu-police.example/root");
  CHECK(made.sign.verifier().name == "kakuu-police.example/sign");
  CHECK(made.root->verifier().key != made.sign.verifier().key);
  CHECK(mode_of(ring.path_of("kakuu-police.example/sign")) == 0600);
  CHECK(mode_of(folder.path + "/keys") == 0700);
  CHECK(ring.path_of("kakuu-police.example/sign") == folder.path + "/keys/kakuu-police.example_sign.key");

  const OrganisationKeys loaded = ring.load_organisation(org).value();
  CHECK(loaded.root->verifier() == made.root->verifier());
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

const auto kOrg = party::OrganisationId::parse("a.example").value();

TEST_CASE("a root key made elsewhere is not needed to work, and is read from where it is brought to") {
  const Folder folder;
  const Keyring ring(folder.path + "/keys"), offline(folder.path + "/stick");
  const OrganisationKeys made = ring.create_organisation(kOrg, &offline).value();
  REQUIRE(made.root);
  CHECK(!std::filesystem::exists(ring.path_of("a.example/root")));
  const OrganisationKeys loaded = ring.load_organisation(kOrg).value();
  CHECK(!loaded.root);
  CHECK(loaded.sign.verifier() == made.sign.verifier());
  CHECK(load_key_file(offline.path_of("a.example/root"), "a.example/root").value().verifier() == made.root->verifier());
  CHECK(load_key_file(offline.path_of("a.example/root"), "b.example/root").error().code == Code::BAD_KEYFILE);
  CHECK(load_key_file(folder.path + "/nothing", "a.example/root").error().code == Code::NOT_FOUND);
}

TEST_CASE("seal keys that are kept are those that lie there: made, destroyed or opened to others, it is noticed with the next question") {
  const Folder folder;
  const Keyring ring(folder.path);
  constexpr std::chrono::milliseconds kSettled{60};
  KeptSeals kept(ring, kOrg, kSettled);
  const auto names = [&] {
    std::vector<std::string> out;
    const std::vector<crypto::AgeIdentity> present = kept.identities().value();
    for (const crypto::AgeIdentity& identity : present) out.push_back(identity.recipient().text());
    return out;
  };
  CHECK(names().empty());
  std::vector<SealKey> made;
  std::vector<std::string> all;
  for (int i = 0; i < 11; ++i) made.push_back(ring.create_seal(kOrg).value());  // in the order of numbers, not of names
  for (const SealKey& key : made) all.push_back(key.identity.recipient().text());
  REQUIRE(write_file_durably(folder.path + "/a.example_seal_x.key", bytes_of("not one of them"), 0600));
  REQUIRE(write_file_durably(folder.path + "/a.example_seal_07.key", bytes_of("not one of them"), 0600));
  REQUIRE(write_file_durably(folder.path + "/a.example_seal_7.key.next", bytes_of("not one of them"), 0600));
  CHECK(names() == all);
  CHECK(names() == all);
  std::this_thread::sleep_for(2 * kSettled);
  CHECK(names() == all);
  CHECK(names() == all);  // from memory

  REQUIRE(ring.destroy_seal(kOrg, made[0].name));
  all.erase(all.begin());
  CHECK(names() == all);
  std::this_thread::sleep_for(2 * kSettled);
  CHECK(names() == all);
  all.push_back(ring.create_seal(kOrg).value().identity.recipient().text());
  CHECK(names() == all);
  std::this_thread::sleep_for(2 * kSettled);
  CHECK(names() == all);
  REQUIRE(::chmod(ring.path_of(made[5].name).c_str(), 0644) == 0);
  CHECK(kept.identities().error().code == Code::BAD_KEYFILE);
  REQUIRE(::chmod(ring.path_of(made[5].name).c_str(), 0600) == 0);
  CHECK(names() == all);
  std::filesystem::remove_all(folder.path);
  CHECK(names().empty());
  std::filesystem::create_directory(folder.path);
}

TEST_CASE("seal keys are identity files of the age format, numbered, and gone when destroyed") {
  const Folder folder;
  const Keyring ring(folder.path + "/keys");
  CHECK(ring.seals(kOrg).value().empty());
  const SealKey first = ring.create_seal(kOrg).value(), second = ring.create_seal(kOrg).value();
  CHECK(first.name == "a.example/seal/1");
  CHECK(second.name == "a.example/seal/2");
  CHECK(mode_of(ring.path_of(first.name)) == 0600);
  const std::string text = read_file(ring.path_of(first.name), 1024).value();
  CHECK(text.starts_with("# warifu-seal/v1\n# a.example/seal/1\n# age1"));
  CHECK(text.find("\nAGE-SECRET-KEY-1") != std::string::npos);

  const auto loaded = ring.seals(kOrg).value();
  REQUIRE(loaded.size() == 2);
  const Bytes sealed = crypto::age_seal(std::vector{first.identity.recipient()}, bytes_of("text")).value();
  CHECK(text_of(crypto::age_open({loaded[0].identity}, sealed).value().plaintext) == "text");
  REQUIRE(ring.destroy_seal(kOrg, first.name));
  CHECK(ring.seals(kOrg).value().size() == 1);
  CHECK(ring.create_seal(kOrg).value().name == "a.example/seal/3");
  CHECK(ring.destroy_seal(kOrg, first.name).error().code == Code::NOT_FOUND);
  CHECK(ring.destroy_seal(kOrg, "a.example/sign").error().code == Code::NOT_FOUND);
  // Another's name or recipient over the secret.
  std::string altered = read_file(ring.path_of(second.name), 1024).value();
  altered.replace(altered.find("# age1") + 10, 1, altered[altered.find("# age1") + 10] == 'q' ? "p" : "q");
  REQUIRE(write_file_durably(ring.path_of(second.name), bytes_of(altered), 0600));
  CHECK(ring.seals(kOrg).error().code == Code::BAD_KEYFILE);
}

TEST_CASE("a post-quantum seal key is an identity file too, beside those that are there, and told apart from a spoiled file") {
  const Folder folder;
  const Keyring curve(folder.path + "/keys"), hybrid(folder.path + "/keys", nullptr, SealKind::HYBRID);
  const SealKey first = curve.create_seal(kOrg).value();
  if (!crypto::has_ml_kem()) {
    const Error none = hybrid.create_seal(kOrg).error();
    CHECK(none.code == Code::CRYPTO);
    CHECK(none.where == "mlkem768x25519");
    CHECK(hybrid.seals(kOrg).value().size() == 1);
    // Made on another machine.
    const std::string file =
        "# warifu-seal/v1\n# a.example/seal/2\n# age1pq1…\nAGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG\n";
    REQUIRE(write_file_durably(curve.path_of("a.example/seal/2"), bytes_of(file), 0600));
    const Error unread = curve.seals(kOrg).error();
    CHECK(unread.code == Code::CRYPTO);
    CHECK(unread.where == "mlkem768x25519");
    MESSAGE("the rest skipped: the library has no ML-KEM");
    return;
  }
  const SealKey second = hybrid.create_seal(kOrg).value(), third = curve.create_seal(kOrg).value();
  const std::string text = read_file(curve.path_of(second.name), 4096).value();
  CHECK(text.starts_with("# warifu-seal/v1\n# a.example/seal/2\n# age1pq1"));
  CHECK(text.find("\nAGE-SECRET-KEY-PQ-1") != std::string::npos);
  CHECK(mode_of(curve.path_of(second.name)) == 0600);
  KeptSeals kept(curve, kOrg, std::chrono::milliseconds(0));
  for (int round = 0; round < 3; ++round) {
    const auto present = kept.identities().value();
    REQUIRE(present.size() == 3);
    for (const SealKey& key : {first, second, third}) {
      const Bytes sealed = crypto::age_seal(std::vector{key.identity.recipient()}, bytes_of("text")).value();
      CHECK(text_of(crypto::age_open(present, sealed).value().plaintext) == "text");
    }
  }
  REQUIRE(curve.destroy_seal(kOrg, second.name));
  CHECK(curve.seals(kOrg).value().size() == 2);
}

TEST_CASE("with a token the working keys are born in it; the files say which they are and hold no secret") {
  const Folder folder;
  const crypto::testing::TestTokens tokens("warifu");
  const auto token = crypto::Token::open(tokens.options("warifu")).value();
  const Keyring ring(folder.path + "/keys", token);
  const OrganisationKeys made = ring.create_organisation(kOrg).value();
  const SealKey seal = ring.create_seal(kOrg).value();
  const std::string file = read_file(ring.path_of("a.example/sign"), 1024).value();
  CHECK(file == "warifu-pkcs11/v1\na.example/sign\na.example/sign\ned25519 " + made.sign.verifier().key.base64() + "\n");
  CHECK(read_file(ring.path_of("a.example/root"), 1024).value().starts_with("warifu-seed/v1\n"));
  CHECK(seal.identity.recipient().text().starts_with("age1tag1"));

  const OrganisationKeys loaded = ring.load_organisation(kOrg).value();
  const note::SignatureLine line = loaded.sign.sign("text\n").value();
  CHECK(note::require({"text\n", {line}}, made.sign.verifier()));
  const Bytes sealed = crypto::age_seal(std::vector{seal.identity.recipient()}, bytes_of("text")).value();
  CHECK(text_of(crypto::age_open({ring.seals(kOrg).value()[0].identity}, sealed).value().plaintext) == "text");

  REQUIRE(ring.create_working("a.example/witness"));
  const note::Cosigner witness = ring.load_cosigner("a.example/witness").value();
  const note::SignatureLine cosigned = witness.cosign("text\n", Time::from_seconds(1'800'000'000)).value();
  CHECK(note::require({"text\n", {cosigned}}, witness.verifier()));

  // Without the token, with another key under the label, and with none.
  const Keyring without(folder.path + "/keys");
  CHECK(without.load("a.example/sign").error().code == Code::CONFIG);
  CHECK(without.seals(kOrg).error().code == Code::CONFIG);
  CHECK(without.destroy_seal(kOrg, seal.name).error().code == Code::CONFIG);
  REQUIRE(token->destroy(crypto::TokenKeyKind::ED25519, "a.example/sign"));
  CHECK(ring.load("a.example/sign").error().code == Code::NOT_FOUND);
  REQUIRE(token->generate_ed25519("a.example/sign"));
  CHECK(ring.load("a.example/sign").error().code == Code::BAD_KEY);
  CHECK(loaded.sign.sign("text\n").error().code == Code::BAD_KEY);

  REQUIRE(ring.destroy_seal(kOrg, seal.name));
  CHECK(ring.seals(kOrg).value().empty());
  CHECK(token->p256("a.example/seal/1").error().code == Code::NOT_FOUND);

  for (const std::string& wrong : {file + "\n", file.substr(1), std::string("warifu-pkcs11/v1\na.example/sign\n\ned25519 AAAA\n"),
                                   std::string("warifu-pkcs11/v1\na.example/sign\nx\nrsa AAAA\n")}) {
    REQUIRE(write_file_durably(ring.path_of("a.example/sign"), bytes_of(wrong), 0600));
    CHECK(ring.load("a.example/sign").error().code == Code::BAD_KEYFILE);
  }
}

TEST_CASE("a successor takes the place of a signing key, and the old one is destroyed, wherever they lie and wherever it is cut short") {
  const crypto::testing::TestTokens tokens("warifu");
  const auto token = crypto::Token::open(tokens.options("warifu")).value();
  for (const bool in_token : {false, true}) {
    CAPTURE(in_token);
    const Folder folder;
    const Keyring ring(folder.path + "/keys", in_token ? token : nullptr);
    const note::Signer old = ring.create_working("a.example/sign").value();
    const note::Signer next = ring.prepare_successor("a.example/sign").value();
    CHECK(next.verifier().key != old.verifier().key);
    CHECK(ring.prepare_successor("a.example/sign").value().verifier() == next.verifier());
    CHECK(ring.load("a.example/sign").value().verifier() == old.verifier());
    // As a crash after setting the old one aside would leave it.
    std::filesystem::create_hard_link(ring.path_of("a.example/sign"), ring.path_of("a.example/sign") + ".old");
    REQUIRE(ring.install_successor("a.example/sign"));
    CHECK(ring.load("a.example/sign").value().verifier() == next.verifier());
    CHECK(ring.install_successor("a.example/sign").error().code == Code::NOT_FOUND);
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path + "/keys")) ++files;
    CHECK(files == 1);
    if (in_token) CHECK(token->list().value() == std::vector<crypto::Token::Listed>{{crypto::TokenKeyKind::ED25519, "a.example/sign#2"}});
    if (in_token) CHECK(old.sign("text\n").error().code == Code::NOT_FOUND);
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

#include "crypto/admitter_file.h"

#include <doctest/doctest.h>

#include "base/testing_mutations.h"

namespace warifu::crypto {
namespace {

const Passphrase kPassphrase(std::string("架空の合言葉 of twelve or more"));

}  // namespace

TEST_CASE("an admitter's key is opened by the passphrase and by nothing else") {
  const Ed25519Secret secret = Ed25519Secret::generate();
  const std::string text = seal_admitter_file("hub.example/admit/1", secret, kPassphrase).value();
  CHECK(text.starts_with("warifu-admitter/v1\nadmitter hub.example/admit/1\npublic " + secret.public_key().base64() + "\nkdf argon2id 65536 3 1 "));
  CHECK(text != seal_admitter_file("hub.example/admit/1", secret, kPassphrase).value());  // salt and nonce are new each time
  CHECK(text.find(to_base64(secret.seed().reveal())) == std::string::npos);
  const AdmitterFileHead head = read_admitter_file_head(text).value();
  CHECK(head.name == "hub.example/admit/1");
  CHECK(head.public_key == secret.public_key());
  CHECK(open_admitter_file(text, kPassphrase).value().public_key() == secret.public_key());
  CHECK(open_admitter_file(text, Passphrase(kPassphrase.reveal() + " ")).error().code == Code::WRONG_PIN);
  CHECK(open_admitter_file(text, Passphrase(std::string("short"))).error().code == Code::WRONG_PIN);
  // A name that is changed in the file is found when it is opened.
  std::string renamed = text;
  renamed.replace(renamed.find("admit/1"), 7, "admit/2");
  CHECK(read_admitter_file_head(renamed).value().name == "hub.example/admit/2");
  CHECK(open_admitter_file(renamed, kPassphrase).error().code == Code::WRONG_PIN);
}

TEST_CASE("what cannot be a passphrase, or the name of a key") {
  const Ed25519Secret secret = Ed25519Secret::generate();
  const auto code = [&](const std::string& typed) {
    const auto sealed = seal_admitter_file("hub.example/admit/1", secret, Passphrase(typed));
    return sealed ? Code::INTERNAL : sealed.error().code;
  };
  CHECK(code(std::string(11, 'a')) == Code::OUT_OF_RANGE);
  CHECK(code(std::string(12, 'a')) == Code::INTERNAL);
  CHECK(code(std::string(128, 'a')) == Code::INTERNAL);
  CHECK(code(std::string(129, 'a')) == Code::OUT_OF_RANGE);
  CHECK(code("with a line\nin it") == Code::CONTROL_CHARACTER);
  for (const char* name : {"", "a b", "A", "a\nb"}) CHECK(seal_admitter_file(name, secret, kPassphrase).error().code == Code::BAD_VALUE);
}

TEST_CASE("bad input: an admitter's key file") {
  const std::string text = seal_admitter_file("hub.example/admit/1", Ed25519Secret::generate(), kPassphrase).value();
  // Opening is dear by design: what is refused by its shape costs nothing, and of what is left a sample is opened.
  std::size_t opened = 0, left = 0;
  for (const testing::Mutations& mutations : {testing::spoilt(text), testing::flipped(text)})
    for (const testing::Mutation& mutation : mutations) {
      const Result<AdmitterFileHead> head = read_admitter_file_head(mutation.text);
      if (!head) {
        CHECK(head.error().code == Code::BAD_KEYFILE);
        continue;
      }
      if (left++ % 97 != 0) continue;
      ++opened;
      const Result<Ed25519Secret> secret = open_admitter_file(mutation.text, kPassphrase);
      CHECK_MESSAGE(!secret, mutation.what);
      if (!secret) CHECK((secret.error().code == Code::WRONG_PIN));
    }
  CHECK(opened > 5);
}

}  // namespace warifu::crypto

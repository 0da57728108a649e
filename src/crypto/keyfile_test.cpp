#include "crypto/keyfile.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/test_source.h"
#include "crypto/vector_reader.h"

namespace warifu::crypto {
namespace {

struct Vector {
  std::string org, pin, text;
  PersonId person;
  Ed25519Seed seed;
  Ed25519Public public_key;
  DeviceSecret device;
  KeyfileRandomness randomness;
};

template <std::size_t N>
std::array<std::uint8_t, N> fixed(const std::string& hex) {
  const Bytes raw = testing::unhex(hex);
  REQUIRE(raw.size() == N);
  std::array<std::uint8_t, N> out{};
  std::copy(raw.begin(), raw.end(), out.begin());
  return out;
}

std::vector<Vector> read_own_vectors() {
  const auto json = read_file(warifu::testing::source_dir() + "/tests/vectors/keyfile.json", 65536).value();
  std::vector<Vector> out;
  testing::each_vector(json, "keyfile", [&](const testing::Members& m) {
    Vector v;
    v.org = m.at("org");
    v.pin = m.at("pin");
    v.person = PersonId::parse(m.at("person")).value();
    v.seed = Ed25519Seed(fixed<32>(m.at("seed_hex")));
    v.public_key = Ed25519Public::from_bytes(testing::unhex(m.at("public_hex"))).value();
    v.device = parse_device_secret(m.at("device_secret")).value();
    v.randomness = {fixed<16>(m.at("salt_hex")), fixed<12>(m.at("nonce_hex"))};
    v.text = m.at("keyfile");
    for (std::size_t at = 0; (at = v.text.find("\\n", at)) != std::string::npos;) v.text.replace(at, 2, "\n");
    out.push_back(std::move(v));
  });
  return out;
}

Pin pin(std::string text) { return Pin(std::move(text)); }

TEST_CASE("the fixed vectors of docs/formats.md: same bytes when sealed, same key when opened") {
  const auto vectors = read_own_vectors();
  CHECK(vectors.size() == 2);
  for (const Vector& v : vectors) {
    const auto secret = Ed25519Secret::from_seed(v.seed);
    CHECK(secret.public_key() == v.public_key);
    CHECK(seal_keyfile_with(v.org, v.person, secret, pin(v.pin), v.device, v.randomness).value() == v.text);
    const auto opened = open_keyfile(v.text, pin(v.pin), v.device);
    REQUIRE(opened.has_value());
    CHECK(opened->secret.seed() == v.seed);
    CHECK(opened->head.org == v.org);
    CHECK(opened->head.person == v.person);
  }
}

TEST_CASE("neither the PIN nor the device secret alone opens a key file") {
  const auto secret = Ed25519Secret::generate();
  const auto device = new_device_secret();
  const auto person = PersonId::random();
  const auto text = seal_keyfile("minato.police.example", person, secret, pin("246810"), device).value();
  CHECK(open_keyfile(text, pin("246810"), device).value().secret.public_key() == secret.public_key());
  CHECK(open_keyfile(text, pin("246811"), device).error().code == Code::WRONG_PIN);
  CHECK(open_keyfile(text, pin(""), device).error().code == Code::WRONG_PIN);
  CHECK(open_keyfile(text, pin("246810"), new_device_secret()).error().code == Code::WRONG_PIN);
  CHECK(read_keyfile_head(text).value().person == person);
  CHECK(text != seal_keyfile("minato.police.example", person, secret, pin("246810"), device).value());
}

TEST_CASE("every byte of a key file is covered: no flipped bit opens it") {
  const Vector v = read_own_vectors().at(0);
  std::size_t reached_cipher = 0;
  for (std::size_t i = 0; i < v.text.size(); ++i) {
    std::string text = v.text;
    text[i] = static_cast<char>(text[i] ^ 1);
    if (!read_keyfile_head(text)) continue;    // refused by its shape
    if (++reached_cipher % 16 != 1) continue;  // each try costs an Argon2id: a sample is enough
    CAPTURE(i);
    CHECK(open_keyfile(text, pin(v.pin), v.device).error().code == Code::WRONG_PIN);
  }
  CHECK(reached_cipher > 100);
}

TEST_CASE("the shape of a key file is exact") {
  const Vector v = read_own_vectors().at(0);
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string text = v.text;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    return open_keyfile(text, pin(v.pin), v.device).error().code == Code::BAD_KEYFILE;
  };
  CHECK(refused("keyfile/v1", "keyfile/v2"));
  CHECK(refused("19456 2 1", "19456 1 1"));
  CHECK(refused("19456 2 1", "1945600 2 1"));
  CHECK(refused("19456 2 1", "19456  2 1"));
  CHECK(refused("argon2id", "argon2i"));
  CHECK(refused("\n", "\r\n"));
  CHECK(refused("/person/", "/Person/"));
  CHECK(refused("nonce ", "nonce  "));
  CHECK(refused("sealed ", "extra x\nsealed "));
  CHECK(open_keyfile(v.text + "\n", pin(v.pin), v.device).error().code == Code::BAD_KEYFILE);
  CHECK(open_keyfile(v.text.substr(0, v.text.size() - 1), pin(v.pin), v.device).error().code == Code::BAD_KEYFILE);
  CHECK(open_keyfile("", pin(v.pin), v.device).error().code == Code::BAD_KEYFILE);
  CHECK(open_keyfile(std::string(100'000, 'a'), pin(v.pin), v.device).error().code == Code::BAD_KEYFILE);
}

TEST_CASE("PINs") {
  CHECK(check_pin(pin("123456")).has_value());
  CHECK(check_pin(pin("桜の咲く坂道")).has_value());
  CHECK(check_pin(pin(std::string(64, '1'))).has_value());
  CHECK(check_pin(pin("12345")).error().code == Code::OUT_OF_RANGE);
  CHECK(check_pin(pin(std::string(65, '1'))).error().code == Code::OUT_OF_RANGE);
  CHECK(check_pin(pin("12345\n")).error().code == Code::CONTROL_CHARACTER);
  CHECK(check_pin(pin("12345\xFF")).error().code == Code::BAD_UTF8);
  const auto secret = Ed25519Secret::generate();
  CHECK(seal_keyfile("a.example", PersonId::random(), secret, pin("123"), new_device_secret()).error().code == Code::OUT_OF_RANGE);
  CHECK(seal_keyfile("A/b", PersonId::random(), secret, pin("123456"), new_device_secret()).error().code == Code::BAD_VALUE);
}

TEST_CASE("a device secret as text") {
  const auto device = new_device_secret();
  CHECK(parse_device_secret(device_secret_text(device)).value() == device);
  CHECK(parse_device_secret("AAAA").error().code == Code::BAD_KEYFILE);
}

}  // namespace
}  // namespace warifu::crypto

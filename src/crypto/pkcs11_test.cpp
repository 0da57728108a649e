#include "crypto/pkcs11.h"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "crypto/age.h"
#include "crypto/random.h"
#include "crypto/test_token.h"

namespace warifu::crypto {
namespace {

using testing::TestTokens;

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::INTERNAL : result.error().code;
}

// The library as another part of the same process would use it.
CK_FUNCTION_LIST* raw_library() {
  void* handle = ::dlopen(TestTokens::module().c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(handle != nullptr);
  CK_FUNCTION_LIST* functions = nullptr;
  REQUIRE(reinterpret_cast<CK_C_GetFunctionList>(::dlsym(handle, "C_GetFunctionList"))(&functions) == CKR_OK);
  return functions;
}

CK_SLOT_ID slot_of(CK_FUNCTION_LIST* library, std::string label) {
  label.resize(32, ' ');
  std::array<CK_SLOT_ID, 16> slots{};
  CK_ULONG count = slots.size();
  REQUIRE(library->C_GetSlotList(CK_TRUE, slots.data(), &count) == CKR_OK);
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info{};
    if (library->C_GetTokenInfo(slots[i], &info) == CKR_OK && label == std::string_view(reinterpret_cast<const char*>(info.label), 32))
      return slots[i];
  }
  FAIL("no such token");
  return 0;
}

void write(const std::filesystem::path& path, ByteView content) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

// SubjectPublicKeyInfo of an Ed25519 key (RFC 8410).
Bytes spki_of(const Ed25519Public& key) {
  Bytes out = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  out.insert(out.end(), key.bytes.begin(), key.bytes.end());
  return out;
}

bool openssl_verifies(const std::filesystem::path& folder, const Ed25519Public& key, std::string_view message, const Ed25519Signature& signature) {
  write(folder / "key.der", spki_of(key));
  write(folder / "message", bytes_of(message));
  write(folder / "signature", signature);
  const std::string at = folder.string() + "/";
  return std::system(("openssl pkeyutl -verify -pubin -keyform DER -inkey " + at + "key.der -rawin -in " + at + "message -sigfile " + at +
                      "signature >/dev/null 2>&1")
                         .c_str()) == 0;
}

TEST_CASE("a key in a token signs, and OpenSSL's own program verifies it with the public key alone") {
  const TestTokens tokens("warifu");
  const auto token = Token::open(tokens.options("warifu")).value();
  const auto key = token->generate_ed25519("invented-police.example/sign").value();
  for (const std::string& message : {std::string(), std::string("text"), std::string(100'000, 'x')}) {
    const Ed25519Signature signature = key->sign(bytes_of(message)).value();
    CHECK(verify(key->public_key(), bytes_of(message), signature));
    if (!message.empty()) {  // pkeyutl refuses to read an empty file
      CHECK(openssl_verifies(tokens.folder(), key->public_key(), message, signature));
      CHECK(!openssl_verifies(tokens.folder(), key->public_key(), message + "!", signature));
    }
  }
  // The same key is found again, also by another connection; another label is another key.
  const auto again = Token::open(tokens.options("warifu")).value();
  CHECK(again->ed25519("invented-police.example/sign").value()->public_key() == key->public_key());
  CHECK(token->generate_ed25519("invented-police.example/witness").value()->public_key() != key->public_key());
  CHECK(token->list().value() == std::vector<Token::Listed>{{TokenKeyKind::ED25519, "invented-police.example/sign"},
                                                            {TokenKeyKind::ED25519, "invented-police.example/witness"}});
}

TEST_CASE("a P-256 key in a token agrees as one in memory does, and opens what age sealed for it") {
  const TestTokens tokens("warifu");
  const auto token = Token::open(tokens.options("warifu")).value();
  const std::shared_ptr<const P256Secret> key = token->generate_p256("seal").value();
  for (int i = 0; i < 20; ++i) {
    const auto other = generate_p256();
    CHECK(key->agree(other->public_key()).value() == other->agree(key->public_key()).value());
  }
  const AgeIdentity identity{key};
  CHECK(identity.recipient().text().starts_with("age1tag1"));
  CHECK(identity.text().reveal().empty());
  const AgeIdentity soft = AgeIdentity::generate(), stranger{generate_p256()};
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kAgeChunkBytes, kAgeChunkBytes + 1, std::size_t{300'000}}) {
    const Bytes plain = random_bytes(size);
    const Bytes sealed = age_seal(std::vector{identity.recipient(), soft.recipient()}, plain).value();
    CHECK(age_open({identity}, sealed).value().plaintext == plain);
    CHECK(age_open({soft}, sealed).value().plaintext == plain);
    CHECK(code_of(age_open({stranger}, sealed)) == Code::KEY_UNKNOWN);
  }
  // Points that are none: of another curve, infinity's spelling, zeros.
  P256Public point = generate_p256()->public_key();
  point[64] ^= 1;
  CHECK(code_of(key->agree(point)) == Code::BAD_KEY);
  point.fill(0);
  CHECK(code_of(key->agree(point)) == Code::BAD_KEY);
}

TEST_CASE("what is missing or wrong is said by its code, and without the PIN") {
  const TestTokens tokens("warifu");
  CHECK(code_of(Token::open({"/nowhere/lib.so", "warifu", TokenPin("1")})) == Code::CONFIG);
  CHECK(code_of(Token::open({"libm.so.6", "warifu", TokenPin("1")})) == Code::CONFIG);  // a library, but of another kind
  CHECK(code_of(Token::open({"", "warifu", TokenPin("1")})) == Code::CONFIG);
  CHECK(code_of(Token::open(tokens.options("another"))) == Code::TOKEN_UNAVAILABLE);
  CHECK(code_of(Token::open(tokens.options(std::string(40, 'w')))) == Code::TOKEN_UNAVAILABLE);

  const auto wrong = Token::open(tokens.options("warifu", "0000-secret"));
  REQUIRE(code_of(wrong) == Code::WRONG_PIN);
  CHECK(wrong.error().where == "warifu");
  CHECK(wrong.error().message == "C_Login: CKR_PIN_INCORRECT");
  CHECK(code_of(Token::open(tokens.options("warifu", ""))) == Code::WRONG_PIN);

  const auto token = Token::open(tokens.options("warifu")).value();
  CHECK(code_of(token->ed25519("sign")) == Code::NOT_FOUND);
  CHECK(code_of(token->p256("seal")) == Code::NOT_FOUND);
  CHECK(code_of(token->destroy(TokenKeyKind::P256, "seal")) == Code::NOT_FOUND);
  CHECK(code_of(token->generate_p256("")) == Code::BAD_VALUE);
  CHECK(code_of(token->generate_p256(std::string(kTokenLabelBytesMax + 1, 'a'))) == Code::BAD_VALUE);
  REQUIRE(token->generate_p256(std::string(kTokenLabelBytesMax, 'a')));
  REQUIRE(token->generate_ed25519("sign"));
  CHECK(code_of(token->generate_ed25519("sign")) == Code::CONFLICT);
  CHECK(code_of(token->p256("sign")) == Code::NOT_FOUND);  // of the other kind
}

TEST_CASE("a key that was destroyed is gone, from the token and from who held it") {
  const TestTokens tokens("warifu");
  const auto token = Token::open(tokens.options("warifu")).value();
  const auto key = token->generate_p256("seal-1").value();
  const auto kept = token->generate_p256("seal-2").value();
  const auto other = generate_p256();
  REQUIRE(key->agree(other->public_key()));
  REQUIRE(token->destroy(TokenKeyKind::P256, "seal-1"));
  CHECK(code_of(token->p256("seal-1")) == Code::NOT_FOUND);
  CHECK(code_of(key->agree(other->public_key())) == Code::NOT_FOUND);
  CHECK(kept->agree(other->public_key()));
  CHECK(token->list().value() == std::vector<Token::Listed>{{TokenKeyKind::P256, "seal-2"}});
}

TEST_CASE("a token that forgot who logged in, lost its sessions or was started anew is found and logged in again") {
  const TestTokens tokens("warifu");
  const auto token = Token::open(tokens.options("warifu")).value();
  const auto key = token->generate_ed25519("sign").value();
  const auto agreeing = token->generate_p256("seal").value();
  CK_FUNCTION_LIST* const library = raw_library();
  const auto works = [&] {
    const auto signature = key->sign(bytes_of("text"));
    const auto other = generate_p256();
    return signature && verify(key->public_key(), bytes_of("text"), *signature) && agreeing->agree(other->public_key()) && token->ed25519("sign");
  };
  CHECK(works());
  REQUIRE(library->C_CloseAllSessions(slot_of(library, "warifu")) == CKR_OK);
  CHECK(works());
  CK_SESSION_HANDLE session = 0;
  REQUIRE(library->C_OpenSession(slot_of(library, "warifu"), CKF_SERIAL_SESSION, nullptr, nullptr, &session) == CKR_OK);
  REQUIRE(library->C_Logout(session) == CKR_OK);
  CHECK(token->ed25519("sign"));  // private objects are invisible without a log-in: not to be taken for a missing key
  REQUIRE(library->C_Logout(session) == CKR_OK);
  CHECK(works());
  REQUIRE(library->C_Finalize(nullptr) == CKR_OK);
  CHECK(works());

  tokens.take_away();
  CHECK(code_of(key->sign(bytes_of("text"))) == Code::TOKEN_UNAVAILABLE);
  CHECK(code_of(token->list()) == Code::TOKEN_UNAVAILABLE);
  tokens.bring_back();
  CHECK(works());
}

TEST_CASE("another key under the same label does not sign in the place of the one that was opened") {
  const TestTokens tokens("warifu");
  const auto token = Token::open(tokens.options("warifu")).value();
  const auto key = token->generate_ed25519("sign").value();
  REQUIRE(token->destroy(TokenKeyKind::ED25519, "sign"));
  REQUIRE(token->generate_ed25519("sign"));
  CHECK(code_of(key->sign(bytes_of("text"))) == Code::BAD_KEY);
}

TEST_CASE("many threads share the sessions of a token, more of them than there are sessions") {
  const TestTokens tokens("warifu");
  const auto token = Token::open(tokens.options("warifu")).value();
  const auto key = token->generate_ed25519("sign").value();
  const auto agreeing = token->generate_p256("seal").value();
  CK_FUNCTION_LIST* const library = raw_library();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kTokenSessionsMax + 4; ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 20; ++round) {
        const std::string text = std::to_string(i) + "/" + std::to_string(round);
        const auto signature = key->sign(bytes_of(text));
        const auto other = generate_p256();
        if (signature && verify(key->public_key(), bytes_of(text), *signature) &&
            agreeing->agree(other->public_key()).value() == other->agree(agreeing->public_key()).value())
          ++right;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == static_cast<int>(kTokenSessionsMax + 4) * 20);
  CK_TOKEN_INFO info{};
  REQUIRE(library->C_GetTokenInfo(slot_of(library, "warifu"), &info) == CKR_OK);
  if (info.ulSessionCount != CK_UNAVAILABLE_INFORMATION) CHECK(info.ulSessionCount <= kTokenSessionsMax);
}

}  // namespace
}  // namespace warifu::crypto

#pragma once
// For tests only: an authenticator and the browser around it. Everything it answers can be bent before it is signed.
//
//   TestAuthenticator device({"https://desk.example", "desk.example"});
//   const auto made = device.create(text);      // attestation and client data
//   const auto said = device.get(text);         // authenticator data, client data and signature over the text

#include <functional>
#include <string>

#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/testing_es256.h"
#include "json/value.h"
#include "json/write.h"
#include "note/passkey.h"

namespace warifu::note {

class TestAuthenticator {
 public:
  struct Made {
    Bytes attestation, client_data;
  };
  struct Said {
    Bytes authenticator_data, client_data, signature;
  };
  // What goes into an answer; a test changes it.
  struct Bend {
    json::Object client;      // type, challenge, origin, crossOrigin
    std::string client_text;  // instead of `client`, when it is not empty
    std::string rp_id;
    std::uint8_t flags = 0x05;
    Bytes behind;  // after the authenticator data's head
    std::string format = "none";
    bool signs_attestation = false;
  };
  using Change = std::function<void(Bend&)>;

  explicit TestAuthenticator(RelyingParty party, PersonKeyAlgorithm algorithm = PersonKeyAlgorithm::webauthn_es256)
      : party_(std::move(party)), algorithm_(algorithm), credential_(crypto::random_bytes(16)) {}

  [[nodiscard]] const Bytes& credential() const { return credential_; }
  [[nodiscard]] Bytes key() const {
    if (algorithm_ == PersonKeyAlgorithm::webauthn_es256) return {es256_.public_key().begin(), es256_.public_key().end()};
    const auto& raw = ed25519_.public_key().bytes;
    return {raw.begin(), raw.end()};
  }
  [[nodiscard]] PersonKey person_key(std::string_view name) const { return PersonKey::create(name, algorithm_, key()).value(); }

  [[nodiscard]] Made create(std::string_view text, const Change& change = {}) const {
    Bend bend = usual("webauthn.create", text);
    bend.flags = 0x45;
    bend.behind = attested();
    if (change) change(bend);
    Made made;
    made.client_data = client_data_of(bend);
    const Bytes data = data_of(bend);
    Bytes& out = made.attestation;
    out = {0xa3};
    put_text(out, "fmt");
    put_text(out, bend.format);
    put_text(out, "attStmt");
    if (bend.signs_attestation) {
      out.push_back(0xa2);
      put_text(out, "alg");
      out.push_back(algorithm_ == PersonKeyAlgorithm::webauthn_es256 ? 0x26 : 0x27);
      put_text(out, "sig");
      put_bytes(out, sign(data, made.client_data));
    } else {
      out.push_back(0xa0);
    }
    put_text(out, "authData");
    put_bytes(out, data);
    return made;
  }

  [[nodiscard]] Said get(std::string_view text, const Change& change = {}) const {
    Bend bend = usual("webauthn.get", text);
    if (change) change(bend);
    Said said{data_of(bend), client_data_of(bend), {}};
    said.signature = sign(said.authenticator_data, said.client_data);
    return said;
  }
  [[nodiscard]] Assertion assertion(std::string_view name, std::string_view text, const Change& change = {}) const {
    Said said = get(text, change);
    return {person_key(name).text(), std::move(said.authenticator_data), std::move(said.client_data), std::move(said.signature)};
  }

  [[nodiscard]] Bytes cose_key() const {
    Bytes out;
    if (algorithm_ == PersonKeyAlgorithm::webauthn_es256) {
      const crypto::P256Public& point = es256_.public_key();
      out = {0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21};
      put_bytes(out, ByteView(point).subspan(1, 32));
      out.push_back(0x22);
      put_bytes(out, ByteView(point).subspan(33));
    } else {
      out = {0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21};
      put_bytes(out, ed25519_.public_key().bytes);
    }
    return out;
  }
  [[nodiscard]] Bytes attested() const {
    Bytes out(16, 0);
    out.push_back(0);
    out.push_back(static_cast<std::uint8_t>(credential_.size()));
    out.insert(out.end(), credential_.begin(), credential_.end());
    const Bytes cose = cose_key();
    out.insert(out.end(), cose.begin(), cose.end());
    return out;
  }

  static void put_text(Bytes& out, std::string_view text) {
    out.push_back(static_cast<std::uint8_t>(0x60 + text.size()));
    out.insert(out.end(), text.begin(), text.end());
  }
  static void put_bytes(Bytes& out, ByteView bytes) {
    out.push_back(bytes.size() < 256 ? 0x58 : 0x59);
    if (bytes.size() >= 256) out.push_back(static_cast<std::uint8_t>(bytes.size() >> 8));
    out.push_back(static_cast<std::uint8_t>(bytes.size()));
    out.insert(out.end(), bytes.begin(), bytes.end());
  }

 private:
  [[nodiscard]] Bend usual(const char* type, std::string_view text) const {
    Bend bend;
    bend.client = {{"type", type}, {"challenge", to_base64url(crypto::sha256(text).bytes)}, {"origin", party_.origin}, {"crossOrigin", false}};
    bend.rp_id = party_.id;
    return bend;
  }
  static Bytes client_data_of(const Bend& bend) {
    const std::string text = bend.client_text.empty() ? json::compact(bend.client) : bend.client_text;
    return {text.begin(), text.end()};
  }
  static Bytes data_of(const Bend& bend) {
    const Sha256 hash = crypto::sha256(bend.rp_id);
    Bytes out(hash.bytes.begin(), hash.bytes.end());
    out.push_back(bend.flags);
    out.insert(out.end(), {0, 0, 0, 7});  // the counter
    out.insert(out.end(), bend.behind.begin(), bend.behind.end());
    return out;
  }
  [[nodiscard]] Bytes sign(const Bytes& data, const Bytes& client_data) const {
    Bytes message = data;
    const Sha256 digest = crypto::sha256(client_data);
    message.insert(message.end(), digest.bytes.begin(), digest.bytes.end());
    if (algorithm_ == PersonKeyAlgorithm::webauthn_es256) return es256_.sign(message);
    const auto signature = ed25519_.sign(message);
    return {signature.begin(), signature.end()};
  }

  RelyingParty party_;
  PersonKeyAlgorithm algorithm_;
  Bytes credential_;
  crypto::TestingEs256 es256_ = crypto::TestingEs256::generate();
  crypto::Ed25519Secret ed25519_ = crypto::Ed25519Secret::generate();
};

}  // namespace warifu::note

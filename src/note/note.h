#pragma once
// Signed notes as C2SP signed-note defines them: a text and lines of signatures under it. Everything Warifu signs is such a note.
// Guarantees: a parsed note is well-formed (UTF-8, no control characters but the line feed, at most kNoteBytesMax bytes and
// kNoteSignaturesMax signature lines) and serialises to the same bytes. A key that is unknown is ignored; a key that is known and
// whose signature is wrong makes the whole note invalid, in every one of its lines.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "crypto/signing_key.h"

namespace warifu::note {

// The type byte of a key in a verifier key (C2SP signed-note, tlog-cosignature).
enum class KeyType : std::uint8_t { ed25519 = 1, cosignature_v1 = 4 };

using KeyId = std::array<std::uint8_t, 4>;

// Not empty, well-formed UTF-8, no Unicode space, no '+', no control character.
[[nodiscard]] bool is_key_name(std::string_view name);

// A public key with its name: "log.example/1+f48c7417+AT7i…".
struct VerifierKey {
  std::string name;
  KeyId id{};
  crypto::Ed25519Public key;
  KeyType type = KeyType::ed25519;

  // BAD_KEY for anything but the exact spelling, a wrong id, an unknown type or a point that may not be registered.
  [[nodiscard]] static Result<VerifierKey> parse(std::string_view vkey);
  [[nodiscard]] static Result<VerifierKey> create(std::string_view name, const crypto::Ed25519Public& key, KeyType type = KeyType::ed25519);
  [[nodiscard]] std::string text() const;
  bool operator==(const VerifierKey&) const = default;
};

struct SignatureLine {
  std::string name;
  KeyId id{};
  Bytes signature;  // what follows the id: 64 bytes for Ed25519, 72 for a cosignature

  [[nodiscard]] std::string text() const;  // "— name base64", without the line feed
  [[nodiscard]] static Result<SignatureLine> parse(std::string_view line);
  bool operator==(const SignatureLine&) const = default;
};

struct Note {
  std::string text;  // ends with a line feed
  std::vector<SignatureLine> signatures;

  // BAD_NOTE when malformed, TOO_LARGE, TOO_MANY.
  [[nodiscard]] static Result<Note> parse(std::string_view raw);
  [[nodiscard]] std::string serialise() const;
  bool operator==(const Note&) const = default;
};

// BAD_NOTE unless the text may be signed.
[[nodiscard]] Status check_text(std::string_view text);

// A name and the key that signs under it, in memory or in a security module. Copies share the key.
class Signer {
 public:
  [[nodiscard]] static Result<Signer> create(std::string_view name, crypto::Ed25519Secret secret);
  [[nodiscard]] static Result<Signer> create(std::string_view name, std::shared_ptr<const crypto::SigningKey> key);
  [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
  // A key in a security module may fail: TOKEN_UNAVAILABLE, CRYPTO.
  [[nodiscard]] Result<SignatureLine> sign(std::string_view text) const;

 private:
  Signer(VerifierKey verifier, std::shared_ptr<const crypto::SigningKey> key) : verifier_(std::move(verifier)), key_(std::move(key)) {}
  VerifierKey verifier_;
  std::shared_ptr<const crypto::SigningKey> key_;
};

// A witness (C2SP tlog-cosignature, cosignature/v1): signs a checkpoint together with the second at which it saw it.
class Cosigner {
 public:
  [[nodiscard]] static Result<Cosigner> create(std::string_view name, crypto::Ed25519Secret secret);
  [[nodiscard]] static Result<Cosigner> create(std::string_view name, std::shared_ptr<const crypto::SigningKey> key);
  [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
  [[nodiscard]] Result<SignatureLine> cosign(std::string_view text, Time at) const;

 private:
  Cosigner(VerifierKey verifier, std::shared_ptr<const crypto::SigningKey> key) : verifier_(std::move(verifier)), key_(std::move(key)) {}
  VerifierKey verifier_;
  std::shared_ptr<const crypto::SigningKey> key_;
};
// When the cosignature was made; BAD_NOTE when the line is not one.
[[nodiscard]] Result<Time> cosignature_time(const SignatureLine& line);

// A note signed by each of the signers, in their order.
[[nodiscard]] Result<Note> sign_note(std::string text, std::span<const Signer> signers);

// The known keys that signed, each once, in the order of the lines. SIGNATURE_MISSING when none did, SIGNATURE_INVALID when any line of
// a known key is wrong, BAD_KEY when two different known keys have the same name and id.
[[nodiscard]] Result<std::vector<VerifierKey>> verify(const Note& note, std::span<const VerifierKey> known);
// That this key signed.
[[nodiscard]] Status require(const Note& note, const VerifierKey& key);

}  // namespace warifu::note

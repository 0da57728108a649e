#include "note/note.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <numeric>

#include "base/limits.h"

namespace warifu::note {
namespace {

using crypto::Ed25519Secret;
using crypto::Ed25519Seed;

// The seed 00 01 02 … 1f. The texts below were computed by another implementation (Python's cryptography), after the specification.
Ed25519Secret counting_key() {
  std::array<std::uint8_t, 32> seed{};
  std::iota(seed.begin(), seed.end(), std::uint8_t{0});
  return Ed25519Secret::from_seed(Ed25519Seed(seed));
}
constexpr std::string_view kLogKey = "hub.example/log/1+8022450c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr std::string_view kWitnessKey = "minato.police.example/witness+b5143496+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr std::string_view kText = "hub.example/log/1\n7\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n";
constexpr std::string_view kLogLine =
    "— hub.example/log/1 gCJFDLjz6nirivdUTZPcVyXXgtp4sabyTV29fQGwPXV1abxr8ZZy3vwfu/HAQPCAJJdbhgkGtsxyMV7GmoY1vOTTeAA=\n";
constexpr std::string_view kWitnessLine =
    "— minato.police.example/witness "
    "tRQ0lgAAAABrAZqAHTE5rL6D4oXn0LSw1PMU6CtvexvS0eaWcAZlhKYRfhnBhDUVX3EZUHbPbLWO/yhd6fJXVmRo0SwPywR6CTwCCQ==\n";

std::string sample() { return std::string(kText) + "\n" + std::string(kLogLine) + std::string(kWitnessLine); }

Signer signer(std::string_view name) { return Signer::create(name, Ed25519Secret::generate()).value(); }

rc::Gen<std::string> any_text() {
  return rc::gen::map(rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab \n\n+-—割="))), [](std::string text) {
    // Cut characters are not UTF-8: keep the whole ones only.
    std::string kept;
    for (const char c : text)
      if (static_cast<unsigned char>(c) < 0x80) kept += c;
    return kept + "割符\n";
  });
}

}  // namespace

TEST_CASE("a checkpoint made elsewhere: same key spelling, same signatures, same bytes") {
  const auto log = Signer::create("hub.example/log/1", counting_key()).value();
  const auto witness = Cosigner::create("minato.police.example/witness", counting_key()).value();
  CHECK(log.verifier().text() == kLogKey);
  CHECK(witness.verifier().text() == kWitnessKey);
  const Note made{std::string(kText), {log.sign(kText).value(), witness.cosign(kText, Time::from_seconds(1795267200)).value()}};
  CHECK(made.serialise() == sample());

  const auto read = Note::parse(sample()).value();
  CHECK(read == made);
  const std::vector<VerifierKey> keys{VerifierKey::parse(kLogKey).value(), VerifierKey::parse(kWitnessKey).value()};
  CHECK(verify(read, keys).value() == keys);
  CHECK(cosignature_time(read.signatures[1]).value() == Time::from_seconds(1795267200));
  CHECK_FALSE(cosignature_time(read.signatures[0]).has_value());
}

TEST_CASE("verifier keys: only the exact spelling") {
  CHECK(VerifierKey::parse("log.example/warrants+f48c7417+AT7iqKcoPLL9colD2qEn7wnkgwcai0vGmbpFIvCbFM/e").has_value());
  CHECK(VerifierKey::parse(kLogKey).value().text() == kLogKey);
  const auto changed = [](std::string_view from, std::string_view to) {
    std::string text(kLogKey);
    text.replace(text.find(from), from.size(), to);
    return VerifierKey::parse(text).error().code == Code::BAD_KEY;
  };
  CHECK(changed("8022450c", "8022450d"));
  CHECK(changed("8022450c", "8022450C"));
  CHECK(changed("hub", "hab"));
  CHECK(changed("hub", "h b"));
  CHECK(changed("+AQ", "+Ag"));
  CHECK(changed("VTG4", "VTG"));
  CHECK(changed("hub.example/log/1+", ""));
  CHECK(VerifierKey::parse("").error().code == Code::BAD_KEY);
  CHECK(VerifierKey::create("x", crypto::Ed25519Public{}).error().code == Code::BAD_KEY);  // a point of small order
  CHECK(VerifierKey::create("a+b", counting_key().public_key()).error().code == Code::BAD_KEY);
}

TEST_CASE("names of keys") {
  for (const char* good : {"a", "hub.example/log/1", "割符"}) CHECK(is_key_name(good));
  for (const char* bad : {"", "a b", "a+b", "a\tb", "a\nb",
                          "a\xC2\xA0"
                          "b",
                          "a\u3000b", "a\u2028b", "\x01", "\xFF"})
    CHECK_FALSE(is_key_name(bad));
}

TEST_CASE("what is signed parses back and verifies") {
  const std::vector<Signer> signers{signer("a.example/sign"), signer("b.example/sign")};
  CHECK(rc::check([&] {
    const auto made = sign_note(*any_text(), signers).value();
    const auto read = Note::parse(made.serialise()).value();
    RC_ASSERT(read == made);
    RC_ASSERT(read.serialise() == made.serialise());
    const std::vector<VerifierKey> known{signers[1].verifier(), signers[0].verifier()};
    const std::vector<VerifierKey> want{signers[0].verifier(), signers[1].verifier()};
    RC_ASSERT(verify(read, known).value() == want);
  }));
}

TEST_CASE("no flipped bit of a note passes") {
  const std::vector<VerifierKey> keys{VerifierKey::parse(kLogKey).value(), VerifierKey::parse(kWitnessKey).value()};
  const std::string text = sample();
  int parsed = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = text;
      flipped[i] = static_cast<char>(flipped[i] ^ static_cast<char>(1u << bit));
      const auto note = Note::parse(flipped);
      if (!note) continue;
      ++parsed;
      CHECK(note->serialise() == flipped);
      const auto signed_by = verify(*note, keys);
      // A flip in a name or key id leaves an unknown signature beside the other one; anything else is refused.
      if (signed_by) CHECK(signed_by->size() == 1);
    }
  CHECK(parsed > 100);
}

TEST_CASE("unknown keys are ignored, a known key with a wrong signature spoils the note") {
  const auto a = signer("a.example/sign"), b = signer("b.example/sign"), stranger = signer("c.example/sign");
  Note note = sign_note("text\n", std::vector<Signer>{a, b, stranger}).value();
  CHECK(verify(note, std::vector{a.verifier()}).value().size() == 1);
  CHECK(require(note, b.verifier()).has_value());
  CHECK(verify(note, std::vector<VerifierKey>{}).error().code == Code::SIGNATURE_MISSING);
  CHECK(require(note, signer("a.example/sign").verifier()).error().code == Code::SIGNATURE_MISSING);  // same name, another key

  note.signatures[1].signature[5] ^= 1;
  CHECK(verify(note, std::vector{a.verifier(), b.verifier()}).error().code == Code::SIGNATURE_INVALID);
  CHECK(require(note, b.verifier()).error().code == Code::SIGNATURE_INVALID);
  CHECK(verify(note, std::vector{a.verifier()}).has_value());
  note.signatures[1].signature.pop_back();
  CHECK(verify(note, std::vector{a.verifier(), b.verifier()}).error().code == Code::SIGNATURE_INVALID);
}

TEST_CASE("repeated lines count once, and each of them has to be right") {
  const auto a = signer("a.example/sign");
  Note note = sign_note("text\n", std::vector<Signer>{a, a}).value();
  CHECK(verify(note, std::vector{a.verifier(), a.verifier()}).value().size() == 1);
  note.signatures[1].signature[0] ^= 1;
  CHECK(verify(note, std::vector{a.verifier()}).error().code == Code::SIGNATURE_INVALID);
}

TEST_CASE("two known keys with one name and id are refused") {
  const auto a = signer("a.example/sign");
  VerifierKey forged = a.verifier();
  forged.key = Ed25519Secret::generate().public_key();
  const Note note = sign_note("text\n", std::vector<Signer>{a}).value();
  CHECK(verify(note, std::vector{forged, a.verifier()}).error().code == Code::BAD_KEY);
}

TEST_CASE("malformed notes") {
  const std::string line(kLogLine);
  const auto code = [](const std::string& raw) {
    const auto note = Note::parse(raw);
    return note ? Code::INTERNAL : note.error().code;
  };
  CHECK(code("text\n\n" + line) == Code::INTERNAL);
  CHECK(code("") == Code::BAD_NOTE);
  CHECK(code("text\n") == Code::BAD_NOTE);
  CHECK(code("text\n\n") == Code::BAD_NOTE);
  CHECK(code("text\n" + line) == Code::BAD_NOTE);
  CHECK(code("text\n\n" + line.substr(0, line.size() - 1)) == Code::BAD_NOTE);
  CHECK(code("te\rxt\n\n" + line) == Code::BAD_NOTE);
  CHECK(code(std::string("te\0xt\n\n", 7) + line) == Code::BAD_NOTE);
  CHECK(code("te\xFFxt\n\n" + line) == Code::BAD_NOTE);
  CHECK(code("text\n\n- " + line.substr(4)) == Code::BAD_NOTE);
  CHECK(code("text\n\n— a b c\n") == Code::BAD_NOTE);
  CHECK(code("text\n\n— a AAAAAA==\n") == Code::BAD_NOTE);  // an id without a signature
  CHECK(code("text\n\n— a AAAAAAB=\n") == Code::BAD_NOTE);  // trailing bits
  CHECK(code("text\n\n" + line + "\n") == Code::BAD_NOTE);
  CHECK(Note::parse("te\n\nxt\n\n" + line).value().text == "te\n\nxt\n");
}

TEST_CASE("limits of a note, at them and one past") {
  const std::string line(kLogLine);
  std::string many = "text\n\n";
  for (std::size_t i = 0; i < limits::kNoteSignaturesMax; ++i) many += line;
  CHECK(Note::parse(many).value().signatures.size() == limits::kNoteSignaturesMax);
  CHECK(Note::parse(many + line).error().code == Code::TOO_MANY);

  const std::string filler(limits::kNoteBytesMax - line.size() - 2, 'x');
  CHECK(Note::parse(filler + "\n\n" + line).has_value());
  CHECK(Note::parse("x" + filler + "\n\n" + line).error().code == Code::TOO_LARGE);
}

TEST_CASE("what may not stand in a note is not signed") {
  const auto a = signer("a.example/sign");
  CHECK(a.sign("text").error().code == Code::BAD_NOTE);
  CHECK(a.sign("").error().code == Code::BAD_NOTE);
  CHECK(a.sign("te\rxt\n").error().code == Code::BAD_NOTE);
  CHECK(a.sign(std::string(limits::kNoteBytesMax, 'x') + "\n").error().code == Code::TOO_LARGE);
  CHECK(Signer::create("a b", Ed25519Secret::generate()).error().code == Code::BAD_KEY);
}

TEST_CASE("a cosignature does not pass as a signature and the other way round") {
  const auto secret = Ed25519Secret::generate();
  const auto cosigner = Cosigner::create("w.example/witness", secret).value();
  const auto plain = Signer::create("w.example/witness", secret).value();
  CHECK(cosigner.verifier().id != plain.verifier().id);
  auto line = cosigner.cosign("text\n", Time::from_seconds(1)).value();
  line.id = plain.verifier().id;
  CHECK(require(Note{"text\n", {line}}, plain.verifier()).error().code == Code::SIGNATURE_INVALID);
  auto other = plain.sign("text\n").value();
  other.id = cosigner.verifier().id;
  CHECK(require(Note{"text\n", {other}}, cosigner.verifier()).error().code == Code::SIGNATURE_INVALID);
  auto later = cosigner.cosign("text\n", Time::from_seconds(1)).value();
  later.signature[7] ^= 1;  // another second
  CHECK(require(Note{"text\n", {later}}, cosigner.verifier()).error().code == Code::SIGNATURE_INVALID);
}

}  // namespace warifu::note

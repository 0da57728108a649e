// Signed notes, keys by name and signature lines (note/note.h).

#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  if (const auto note = note::Note::parse(input)) {
    hold(note->serialise() == input);
    hold(note::check_text(note->text).has_value());
    const std::vector<note::VerifierKey> known{signer("log.example/1").verifier(), cosigner("witness.example/1").verifier()};
    if (const auto who = note::verify(*note, known)) {
      hold(!who->empty() && who->size() <= known.size());
      for (const note::VerifierKey& key : *who) hold(note::require(*note, key).has_value());
    }
    for (const note::SignatureLine& line : note->signatures)
      if (note::cosignature_time(line)) hold(line.signature.size() == 72);
  }
  if (const auto key = note::VerifierKey::parse(input)) hold(key->text() == input);
  if (const auto line = note::SignatureLine::parse(input)) hold(line->text() == input);
  static_cast<void>(note::is_key_name(input));
}

std::vector<std::string> seeds() {
  const std::string note = signed_note("log.example/1\n70000\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "log.example/1");
  note::Note cosigned = note::Note::parse(note).value();
  cosigned.signatures.push_back(cosigner("witness.example/1").cosign(cosigned.text, Time::from_seconds(1'795'237'500)).value());
  return {note,
          cosigned.serialise(),
          signed_note("割符\n\nzweite\n", "名.example/1"),
          signer("log.example/1").verifier().text(),
          cosigner("witness.example/1").verifier().text(),
          cosigned.signatures.back().text()};
}

const Registered registered({"note", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

#pragma once
// For tests only: what may be done to a signed note without changing what it says.

#include <algorithm>
#include <string>
#include <vector>

#include "base/testing_mutations.h"
#include "note/note.h"

namespace warifu::note {

// The same text under the same signatures: how often and in which order they stand says nothing (C2SP signed-note).
[[nodiscard]] inline std::function<bool(const testing::Mutation&)> says_the_same(const std::string& genuine) {
  const auto lines_of = [](const Note& note) {
    std::vector<std::string> out;
    for (const SignatureLine& line : note.signatures) out.push_back(line.text());
    std::ranges::sort(out);
    const auto repeated = std::ranges::unique(out);
    out.erase(repeated.begin(), repeated.end());
    return out;
  };
  return [lines_of, whole = Note::parse(genuine).value()](const testing::Mutation& mutation) {
    const Result<Note> note = Note::parse(mutation.text);
    return note && note->text == whole.text && lines_of(*note) == lines_of(whole);
  };
}

}  // namespace warifu::note

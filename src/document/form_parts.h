#pragma once
// What the documents of this room share: head of a letter, seal field, tables of labels and values.

#include <optional>
#include <string>
#include <vector>

#include "document/paper.h"
#include "document/table.h"
#include "document/words.h"

namespace warifu::document {

inline constexpr TextStyle kBody{.face = Face::MINCHO, .size = 10.5};
inline constexpr TextStyle kLabel{.face = Face::GOTHIC, .size = 9};

// The seal field: a frame with 印 and the verification code, and beside it the QR symbol. Without an act the frame stays empty.
inline constexpr double kSealWidth = mm(46), kSealHeight = mm(23);
[[nodiscard]] Status draw_seal(Paper& paper, double x, double y, const std::optional<Sha256>& act, Language language);

struct LetterHead {
  Language language = Language::JA;
  std::string number;  // top right
  std::string date;
  std::string addressee, honorific;
  std::vector<std::string> sender;  // lines above the name: office, address
  std::vector<std::string> name;    // post and name, beside the seal
  std::string name_note;            // small under the name
  std::optional<Sha256> act;
  std::string mark;  // boxed at the top left: (案), 第2版 変更
  std::string title, title_small;
};
// Number, date, addressee, sender with seal, title; leaves the cursor under the title.
[[nodiscard]] Status draw_letter_head(Paper& paper, const LetterHead& head);

// A table of two columns: labels spread over their column, and values.
[[nodiscard]] Table label_table(Paper& paper, double label_share = 0.15);
[[nodiscard]] Row label_row(const Label& label, std::string value, Language language);

}  // namespace warifu::document

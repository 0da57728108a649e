#include "document/form_parts.h"

#include <algorithm>

#include "text/unicode.h"

namespace warifu::document {

Status draw_seal(Paper& paper, double x, double y, const std::optional<Sha256>& act, Language language) {
  const double frame = mm(23);
  if (!act) x += kSealWidth - frame;
  paper.box(x, y, frame, kSealHeight, 0.6);
  const TextStyle faint{.face = Face::GOTHIC, .size = 7, .align = Align::CENTRE, .leading = 1.2};
  if (!act) {
    paper.write("印", {.size = 20, .align = Align::CENTRE, .leading = 1, .grey = 0.7}, x, y + (kSealHeight - 20) / 2, frame);
    return {};
  }
  paper.write("印", {.size = 15, .align = Align::CENTRE, .leading = 1}, x, y + mm(1.6), frame);
  const std::string code = verification_code(*act);
  const TextStyle digits{.face = Face::GOTHIC, .size = 9, .align = Align::CENTRE, .leading = 1.25};
  paper.write(code.substr(0, 9) + "\n" + code.substr(10), digits, x, y + mm(8), frame);
  paper.write("検証符号", faint, x, y + mm(16.6), frame, Label{"", "verification code"}.small(language));
  return paper.qr(act_link(*act), x + frame, y, kSealHeight);
}

Status draw_letter_head(Paper& paper, const LetterHead& head) {
  // The head stands on one page whatever it says; longer lines would run out of it.
  std::vector<std::string> lines = {head.number, head.addressee, head.name_note, head.title};
  lines.insert(lines.end(), head.sender.begin(), head.sender.end());
  lines.insert(lines.end(), head.name.begin(), head.name.end());
  for (const std::string& line : lines)
    if (text::character_count(line) > limits::kLineCharactersMax)
      return fail(Code::TOO_LONG, "a line of the letter's head is too long", "head", {{"max", std::to_string(limits::kLineCharactersMax)}});
  double y = paper.top();
  if (!head.mark.empty()) {
    const TextBlock mark = paper.lay(head.mark, {.face = Face::GOTHIC, .size = 11, .leading = 1.3}, mm(60));
    paper.box(paper.left(), y, mark.natural_width() + 12, mark.height() + 6, 1);
    paper.draw(mark, paper.left() + 6, y + 3);
  }
  TextStyle right = kBody;
  right.align = Align::RIGHT;
  y += paper.write(head.number, right, paper.left(), y, paper.width());
  y += paper.write(head.date, right, paper.left(), y, paper.width());
  y += mm(5);
  const TextStyle to{.size = 12.5};
  y += paper.write(head.addressee + "\u3000" + head.honorific, to, paper.left(), y, mm(110));
  y += mm(4);
  const double x = paper.left() + mm(66), width = paper.right() - x;
  for (const std::string& line : head.sender) y += paper.write(line, kBody, x, y, width);
  y += mm(1.5);
  const double seal_x = paper.right() - kSealWidth;
  double name_y = y + mm(3);
  for (const std::string& line : head.name) name_y += paper.write(line, kBody, x, name_y, seal_x - x - 4);
  if (!head.name_note.empty()) name_y += paper.write(head.name_note, {.size = 9}, x, name_y, seal_x - x - 4);
  TRY(draw_seal(paper, seal_x, y, head.act, head.language));
  y = std::max(y + kSealHeight, name_y) + mm(5);
  const TextStyle title{.size = 17, .align = Align::SPREAD, .leading = 1.3};
  const double natural = paper.lay(head.title, {.size = 17}, paper.width()).natural_width();
  const double title_width = std::min(paper.width(), natural * 1.25);
  y += paper.write(head.title, title, paper.left() + (paper.width() - title_width) / 2, y, title_width);
  if (head.language == Language::EN && !head.title_small.empty())
    y += paper.write(head.title_small, {.face = Face::GOTHIC, .size = 8.5, .align = Align::CENTRE}, paper.left(), y, paper.width());
  paper.move_to(y + mm(3));
  return {};
}

Table label_table(Paper& paper, double label_share) {
  TextStyle label = kLabel;
  label.align = Align::SPREAD;
  return Table(
      paper, {Column{.share = label_share, .style = label, .shade = 0.95}, Column{.share = 1 - label_share, .style = {.size = 10, .leading = 1.4}}});
}

Row label_row(const Label& label, std::string value, Language language) {
  return {.cells = {std::string(label.ja), std::move(value)}, .smalls = {label.small(language)}};
}

}  // namespace warifu::document

#include "document/cover_sheet.h"

#include <fmt/format.h>

#include "document/form_parts.h"

namespace warifu::document {
namespace {

Column column(const Label& label, Language language, double share, const TextStyle& style) {
  return {.title = std::string(label.ja), .small = label.small(language), .share = share, .style = style};
}

std::string sentence_of(const CoverSheet& sheet) {
  const std::string date = sheet.inquiry_date ? japanese_era(*sheet.inquiry_date) + "付け" : "";
  const std::string version = sheet.inquiry_version > 1 ? fmt::format("(第{}版)", sheet.inquiry_version) : "";
  return fmt::format("\u3000{}{}{}により照会のあった事項について、下記のとおり回答します。", date, sheet.inquiry_number, version);
}

void draw_items(Paper& paper, const CoverSheet& sheet) {
  const TextStyle text{.size = 9, .leading = 1.35};
  TextStyle centre = text, right = text, value = text;
  centre.align = Align::CENTRE;
  right.align = Align::RIGHT;
  value.face = Face::GOTHIC;
  const Language language = sheet.language;
  Table table(paper, {column({"番号", "no."}, language, 10, centre), column({"対象の種類", "selector"}, language, 23, text),
                      column({"対象", "value"}, language, 40, value), column({"結果", "result"}, language, 20, text),
                      column({"理由・説明", "reason, explanation"}, language, 35, text), column({"行数", "rows"}, language, 15, right),
                      column({"記録の始期", "reaches back to"}, language, 22, text)});
  table.begin();
  for (const CoverItem& item : sheet.items) {
    std::string why = item.reason;
    if (!item.message.empty()) why += (why.empty() ? "" : "\n") + item.message;
    table.add({.cells = {std::to_string(item.no), item.selector_type, item.selector, item.result, why.empty() ? "—" : why, grouped(item.rows),
                         item.reaches_back ? short_date(*item.reaches_back) : "—"}});
  }
  table.end();
}

void draw_files(Paper& paper, const CoverSheet& sheet) {
  paper.flow("添付ファイル", kLabel, Label{"", "files"}.small(sheet.language));
  paper.skip(mm(1));
  const TextStyle text{.size = 8.5, .leading = 1.3};
  TextStyle right = text, code = text, centre = text;
  right.align = Align::RIGHT;
  centre.align = Align::CENTRE;
  code.face = Face::GOTHIC;
  code.size = 7.5;
  const Language language = sheet.language;
  Table table(paper, {column({"番号", "no."}, language, 10, centre), column({"名称", "name"}, language, 42, text),
                      column({"形式", "type"}, language, 26, code), column({"バイト数", "bytes"}, language, 20, right),
                      column({"SHA-256", ""}, language, 67, code)});
  table.begin();
  int no = 0;
  for (const CoverFile& file : sheet.files) {
    const std::string hex = file.sha256.hex();
    table.add({.cells = {std::to_string(++no), file.name, file.media_type, grouped(file.bytes), hex.substr(0, 32) + "\n" + hex.substr(32)}});
  }
  if (sheet.files.empty()) table.add_across("添付ファイルはありません");
  table.end();
}

void draw_closing(Paper& paper, const CoverSheet& sheet) {
  const Language language = sheet.language;
  Table table = label_table(paper);
  table.begin();
  table.add(label_row({"完全性", "completeness"}, sheet.completeness.empty() ? "—" : sheet.completeness, language));
  table.add(label_row({"作成者", "prepared by"}, sheet.preparer.empty() ? "—" : sheet.preparer, language));
  const std::string releaser = sheet.releaser_post + " " + sheet.releaser_name;
  table.add(label_row({"送付者", "released by"}, sheet.releaser_name.empty() ? "—" : releaser, language));
  table.add(label_row({"所要時間", "time spent"}, grouped(sheet.minutes) + "分", language));
  table.add(label_row({"費用", "cost"}, grouped(sheet.yen) + "円", language));
  table.end();
}

}  // namespace

Result<std::string> cover_sheet_pdf(const CoverSheet& sheet) {
  if (sheet.items.empty()) return fail(Code::EMPTY_FIELD, "an answer without items", "items");
  PaperSettings settings;
  settings.margin_top = mm(18);
  settings.title = "回答書 " + sheet.inquiry_number;
  settings.author = sheet.provider;
  settings.created = sheet.created;
  settings.running_head = sheet.reference;
  settings.footer_left = sheet.inquiry_number;
  settings.footer_right = sheet.reference;
  settings.watermark = sheet.release ? "" : "案";
  Paper paper = TRY(Paper::open(settings));
  LetterHead head;
  head.language = sheet.language;
  head.number = sheet.reference;
  head.date = sheet.date ? japanese_era(*sheet.date) : "令和\u3000\u3000年\u3000\u3000月\u3000\u3000日";
  head.addressee = sheet.agency_office;
  head.honorific = "御中";
  if (!sheet.agency_head.empty()) {
    head.addressee = sheet.agency_office + "\n" + sheet.agency_head;
    head.honorific = "殿";
  }
  head.sender = {sheet.provider, sheet.provider_address};
  head.name = {sheet.releaser_post, sheet.releaser_name};
  head.act = sheet.release;
  head.mark = sheet.release ? "" : "案";
  head.title = "回答書";
  head.title_small = "Answer to an inquiry";
  TRY(draw_letter_head(paper, head));
  paper.flow(sentence_of(sheet), kBody);
  paper.skip(mm(1.5));
  paper.flow("記", {.size = 11, .align = Align::CENTRE});
  paper.skip(mm(1.5));
  draw_items(paper, sheet);
  paper.skip(mm(3));
  draw_files(paper, sheet);
  paper.skip(mm(3));
  draw_closing(paper, sheet);
  paper.skip(mm(1.5));
  paper.flow("以\u3000上", {.size = 10.5, .align = Align::RIGHT});
  return paper.finish();
}

}  // namespace warifu::document

#include "document/inquiry_form.h"

#include <fmt/format.h>

#include <algorithm>

#include "document/form_parts.h"

namespace warifu::document {
namespace {

constexpr Label kNo{"番号", "no."}, kType{"対象の種類", "selector"}, kSelector{"対象", "value"}, kPeriod{"期間(日本時間)", "period (UTC+9)"},
    kCategories{"求める情報", "data asked for"}, kPurpose{"照会の趣旨", "purpose"}, kDue{"回答期限", "due"}, kHow{"回答方法", "how to answer"},
    kOffence{"罪名", "offence"}, kOfficer{"担当者", "officer in charge"}, kSecrecy{"漏えい防止", "confidentiality"},
    kCover{"協力依頼", "cover request"}, kRelated{"関係番号", "related numbers"};

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

Row item_row(const FormItem& item) {
  return {.cells = {std::to_string(item.no), item.selector_type, item.selector, item.period ? span_text(*item.period) : "—",
                    joined(item.categories, "\n"), item.purpose}};
}

// Where no item has a period, its column leaves the room to what is asked for and why; an account of a service stands on one line.
Table items_table(Paper& paper, const InquiryForm& form) {
  const Language language = form.language;
  const bool has_period = std::ranges::any_of(form.items, [](const FormItem& item) { return item.period.has_value(); });
  const TextStyle text{.size = 9, .leading = 1.35};
  TextStyle number = text, value = text, period = text;
  number.align = Align::CENTRE;
  value.face = Face::GOTHIC;
  period.size = 8;
  const auto column = [&](const Label& label, double share, const TextStyle& style) {
    return Column{.title = std::string(label.ja), .small = label.small(language), .share = share, .style = style};
  };
  return Table(paper, {column(kNo, 12, number), column(kType, 22, text), column(kSelector, 42, value), column(kPeriod, has_period ? 37 : 26, period),
                       column(kCategories, has_period ? 25 : 30, text), column(kPurpose, has_period ? 27 : 33, text)});
}

std::string officer_text(const FormOfficer& officer) {
  std::string text = officer.section + " " + officer.post + " " + officer.name;
  text += "\n電話 " + officer.telephone;
  if (!officer.extension.empty()) text += "(内線 " + officer.extension + ")";
  return text;
}

std::vector<Row> closing_rows(const InquiryForm& form) {
  std::vector<Row> rows;
  const auto add = [&](const Label& label, std::string value) { rows.push_back(label_row(label, std::move(value), form.language)); };
  add(kDue, japanese_era(form.due) + "まで" + (form.is_urgent ? "\u3000【至急】" : ""));
  add(kHow, form.answer_how);
  if (form.offence) add(kOffence, *form.offence);
  add(kOfficer, officer_text(form.officer));
  if (form.confidentiality)
    add(kSecrecy, "刑事訴訟法第197条第5項により、本照会に関する事項をみだりに漏らさないよう求めます。\n理由 " + form.confidentiality->reason +
                      "\n必要性の見直し期日 " + japanese_era(form.confidentiality->review));
  if (form.cover_request) add(kCover, *form.cover_request);
  if (!form.related.empty()) add(kRelated, joined(form.related, "、"));
  return rows;
}

std::string mark_of(const InquiryForm& form) {
  std::string mark = form.is_draft ? "案" : "";
  if (form.version > 1) mark += fmt::format("{}第{}版 変更", mark.empty() ? "" : " ", form.version);
  return mark;
}

// How many items stand on the first page: all when they fit above the closing rows, else those that fit with the reference to the annex.
std::size_t items_on_first_page(const Paper& paper, const Table& items, const InquiryForm& form, double closing_height) {
  const double space = paper.bottom() - paper.y() - items.header_height() - closing_height;
  const double reference = items.height_across("別紙", form.language == Language::EN ? "annex" : "");
  double used = 0;
  std::size_t fitting = 0;
  for (std::size_t i = 0; i < form.items.size(); ++i) {
    used += items.height_of(item_row(form.items[i]));
    if (used > space) return fitting;
    if (used + reference <= space) fitting = i + 1;
  }
  return form.items.size();
}

void draw_annex(Paper& paper, const InquiryForm& form, std::size_t first) {
  paper.new_page();
  paper.flow("別紙", {.size = 14, .align = Align::CENTRE}, Label{"", "Annex"}.small(form.language));
  const int from = form.items[first].no, to = form.items.back().no;
  paper.flow(fmt::format("照会事項(第{}項から第{}項まで)", from, to), {.size = 10.5});
  paper.skip(mm(1.5));
  Table table = items_table(paper, form);
  table.begin();
  for (std::size_t i = first; i < form.items.size(); ++i) table.add(item_row(form.items[i]));
  table.end();
  paper.skip(mm(1.5));
  paper.flow("以\u3000上", {.size = 10.5, .align = Align::RIGHT});
}

PaperSettings settings_of(const InquiryForm& form) {
  PaperSettings settings;
  settings.margin_top = mm(18);
  settings.title = form.title + (form.document_number.empty() ? "" : " " + form.document_number);
  settings.author = form.office;
  settings.created = form.created;
  settings.running_head = form.document_number;
  settings.footer_right = form.serial ? serial_text(form.form, *form.serial) : fmt::format("様式 {} 第\u3000\u3000\u3000号", form.form);
  settings.watermark = form.is_draft ? "案" : "";
  return settings;
}

LetterHead head_of(const InquiryForm& form) {
  LetterHead head;
  head.language = form.language;
  head.number = form.document_number.empty() ? "(文書番号\u3000未定)" : form.document_number;
  head.date = form.issued ? japanese_era(*form.issued) : "令和\u3000\u3000年\u3000\u3000月\u3000\u3000日";
  head.addressee = form.addressee;
  head.honorific = "御中";
  head.sender = {form.office, form.address};
  head.name = {form.head_post, form.head_name};
  if (form.delegate) head.name_note = "(代決 " + *form.delegate + ")";
  head.act = form.approval;
  head.mark = mark_of(form);
  head.title = form.title;
  head.title_small = form.title_small;
  return head;
}

}  // namespace

Result<std::string> inquiry_form_pdf(const InquiryForm& form) {
  if (form.items.empty()) return fail(Code::EMPTY_FIELD, "a form without items", "items");
  Paper paper = TRY(Paper::open(settings_of(form)));
  TRY(draw_letter_head(paper, head_of(form)));
  paper.flow("\u3000" + form.sentence, kBody);
  paper.skip(mm(1.5));
  paper.flow("記", {.size = 11, .align = Align::CENTRE});
  paper.skip(mm(1.5));

  const std::vector<Row> closing = closing_rows(form);
  Table closing_table = label_table(paper);
  double closing_height = mm(3) + mm(1.5) + 16;  // the gap between the tables and 以上
  for (const Row& row : closing) closing_height += closing_table.height_of(row);

  Table items = items_table(paper, form);
  const std::size_t fitting = items_on_first_page(paper, items, form, closing_height);
  items.begin();
  for (std::size_t i = 0; i < fitting; ++i) items.add(item_row(form.items[i]));
  const bool has_annex = fitting < form.items.size();
  if (has_annex)
    items.add_across(fitting == 0 ? fmt::format("別紙のとおり(全{}項)", form.items.size())
                                  : fmt::format("以下、別紙のとおり(全{}項のうち第{}項以降)", form.items.size(), form.items[fitting].no),
                     Label{"", "continued in the annex"}.small(form.language));
  items.end();
  paper.skip(mm(3));
  closing_table.begin();
  for (const Row& row : closing) closing_table.add(row);
  closing_table.end();
  if (has_annex) {
    draw_annex(paper, form, fitting);
  } else {
    paper.skip(mm(1.5));
    paper.flow("以\u3000上", {.size = 10.5, .align = Align::RIGHT});
  }
  return paper.finish();
}

}  // namespace warifu::document

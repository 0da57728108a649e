#include "document/statement.h"

#include <fmt/format.h>

#include <utility>

#include "document/form_parts.h"

namespace warifu::document {
namespace {

struct Totals {
  std::int64_t items = 0, minutes = 0, yen = 0;
  std::vector<std::pair<std::string, int>> results;  // in order of first appearance
};

Totals totals_of(const Statement& statement) {
  Totals totals;
  for (const StatementLine& line : statement.lines) {
    totals.items += line.items;
    totals.minutes += line.minutes;
    totals.yen += line.yen;
    bool is_known = false;
    for (auto& [name, count] : totals.results) {
      if (name != line.result) continue;
      ++count;
      is_known = true;
    }
    if (!is_known) totals.results.emplace_back(line.result, 1);
  }
  return totals;
}

void draw_totals(Paper& paper, const Statement& statement, const Totals& totals) {
  std::string results;
  for (const auto& [name, count] : totals.results) results += fmt::format("{}{} {}件", results.empty() ? "" : "\u3000", name, grouped(count));
  Table table = label_table(paper);
  table.begin();
  const Language language = statement.language;
  table.add(label_row({"対象月", "month"}, era_month(statement.year, statement.month), language));
  table.add(label_row({"受付件数", "received"},
                      fmt::format("{}件\u3000(照会事項 {}項目)", grouped(static_cast<std::int64_t>(statement.lines.size())), grouped(totals.items)),
                      language));
  table.add(label_row({"結果別", "by result"}, results.empty() ? "—" : results, language));
  table.add(label_row({"所要時間", "time spent"},
                      fmt::format("{}分\u3000({}時間{}分)", grouped(totals.minutes), grouped(totals.minutes / 60), totals.minutes % 60), language));
  table.add(label_row({"費用", "cost"}, grouped(totals.yen) + "円", language));
  table.end();
}

void draw_lines(Paper& paper, const Statement& statement, const Totals& totals) {
  const TextStyle text{.size = 8.5, .leading = 1.3};
  TextStyle right = text, centre = text;
  right.align = Align::RIGHT;
  centre.align = Align::CENTRE;
  const auto column = [&](const Label& label, double share, const TextStyle& style) {
    return Column{.title = std::string(label.ja), .small = label.small(statement.language), .share = share, .style = style};
  };
  Table table(paper,
              {column({"番号", "no."}, 10, right), column({"文書番号", "document number"}, 33, text), column({"様式", "form"}, 16, centre),
               column({"照会元", "office"}, 24, text), column({"受付", "received"}, 18, text), column({"項数", "items"}, 9, right),
               column({"結果", "result"}, 17, text), column({"送付", "released"}, 18, text), column({"分", "min."}, 12, right),
               column({"円", "yen"}, 17, right)},
              8);
  table.begin();
  int no = 0;
  for (const StatementLine& line : statement.lines) {
    std::string number = line.number;
    if (!line.reference.empty()) number += "\n当方 " + line.reference;
    table.add({.cells = {std::to_string(++no), number, line.form_serial.empty() ? "—" : line.form_serial, line.office, short_time(line.received),
                         std::to_string(line.items), line.result, line.released ? short_time(*line.released) : "—", grouped(line.minutes),
                         grouped(line.yen)}});
  }
  if (statement.lines.empty()) table.add_across("当月に受け付けた照会はありません");
  table.add({.cells = {"", "合計", "", "", "", grouped(totals.items), "", "", grouped(totals.minutes), grouped(totals.yen)}});
  table.end();
}

}  // namespace

Result<std::string> statement_pdf(const Statement& statement) {
  PaperSettings settings;
  settings.title = fmt::format("照会受付月次明細書 {} {}", era_month(statement.year, statement.month), statement.agency);
  settings.author = statement.provider;
  settings.created = statement.created;
  settings.running_head = fmt::format("照会受付月次明細書 {}", era_month(statement.year, statement.month));
  settings.footer_left = statement.provider;
  settings.margin_left = mm(20);
  settings.margin_right = mm(16);
  Paper paper = TRY(Paper::open(settings));
  TextStyle right = kBody;
  right.align = Align::RIGHT;
  paper.flow(japanese_era(tokyo_date(statement.created)), right);
  paper.skip(mm(2));
  paper.flow(statement.agency + "\u3000御中", {.size = 12.5});
  paper.skip(mm(2));
  paper.flow(statement.provider + "\n" + statement.provider_address, right);
  paper.skip(mm(7));
  const double title_width = mm(78);
  paper.skip(paper.write("照会受付月次明細書", {.size = 17, .align = Align::SPREAD, .leading = 1.3}, (paper.left() + paper.right() - title_width) / 2,
                         paper.y(), title_width));
  if (statement.language == Language::EN)
    paper.flow("Monthly statement of inquiries received", {.face = Face::GOTHIC, .size = 8.5, .align = Align::CENTRE});
  paper.skip(mm(4));
  paper.flow("\u3000下記のとおり照会を受け付けましたので、交付簿と照合してください。記録のない照会があるときは、直ちに連絡してください。", kBody);
  paper.skip(mm(3));
  const Totals totals = totals_of(statement);
  draw_totals(paper, statement, totals);
  paper.skip(mm(4));
  draw_lines(paper, statement, totals);
  return paper.finish();
}

std::string statement_csv(const Statement& statement) {
  const CsvRow header = {"number", "office", "form_serial", "received", "items", "result", "released", "reference", "minutes", "yen"};
  std::vector<CsvRow> rows;
  rows.reserve(statement.lines.size());
  for (const StatementLine& line : statement.lines)
    rows.push_back({line.number, line.office, line.form_serial, to_rfc3339_tokyo(line.received), std::to_string(line.items), line.result_code,
                    line.released ? to_rfc3339_tokyo(*line.released) : "", line.reference, std::to_string(line.minutes), std::to_string(line.yen)});
  return write_csv(header, rows);
}

}  // namespace warifu::document

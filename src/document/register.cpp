#include "document/register.h"

#include <fmt/format.h>

#include "document/paper.h"
#include "document/table.h"

namespace warifu::document {
namespace {

constexpr std::size_t kSerialColumn = 0, kReasonColumn = 9;

std::vector<Column> columns(Language language) {
  const TextStyle text{.size = 7.5, .leading = 1.3};
  TextStyle serial = text, code = text;
  serial.align = Align::CENTRE;
  serial.face = Face::GOTHIC;
  code.face = Face::GOTHIC;
  code.size = 7;
  const auto column = [&](std::string_view ja, std::string_view en, double share, const TextStyle& style) {
    return Column{.title = std::string(ja), .small = language == Language::EN ? std::string(en) : "", .share = share, .style = style};
  };
  return {column("番号", "serial", 14, serial),
          column("交付年月日\n交付先", "issued, to", 25, text),
          column("文書番号\n事件番号", "document, case", 30, text),
          column("照会先", "addressee", 27, text),
          column("照会事項", "items (masked)", 38, code),
          column("決裁者\n決裁日時", "approver, time", 27, text),
          column("発出\n到達", "dispatched, delivered", 25, text),
          column("回答期限\n回答", "due, answered", 25, text),
          column("結果", "result", 15, text),
          column("書損・差替の理由", "spoiled: why", 20, text),
          column("検査・検査者\n重複", "inspection, overlap", 22, text),
          column("保存期限\n廃棄・証明", "kept until, purge", 23, text)};
}

std::string reason_text(const RegisterRow& row) {
  switch (row.entry) {
    case RegisterEntry::ISSUED: return "—";
    case RegisterEntry::SPOILED: return "書損\n" + row.reason;
    case RegisterEntry::SUPERSEDED: return "差替\n" + row.reason;
  }
  return {};
}

Row table_row(const RegisterRow& row) {
  const bool is_spoiled = row.entry == RegisterEntry::SPOILED;
  const std::string none = is_spoiled ? "" : "—";  // what is not there need not be struck
  const auto both = [](const std::string& first, const std::string& second) { return first + "\n" + second; };
  const auto or_dash = [&](const std::string& text) { return text.empty() ? none : text; };
  const auto text_or_dash = [&](const auto& value, auto text) { return value ? text(*value) : none; };
  Row out;
  out.cells = {five_digits(row.serial),
               both(text_or_dash(row.date, short_date), or_dash(row.issued_to)),
               both(or_dash(row.document_number), or_dash(row.case_number)),
               or_dash(row.addressee),
               or_dash(with_readable_times(row.items)),
               both(or_dash(row.approver), text_or_dash(row.approved, short_time)),
               both(text_or_dash(row.dispatched, short_time), text_or_dash(row.delivered, short_time)),
               both(text_or_dash(row.due, short_date), text_or_dash(row.answered, short_time)),
               or_dash(row.result),
               reason_text(row),
               both(row.inspected ? short_date(*row.inspected) + " " + row.inspector : none, or_dash(row.overlap)),
               both(text_or_dash(row.kept_until, short_date), row.purged ? short_time(*row.purged) + " " + row.purge_proof : none)};
  out.is_struck = is_spoiled;
  out.unstruck = {kSerialColumn, kReasonColumn};
  return out;
}

std::string check_line(const RegisterPaper& paper) {
  int issued = 0, spoiled = 0, superseded = 0;
  for (const RegisterRow& row : paper.rows) {
    issued += row.entry == RegisterEntry::ISSUED;
    spoiled += row.entry == RegisterEntry::SPOILED;
    superseded += row.entry == RegisterEntry::SUPERSEDED;
  }
  std::string text = "欠番点検 ";
  if (paper.gaps.empty()) {
    text +=
        paper.rows.empty() ? "交付なし" : fmt::format("欠番なし(第{:05}号から第{:05}号まで)", paper.rows.front().serial, paper.rows.back().serial);
  } else {
    text += fmt::format("▲欠番あり {}件 ", paper.gaps.size());
    for (std::size_t i = 0; i < paper.gaps.size(); ++i) text += fmt::format("{}第{:05}号", i == 0 ? "" : "、", paper.gaps[i]);
  }
  return text + fmt::format("\u3000\u3000交付 {}件\u3000書損 {}件\u3000差替 {}件", grouped(issued), grouped(spoiled), grouped(superseded));
}

}  // namespace

Result<std::string> register_pdf(const RegisterPaper& input) {
  PaperSettings settings;
  settings.orientation = Orientation::LANDSCAPE;
  settings.margin_left = settings.margin_right = mm(12);
  settings.margin_top = mm(18);
  settings.margin_bottom = mm(14);
  settings.title = fmt::format("捜査関係事項照会書等交付簿 様式{} {} {}", input.form, era_year(input.year), input.office);
  settings.author = input.organisation;
  settings.created = input.created;
  settings.running_head = fmt::format("交付簿 様式 {} {} {}", input.form, era_year(input.year), input.office);
  settings.footer_left = "出力 " + era_time(whole_minute(input.created));
  settings.footer_right = fmt::format("様式 {} {}", input.form, input.form_name);
  Paper paper = TRY(Paper::open(settings));
  const double y = paper.top() - mm(4);
  const TextStyle side{.size = 9.5, .leading = 1.4};
  TextStyle right = side;
  right.align = Align::RIGHT;
  paper.write(fmt::format("{}\n様式 {}\u3000{}", era_year(input.year), input.form, input.form_name), side, paper.left(), y, mm(90));
  paper.write(fmt::format("{} {}\n取扱責任者\u3000{}", input.organisation, input.office, input.keeper), right, paper.right() - mm(110), y, mm(110));
  const double title_width = mm(88);
  paper.write("捜査関係事項照会書等交付簿", {.size = 15, .align = Align::SPREAD, .leading = 1.4}, (paper.left() + paper.right() - title_width) / 2, y,
              title_width);
  if (input.language == Language::EN)
    paper.write("Register of issued inquiry forms", {.face = Face::GOTHIC, .size = 8, .align = Align::CENTRE}, paper.left(), y + 21, paper.width());
  paper.move_to(y + mm(14));
  paper.flow(check_line(input), {.face = Face::GOTHIC, .size = 9});
  paper.skip(mm(1));
  Table table(paper, columns(input.language), 7.5);
  table.begin();
  for (const RegisterRow& row : input.rows) table.add(table_row(row));
  if (input.rows.empty()) table.add_across("交付した照会書はありません");
  table.end();
  return paper.finish();
}

}  // namespace warifu::document

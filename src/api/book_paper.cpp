#include "api/book_paper.h"

#include <fmt/format.h>

#include "document/csv.h"
#include "document/register.h"
#include "document/statement.h"

namespace warifu::api {

namespace {

using document::CsvRow;
using inquiry::State;

std::string or_empty(const std::optional<Time>& at) { return at ? to_rfc3339_tokyo(*at) : std::string(); }

// A name as Japanese paper bears it; the variant for readers of English adds what it is called there.
std::string with_twin(const std::string& ja, const std::string& en, document::Language language) {
  return language == document::Language::JA || en.empty() ? ja : ja + " (" + en + ")";
}

document::RegisterEntry entry_of(const std::string& state) {
  if (state == "SPOILED") return document::RegisterEntry::SPOILED;
  if (state == "SUPERSEDED") return document::RegisterEntry::SUPERSEDED;
  return document::RegisterEntry::ISSUED;
}

document::Statement statement_of(const desk::StatementView& view, const StatementParties& parties, document::Language language) {
  document::Statement out;
  out.language = language;
  out.provider = parties.provider;
  out.provider_address = parties.provider_address;
  out.agency = parties.agency;
  const desk::StatementHead& head = view.statement.head;
  if (const Result<report::Month> month = report::Month::parse(head.month)) {
    out.year = month->year;
    out.month = month->month;
  }
  for (const inquiry::StatementLine& line : view.lines) {
    document::StatementLine row;
    row.number = line.number;
    row.office = line.office;
    row.form_serial = fmt::format("{}-{:05}", enum_text(line.form), line.serial);
    row.received = line.received;
    row.items = line.items;
    row.result_code = line.is_suspect ? "SUSPECT" : std::string(enum_text(line.state));
    row.result = line.is_suspect ? "真正性に疑い" : std::string(state_word(line.state));
    row.released = line.answered;
    row.reference = line.reference;
    row.minutes = line.minutes;
    row.yen = line.yen;
    out.lines.push_back(std::move(row));
  }
  out.created = head.issued;
  return out;
}

}  // namespace

std::string_view state_word(State state) {
  switch (state) {
    case State::NONE: return "";
    case State::ORAL: return "口頭照会";
    case State::DRAFT: return "起案";
    case State::CHECKED: return "点検済み";
    case State::APPROVED: return "決裁済み";
    case State::REGISTERED: return "発番済み";
    case State::DISPATCHED: return "発出";
    case State::DELIVERED: return "到達";
    case State::ACCEPTED: return "受付";
    case State::RETURNED: return "差戻し";
    case State::IN_PROGRESS: return "作業中";
    case State::ANSWERED: return "回答";
    case State::PARTLY_ANSWERED: return "一部回答";
    case State::NONE_HELD: return "該当なし";
    case State::REFUSED: return "回答不可";
    case State::NEEDS_WARRANT: return "要令状";
    case State::NARROWING_PROPOSED: return "範囲縮小の提案";
    case State::CLOSED: return "終結";
    case State::RETAINED: return "保存";
    case State::PURGED: return "廃棄";
    case State::WITHDRAWN: return "取下げ";
    case State::VOIDED: return "取りやめ";
  }
  return "";
}

Result<std::string> register_paper(const law::Catalogue& law, const desk::RegisterView& view, const RegisterHead& head, document::Language language) {
  document::RegisterPaper paper;
  paper.language = language;
  paper.organisation = head.organisation;
  paper.office = with_twin(view.office_name, view.office_name_en, language);
  paper.keeper = head.keeper;
  paper.form = std::string(enum_text(view.form));
  paper.form_name = law.form(view.form).name.ja;
  paper.year = view.year;
  paper.gaps = view.gaps;
  paper.created = head.created;
  for (const desk::RegisterLine& line : view.lines) {
    document::RegisterRow row;
    row.serial = line.numbering.serial;
    row.entry = entry_of(line.state);
    row.reason = line.reason;
    row.document_number = line.numbering.document_number;
    row.case_number = line.case_number;
    row.addressee = with_twin(line.addressee, line.addressee_en, language);
    row.issued_to = line.issued_to.value_or("");
    if (line.dispatched) row.date = tokyo_date(*line.dispatched);
    row.items = line.items;
    row.approver = line.approver;
    row.approved = line.approved;
    row.dispatched = line.dispatched;
    row.delivered = line.delivered;
    row.answered = line.answered;
    row.due = line.due;
    if (const Result<State> state = enum_parse<State>(line.answer)) row.result = state_word(*state);
    row.purged = line.purged;
    if (line.inspected) row.inspected = tokyo_date(*line.inspected);
    row.inspector = line.inspector;
    row.kept_until = line.kept_until;
    if (line.receipt) row.purge_proof = document::verification_code(*line.receipt);
    paper.rows.push_back(std::move(row));
  }
  return document::register_pdf(paper);
}

std::string register_table(const desk::RegisterView& view) {
  const CsvRow header = {"form",     "serial",   "document_number", "entry",     "reason", "case_number", "addressee", "issued_to", "items",
                         "approver", "approved", "dispatched",      "delivered", "due",    "answered",    "result",    "purged"};
  std::vector<CsvRow> rows;
  rows.reserve(view.lines.size());
  for (const desk::RegisterLine& line : view.lines)
    rows.push_back({std::string(enum_text(line.numbering.form)), std::to_string(line.numbering.serial), line.numbering.document_number, line.state,
                    line.reason, line.case_number, line.addressee, line.issued_to.value_or(""), line.items, line.approver, or_empty(line.approved),
                    or_empty(line.dispatched), or_empty(line.delivered), line.due ? line.due->iso() : "", or_empty(line.answered), line.answer,
                    or_empty(line.purged)});
  return document::write_csv(header, rows);
}

Result<std::string> statement_paper(const desk::StatementView& view, const StatementParties& parties, document::Language language) {
  return document::statement_pdf(statement_of(view, parties, language));
}

std::string statement_table(const desk::StatementView& view, const StatementParties& parties) {
  return document::statement_csv(statement_of(view, parties, document::Language::JA));
}

std::string public_csv(const report::PublicTable& table) {
  const CsvRow header = {"period", "section", "key", "ja", "en", "shown"};
  std::vector<CsvRow> rows;
  for (const report::PublicRow& row : table.rows) rows.push_back({table.period, row.section, row.key, row.ja, row.en, row.shown});
  return document::write_csv(header, rows);
}

}  // namespace warifu::api

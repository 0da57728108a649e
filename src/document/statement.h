#pragma once
// A provider's monthly statement (月次明細) to one agency: every inquiry received in the month, so that the agency can compare it with its
// register; an inquiry the agency does not know is an alarm. PDF for people, CSV for programs; both from the same values, totals computed here.

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "document/csv.h"
#include "document/words.h"

namespace warifu::document {

struct StatementLine {
  std::string number;       // the agency's document number, as received
  std::string office;       // the agency's unit
  std::string form_serial;  // A-00012
  Time received;
  int items = 0;
  std::string result_code, result;  // ANSWERED, 回答
  std::optional<Time> released;
  std::string reference;  // the provider's own number
  int minutes = 0, yen = 0;
};

struct Statement {
  Language language = Language::JA;
  std::string provider, provider_address, agency;
  int year = 2026;
  unsigned month = 1;
  std::vector<StatementLine> lines;
  Time created;
};

[[nodiscard]] Result<std::string> statement_pdf(const Statement& statement);
// Columns: number, office, form_serial, received, items, result, released, reference, minutes, yen; times in RFC 3339 with Japan's offset.
[[nodiscard]] std::string statement_csv(const Statement& statement);

}  // namespace warifu::document

#pragma once
// Registers, statements and the public table as paper and as tables for spreadsheets: made from what the desk shows, so that paper never says
// more than the page does.

#include <string>

#include "desk/views.h"
#include "document/words.h"
#include "law/catalogue.h"

namespace warifu::api {

struct RegisterHead {
  std::string organisation, keeper;  // keeper: post and name of the registrar
  Time created;
};
[[nodiscard]] Result<std::string> register_paper(const law::Catalogue& law, const desk::RegisterView& view, const RegisterHead& head,
                                                 document::Language language);
[[nodiscard]] std::string register_table(const desk::RegisterView& view);

struct StatementParties {
  std::string provider, provider_address, agency;
};
[[nodiscard]] Result<std::string> statement_paper(const desk::StatementView& view, const StatementParties& parties, document::Language language);
[[nodiscard]] std::string statement_table(const desk::StatementView& view, const StatementParties& parties);

[[nodiscard]] std::string public_csv(const report::PublicTable& table);

// 回答, 取下げ …: the state as office paper words it.
[[nodiscard]] std::string_view state_word(inquiry::State state);

}  // namespace warifu::api

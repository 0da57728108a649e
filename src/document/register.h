#pragma once
// The register of issued forms (捜査関係事項照会書等交付簿) as ruled pages, A4 lying: one register per register office, kind of form and year.
// At the top stands whether the serials run without a gap; a spoiled serial (書損) stays in the register, struck through, with its reason.
// Selectors are given masked. Absent values print as "—".

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "document/words.h"

namespace warifu::document {

enum class RegisterEntry { ISSUED, SPOILED, SUPERSEDED };

struct RegisterRow {
  int serial = 1;
  RegisterEntry entry = RegisterEntry::ISSUED;
  std::string reason;  // of spoiling or superseding
  std::string document_number, case_number, addressee;
  std::string issued_to;     // the officer
  std::optional<Date> date;  // of issue
  std::string items;         // masked selectors, one per line or joined
  std::string approver;
  std::optional<Time> approved, dispatched, delivered, answered;
  std::optional<Date> due;
  std::string result;  // 回答, 一部回答 …
  std::optional<Date> inspected;
  std::string inspector;
  std::string overlap;  // 重複
  std::optional<Date> kept_until;
  std::optional<Time> purged;
  std::string purge_proof;  // verification code of the purge's act
};

struct RegisterPaper {
  Language language = Language::JA;
  std::string organisation, office, keeper;  // keeper: post and name of the 取扱責任者
  std::string form = "A", form_name = "捜査関係事項照会書";
  int year = 2026;
  std::vector<RegisterRow> rows;  // in order of serial
  std::vector<int> gaps;          // serials that nothing accounts for; must be empty
  Time created;
};

[[nodiscard]] Result<std::string> register_pdf(const RegisterPaper& paper);

}  // namespace warifu::document

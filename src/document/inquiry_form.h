#pragma once
// The inquiry form (捜査関係事項照会書) as office paper: A4 upright, document number and date at the top right, serial at the bottom right,
// a seal field with the verification code and a QR symbol of the approval. Plain input: names of types, categories and instruments come
// from the caller's catalogues, masked or in clear as the caller decides. The same input gives the same bytes.
// An inquiry that does not fit on the first page shows the items that do, and continues as annex (別紙).

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "document/words.h"

namespace warifu::document {

struct FormItem {
  int no = 1;
  std::string selector_type;  // 電話番号
  std::string selector;       // 090-0000-0000
  std::optional<Span> period;
  std::vector<std::string> categories;  // 契約者情報
  std::string purpose;
};

struct FormOfficer {
  std::string section, post, name, telephone, extension;
};

struct FormConfidentiality {
  std::string reason;
  Date review;
};

struct InquiryForm {
  Language language = Language::JA;
  std::string title = "捜査関係事項照会書", title_small;  // the instrument's or form's name; title_small is used in the English variant
  std::string document_number;                            // empty before numbering
  std::string form = "A";
  std::optional<int> serial;
  std::optional<Date> issued;
  std::string addressee;  // without 御中
  std::string office, address, head_post, head_name;
  std::optional<std::string> delegate;  // post and name of who signed in the head's place (代決)
  std::optional<Sha256> approval;       // the act of approval
  std::string sentence;
  std::vector<FormItem> items;
  std::optional<std::string> offence;
  Date due;
  bool is_urgent = false;
  std::string answer_how;
  FormOfficer officer;
  std::optional<FormConfidentiality> confidentiality;
  std::optional<std::string> cover_request;
  std::vector<std::string> related;
  int version = 1;
  bool is_draft = true;  // not yet dispatched: 案 across every page
  Time created;          // date of the file: when the act was made that the paper shows
};

[[nodiscard]] Result<std::string> inquiry_form_pdf(const InquiryForm& form);

}  // namespace warifu::document

#pragma once
// The answer's cover sheet (回答書): result of every item, files with their digests, who prepared and who released, reference, time and cost,
// and the seal field of the release. What lies in the files is not repeated here.

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "document/words.h"

namespace warifu::document {

struct CoverItem {
  int no = 1;
  std::string selector_type, selector;  // masked or in clear, as the caller decides
  std::string result;                   // 回答, 該当なし …
  std::string reason, message;          // reason: name of the code, when there is one
  int rows = 0;
  std::optional<Date> reaches_back;
};

struct CoverFile {
  std::string name, media_type;
  std::int64_t bytes = 0;
  Sha256 sha256;
};

struct CoverSheet {
  Language language = Language::JA;
  std::string reference;                   // the provider's own number
  std::optional<Date> date;                // of release; absent on a preview
  std::string agency_office, agency_head;  // 御中 after the office; the head's post and name may be empty
  std::string provider, provider_address, releaser_post, releaser_name, preparer;
  std::optional<Sha256> release;  // the act of release
  std::string inquiry_number;
  std::optional<Date> inquiry_date;
  int inquiry_version = 1;
  std::vector<CoverItem> items;
  std::vector<CoverFile> files;
  std::string completeness;
  int minutes = 0, yen = 0;
  Time created;
};

[[nodiscard]] Result<std::string> cover_sheet_pdf(const CoverSheet& sheet);

}  // namespace warifu::document

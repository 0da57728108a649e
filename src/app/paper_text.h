#pragma once
// What is about to be signed, as plain text for people who do not trust a page: made from the very body whose digest stands in the text that
// is signed. Everything in the body is shown; nothing else is.

#include <string>

#include "desk/views.h"
#include "law/catalogue.h"

namespace warifu::app {

[[nodiscard]] std::string inquiry_text(const law::Catalogue& law, const inquiry::InquiryText& text);
[[nodiscard]] std::string answer_text(const law::Catalogue& law, const inquiry::Answer& answer);

// The signed text and its body, checked against each other and against who and what is expected (TEXT_DIFFERS), and shown in full. `view` is
// the matter as its page shows it, for a dispatch, which names the approved text by its digest only.
[[nodiscard]] Result<std::string> shown_before_signing(const law::Catalogue& law, const desk::Prepared& prepared, const desk::MatterView& view,
                                                       const std::string& kind);

// A matter on the terminal.
[[nodiscard]] std::string matter_text(const law::Catalogue& law, const desk::MatterView& view);

}  // namespace warifu::app

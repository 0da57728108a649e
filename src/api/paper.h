#pragma once
// The papers of a matter, made from its acts: whoever has the acts can print them, the desk's page and the evidence alike.

#include <optional>
#include <string>

#include "desk/office.h"
#include "document/words.h"
#include "inquiry/bodies.h"
#include "inquiry/fold.h"
#include "law/catalogue.h"

namespace warifu::api {

// The inquiry form of the newest dispatched version, or of the one in the making (marked 案). Nothing when its text has been purged or there
// is none yet. The same acts give the same bytes.
[[nodiscard]] Result<std::optional<std::string>> inquiry_paper(const law::Catalogue& law, const std::vector<inquiry::SignedAct>& acts,
                                                               const inquiry::MatterState& state, document::Language language);

// The cover sheet of one released answer; nothing when it is purged or not there.
[[nodiscard]] Result<std::optional<std::string>> answer_paper(const law::Catalogue& law, const party::Organisation& provider,
                                                              const std::vector<inquiry::SignedAct>& acts, const inquiry::MatterState& state,
                                                              const Sha256& release, document::Language language);

// What draws the paper that goes into an evidence bundle: the form in Japanese, whoever takes it.
[[nodiscard]] desk::Office::DrawPaper evidence_paper(const law::Catalogue& law);

}  // namespace warifu::api

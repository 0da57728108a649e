#pragma once
// A matter's row between the program and the tables matter, matter_doc, matter_words and matter_person: the columns are what lists filter and sort
// by, the JSON beside them is the whole row. Derived data: when the JSON of an older program is not understood, a rebuild writes it anew.

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "inquiry/projection.h"
#include "store/db.h"
#include "store/matter_seal.h"
#include "store/search_terms.h"
#include "store/written_rows.h"

namespace warifu::store {

[[nodiscard]] std::string encode_row(const inquiry::MatterRow& row);
[[nodiscard]] Result<inquiry::MatterRow> decode_row(std::string_view json);  // STORE_CORRUPT

// Sorts numbers as people do: runs of digits by their value; the empty number last.
[[nodiscard]] std::string number_key(std::string_view number);
// What sorts after every text that begins with the prefix.
[[nodiscard]] std::string prefix_end(std::string_view prefix);
inline constexpr std::int64_t kNeverDue = std::numeric_limits<std::int64_t>::max();

// The words of a matter, sealed.
[[nodiscard]] Bytes seal_terms(const MatterSeal& seal, const MatterId& matter, const inquiry::SearchTerms& terms);
[[nodiscard]] Result<inquiry::SearchTerms> open_terms(const MatterSeal& seal, const MatterId& matter, ByteView sealed);

// Writes the projection over the one before; only search terms that changed are touched. `before`, when it is there, is what stands in the tables,
// which are read otherwise.
Result<WrittenRow> put_projection(Database& database, const TermHasher& hasher, const MatterId& matter, const MatterSeal& seal,
                                  const inquiry::Projection& projection, const WrittenRow* before = nullptr);
// For many at once: what comes into the table term is collected in `later`, to be written by put_terms() in the same transaction. `terms` is
// asked for only when the words are others than those there.
using TermRows = std::vector<std::array<std::int64_t, 2>>;  // term, id
Status put_projection(Database& database, const MatterId& matter, const inquiry::Projection& projection,
                      const std::function<std::vector<std::int64_t>()>& terms, TermRows& later);
Status put_terms(Database& database, TermRows rows);
// Which parts of a projection stand in the tables exactly so: the row with its columns and persons; the words with the list of their entries in
// the index (not the index itself: rebuild.cpp holds it against all lists at once). Neither, when there is no such matter.
struct Held {
  bool row = false, terms = false;
};
[[nodiscard]] Result<Held> held(Database& database, const TermHasher& hasher, const MatterId& matter, const inquiry::Projection& projection);
// The next put_projection() writes the words and all their entries, whatever stands there.
Status forget_terms(Database& database, const MatterId& matter);
// The matter is no longer found by any text.
Status drop_terms(Database& database, const MatterId& matter);
Status drop_projection(Database& database, const MatterId& matter);
[[nodiscard]] Result<inquiry::Projection> get_projection(Database& database, const MatterId& matter);  // NOT_FOUND
[[nodiscard]] Result<inquiry::MatterRow> get_row(Database& database, std::int64_t id);                 // NOT_FOUND

}  // namespace warifu::store

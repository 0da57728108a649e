#pragma once
// Full search without keeping the text in an index: a matter is entered under keyed hashes (HMAC-SHA256 with a random key of the store, cut to
// 64 bits) of its selectors and of the parts of its words: pairs of characters, because Japanese is written without spaces and many names have two
// characters; and four letters or digits in a row, because there are few pairs of these and every number has them. A word of three and more
// characters is verified against the matter's own (sealed) words, since its parts could stand apart; a query of one character finds the words
// that begin with it.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hmac_key.h"
#include "inquiry/projection.h"
#include "store/db.h"

namespace warifu::store {

struct SearchWord {
  [[nodiscard]] bool stands_in(std::string_view text) const;  // folded, too; one character has to begin a word

  std::vector<std::string> exact;  // spellings of a selector this could be
  std::string folded;
  bool is_verified_by_text = false;
  std::vector<std::int64_t> exact_terms;
  std::vector<std::int64_t> part_terms;  // those expected to be rarest first; at least one
};

// Matches when the whole text is a selector of the matter, or each word is.
struct SearchQuery {
  std::vector<std::string> exact;
  std::vector<std::int64_t> exact_terms;
  std::vector<SearchWord> words;
  [[nodiscard]] bool is_empty() const { return exact.empty() && words.empty(); }
  [[nodiscard]] bool needs_text() const;
  [[nodiscard]] bool matches(const inquiry::SearchTerms& terms) const;
};

class TermHasher {
 public:
  TermHasher() = default;
  explicit TermHasher(ByteView key, bool has_runs = true) : key_(key), has_runs_(has_runs) {}
  // The store's key, made when the store is new. An older program entered no letters and digits in a row: until a rebuild has made up for that,
  // numbers are looked for by their pairs.
  [[nodiscard]] static Result<TermHasher> load_or_create(Database& database);
  // Every matter is entered as terms_of() says.
  static Status mark_entered(Database& database);
  // The same key, for a store in which everything is, or is to be, entered so.
  [[nodiscard]] TermHasher complete() const;

  // Sorted, without repetition. Words are folded already (inquiry::SearchTerms): folding costs more than all the rest.
  [[nodiscard]] std::vector<std::int64_t> terms_of(const inquiry::SearchTerms& terms) const;
  // Whether these entries are what the words ask for: those, or what an older program made of them where it may still stand so.
  [[nodiscard]] bool is_entered(std::span<const std::int64_t> entries, const inquiry::SearchTerms& terms) const;
  // TOO_LONG, TOO_MANY (words); BAD_UTF8 and the like of clean_line. Empty text: an empty query.
  [[nodiscard]] Result<SearchQuery> query_of(std::string_view text) const;

 private:
  [[nodiscard]] std::vector<std::int64_t> terms_of(const inquiry::SearchTerms& terms, bool with_runs) const;
  [[nodiscard]] std::int64_t hash(char kind, std::string_view text) const;
  crypto::HmacKey key_;
  bool has_runs_ = true;  // every matter is entered under them
};

// Eight bytes each, for the column matter_words.terms.
[[nodiscard]] Bytes pack_terms(std::span<const std::int64_t> terms);
[[nodiscard]] Result<std::vector<std::int64_t>> unpack_terms(ByteView packed);

}  // namespace warifu::store

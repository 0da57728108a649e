#include "store/search_terms.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/random.h"
#include "text/selector.h"
#include "text/unicode.h"

namespace warifu::store {
namespace {

constexpr char kExact = 'x';
constexpr char kPair = 'p';
constexpr char kFirst = 'f';
constexpr char kRun = 'r';
constexpr std::size_t kRunCharacters = 4;
constexpr std::string_view kKeyName = "search key", kPartsName = "search parts";
constexpr std::uint8_t kPartsVersion = 2;  // since letters and digits in a row are entered

void sort_unique(auto& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::vector<std::string> unique(std::vector<std::string> values) {
  sort_unique(values);
  return values;
}

std::vector<std::string_view> split_words(std::string_view folded) {
  std::vector<std::string_view> words;
  while (!folded.empty()) {
    const std::size_t end = std::min(folded.find(' '), folded.size());
    if (end > 0) words.push_back(folded.substr(0, end));
    folded.remove_prefix(std::min(end + 1, folded.size()));
  }
  return words;
}

std::string_view first_character(std::string_view word) {
  std::size_t end = 1;
  while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) ++end;
  return word.substr(0, end);
}

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Every four letters or digits of ASCII that stand in a row.
std::vector<std::string> runs_of(std::string_view folded) {
  std::vector<std::string> out;
  std::size_t length = 0;
  for (std::size_t end = 0; end < folded.size(); ++end) {
    length = is_letter_or_digit(folded[end]) ? length + 1 : 0;
    if (length >= kRunCharacters) out.emplace_back(folded.substr(end + 1 - kRunCharacters, kRunCharacters));
  }
  return out;
}

// Under which exact spellings a selector ("TYPE:canonical", or the canonical form alone) is entered.
std::vector<std::string> spellings_of(const std::string& selector) {
  std::vector<std::string> out = {selector, text::search_fold(selector)};
  const std::size_t colon = selector.find(':');
  if (colon != std::string::npos && enum_parse<text::SelectorType>(std::string_view(selector).substr(0, colon)))
    out.push_back(text::search_fold(std::string_view(selector).substr(colon + 1)));
  sort_unique(out);
  return out;
}

// Which of them a typed text could mean: itself, and what it is when read as a selector (０９０－… is +8190…).
std::vector<std::string> meanings_of(std::string_view typed) {
  std::vector<std::string> out = {std::string(typed), text::search_fold(typed)};
  for (const text::SelectorType type : text::guess_type(typed)) {
    const auto input = text::from_line(type, typed);
    if (!input) continue;
    if (const auto selector = text::parse_selector(*input)) out.push_back(std::string(enum_text(type)) + ":" + selector->canonical);
  }
  sort_unique(out);
  return out;
}

Result<std::string> clean(std::string_view text) {
  auto line = text::clean_line(text);
  if (!line) return tl::unexpected<Error>(std::move(line).error().at("/text"));
  return line;
}

bool shares_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& x) { return std::find(b.begin(), b.end(), x) != b.end(); });
}

}  // namespace

bool SearchQuery::needs_text() const {
  return std::any_of(words.begin(), words.end(), [](const SearchWord& word) { return word.is_verified_by_text; });
}

bool SearchWord::stands_in(std::string_view text) const {
  if (first_character(folded).size() != folded.size()) return text.find(folded) != std::string_view::npos;
  return text.starts_with(folded) || text.find(" " + folded) != std::string_view::npos;
}

bool SearchQuery::matches(const inquiry::SearchTerms& terms) const {
  const auto stands = [&](const SearchWord& word) {
    return std::ranges::any_of(terms.words, [&](const std::string& text) { return word.stands_in(text); });
  };
  if (!words.empty() && std::ranges::all_of(words, stands)) return true;
  std::vector<std::string> spellings;
  for (const auto& selector : terms.selectors)
    for (auto& spelling : spellings_of(selector)) spellings.push_back(std::move(spelling));
  if (shares_one(exact, spellings)) return true;
  return !words.empty() && std::ranges::all_of(words, [&](const SearchWord& word) { return shares_one(word.exact, spellings) || stands(word); });
}

Result<TermHasher> TermHasher::load_or_create(Database& database) {
  if (const auto row = TRY(first_row<Bytes>(database, "SELECT value FROM meta WHERE name = $1", kKeyName)))
    return TermHasher(std::get<0>(*row), TRY(first_row<Bytes>(database, "SELECT value FROM meta WHERE name = $1", kPartsName)).has_value());
  Bytes key = crypto::random_bytes(32);
  TRY(database.run("INSERT INTO meta (name, value) VALUES ($1, $2)", kKeyName, key));
  TRY(mark_entered(database));
  return TermHasher(key);
}

Status TermHasher::mark_entered(Database& database) {
  const Bytes version{kPartsVersion};
  TRY(database.run("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", kPartsName, version));
  return {};
}

std::int64_t TermHasher::hash(char kind, std::string_view text) const {
  const auto mac = key_.mac(bytes_of(std::string(1, kind) + std::string(text)));
  std::int64_t value = 0;
  __builtin_memcpy(&value, mac.data(), sizeof value);
  return value;
}

TermHasher TermHasher::complete() const {
  TermHasher out = *this;
  out.has_runs_ = true;
  return out;
}

bool TermHasher::is_entered(std::span<const std::int64_t> entries, const inquiry::SearchTerms& terms) const {
  return std::ranges::equal(entries, terms_of(terms)) || (!has_runs_ && std::ranges::equal(entries, terms_of(terms, false)));
}

std::vector<std::int64_t> TermHasher::terms_of(const inquiry::SearchTerms& terms) const { return terms_of(terms, true); }

std::vector<std::int64_t> TermHasher::terms_of(const inquiry::SearchTerms& terms, bool with_runs) const {
  std::vector<std::int64_t> out;
  for (const auto& selector : terms.selectors)
    for (const auto& spelling : spellings_of(selector)) out.push_back(hash(kExact, spelling));
  std::vector<std::string> pairs, runs, firsts;
  for (const auto& folded : terms.words) {
    for (auto& pair : text::bigrams(folded)) pairs.push_back(std::move(pair));
    if (with_runs)
      for (auto& run : runs_of(folded)) runs.push_back(std::move(run));
    for (const auto part : split_words(folded)) firsts.emplace_back(first_character(part));
  }
  sort_unique(pairs);  // before hashing: a long text repeats most of its pairs
  sort_unique(runs);
  sort_unique(firsts);
  for (const auto& pair : pairs) out.push_back(hash(kPair, pair));
  for (const auto& run : runs) out.push_back(hash(kRun, run));
  for (const auto& first : firsts) out.push_back(hash(kFirst, first));
  sort_unique(out);
  return out;
}

Result<SearchQuery> TermHasher::query_of(std::string_view text) const {
  SearchQuery query;
  const std::string folded = text::search_fold(text);
  if (folded.empty()) return query;
  const std::string typed = TRY(clean(text));
  const auto hashed = [&](const std::vector<std::string>& spellings) {
    std::vector<std::int64_t> terms;
    for (const auto& spelling : spellings) terms.push_back(hash(kExact, spelling));
    return terms;
  };
  query.exact = meanings_of(typed);
  query.exact_terms = hashed(query.exact);
  for (const auto part : split_words(folded)) {
    if (query.words.size() == limits::kSearchWordsMax)
      return fail(Code::TOO_MANY, "too many words to search for", "/text", {{"max", std::to_string(limits::kSearchWordsMax)}});
    SearchWord word;
    word.folded = part;
    word.exact = meanings_of(part);
    word.exact_terms = hashed(word.exact);
    if (first_character(part).size() == part.size()) {
      word.part_terms = {hash(kFirst, part)};
    } else {
      if (has_runs_)
        for (const auto& run : unique(runs_of(part))) word.part_terms.push_back(hash(kRun, run));
      for (const auto& pair : unique(text::bigrams(part))) word.part_terms.push_back(hash(kPair, pair));
      word.is_verified_by_text = text::character_count(part) > 2;
    }
    query.words.push_back(std::move(word));
  }
  return query;
}

Bytes pack_terms(std::span<const std::int64_t> terms) {
  Bytes out(terms.size() * sizeof(std::int64_t));
  if (!terms.empty()) __builtin_memcpy(out.data(), terms.data(), out.size());
  return out;
}

Result<std::vector<std::int64_t>> unpack_terms(ByteView packed) {
  if (packed.size() % sizeof(std::int64_t) != 0) return fail(Code::STORE_CORRUPT, "a matter's list of search terms is cut");
  std::vector<std::int64_t> out(packed.size() / sizeof(std::int64_t));
  if (!out.empty()) __builtin_memcpy(out.data(), packed.data(), packed.size());
  return out;
}

}  // namespace warifu::store

#include "store/source_parts.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/time.h"

namespace warifu::store::source {

namespace {

constexpr std::array<std::string_view, 16> kParameters = {"value", "service", "at",     "at_us", "port", "to",      "kana",  "romaji",
                                                          "born",  "bank",    "branch", "kind",  "from", "from_us", "until", "until_us"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

tl::unexpected<Error> bad_sql(std::string why) { return fail(Code::SOURCE_CONFIG, std::move(why)); }

Parameter text_of(const std::optional<std::string>& text) { return {text, std::nullopt}; }

Parameter time_of(const std::optional<Time>& time, bool as_number) {
  if (!time) return {};
  if (as_number) return {std::nullopt, time->us};
  return {to_rfc3339(*time), std::nullopt};
}

// Where quoted text or a comment that begins at `at` ends; `at` itself when none begins there.
Result<std::size_t> skip_quoted(std::string_view sql, std::size_t at) {
  const char c = sql[at];
  const std::string_view two = sql.substr(at, 2);
  if (c == '\'' || c == '"') {
    for (std::size_t i = at + 1; i < sql.size(); ++i) {
      if (sql[i] == '\\' && c == '\'') return bad_sql("a backslash in quoted text is read differently by different engines");
      if (sql[i] == c && i + 1 < sql.size() && sql[i + 1] == c)
        ++i;
      else if (sql[i] == c)
        return i + 1;
    }
    return bad_sql("a quotation mark is not closed");
  }
  if (two == "--") {
    const std::size_t end = sql.find('\n', at);
    return end == std::string_view::npos ? sql.size() : end + 1;
  }
  if (two == "/*") {
    const std::size_t end = sql.find("*/", at + 2);
    if (end == std::string_view::npos) return bad_sql("a comment is not closed");
    if (sql.substr(at + 2, end - at - 2).find("/*") != std::string_view::npos) return bad_sql("a comment within a comment");
    return end + 2;
  }
  return at;
}

Result<std::string_view> take_name(std::string_view sql, std::size_t at) {
  std::size_t end = at + 1;
  while (end < sql.size() && is_word(sql[end])) ++end;
  const std::string_view name = sql.substr(at + 1, end - at - 1);
  if (!is_parameter(name)) return bad_sql("an unknown parameter: $" + std::string(name));
  return name;
}

}  // namespace

bool is_parameter(std::string_view name) { return name == "limit" || std::ranges::find(kParameters, name) != kParameters.end(); }

Parameter parameter(std::string_view name, const inquiry::Item& item, std::size_t limit) {
  const text::SelectorInput& selector = item.selector.input;
  if (name == "value") return {selector.value, std::nullopt};
  if (name == "service") return text_of(selector.service);
  if (name == "port") return {std::nullopt, selector.port ? std::optional<std::int64_t>(*selector.port) : std::nullopt};
  if (name == "to") return text_of(selector.to);
  if (name == "kana") return text_of(selector.kana);
  if (name == "romaji") return text_of(selector.romaji);
  if (name == "born") return text_of(selector.born);
  if (name == "bank") return text_of(selector.bank);
  if (name == "branch") return text_of(selector.branch);
  if (name == "kind") return text_of(selector.kind);
  if (name == "limit") return {std::nullopt, static_cast<std::int64_t>(limit)};
  const bool as_number = name.ends_with("_us");
  if (name.starts_with("at")) {
    const Result<Time> at = parse_rfc3339(selector.at.value_or(""));
    return time_of(at ? std::optional<Time>(*at) : std::nullopt, as_number);
  }
  if (name.starts_with("from")) return time_of(item.period ? std::optional<Time>(item.period->from) : std::nullopt, as_number);
  return time_of(item.period ? std::optional<Time>(item.period->until) : std::nullopt, as_number);
}

Result<Scanned> scan_sql(std::string_view sql) {
  Scanned out;
  std::string first_word;
  bool is_ended = false;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t after = TRY(skip_quoted(sql, at));
    if (after != at) {
      const bool is_comment = sql[at] == '-' || sql[at] == '/';
      if (is_ended && !is_comment) return bad_sql("one statement only");
      out.positional += is_comment ? std::string_view(" ") : sql.substr(at, after - at);
      at = after;
      continue;
    }
    const char c = sql[at];
    if (is_ended && c != ' ' && c != '\t' && c != '\r' && c != '\n') return bad_sql("one statement only");
    if (c == ';') {
      is_ended = true;
      ++at;
      continue;
    }
    if (c == '?' || c == '@') return bad_sql("parameters are written $name");
    if (c == '$') {
      const std::string_view name = TRY(take_name(sql, at));
      auto known = std::ranges::find(out.names, name);
      if (known == out.names.end()) known = out.names.insert(out.names.end(), std::string(name));
      out.positional += "$" + std::to_string(known - out.names.begin() + 1);
      at += 1 + name.size();
      continue;
    }
    std::size_t end = at + 1;
    if (is_word(c))
      while (end < sql.size() && (is_word(sql[end]) || sql[end] == '$')) {
        if (sql[end] == '$') return bad_sql("a $ within a name");
        ++end;
      }
    if (first_word.empty() && is_letter(c))
      first_word = sql.substr(at, end - at);
    else if (first_word.empty() && c != ' ' && c != '\t' && c != '\r' && c != '\n')
      return bad_sql("a query begins with SELECT or WITH");
    out.positional += sql.substr(at, end - at);
    at = end;
  }
  for (char& c : first_word)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (first_word != "SELECT" && first_word != "WITH") return bad_sql("a query begins with SELECT or WITH");
  if (std::ranges::find(out.names, "value") == out.names.end()) return bad_sql("a query uses $value");
  return out;
}

std::string readable(std::string_view cell) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string out;
  out.reserve(cell.size());
  for (std::size_t i = 0; i < cell.size();) {
    const auto byte = static_cast<std::uint8_t>(cell[i]);
    const std::size_t length = byte < 0x80                   ? 1
                               : byte >= 0xc2 && byte < 0xe0 ? 2
                               : byte >= 0xe0 && byte < 0xf0 ? 3
                               : byte >= 0xf0 && byte < 0xf5 ? 4
                                                             : 0;
    bool is_good = length != 0 && i + length <= cell.size();
    for (std::size_t k = 1; is_good && k < length; ++k) is_good = (static_cast<std::uint8_t>(cell[i + k]) & 0xc0) == 0x80;
    if (is_good && length > 2) {  // overlong forms, surrogates and what lies beyond U+10FFFF
      const auto second = static_cast<std::uint8_t>(cell[i + 1]);
      is_good =
          !((byte == 0xe0 && second < 0xa0) || (byte == 0xed && second > 0x9f) || (byte == 0xf0 && second < 0x90) || (byte == 0xf4 && second > 0x8f));
    }
    const bool is_control = (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f;
    if (is_good && !is_control)
      out += cell.substr(i, length);
    else
      out += kReplacement;
    i += is_good ? length : 1;
  }
  return out;
}

bool RowBuffer::add(std::vector<std::string> row) {
  constexpr std::size_t kCellOverhead = 4;
  std::size_t bytes = 0;
  for (const std::string& cell : row) bytes += cell.size() + kCellOverhead;
  if (rows_.size() >= rows_max_ || bytes_ + bytes > limits::kSourceResultBytesMax) {
    is_truncated_ = true;
    return false;
  }
  CHECK_THAT(row.size() == columns_);
  bytes_ += bytes;
  rows_.push_back(std::move(row));
  return true;
}

inquiry::Table RowBuffer::table(const std::vector<std::string>& columns) && { return {columns, std::move(rows_)}; }

std::string place_of(const Config& config, const answer::SourceQuery& query) { return config.info.name + "/" + query.name; }

const Query& settings_of(const Config& config, const answer::SourceQuery& query) {
  const auto found = std::ranges::find(config.info.queries, query.name, &answer::SourceQuery::name);
  CHECK_THAT(found != config.info.queries.end());
  return config.queries[static_cast<std::size_t>(found - config.info.queries.begin())];
}

}  // namespace warifu::store::source

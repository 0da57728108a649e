// A CSV file (RFC 4180, UTF-8, with a header) as a source: read whole at first use and again when the file has changed, with one index per
// query from the normalised value to its rows.

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <unordered_map>

#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"
#include "store/source_parts.h"
#include "text/unicode.h"

namespace warifu::store::source {

namespace {

using Row = std::vector<std::string>;

// Fields of RFC 4180. A quotation mark in an unquoted field, or text behind a closing one, is an error and not a guess.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  // False at the end.
  Result<bool> next(Row& row) {
    row.clear();
    if (at_ >= text_.size()) return false;
    ++line_;
    for (;;) {
      row.push_back(TRY(field()));
      if (at_ >= text_.size()) return true;
      const char c = text_[at_++];
      if (c == ',') continue;
      if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
      return true;
    }
  }
  [[nodiscard]] int line() const { return line_; }

 private:
  Result<std::string> field() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') {
      if (text_[at_] == '"') return broken("a quotation mark within a field");
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }
  Result<std::string> quoted() {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') {
        out += text_[at_];
        continue;
      }
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        out += '"';
        ++at_;
        continue;
      }
      ++at_;
      if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') return broken("text behind a closing quotation mark");
      return out;
    }
    return broken("a quotation mark is not closed");
  }
  [[nodiscard]] tl::unexpected<Error> broken(std::string why) const {
    return fail(Code::BAD_CSV, std::move(why), {}, {{"row", std::to_string(line_)}});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 0;
};

// The spelling that is compared: that of a selector where the cell is one, otherwise NFKC without white space around.
std::string key_of(const answer::SourceQuery& query, const std::string& cell) {
  text::SelectorInput input;
  input.type = query.selector;
  input.value = cell;
  switch (query.selector) {
    case text::SelectorType::ACCOUNT_ID:
    case text::SelectorType::ORDER_NUMBER:
    case text::SelectorType::AUCTION_NUMBER:
    case text::SelectorType::CONTRACT_NUMBER: input.service = query.services.empty() ? "any.example" : query.services.front(); break;
    case text::SelectorType::IP_ADDRESS: input.at = "2000-01-01T00:00:00Z"; break;
    default: break;
  }
  if (const Result<text::Selector> selector = text::parse_selector(input)) return selector->input.value;
  std::string key = text::nfkc(cell);
  while (!key.empty() && key.front() == ' ') key.erase(key.begin());
  while (!key.empty() && key.back() == ' ') key.pop_back();
  return key;
}

struct Stamp {
  std::int64_t seconds = 0, nanoseconds = 0, bytes = 0;
  std::uint64_t inode = 0;
  bool operator==(const Stamp&) const = default;
};

struct Columns {
  std::size_t match = 0;
  std::optional<std::size_t> time;
  std::vector<std::size_t> take;
};

struct Loaded {
  Stamp stamp;
  std::vector<Row> rows;
  std::map<std::string, Columns> columns;                                                  // by query
  std::map<std::string, std::unordered_map<std::string, std::vector<std::size_t>>> index;  // by query
};

class CsvSource final : public answer::Source {
 public:
  explicit CsvSource(Config config) : config_(std::move(config)) {}
  const answer::SourceInfo& info() const override { return config_.info; }

  Result<answer::LookupResult> look_up(const answer::LookupRequest& request) override {
    const auto begun = std::chrono::steady_clock::now();
    const answer::SourceQuery* query = answer::query_for(config_.info, request.item);
    if (query == nullptr) return fail(Code::NOT_IN_PROFILE, "no query of this source takes the item", config_.info.name);
    const std::shared_ptr<const Loaded> file = TRY(present());
    RowBuffer rows(query->columns_ja.size(), request.rows_max == 0 ? limits::kSourceRowsMax : request.rows_max);
    const Columns& columns = file->columns.at(query->name);
    const auto& index = file->index.at(query->name);
    if (const auto found = index.find(key_of(*query, request.item.selector.input.value)); found != index.end())
      for (const std::size_t at : found->second) {
        const Row& row = file->rows[at];
        if (!TRY(within(row, columns, request.item, *query))) continue;
        Row taken;
        for (const std::size_t column : columns.take) taken.push_back(readable(row[column]));
        if (!rows.add(std::move(taken))) break;
      }
    answer::LookupResult result;
    result.query = query->name;
    result.truncated = rows.is_truncated();
    result.table = std::move(rows).table(query->columns_ja);
    result.took_us = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();
    return result;
  }

  Status test() override {
    TRY(present());
    return {};
  }

 private:
  Result<bool> within(const Row& row, const Columns& columns, const inquiry::Item& item, const answer::SourceQuery& query) const {
    if (!columns.time || !item.period) return true;
    const Result<Time> at = parse_rfc3339(row[*columns.time]);
    if (!at) return fail(Code::SOURCE_CONFIG, "a time in the file is not RFC 3339 with a zone", place_of(config_, query));
    return item.period->from <= *at && *at <= item.period->until;
  }

  Result<Stamp> stamp() const {
    struct stat status{};
    if (::stat(config_.file.c_str(), &status) != 0) return fail(Code::SOURCE_UNAVAILABLE, "the file is not there", config_.info.name);
    return Stamp{status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size, status.st_ino};
  }

  Result<std::shared_ptr<const Loaded>> present() {
    const std::scoped_lock lock(mutex_);
    const Stamp now = TRY(stamp());
    if (loaded_ && loaded_->stamp == now) return loaded_;
    auto fresh = std::make_shared<Loaded>();
    fresh->stamp = now;
    TRY(read(*fresh));
    loaded_ = std::move(fresh);
    return loaded_;
  }

  Status read(Loaded& into) const {
    const Result<std::string> content = read_file(config_.file.string(), limits::kSourceCsvBytesMax);
    if (!content && content.error().code == Code::TOO_LARGE)
      return fail(Code::SOURCE_CONFIG, "the file is larger than " + std::to_string(limits::kSourceCsvBytesMax) + " bytes: put it into a database",
                  config_.info.name);
    if (!content) return fail(Code::SOURCE_UNAVAILABLE, "the file cannot be read", config_.info.name);
    if (!text::is_utf8(*content)) return fail(Code::SOURCE_CONFIG, "the file is not UTF-8", config_.info.name);
    std::string_view text = *content;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    CsvReader reader(text);
    Row header;
    const auto next = [&](Row& row) -> Result<bool> {
      Result<bool> more = reader.next(row);
      if (!more) return fail(Code::SOURCE_CONFIG, "line " + more.error().args.at("row") + ": " + more.error().message, config_.info.name);
      return more;
    };
    if (!TRY(next(header))) return fail(Code::SOURCE_CONFIG, "the file has no header", config_.info.name);
    for (Row row; TRY(next(row));) {
      if (row.size() == 1 && row.front().empty()) continue;  // an empty line
      if (row.size() != header.size())
        return fail(Code::SOURCE_CONFIG, "record " + std::to_string(reader.line()) + " has another number of fields than the header",
                    config_.info.name);
      into.rows.push_back(row);
    }
    for (std::size_t q = 0; q < config_.queries.size(); ++q) TRY(index(into, header, config_.info.queries[q], config_.queries[q]));
    return {};
  }

  Status index(Loaded& into, const Row& header, const answer::SourceQuery& query, const Query& settings) const {
    const auto column = [&](const std::string& name) -> Result<std::size_t> {
      if (std::ranges::count(header, name) != 1)
        return fail(Code::SOURCE_CONFIG, "the header does not name exactly one column " + name, place_of(config_, query));
      return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
    };
    Columns columns;
    columns.match = TRY(column(settings.match));
    if (!settings.time.empty()) columns.time = TRY(column(settings.time));
    for (const std::string& name : settings.take) columns.take.push_back(TRY(column(name)));
    auto& found = into.index[query.name];
    for (std::size_t i = 0; i < into.rows.size(); ++i)
      if (std::string key = key_of(query, into.rows[i][columns.match]); !key.empty()) found[std::move(key)].push_back(i);
    into.columns.emplace(query.name, std::move(columns));
    return {};
  }

  Config config_;
  std::mutex mutex_;
  std::shared_ptr<const Loaded> loaded_;
};

}  // namespace

std::shared_ptr<answer::Source> make_csv(Config config) { return std::make_shared<CsvSource>(std::move(config)); }

}  // namespace warifu::store::source

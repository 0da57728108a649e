#pragma once
// What the kinds of sources share. Private to the store's sources.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "answer/source.h"

namespace warifu::store::source {

// A query as configured: the public part stands in SourceInfo at the same place.
struct Query {
  std::string sql;                // sql
  std::string match;              // csv: the column compared with the value
  std::vector<std::string> take;  // csv: the columns taken
  std::string time;               // csv: the column held against the item's period; empty: none
};

struct Config {
  answer::SourceInfo info;
  std::string url;             // sql
  std::filesystem::path file;  // csv, and SQLite
  std::vector<Query> queries;
};

// The names a query may use, without the $. Times exist twice: as RFC 3339 text in UTC and as microseconds since 1970.
[[nodiscard]] bool is_parameter(std::string_view name);

// A parameter's value for an item; absent: NULL.
struct Parameter {
  std::optional<std::string> text;
  std::optional<std::int64_t> number;
};
[[nodiscard]] Parameter parameter(std::string_view name, const inquiry::Item& item, std::size_t limit);

// Exactly one statement that begins with SELECT or WITH, its named parameters known. Quoted text and comments are skipped over.
struct Scanned {
  std::string positional;          // with $1, $2 … in the place of the names
  std::vector<std::string> names;  // of $1, $2 …, each once
};
[[nodiscard]] Result<Scanned> scan_sql(std::string_view sql);

// Text as it may stand in an act: UTF-8 without control characters but tab and line feed; what is not becomes U+FFFD.
[[nodiscard]] std::string readable(std::string_view cell);

// Collects rows up to the bounds.
class RowBuffer {
 public:
  RowBuffer(std::size_t columns, std::size_t rows_max) : columns_(columns), rows_max_(rows_max) {}
  // False when a bound is reached: the row is not taken and the result is truncated.
  [[nodiscard]] bool add(std::vector<std::string> row);
  [[nodiscard]] inquiry::Table table(const std::vector<std::string>& columns) &&;
  [[nodiscard]] bool is_truncated() const { return is_truncated_; }

 private:
  std::size_t columns_, rows_max_, bytes_ = 0;
  bool is_truncated_ = false;
  std::vector<std::vector<std::string>> rows_;
};

[[nodiscard]] std::string place_of(const Config& config, const answer::SourceQuery& query);
[[nodiscard]] const Query& settings_of(const Config& config, const answer::SourceQuery& query);

// A query with its value, run once. `rows_max` rows at most.
[[nodiscard]] Result<answer::LookupResult> run_sqlite(const Config& config, const answer::SourceQuery& query, const inquiry::Item& item,
                                                      std::size_t rows_max, int timeout_ms);
[[nodiscard]] Result<answer::LookupResult> run_postgres(const Config& config, const answer::SourceQuery& query, const inquiry::Item& item,
                                                        std::size_t rows_max, int timeout_ms);

[[nodiscard]] std::shared_ptr<answer::Source> make_csv(Config config);

}  // namespace warifu::store::source

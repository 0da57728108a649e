#pragma once
// Where a provider's operator looks things up (M-A1, M-A15): a source maps a type of selector to a query and its rows to answer fields.
// Adapters (SQLite, PostgreSQL, CSV files) live in the store room; a source by hand is a form. A lookup never writes to the provider's data
// and never builds SQL from text: values are bound.

#include <optional>
#include <string>
#include <vector>

#include "inquiry/content.h"

namespace warifu::answer {

enum class SourceKind { SQL, CSV, HAND };

// One way in: from this selector (and these categories) through this query.
struct SourceQuery {
  std::string name;
  text::SelectorType selector = text::SelectorType::ACCOUNT_ID;
  std::vector<std::string> services;      // empty: any
  std::vector<law::Category> categories;  // what its columns answer
  std::vector<std::string> columns_ja, columns_en;
};

struct SourceInfo {
  std::string name;  // [a-z0-9-]
  std::string title_ja, title_en;
  SourceKind kind = SourceKind::SQL;
  std::vector<SourceQuery> queries;
  std::optional<int> history_days;  // how far back it reaches
};

struct LookupRequest {
  inquiry::Item item;
  std::size_t rows_max = 0;  // limits::kSourceRowsMax when 0
};

struct LookupResult {
  std::string query;  // the name of the query used
  inquiry::Table table;
  bool truncated = false;
  std::int64_t took_us = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual const SourceInfo& info() const = 0;
  // NOT_IN_PROFILE when no query takes this selector; SOURCE_UNAVAILABLE, SOURCE_CONFIG, TIMEOUT.
  [[nodiscard]] virtual Result<LookupResult> look_up(const LookupRequest& request) = 0;
  // Opens the source and runs every query with a value that matches nothing: `warifu source test`.
  [[nodiscard]] virtual Status test() = 0;
};

// The query of a source that takes this item, if any: by selector, service and at least one category.
[[nodiscard]] const SourceQuery* query_for(const SourceInfo& info, const inquiry::Item& item);

}  // namespace warifu::answer

template <>
struct warifu::EnumNames<warifu::answer::SourceKind> {
  static constexpr std::array<std::string_view, 3> names = {"SQL", "CSV", "HAND"};
};

#pragma once
// What a query of a list asks of a matter: each filter as a condition, and by what its matters are found. Internal to the lists (matter_find.h).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "desk/store_port.h"
#include "store/search_terms.h"
#include "store/sql_text.h"

namespace warifu::store {

struct Filter {
  SqlText condition;             // about m, of the table matter
  std::string_view column = {};  // equal to one of the values, or within the bounds that the condition says
  std::vector<SqlText::Param> values = {};
  // How its matters are found, all of them and perhaps a few more: by an index of the table matter, within the scope (a condition that the index
  // settles, too); by a statement that gives their ids; or they are known. Neither: there is nothing to start from.
  std::string_view index = {};
  SqlText scope = {};
  SqlText finder = {};
  std::optional<std::vector<std::int64_t>> ids = {};
};

[[nodiscard]] std::vector<Filter> filters_of(const desk::MatterQuery& query);

// The matters that a search finds, but for what only their own words can tell (SearchQuery::needs_text). Known where its rarest part stands in
// few; `search` is not empty.
[[nodiscard]] Result<Filter> search_filter(Database& database, const SearchQuery& search);

// Of what `candidates` gives, so many at most are counted.
[[nodiscard]] Result<std::int64_t> size_of(Database& database, const SqlText& candidates, std::int64_t max);
[[nodiscard]] Result<std::int64_t> number_in(Database& database, const SqlText& sql);

}  // namespace warifu::store

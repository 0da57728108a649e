#include "store/sources.h"

#include <toml++/toml.h>
#include <algorithm>
#include <exception>
#include <set>

#include "base/file.h"
#include "base/limits.h"
#include "store/source_parts.h"
#include "text/unicode.h"

namespace warifu::store {

namespace {

using source::Config;
using source::Query;

constexpr std::size_t kSourcesMax = 100, kQueriesMax = 100, kColumnsMax = 200;

// A value that fits the type of the column it is compared with and belongs to nobody.
std::string nobody(text::SelectorType type) {
  if (type == text::SelectorType::IP_ADDRESS) return "192.0.2.0";
  if (type == text::SelectorType::MAC_ADDRESS) return "00:00:5e:00:53:00";
  return "-1";
}

// SQL in either engine: a connection per lookup, so that nothing is shared between threads and a restarted server costs nothing.
class SqlSource final : public answer::Source {
 public:
  explicit SqlSource(Config config) : config_(std::move(config)) {}
  const answer::SourceInfo& info() const override { return config_.info; }

  Result<answer::LookupResult> look_up(const answer::LookupRequest& request) override {
    const answer::SourceQuery* query = answer::query_for(config_.info, request.item);
    if (query == nullptr) return fail(Code::NOT_IN_PROFILE, "no query of this source takes the item", config_.info.name);
    return run(*query, request.item, request.rows_max == 0 ? limits::kSourceRowsMax : std::min(request.rows_max, limits::kSourceRowsMax));
  }

  Status test() override {
    for (const answer::SourceQuery& query : config_.info.queries) {
      inquiry::Item item;
      item.selector.input.type = query.selector;
      item.selector.input.value = nobody(query.selector);
      if (!query.services.empty()) item.selector.input.service = query.services.front();
      item.categories = query.categories;
      TRY(run(query, item, 0));
    }
    return {};
  }

 private:
  Result<answer::LookupResult> run(const answer::SourceQuery& query, const inquiry::Item& item, std::size_t rows_max) const {
    if (config_.file.empty()) return source::run_postgres(config_, query, item, rows_max, limits::kSourceTimeoutMs);
    return source::run_sqlite(config_, query, item, rows_max, limits::kSourceTimeoutMs);
  }
  Config config_;
};

// Systems that cannot be asked by a program: the operator looks there and fills in the row.
class HandSource final : public answer::Source {
 public:
  explicit HandSource(Config config) : config_(std::move(config)) {}
  const answer::SourceInfo& info() const override { return config_.info; }
  Result<answer::LookupResult> look_up(const answer::LookupRequest& request) override {
    const answer::SourceQuery* query = answer::query_for(config_.info, request.item);
    if (query == nullptr) return fail(Code::NOT_IN_PROFILE, "no query of this source takes the item", config_.info.name);
    answer::LookupResult result;
    result.query = query->name;
    result.table.columns = query->columns_ja;
    result.table.rows.emplace_back(query->columns_ja.size());
    return result;
  }
  Status test() override { return {}; }

 private:
  Config config_;
};

// Reads a table and refuses what it does not know.
class Reader {
 public:
  Reader(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  [[nodiscard]] tl::unexpected<Error> wrong(std::string why) const { return fail(Code::SOURCE_CONFIG, std::move(why), where_); }
  void at(std::string where) { where_ = std::move(where); }
  [[nodiscard]] const std::string& where() const { return where_; }

  Result<std::string> text(std::string_view key, bool may_lack = false) {
    known_.insert(std::string(key));
    const toml::node* node = table_.get(key);
    if (node == nullptr) return may_lack ? Result<std::string>(std::string()) : wrong("missing: " + std::string(key));
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) return wrong("not a text: " + std::string(key));
    return *value;
  }
  Result<std::vector<std::string>> texts(std::string_view key, bool may_lack = false) {
    known_.insert(std::string(key));
    const toml::node* node = table_.get(key);
    if (node == nullptr) return may_lack ? Result<std::vector<std::string>>(std::vector<std::string>()) : wrong("missing: " + std::string(key));
    const toml::array* array = node->as_array();
    if (array == nullptr) return wrong("not a list: " + std::string(key));
    std::vector<std::string> out;
    for (const toml::node& element : *array) {
      const auto value = element.value_exact<std::string>();
      if (!value || value->empty()) return wrong("not a list of texts: " + std::string(key));
      out.push_back(*value);
    }
    if (out.size() > kColumnsMax) return wrong("too many: " + std::string(key));
    return out;
  }
  Result<std::optional<int>> number(std::string_view key, int min, int max) {
    known_.insert(std::string(key));
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::optional<int>{};
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < min || *value > max) return wrong("not a number in its range: " + std::string(key));
    return std::optional<int>(static_cast<int>(*value));
  }
  Result<const toml::array*> tables(std::string_view key) {
    known_.insert(std::string(key));
    const toml::node* node = table_.get(key);
    const toml::array* array = node == nullptr ? nullptr : node->as_array();
    if (array == nullptr || array->empty() || !array->is_array_of_tables()) return wrong("missing: [[" + std::string(key) + "]]");
    return array;
  }
  Status nothing_else() const {
    for (const auto& [key, node] : table_)
      if (!known_.contains(std::string(key.str()))) return wrong("unknown setting: " + std::string(key.str()));
    return {};
  }

 private:
  const toml::table& table_;
  std::string where_;
  std::set<std::string> known_;
};

bool is_source_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

template <NamedEnum E>
Result<E> word(const Reader& reader, std::string_view text, std::string_view key) {
  Result<E> value = enum_parse<E>(text);
  if (!value) return reader.wrong("unknown " + std::string(key) + ": " + std::string(text));
  return value;
}

Result<answer::SourceKind> kind_of(const Reader& reader, std::string_view text) {
  if (text == "sql") return answer::SourceKind::SQL;
  if (text == "csv") return answer::SourceKind::CSV;
  if (text == "hand") return answer::SourceKind::HAND;
  return reader.wrong("kind is sql, csv or hand");
}

Status read_way(Reader& reader, answer::SourceKind kind, const answer::SourceQuery& query, Query& settings) {
  switch (kind) {
    case answer::SourceKind::SQL: {
      settings.sql = TRY(reader.text("sql"));
      const Result<source::Scanned> scanned = source::scan_sql(settings.sql);
      if (!scanned) return reader.wrong(scanned.error().message);
      return {};
    }
    case answer::SourceKind::CSV:
      settings.match = TRY(reader.text("match"));
      settings.take = TRY(reader.texts("take"));
      settings.time = TRY(reader.text("time", true));
      if (settings.take.size() != query.columns_ja.size()) return reader.wrong("take and columns_ja differ in length");
      return {};
    case answer::SourceKind::HAND: return {};
  }
  return {};
}

Status read_query(const toml::table& table, Config& config, std::size_t place) {
  Reader reader(table, config.info.name + "/" + std::to_string(place));
  answer::SourceQuery query;
  query.name = TRY(reader.text("name"));
  reader.at(config.info.name + "/" + query.name);
  if (query.name.size() > limits::kLineCharactersMax) return reader.wrong("the name is too long");
  if (std::ranges::find(config.info.queries, query.name, &answer::SourceQuery::name) != config.info.queries.end())
    return reader.wrong("two queries of one name");
  query.selector = TRY(word<text::SelectorType>(reader, TRY(reader.text("selector")), "selector"));
  query.services = TRY(reader.texts("services", true));
  for (const std::string& category : TRY(reader.texts("categories")))
    query.categories.push_back(TRY(word<law::Category>(reader, category, "category")));
  if (query.categories.empty()) return reader.wrong("categories are empty");
  query.columns_ja = TRY(reader.texts("columns_ja"));
  query.columns_en = TRY(reader.texts("columns_en"));
  if (query.columns_ja.empty() || query.columns_ja.size() != query.columns_en.size())
    return reader.wrong("columns_ja and columns_en differ in length");
  Query settings;
  TRY(read_way(reader, config.info.kind, query, settings));
  TRY(reader.nothing_else());
  config.info.queries.push_back(std::move(query));
  config.queries.push_back(std::move(settings));
  return {};
}

// postgresql://… or sqlite:file. A password does not belong into this file: libpq reads its own (~/.pgpass, PGPASSFILE).
Status read_url(const Reader& reader, const std::filesystem::path& folder, Config& config) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (config.url.starts_with(kSqlite)) {
    const std::string file = config.url.substr(kSqlite.size());
    if (file.empty()) return reader.wrong("url names no file");
    config.file = folder / file;
    return {};
  }
  if (!config.url.starts_with("postgresql://") && !config.url.starts_with("postgres://")) return reader.wrong("url is sqlite:… or postgresql://…");
  const std::size_t begin = config.url.find("//") + 2;
  const std::string authority = config.url.substr(begin, config.url.find_first_of("/?", begin) - begin);
  const std::size_t at = authority.rfind('@');
  const bool has_password =
      (at != std::string::npos && authority.substr(0, at).find(':') != std::string::npos) || config.url.find("password=") != std::string::npos;
  if (has_password) return reader.wrong("a password stands in the password file of libpq, not in url");
  return {};
}

Result<std::shared_ptr<answer::Source>> read_source(const toml::table& table, std::size_t place, const std::filesystem::path& folder) {
  Reader reader(table, "source " + std::to_string(place));
  Config config;
  config.info.name = TRY(reader.text("name"));
  if (!is_source_name(config.info.name)) return reader.wrong("a name has lower-case letters, digits and - only");
  reader.at(config.info.name);
  config.info.title_ja = TRY(reader.text("title_ja"));
  config.info.title_en = TRY(reader.text("title_en"));
  config.info.kind = TRY(kind_of(reader, TRY(reader.text("kind"))));
  config.info.history_days = TRY(reader.number("history_days", 1, 36'500));
  if (config.info.kind == answer::SourceKind::SQL) {
    config.url = TRY(reader.text("url"));
    TRY(read_url(reader, folder, config));
  }
  if (config.info.kind == answer::SourceKind::CSV) config.file = folder / TRY(reader.text("file"));
  const toml::array* queries = TRY(reader.tables("query"));
  if (queries->size() > kQueriesMax) return reader.wrong("too many queries");
  for (std::size_t i = 0; i < queries->size(); ++i) TRY(read_query(*queries->get(i)->as_table(), config, i + 1));
  TRY(reader.nothing_else());
  switch (config.info.kind) {
    case answer::SourceKind::SQL: return std::make_shared<SqlSource>(std::move(config));
    case answer::SourceKind::CSV: return source::make_csv(std::move(config));
    case answer::SourceKind::HAND: return std::make_shared<HandSource>(std::move(config));
  }
  return reader.wrong("kind is sql, csv or hand");
}

}  // namespace

Result<std::vector<std::shared_ptr<answer::Source>>> parse_sources(std::string_view text, const std::filesystem::path& folder) {
  if (!text::is_utf8(text)) return fail(Code::SOURCE_CONFIG, "the file is not UTF-8");
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(Code::SOURCE_CONFIG, "line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  } catch (const std::exception& error) {  // a library says what it documents; this is the border for anything else
    return fail(Code::SOURCE_CONFIG, std::string("not TOML: ") + error.what());
  }
  Reader reader(table, "source");
  const toml::array* list = TRY(reader.tables("source"));
  TRY(reader.nothing_else());
  if (list->size() > kSourcesMax) return reader.wrong("too many sources");
  std::vector<std::shared_ptr<answer::Source>> out;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::shared_ptr<answer::Source> one = TRY(read_source(*list->get(i)->as_table(), i + 1, folder));
    if (!names.insert(one->info().name).second) return fail(Code::SOURCE_CONFIG, "two sources of one name", one->info().name);
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::vector<std::shared_ptr<answer::Source>>> load_sources(const std::filesystem::path& path) {
  const Result<std::string> text = read_file(path.string(), limits::kSourceConfigBytesMax);
  if (!text) return fail(Code::SOURCE_CONFIG, "the file of sources cannot be read: " + text.error().message, path.filename().string());
  return parse_sources(*text, path.parent_path());
}

}  // namespace warifu::store

#include "store/office_copy.h"

#include <array>

#include "store/migrate.h"

namespace warifu::store {
namespace {

// In an order in which every row finds what it points at. Columns that one engine alone has (the slot of a key) are its own affair.
struct Table {
  std::string_view name;
  std::string_view order;
  std::string_view counted = {};  // a column that PostgreSQL numbers by itself from here on
};
constexpr std::array<Table, 12> kTables = {{{"meta", "name"},
                                            {"matter_key", "slot"},
                                            {"act", "seq", "seq"},
                                            {"body", "seq"},
                                            {"matter", "id", "id"},
                                            {"matter_doc", "id"},
                                            {"matter_words", "id"},
                                            {"matter_person", "person, id"},
                                            {"term", "term, id"},
                                            {"last_view", "matter, person"},
                                            {"register", "office, form, year, serial"},
                                            {"book", "book, id"}}};

// What is taken away for the time of copying: statements that do so, and that make it again.
struct Removable {
  std::vector<std::string> drop, make;
};

Result<Removable> removable(Database& to) {
  Removable out;
  Statement rows = TRY(
      to.query("SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname), 'ALTER TABLE ' || conrelid::regclass || "
               "' ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
               "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0 "
               "UNION ALL SELECT 'DROP INDEX ' || quote_ident(indexname), indexdef FROM pg_indexes "
               "WHERE schemaname = current_schema() AND tablename IN ('act', 'matter', 'matter_person', 'book') AND NOT EXISTS "
               "(SELECT 1 FROM pg_constraint WHERE conname = indexname AND connamespace = current_schema()::regnamespace)"));
  while (TRY(rows.step())) {
    out.drop.emplace_back(rows.column_text(0));
    out.make.emplace_back(rows.column_text(1));
  }
  return out;
}

Result<std::vector<std::string>> columns_of(Database& to, std::string_view table) {
  Statement rows =
      TRY(to.query("SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 "
                   "ORDER BY ordinal_position",
                   table));
  return all_rows<std::string>(rows, [](const Statement& row) { return row.column<std::string>(0); });
}

// The values of SQLite are of the types of its columns; which, the value says.
enum class Kind { NUMBER, TEXT, BYTES };
Result<std::vector<Kind>> kinds_of(Database& from, std::string_view table, const std::vector<std::string>& columns) {
  std::vector<Kind> out;
  for (const std::string& column : columns) {
    const auto type = TRY(one_value<std::string>(from, "SELECT type FROM pragma_table_info($1) WHERE name = $2", table, column));
    out.push_back(type == "TEXT" ? Kind::TEXT : type == "BLOB" ? Kind::BYTES : Kind::NUMBER);
  }
  return out;
}

Status copy_table(Database& from, Database& to, const Table& table) {
  const std::vector<std::string> names = TRY(columns_of(to, table.name));
  const std::vector<Kind> kinds = TRY(kinds_of(from, table.name, names));
  std::string list;
  std::vector<std::string_view> columns;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + name;
    columns.push_back(name);
  }
  TRY(to.run("DELETE FROM " + std::string(table.name)));
  Statement rows = TRY(from.query("SELECT " + list + " FROM " + std::string(table.name) + " ORDER BY " + std::string(table.order)));
  TRY(to.bulk_load(table.name, columns, [&](std::span<Value> out) -> Result<bool> {
    if (!TRY(rows.step())) return false;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const int column = static_cast<int>(i);
      if (rows.column_is_null(column))
        out[i] = std::monostate{};
      else if (kinds[i] == Kind::TEXT)
        out[i] = rows.column_text(column);
      else if (kinds[i] == Kind::BYTES)
        out[i] = rows.column_blob(column);
      else
        out[i] = rows.column_int64(column);
    }
    return true;
  }));
  if (table.counted.empty()) return {};
  const std::string name(table.name), column(table.counted);
  TRY(one_value<std::int64_t>(to, "SELECT setval(pg_get_serial_sequence($1, $2), (SELECT coalesce(max(" + column + "), 1) FROM " + name + "))", name,
                              column));
  return {};
}

Status copy_all(Database& from, Database& to) {
  TRY(to.exec("SET LOCAL maintenance_work_mem = '512MB'"));
  const Removable removable = TRY(store::removable(to));
  for (const std::string& sql : removable.drop) TRY(to.exec(sql));
  for (const Table& table : kTables) TRY(copy_table(from, to, table));
  for (const std::string& sql : removable.make) TRY(to.exec(sql));
  return {};
}

}  // namespace

Status copy_office(Database& from, Database& to) {
  CHECK_THAT(from.engine() == EngineKind::SQLITE && to.engine() == EngineKind::POSTGRES);
  if (TRY(schema_version(from)) != TRY(schema_version(to))) return fail(Code::MIGRATION, "the two offices are of different versions");
  TRY(from.begin(Access::READ));
  Status done = to.begin(Access::WRITE);
  if (done) {
    done = copy_all(from, to);
    if (done)
      done = to.commit();
    else
      to.rollback();
  }
  from.rollback();
  return done;
}

}  // namespace warifu::store

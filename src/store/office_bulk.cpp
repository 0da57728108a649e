#include "store/office_bulk.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "store/office_commit.h"
#include "store/sqlite.h"

namespace warifu::store {
namespace {

// A gigabyte of pages: the indexes of acts are written all over, since hashes have no order.
constexpr std::string_view kFast =
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA secure_delete=OFF; PRAGMA foreign_keys=OFF; "
    "PRAGMA cache_size=-1000000";
constexpr std::string_view kSlow = "PRAGMA locking_mode=NORMAL; PRAGMA journal_mode=WAL";
constexpr std::string_view kIndexes =
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'matter' AND sql IS NOT NULL ORDER BY name";

// Signed numbers in their order.
std::size_t part_of(std::int64_t term) { return static_cast<std::size_t>((static_cast<std::uint64_t>(term) ^ (std::uint64_t{1} << 63)) >> 56); }

template <class F>
Status in_transaction(Database& database, F&& action) {
  TRY(database.begin(Access::WRITE));
  Status done = action();
  if (done) return database.commit();
  database.rollback();
  return done;
}

tl::unexpected<Error> scratch_failed() { return fail(Code::IO, "a temporary file of search terms cannot be written or read"); }

}  // namespace

OfficeBulk::OfficeBulk(Key, std::unique_ptr<Database> database, TermHasher hasher, std::string scratch)
    : database_(std::move(database)), hasher_(std::move(hasher)), scratch_(std::move(scratch)) {}

OfficeBulk::~OfficeBulk() = default;

Result<std::unique_ptr<OfficeBulk>> OfficeBulk::open(const std::string& file, std::string scratch) {
  TRY(make_directories(scratch, 0700));
  auto database = TRY(open_sqlite({.file = file}));
  if (TRY(one_value<std::int64_t>(*database, "SELECT count(*) FROM (SELECT 1 FROM matter LIMIT 1)")) != 0)
    return fail(Code::CONFLICT, "the office holds matters already");
  TermHasher hasher = TRY(TermHasher::load_or_create(*database));
  TRY(database->exec(kFast));
  auto bulk = std::make_unique<OfficeBulk>(Key{}, std::move(database), std::move(hasher), std::move(scratch));
  std::vector<std::string> names;
  {
    Statement rows = TRY(bulk->database_->query(kIndexes));
    while (TRY(rows.step())) {
      names.emplace_back(rows.column_text(0));
      bulk->indexes_.emplace_back(rows.column_text(1));
    }
  }
  for (const std::string& name : names) TRY(bulk->database_->exec("DROP INDEX " + name));
  for (std::size_t part = 0; part < kParts; ++part) {
    bulk->parts_[part].open(bulk->part_path(part), std::ios::binary | std::ios::trunc);
    if (!bulk->parts_[part]) return scratch_failed();
  }
  return bulk;
}

std::string OfficeBulk::part_path(std::size_t part) const { return scratch_ + "/terms-" + std::to_string(part); }

Status OfficeBulk::add(std::vector<Item> items) {
  TermRows rows;
  WrittenRows unused;
  TRY(in_transaction(*database_, [&]() -> Status {
    for (Item& item : items) {
      const std::optional<inquiry::Projection> projection = std::exchange(item.commit.projection, std::nullopt);
      TRY(CommitJob(*database_, hasher_, unused, item.commit).run());
      if (projection) TRY(put_projection(*database_, item.commit.matter, *projection, [&] { return std::move(item.terms); }, rows));
    }
    return {};
  }));
  return put_apart(rows);
}

Status OfficeBulk::put_apart(const TermRows& rows) {
  for (const auto& row : rows) parts_[part_of(row[0])].write(reinterpret_cast<const char*>(row.data()), sizeof row);
  return std::ranges::all_of(parts_, [](const std::ofstream& part) { return part.good(); }) ? Status{} : scratch_failed();
}

Status OfficeBulk::write_terms(std::size_t part) {
  parts_[part].close();
  if (parts_[part].fail()) return scratch_failed();
  std::error_code failed;
  TermRows rows(std::filesystem::file_size(part_path(part), failed) / sizeof(TermRows::value_type));
  std::ifstream from(part_path(part), std::ios::binary);
  from.read(reinterpret_cast<char*>(rows.data()), static_cast<std::streamsize>(rows.size() * sizeof(TermRows::value_type)));
  if (failed || !from) return scratch_failed();
  std::ranges::sort(rows);
  constexpr std::array<std::string_view, 2> kColumns = {"term", "id"};
  TRY(in_transaction(*database_, [&]() -> Status {
    std::size_t next = 0;
    TRY(database_->bulk_load("term", kColumns, [&](std::span<Value> row) -> Result<bool> {
      if (next == rows.size()) return false;
      row[0] = rows[next][0];
      row[1] = rows[next++][1];
      return true;
    }));
    return {};
  }));
  std::filesystem::remove(part_path(part), failed);
  return {};
}

Status OfficeBulk::finish() {
  for (std::size_t part = 0; part < kParts; ++part) TRY(write_terms(part));
  TRY(in_transaction(*database_, [&]() -> Status {
    for (const std::string& sql : indexes_) TRY(database_->exec(sql));
    return {};
  }));
  TRY(database_->exec(kSlow));
  database_.reset();
  std::error_code ignored;
  std::filesystem::remove(scratch_, ignored);
  return {};
}

}  // namespace warifu::store

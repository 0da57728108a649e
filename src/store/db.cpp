#include "store/db.h"

#include "base/limits.h"

namespace warifu::store {

Statement::Statement(Database& database, std::unique_ptr<Cursor> cursor) : database_(&database), cursor_(std::move(cursor)) {}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), cursor_(std::move(other.cursor_)), mistake_(std::move(other.mistake_)) {}

Statement::~Statement() {
  if (cursor_) database_->give_back(std::move(cursor_));
}

Statement& Statement::bind_value(int index, const Value& value) {
  if (mistake_) return *this;
  Status bound = detail::check_value(value);
  if (bound) bound = cursor_->bind(index, value);
  if (!bound) mistake_ = std::move(bound).error();
  return *this;
}

Result<bool> Statement::step() {
  if (mistake_) return tl::unexpected<Error>(*mistake_);
  return cursor_->step();
}

void Statement::reset() {
  mistake_.reset();
  cursor_->reset();
}

Status Database::savepoint(std::string_view name) {
  CHECK_THAT(detail::is_identifier(name));
  return post("SAVEPOINT " + std::string(name));
}

Status Database::release(std::string_view name) {
  CHECK_THAT(detail::is_identifier(name));
  TRY(post("RELEASE SAVEPOINT " + std::string(name)));
  return settle();
}

Status Database::rollback_to(std::string_view name) {
  CHECK_THAT(detail::is_identifier(name));
  static_cast<void>(settle());  // what was posted since is undone with the rest, its failure too
  return exec("ROLLBACK TO SAVEPOINT " + std::string(name) + "; RELEASE SAVEPOINT " + std::string(name));
}

Status Database::post_values(std::string_view sql, std::span<const Value> values) {
  CHECK_THAT(in_transaction());
  Statement statement = TRY(prepare(sql));
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind_value(static_cast<int>(i) + 1, values[i]);
  while (TRY(statement.step())) {}
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  if (const auto found = idle_.find(sql); found != idle_.end() && found->second) return Statement(*this, std::move(found->second));
  return Statement(*this, TRY(make_cursor(sql)));
}

void Database::give_back(std::unique_ptr<Cursor> cursor) {
  cursor->reset();
  if (idle_.size() >= limits::kStatementsCachedMax) idle_.clear();
  std::string sql = cursor->sql();
  idle_.insert_or_assign(std::move(sql), std::move(cursor));
}

Status detail::check_value(const Value& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (text != nullptr && text->find('\0') != std::string_view::npos) return fail(Code::CONTROL_CHARACTER, "text with a NUL character");
  return {};
}

bool detail::is_identifier(std::string_view name) {
  if (name.empty() || name.size() > 63 || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace warifu::store

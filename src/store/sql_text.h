#pragma once
// A statement put together from parts that each bring their values: '?' in a part stands for its next value and becomes $1, $2, … in the end.
// Parts come from the program only; whatever came from outside is a value.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/db.h"

namespace warifu::store {

class SqlText {
 public:
  using Param = std::variant<std::int64_t, std::string, Bytes>;

  SqlText() = default;
  template <class... P>
  explicit SqlText(std::string_view part, P&&... params) : text_(part), params_{Param(std::forward<P>(params))...} {}

  template <class... P>
  SqlText& add(std::string_view part, P&&... params) {
    text_ += part;
    (params_.emplace_back(std::forward<P>(params)), ...);
    return *this;
  }
  SqlText& add(const SqlText& part) {
    text_ += part.text_;
    params_.insert(params_.end(), part.params_.begin(), part.params_.end());
    return *this;
  }
  [[nodiscard]] bool is_empty() const { return text_.empty(); }

  // "(?, ?, ?)" with the values.
  template <class C>
  SqlText& add_list(const C& values) {
    text_ += "(";
    bool is_first = true;
    for (const auto& value : values) {
      text_ += is_first ? "?" : ", ?";
      is_first = false;
      params_.emplace_back(value);
    }
    text_ += ")";
    return *this;
  }

  // Prepared and bound; this text must outlive the statement.
  [[nodiscard]] Result<Statement> prepare(Database& database) const {
    std::string numbered;
    numbered.reserve(text_.size() + params_.size() * 2);
    std::size_t next = 0;
    for (const char c : text_) {
      if (c == '?')
        numbered += "$" + std::to_string(++next);
      else
        numbered.push_back(c);
    }
    CHECK_THAT(next == params_.size());
    Statement statement = TRY(database.prepare(numbered));
    for (std::size_t i = 0; i < params_.size(); ++i)
      statement.bind_value(static_cast<int>(i + 1), std::visit([](const auto& value) { return to_value(value); }, params_[i]));
    return statement;
  }

 private:
  std::string text_;
  std::vector<Param> params_;
};

template <class Tag>
[[nodiscard]] Bytes param_of(const Id<Tag>& id) {
  return Bytes(id.bytes.begin(), id.bytes.end());
}
[[nodiscard]] inline std::string param_of(std::string_view text) { return std::string(text); }

}  // namespace warifu::store

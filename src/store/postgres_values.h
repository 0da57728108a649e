#pragma once
// How values travel to and from libpq: numbers and text as text parameters (the server reads them as the column's type), bytes as binary
// ones; results in the binary form of their type. Private to the store's PostgreSQL connection.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "store/db.h"

namespace warifu::store::pg {

// Parameters of one execution, in the arrays PQexecPrepared wants.
class Parameters {
 public:
  explicit Parameters(std::size_t count);
  void set(std::size_t place, const Value& value);
  void clear();
  [[nodiscard]] int count() const { return static_cast<int>(pointers_.size()); }
  [[nodiscard]] const char* const* values() const { return pointers_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  std::vector<std::string> owned_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_, formats_;
};

[[nodiscard]] bool is_known_type(unsigned type);
// `data` is the binary form of a value of `type`; the type is known.
[[nodiscard]] std::int64_t read_int64(unsigned type, std::string_view data);
[[nodiscard]] double read_double(unsigned type, std::string_view data);
// Text as it lies in the result, or a number spelled into `spelled`, which must keep its elements in place.
[[nodiscard]] std::string_view read_text(unsigned type, std::string_view data, std::deque<std::string>& spelled);

// One line of COPY … FROM STDIN in text format.
void append_copy_row(std::string& out, std::span<const Value> row);

}  // namespace warifu::store::pg

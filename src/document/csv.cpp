#include "document/csv.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>

#include "text/unicode.h"

namespace warifu::document {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

Result<std::string> from_cp932(std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  // "ibm-943_P15A-2003" is ICU's table for Windows-31J: unlike plain Shift_JIS it keeps the backslash and knows the vendors' characters.
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open("ibm-943_P15A-2003", &status));
  if (U_FAILURE(status)) return fail(Code::INTERNAL, "no converter for CP932");
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  icu::UnicodeString wide(bytes.data(), static_cast<std::int32_t>(bytes.size()), converter.get(), status);
  if (U_FAILURE(status)) return fail(Code::BAD_ENCODING, "neither UTF-8 nor CP932", {}, {{"expected", "UTF-8, CP932"}});
  std::string utf8;
  wide.toUTF8String(utf8);
  return utf8;
}

// Walks over the text once, record by record.
class Reader {
 public:
  Reader(std::string_view text, const CsvLimits& bounds) : text_(text), bounds_(bounds) {}

  Status read(Csv& into) {
    while (position_ < text_.size()) {
      CsvRow record;
      TRY(read_record(record, into.header));
      if (row_ == 1) {
        into.header = std::move(record);
      } else {
        if (record.size() != into.header.size())
          return bad("the row has " + std::to_string(record.size()) + " cells, the header " + std::to_string(into.header.size()), record.size(),
                     into.header);
        if (into.rows.size() == bounds_.rows_max)
          return fail(Code::CSV_ROWS, "too many rows", {}, {{"max", std::to_string(bounds_.rows_max)}, {"row", std::to_string(row_)}});
        into.rows.push_back(std::move(record));
      }
      ++row_;
    }
    if (into.header.empty()) return fail(Code::EMPTY_FIELD, "the file has no header");
    return {};
  }

 private:
  // Reads up to and including the line break; the last record may end without one.
  Status read_record(CsvRow& record, const CsvRow& header) {
    for (;;) {
      if (record.size() == bounds_.columns_max) return bad("too many cells in one row", record.size(), header);
      record.emplace_back();
      const std::size_t column = record.size();
      if (position_ < text_.size() && text_[position_] == '"') {
        TRY(read_quoted(record.back(), column, header));
      } else {
        TRY(read_plain(record.back(), column, header));
      }
      if (text::character_count(record.back()) > bounds_.cell_characters_max)
        return fail(Code::TOO_LONG, "a cell is too long", place(column, header),
                    {{"max", std::to_string(bounds_.cell_characters_max)}, {"row", std::to_string(row_)}, {"column", std::to_string(column)}});
      if (position_ == text_.size()) return {};
      const char next = text_[position_++];
      if (next == ',') continue;
      if (next == '\n') return {};
      if (next == '\r' && position_ < text_.size() && text_[position_] == '\n') {
        ++position_;
        return {};
      }
      return bad(next == '\r' ? "a carriage return without a line feed" : "text after a closing quotation mark", column, header);
    }
  }

  Status read_plain(std::string& cell, std::size_t column, const CsvRow& header) {
    const std::size_t end = std::min(text_.find_first_of(",\r\n\"", position_), text_.size());
    if (end < text_.size() && text_[end] == '"') return bad("a quotation mark inside a cell that is not quoted", column, header);
    cell = text_.substr(position_, end - position_);
    position_ = end;
    return without_nul(cell, column, header);
  }

  Status read_quoted(std::string& cell, std::size_t column, const CsvRow& header) {
    ++position_;
    for (;;) {
      const std::size_t end = text_.find('"', position_);
      if (end == std::string_view::npos) return bad("a quotation mark is never closed", column, header);
      cell.append(text_.substr(position_, end - position_));
      position_ = end + 1;
      if (position_ == text_.size() || text_[position_] != '"') return without_nul(cell, column, header);
      cell.push_back('"');
      ++position_;
    }
  }

  Status without_nul(const std::string& cell, std::size_t column, const CsvRow& header) const {
    if (cell.find('\0') == std::string::npos) return {};
    return bad("a NUL character", column, header);
  }

  static std::string place(std::size_t column, const CsvRow& header) {
    return column >= 1 && column <= header.size() && !header[column - 1].empty() ? header[column - 1] : std::to_string(column);
  }

  [[nodiscard]] tl::unexpected<Error> bad(std::string message, std::size_t column, const CsvRow& header) const {
    return fail(Code::BAD_CSV, std::move(message), place(column, header), {{"row", std::to_string(row_)}, {"column", std::to_string(column)}});
  }

  std::string_view text_;
  const CsvLimits& bounds_;
  std::size_t position_ = 0, row_ = 1;
};

void append_cell(std::string& out, std::string_view cell) {
  const std::string guarded = guard_cell(cell);
  const bool has_edge_space = !guarded.empty() && (guarded.front() == ' ' || guarded.back() == ' ');
  if (!has_edge_space && guarded.find_first_of(",\"\r\n") == std::string::npos) {
    out += guarded;
    return;
  }
  out += '"';
  for (const char c : guarded) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_row(std::string& out, std::span<const std::string> cells) {
  if (cells.size() == 1 && cells.front().empty()) out += "\"\"";  // an empty line would be no row
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    append_cell(out, cells[i]);
  }
  out += "\r\n";
}

}  // namespace

Result<Csv> read_csv(std::string_view bytes, const CsvLimits& bounds) {
  if (bytes.size() > bounds.bytes_max) return fail(Code::TOO_LARGE, "the file is too large", {}, {{"max", std::to_string(bounds.bytes_max)}});
  Csv csv;
  std::string converted;
  if (bytes.starts_with(kByteOrderMark)) {
    csv.encoding = CsvEncoding::UTF8_BOM;
    bytes.remove_prefix(kByteOrderMark.size());
    if (!text::is_utf8(bytes)) return fail(Code::BAD_UTF8, "a file with UTF-8's byte order mark that is not UTF-8");
  } else if (!text::is_utf8(bytes)) {
    csv.encoding = CsvEncoding::CP932;
    converted = TRY(from_cp932(bytes));
    bytes = converted;
  }
  TRY(Reader(bytes, bounds).read(csv));
  return csv;
}

std::string write_csv(std::span<const std::string> header, std::span<const CsvRow> rows) {
  std::string out(kByteOrderMark);
  append_row(out, header);
  for (const CsvRow& row : rows) append_row(out, row);
  return out;
}

std::string guard_cell(std::string_view cell) {
  static constexpr std::array<std::string_view, 10> kStarts = {"=", "+", "-", "@", "\t", "\r", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  for (const std::string_view start : kStarts)
    if (cell.starts_with(start)) return "'" + std::string(cell);
  return std::string(cell);
}

}  // namespace warifu::document

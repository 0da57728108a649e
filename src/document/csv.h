#pragma once
// CSV as spreadsheets in Japanese offices write and read it. The reader is strict (RFC 4180, with LF accepted beside CR LF): a file is taken
// whole or refused with the row and the column of the first thing that is wrong, and never guessed at. UTF-8 with or without a byte order
// mark; what is not UTF-8 is tried as CP932 (Windows-31J), which Japanese spreadsheets save by default.
// The writer's files open in a spreadsheet as text: byte order mark, CR LF, and no cell that would be run as a formula.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"

namespace warifu::document {

using CsvRow = std::vector<std::string>;

struct CsvLimits {
  std::size_t bytes_max = limits::kCsvBytesMax;
  std::size_t rows_max = limits::kCsvRowsMax;  // without the header
  std::size_t columns_max = 256;
  std::size_t cell_characters_max = limits::kTextCharactersMax;
};

enum class CsvEncoding { UTF8, UTF8_BOM, CP932 };

struct Csv {
  CsvEncoding encoding = CsvEncoding::UTF8;
  CsvRow header;
  std::vector<CsvRow> rows;  // each as wide as the header
};

// BAD_CSV {row, column}: `row` counts records as a spreadsheet does (the header is 1), `column` counts from 1 and `where` is the header's
// name of the column when it is known. Also TOO_LARGE, CSV_ROWS {max}, TOO_LONG {max, row}, BAD_ENCODING, EMPTY_FIELD (no header).
[[nodiscard]] Result<Csv> read_csv(std::string_view bytes, const CsvLimits& bounds = {});

// With byte order mark and CR LF; cells are quoted when they need it, and guarded by guard_cell().
[[nodiscard]] std::string write_csv(std::span<const std::string> header, std::span<const CsvRow> rows);

// A cell that a spreadsheet would take for a formula (it begins with = + - @, their full-width forms, tab or carriage return) gets an
// apostrophe before it. Other cells are returned unchanged.
[[nodiscard]] std::string guard_cell(std::string_view cell);

}  // namespace warifu::document

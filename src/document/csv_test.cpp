#include "document/csv.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <string>

namespace warifu::document {
namespace {

struct Refusal {
  std::string bytes;
  Code code;
  std::string where, row;
};

TEST_CASE("a broken file is refused with its row and column") {
  const std::array<Refusal, 16> refusals = {{
      {"", Code::EMPTY_FIELD, "", ""},
      {"\xEF\xBB\xBF", Code::EMPTY_FIELD, "", ""},
      {"種別,値\na\n", Code::BAD_CSV, "種別", "2"},
      {"種別,値\na,b,c\n", Code::BAD_CSV, "3", "2"},
      {"種別,値\na,b\n\nc,d\n", Code::BAD_CSV, "種別", "3"},
      {"種別,値\na,b\"c\n", Code::BAD_CSV, "値", "2"},
      {"種別,値\na,\"b\n", Code::BAD_CSV, "値", "2"},
      {"種別,値\na,\"b\"c\n", Code::BAD_CSV, "値", "2"},
      {"種別,値\na,\"b\" \n", Code::BAD_CSV, "値", "2"},
      {"種別,値\ra,b\r", Code::BAD_CSV, "2", "1"},
      {std::string("種別,値\na,b\0c\n", 16 + 2), Code::BAD_CSV, "値", "2"},
      {"種別,値\n\"a\"\"\nb\",\"c\n", Code::BAD_CSV, "値", "2"},
      {"種別,値\nok,ok\n\"", Code::BAD_CSV, "種別", "3"},
      {"a,b\n\xFF\xFE\x00,x\n", Code::BAD_ENCODING, "", ""},
      {"\xEF\xBB\xBF"
       "a,b\n\x8E\xED\x95\xCA,x\n",
       Code::BAD_UTF8, "", ""},
      {"\"a", Code::BAD_CSV, "1", "1"},
  }};
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.bytes);
    const auto csv = read_csv(refusal.bytes);
    REQUIRE_FALSE(csv);
    CHECK(sentence(csv.error().code).name == sentence(refusal.code).name);
    CHECK(csv.error().where == refusal.where);
    if (!refusal.row.empty()) CHECK(csv.error().args.at("row") == refusal.row);
  }
}

TEST_CASE("quoted cells keep commas, quotation marks and line breaks; both line ends and a missing last one are read") {
  const auto csv = read_csv("a,b\r\n\"x,\"\"y\"\"\",\"1\r\n2\"\n,last");
  REQUIRE(csv);
  CHECK(csv->encoding == CsvEncoding::UTF8);
  CHECK(csv->header == CsvRow{"a", "b"});
  REQUIRE(csv->rows.size() == 2);
  CHECK(csv->rows[0] == CsvRow{"x,\"y\"", "1\r\n2"});
  CHECK(csv->rows[1] == CsvRow{"", "last"});
}

TEST_CASE("UTF-8 with a byte order mark and CP932 are recognised") {
  const auto marked = read_csv("\xEF\xBB\xBF種別\r\n電話\r\n");
  REQUIRE(marked);
  CHECK(marked->encoding == CsvEncoding::UTF8_BOM);
  CHECK(marked->header == CsvRow{"種別"});
  // 種別,値 / 電話,髙橋①~\  in CP932: 髙 and ① are characters of the vendors, 0x5C stays a backslash
  const auto cp932 = read_csv("\x8E\xED\x95\xCA,\x92\x6C\r\n\x93\x64\x98\x62,\xFB\xFC\x8B\xB4\x87\x40\x5C\x5C\r\n");
  REQUIRE(cp932);
  CHECK(cp932->encoding == CsvEncoding::CP932);
  CHECK(cp932->header == CsvRow{"種別", "値"});
  CHECK(cp932->rows.at(0) == CsvRow{"電話", "髙橋①\\\\"});
}

TEST_CASE("limits hold at the bound and not one past it") {
  CsvLimits bounds;
  bounds.rows_max = 2;
  bounds.columns_max = 2;
  bounds.cell_characters_max = 3;
  bounds.bytes_max = 40;
  CHECK(read_csv("a,b\n1,2\n3,4\n", bounds));
  CHECK(read_csv("a,b\n1,2\n3,4\n5,6\n", bounds).error().code == Code::CSV_ROWS);
  CHECK(read_csv("a,b,c\n", bounds).error().code == Code::BAD_CSV);
  CHECK(read_csv("a,b\n照会書,2\n", bounds));
  const auto too_long = read_csv("a,b\n照会書式,2\n", bounds);
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().code == Code::TOO_LONG);
  CHECK(too_long.error().where == "a");
  CHECK(read_csv("a,b\n" + std::string(36, '\n'), bounds).error().code == Code::BAD_CSV);
  CHECK(read_csv("a,b\n" + std::string(37, '\n'), bounds).error().code == Code::TOO_LARGE);
}

TEST_CASE("no cell is written that a spreadsheet would run") {
  for (const std::string start : {"=", "+", "-", "@", "\t", "\r", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"})
    CHECK(guard_cell(start + "1+1") == "'" + start + "1+1");
  CHECK(guard_cell("1=1") == "1=1");
  CHECK(guard_cell("") == "");
  const std::array<std::string, 2> header = {"番号", "備考"};
  const std::array<CsvRow, 1> rows = {CsvRow{"+81-90-0000-0000", "=HYPERLINK(\"http://attacker.example\",\"x\")"}};
  CHECK(write_csv(header, rows) == "\xEF\xBB\xBF番号,備考\r\n'+81-90-0000-0000,\"'=HYPERLINK(\"\"http://attacker.example\"\",\"\"x\"\")\"\r\n");
}

rc::Gen<std::string> cell() {
  return rc::gen::container<std::string>(rc::gen::element('a', '1', ',', '"', '\n', '\r', ' ', '\'', '=', '-', ';', '\\'));
}

TEST_CASE("what is written is read back, guarded cells with their guard") {
  CHECK(rc::check([] {
    const auto width = *rc::gen::inRange<std::size_t>(1, 5);
    const auto row = rc::gen::container<CsvRow>(width, cell());
    const CsvRow header = *row;
    const auto rows = *rc::gen::container<std::vector<CsvRow>>(row);
    const auto csv = read_csv(write_csv(header, rows));
    RC_ASSERT(csv.has_value());
    RC_ASSERT(csv->encoding == CsvEncoding::UTF8_BOM);
    const auto guarded = [](CsvRow cells) {
      for (std::string& each : cells) each = guard_cell(each);
      return cells;
    };
    RC_ASSERT(csv->header == guarded(header));
    RC_ASSERT(csv->rows.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) RC_ASSERT(csv->rows[i] == guarded(rows[i]));
  }));
}

TEST_CASE("any bytes are either a table of even width or an error, never a crash") {
  CHECK(rc::check([](const std::string& bytes) {
    const auto csv = read_csv(bytes);
    if (!csv) return;
    for (const CsvRow& row : csv->rows) RC_ASSERT(row.size() == csv->header.size());
  }));
}

}  // namespace
}  // namespace warifu::document

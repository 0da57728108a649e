#include <doctest/doctest.h>

#include "api/routes.h"
#include "document/csv.h"

namespace warifu::api {
namespace {

ImportView import(const std::string& csv, const ImportQuery& query = {}) {
  Result<ImportView> view = import_items(csv, query);
  REQUIRE(view);
  return std::move(*view);
}

TEST_CASE("import: Japanese headings, English headings and a line in the value") {
  const ImportView japanese = import(
      "対象の種類,値,サービス,期間の始め,期間の終わり,求める情報,使用目的,必要性,登録時アドレス\r\n"
      "アカウントID,ex-1001,auction.example,,,K1、K3,出品者の確認,被害者の申告による,はい\r\n"
      "メールアドレス,hanako@example.com,,2026-11-01T00:00:00+09:00,2026-11-02T00:00:00+09:00,K1,出品者の確認,被害者の申告による,\r\n");
  CHECK(japanese.errors.empty());
  REQUIRE(japanese.items.size() == 2);
  CHECK(japanese.items[0].selector.value == "ex-1001");
  CHECK(japanese.items[0].selector.service == "auction.example");
  CHECK(japanese.items[0].categories == std::vector{law::Category::K1, law::Category::K3});
  CHECK(japanese.items[0].asks_registration_address);
  CHECK(japanese.items[1].period->until == "2026-11-02T00:00:00+09:00");

  const ImportView english = import("value,categories\nauction.example:ex-1001,K1\n", ImportQuery{text::SelectorType::ACCOUNT_ID});
  REQUIRE(english.items.size() == 1);
  CHECK(english.items[0].selector.service == "auction.example");
  CHECK(english.items[0].selector.value == "ex-1001");
}

TEST_CASE("import: every wrong cell is named by row and column, and nothing is imported by halves") {
  const ImportView view = import(
      "type,value,at,port,categories,from,until\n"
      "IP_ADDRESS,198.51.100.7,2026-11-20 10:00 +09:00,40123,K1,,\n"
      "IP_ADDRESS,198.51.100.999,,,K1,,\n"
      "NOTHING,a,,,K1,,\n"
      "IP_ADDRESS,198.51.100.7,2026-11-20 10:00,40123,K1,,\n"
      "EMAIL,hanako@example.com,,,K12,,\n"
      "EMAIL,hanako@example.com,,,K1,2026-11-02T00:00:00Z,2026-11-01T00:00:00Z\n"
      "EMAIL,hanako@example.com,,x,,2026-11-02T00:00:00Z,\n");
  CHECK(view.rows == 7);
  CHECK(view.items.empty());
  std::vector<std::string> found;
  for (const ImportError& error : view.errors) {
    found.push_back(std::to_string(error.row) + " " + error.column + " " + error.code);
    CHECK_FALSE(error.ja.empty());
    CHECK_FALSE(error.en.empty());
  }
  CHECK(found == std::vector<std::string>{"3 value SELECTOR_FORMAT", "4 type SELECTOR_TYPE_UNKNOWN", "5 at TIME_WITHOUT_ZONE",
                                          "6 categories BAD_VALUE", "7 until PERIOD_REVERSED", "8 port WRONG_TYPE", "8 until EMPTY_FIELD",
                                          "8 categories EMPTY_FIELD"});
}

TEST_CASE("import: headings are closed, the file is whole") {
  CHECK(import("type,colour\nEMAIL,red\n").errors.at(0).code == "UNKNOWN_FIELD");
  CHECK(import("type,type,value\nEMAIL,EMAIL,a@example.com\n").errors.at(0).code == "DUPLICATE_FIELD");
  CHECK(import("value,categories\na@example.com,K1\n").errors.at(0).code == "MISSING_FIELD");
  CHECK(import_items("type,value\nEMAIL\n", {}).error().code == Code::BAD_CSV);
  CHECK(import_items("", {}).error().code == Code::EMPTY_FIELD);
  std::string rows = "type,value,categories\n";
  for (std::size_t i = 0; i < limits::kCsvRowsMax; ++i) rows += "EMAIL,u" + std::to_string(i) + "@example.com,K1\n";
  CHECK(import(rows).items.size() == limits::kCsvRowsMax);
  CHECK(import_items(rows + "EMAIL,one@example.com,K1\n", {}).error().code == Code::CSV_ROWS);
  std::string wrong = "type,value,categories\n";
  for (int i = 0; i < 1001; ++i) wrong += "EMAIL,nobody,K1\n";
  const ImportView capped = import(wrong);
  CHECK(capped.errors.size() == 1000);
  CHECK(capped.errors_are_capped);
}

TEST_CASE("import: a cell that would reorder text on screen is refused") {
  const ImportView view = import(
      "type,value,categories,purpose\nEMAIL,a@example.com,K1,\xE2\x80\xAE"
      "abc\n");
  REQUIRE(view.errors.size() == 1);
  CHECK(view.errors[0].code == "BIDI_CHARACTER");
  CHECK(view.errors[0].column == "purpose");
}

}  // namespace
}  // namespace warifu::api

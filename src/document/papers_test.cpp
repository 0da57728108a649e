// Register, statement and cover sheet: what stands on them, read back by another program.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "document/cover_sheet.h"
#include "document/qr.h"
#include "document/register.h"
#include "document/statement.h"
#include "document/test_pdf.h"
#include "document/words.h"

namespace warifu::document {
namespace {

using testing::PdfFile;

Time at(const char* text) {
  const auto time = parse_rfc3339(text);
  REQUIRE(time);
  return *time;
}

Sha256 digest(std::uint8_t first) {
  Sha256 value;
  for (std::size_t i = 0; i < value.bytes.size(); ++i) value.bytes[i] = static_cast<std::uint8_t>(first + 91 * i);
  return value;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

RegisterPaper sample_register(int rows) {
  RegisterPaper paper;
  paper.organisation = "霧北県警察";
  paper.office = "刑事部 捜査第二課";
  paper.keeper = "庶務担当係長 警部補 例 示 文 子";
  paper.created = at("2026-12-01T09:30:44.588767+09:00");
  for (int serial = 1; serial <= rows; ++serial) {
    RegisterRow row;
    row.serial = serial;
    row.document_number = fmt::format("霧北刑二第{}号", 100 + serial);
    row.case_number = "令8-捜二-0042";
    row.addressee = serial % 2 == 0 ? "株式会社みほん銀行 事務部" : "株式会社みほんポータル 開示担当";
    row.issued_to = "例 示 花 子";
    row.date = Date{2026, 11, 21};
    row.items = serial % 4 == 0 ? "192.0.*.* 2026-11-13T21:14:00+09:00" : serial % 2 == 0 ? "普通 ***4567" : "sam***01\n090-****-0002 ほか3項";
    row.approver = "見 本 太 郎";
    row.approved = at("2026-11-21T13:40:00+09:00");
    row.dispatched = at("2026-11-21T14:05:00+09:00");
    row.delivered = at("2026-11-21T14:05:02+09:00");
    row.due = Date{2026, 12, 5};
    if (serial % 3 == 0) {
      row.answered = at("2026-11-28T10:12:00+09:00");
      row.result = "一部回答";
      row.kept_until = Date{2027, 11, 28};
      row.inspected = Date{2026, 11, 30};
      row.inspector = "監察 例示";
    }
    if (serial % 7 == 4) {
      row.entry = RegisterEntry::SPOILED;
      row.reason = "宛先の誤記";
      row.dispatched.reset();
      row.delivered.reset();
      row.answered.reset();
    }
    if (serial == 9) {
      row.purged = at("2027-11-29T03:00:00+09:00");
      row.purge_proof = verification_code(digest(7));
      row.overlap = "あり(他県1)";
    }
    paper.rows.push_back(std::move(row));
  }
  return paper;
}

TEST_CASE("the register shows every serial, its gap check and why one was spoiled, with the header on every page") {
  const auto bytes = register_pdf(sample_register(60));
  REQUIRE(bytes);
  const PdfFile file("register", *bytes);
  CHECK(file.pages() >= 3);
  const std::string words = file.words();
  for (const std::string part :
       {"捜査関係事項照会書等交付簿", "令和8年", "取扱責任者庶務担当係長", "欠番なし(第00001号から第00060号まで)", "交付51件", "書損9件",
        "宛先の誤記", "8.11.2114:05", "8.12.5", "あり(他県1)", "様式A捜査関係事項照会書", "出力令和8年12月1日9:30"}) {
    CAPTURE(part);
    CHECK(contains(words, part));
  }
  CHECK(!contains(words, "9:30:"));
  CHECK(contains(words, "2026-11-1321:14"));
  CHECK(!contains(words, "+09:00"));
  for (int serial = 1; serial <= 60; ++serial) CHECK(contains(words, fmt::format("霧北刑二第{}号", 100 + serial)));
  for (int page = 1; page <= file.pages(); ++page) CHECK(contains(file.text(fmt::format("-raw -f {0} -l {0}", page)), "照会事項"));
  CHECK(contains(file.info_value("Page size"), "841.89 x 595.276"));
  CHECK(file.fonts().find(" no ") == std::string::npos);
  CHECK(*bytes == *register_pdf(sample_register(60)));
}

TEST_CASE("a gap in the register and an empty register are said plainly") {
  RegisterPaper paper = sample_register(5);
  paper.rows.erase(paper.rows.begin() + 2);
  paper.gaps = {3};
  paper.language = Language::EN;
  const auto bytes = register_pdf(paper);
  REQUIRE(bytes);
  const PdfFile file("register-gap", *bytes);
  CHECK(contains(file.words(), "欠番あり1件第00003号"));
  CHECK(contains(file.text("-raw"), "Register of issued inquiry forms"));
  const auto empty = register_pdf(RegisterPaper{});
  REQUIRE(empty);
  CHECK(contains(PdfFile("register-empty", *empty).words(), "交付した照会書はありません"));
}

Statement sample_statement(int lines) {
  Statement statement;
  statement.provider = "株式会社みほんポータル";
  statement.provider_address = "例示市見本一丁目1番1号";
  statement.agency = "霧北県警察";
  statement.year = 2026;
  statement.month = 11;
  statement.created = at("2026-12-01T06:00:00+09:00");
  for (int i = 1; i <= lines; ++i) {
    StatementLine line;
    line.number = fmt::format("霧北刑二第{}号", 100 + i);
    line.office = "刑事部 捜査第二課";
    line.form_serial = fmt::format("A-{:05}", i);
    line.received = at("2026-11-21T14:05:00+09:00") + hours(i);
    line.items = 1 + i % 4;
    line.result_code = i % 5 == 0 ? "NONE_HELD" : "ANSWERED";
    line.result = i % 5 == 0 ? "該当なし" : "回答";
    if (i % 6 != 0) line.released = line.received + days(3);
    line.reference = fmt::format("開示26-{:04}", i);
    line.minutes = 35 + i;
    line.yen = 1000;
    statement.lines.push_back(std::move(line));
  }
  return statement;
}

TEST_CASE("the statement adds up, on paper and as CSV") {
  const Statement statement = sample_statement(45);
  const auto bytes = statement_pdf(statement);
  REQUIRE(bytes);
  const PdfFile file("statement", *bytes);
  CHECK(file.pages() >= 2);
  const std::string words = file.words();
  // minutes: 45 * 35 + (1 + … + 45) = 1,575 + 1,035
  for (const std::string part : {"照会受付月次明細書", "令和8年11月", "霧北県警察御中", "45件", "回答36件", "該当なし9件", "2,610分(43時間30分)",
                                 "45,000円", "霧北刑二第145号", "A-00045", "当方開示26-0045", "合計"}) {
    CAPTURE(part);
    CHECK(contains(words, part));
  }
  CHECK(contains(file.text("-raw"), "合計 112 2,610 45,000"));  // totals are not broken over lines
  CHECK(*bytes == *statement_pdf(sample_statement(45)));
  const auto csv = read_csv(statement_csv(statement));
  REQUIRE(csv);
  CHECK(csv->header.size() == 10);
  REQUIRE(csv->rows.size() == 45);
  CHECK(csv->rows[0] == CsvRow{"霧北刑二第101号", "刑事部 捜査第二課", "A-00001", "2026-11-21T15:05:00+09:00", "2", "ANSWERED",
                               "2026-11-24T15:05:00+09:00", "開示26-0001", "36", "1000"});
  CHECK(csv->rows[5][6].empty());
  const auto none = statement_pdf(sample_statement(0));
  REQUIRE(none);
  CHECK(contains(PdfFile("statement-empty", *none).words(), "当月に受け付けた照会はありません"));
}

CoverSheet sample_cover() {
  CoverSheet sheet;
  sheet.reference = "開示26-0001";
  sheet.date = Date{2026, 11, 28};
  sheet.agency_office = "霧北県警察本部 刑事部 捜査第二課";
  sheet.provider = "株式会社みほんポータル";
  sheet.provider_address = "例示市見本一丁目1番1号";
  sheet.releaser_post = "開示管理者";
  sheet.releaser_name = "例 示 三 郎";
  sheet.preparer = "開示担当 見 本 四 子";
  sheet.release = digest(0xa1);
  sheet.inquiry_number = "霧北刑二第123号";
  sheet.inquiry_date = Date{2026, 11, 21};
  sheet.items = {{1, "アカウントID", "みほんオークション sample_seller_00001", "回答", "", "", 1, Date{2019, 4, 1}},
                 {2, "電話番号", "+81 90-0000-0002", "該当なし", "記録なし", "照会の期間に契約がありません。", 0, std::nullopt},
                 {3, "IPアドレス", "192.0.2.7 令和8年11月1日 14:05:00", "要令状", "通信の秘密", "特定の通信の当事者に当たります。", 0, std::nullopt}};
  sheet.files = {{"契約者情報.csv", "text/csv", 1834, digest(1)}, {"台帳の写し.pdf", "application/pdf", 1'204'551, digest(2)}};
  sheet.completeness = "照会の期間について、当社が保有する記録の全部です。";
  sheet.minutes = 35;
  sheet.yen = 1200;
  sheet.created = at("2026-11-28T10:12:00+09:00");
  return sheet;
}

TEST_CASE("the cover sheet names results, files with digests, people, time and cost") {
  const auto bytes = cover_sheet_pdf(sample_cover());
  REQUIRE(bytes);
  const PdfFile file("cover", *bytes);
  CHECK(file.pages() == 1);
  const std::string words = file.words();
  for (const std::string part :
       {"回答書", "開示26-0001", "令和8年11月28日", "令和8年11月21日付け霧北刑二第123号により照会のあった事項について", "該当なし", "要令状",
        "通信の秘密", "平31.4.1", "契約者情報.csv", "1,204,551", "照会の期間について", "例示三郎", "見本四子", "35分", "1,200円", "以上"}) {
    CAPTURE(part);
    CHECK(contains(words, part));
  }
  CHECK(contains(words, digest(1).hex().substr(0, 32)));
  CHECK(contains(words, digest(2).hex().substr(32)));
  CHECK(contains(words, verification_code(digest(0xa1), "").substr(0, 8)));
  CHECK_FALSE(contains(words, "案"));
  CHECK(*bytes == *cover_sheet_pdf(sample_cover()));
  CoverSheet preview = sample_cover();
  preview.release.reset();
  preview.language = Language::EN;
  preview.files.clear();
  preview.agency_head = "捜査第二課長 警視 見 本 太 郎";
  const auto draft = cover_sheet_pdf(preview);
  REQUIRE(draft);
  const PdfFile second("cover-preview", *draft);
  CHECK(contains(second.words(), "案"));
  CHECK(contains(second.words(), "添付ファイルはありません"));
  CHECK(contains(second.text("-raw"), "Answer to an inquiry"));
  CHECK(cover_sheet_pdf(CoverSheet{}).error().code == Code::EMPTY_FIELD);
}

TEST_CASE("words of office paper") {
  CHECK(era_time(at("2026-11-21T14:05:09+09:00")) == "令和8年11月21日 14:05:09");
  CHECK(era_time(at("2026-11-20T15:00:00Z")) == "令和8年11月21日 0:00");
  CHECK(era_time(at("2026-11-21T14:05:00.000250+09:00")) == "令和8年11月21日 14:05:00.000250");
  CHECK(short_time(at("2026-11-21T14:05:59+09:00")) == "8.11.21 14:05");
  CHECK(era_time(whole_minute(at("2026-11-21T14:05:44.588767+09:00"))) == "令和8年11月21日 14:05");
  CHECK(whole_minute(Time{-1}).us == -60'000'000);
  CHECK(with_readable_times("192.0.*.* 2026-11-13T21:14:00+09:00") == "192.0.*.* 2026-11-13 21:14");
  CHECK(with_readable_times("2026-11-13T21:14:05.250+09:00 +1") == "2026-11-13 21:14 +1");
  CHECK(with_readable_times("2026-11-13T21:14Z") == "2026-11-13 21:14Z");
  for (const std::string same : {"", "2026-11-13", "portal.demo:r****", "2026-11-13T21:1", "架空:T12:34"}) CHECK(with_readable_times(same) == same);
  CHECK(short_date({2026, 1, 9}) == "8.1.9");
  CHECK(short_date({2019, 4, 30}) == "平31.4.30");
  CHECK(era_month(2019, 5) == "令和元年5月");
  CHECK(era_month(2026, 12) == "令和8年12月");
  CHECK(era_year(2026) == "令和8年");
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-1234567) == "-1,234,567");
  CHECK(serial_text("A", 12) == "様式 A 第00012号");
  const Sha256 act = digest(0);
  CHECK(verification_code(act).size() == 19);
  CHECK(act_link(act) == "warifu:act:" + act.hex());
}

TEST_CASE("QR symbols: the smallest that holds the text, with the three finder patterns") {
  const auto symbol = qr_symbol(act_link(digest(3)));
  REQUIRE(symbol);
  CHECK(symbol->size == 37);  // version 5 holds 84 bytes at level M
  for (const auto& [x0, y0] : {std::pair{0, 0}, std::pair{30, 0}, std::pair{0, 30}})
    for (int i = 0; i < 7; ++i) {
      CHECK(symbol->is_dark(x0 + i, y0));
      CHECK(symbol->is_dark(x0, y0 + i));
      CHECK(symbol->is_dark(x0 + i, y0 + 6));
    }
  CHECK(qr_symbol("").error().code == Code::EMPTY_FIELD);
  CHECK(qr_symbol(std::string(2331, 'a')));
  CHECK(qr_symbol(std::string(2332, 'a')).error().code == Code::TOO_LONG);
  CHECK(qr_symbol(std::string("a\0b", 3)).error().code == Code::BAD_VALUE);
}

}  // namespace
}  // namespace warifu::document

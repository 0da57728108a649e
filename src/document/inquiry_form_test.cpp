#include "document/inquiry_form.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>

#include "base/limits.h"
#include "document/paper.h"
#include "document/qr.h"
#include "document/test_pdf.h"

namespace warifu::document {
namespace {

using testing::PdfFile;

Sha256 digest(std::uint8_t first) {
  Sha256 value;
  for (std::size_t i = 0; i < value.bytes.size(); ++i) value.bytes[i] = static_cast<std::uint8_t>(first + 37 * i);
  return value;
}

Time at(const char* text) {
  const auto time = parse_rfc3339(text);
  REQUIRE(time);
  return *time;
}

InquiryForm sample(int items) {
  InquiryForm form;
  form.title_small = "Inquiry on matters relating to an investigation";
  form.document_number = "霧北刑二第123号";
  form.serial = 12;
  form.issued = Date{2026, 11, 21};
  form.addressee = "株式会社みほんポータル 開示担当";
  form.office = "霧北県警察本部 刑事部 捜査第二課";
  form.address = "霧北県霧北市見本町一丁目2番3号";
  form.head_post = "捜査第二課長 警視";
  form.head_name = "見 本 太 郎";
  form.approval = digest(0x3f);
  form.sentence = "捜査のため必要があるので、下記事項につき回答されたく、刑事訴訟法第197条第2項により照会します。";
  for (int no = 1; no <= items; ++no) {
    FormItem item;
    item.no = no;
    item.selector_type = no % 2 == 1 ? "アカウントID" : "電話番号";
    item.selector = no % 2 == 1 ? fmt::format("みほんオークション sample_seller_{:05}", no) : fmt::format("+81 90-0000-{:04}", no % 10000);
    if (no % 2 == 1) item.period = Span{at("2026-11-01T00:00:00+09:00"), at("2026-11-03T23:59:59+09:00")};
    item.categories = {"契約者情報"};
    if (no % 3 == 0) item.categories.push_back("購入・会員情報");
    item.purpose = "出品者として登録された者の特定のため";
    form.items.push_back(std::move(item));
  }
  form.offence = "詐欺";
  form.due = {2026, 12, 5};
  form.answer_how = "本システムにより回答してください。記録媒体によるときは、担当者まで連絡してください。";
  form.officer = {"捜査第二課 第三係", "巡査部長", "例 示 花 子", "0100-00-0110", "2345"};
  form.related = {"霧北刑二第101号"};
  form.is_draft = false;
  form.created = at("2026-11-21T14:05:00+09:00");
  return form;
}

std::string pdf(const InquiryForm& form) {
  auto bytes = inquiry_form_pdf(form);
  REQUIRE(bytes);
  return *bytes;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("a short inquiry is one page whose every word can be read back, with both fonts embedded") {
  const PdfFile file("form-short", pdf(sample(3)));
  CHECK(file.pages() == 1);
  const std::string words = file.words();
  for (const std::string part : {"霧北刑二第123号",
                                 "令和8年11月21日",
                                 "株式会社みほんポータル開示担当御中",
                                 "霧北県警察本部刑事部捜査第二課",
                                 "捜査第二課長警視",
                                 "見本太郎",
                                 "捜査関係事項照会書",
                                 "刑事訴訟法第197条第2項により照会します。",
                                 "記",
                                 "sample_seller_00001",
                                 "+8190-0000-0002",
                                 "自令和8年11月1日0:00",
                                 "至令和8年11月3日23:59:59",
                                 "購入・会員情報",
                                 "令和8年12月5日まで",
                                 "詐欺",
                                 "内線2345",
                                 "霧北刑二第101号",
                                 "様式A第00012号",
                                 "以上",
                                 "1/1"}) {
    CAPTURE(part);
    CHECK(contains(words, part));
  }
  CHECK(contains(words, "3f6489ae"));  // first half of the verification code
  CHECK_FALSE(contains(words, "案"));
  CHECK_FALSE(contains(words, "別紙"));
  const std::string fonts = file.fonts();
  CAPTURE(fonts);
  CHECK(contains(fonts, "+IPAexMincho"));
  CHECK(contains(fonts, "+IPAexGothic"));
  CHECK(fonts.find(" no ") == std::string::npos);  // embedded, subset, with Unicode map: all yes
  CHECK(file.info_value("Title") == "捜査関係事項照会書 霧北刑二第123号");
  CHECK(file.info_value("Author") == "霧北県警察本部 刑事部 捜査第二課");
  CHECK(at(file.info_value("CreationDate").insert(22, ":00").substr(0, 25).c_str()) == at("2026-11-21T14:05:00+09:00"));
  CHECK(contains(file.info_value("Page size"), "A4"));
}

TEST_CASE("the same input gives the same bytes, another input others") {
  CHECK(pdf(sample(40)) == pdf(sample(40)));
  InquiryForm later = sample(40);
  later.created = later.created + seconds(1);
  CHECK(pdf(later) != pdf(sample(40)));
}

TEST_CASE("a long inquiry shows what fits, refers to the annex and continues there without losing or repeating an item") {
  InquiryForm form = sample(60);
  form.confidentiality = FormConfidentiality{"被疑者が未検挙であり、証拠隠滅のおそれがあるため。", Date{2027, 2, 21}};
  form.cover_request = "地方公共団体等宛て協力依頼文書(別添)";
  const PdfFile file("form-long", pdf(form));
  CHECK(file.pages() >= 3);
  const std::string first = file.text("-raw -f 1 -l 1"), second = file.text("-raw -f 2 -l 2"), all = file.text("-raw");
  CHECK(contains(first, "別紙のとおり"));
  CHECK(contains(first, "担"));
  CHECK(contains(second, "別紙"));
  CHECK(contains(second, "霧北刑二第123号"));
  CHECK(contains(first, "sample_seller_00001"));
  for (int no = 1; no <= 60; no += 2) {
    const std::string value = fmt::format("{:05}", no);
    const std::size_t found = all.find(value);
    CAPTURE(no);
    REQUIRE(found != std::string::npos);
    CHECK(all.find(value, found + 1) == std::string::npos);
  }
}

TEST_CASE("drafts and amendments are marked") {
  InquiryForm form = sample(2);
  form.is_draft = true;
  form.serial.reset();
  form.issued.reset();
  form.approval.reset();
  form.document_number.clear();
  form.is_urgent = true;
  const PdfFile draft("form-draft", pdf(form));
  CHECK(contains(draft.words(), "案"));
  CHECK(contains(draft.words(), "至急"));
  InquiryForm amended = sample(2);
  amended.version = 2;
  amended.delegate = "次長 警視 例 示 次 郎";
  const PdfFile second("form-amended", pdf(amended));
  CHECK(contains(second.words(), "第2版変更"));
  CHECK(contains(second.words(), "代決次長"));
}

TEST_CASE("the English variant keeps the Japanese and adds labels") {
  InquiryForm form = sample(3);
  form.language = Language::EN;
  const PdfFile file("form-english", pdf(form));
  const std::string text = file.text("-raw") + file.words();
  for (const std::string part : {"Inquiry on matters relating to an investigation", "purpose", "officer in charge", "回答方法", "照会の趣旨"}) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
}

TEST_CASE("the QR symbol on the paper is that of the approval, module by module") {
  const InquiryForm form = sample(1);
  const PdfFile file("form-one", pdf(form));
  constexpr int kDpi = 400;
  const auto picture = file.picture(1, kDpi);
  const auto symbol = qr_symbol(act_link(*form.approval));
  REQUIRE(symbol);
  // Find the symbol on the paper: it is 23 mm wide with its quiet zone and ends at the right margin.
  const double module = mm(23) / 72 * kDpi / (symbol->size + 2 * kQrQuietModules);
  const double x0 = (mm(210) - mm(20) - mm(23)) / 72 * kDpi + kQrQuietModules * module;
  int wrong_best = symbol->size * symbol->size;
  for (int y0 = 0; y0 + static_cast<int>(symbol->size * module) < picture.height / 2; ++y0) {
    int wrong = 0;
    for (int y = 0; y < symbol->size && wrong < wrong_best; ++y)
      for (int x = 0; x < symbol->size; ++x)
        wrong += picture.is_dark(static_cast<int>(x0 + (x + 0.5) * module), static_cast<int>(y0 + (y + 0.5) * module)) != symbol->is_dark(x, y);
    wrong_best = std::min(wrong_best, wrong);
  }
  CHECK(wrong_best == 0);
}

TEST_CASE("10,000 items make a paper in seconds") {
  const InquiryForm form = sample(10'000);
  const auto start = std::chrono::steady_clock::now();
  const std::string bytes = pdf(form);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  MESSAGE("10,000 items: " << took << " s, " << bytes.size() / 1024 << " KiB");
  CHECK(took < 60);  // a bound against quadratic growth, generous for a busy or instrumented machine
  const PdfFile file("form-10000", bytes);
  CHECK(file.pages() > 100);
  const std::string last = file.text("-raw -f " + std::to_string(file.pages() - 1));
  CHECK(contains(last, "\n10000 電話番号"));  // the number of the last item on one line
  CHECK(contains(last, "0000-0000"));
}

TEST_CASE("a row higher than a page is continued, and hostile text does not break the paper") {
  InquiryForm form = sample(2);
  form.items[0].selector = "https://portal.example/" + std::string(2020, 'a') + "END";
  form.items[0].purpose.clear();
  for (int i = 0; i < 1000; ++i) form.items[0].purpose += "長い趣旨、";
  form.items[0].purpose += "終わり";
  form.items[1].purpose = std::string("a\0b\xFF\xFE", 5) + "\u202Ekinsoku <b>&amp;</b>";
  form.answer_how = std::string(2500, 'x');
  const PdfFile file("form-hostile", pdf(form));
  CHECK(file.pages() >= 3);
  CHECK(contains(file.words(), "終わり"));
  CHECK(contains(file.words(), "END"));
  CHECK(contains(file.words(), std::string(2500, 'x')));  // broken over lines without a hyphen that is not there
  CHECK(contains(file.words(), "kinsoku<b>&amp;</b>"));   // not turned round, not taken for markup
}

TEST_CASE("a form without items is refused") {
  InquiryForm form = sample(1);
  form.items.clear();
  const auto bytes = inquiry_form_pdf(form);
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error().code == Code::EMPTY_FIELD);
}

TEST_CASE("a head that cannot stand on one page is refused, one at the limit is not") {
  InquiryForm form = sample(1);
  form.title.clear();
  for (std::size_t i = 0; i < limits::kLineCharactersMax; ++i) form.title += "照";
  form.address = form.addressee = form.title;
  CHECK(inquiry_form_pdf(form));
  form.address += "会";
  const auto bytes = inquiry_form_pdf(form);
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error().code == Code::TOO_LONG);
}

}  // namespace
}  // namespace warifu::document

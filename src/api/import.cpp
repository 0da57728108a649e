// A table of items as offices keep it, read into the items of a draft. Whole or not at all: every row that cannot be used is listed with its
// row and column, and nothing is stored here.

#include <algorithm>
#include <array>

#include "api/routes.h"
#include "document/csv.h"

namespace warifu::api {

namespace {

constexpr std::size_t kErrorsMax = 1000;

enum class Column {
  TYPE,
  VALUE,
  SERVICE,
  AT,
  PORT,
  TO,
  KANA,
  ROMAJI,
  BORN,
  BANK,
  BRANCH,
  KIND,
  FROM,
  UNTIL,
  CATEGORIES,
  PURPOSE,
  NECESSITY,
  REGISTRATION_ADDRESS
};
constexpr std::size_t kColumns = 18;

struct ColumnName {
  std::string_view ja, en;
};
constexpr std::array<ColumnName, kColumns> kColumnNames = {{{"対象の種類", "type"},
                                                            {"値", "value"},
                                                            {"サービス", "service"},
                                                            {"日時", "at"},
                                                            {"ポート", "port"},
                                                            {"着信番号", "to"},
                                                            {"かな", "kana"},
                                                            {"ローマ字", "romaji"},
                                                            {"生年月日", "born"},
                                                            {"金融機関コード", "bank"},
                                                            {"支店コード", "branch"},
                                                            {"種目", "kind"},
                                                            {"期間の始め", "from"},
                                                            {"期間の終わり", "until"},
                                                            {"求める情報", "categories"},
                                                            {"使用目的", "purpose"},
                                                            {"必要性", "necessity"},
                                                            {"登録時アドレス", "registration_address"}}};

// The field of a selector that a column fills, as its errors name it.
constexpr std::array<std::string_view, kColumns> kFields = {"/type", "/value",  "/service", "/at", "/port", "/to", "/kana", "/romaji", "/born",
                                                            "/bank", "/branch", "/kind",    "",    "",      "",    "",      "",        ""};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

class Importer {
 public:
  explicit Importer(const document::Csv& csv, std::optional<text::SelectorType> type) : csv_(csv), type_(type) {}

  ImportView run() {
    read_header();
    if (errors_.empty())
      for (std::size_t i = 0; i < csv_.rows.size(); ++i) read_row(static_cast<int>(i) + 2, csv_.rows[i]);
    view_.rows = static_cast<int>(csv_.rows.size());
    view_.errors_are_capped = errors_.size() > kErrorsMax;
    if (view_.errors_are_capped) errors_.resize(kErrorsMax);
    if (!errors_.empty()) view_.items.clear();
    view_.errors = std::move(errors_);
    return std::move(view_);
  }

 private:
  void refuse(int row, std::string_view column, Error error) {
    if (errors_.size() > kErrorsMax) return;
    error.where = column;
    const desk::Notice notice = notice_of(error);
    errors_.push_back({row, std::string(column), notice.code, notice.ja, notice.en});
  }

  void read_header() {
    for (std::size_t i = 0; i < csv_.header.size(); ++i) {
      const std::string_view name = trimmed(csv_.header[i]);
      const auto found = std::ranges::find_if(kColumnNames, [&](const ColumnName& entry) { return entry.ja == name || entry.en == name; });
      if (found == kColumnNames.end()) {
        std::string known;
        for (const ColumnName& entry : kColumnNames) known += (known.empty() ? "" : ", ") + std::string(entry.ja);
        refuse(1, name, {Code::UNKNOWN_FIELD, "no such column", {}, {{"expected", known}}});
        continue;
      }
      const auto column = static_cast<std::size_t>(found - kColumnNames.begin());
      if (at_[column]) refuse(1, name, {Code::DUPLICATE_FIELD, "column given twice", {}, {}});
      at_[column] = i;
    }
    if (!at_[static_cast<std::size_t>(Column::TYPE)] && !type_) refuse(1, kColumnNames[0].ja, {Code::MISSING_FIELD, "no column of types", {}, {}});
  }

  [[nodiscard]] std::string_view cell(const document::CsvRow& row, Column column) const {
    const std::optional<std::size_t>& at = at_[static_cast<std::size_t>(column)];
    return at ? trimmed(row[*at]) : std::string_view{};
  }
  [[nodiscard]] std::string name_of(Column column) const {
    const std::optional<std::size_t>& at = at_[static_cast<std::size_t>(column)];
    return at ? std::string(trimmed(csv_.header[*at])) : std::string(kColumnNames[static_cast<std::size_t>(column)].ja);
  }
  [[nodiscard]] std::optional<std::string> optional(const document::CsvRow& row, Column column) const {
    const std::string_view text = cell(row, column);
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
  }

  void read_row(int number, const document::CsvRow& row) {
    const std::size_t before = errors_.size();
    for (std::size_t i = 0; i < row.size(); ++i)
      if (Status fine = json::detail::check_text(row[i]); !fine) refuse(number, trimmed(csv_.header[i]), std::move(fine).error());
    desk::DraftItem item;
    if (const std::optional<text::SelectorType> type = type_of(number, row)) read_selector(number, row, *type, item);
    read_period(number, row, item);
    read_categories(number, row, item);
    item.purpose = cell(row, Column::PURPOSE);
    item.necessity = cell(row, Column::NECESSITY);
    read_flag(number, row, item);
    if (errors_.size() == before) view_.items.push_back(std::move(item));
  }

  std::optional<text::SelectorType> type_of(int number, const document::CsvRow& row) {
    const std::string_view name = cell(row, Column::TYPE);
    if (name.empty() && type_) return type_;
    for (const text::SelectorRow& entry : text::kSelectorCatalogue)
      if (name == enum_text(entry.type) || name == entry.name_ja || name == entry.name_en) return entry.type;
    if (name.empty())
      refuse(number, name_of(Column::TYPE), {Code::EMPTY_FIELD, "no type", {}, {}});
    else
      refuse(number, name_of(Column::TYPE), {Code::SELECTOR_TYPE_UNKNOWN, "no such type", {}, {{"actual", std::string(name)}}});
    return std::nullopt;
  }

  // With nothing but a value, the value may be the whole line of its type ("auction.example:x1234567890"); otherwise each column is one field.
  void read_selector(int number, const document::CsvRow& row, text::SelectorType type, desk::DraftItem& item) {
    bool is_line = true;
    for (std::size_t i = static_cast<std::size_t>(Column::SERVICE); i <= static_cast<std::size_t>(Column::KIND); ++i)
      is_line = is_line && cell(row, static_cast<Column>(i)).empty();
    Result<text::SelectorInput> input = is_line ? text::from_line(type, cell(row, Column::VALUE)) : fields_of(row, type);
    const Result<text::Selector> checked = input ? text::parse_selector(*input) : tl::unexpected<Error>(input.error());
    if (checked) {
      item.selector = checked->input;
      return;
    }
    Column column = is_line ? Column::VALUE : Column::TYPE;
    for (std::size_t i = 0; !is_line && i < kColumns; ++i)
      if (!kFields[i].empty() && checked.error().where == kFields[i]) column = static_cast<Column>(i);
    refuse(number, name_of(column), checked.error());
  }

  [[nodiscard]] Result<text::SelectorInput> fields_of(const document::CsvRow& row, text::SelectorType type) const {
    text::SelectorInput input;
    input.type = type;
    input.value = cell(row, Column::VALUE);
    input.service = optional(row, Column::SERVICE);
    input.at = optional(row, Column::AT);
    input.to = optional(row, Column::TO);
    input.kana = optional(row, Column::KANA);
    input.romaji = optional(row, Column::ROMAJI);
    input.born = optional(row, Column::BORN);
    input.bank = optional(row, Column::BANK);
    input.branch = optional(row, Column::BRANCH);
    input.kind = optional(row, Column::KIND);
    if (const std::string_view port = cell(row, Column::PORT); !port.empty()) {
      int value = 0;
      constexpr std::size_t kDigitsMax = 5;
      if (port.size() > kDigitsMax || port.find_first_not_of("0123456789") != std::string_view::npos)
        return fail(Code::WRONG_TYPE, "not a port", "/port", {{"expected", "integer"}, {"actual", "string"}});
      for (const char c : port) value = value * 10 + (c - '0');
      input.port = value;
    }
    return input;
  }

  void read_period(int number, const document::CsvRow& row, desk::DraftItem& item) {
    const std::string_view from = cell(row, Column::FROM), until = cell(row, Column::UNTIL);
    if (from.empty() && until.empty()) return;
    const std::size_t before = errors_.size();
    for (const auto& [column, text] : {std::pair(Column::FROM, from), std::pair(Column::UNTIL, until)}) {
      if (text.empty())
        refuse(number, name_of(column), {Code::EMPTY_FIELD, "a period has two ends", {}, {}});
      else if (Result<Time> time = parse_rfc3339(text); !time)
        refuse(number, name_of(column), std::move(time).error());
    }
    if (errors_.size() != before) return;
    if (*parse_rfc3339(until) < *parse_rfc3339(from))
      refuse(number, name_of(Column::UNTIL), {Code::PERIOD_REVERSED, "ends before it begins", {}, {}});
    item.period = desk::PeriodInput{std::string(from), std::string(until)};
  }

  // "K1 K3", "K1;K3", "K1、K3".
  void read_categories(int number, const document::CsvRow& row, desk::DraftItem& item) {
    std::string text(cell(row, Column::CATEGORIES));
    for (const std::string_view separator : {"、", ";", ",", "・", "/", "　"})
      for (std::size_t at = text.find(separator); at != std::string::npos; at = text.find(separator)) text.replace(at, separator.size(), " ");
    std::string_view rest = trimmed(text);
    if (rest.empty()) refuse(number, name_of(Column::CATEGORIES), {Code::EMPTY_FIELD, "no category", {}, {}});
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest = trimmed(rest.substr(word.size()));
      Result<law::Category> category = enum_parse<law::Category>(word);
      if (!category) {
        refuse(number, name_of(Column::CATEGORIES), std::move(category).error());
        return;
      }
      if (std::ranges::find(item.categories, *category) == item.categories.end()) item.categories.push_back(*category);
    }
  }

  void read_flag(int number, const document::CsvRow& row, desk::DraftItem& item) {
    static constexpr std::array<std::string_view, 5> kYes = {"1", "true", "yes", "はい", "○"};
    static constexpr std::array<std::string_view, 5> kNo = {"", "0", "false", "no", "いいえ"};
    const std::string_view text = cell(row, Column::REGISTRATION_ADDRESS);
    item.asks_registration_address = std::ranges::find(kYes, text) != kYes.end();
    if (!item.asks_registration_address && std::ranges::find(kNo, text) == kNo.end())
      refuse(number, name_of(Column::REGISTRATION_ADDRESS), {Code::BAD_VALUE, "yes or no", {}, {{"expected", "はい, いいえ"}}});
  }

  const document::Csv& csv_;
  std::optional<text::SelectorType> type_;
  std::array<std::optional<std::size_t>, kColumns> at_{};
  std::vector<ImportError> errors_;
  ImportView view_;
};

}  // namespace

Result<ImportView> import_items(std::string_view csv, const ImportQuery& query) {
  const document::Csv table = TRY(document::read_csv(csv));
  return Importer(table, query.type).run();
}

}  // namespace warifu::api

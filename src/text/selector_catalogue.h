#pragma once
// One row per selector type: names, help and the fields it takes, so that the form, the command line, the importer and the documentation agree.

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/enum.h"
#include "text/selector.h"

namespace warifu::text {

enum class Need { NONE, OPTIONAL, REQUIRED };

enum class SelectorField { VALUE, SERVICE, AT, PORT, TO, KANA, ROMAJI, BORN, BANK, BRANCH, KIND };

struct SelectorRow {
  SelectorType type;
  std::string_view name_ja, name_en;
  std::string_view value_ja, value_en;  // label of the field `value`
  std::string_view example;             // a line that from_line() reads
  std::string_view help_ja, help_en;
  std::array<Need, 11> needs;  // by SelectorField
  bool is_personal;            // masked in lists
  bool is_matchable;           // admitted to pseudonymous matching

  [[nodiscard]] constexpr Need need(SelectorField field) const { return needs[static_cast<std::size_t>(field)]; }
};

[[nodiscard]] constexpr std::array<Need, 11> value_with(std::initializer_list<std::pair<SelectorField, Need>> more, Need value = Need::REQUIRED) {
  std::array<Need, 11> needs{};
  needs[0] = value;
  for (const auto& [field, need] : more) needs[static_cast<std::size_t>(field)] = need;
  return needs;
}

inline constexpr std::array<SelectorRow, 19> kSelectorCatalogue = {{
    {SelectorType::ACCOUNT_ID, "アカウントID", "Account ID", "ID", "ID", "sns.example:reida_hanako",
     "サービス名とIDを入力してください。先頭の@は不要です。大文字と小文字は区別します。",
     "The service and the ID there, without a leading @. Case matters.", value_with({{SelectorField::SERVICE, Need::REQUIRED}}), true, true},
    {SelectorType::EMAIL, "メールアドレス", "E-mail address", "メールアドレス", "Address", "hanako@example.com",
     "@の前は大文字と小文字を区別します。日本語ドメインも入力できます。", "Case matters before the @. Internationalised domains are accepted.",
     value_with({}), true, true},
    {SelectorType::TELEPHONE, "電話番号", "Telephone number", "電話番号", "Number", "090-1234-5678",
     "市外局番から入力してください。海外の番号は+と国番号で始めます。", "With the area code; foreign numbers start with + and the country code.",
     value_with({}), true, true},
    {SelectorType::IP_ADDRESS, "IPアドレス", "IP address", "IPアドレス", "Address", "192.0.2.7:40123 2026-11-21 14:05:00 +09:00",
     "日時は秒と時差(+09:00など)"
     "まで入力してください。ポート番号があると、多数で共有するアドレスでも特定できます。日時を付けると通信の特定に当たります。",
     "Give the time to the second and with its offset. A port makes an address shared by many identifiable. With a time it names a communication.",
     value_with({{SelectorField::AT, Need::OPTIONAL}, {SelectorField::PORT, Need::OPTIONAL}}), true, false},
    {SelectorType::DOMAIN_NAME, "ドメイン名", "Domain name", "ドメイン名", "Domain", "shop.example.com", "https://や末尾の/は付けないでください。",
     "Without https:// and slashes.", value_with({}), false, false},
    {SelectorType::URL, "URL・投稿", "URL or post", "URL", "URL", "https://sns.example/reida/status/12345",
     "http://またはhttps://から入力してください。投稿などのURLは通信の特定に当たります。",
     "Starting with http:// or https://. The URL of a post names a communication.", value_with({}), false, false},
    {SelectorType::MESSAGE_ID, "メッセージID", "Message ID", "メッセージID", "Message ID", "<20261121.1405.abc@mail.example.com>",
     "メールのヘッダーにあるMessage-IDです。通信の特定に当たります。", "The Message-ID of the mail's header. It names a communication.",
     value_with({}), true, false},
    {SelectorType::PERSON, "人物", "Person", "氏名", "Name", "例田 花子 / れいだ はなこ / REIDA Hanako / 1990-01-02",
     "氏名、ふりがな、ローマ字のどれか一つは必要です。生年月日が無いと同姓同名の人を区別できません。",
     "One of name, kana and romanised name is needed. Without the date of birth namesakes cannot be told apart.",
     value_with({{SelectorField::KANA, Need::OPTIONAL}, {SelectorField::ROMAJI, Need::OPTIONAL}, {SelectorField::BORN, Need::OPTIONAL}},
                Need::OPTIONAL),
     true, true},
    {SelectorType::POSTAL_ADDRESS, "住所", "Postal address", "住所", "Address", "〒000-0000 東京都例区見本町1-2-3 見本ビル405号室",
     "都道府県から入力してください。郵便番号は省略できます。", "Starting with the prefecture. The postal code may be left out.", value_with({}), true,
     false},
    {SelectorType::PAYMENT_CARD, "決済カード(トークン)", "Payment card (token)", "トークン", "Token", "tok_9fK2example7Q",
     "カード番号そのものは入力できません。カード会社や決済代行会社が発行したトークンを入力してください。",
     "Never the card number itself: enter the token issued by the card company or payment service.", value_with({}), true, true},
    {SelectorType::BANK_ACCOUNT, "銀行口座", "Bank account", "口座番号", "Account number", "0001-002 普通 1234567",
     "金融機関コード4桁、支店コード3桁、種目、口座番号7桁です。ゆうちょ銀行は振込用の店番と口座番号を入力してください。",
     "Bank code (4 digits), branch code (3), kind, number (7). For Japan Post Bank use the branch and number for transfers.",
     value_with({{SelectorField::BANK, Need::REQUIRED}, {SelectorField::BRANCH, Need::REQUIRED}, {SelectorField::KIND, Need::REQUIRED}}), true, true},
    {SelectorType::CRYPTO_ADDRESS, "暗号資産アドレス", "Crypto-asset address", "アドレス", "Address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
     "誤りを検査します。書き写さずに貼り付けてください。", "The checksum is verified. Paste it, do not retype it.", value_with({}), true, true},
    {SelectorType::CRYPTO_TRANSACTION, "暗号資産の取引ID", "Crypto-asset transaction ID", "取引ID", "Transaction ID",
     "0000000000000000000000000000000000000000000000000000000000000abc", "16進数64桁です。先頭の0xは省略できます。",
     "64 hexadecimal digits; 0x may be left out.", value_with({}), true, false},
    {SelectorType::IMEI, "端末識別番号(IMEI)", "Device (IMEI)", "IMEI", "IMEI", "490154203237518", "検査数字を含む15桁です。",
     "15 digits including the check digit.", value_with({}), true, true},
    {SelectorType::MAC_ADDRESS, "MACアドレス", "MAC address", "MACアドレス", "Address", "00:00:5e:00:53:01",
     "16進数12桁です。区切りは:でも-でもかまいません。", "12 hexadecimal digits; : or - between them.", value_with({}), true, false},
    {SelectorType::ORDER_NUMBER, "注文番号", "Order number", "注文番号", "Order number", "shop.example:250-1234567-7654321",
     "店やサービスの名前と番号を入力してください。", "The shop or service, and the number.", value_with({{SelectorField::SERVICE, Need::REQUIRED}}),
     true, true},
    {SelectorType::AUCTION_NUMBER, "オークション番号", "Auction number", "商品番号", "Lot number", "auction.example:x1234567890",
     "オークションやフリマの名前と商品番号を入力してください。", "The auction or market, and the number of the lot.",
     value_with({{SelectorField::SERVICE, Need::REQUIRED}}), true, true},
    {SelectorType::CONTRACT_NUMBER, "契約番号", "Contract number", "契約番号", "Contract number", "power.example:12-3456-7890",
     "会社やサービスの名前と番号を入力してください。", "The company or service, and the number.",
     value_with({{SelectorField::SERVICE, Need::REQUIRED}}), true, true},
    {SelectorType::CALL, "通話", "Call", "発信者番号", "Caller", "090-1234-5678 > 03-1234-5678 2026-11-21 14:05:30 +09:00",
     "発信者と着信者の番号のどちらか一方と、日時が必要です。通信の特定に当たります。",
     "One of caller and called number, and the time. It names a communication.",
     value_with({{SelectorField::TO, Need::OPTIONAL}, {SelectorField::AT, Need::REQUIRED}}, Need::OPTIONAL), true, false},
}};

[[nodiscard]] constexpr const SelectorRow& selector_row(SelectorType type) { return kSelectorCatalogue[static_cast<std::size_t>(type)]; }

}  // namespace warifu::text

template <>
struct warifu::EnumNames<warifu::text::Need> {
  static constexpr std::array<std::string_view, 3> names = {"none", "optional", "required"};
};
template <>
struct warifu::EnumNames<warifu::text::SelectorField> {
  static constexpr std::array<std::string_view, 11> names = {"value",  "service", "at",   "port",   "to",  "kana",
                                                             "romaji", "born",    "bank", "branch", "kind"};
};

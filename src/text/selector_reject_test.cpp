// What is refused, with the code and the field that the form marks.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/limits.h"
#include "text/selector.h"
#include "text/selector_catalogue.h"

namespace warifu::text {
namespace {

using enum SelectorType;

struct Refused {
  SelectorInput input;
  Code code;
  std::string where;
};

constexpr auto FORMAT = Code::SELECTOR_FORMAT;
constexpr auto CHECKSUM = Code::SELECTOR_CHECKSUM;

const char* const kNoon = "2026-11-21T12:00:00+09:00";

// clang-format off
std::vector<Refused> refused_network() {
  return {
      {{.type = EMAIL, .value = ""}, Code::EMPTY_FIELD, "/value"},
      {{.type = EMAIL, .value = " 　 "}, Code::EMPTY_FIELD, "/value"},
      {{.type = EMAIL, .value = "hanako"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "@example.com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@example"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@example..com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@-example.com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@example.com."}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@[192.0.2.7]"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@192.0.2.7"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = ".hanako@example.com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hana ko@example.com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@exam ple.com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "hanako@a@example.com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "花子@example.com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = "Hanako <hanako@example.com>"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = std::string(65, 'a') + "@example.com"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = std::string(60, 'a') + "@" + std::string(63, 'b') + "." + std::string(63, 'c') + "." + std::string(63, 'd') + ".example"}, FORMAT, "/value"},
      {{.type = EMAIL, .value = std::string(400, 'a')}, Code::TOO_LONG, "/value"},
      {{.type = EMAIL, .value = "hanako@exa\u200Bmple.com"}, Code::CONTROL_CHARACTER, "/value"},
      {{.type = EMAIL, .value = "hanako\u202E@example.com"}, Code::BIDI_CHARACTER, "/value"},
      {{.type = EMAIL, .value = "hanako\x80@example.com"}, Code::BAD_UTF8, "/value"},
      {{.type = EMAIL, .value = "a@example.com\nb@example.com"}, Code::CONTROL_CHARACTER, "/value"},
      {{.type = EMAIL, .value = "hanako@example.com", .service = "sns.example"}, Code::UNKNOWN_FIELD, "/service"},
      {{.type = EMAIL, .value = "hanako@example.com", .at = kNoon}, Code::UNKNOWN_FIELD, "/at"},
      {{.type = EMAIL, .value = "hanako@example.com", .port = 25}, Code::UNKNOWN_FIELD, "/port"},
      {{.type = IP_ADDRESS, .value = ""}, Code::EMPTY_FIELD, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7.1"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2.256"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2.07"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.02.7"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "0300.0.2.7"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "0xC0.0.2.7"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "3221225991"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2."}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0..7"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7/24"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2.-7"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "2001:db8:::7"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "2001:db8::1::7"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "2001:db8"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "1:2:3:4:5:6:7:8:9"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "1:2:3:4:5:6:7:8::"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "2001:db8::12345"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "2001:db8::g"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "fe80::1%eth0"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "2001:db8::/32"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "::192.0.2.256"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7::"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = ":1"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "[192.0.2.7]"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "[2001:db8::7"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "example.com"}, FORMAT, "/value"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .port = 443}, Code::SELECTOR_TIME_MISSING, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7:443"}, Code::SELECTOR_TIME_MISSING, "/at"},
      {{.type = IP_ADDRESS, .value = "[2001:db8::7]:443"}, Code::SELECTOR_TIME_MISSING, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = kNoon, .port = 0}, Code::OUT_OF_RANGE, "/port"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = kNoon, .port = 65536}, Code::OUT_OF_RANGE, "/port"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = kNoon, .port = -1}, Code::OUT_OF_RANGE, "/port"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7:080", .at = kNoon}, Code::OUT_OF_RANGE, "/port"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7:99999", .at = kNoon}, Code::OUT_OF_RANGE, "/port"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7:http", .at = kNoon}, Code::OUT_OF_RANGE, "/port"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7:80", .at = kNoon, .port = 81}, FORMAT, "/port"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T14:05:00"}, Code::TIME_WITHOUT_ZONE, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21 14:05"}, Code::TIME_WITHOUT_ZONE, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026年11月21日14時05分"}, Code::TIME_WITHOUT_ZONE, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "14:05:00+09:00"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-02-29T14:05:00+09:00"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-13-01T14:05:00+09:00"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T24:05:00+09:00"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T14:60:00+09:00"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T14:05:00 EST"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T14:05:00+9"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T14:05:00+09:00x"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T14:05:00+25:00"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "1969-11-21T14:05:00+09:00"}, Code::OUT_OF_RANGE, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "21/11/2026 14:05:00+09:00"}, Code::BAD_TIME, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T14:05:00\u200E+09:00"}, Code::BIDI_CHARACTER, "/at"},
      {{.type = IP_ADDRESS, .value = "192.0.2.7", .to = "192.0.2.8"}, Code::UNKNOWN_FIELD, "/to"},
      {{.type = DOMAIN_NAME, .value = "localhost"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "example.com."}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = ".example.com"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "a..example"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "-a.example"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "a-.example"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "a b.example"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "https://a.example"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "a.example/x"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "a.example:80"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "192.0.2.7"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "a.b_c"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "*.example.com"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "xn--a.example"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = std::string(64, 'a') + ".example"}, FORMAT, "/value"},
      {{.type = DOMAIN_NAME, .value = "a\u2066.example"}, Code::BIDI_CHARACTER, "/value"},
      {{.type = DOMAIN_NAME, .value = "a.example", .at = kNoon}, Code::UNKNOWN_FIELD, "/at"},
      {{.type = URL, .value = "sns.example/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "ftp://sns.example/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "javascript://sns.example/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https:///a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://user@sns.example/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://user:pass@sns.example/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example:0/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example:65536/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example:x/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns/a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example/%"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example/%4"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example/%zz"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example/a b"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example\\a"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example/a\\b"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://192.0.2.256/"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://0xc0000207/"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://[192.0.2.7]/"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://2001:db8::7/"}, FORMAT, "/value"},
      {{.type = URL, .value = "https://sns.example/" + std::string(limits::kSelectorBytesMax, 'a')}, Code::TOO_LONG, "/value"},
      {{.type = URL, .value = "https://sns.example/\u202Ea"}, Code::BIDI_CHARACTER, "/value"},
      {{.type = MESSAGE_ID, .value = "abc"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = "<abc@mail.example"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = "abc@mail.example>"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = "<@mail.example>"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = "<abc@>"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = "<a b@mail.example>"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = "<a@b@mail.example>"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = "<a(b)c@mail.example>"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = "<a@[192.0.2.7>"}, FORMAT, "/value"},
      {{.type = MESSAGE_ID, .value = std::string(1000, 'a') + "@mail.example"}, Code::TOO_LONG, "/value"},
      {{.type = MAC_ADDRESS, .value = "00:00:5e:00:53"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "00:00:5e:00:53:01:02"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "00:00:5e:00:53:0g"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "00:00-5e:00:53:01"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "0:0:5e:0:53:1"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "00:00:5e:00:53:1:"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "00005e00530"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "0000.5e00.530"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "00:00:00:00:00:00"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "ff:ff:ff:ff:ff:ff"}, FORMAT, "/value"},
      {{.type = MAC_ADDRESS, .value = "01:00:5e:00:00:01"}, FORMAT, "/value"},
  };
}

std::vector<Refused> refused_telephone_and_people() {
  return {
      {{.type = TELEPHONE, .value = "110"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "119"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "1234-5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "03-1234-567"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "03-1234-56789"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "090-1234-567"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "090-1234-56789"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "090-0234-5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "070-0234-5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "050-123-4567"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "0120-123-4567"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "0800-123-456"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "90-1234-5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "81-90-1234-5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "+81-90-1234-567"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "+81-00-1234-5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "+0 1234 56789"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "+123456"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "+1234567890123456"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "++819012345678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "090-1234-5678 内線 5"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "090-1234-56a8"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "090(1234-5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "090)1234(5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = "090-****-5678"}, FORMAT, "/value"},
      {{.type = TELEPHONE, .value = ""}, Code::EMPTY_FIELD, "/value"},
      {{.type = TELEPHONE, .value = "090-1234-5678", .at = kNoon}, Code::UNKNOWN_FIELD, "/at"},
      {{.type = TELEPHONE, .value = "090\u00AD-1234-5678"}, Code::CONTROL_CHARACTER, "/value"},
      {{.type = CALL, .value = "090-1234-5678", .to = "03-1234-5678"}, Code::SELECTOR_TIME_MISSING, "/at"},
      {{.type = CALL, .value = "", .at = kNoon}, Code::EMPTY_FIELD, "/value"},
      {{.type = CALL, .value = "090", .at = kNoon, .to = "03-1234-5678"}, FORMAT, "/value"},
      {{.type = CALL, .value = "090-1234-5678", .at = kNoon, .to = "03"}, FORMAT, "/to"},
      {{.type = CALL, .value = "090-1234-5678", .at = "2026-11-21 12:00", .to = "03-1234-5678"}, Code::TIME_WITHOUT_ZONE, "/at"},
      {{.type = CALL, .value = "090-1234-5678", .at = "yesterday", .to = "03-1234-5678"}, Code::BAD_TIME, "/at"},
      {{.type = CALL, .value = "090-1234-5678", .at = kNoon, .port = 1}, Code::UNKNOWN_FIELD, "/port"},
      {{.type = PERSON, .value = ""}, Code::EMPTY_FIELD, "/value"},
      {{.type = PERSON, .value = "", .born = "1990-01-02"}, Code::EMPTY_FIELD, "/value"},
      {{.type = PERSON, .value = "例田 花子2"}, FORMAT, "/value"},
      {{.type = PERSON, .value = "hanako@example.com"}, FORMAT, "/value"},
      {{.type = PERSON, .value = "・・・"}, FORMAT, "/value"},
      {{.type = PERSON, .value = "例田 花子", .kana = "例田"}, FORMAT, "/kana"},
      {{.type = PERSON, .value = "例田 花子", .kana = "reida"}, FORMAT, "/kana"},
      {{.type = PERSON, .value = "例田 花子", .romaji = "れいだ"}, FORMAT, "/romaji"},
      {{.type = PERSON, .value = "例田 花子", .romaji = "Reida 花子"}, FORMAT, "/romaji"},
      {{.type = PERSON, .value = "例田 花子", .born = "1990-02-30"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "例田 花子", .born = "1990"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "例田 花子", .born = "02/01/1990"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "例田 花子", .born = "昭和64年1月8日"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "例田 花子", .born = "平成0年1月8日"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "例田 花子", .born = "平成1年1月7日"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "例田 花子", .born = "X2.1.2"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "例田 花子", .born = "1867-12-31"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "例田 花子", .born = "1990-01-02x"}, Code::BAD_TIME, "/born"},
      {{.type = PERSON, .value = "\uE000田"}, Code::CONTROL_CHARACTER, "/value"},
      {{.type = PERSON, .value = "例田 花子", .kana = "れい\u200Dだ"}, Code::CONTROL_CHARACTER, "/kana"},
      {{.type = PERSON, .value = std::string(101, 'a')}, FORMAT, "/value"},
      {{.type = PERSON, .value = std::string(201, 'a')}, Code::TOO_LONG, "/value"},
      {{.type = PERSON, .value = "例田 花子", .bank = "0001"}, Code::UNKNOWN_FIELD, "/bank"},
      {{.type = POSTAL_ADDRESS, .value = "〒000-0000"}, FORMAT, "/value"},
      {{.type = POSTAL_ADDRESS, .value = "〒000-000 東京都例区"}, FORMAT, "/value"},
      {{.type = POSTAL_ADDRESS, .value = "〒 東京都例区見本町"}, FORMAT, "/value"},
      {{.type = POSTAL_ADDRESS, .value = "1-2-3"}, FORMAT, "/value"},
      {{.type = POSTAL_ADDRESS, .value = "東京都"}, FORMAT, "/value"},
      {{.type = POSTAL_ADDRESS, .value = "東京都例区\n見本町"}, Code::CONTROL_CHARACTER, "/value"},
      {{.type = POSTAL_ADDRESS, .value = "東京都例区見本町", .born = "1990-01-02"}, Code::UNKNOWN_FIELD, "/born"},
  };
}

std::vector<Refused> refused_money_and_numbers() {
  return {
      {{.type = PAYMENT_CARD, .value = "4111111111111111"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "4111-1111-1111-1111"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "4111 1111 1111 1111"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "４１１１１１１１１１１１１１１１"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "4111ー1111ー1111ー1111"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "378282246310005"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "6011000990139424"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "3530111333300000"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "5555555555554444"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "tok_4111111111111111"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "4111-1111-1111-1112"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "tok_123"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = std::string(65, 'a')}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "tok_abc+defgh"}, FORMAT, "/value"},
      {{.type = PAYMENT_CARD, .value = "トークンABCDEFG"}, FORMAT, "/value"},
      {{.type = BANK_ACCOUNT, .value = "1234567"}, Code::MISSING_FIELD, "/bank"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "0001"}, Code::MISSING_FIELD, "/branch"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "0001", .branch = "002"}, Code::MISSING_FIELD, "/kind"},
      {{.type = BANK_ACCOUNT, .value = "", .bank = "0001", .branch = "002", .kind = "普通"}, Code::EMPTY_FIELD, "/value"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "001", .branch = "002", .kind = "普通"}, FORMAT, "/bank"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "00011", .branch = "002", .kind = "普通"}, FORMAT, "/bank"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "0000", .branch = "002", .kind = "普通"}, FORMAT, "/bank"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "見本銀行", .branch = "002", .kind = "普通"}, FORMAT, "/bank"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "0001", .branch = "02", .kind = "普通"}, FORMAT, "/branch"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "0001", .branch = "00A", .kind = "普通"}, FORMAT, "/branch"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "0001", .branch = "002", .kind = "定期"}, FORMAT, "/kind"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .bank = "0001", .branch = "002", .kind = "3"}, FORMAT, "/kind"},
      {{.type = BANK_ACCOUNT, .value = "12345678", .bank = "0001", .branch = "002", .kind = "普通"}, FORMAT, "/value"},
      {{.type = BANK_ACCOUNT, .value = "123", .bank = "0001", .branch = "002", .kind = "普通"}, FORMAT, "/value"},
      {{.type = BANK_ACCOUNT, .value = "12345a7", .bank = "0001", .branch = "002", .kind = "普通"}, FORMAT, "/value"},
      {{.type = BANK_ACCOUNT, .value = "0000000", .bank = "0001", .branch = "002", .kind = "普通"}, FORMAT, "/value"},
      {{.type = BANK_ACCOUNT, .value = "1234567", .service = "x", .bank = "0001", .branch = "002", .kind = "普通"}, Code::UNKNOWN_FIELD, "/service"},
      {{.type = CRYPTO_ADDRESS, .value = "1111111111111111111114oLvT3"}, CHECKSUM, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "1111111111111111111114oLvt2"}, CHECKSUM, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "111111111111111111114oLvT2"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "11111111111111111111114oLvT2"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "1111111111111111111114oLvT0"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "no such address"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"}, CHECKSUM, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7Kv8f3t4"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd"}, CHECKSUM, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL"}, CHECKSUM, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh"}, CHECKSUM, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R"}, CHECKSUM, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1pw5dgrnzv"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "bc1gmk9yu"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}, CHECKSUM, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg"}, FORMAT, "/value"},
      {{.type = CRYPTO_ADDRESS, .value = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", .service = "x"}, Code::UNKNOWN_FIELD, "/service"},
      {{.type = CRYPTO_TRANSACTION, .value = std::string(63, 'a')}, FORMAT, "/value"},
      {{.type = CRYPTO_TRANSACTION, .value = std::string(65, 'a')}, FORMAT, "/value"},
      {{.type = CRYPTO_TRANSACTION, .value = std::string(63, 'a') + "g"}, FORMAT, "/value"},
      {{.type = CRYPTO_TRANSACTION, .value = "0x" + std::string(62, 'a')}, FORMAT, "/value"},
      {{.type = CRYPTO_TRANSACTION, .value = std::string(64, '0')}, FORMAT, "/value"},
      {{.type = IMEI, .value = "490154203237519"}, CHECKSUM, "/value"},
      {{.type = IMEI, .value = "490154203237581"}, CHECKSUM, "/value"},
      {{.type = IMEI, .value = "49015420323751"}, CHECKSUM, "/value"},
      {{.type = IMEI, .value = "4901542032375100"}, FORMAT, "/value"},
      {{.type = IMEI, .value = "4901542032375"}, FORMAT, "/value"},
      {{.type = IMEI, .value = "49015420323751A"}, FORMAT, "/value"},
      {{.type = IMEI, .value = "000000000000000"}, FORMAT, "/value"},
      {{.type = ACCOUNT_ID, .value = "reida"}, Code::SELECTOR_SERVICE_MISSING, "/service"},
      {{.type = ACCOUNT_ID, .value = "reida", .service = " "}, Code::SELECTOR_SERVICE_MISSING, "/service"},
      {{.type = ACCOUNT_ID, .value = "reida", .service = "見本SNS"}, FORMAT, "/service"},
      {{.type = ACCOUNT_ID, .value = "reida", .service = "a b"}, FORMAT, "/service"},
      {{.type = ACCOUNT_ID, .value = "reida", .service = "-a"}, FORMAT, "/service"},
      {{.type = ACCOUNT_ID, .value = "reida", .service = "a."}, FORMAT, "/service"},
      {{.type = ACCOUNT_ID, .value = "reida", .service = std::string(64, 'a')}, FORMAT, "/service"},
      {{.type = ACCOUNT_ID, .value = "reida", .service = "a\u202Eb"}, Code::BIDI_CHARACTER, "/service"},
      {{.type = ACCOUNT_ID, .value = "", .service = "sns.example"}, Code::EMPTY_FIELD, "/value"},
      {{.type = ACCOUNT_ID, .value = "@", .service = "sns.example"}, FORMAT, "/value"},
      {{.type = ACCOUNT_ID, .value = "@@reida", .service = "sns.example"}, FORMAT, "/value"},
      {{.type = ACCOUNT_ID, .value = "rei da", .service = "sns.example"}, FORMAT, "/value"},
      {{.type = ACCOUNT_ID, .value = "rei　da", .service = "sns.example"}, FORMAT, "/value"},
      {{.type = ACCOUNT_ID, .value = std::string(101, 'a'), .service = "sns.example"}, Code::TOO_LONG, "/value"},
      {{.type = ACCOUNT_ID, .value = "rei\tda", .service = "sns.example"}, Code::CONTROL_CHARACTER, "/value"},
      {{.type = ACCOUNT_ID, .value = "reida", .service = "sns.example", .at = kNoon}, Code::UNKNOWN_FIELD, "/at"},
      {{.type = ORDER_NUMBER, .value = "250-1"}, Code::SELECTOR_SERVICE_MISSING, "/service"},
      {{.type = ORDER_NUMBER, .value = "abc", .service = "shop.example"}, FORMAT, "/value"},
      {{.type = ORDER_NUMBER, .value = "250,1", .service = "shop.example"}, FORMAT, "/value"},
      {{.type = ORDER_NUMBER, .value = "注文250", .service = "shop.example"}, FORMAT, "/value"},
      {{.type = ORDER_NUMBER, .value = std::string(65, '1'), .service = "shop.example"}, Code::TOO_LONG, "/value"},
      {{.type = AUCTION_NUMBER, .value = "x1"}, Code::SELECTOR_SERVICE_MISSING, "/service"},
      {{.type = AUCTION_NUMBER, .value = "x", .service = "auction.example"}, FORMAT, "/value"},
      {{.type = AUCTION_NUMBER, .value = "x(1)", .service = "auction.example"}, FORMAT, "/value"},
      {{.type = CONTRACT_NUMBER, .value = "12"}, Code::SELECTOR_SERVICE_MISSING, "/service"},
      {{.type = CONTRACT_NUMBER, .value = "", .service = "power.example"}, Code::EMPTY_FIELD, "/value"},
      {{.type = CONTRACT_NUMBER, .value = "12:34", .service = "power.example"}, FORMAT, "/value"},
  };
}
// clang-format on

std::vector<Refused> all_refused() {
  std::vector<Refused> out = refused_network();
  for (auto* more : {&refused_telephone_and_people, &refused_money_and_numbers}) {
    auto rows = more();
    out.insert(out.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  }
  return out;
}

}  // namespace

TEST_CASE("refused selectors have the code and the field of the table") {
  const auto rows = all_refused();
  CHECK(rows.size() >= 160);
  for (const Refused& row : rows) {
    CAPTURE(enum_text(row.input.type));
    CAPTURE(row.input.value.substr(0, 80));
    CAPTURE(row.input.at.value_or("") + row.input.born.value_or("") + row.input.service.value_or(""));
    const auto selector = parse_selector(row.input);
    if (selector) {
      FAIL_CHECK("accepted as " << selector->canonical);
      continue;
    }
    CHECK(sentence(selector.error().code).name == sentence(row.code).name);
    CHECK(selector.error().where == row.where);
  }
}

TEST_CASE("a refusal explains itself without repeating what was typed") {
  for (const Refused& row : all_refused()) {
    const auto selector = parse_selector(row.input);
    if (selector) continue;
    const Error& error = selector.error();
    CAPTURE(row.input.value.substr(0, 80));
    CHECK_FALSE(error.message.empty());
    if (row.input.value.size() >= 8) CHECK(error.message.find(row.input.value) == std::string::npos);
    // Every place of the sentence is filled.
    CHECK(sentence_ja(error).find('{') == std::string::npos);
    CHECK(sentence_en(error).find('{') == std::string::npos);
  }
}

TEST_CASE("every type has refused rows") {
  const auto rows = all_refused();
  for (const SelectorRow& type : kSelectorCatalogue) {
    CAPTURE(enum_text(type.type));
    CHECK(std::any_of(rows.begin(), rows.end(), [&](const Refused& row) { return row.input.type == type.type; }));
  }
}

TEST_CASE("lengths are accepted at the limit and refused one past it") {
  const std::string start = "https://sns.example/";
  const auto fits = parse_selector({.type = URL, .value = start + std::string(limits::kSelectorBytesMax - start.size(), 'a')});
  CHECK(fits.has_value());
  const auto over = parse_selector({.type = URL, .value = start + std::string(limits::kSelectorBytesMax - start.size() + 1, 'a')});
  REQUIRE_FALSE(over.has_value());
  CHECK(over.error().code == Code::TOO_LONG);
  // Escaping makes three bytes of one: the limit holds for what is stored as well.
  const auto swollen = parse_selector({.type = URL, .value = start + std::string(limits::kSelectorBytesMax - start.size(), '"')});
  REQUIRE_FALSE(swollen.has_value());
  CHECK(swollen.error().code == Code::TOO_LONG);
  CHECK(parse_selector({.type = ACCOUNT_ID, .value = std::string(100, 'a'), .service = "sns.example"}).has_value());
  CHECK(parse_selector({.type = PERSON, .value = std::string(100, 'a')}).has_value());
  CHECK(parse_selector({.type = PAYMENT_CARD, .value = std::string(64, 'a')}).has_value());
  CHECK(parse_selector({.type = EMAIL, .value = std::string(64, 'a') + "@example.com"}).has_value());
  CHECK(parse_selector({.type = DOMAIN_NAME, .value = std::string(63, 'a') + ".example"}).has_value());
}

TEST_CASE("lines that cannot be split are refused") {
  const auto bank = from_line(BANK_ACCOUNT, "0001-002 1234567");
  REQUIRE_FALSE(bank.has_value());
  CHECK(bank.error().code == Code::SELECTOR_FORMAT);
  for (const auto line :
       {"例田 / 見本 / 1990-01-02", "例田 / 1990-01-02 / 1990-01-03", "れいだ / さくら / はなこ", "A B / C D / E F", "れいだ / さくら / A B / C"}) {
    CAPTURE(line);
    const auto person = from_line(PERSON, line);
    REQUIRE_FALSE(person.has_value());
    CHECK(person.error().code == Code::SELECTOR_FORMAT);
  }
  const auto empty = from_line(EMAIL, " ");
  REQUIRE_FALSE(empty.has_value());
  CHECK(empty.error().code == Code::EMPTY_FIELD);
  const auto lines = from_line(TELEPHONE, "090-1234-5678\n090-1234-5679");
  REQUIRE_FALSE(lines.has_value());
  CHECK(lines.error().code == Code::CONTROL_CHARACTER);
  const auto bytes = from_line(URL, std::string(limits::kSelectorBytesMax + 1, 'a'));
  REQUIRE_FALSE(bytes.has_value());
  CHECK(bytes.error().code == Code::TOO_LONG);
}

}  // namespace warifu::text

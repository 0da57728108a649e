#pragma once
// What an item of an inquiry asks about. parse_selector() turns what somebody typed into a checked value with the one spelling that
// pseudonymous matching compares (`canonical`), the one people read (`display`) and the one lists show (`masked`).
// Guarantees: parse_selector(s.input) gives the same selector again, and so does the line s.display through from_line(); the masked form of a
// personal selector never contains the value. What it does not do: compare with the present time (TIME_IN_FUTURE belongs to the rules above).

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum.h"
#include "base/error.h"
#include "base/time.h"

namespace warifu::text {

enum class SelectorType {
  ACCOUNT_ID,
  EMAIL,
  TELEPHONE,
  IP_ADDRESS,
  DOMAIN_NAME,
  URL,
  MESSAGE_ID,
  PERSON,
  POSTAL_ADDRESS,
  PAYMENT_CARD,
  BANK_ACCOUNT,
  CRYPTO_ADDRESS,
  CRYPTO_TRANSACTION,
  IMEI,
  MAC_ADDRESS,
  ORDER_NUMBER,
  AUCTION_NUMBER,
  CONTRACT_NUMBER,
  CALL,
};

// As typed or as stored. Which fields a type takes stands in selector_catalogue.h; a field it does not take is refused (UNKNOWN_FIELD).
struct SelectorInput {
  SelectorType type = SelectorType::ACCOUNT_ID;
  std::string value;                     // PERSON: the written name; BANK_ACCOUNT: the number; CALL: the caller
  std::optional<std::string> service{};  // ACCOUNT_ID, ORDER_, AUCTION_, CONTRACT_NUMBER: [a-z0-9.-], whose numbers they are
  std::optional<std::string> at{};       // IP_ADDRESS, CALL: RFC 3339; a space, missing seconds, JST and 2026年11月21日 are understood
  std::optional<int> port{};             // IP_ADDRESS; needs `at`
  std::optional<std::string> to{};       // CALL: the number called. One of value and to may be empty (number withheld)
  std::optional<std::string> kana{};     // PERSON
  std::optional<std::string> romaji{};   // PERSON
  std::optional<std::string> born{};     // PERSON: 1990-01-02, 1990/1/2, 平成2年1月2日, H2.1.2
  std::optional<std::string> bank{};     // BANK_ACCOUNT: 4 digits
  std::optional<std::string> branch{};   // BANK_ACCOUNT: 3 digits
  std::optional<std::string> kind{};     // BANK_ACCOUNT: 普通 (1), 当座 (2), 貯蓄 (4), その他 (9)
  bool operator==(const SelectorInput&) const = default;
};

struct Selector {
  SelectorType type = SelectorType::ACCOUNT_ID;
  std::string canonical;
  std::string display;
  std::string masked;
  SelectorInput input;                // the same in normalised fields: store and send this
  bool is_communication = false;      // names one communication: a request for K1 becomes K2 (domain rule of reclassification)
  bool is_public = true;              // false: an address that nobody can be asked about (private, documentation, multicast …)
  bool is_confusable = false;         // looks like something else (is_confusable_mix); a warning, not a refusal
  bool is_checksum_verified = false;  // CRYPTO_ADDRESS, IMEI: the spelling carried a checksum and it was right
  std::optional<Time> at;
  std::optional<int> port;
  std::string chain;  // CRYPTO_ADDRESS: bitcoin, ethereum, tron, litecoin, dogecoin
  // What pseudonymous matching may use (one tag each). Empty for communications, for types that matching does not admit, and for a person
  // without date of birth. A person has one key per form of the name, so that kanji alone meets kanji with kana.
  std::vector<std::string> match_keys;
  bool operator==(const Selector&) const = default;
};

// Errors: `where` is the field ("/value", "/at", "/port", "/service" …); SELECTOR_FORMAT, SELECTOR_CHECKSUM, SELECTOR_TIME_MISSING,
// TIME_WITHOUT_ZONE, BAD_TIME, SELECTOR_SERVICE_MISSING, OUT_OF_RANGE (port), UNKNOWN_FIELD and those of clean_line.
// SELECTOR_FORMAT and SELECTOR_CHECKSUM carry the args {type} and {example}.
[[nodiscard]] Result<Selector> parse_selector(const SelectorInput& input);

// The spelling on one line, for pasted text, the command line and CSV:
//   IP_ADDRESS    192.0.2.7:40123 2026-11-21 14:05 +09:00     [2001:db8::7]:443 2026-11-21T05:05:00Z
//   CALL          090-1234-5678 > 03-1234-5678 2026-11-21 14:05:30 +09:00     (? for a number withheld)
//   PERSON        例田 花子 / れいだ はなこ / REIDA Hanako / 1990-01-02
//   BANK_ACCOUNT  0001-002 普通 1234567
//   ACCOUNT_ID, ORDER_NUMBER, AUCTION_NUMBER, CONTRACT_NUMBER   service.example:12345
// and the value alone for every other type. Only splits into fields; parse_selector checks them.
[[nodiscard]] Result<SelectorInput> from_line(SelectorType type, std::string_view line);

// Types that this pasted text could be, most likely first; empty when it is nothing known. A full card number gives PAYMENT_CARD, so that the form
// can explain the refusal.
[[nodiscard]] std::vector<SelectorType> guess_type(std::string_view line);

}  // namespace warifu::text

template <>
struct warifu::EnumNames<warifu::text::SelectorType> {
  static constexpr std::array<std::string_view, 19> names = {
      "ACCOUNT_ID",     "EMAIL",           "TELEPHONE",    "IP_ADDRESS",     "DOMAIN_NAME",        "URL",  "MESSAGE_ID",  "PERSON",
      "POSTAL_ADDRESS", "PAYMENT_CARD",    "BANK_ACCOUNT", "CRYPTO_ADDRESS", "CRYPTO_TRANSACTION", "IMEI", "MAC_ADDRESS", "ORDER_NUMBER",
      "AUCTION_NUMBER", "CONTRACT_NUMBER", "CALL"};
};

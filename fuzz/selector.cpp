// Selectors as people type them. First byte: the type.

#include "text/selector.h"

#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

using text::SelectorType;

void one(std::string_view input) {
  const auto type = static_cast<SelectorType>(take_choice(input, enum_count<SelectorType>()));
  static_cast<void>(text::guess_type(input));
  const auto line = text::from_line(type, input);
  if (!line) return;
  const auto selector = text::parse_selector(*line);
  if (!selector) return;
  const auto again = text::parse_selector(selector->input);
  hold(again.has_value() && *again == *selector);
  const auto shown = text::from_line(type, selector->display);
  hold(shown.has_value());
  const auto reread = text::parse_selector(*shown);
  hold(reread.has_value() && reread->canonical == selector->canonical);
}

std::vector<std::string> seeds() {
  const std::vector<std::pair<SelectorType, std::string>> lines{{SelectorType::ACCOUNT_ID, "service.example:rei-1001"},
                                                                {SelectorType::EMAIL, "Rei.Hanako+tag@例え.example"},
                                                                {SelectorType::TELEPHONE, "090-1234-5678"},
                                                                {SelectorType::TELEPHONE, "+81 3-1234-5678"},
                                                                {SelectorType::IP_ADDRESS, "192.0.2.7:40123 2026-11-21 14:05 +09:00"},
                                                                {SelectorType::IP_ADDRESS, "[2001:db8::7]:443 2026-11-21T05:05:00Z"},
                                                                {SelectorType::DOMAIN_NAME, "xn--r8jz45g.example"},
                                                                {SelectorType::URL, "https://user.example:8443/a/%E5%89%B2?x=1#y"},
                                                                {SelectorType::MESSAGE_ID, "<abc.123@mail.example>"},
                                                                {SelectorType::PERSON, "例田 花子 / れいだ はなこ / REIDA Hanako / 1990-01-02"},
                                                                {SelectorType::POSTAL_ADDRESS, "架空県例示市1丁目2番3号 例示荘101"},
                                                                {SelectorType::BANK_ACCOUNT, "9990-001 普通 1234567"},
                                                                {SelectorType::CRYPTO_ADDRESS, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
                                                                {SelectorType::CRYPTO_ADDRESS, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
                                                                {SelectorType::CRYPTO_ADDRESS, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"},
                                                                {SelectorType::CRYPTO_TRANSACTION, "0x" + std::string(64, 'a')},
                                                                {SelectorType::IMEI, "49-015420-323751-8"},
                                                                {SelectorType::MAC_ADDRESS, "00-00-5E-00-53-01"},
                                                                {SelectorType::ORDER_NUMBER, "shop.example:A-1234"},
                                                                {SelectorType::CALL, "090-1234-5678 > 03-1234-5678 2026-11-21 14:05:30 +09:00"},
                                                                {SelectorType::CALL, "? > 03-1234-5678 2026年11月21日 14時5分 JST"}};
  std::vector<std::string> out;
  for (const auto& [type, line] : lines) out.push_back(chosen(static_cast<std::size_t>(type), line));
  return out;
}

const Registered registered({"selector", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

#pragma once
// Inside this room only: what the parsers of the single selector types share. Each parser receives fields that are clean lines, present where the
// catalogue requires them and absent where it does not allow them; it fills a Selector or says which field is wrong.

#include <string>
#include <string_view>

#include "text/selector.h"

namespace warifu::text {

[[nodiscard]] tl::unexpected<Error> bad_format(SelectorType type, std::string message, std::string where = "/value");
[[nodiscard]] tl::unexpected<Error> bad_checksum(SelectorType type, std::string message, std::string where = "/value");

// 2026-11-21T14:05:00+09:00, also with spaces, slashes, full-width characters, 2026年11月21日 14時05分, JST, UTC; missing seconds are 00.
[[nodiscard]] Result<Time> parse_time_text(std::string_view text);
// ISO, slashes or dots, 19900102, 1990年1月2日, 平成2年1月2日, H2.1.2. Any existing day from 1868 on.
[[nodiscard]] Result<Date> parse_birth_date(std::string_view text);

[[nodiscard]] bool is_digits(std::string_view text);
[[nodiscard]] bool is_ascii_alnum(char c);
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] std::string ascii_upper(std::string_view text);
[[nodiscard]] std::string_view trim_spaces(std::string_view text);
[[nodiscard]] std::string without(std::string_view text, std::string_view characters);
// NFKC, and every kind of dash or long mark as '-'. For numbers and codes, never for names.
[[nodiscard]] std::string technical(std::string_view text);

// The first `head` and last `tail` characters (code points) around "****"; fewer when the text is short: at least half of it is always hidden.
[[nodiscard]] std::string mask(std::string_view text, std::size_t head, std::size_t tail);

// Telephone numbers: E.164, the way people write it, and its mask.
[[nodiscard]] Result<std::string> telephone_e164(std::string_view text);
[[nodiscard]] std::string telephone_for_reading(std::string_view e164);
[[nodiscard]] std::string telephone_masked(std::string_view e164);

// "192.0.2.7:40123", "[2001:db8::7]:443", "2001:db8::7" into address and port text; the port is empty when there is none.
struct HostAndPort {
  std::string_view host;
  std::string_view port;
  bool is_bracketed = false;
};
[[nodiscard]] HostAndPort split_port(std::string_view text);
// 1 … 65535; OUT_OF_RANGE with where "/port".
[[nodiscard]] Result<int> parse_port(std::string_view text);

[[nodiscard]] Result<Selector> parse_account(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_email(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_telephone(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_ip_address(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_domain_name(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_url(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_message_id(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_person(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_postal_address(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_payment_card(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_bank_account(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_crypto_asset_address(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_crypto_transaction(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_imei(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_mac_address(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_service_number(const SelectorInput& input);
[[nodiscard]] Result<Selector> parse_call(const SelectorInput& input);

// Splits "0001-002 普通 1234567" into the four fields; false when it is not of that shape.
[[nodiscard]] bool split_bank_account(std::string_view line, SelectorInput& into);
// "13 to 19 digits whose Luhn check is right": what a payment card's number looks like.
[[nodiscard]] bool is_luhn_valid(std::string_view digits);
[[nodiscard]] bool looks_like_card_number(std::string_view text);

}  // namespace warifu::text

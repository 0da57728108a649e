// Bytes, ids, times and words in their spellings (base/, note/lines.h).

#include "base/id.h"
#include "base/time.h"
#include "fuzz/fuzz.h"
#include "note/lines.h"

namespace warifu::fuzz {
namespace {

void one(std::string_view input) {
  if (const auto bytes = from_hex(input)) hold(to_hex(*bytes) == input);
  if (const auto bytes = from_base64(input)) hold(to_base64(*bytes) == input);
  if (const auto bytes = from_base64url(input)) hold(to_base64url(*bytes) == input);
  hold(text_of(from_hex(to_hex(bytes_of(input))).value()) == input);
  hold(text_of(from_base64(to_base64(bytes_of(input))).value()) == input);
  hold(text_of(from_base64url(to_base64url(bytes_of(input))).value()) == input);
  if (const auto id = MatterId::parse(input)) hold(id->hex() == input);
  if (const auto digest = Sha256::parse(input)) hold(digest->hex() == input);
  if (const auto date = Date::parse(input)) hold(date->iso() == input && date->is_valid());
  if (const auto time = parse_rfc3339(input)) {
    hold(parse_rfc3339(to_rfc3339(*time)).value() == *time);
    // To the second, which is what is shown.
    hold(parse_rfc3339(to_rfc3339_tokyo(*time)).value().seconds() == time->seconds());
    hold(!japanese_date(*time).empty());
  }
  if (const auto number = note::parse_decimal(input, "")) hold(std::to_string(*number) == input);
  if (const auto time = note::parse_unix_seconds(input, "")) hold(std::to_string(time->seconds()) == input);
  if (const auto org = note::parse_org(input, "")) hold(*org == input);
  if (const auto word = note::parse_word(input, "")) hold(*word == input);
}

std::vector<std::string> seeds() {
  return {"00ff10",
          "AAEC/w==",
          "AAEC_w",
          std::string(32, 'a'),
          std::string(64, '0'),
          "2026-11-21",
          "2026-11-21T14:05:00.123456+09:00",
          "2026-11-21 05:05:00Z",
          "1795237500",
          "18446744073709551615",
          "kakuu-police.example",
          "approver"};
}

const Registered registered({"encoding", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

#include "text/selector.h"

#include "base/limits.h"
#include "text/selector_catalogue.h"
#include "text/selector_parts.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

using TextField = std::optional<std::string> SelectorInput::*;

struct FieldOf {
  SelectorField field;
  TextField member;
};
constexpr auto kTextFields = std::to_array<FieldOf>({
    {SelectorField::SERVICE, &SelectorInput::service},
    {SelectorField::AT, &SelectorInput::at},
    {SelectorField::TO, &SelectorInput::to},
    {SelectorField::KANA, &SelectorInput::kana},
    {SelectorField::ROMAJI, &SelectorInput::romaji},
    {SelectorField::BORN, &SelectorInput::born},
    {SelectorField::BANK, &SelectorInput::bank},
    {SelectorField::BRANCH, &SelectorInput::branch},
    {SelectorField::KIND, &SelectorInput::kind},
});

std::string where_of(SelectorField field) { return "/" + std::string(enum_text(field)); }

// URLs and message ids are long by nature, names are not.
std::size_t characters_max(SelectorType type) {
  switch (type) {
    case SelectorType::URL: return limits::kSelectorBytesMax;
    case SelectorType::MESSAGE_ID: return 998;  // RFC 5322 section 2.1.1, one line
    case SelectorType::EMAIL: return 320;
    case SelectorType::ACCOUNT_ID:
    case SelectorType::TELEPHONE:
    case SelectorType::IP_ADDRESS:
    case SelectorType::DOMAIN_NAME:
    case SelectorType::PERSON:
    case SelectorType::POSTAL_ADDRESS:
    case SelectorType::PAYMENT_CARD:
    case SelectorType::BANK_ACCOUNT:
    case SelectorType::CRYPTO_ADDRESS:
    case SelectorType::CRYPTO_TRANSACTION:
    case SelectorType::IMEI:
    case SelectorType::MAC_ADDRESS:
    case SelectorType::ORDER_NUMBER:
    case SelectorType::AUCTION_NUMBER:
    case SelectorType::CONTRACT_NUMBER:
    case SelectorType::CALL: return limits::kLineCharactersMax;
  }
  CHECK_THAT(false);
  return 0;
}

// A form sends "" for a field left alone: absent. Anything else must be a clean line.
Status clean_field(std::optional<std::string>& field, std::string_view where) {
  if (!field) return {};
  auto line = clean_line(*field);
  if (!line && line.error().code == Code::EMPTY_FIELD) {
    field.reset();
    return {};
  }
  if (!line) return tl::unexpected<Error>(std::move(line).error().at(where));
  field = std::move(*line);
  return {};
}

tl::unexpected<Error> missing(SelectorField field) {
  const std::string where = where_of(field);
  switch (field) {
    case SelectorField::SERVICE: return fail(Code::SELECTOR_SERVICE_MISSING, "the selector needs its service", where);
    case SelectorField::AT: return fail(Code::SELECTOR_TIME_MISSING, "the selector needs its time", where);
    case SelectorField::VALUE: return fail(Code::EMPTY_FIELD, "the selector has no value", where);
    case SelectorField::PORT:
    case SelectorField::TO:
    case SelectorField::KANA:
    case SelectorField::ROMAJI:
    case SelectorField::BORN:
    case SelectorField::BANK:
    case SelectorField::BRANCH:
    case SelectorField::KIND: return fail(Code::MISSING_FIELD, "the selector lacks a field", where);
  }
  CHECK_THAT(false);
  return fail(Code::INTERNAL, "unknown field");
}

Status clean_fields(SelectorInput& input) {
  const SelectorRow& row = selector_row(input.type);
  auto value = clean_line(input.value, characters_max(input.type));
  if (value) {
    input.value = std::move(*value);
  } else if (value.error().code != Code::EMPTY_FIELD || row.need(SelectorField::VALUE) == Need::REQUIRED) {
    return tl::unexpected<Error>(std::move(value).error().at("/value"));
  } else {
    input.value.clear();
  }
  for (const auto& [field, member] : kTextFields) {
    TRY(clean_field(input.*member, where_of(field)));
    if ((input.*member).has_value() && row.need(field) == Need::NONE)
      return fail(Code::UNKNOWN_FIELD, "this type of selector does not take the field", where_of(field));
  }
  if (input.port && row.need(SelectorField::PORT) == Need::NONE)
    return fail(Code::UNKNOWN_FIELD, "this type of selector does not take a port", where_of(SelectorField::PORT));
  return {};
}

Status need_fields(const SelectorInput& input) {
  const SelectorRow& row = selector_row(input.type);
  for (const auto& [field, member] : kTextFields)
    if (row.need(field) == Need::REQUIRED && !(input.*member).has_value()) return missing(field);
  return {};
}

Result<Selector> parse_clean(const SelectorInput& input) {
  switch (input.type) {
    case SelectorType::ACCOUNT_ID: return parse_account(input);
    case SelectorType::EMAIL: return parse_email(input);
    case SelectorType::TELEPHONE: return parse_telephone(input);
    case SelectorType::IP_ADDRESS: return parse_ip_address(input);
    case SelectorType::DOMAIN_NAME: return parse_domain_name(input);
    case SelectorType::URL: return parse_url(input);
    case SelectorType::MESSAGE_ID: return parse_message_id(input);
    case SelectorType::PERSON: return parse_person(input);
    case SelectorType::POSTAL_ADDRESS: return parse_postal_address(input);
    case SelectorType::PAYMENT_CARD: return parse_payment_card(input);
    case SelectorType::BANK_ACCOUNT: return parse_bank_account(input);
    case SelectorType::CRYPTO_ADDRESS: return parse_crypto_asset_address(input);
    case SelectorType::CRYPTO_TRANSACTION: return parse_crypto_transaction(input);
    case SelectorType::IMEI: return parse_imei(input);
    case SelectorType::MAC_ADDRESS: return parse_mac_address(input);
    case SelectorType::ORDER_NUMBER:
    case SelectorType::AUCTION_NUMBER:
    case SelectorType::CONTRACT_NUMBER: return parse_service_number(input);
    case SelectorType::CALL: return parse_call(input);
  }
  CHECK_THAT(false);
  return fail(Code::INTERNAL, "unknown selector type");
}

}  // namespace

Result<Selector> parse_selector(const SelectorInput& input) {
  if (input.value.size() > limits::kSelectorBytesMax)
    return fail(Code::TOO_LONG, "selector too long", "/value", {{"max", std::to_string(limits::kSelectorBytesMax)}});
  SelectorInput fields = input;
  TRY(clean_fields(fields));
  // An account pasted whole into the one field is as good as four fields.
  if (fields.type == SelectorType::BANK_ACCOUNT && !fields.bank && !fields.branch && !fields.kind) {
    SelectorInput whole = fields;
    if (split_bank_account(fields.value, whole)) fields = std::move(whole);
  }
  TRY(need_fields(fields));
  Selector selector = TRY(parse_clean(fields));
  selector.type = input.type;
  selector.input.type = input.type;
  if (selector_row(input.type).is_matchable && !selector.is_communication && selector.match_keys.empty() && input.type != SelectorType::PERSON)
    selector.match_keys = {selector.canonical};
  return selector;
}

}  // namespace warifu::text

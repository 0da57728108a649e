// Cards, bank accounts and crypto-assets.

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "text/crypto_address.h"
#include "text/selector_parts.h"
#include "text/unicode.h"

namespace warifu::text {
namespace {

struct AccountKind {
  char code;  // of the transfer formats of the banks' association
  std::string_view name;
  std::array<std::string_view, 5> spellings;  // after ascii_lower
};
constexpr auto kAccountKinds = std::to_array<AccountKind>({
    {'1', "普通", {"普通", "普", "普通預金", "1", "ordinary"}},
    {'2', "当座", {"当座", "当", "当座預金", "2", "current"}},
    {'4', "貯蓄", {"貯蓄", "貯", "貯蓄預金", "4", "savings"}},
    {'9', "その他", {"その他", "他", "", "9", "other"}},
});

const AccountKind* account_kind(std::string_view text) {
  const std::string wanted = ascii_lower(nfkc(text));
  for (const AccountKind& kind : kAccountKinds)
    for (const std::string_view spelling : kind.spellings)
      if (!spelling.empty() && spelling == wanted) return &kind;
  return nullptr;
}

// Words at spaces and hyphens.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c != ' ' && c != '-')
      out.back().push_back(c);
    else if (!out.back().empty())
      out.emplace_back();
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

bool is_token(std::string_view text) {
  if (text.size() < 8 || text.size() > 64) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_ascii_alnum(c) || c == '_' || c == '-'; });
}

}  // namespace

// ISO/IEC 7812: major industry 2 to 6, 13 to 19 digits, Luhn check. Any such run inside a longer text counts, and so do groups between hyphens or
// spaces: no store of ours may hold a card number by accident (PCI DSS 3.2.1).
bool looks_like_card_number(std::string_view text) {
  std::string run;
  const auto is_number = [](std::string_view digits) {
    return digits.size() >= 13 && digits.size() <= 19 && digits.front() >= '2' && digits.front() <= '6' && is_luhn_valid(digits);
  };
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      run.push_back(c);
    } else if (c != '-' && c != ' ') {
      if (is_number(run)) return true;
      run.clear();
    }
  }
  return is_number(run);
}

Result<Selector> parse_payment_card(const SelectorInput& input) {
  const std::string token = technical(input.value);
  if (looks_like_card_number(token))
    return bad_format(SelectorType::PAYMENT_CARD, "a full card number is refused: enter the token of the card company");
  const std::string digits = without(token, "- ");
  // A card number mistyped by a digit fails the check above and is still most of a card number.
  if (digits != token && is_digits(digits) && digits.size() >= 13 && digits.size() <= 19)
    return bad_format(SelectorType::PAYMENT_CARD, "grouped digits like a card number are refused: enter the token of the card company");
  if (!is_token(token)) return bad_format(SelectorType::PAYMENT_CARD, "a token is 8 to 64 of A-Z a-z 0-9 _ -");
  Selector out;
  out.canonical = token;
  out.display = token;
  out.masked = mask(token, 0, 4);
  out.input.value = token;
  return out;
}

bool split_bank_account(std::string_view line, SelectorInput& into) {
  const std::string text = technical(line);
  std::vector<std::string> words = words_of(text);
  if (words.size() == 1 && words[0].size() == 15 && is_digits(words[0]))
    words = {words[0].substr(0, 4), words[0].substr(4, 3), words[0].substr(7, 1), words[0].substr(8)};
  if (words.size() != 4) return false;
  into.bank = words[0];
  into.branch = words[1];
  into.kind = words[2];
  into.value = words[3];
  return true;
}

Result<Selector> parse_bank_account(const SelectorInput& input) {
  const auto bad = [](const char* why, const char* where) { return bad_format(SelectorType::BANK_ACCOUNT, why, where); };
  const std::string bank = technical(*input.bank);
  const std::string branch = technical(*input.branch);
  const AccountKind* kind = account_kind(*input.kind);
  std::string number = without(technical(input.value), " -");
  if (!is_digits(bank) || bank.size() != 4 || bank == "0000") return bad("a bank code has 4 digits", "/bank");
  if (!is_digits(branch) || branch.size() != 3) return bad("a branch code has 3 digits", "/branch");
  if (kind == nullptr) return bad("not a kind of account", "/kind");
  // Shorter numbers are older ones, which transfers fill with zeros on the left.
  if (!is_digits(number) || number.size() < 4 || number.size() > 7) return bad("an account number has 7 digits", "/value");
  number.insert(0, 7 - number.size(), '0');
  if (number == "0000000") return bad("account number zero", "/value");
  Selector out;
  out.canonical = bank + branch + kind->code + number;
  out.display = bank + "-" + branch + " " + std::string(kind->name) + " " + number;
  out.masked = bank + "-" + branch + " " + std::string(kind->name) + " ****" + number.substr(4);
  out.input.value = number;
  out.input.bank = bank;
  out.input.branch = branch;
  out.input.kind = std::string(kind->name);
  return out;
}

Result<Selector> parse_crypto_asset_address(const SelectorInput& input) {
  auto address = parse_crypto_address(input.value);
  if (!address) {
    return address.error().code == Code::SELECTOR_CHECKSUM ? bad_checksum(SelectorType::CRYPTO_ADDRESS, address.error().message)
                                                           : bad_format(SelectorType::CRYPTO_ADDRESS, address.error().message);
  }
  Selector out;
  out.canonical = address->canonical;
  out.display = address->canonical;
  out.masked = mask(address->canonical, 6, 4);
  out.chain = address->chain;
  out.is_checksum_verified = address->is_checksum_verified;
  // The canonical spelling of an Ethereum address carries a checksum that was computed here; what was typed may have carried none.
  out.input.value = out.is_checksum_verified ? address->canonical : ascii_lower(address->canonical);
  return out;
}

Result<Selector> parse_crypto_transaction(const SelectorInput& input) {
  std::string hex = ascii_lower(nfkc(input.value));
  if (hex.starts_with("0x")) hex.erase(0, 2);
  if (hex.size() != 64 || !std::all_of(hex.begin(), hex.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }))
    return bad_format(SelectorType::CRYPTO_TRANSACTION, "a transaction id has 64 hex digits");
  if (hex.find_first_not_of('0') == std::string::npos) return bad_format(SelectorType::CRYPTO_TRANSACTION, "transaction id zero");
  Selector out;
  out.canonical = hex;
  out.display = hex;
  out.masked = mask(hex, 6, 4);
  out.input.value = hex;
  return out;
}

}  // namespace warifu::text

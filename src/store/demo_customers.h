#pragma once
// Customers of the demo's providers: databases of their own, as a provider has them, with invented people. The same rows every time.

#include <string>

#include "base/error.h"

namespace warifu::store {

enum class CustomerKind { PORTAL, INTERNET, MOBILE, BANK, CRYPTO };

// Writes the SQLite file (which must not exist) with `count` customers. Row n of each kind can be computed by demo_account() and its kin.
Status write_demo_customers(const std::string& file, CustomerKind kind, std::size_t count);

// Keys under which row n is found, so that a scenario can ask for it.
[[nodiscard]] std::string demo_account(std::size_t n);      // portal: rei000042
[[nodiscard]] std::string demo_telephone(std::size_t n);    // mobile: +816010000042
[[nodiscard]] std::string demo_contract(std::size_t n);     // internet: N0000042
[[nodiscard]] std::string demo_bank_number(std::size_t n);  // bank: 7 digits
[[nodiscard]] std::string demo_crypto_account(std::size_t n);

}  // namespace warifu::store

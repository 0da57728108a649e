#include "store/demo_customers.h"

#include <array>
#include <cstdio>

#include "store/sqlite.h"

namespace warifu::store {

namespace {

constexpr std::array<std::string_view, 12> kFamily = {"例田", "見本", "架空", "仮名", "試験", "模擬", "雛形", "例示", "作例", "標本", "仮野", "見立"};
constexpr std::array<std::string_view, 12> kFamilyKana = {"れいだ",   "みほん", "かくう",   "かな",       "しけん", "もぎ",
                                                          "ひながた", "れいじ", "さくれい", "ひょうほん", "かりの", "みたて"};
constexpr std::array<std::string_view, 10> kGiven = {"一郎", "花子", "次郎", "さくら", "三郎", "みどり", "四郎", "かえで", "五郎", "あおい"};
constexpr std::array<std::string_view, 10> kGivenKana = {"いちろう", "はなこ", "じろう", "さくら", "さぶろう",
                                                         "みどり",   "しろう", "かえで", "ごろう", "あおい"};
constexpr std::array<std::string_view, 6> kTowns = {"架空市例示町", "見本市雛形", "仮名町試験", "模擬市中央", "標本村上", "作例市港"};

// A small mixing function: rows look unordered and are the same every time.
std::size_t mix(std::size_t n, std::size_t salt) {
  std::uint64_t x = n * 0x9e3779b97f4a7c15ull + salt * 0xbf58476d1ce4e5b9ull;
  x ^= x >> 31;
  x *= 0x94d049bb133111ebull;
  return static_cast<std::size_t>(x ^ (x >> 29));
}

std::string digits(std::size_t n, int width) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*zu", width, n);
  return text;
}

struct Customer {
  std::string name, kana, born, address, telephone, mail, since;
};

Customer customer(std::size_t n) {
  const std::size_t family = mix(n, 1) % kFamily.size(), given = mix(n, 2) % kGiven.size();
  Customer out;
  out.name = std::string(kFamily[family]) + " " + std::string(kGiven[given]);
  out.kana = std::string(kFamilyKana[family]) + " " + std::string(kGivenKana[given]);
  out.born = std::to_string(1945 + mix(n, 3) % 60) + "-" + digits(1 + mix(n, 4) % 12, 2) + "-" + digits(1 + mix(n, 5) % 28, 2);
  out.address = "架空県" + std::string(kTowns[mix(n, 6) % kTowns.size()]) + digits(1 + mix(n, 7) % 9, 1) + "-" + std::to_string(1 + mix(n, 8) % 30) +
                "-" + std::to_string(1 + mix(n, 9) % 20);
  out.telephone = demo_telephone(n);
  out.mail = "user" + std::to_string(n) + "@example.jp";
  out.since = std::to_string(2012 + mix(n, 10) % 14) + "-" + digits(1 + mix(n, 11) % 12, 2) + "-" + digits(1 + mix(n, 12) % 28, 2);
  return out;
}

struct Layout {
  std::string_view table, ddl;
  std::vector<std::string_view> columns;
};

Layout layout_of(CustomerKind kind) {
  switch (kind) {
    case CustomerKind::PORTAL:
      return {"member",
              "CREATE TABLE member(account TEXT PRIMARY KEY, name TEXT, kana TEXT, born TEXT, address TEXT, telephone TEXT, mail TEXT, since TEXT, "
              "status TEXT) STRICT;"
              "CREATE INDEX member_mail ON member(mail);",
              {"account", "name", "kana", "born", "address", "telephone", "mail", "since", "status"}};
    case CustomerKind::INTERNET:
      return {"subscriber",
              "CREATE TABLE subscriber(contract TEXT PRIMARY KEY, name TEXT, kana TEXT, address TEXT, telephone TEXT, mail TEXT, plan TEXT, since "
              "TEXT) STRICT;"
              "CREATE INDEX subscriber_mail ON subscriber(mail);",
              {"contract", "name", "kana", "address", "telephone", "mail", "plan", "since"}};
    case CustomerKind::MOBILE:
      return {"line",
              "CREATE TABLE line(telephone TEXT PRIMARY KEY, name TEXT, kana TEXT, born TEXT, address TEXT, payment TEXT, since TEXT) STRICT;",
              {"telephone", "name", "kana", "born", "address", "payment", "since"}};
    case CustomerKind::BANK:
      return {"account",
              "CREATE TABLE account(number TEXT PRIMARY KEY, name TEXT, kana TEXT, born TEXT, address TEXT, telephone TEXT, opened TEXT, balance "
              "INTEGER) STRICT;"
              "CREATE TABLE movement(number TEXT, day TEXT, kind TEXT, amount INTEGER, partner TEXT) STRICT; CREATE INDEX movement_number ON "
              "movement(number, day);",
              {"number", "name", "kana", "born", "address", "telephone", "opened", "balance"}};
    case CustomerKind::CRYPTO:
      return {"holder",
              "CREATE TABLE holder(account TEXT PRIMARY KEY, name TEXT, kana TEXT, born TEXT, address TEXT, telephone TEXT, mail TEXT, since TEXT) "
              "STRICT;"
              "CREATE TABLE transfer(account TEXT, at TEXT, direction TEXT, asset TEXT, amount TEXT, partner TEXT) STRICT; CREATE INDEX "
              "transfer_account ON transfer(account, at);",
              {"account", "name", "kana", "born", "address", "telephone", "mail", "since"}};
  }
  return {};
}

std::vector<std::string> fields_of(CustomerKind kind, std::size_t n) {
  const Customer c = customer(n);
  switch (kind) {
    case CustomerKind::PORTAL:
      return {demo_account(n), c.name, c.kana, c.born, c.address, c.telephone, c.mail, c.since, mix(n, 13) % 20 == 0 ? "退会" : "有効"};
    case CustomerKind::INTERNET:
      return {demo_contract(n), c.name, c.kana, c.address, c.telephone, c.mail, mix(n, 14) % 2 == 0 ? "光ファミリー" : "光マンション", c.since};
    case CustomerKind::MOBILE:
      return {c.telephone, c.name, c.kana, c.born, c.address, mix(n, 15) % 2 == 0 ? "口座振替" : "クレジットカード", c.since};
    case CustomerKind::BANK: return {demo_bank_number(n), c.name, c.kana, c.born, c.address, c.telephone, c.since, {}};
    case CustomerKind::CRYPTO: return {demo_crypto_account(n), c.name, c.kana, c.born, c.address, c.telephone, c.mail, c.since};
  }
  return {};
}

// Movements of some accounts, enough for the scenario and a little around it.
Status write_movements(Database& database, CustomerKind kind, std::size_t count) {
  constexpr std::size_t kMoved = 200, kEach = 24;
  const bool is_bank = kind == CustomerKind::BANK;
  std::size_t row = 0;
  std::string account, day, partner, amount;
  const std::vector<std::string_view> bank_columns = {"number", "day", "kind", "amount", "partner"},
                                      crypto_columns = {"account", "at", "direction", "asset", "amount", "partner"};
  const auto next = [&](std::span<Value> out) -> Result<bool> {
    if (row >= std::min(count, kMoved) * kEach) return false;
    const std::size_t n = row / kEach, k = row % kEach;
    day = "2026-" + digits(1 + (k / 2) % 10, 2) + "-" + digits(1 + mix(row, 21) % 28, 2);
    partner = std::string(kFamily[mix(row, 22) % kFamily.size()]) + " " + std::string(kGiven[mix(row, 23) % kGiven.size()]);
    account = is_bank ? demo_bank_number(n) : demo_crypto_account(n);
    out[0] = std::string_view(account), out[1] = std::string_view(day);
    if (is_bank) {
      out[2] = k % 2 == 0 ? std::string_view("入金") : std::string_view("出金");
      out[3] = static_cast<std::int64_t>(10'000 + mix(row, 24) % 900'000);
      out[4] = std::string_view(partner);
    } else {
      amount = "0." + digits(mix(row, 24) % 100'000'000, 8);
      out[2] = k % 2 == 0 ? std::string_view("受取") : std::string_view("送付");
      out[3] = std::string_view("BTC"), out[4] = std::string_view(amount), out[5] = std::string_view(partner);
    }
    ++row;
    return true;
  };
  TRY(is_bank ? database.bulk_load("movement", bank_columns, next) : database.bulk_load("transfer", crypto_columns, next));
  return {};
}

}  // namespace

std::string demo_account(std::size_t n) { return "rei" + digits(n, 6); }
std::string demo_telephone(std::size_t n) { return "+8160" + digits(10'000'000 + n, 8); }
std::string demo_contract(std::size_t n) { return "N" + digits(n, 7); }
std::string demo_bank_number(std::size_t n) { return digits(n, 7); }
std::string demo_crypto_account(std::size_t n) { return "C" + digits(n, 7); }

Status write_demo_customers(const std::string& file, CustomerKind kind, std::size_t count) {
  const std::unique_ptr<Database> database = TRY(open_sqlite({.file = file, .access = Access::WRITE}));
  const Layout layout = layout_of(kind);
  TRY(database->exec(layout.ddl));
  TRY(database->begin(Access::WRITE));
  std::size_t n = 0;
  std::vector<std::string> fields;
  TRY(database->bulk_load(layout.table, layout.columns, [&](std::span<Value> row) -> Result<bool> {
    if (n >= count) return false;
    fields = fields_of(kind, n);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = std::string_view(fields[i]);
    if (kind == CustomerKind::BANK) row[7] = static_cast<std::int64_t>(mix(n, 16) % 5'000'000);
    ++n;
    return true;
  }));
  if (kind == CustomerKind::BANK || kind == CustomerKind::CRYPTO) TRY(write_movements(*database, kind, count));
  return database->commit();
}

}  // namespace warifu::store

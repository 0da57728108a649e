// The configuration of a node and of a provider's sources (TOML), and the SQL in the latter.

#include "app/config.h"
#include "fuzz/fuzz.h"
#include "store/source_parts.h"
#include "store/sources.h"

namespace warifu::fuzz {
namespace {

std::optional<std::string> no_environment(const std::string&) { return std::nullopt; }

void one(std::string_view input) {
  if (const auto config = app::Config::parse(input, no_environment))
    for (const app::Setting& setting : app::settings()) static_cast<void>(config->text(setting.key));
  static_cast<void>(store::parse_sources(input, "/nonexistent"));
  if (const auto scanned = store::source::scan_sql(input))
    for (const std::string& name : scanned->names) hold(store::source::is_parameter(name));
  const std::string readable = store::source::readable(input);
  hold(store::source::readable(readable) == readable);
}

std::vector<std::string> seeds() {
  return {app::default_config_text(), "listen = \"127.0.0.1:8443\"\n[tls]\ncertificate = \"a\"\nkey = \"b\"\n",
          R"([[source]]
id = "contracts"
kind = "sqlite"
name = "契約"
file = "contracts.db"
[[source.query]]
id = "by_account"
selector = ["ACCOUNT_ID"]
categories = ["K1"]
sql = "SELECT name AS 氏名 FROM contract WHERE account = $value AND at < $until"
)",
          "WITH x AS (SELECT 1) SELECT * FROM x WHERE a = $value -- $no\n AND b = '$x'", "select \"$a\" /* $b */ from t"};
}

const Registered registered({"config", one, seeds});

}  // namespace
}  // namespace warifu::fuzz

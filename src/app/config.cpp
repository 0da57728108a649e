#include "app/config.h"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "base/file.h"
#include "base/limits.h"

namespace warifu::app {

namespace {

constexpr std::size_t kConfigBytesMax = 256 * 1024;
using Kind = Setting::Kind;

constexpr std::array kSettings = {
    Setting{"data", "", Kind::TEXT, "a folder", "データフォルダ(warifu init が作ったもの)", "The data folder (made by `warifu init`)"},
    Setting{"role", "", Kind::TEXT, "node, hub, witness", "このプロセスの役割。空ならデータフォルダの中身で決まる",
            "The part of this process; what the data folder holds decides when empty"},
    Setting{"listen", "127.0.0.1:8080", Kind::TEXT, "address:port", "待ち受けるアドレスとポート。ループバック以外では tls が必要",
            "Address and port to listen on; anything but loopback needs [tls]"},
    Setting{"origin", "", Kind::TEXT, "https://desk.example", "利用者が開くページの起点。空なら listen から作る",
            "Origin of the page people open; made from `listen` when empty"},
    Setting{"temp_directory", "", Kind::TEXT, "a folder", "受け取り中のファイルの置き場。空ならデータフォルダの tmp",
            "Where files lie while they arrive; `tmp` in the data folder when empty"},
    Setting{"workers", "4", Kind::NUMBER, "1-64", "同時に処理する要求の数", "Requests worked on at a time"},
    Setting{"tls.certificate", "", Kind::TEXT, "a PEM file", "サーバ証明書(PEM、末端が先頭)", "Server certificate (PEM, leaf first)"},
    Setting{"tls.key", "", Kind::TEXT, "a PEM file", "その秘密鍵(PEM、権限 0600)", "Its private key (PEM, mode 0600)"},
    Setting{"store.url", "", Kind::TEXT, "postgresql://…", "空ならデータフォルダの SQLite。PostgreSQL の場合はその URL(秘密はパスワードファイルに)",
            "SQLite files in the data folder when empty; or the URL of PostgreSQL (its secret belongs into libpq's password file)"},
    Setting{"answers.file_megabytes", "50", Kind::NUMBER, "1-6144",
            "回答に添える一つのファイルの上限(MB)。表計算・画像・JSON・メールは、これより大きくても50 MBまで",
            "Largest file that may be attached to an answer here (MB); spreadsheets, pictures, JSON and mails are at most 50 MB whatever it says"},
    Setting{"hub.messages_per_minute", "60000", Kind::NUMBER, "1-10000000", "中継者:一つの組織が一分間に送れる通信の数",
            "Hub: messages that one member may send in a minute"},
    Setting{"hub.gigabytes_per_member", "50", Kind::NUMBER, "1-1000000", "中継者:一つの組織が置いておける封緘データの量(GB)",
            "Hub: gigabytes of sealed objects that one member may have waiting"},
    Setting{"hub.witnesses", "", Kind::TEXT, "a file", "中継者:問い合わせる証人(tlog-policy の witness 行)の一覧",
            "Hub: witnesses to be asked (a tlog-policy file with `witness` lines)"},
    Setting{"mail.url", "", Kind::TEXT, "smtp://host:port, smtps://host:port", "通知メールの送信サーバ。空なら送らない",
            "Mail relay for notices; none are sent when empty"},
    Setting{"mail.from", "", Kind::TEXT, "name@host", "通知メールの差出人", "Sender of the notices"},
    Setting{"mail.user", "", Kind::TEXT, "a name", "送信サーバの利用者名", "User at the relay"},
    Setting{"mail.password_file", "", Kind::TEXT, "a file", "そのパスワードだけを書いたファイル(権限 0600)",
            "File that holds the password alone (mode 0600)"},
    Setting{"mail.ca_file", "", Kind::TEXT, "a PEM file", "送信サーバの証明書を確かめる CA。空ならシステムのもの",
            "CA of the relay's certificate; the system's when empty"},
    Setting{"mail.require_tls", "true", Kind::FLAG, "true, false", "暗号化できない送信サーバには送らない",
            "Refuse a relay that offers no encryption"},
    Setting{"keys.module", "", Kind::TEXT, "a PKCS#11 library", "鍵を置く装置(HSM)のPKCS#11ライブラリ。空なら鍵はデータフォルダのファイル",
            "PKCS#11 library of the security module that holds the keys; files in the data folder when empty"},
    Setting{"keys.token", "", Kind::TEXT, "a label", "その装置のトークンの名前(ラベル)", "Label of the token in it"},
    Setting{"keys.pin_file", "", Kind::TEXT, "a file", "トークンの暗証番号だけを書いたファイル(権限 0600)。空なら環境変数 WARIFU_KEYS_PIN",
            "File that holds the token's PIN alone (mode 0600); the environment variable WARIFU_KEYS_PIN when empty"},
    Setting{"keys.seal", "curve", Kind::TEXT, "curve, mlkem768x25519",
            "新しい封緘鍵の種類。mlkem768x25519 は量子計算機に備えるもので、自組織とすべての送り手に OpenSSL 3.5 以上が必要",
            "Kind of new seal keys; mlkem768x25519 (post-quantum) needs OpenSSL 3.5 or later here and at everybody who sends to you"},
    Setting{"log.level", "info", Kind::TEXT, "error, warning, info", "ログに書く程度", "How much is logged"},
};

const Setting* find_setting(std::string_view key) {
  const auto found = std::ranges::find(kSettings, key, &Setting::key);
  return found == kSettings.end() ? nullptr : &*found;
}

Result<std::string> checked(const Setting& setting, std::string value, const std::string& where) {
  const auto bad = [&] { return fail(Code::CONFIG, "the value cannot be used", where, {{"expected", std::string(setting.expected)}}); };
  switch (setting.kind) {
    case Kind::TEXT:
      if (setting.key == "role" && !value.empty() && value != "node" && value != "hub" && value != "witness") return bad();
      if (setting.key == "keys.seal" && value != "curve" && value != "mlkem768x25519") return bad();
      if (setting.key == "log.level" && value != "error" && value != "warning" && value != "info") return bad();
      return value;
    case Kind::FLAG:
      if (value != "true" && value != "false") return bad();
      return value;
    case Kind::NUMBER: {
      // "1-64": what it may be is also the rule.
      const std::string range(setting.expected);
      if (value.empty() || value.size() > 8 || value.find_first_not_of("0123456789") != std::string::npos) return bad();
      if (std::stoi(value) < std::stoi(range) || std::stoi(value) > std::stoi(range.substr(range.find('-') + 1))) return bad();
      return value;
    }
  }
  return bad();
}

Status read_table(const toml::table& table, const std::string& prefix, std::map<std::string, std::string, std::less<>>& into) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const toml::table* inner = node.as_table()) {
      TRY(read_table(*inner, key + ".", into));
      continue;
    }
    const Setting* setting = find_setting(key);
    if (setting == nullptr) return fail(Code::CONFIG, "no such setting", key, {{"expected", "warifu config --print-defaults"}});
    std::string value;
    const auto wrong_type = [&] { return fail(Code::CONFIG, "a value of another type", key, {{"expected", std::string(setting->expected)}}); };
    if (const auto* text = node.as_string()) {
      if (setting->kind != Kind::TEXT) return wrong_type();
      value = text->get();
    } else if (const auto* flag = node.as_boolean()) {
      if (setting->kind != Kind::FLAG) return wrong_type();
      value = flag->get() ? "true" : "false";
    } else if (const auto* number = node.as_integer()) {
      if (setting->kind != Kind::NUMBER) return wrong_type();
      value = std::to_string(number->get());
    } else {
      return wrong_type();
    }
    into[key] = TRY(checked(*setting, std::move(value), key));
  }
  return {};
}

Result<toml::table> parse_toml(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const std::string line = std::to_string(error.source().begin.line);
    return fail(Code::CONFIG, "not TOML: " + std::string(error.description()), "line " + line, {{"expected", "TOML"}});
  } catch (const std::exception& error) {  // a library says what it documents; this is the border for anything else
    return fail(Code::CONFIG, std::string("not TOML: ") + error.what(), {}, {{"expected", "TOML"}});
  }
}

}  // namespace

std::string Setting::variable() const {
  std::string out = "WARIFU_";
  for (const char c : key) out += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

std::span<const Setting> settings() { return kSettings; }

Result<Config> Config::parse(std::string_view toml, const Environment& environment) {
  Config config;
  for (const Setting& setting : kSettings) config.values_.emplace(setting.key, setting.fallback);
  TRY(read_table(TRY(parse_toml(toml)), "", config.values_));
  for (const Setting& setting : kSettings)
    if (std::optional<std::string> value = environment(setting.variable()))
      config.values_.find(setting.key)->second = TRY(checked(setting, *std::move(value), setting.variable()));
  return config;
}

Result<Config> Config::load(const std::optional<std::string>& file, const Environment& environment) {
  std::string text;
  if (file) {
    Result<std::string> read = read_file(*file, kConfigBytesMax);
    if (!read) return tl::unexpected<Error>(Error{read.error().code, read.error().message, *file, read.error().args});
    text = std::move(*read);
  }
  return parse(text, environment);
}

const std::string& Config::text(std::string_view key) const {
  const auto found = values_.find(key);
  CHECK_THAT(found != values_.end());
  return found->second;
}

int Config::number(std::string_view key) const { return std::stoi(text(key)); }

void Config::set(std::string_view key, std::string value) {
  CHECK_THAT(find_setting(key) != nullptr);
  values_.find(key)->second = std::move(value);
}

std::uint64_t file_bytes_max_of(const Config& config) {
  constexpr std::uint64_t kMegabyte = 1024 * 1024;
  static_assert(limits::kFileBytesCeiling == 6144 * kMegabyte && limits::kFileBytesMax == 50 * kMegabyte);  // as the table says
  return static_cast<std::uint64_t>(config.number("answers.file_megabytes")) * kMegabyte;
}

Result<Config> config_of_folder(const std::string& data) {
  std::optional<std::string> file;
  std::error_code ignored;
  if (std::filesystem::exists(data + "/warifu.toml", ignored)) file = data + "/warifu.toml";
  return Config::load(file, environment_variable);
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): read before any thread begins
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string default_config_text() {
  std::string out =
      "# 割符の設定。値は環境変数でも指定でき、環境変数が優先する。\n# Configuration of Warifu. Each value may also come from the environment, which "
      "wins over this file.\n";
  std::string table;
  for (const Setting& setting : kSettings) {
    const std::size_t dot = setting.key.find('.');
    const std::string its_table(dot == std::string_view::npos ? std::string_view() : setting.key.substr(0, dot));
    if (its_table != table) out += "\n[" + its_table + "]\n";
    table = its_table;
    out += "\n# " + std::string(setting.ja) + "\n# " + std::string(setting.en) + "\n# " + setting.variable() + " (" + std::string(setting.expected) +
           ")\n";
    const std::string_view name = dot == std::string_view::npos ? setting.key : setting.key.substr(dot + 1);
    const std::string value(setting.fallback);
    out += std::string(name) + " = " + (setting.kind == Kind::TEXT ? "\"" + value + "\"" : value) + "\n";
  }
  return out;
}

}  // namespace warifu::app

#include "app/token_config.h"

#include <sys/stat.h>

#include "base/file.h"
#include "json/write.h"

namespace warifu::app {

namespace {

constexpr std::size_t kPinBytesMax = 256;
constexpr const char* kPinVariable = "WARIFU_KEYS_PIN";
constexpr std::string_view kHybridSeal = crypto::kHybridName;

tl::unexpected<Error> bad_config(std::string message, std::string where, std::string expected) {
  return fail(Code::CONFIG, std::move(message), std::move(where), {{"expected", std::move(expected)}});
}

Result<crypto::TokenPin> pin_of(const Config& config, const Config::Environment& environment) {
  const std::string& file = config.text("keys.pin_file");
  if (file.empty()) {
    std::optional<std::string> given = environment(kPinVariable);
    if (!given || given->empty()) return bad_config("no PIN for the token", "keys.pin_file", std::string("a file, or ") + kPinVariable);
    return crypto::TokenPin(std::move(*given));
  }
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return bad_config("there is no such file", "keys.pin_file", "a file");
  if (!S_ISREG(info.st_mode) || (info.st_mode & 077) != 0) return bad_config("the file can be read by others", "keys.pin_file", "mode 0600");
  std::string pin = TRY(read_file(file, kPinBytesMax));
  while (pin.ends_with('\n') || pin.ends_with('\r')) pin.pop_back();
  if (pin.empty()) return bad_config("the file holds no PIN", "keys.pin_file", "one line");
  return crypto::TokenPin(std::move(pin));
}

}  // namespace

Result<std::shared_ptr<crypto::Token>> open_token(const Config& config, const Config::Environment& environment) {
  const std::string& module = config.text("keys.module");
  const std::string& token = config.text("keys.token");
  if (module.empty() && token.empty()) return std::shared_ptr<crypto::Token>{};
  if (module.empty()) return bad_config("a token needs its library", "keys.module", "a PKCS#11 library");
  if (token.empty()) return bad_config("which token?", "keys.token", "a label");
  return crypto::Token::open({module, token, TRY(pin_of(config, environment))});
}

Result<std::shared_ptr<crypto::Token>> open_token_of(const std::string& data) {
  return open_token(TRY(config_of_folder(data)), environment_variable);
}

Result<desk::SealKind> seal_kind_of(const Config& config) {
  if (config.text("keys.seal") != kHybridSeal) return desk::SealKind::CURVE;
  if (!config.text("keys.module").empty()) return bad_config("a security module makes no keys of this kind", "keys.seal", "curve, or no keys.module");
  if (!crypto::has_ml_kem()) return bad_config(std::string(crypto::kNoMlKem), "keys.seal", "curve, or OpenSSL 3.5 and later");
  return desk::SealKind::HYBRID;
}

std::string key_config_text(const KeySettings& settings) {
  std::string out = "[keys]\n";
  // A string of JSON is a basic string of TOML.
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += std::string(name) + " = " + json::compact(json::Value(value)) + "\n";
  };
  put("module", settings.module);
  put("token", settings.token);
  put("pin_file", settings.pin_file);
  put("seal", settings.seal);
  return out;
}

}  // namespace warifu::app

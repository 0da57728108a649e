#include "app/token_config.h"

#include <sys/stat.h>

#include "base/file.h"
#include "json/write.h"

namespace warifu::app {

namespace {

constexpr std::size_t kPinBytesMax = 256;
constexpr const char* kPinVariable = "WARIFU_KEYS_PIN";

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

std::string token_config_text(const std::string& module, const std::string& token, const std::string& pin_file) {
  // A string of JSON is a basic string of TOML.
  const auto quoted = [](const std::string& text) { return json::compact(json::Value(text)); };
  std::string out = "[keys]\nmodule = " + quoted(module) + "\ntoken = " + quoted(token) + "\n";
  if (!pin_file.empty()) out += "pin_file = " + quoted(pin_file) + "\n";
  return out;
}

}  // namespace warifu::app

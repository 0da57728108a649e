#pragma once
// The security module that the configuration names (`keys.…`).

#include <memory>

#include "app/config.h"
#include "crypto/pkcs11.h"

namespace warifu::app {

// Opened and logged in; null when none is configured. CONFIG for settings that do not belong together, or a PIN file that others can read.
[[nodiscard]] Result<std::shared_ptr<crypto::Token>> open_token(const Config& config, const Config::Environment& environment);
// The same for a command on a data folder: its warifu.toml when there is one, and the environment.
[[nodiscard]] Result<std::shared_ptr<crypto::Token>> open_token_of(const std::string& data);
// The file DIR/warifu.toml with these settings, for the commands that come after `warifu init`.
[[nodiscard]] std::string token_config_text(const std::string& module, const std::string& token, const std::string& pin_file);

}  // namespace warifu::app

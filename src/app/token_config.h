#pragma once
// What the configuration says of an organisation's keys (`keys.…`): the security module they lie in, and of which kind new seal keys are.

#include <memory>

#include "app/config.h"
#include "crypto/pkcs11.h"
#include "desk/keyring.h"

namespace warifu::app {

// Opened and logged in; null when none is configured. CONFIG for settings that do not belong together, or a PIN file that others can read.
[[nodiscard]] Result<std::shared_ptr<crypto::Token>> open_token(const Config& config, const Config::Environment& environment);
// The same for a command on a data folder: its warifu.toml when there is one, and the environment.
[[nodiscard]] Result<std::shared_ptr<crypto::Token>> open_token_of(const std::string& data);
// CONFIG for the hybrid where the library has no ML-KEM, and beside a security module, which has none either.
[[nodiscard]] Result<desk::SealKind> seal_kind_of(const Config& config);

// Those of the settings that `warifu init` was told, empty ones left out: the file DIR/warifu.toml for the commands that come after it.
struct KeySettings {
  std::string module, token, pin_file, seal;
};
[[nodiscard]] std::string key_config_text(const KeySettings& settings);

}  // namespace warifu::app

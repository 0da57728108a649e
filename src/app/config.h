#pragma once
// The configuration of a node: one table of settings, each with its key in the TOML file, its environment variable, its default and a
// sentence. Order of precedence: command line, environment, file, default. An unknown key, a wrong type or a value outside its range is
// refused with CONFIG and the key.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace warifu::app {

struct Setting {
  enum class Kind { TEXT, FLAG, NUMBER };
  std::string_view key;       // "tls.certificate"
  std::string_view fallback;  // the default as text
  Kind kind = Kind::TEXT;
  std::string_view expected;  // what it may be, for people
  std::string_view ja, en;
  [[nodiscard]] std::string variable() const;  // WARIFU_TLS_CERTIFICATE
};

[[nodiscard]] std::span<const Setting> settings();

class Config {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;
  // Without a file: defaults and environment.
  [[nodiscard]] static Result<Config> load(const std::optional<std::string>& file, const Environment& environment);
  [[nodiscard]] static Result<Config> parse(std::string_view toml, const Environment& environment);

  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] bool flag(std::string_view key) const { return text(key) == "true"; }
  [[nodiscard]] int number(std::string_view key) const;
  void set(std::string_view key, std::string value);  // from the command line

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// answers.file_megabytes in bytes.
[[nodiscard]] std::uint64_t file_bytes_max_of(const Config& config);
// For a command on a data folder: its warifu.toml when there is one, and the environment.
[[nodiscard]] Result<Config> config_of_folder(const std::string& data);

[[nodiscard]] std::optional<std::string> environment_variable(const std::string& name);
// A file with every setting at its default and its sentences as comments.
[[nodiscard]] std::string default_config_text();

}  // namespace warifu::app

#pragma once
// For tests: a security module in software (SoftHSM2), its token in a temporary folder. The library reads SOFTHSM2_CONF when it starts, so one
// TestTokens at a time in a process. It is a package that ./dev setup installs: a test that does not find it fails.

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "crypto/pkcs11.h"

namespace warifu::crypto::testing {

class TestTokens {
 public:
  static constexpr const char* kPin = "4711-0815";

  explicit TestTokens(const std::string& label) {
    std::string pattern = (std::filesystem::temp_directory_path() / "warifu-tokens-XXXXXX").string();
    CHECK_THAT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    std::filesystem::create_directory(folder_ / "tokens");
    const std::string conf =
        "directories.tokendir = " + (folder_ / "tokens").string() + "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
    CHECK_THAT(write_file_durably((folder_ / "softhsm2.conf").string(), bytes_of(conf), 0600).has_value());
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
    add(label);
  }
  ~TestTokens() {
    ::unsetenv("SOFTHSM2_CONF");
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TestTokens(const TestTokens&) = delete;
  TestTokens& operator=(const TestTokens&) = delete;

  void add(const std::string& label, const std::string& pin = kPin) const {
    const std::string command = "softhsm2-util --init-token --free --label '" + label + "' --so-pin 12345678 --pin " + pin + " >/dev/null 2>&1";
    CHECK_THAT(std::system(command.c_str()) == 0);
  }
  [[nodiscard]] TokenOptions options(const std::string& label, const std::string& pin = kPin) const { return {module(), label, TokenPin(pin)}; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  // Away: the folder of the tokens is carried off, and brought back. The library sees it when it is started anew.
  void take_away() const {
    carry_off();
    start_anew();
  }
  // In its place another one of this name, which wants another PIN.
  void take_away_for(const std::string& label, const std::string& pin) const {
    carry_off();
    add(label, pin);
    start_anew();
  }
  void bring_back() const {
    std::filesystem::remove_all(folder_ / "tokens");
    std::filesystem::rename(folder_ / "elsewhere", folder_ / "tokens");
    start_anew();
  }

  [[nodiscard]] static std::string module() {
    if (const char* given = std::getenv("WARIFU_TEST_PKCS11"); given != nullptr) return given;
    for (const char* place : {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                              "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so"})
      if (std::filesystem::exists(place)) return place;
    return "libsofthsm2.so";
  }

 private:
  void carry_off() const {
    std::filesystem::rename(folder_ / "tokens", folder_ / "elsewhere");
    std::filesystem::create_directory(folder_ / "tokens");
  }
  // As another part of the same process would (PKCS#11 2.40, section 5.4); with locks of the operating system.
  static void start_anew() {
    struct Arguments {
      void *create = nullptr, *destroy = nullptr, *lock = nullptr, *unlock = nullptr;
      unsigned long flags = 2;
      void* reserved = nullptr;
    } arguments;
    void* const library = ::dlopen(module().c_str(), RTLD_NOW | RTLD_LOCAL);
    CHECK_THAT(library != nullptr);
    CHECK_THAT(reinterpret_cast<unsigned long (*)(void*)>(::dlsym(library, "C_Finalize"))(nullptr) == 0);
    CHECK_THAT(reinterpret_cast<unsigned long (*)(void*)>(::dlsym(library, "C_Initialize"))(&arguments) == 0);
    ::dlclose(library);
  }

  std::filesystem::path folder_;
};

}  // namespace warifu::crypto::testing

#pragma once
// Secrets and confirmations from whoever sits at the terminal. A secret is typed without echo on /dev/tty, or read as one line of the
// standard input when the command was told so (for scripts); it never comes from an argument, which every process on the machine can read.

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/sensitive.h"

namespace warifu::app {

// Asks on the terminal. CONFIG when there is none.
[[nodiscard]] Result<Sensitive<std::string>> ask_secret(const std::string& question);
// The same twice; BAD_VALUE when the two differ.
[[nodiscard]] Result<Sensitive<std::string>> ask_new_secret(const std::string& question);
// The next line of the standard input without its line end. MISSING_FIELD at its end, TOO_LONG beyond 1024 bytes.
[[nodiscard]] Result<Sensitive<std::string>> read_secret_line();

// Shows how far a file has come, on one line of the error output, some times a second; does nothing where that is no terminal.
[[nodiscard]] std::function<void(std::uint64_t done, std::uint64_t of)> shown_progress(const std::string& name);

// A QR symbol on the standard output.
void print_qr(const std::string& text);

}  // namespace warifu::app

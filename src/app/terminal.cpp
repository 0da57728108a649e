#include "app/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>

#include "document/qr.h"

namespace warifu::app {

namespace {

constexpr std::size_t kSecretBytesMax = 1024;

// The terminal with its echo off, put back whatever happens.
class QuietTerminal {
 public:
  explicit QuietTerminal(int fd) : fd_(fd) {
    if (::tcgetattr(fd_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ECHONL;
    is_quiet_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  ~QuietTerminal() {
    if (is_quiet_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    ::close(fd_);
  }
  [[nodiscard]] bool is_quiet() const { return is_quiet_; }

 private:
  int fd_;
  termios before_{};
  bool is_quiet_ = false;
};

// Byte by byte, so that nothing after the line is swallowed.
Result<Sensitive<std::string>> read_line_from(int fd) {
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t got = ::read(fd, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Code::IO, "cannot read", "stdin");
    if (got == 0 && line.empty()) return fail(Code::MISSING_FIELD, "the input ended before the secret", "stdin");
    if (got == 0 || c == '\n') break;
    if (line.size() == kSecretBytesMax)
      return fail(Code::TOO_LONG, "a secret is one short line", "stdin", {{"max", std::to_string(kSecretBytesMax)}});
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  return Sensitive<std::string>(std::move(line));
}

}  // namespace

Result<Sensitive<std::string>> ask_secret(const std::string& question) {
  const int fd = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return fail(Code::CONFIG, "there is no terminal to ask on", "terminal", {{"expected", "--pin-stdin, --password-stdin"}});
  const QuietTerminal terminal(fd);
  if (!terminal.is_quiet()) return fail(Code::IO, "the terminal's echo cannot be switched off", "terminal");
  if (::write(fd, question.data(), question.size()) < 0) return fail(Code::IO, "cannot write to the terminal", "terminal");
  return read_line_from(fd);
}

Result<Sensitive<std::string>> ask_new_secret(const std::string& question) {
  Sensitive<std::string> first = TRY(ask_secret(question));
  const Sensitive<std::string> second = TRY(ask_secret("もう一度 / again: "));
  if (first.reveal() != second.reveal()) return fail(Code::BAD_VALUE, "the two differ", "terminal", {{"expected", "二度同じ / twice the same"}});
  return first;
}

Result<Sensitive<std::string>> read_secret_line() { return read_line_from(STDIN_FILENO); }

// Two rows of modules in one line of text, so that the symbol is square; black on white whatever the terminal's colours are.
std::function<void(std::uint64_t done, std::uint64_t of)> shown_progress(const std::string& name) {
  if (::isatty(STDERR_FILENO) == 0) return {};
  struct Shown {
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now(), last;
    bool is_over = false;
  };
  return [name, shown = std::make_shared<Shown>()](std::uint64_t done, std::uint64_t of) {
    constexpr auto kEvery = std::chrono::milliseconds(200);
    constexpr double kMegabyte = 1024.0 * 1024.0;
    const auto now = std::chrono::steady_clock::now();
    const bool is_last = of > 0 && done >= of;
    if (shown->is_over || done == 0 || (!is_last && now - shown->last < kEvery)) return;
    shown->last = now;
    shown->is_over = is_last;
    const double seconds = std::chrono::duration<double>(now - shown->began).count(), megabytes = static_cast<double>(done) / kMegabyte;
    const std::string share = of == 0 ? std::string() : std::to_string(done * 100 / of) + " %  ";
    std::fprintf(stderr, "\r%s  %s%.1f MB  %.1f MB/s\033[K%s", name.c_str(), share.c_str(), megabytes, seconds > 0 ? megabytes / seconds : 0.0,
                 is_last ? "\n" : "");
    std::fflush(stderr);
  };
}

void print_qr(const std::string& text) {
  const Result<document::QrSymbol> symbol = document::qr_symbol(text);
  if (!symbol) return;
  const int quiet = document::kQrQuietModules;
  const auto is_dark = [&](int x, int y) { return x >= 0 && y >= 0 && x < symbol->size && y < symbol->size && symbol->is_dark(x, y); };
  for (int y = -quiet; y < symbol->size + quiet; y += 2) {
    std::printf("\x1b[47;30m");
    for (int x = -quiet; x < symbol->size + quiet; ++x) {
      const bool upper = is_dark(x, y), lower = is_dark(x, y + 1);
      std::printf("%s", upper ? (lower ? "█" : "▀") : (lower ? "▄" : " "));
    }
    std::printf("\x1b[0m\n");
  }
}

}  // namespace warifu::app

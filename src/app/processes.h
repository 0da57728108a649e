#pragma once
// Processes that this one starts and ends: with its own program, their output in a file. None of them outlives it, however it ends.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace warifu::app {

class Process {
 public:
  // The same program with these arguments; `environment`: NAME=value, besides what this process has.
  [[nodiscard]] static Result<Process> start(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                                             const std::string& log_file);
  Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // SIGTERM, and SIGKILL after ten seconds

  [[nodiscard]] bool is_running();
  // Its exit code; TIMEOUT.
  Result<int> wait(std::chrono::milliseconds patience);
  void ask_to_end() const;                         // SIGTERM
  void kill_now();                                 // SIGKILL; it has ended when this returns
  [[nodiscard]] double processor_seconds() const;  // of all its threads, until now
  [[nodiscard]] std::uint64_t memory_peak_bytes() const;

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
  int status_ = 0;
};

// The most that this process has had in memory since it became this program (getrusage still knows what it was before); or another, by its id.
[[nodiscard]] std::uint64_t memory_peak_bytes(const std::string& process = "self");

// A free port of the loopback address below 32768, where the system itself gives none away.
[[nodiscard]] Result<std::uint16_t> free_port();

}  // namespace warifu::app

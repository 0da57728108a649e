#include "app/bench_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/time.h"

namespace warifu::app {

namespace {

std::string first_value(const char* path, std::string_view name) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name)) {
      const std::size_t at = line.find_first_of(":=");
      std::string value = line.substr(at == std::string::npos ? 0 : at + 1);
      std::erase(value, '"');
      std::erase(value, '\t');
      return value.substr(std::min(value.size(), value.find_first_not_of(' ')));
    }
  return {};
}

}  // namespace

Latency latency_of(std::string what, std::vector<double> seconds_each) {
  std::ranges::sort(seconds_each);
  const auto at = [&](double q) {
    return seconds_each.empty()
               ? 0
               : 1000 * seconds_each[std::min(seconds_each.size() - 1, static_cast<std::size_t>(q * static_cast<double>(seconds_each.size())))];
  };
  return {std::move(what), at(0.50), at(0.95), at(0.99), seconds_each.size()};
}

Machine machine_of(std::string command) {
  Machine out;
  out.processor = first_value("/proc/cpuinfo", "model name");
  out.system = first_value("/etc/os-release", "PRETTY_NAME");
  std::ifstream load("/proc/loadavg");
  std::getline(load, out.load);
  out.date = to_rfc3339_tokyo(Time::from_seconds(now_utc().seconds()));
  out.cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  out.memory_mib = static_cast<std::size_t>(std::strtoull(first_value("/proc/meminfo", "MemTotal").c_str(), nullptr, 10)) / 1024;
  out.command = std::move(command);
  return out;
}

double processor_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds_of = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

void print_machine(const Machine& machine, const char* store) {
  std::printf("%s; %s, %ld cores, %zu MiB, %s; load %s\n%s\n%s\n", store, machine.processor.c_str(), machine.cores, machine.memory_mib,
              machine.system.c_str(), machine.load.c_str(), machine.date.c_str(), machine.command.c_str());
}

}  // namespace warifu::app

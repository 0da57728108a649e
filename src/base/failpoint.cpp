#include "base/failpoint.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace warifu::failpoints {
namespace {

#ifdef WARIFU_TEST_BUILD
constexpr bool kIsTestBuild = true;
#else
constexpr bool kIsTestBuild = false;
#endif

constexpr const char* kVariable = "WARIFU_FAILPOINT";
constexpr std::string_view kAny = "any";
constexpr int kWaitMsMax = 600'000;

enum class Action { KILL, FAIL_IO, FAIL_FULL, WAIT };

struct Order {
  std::string name;
  std::optional<long> at = 1;  // nothing: every time
  Action action = Action::KILL;
  int wait_ms = 0;
  long reached = 0;
};

class Orders {
 public:
  Status add(std::string_view text);
  void clear();
  Status reach(std::string_view name, bool may_fail);

 private:
  std::mutex mutex_;
  std::vector<Order> orders_;
  std::string trace_;
};

// Never destroyed: other threads may pass a failpoint while the program ends.
Orders& orders() {
  static Orders* const made = std::make_unique<Orders>().release();
  return *made;
}

tl::unexpected<Error> no_order(std::string_view text) {
  return fail(Code::BAD_VALUE, "not an order for a failpoint", std::string(text), {{"expected", "NAME[#N]=kill|io|full|wait:MS or trace:FILE"}});
}

template <class Number>
bool read_number(std::string_view text, Number& value, Number max) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 && value <= max;
}

bool is_name(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_'; });
}

Result<Order> parse_order(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return no_order(text);
  std::string_view name = text.substr(0, equals);
  const std::string_view action = text.substr(equals + 1);
  Order order;
  if (const std::size_t hash = name.find('#'); hash != std::string_view::npos) {
    const std::string_view number = name.substr(hash + 1);
    long at = 0;
    if (number == "*")
      order.at.reset();
    else if (read_number(number, at, 1'000'000'000L))
      order.at = at;
    else
      return no_order(text);
    name = name.substr(0, hash);
  }
  if (!is_name(name)) return no_order(text);
  order.name = std::string(name);
  if (action == "kill")
    order.action = Action::KILL;
  else if (action == "io")
    order.action = Action::FAIL_IO;
  else if (action == "full")
    order.action = Action::FAIL_FULL;
  else if (action.starts_with("wait:") && read_number(action.substr(5), order.wait_ms, kWaitMsMax))
    order.action = Action::WAIT;
  else
    return no_order(text);
  return order;
}

Status Orders::add(std::string_view text) {
  std::vector<Order> added;
  std::string trace;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view one = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (one.starts_with("trace:") && one.size() > 6)
      trace = std::string(one.substr(6));
    else
      added.push_back(TRY(parse_order(one)));
  }
  const std::lock_guard lock(mutex_);
  std::move(added.begin(), added.end(), std::back_inserter(orders_));
  if (!trace.empty()) trace_ = trace;
  detail::is_armed = !orders_.empty() || !trace_.empty();
  return {};
}

void Orders::clear() {
  const std::lock_guard lock(mutex_);
  orders_.clear();
  trace_.clear();
  detail::is_armed = false;
}

// One line in one write, so that the lines of several threads and processes stay whole.
void append_line(const std::string& file, std::string_view name) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  const std::string line = std::string(name) + "\n";
  [[maybe_unused]] const ssize_t written = ::write(fd, line.data(), line.size());
  ::close(fd);
}

Status Orders::reach(std::string_view name, bool may_fail) {
  std::optional<Order> due;
  {
    const std::lock_guard lock(mutex_);
    if (!trace_.empty()) append_line(trace_, name);
    for (Order& order : orders_) {
      const bool fails = order.action == Action::FAIL_IO || order.action == Action::FAIL_FULL;
      if ((order.name != name && order.name != kAny) || (fails && !may_fail)) continue;
      ++order.reached;
      if (!due && (!order.at || *order.at == order.reached)) due = order;
    }
  }
  if (!due) return {};
  switch (due->action) {
    case Action::KILL:
      ::kill(::getpid(), SIGKILL);
      for (;;) ::pause();
    case Action::FAIL_IO: return fail(Code::IO, "ordered to fail: " + std::string(name));
    case Action::FAIL_FULL: return fail(Code::DISK_FULL, "ordered to find no space: " + std::string(name));
    case Action::WAIT: std::this_thread::sleep_for(std::chrono::milliseconds(due->wait_ms)); return {};
  }
  return {};
}

}  // namespace

namespace detail {
std::atomic<bool> is_armed = false;
Status reached(std::string_view name, bool may_fail) { return orders().reach(name, may_fail); }
}  // namespace detail

Status arm(std::string_view text) { return orders().add(text); }
void disarm() { orders().clear(); }

Status arm_from_environment(bool is_demo) {
  const char* text = std::getenv(kVariable);
  if (text == nullptr || *text == '\0') return {};
  if (!is_demo && !kIsTestBuild) return fail(Code::CONFIG, "failpoints are for demos and test builds", kVariable, {{"expected", "not set"}});
  return arm(text);
}

}  // namespace warifu::failpoints

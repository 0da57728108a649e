#pragma once
// What others can cause is kept and told up to a bound for each day (decision 0031): whoever sends more fills no store with it, and hides nothing.

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "base/time.h"

namespace warifu::member {

// So much in a day, and no more; on several threads.
class DailyBudget {
 public:
  DailyBudget(std::size_t count_max, std::size_t bytes_max) : count_max_(count_max), bytes_max_(bytes_max) {}
  [[nodiscard]] bool take(Time now, std::size_t bytes) {
    const std::int64_t day = now.seconds() / 86'400;
    const std::scoped_lock lock(mutex_);
    if (std::exchange(day_, day) != day) count_ = bytes_ = 0;
    if (count_ >= count_max_ || bytes > bytes_max_ - bytes_) return false;
    ++count_;
    bytes_ += bytes;
    return true;
  }

 private:
  const std::size_t count_max_, bytes_max_;
  std::mutex mutex_;
  std::int64_t day_ = 0;
  std::size_t count_ = 0, bytes_ = 0;
};

// What an incident is about that is told once a day of somebody, however often it happens.
[[nodiscard]] inline std::string day_of(const std::string& org, Time at) { return org + " " + tokyo_date(at).iso(); }

}  // namespace warifu::member

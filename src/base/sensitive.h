#pragma once
// Personal data and keys: no stream operator, no formatter, so that they cannot slip into a log; reading is spelled out at the place of use.

#include <string>
#include <string_view>
#include <utility>

namespace warifu {

// Overwrites memory in a way the compiler may not remove.
void wipe(void* memory, std::size_t size) noexcept;

template <class T>
class Sensitive {
 public:
  Sensitive() = default;
  explicit Sensitive(T value) : value_(std::move(value)) {}
  Sensitive(const Sensitive&) = default;
  Sensitive(Sensitive&&) noexcept = default;
  Sensitive& operator=(const Sensitive&) = default;
  Sensitive& operator=(Sensitive&&) noexcept = default;
  ~Sensitive() {
    if constexpr (requires(T& t) {
                    t.data();
                    t.size();
                  })
      wipe(value_.data(), value_.size() * sizeof(*value_.data()));
  }
  [[nodiscard]] const T& reveal() const { return value_; }
  auto operator<=>(const Sensitive&) const = default;

 private:
  T value_{};
};

}  // namespace warifu

#pragma once
// What went wrong in a round, by code: a batch holds many messages, and each of its codes is counted and told, not the last one for all.

#include <cstddef>
#include <map>

#include "base/error.h"

namespace warifu::member {

class Tally {
 public:
  struct Entry {
    std::size_t count = 0;
    Error last;
  };
  void add(const Error& error, std::size_t count = 1) {
    Entry& entry = by_code_[error.code];
    entry.count += count;
    entry.last = error;
  }
  void add(const Tally& other) {
    for (const auto& [code, entry] : other.by_code_) add(entry.last, entry.count);
  }
  [[nodiscard]] const std::map<Code, Entry>& by_code() const { return by_code_; }

 private:
  std::map<Code, Entry> by_code_;
};

}  // namespace warifu::member

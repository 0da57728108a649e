#pragma once
// Exactly once: a command with an Idempotency-Key leaves the answer that its repetition gets in the transaction of its act. Kept behind it, a
// store that dies between the two would let the repetition write a second time. Made by whoever takes the request, carried by the Caller.

#include "desk/store_port.h"

namespace warifu::desk {

class Once {
 public:
  // `record` names person, key, request and status; the answer and its time come with the commit. Without `keeps_answer` only the digest of the
  // request is kept.
  Once(IdempotencyRecord record, bool keeps_answer) : record_(std::move(record)), keeps_answer_(keeps_answer) {}

  // What the commit takes along. One command may write several times: the first of its commits that gets so far settles it.
  [[nodiscard]] IdempotencyRecord record(std::string answer, Time at) {
    record_.response = keeps_answer_ ? std::move(answer) : std::string();
    record_.at = at;
    return record_;
  }
  void commit_stands() { is_kept_ = true; }
  [[nodiscard]] bool is_kept() const { return is_kept_; }
  [[nodiscard]] const std::string& answer() const { return record_.response; }

 private:
  IdempotencyRecord record_;
  bool keeps_answer_;
  bool is_kept_ = false;
};

}  // namespace warifu::desk

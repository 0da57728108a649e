#pragma once
// Every node watches the hub's two logs and cosigns what it saw (C2SP tlog-cosignature): a log that goes on from the one it saw last, and nothing
// else. Compared and kept before the cosignature leaves the house. A log that became smaller, has another root at the same size, or does not go
// on from what was seen is LOG_FORKED: both checkpoints are kept as an incident, and the exchange stops until people have looked at it.

#include <functional>
#include <memory>
#include <mutex>

#include "desk/mailbox.h"
#include "member/log_files.h"

namespace warifu::member {

class Witness {
 public:
  struct Parts {
    desk::Mailbox& mailbox;
    std::shared_ptr<const note::Cosigner> cosigner;  // <org>/witness; null: looks without signing
    std::function<Time()> clock = now_utc;
  };
  Witness(Parts parts, LogFiles files, note::VerifierKey log_key) : parts_(std::move(parts)), files_(std::move(files)), key_(std::move(log_key)) {}

  // The newest checkpoint, verified against the last one. Errors of the line; SIGNATURE_…, BAD_NOTE: not a checkpoint of this log; LOG_FORKED.
  Result<desk::LogSeen> look();
  // Hands in a cosignature of what was seen last, when there is a new one or the last one is a minute old. Errors of the line.
  Status cosign();

  [[nodiscard]] LogFiles& files() { return files_; }

 private:
  Result<desk::LogSeen> compare(const std::optional<desk::LogSeen>& before, const std::string& raw);
  tl::unexpected<Error> forked(const desk::LogSeen& before, const std::string& raw, const char* why);

  Parts parts_;
  LogFiles files_;
  note::VerifierKey key_;
  std::mutex mutex_;
  std::optional<desk::LogSeen> seen_;
  std::string verified_;  // the checkpoint, as it came
  std::string cosigned_;  // the text
  Time cosigned_at_;
};

}  // namespace warifu::member

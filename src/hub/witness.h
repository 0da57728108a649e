#pragma once
// A witness by itself (C2SP tlog-witness): cosigns checkpoints of the logs that its policy file names, each only when it goes on from the last one.
//
//   DIR/witness.json    whose witness
//   DIR/logs.policy     the logs (tlog-policy: `log <vkey>`, one per line, and `quorum none`)
//   DIR/keys/           <org>_witness: a seed, mode 0600
//   DIR/witness.sqlite  what it has cosigned
//
// POST /add-checkpoint. The new state is persisted, by compare and swap against the one that was judged, before the answer leaves.

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "net/http.h"
#include "net/server.h"
#include "note/policy.h"
#include "party/organisation.h"
#include "store/folder_lock.h"
#include "store/hub_store.h"

namespace warifu::hub {

class WitnessHouse {
  struct Key {};

 public:
  // `policy`: the text of the policy file. CONFLICT when the folder is not empty.
  static Result<note::VerifierKey> create(const std::string& data, const party::OrganisationId& org, const std::string& policy);
  [[nodiscard]] static Result<std::unique_ptr<WitnessHouse>> open(const std::string& data, std::function<Time()> clock = now_utc);
  WitnessHouse(Key, note::Cosigner key, note::Policy policy, std::function<Time()> clock)
      : key_(std::move(key)), policy_(std::move(policy)), clock_(std::move(clock)) {}

  [[nodiscard]] net::Response handle(const net::Request& request);
  [[nodiscard]] const note::VerifierKey& key() const { return key_.verifier(); }

 private:
  Result<net::Response> add_checkpoint(const std::string& body);

  note::Cosigner key_;
  note::Policy policy_;
  std::function<Time()> clock_;
  std::optional<store::FolderLock> lock_;
  std::unique_ptr<store::HubStore> store_;
};

[[nodiscard]] bool is_witness_folder(const std::string& data);

}  // namespace warifu::hub

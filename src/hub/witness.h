#pragma once
// A witness by itself (C2SP tlog-witness): cosigns checkpoints of the logs that its policy file names, each only when it goes on from the last one.
//
//   DIR/witness.json    whose witness
//   DIR/logs.policy     the logs (tlog-policy: `log <vkey>`, one per line, and `quorum none`)
//   DIR/keys/           <org>_witness: a seed, mode 0600
//   DIR/witness.sqlite  what it has cosigned
//
// POST /add-checkpoint. The new state is persisted, by compare and swap against the one that was judged, before the answer leaves. Every answer is
// counted (GET /metrics, from this machine), and what is not cosigned is told: a checkpoint that does not go on from the last one is how a fork
// looks from here.

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "hub/server_figures.h"
#include "ledger/checkpoint.h"
#include "net/http.h"
#include "net/metrics.h"
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
  // For the operator's log: an event, the log's origin ("-" for one that is not known here), what was wrong.
  using Tell = std::function<void(std::string_view event, const std::string& of, const Error& error)>;
  [[nodiscard]] static Result<std::unique_ptr<WitnessHouse>> open(const std::string& data, std::function<Time()> clock = now_utc, Tell tell = {});
  WitnessHouse(Key, note::Cosigner key, note::Policy policy, std::function<Time()> clock, Tell tell)
      : key_(std::move(key)), policy_(std::move(policy)), clock_(std::move(clock)), tell_(std::move(tell)) {}

  [[nodiscard]] net::Response handle(const net::Request& request);
  [[nodiscard]] const note::VerifierKey& key() const { return key_.verifier(); }
  [[nodiscard]] ServerFigures& server_figures() { return server_figures_; }

 private:
  Status declare_figures();
  Result<net::Response> figures();
  Result<net::Response> route(const net::Request& request, std::string& origin);
  // `origin`: set to the log's, once it is one that is known here.
  Result<net::Response> add_checkpoint(const std::string& body, std::string& origin);
  Result<net::Response> judge(const ledger::AddCheckpoint& request, const note::VerifierKey& log);

  note::Cosigner key_;
  note::Policy policy_;
  std::function<Time()> clock_;
  Tell tell_;
  net::Metrics metrics_;
  ServerFigures server_figures_{metrics_};
  std::optional<store::FolderLock> lock_;
  std::unique_ptr<store::HubStore> store_;
};

[[nodiscard]] bool is_witness_folder(const std::string& data);

}  // namespace warifu::hub

#pragma once
// What `warifu audit` knows of the logs: each read whole, from entry to signed root and on from what was seen before, and beside it every message of
// a node, held against the place in the log that the hub promised for it. What is wrong becomes a finding; the reading goes on.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/node.h"
#include "exchange/key_log.h"
#include "exchange/network.h"
#include "json/value.h"
#include "ledger/log_check.h"

namespace warifu::app {

struct Finding {
  std::string code, organisation, about, ja, en;
};

// What was seen at the last visit, by origin.
using AuditMemory = std::map<std::string, ledger::Checkpoint>;

struct Audit {
  const AuditCommand& command;
  AuditMemory memory;
  std::vector<Finding> findings;
  json::Array logs, organisations;

  // The same twice is one finding.
  void find(std::string code, std::string organisation, std::string about, std::string ja, std::string en);
  void find(const Error& error, const std::string& organisation, const std::string& about);
};

[[nodiscard]] Result<AuditMemory> read_audit_memory(const std::string& file);
Status write_audit_memory(const std::string& file, const AuditMemory& memory);

// Both logs of a hub's folder, and every entry of the log of keys by its signatures.
Status audit_hub(Audit& audit, const std::string& folder);

// What a member's node is held against: its directory of keys, and the log of its messages where that can be read.
struct NodeEvidence {
  std::optional<exchange::KeyLog> keys;              // none: the replica does not hold, which is a finding
  note::Policy root;                                 // the logs that the network file names
  bool is_log_read = false;                          // every message was compared with its leaf
  std::map<MatterId, std::vector<Sha256>> received;  // the acts that came in messages which were not refused
};
// How many messages there are. A refused one is on record with its code, was answered with it and had no effect: it is told, and no finding.
struct MessageFigures {
  std::int64_t sent = 0, received = 0;
  std::map<std::string, std::int64_t> refused;  // by code, of those received
};
// Reads the logs (from a hub's folder that is audited with the node, else from the hub) and compares every message of this node with the leaf
// at the index that was promised: ACT_WITHOUT_LEAF, PROMISE_BROKEN, LEAF_DIFFERS.
[[nodiscard]] Result<NodeEvidence> audit_member_logs(Audit& audit, Node& node);

// What came, by matter, for the two below.
[[nodiscard]] Result<MessageFigures> read_messages(const Hosted& hosted, NodeEvidence& evidence);

// How acts of one matter crossed: each message by envelope, manifest, promise, proof and acts (EVIDENCE_INVALID), every shared act in a message
// (ACT_WITHOUT_LEAF), every act of a message here, waiting for others, or named by the house's receipt of a purge (LEAF_WITHOUT_ACT), and every
// missing text named by such a receipt (PURGE_WITHOUT_RECEIPT).
Status audit_crossings(Audit& audit, const Hosted& hosted, const exchange::Network& network, const NodeEvidence& evidence, const MatterId& matter,
                       const std::vector<inquiry::SignedAct>& acts);

// Messages of acts whose matter is not here (LEAF_WITHOUT_ACT).
Status audit_messages(Audit& audit, const Hosted& hosted, const NodeEvidence& evidence, const std::set<MatterId>& matters);

}  // namespace warifu::app

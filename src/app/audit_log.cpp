#include "app/audit_log.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "exchange/crossing.h"
#include "exchange/evidence.h"
#include "hub/hub.h"
#include "json/codec.h"
#include "json/write.h"
#include "member/hub_client.h"
#include "member/log_files.h"

namespace warifu::app {

using exchange::MessageId;

namespace {

constexpr std::size_t kFileMax = 32 * 1024 * 1024;
constexpr std::size_t kMessagesMax = 1'000'000;
constexpr Duration kLogSlack = minutes(1);  // beyond what the hub promised: clocks differ

// ── a log ──

struct LogSource {
  note::VerifierKey key;
  ledger::ReadFile read;
  std::optional<ledger::Checkpoint> seen;  // by the node itself, at whatever hour it looked last
};

struct ReadLog {
  std::uint64_t size = 0;
  std::uint64_t size_before = 0;  // the largest that was ever seen here
};

// Whether a log that holds by itself goes on from what the node saw of it.
Status check_goes_on(const LogSource& log, const ledger::Checkpoint& head) {
  if (!log.seen || log.seen->size == 0) return {};
  const auto forked = [&](const char* why) { return fail(Code::LOG_FORKED, why, log.key.name); };
  if (head.size < log.seen->size) return forked("the log is smaller than the node has seen it");
  const ledger::Proof proof = TRY(ledger::TileReader(head.size, log.read).consistency(log.seen->size));
  if (!ledger::verify_consistency(log.seen->size, log.seen->root, head.size, head.root, proof)) return forked("the node has seen another log");
  return {};
}

// One log read whole; the entries go to `visit`, from the first again when the log has to be read a second time. Nothing when it cannot be read.
// What was seen before stays remembered.
std::optional<ReadLog> read_log(Audit& audit, const LogSource& log, const ledger::VisitEntry& visit) {
  const auto before = audit.memory.find(log.key.name);
  const std::optional<ledger::Checkpoint> remembered = before == audit.memory.end() ? std::nullopt : std::optional(before->second);
  Result<ledger::LogCheck> checked = ledger::check_log(log.read, log.key, remembered, visit);
  Status goes_on;
  if (!checked) goes_on = tl::unexpected<Error>(checked.error());
  // A log that goes back is read all the same: what it holds now is held against the messages.
  if (!checked && checked.error().code == Code::LOG_FORKED) checked = ledger::check_log(log.read, log.key, {}, visit);
  if (checked && goes_on) goes_on = check_goes_on(log, checked->head);
  if (!goes_on) audit.find(goes_on.error(), {}, log.key.name);
  if (!checked) return std::nullopt;
  const ReadLog out{checked->head.size, std::max(remembered ? remembered->size : 0, log.seen ? log.seen->size : 0)};
  if (!goes_on) return out;
  const bool is_told = std::ranges::any_of(audit.logs, [&](const json::Value& one) { return member_text(one, "origin") == log.key.name; });
  if (!is_told)
    audit.logs.push_back(json::Object{{"origin", log.key.name},
                                      {"size", static_cast<std::int64_t>(checked->head.size)},
                                      {"since", remembered ? json::Value(static_cast<std::int64_t>(remembered->size)) : json::Value(nullptr)},
                                      {"unverified_lines", static_cast<std::int64_t>(checked->note.signatures.size() - 1)}});
  audit.memory[log.key.name] = checked->head;
  return out;
}

void read_key_log(Audit& audit, const exchange::Network& network, const LogSource& log) {
  std::vector<std::string> entries;
  (void)read_log(audit, log, [&](std::uint64_t index, const std::string& entry) -> Status {
    if (index == 0) entries.clear();
    entries.push_back(entry);
    return {};
  });
  if (const Result<exchange::KeyLog> keys = exchange::KeyLog::create(entries, network.admitters); !keys)
    audit.find(keys.error(), {}, network.keys.name + " " + keys.error().where);
}

Result<exchange::Network> network_of(const std::string& hub_folder) {
  return exchange::Network::parse(TRY(read_file(hub_folder + "/network", kFileMax)));
}

ledger::ReadFile files_of(const std::string& hub_folder, const std::string& log) {
  return [root = hub_folder + "/logs/" + log](const std::string& path) { return read_file(root + "/" + path, kFileMax); };
}

// ── the messages of a node ──

struct Promised {
  bool has_acts = false;
  std::uint64_t index = 0;
  Sha256 leaf;
  Time at;
};

class PromisedLeaves {
 public:
  PromisedLeaves(Audit& audit, const Hosted& hosted, const exchange::Network& network) : audit_(audit), hosted_(hosted), network_(network) {}

  // Every message: what was purged since, and what was refused, was promised a place all the same. What came without a good promise was refused for
  // it, and promised nothing.
  Status collect() {
    const desk::Mailbox& mailbox = *hosted_.mailbox;
    for (const desk::MessageOut& out : TRY(mailbox.newest_messages(kMessagesMax)))
      if (out.promise) add(out.id, out.envelope, *out.promise, out.type == exchange::MessageType::acts);
    for (const desk::MessageIn& in : TRY(mailbox.newest_received(kMessagesMax)))
      if (in.promised > Time{}) add(in.id, in.envelope, in.promise, in.type == exchange::MessageType::acts && in.code.empty());
    return {};
  }

  [[nodiscard]] bool is_wanted(std::uint64_t index) const { return wanted_.contains(index); }

  // `there`: the leaves of the log at the places that are wanted.
  void compare(const std::map<std::uint64_t, Sha256>& there, const ReadLog& log) const {
    const std::string org = hosted_.organisation.id.text();
    const Time overdue = now_utc() - seconds(network_.promise_seconds) - kLogSlack;
    for (const auto& [id, promised] : promised_) {
      const auto found = there.find(promised.index);
      if (found != there.end() && found->second != promised.leaf)
        audit_.find("LEAF_DIFFERS", org, id.hex(), "この通信に約束された記録簿の場所に、別の記載があります。",
                    "Another leaf stands at the place in the log that was promised for this message.");
      if (found != there.end()) continue;
      // It may be on its way; not when the log was longer before, or when the promise has run out.
      if (promised.index >= log.size_before && promised.at >= overdue) continue;
      if (promised.has_acts)
        audit_.find("ACT_WITHOUT_LEAF", org, id.hex(), "手続記録を運んだ通信が、約束された場所の記録簿にありません。",
                    "A message that carried acts does not stand in the log where it was promised.");
      else
        audit_.find("PROMISE_BROKEN", org, id.hex(), "中継者が約束した時間内に、記録簿への記載がありません。",
                    "The hub did not log this message within the time it promised.");
    }
  }

 private:
  void add(MessageId id, const std::string& envelope, const std::string& promise, bool has_acts) {
    const Result<note::Note> note = note::Note::parse(envelope);
    const Result<exchange::Envelope> outer = note ? exchange::Envelope::parse(note->text) : tl::unexpected<Error>(note.error());
    const Result<exchange::Promise> checked =
        outer ? exchange::check_promise(promise, *outer, network_.log.name, std::vector{network_.sign}) : tl::unexpected<Error>(outer.error());
    if (!checked)
      return audit_.find("EVIDENCE_INVALID", hosted_.organisation.id.text(), id.hex(),
                         "この通信の控えと中継者の約束が一致しません(" + checked.error().where + ")。",
                         "What is kept of this message and the hub's promise do not fit: " + checked.error().message + ".");
    promised_[id] = {has_acts, checked->index, checked->leaf, checked->at};
    wanted_.insert(checked->index);
  }

  Audit& audit_;
  const Hosted& hosted_;
  const exchange::Network& network_;
  std::map<MessageId, Promised> promised_;
  std::set<std::uint64_t> wanted_;
};

// What the node saw of a log when it looked last.
Result<std::optional<ledger::Checkpoint>> seen_by(const Hosted& hosted, exchange::LogName log, const note::VerifierKey& key) {
  const std::optional<desk::LogSeen> seen = TRY(hosted.mailbox->log_seen(log));
  return seen ? std::optional(ledger::Checkpoint{key.name, seen->size, seen->root}) : std::nullopt;
}

// The folder of this very exchange among those that are audited.
std::optional<std::string> hub_folder_of(const AuditCommand& command, const exchange::Network& network) {
  for (const std::string& folder : command.data)
    if (hub::is_hub_folder(folder))
      if (const Result<exchange::Network> other = network_of(folder); other && *other == network) return folder;
  return std::nullopt;
}

// True when the log of messages could be read, and every message of the node was compared.
Result<bool> read_member_logs(Audit& audit, const Hosted& hosted, const exchange::Network& network, const ledger::ReadFile& messages,
                              const ledger::ReadFile& keys) {
  read_key_log(audit, network, {network.keys, keys, TRY(seen_by(hosted, exchange::LogName::keys, network.keys))});
  PromisedLeaves promised(audit, hosted, network);
  TRY(promised.collect());
  std::map<std::uint64_t, Sha256> there;
  const std::optional<ReadLog> log = read_log(audit, {network.log, messages, TRY(seen_by(hosted, exchange::LogName::messages, network.log))},
                                              [&](std::uint64_t index, const std::string& entry) -> Status {
                                                if (promised.is_wanted(index)) there[index] = ledger::leaf_hash(bytes_of(entry));
                                                return {};
                                              });
  if (log) promised.compare(there, *log);
  return log.has_value();
}

}  // namespace

void Audit::find(std::string code, std::string organisation, std::string about, std::string ja, std::string en) {
  const bool is_told =
      std::ranges::any_of(findings, [&](const Finding& one) { return one.code == code && one.organisation == organisation && one.about == about; });
  if (!is_told) findings.push_back({std::move(code), std::move(organisation), std::move(about), std::move(ja), std::move(en)});
}

void Audit::find(const Error& error, const std::string& organisation, const std::string& about) {
  find(std::string(sentence(error.code).name), organisation, about.empty() ? error.where : about, sentence_ja(error), sentence_en(error));
}

Result<AuditMemory> read_audit_memory(const std::string& file) {
  AuditMemory out;
  const Result<std::string> text = read_file(file, kFileMax);
  if (!text) return out;  // the first visit
  for (const auto& note : TRY(json::decode_text<std::vector<std::string>>(*text))) {
    ledger::Checkpoint seen = TRY(ledger::Checkpoint::parse(note));
    out[seen.origin] = std::move(seen);
  }
  return out;
}

Status write_audit_memory(const std::string& file, const AuditMemory& memory) {
  std::vector<std::string> notes;
  for (const auto& [origin, seen] : memory) notes.push_back(seen.text());
  return write_file_durably(file, bytes_of(json::pretty(json::encode(notes))), 0600);
}

Status audit_hub(Audit& audit, const std::string& folder) {
  const exchange::Network network = TRY(network_of(folder));
  (void)read_log(audit, {network.log, files_of(folder, "log"), {}}, {});
  read_key_log(audit, network, {network.keys, files_of(folder, "keys"), {}});
  return {};
}

Result<NodeEvidence> audit_member_logs(Audit& audit, Node& node) {
  const exchange::Network& network = *node.network();
  const Hosted& hosted = *node.hosted().front();  // a member hosts one organisation
  NodeEvidence out;
  out.root.logs = {{network.log, {}}, {network.keys, {}}};
  out.root.quorum = "none";
  if (Result<exchange::KeyLog> keys = exchange::KeyLog::create(TRY(node.directory().entries()), network.admitters))
    out.keys = std::move(*keys);
  else
    audit.find(keys.error(), hosted.organisation.id.text(), network.keys.name + " " + keys.error().where);

  if (const std::optional<std::string> folder = hub_folder_of(audit.command, network)) {
    out.is_log_read = TRY(read_member_logs(audit, hosted, network, files_of(*folder, "log"), files_of(*folder, "keys")));
    return out;
  }
  if (audit.command.offline) return out;
  const std::string& own = node.options().data;
  member::HubClient hub({.network = network, .certificate_file = own + "/tls.crt", .key_file = own + "/tls.key"});
  if (const Result<std::string> there = hub.log_file(exchange::LogName::messages, "checkpoint"); !there) {
    audit.find(there.error(), {}, network.log.name);
    return out;
  }
  member::LogFiles messages(hub, exchange::LogName::messages), keys(hub, exchange::LogName::keys);
  out.is_log_read = TRY(read_member_logs(audit, hosted, network, messages.reader(), keys.reader()));
  return out;
}

namespace {

// The acts of a matter that are here, those among them that wait for others, and those that the house's own receipts of a purge name.
struct ActsHere {
  std::vector<inquiry::SignedAct> all;
  std::set<Sha256> erased;

  [[nodiscard]] const inquiry::SignedAct* find(const Sha256& hash) const {
    const auto found = std::ranges::find(all, hash, &inquiry::SignedAct::hash);
    return found == all.end() ? nullptr : &*found;
  }
};

Result<ActsHere> acts_here(const Hosted& hosted, const MatterId& matter, const std::vector<inquiry::SignedAct>& acts) {
  ActsHere out{acts, exchange::erased_texts(acts, hosted.organisation.id)};
  for (inquiry::SignedAct& waiting : TRY(hosted.store->held_acts(matter))) out.all.push_back(std::move(waiting));
  return out;
}

// What a message carried is here, or its purge is on record: an act that had to wait may have been purged before it ever stood among the others.
void expect_here(Audit& audit, const std::string& org, const ActsHere& here, const Sha256& hash) {
  if (here.find(hash) == nullptr && !here.erased.contains(hash))
    audit.find("LEAF_WITHOUT_ACT", org, hash.hex(), "組織の間を渡った通信に、手元にない手続記録が含まれています。",
               "A message that crossed carries an act that is not here.");
}

// The acts that a message carried, as they stand here; nothing when one is missing.
std::optional<std::vector<inquiry::SignedAct>> carried_by(const exchange::Crossing& crossing, const ActsHere& here) {
  std::vector<inquiry::SignedAct> out;
  for (const Sha256& hash : crossing.acts) {
    const inquiry::SignedAct* act = here.find(hash);
    if (act == nullptr) return std::nullopt;
    out.push_back(*act);
  }
  return out;
}

void audit_crossing(Audit& audit, const std::string& org, const exchange::Crossing& crossing, const NodeEvidence& evidence, Time overdue,
                    const std::vector<inquiry::SignedAct>& carried) {
  const Result<exchange::CheckedCrossing> checked = exchange::check_crossing(crossing, carried, *evidence.keys, evidence.root);
  if (!checked) {
    const Result<note::Note> note = note::Note::parse(crossing.envelope);
    const Result<exchange::Envelope> outer = note ? exchange::Envelope::parse(note->text) : tl::unexpected<Error>(note.error());
    return audit.find("EVIDENCE_INVALID", org, outer ? outer->id.hex() : carried.front().hash.hex(),
                      "手続記録を運んだ通信の証拠が確認できません(" + checked.error().where + ")。",
                      "The evidence of how acts crossed does not hold (" + checked.error().where + "): " + checked.error().message + ".");
  }
  // Where the log was read, it has been asked itself.
  if (!evidence.is_log_read && !checked->log_size && checked->promised < overdue)
    audit.find("PROMISE_BROKEN", org, checked->message.hex(), "中継者が約束した時間内に、記録簿への記載がありません。",
               "The hub did not log this message within the time it promised.");
}

}  // namespace

Status audit_crossings(Audit& audit, const Hosted& hosted, const exchange::Network& network, const NodeEvidence& evidence, const MatterId& matter,
                       const std::vector<inquiry::SignedAct>& acts) {
  const std::string org = hosted.organisation.id.text();
  const Time overdue = now_utc() - seconds(network.promise_seconds) - kLogSlack;
  const ActsHere here = TRY(acts_here(hosted, matter, acts));
  std::set<Sha256> carried;
  for (const exchange::Crossing& crossing : TRY(hosted.mailbox->crossings(matter))) {
    carried.insert(crossing.acts.begin(), crossing.acts.end());
    const std::optional<std::vector<inquiry::SignedAct>> all = carried_by(crossing, here);
    if (all && evidence.keys) audit_crossing(audit, org, crossing, evidence, overdue, *all);
  }
  std::set<Sha256> sent;
  for (const desk::OutboxRow& row : TRY(hosted.store->outbox_of(matter)))
    if (row.delivered) sent.insert(row.act);
  std::set<Sha256> crossed = sent;
  if (const auto received = evidence.received.find(matter); received != evidence.received.end())
    crossed.insert(received->second.begin(), received->second.end());
  for (const Sha256& hash : crossed) expect_here(audit, org, here, hash);
  for (const inquiry::SignedAct& act : acts) {
    if (!act.body && !here.erased.contains(act.hash))
      audit.find("PURGE_WITHOUT_RECEIPT", org, act.hash.hex(), "本文がありませんが、消去の記録のどれにも記されていません。",
                 "The text of an act is gone, and no receipt of a purge names it.");
    if (!act.is_shared() || !act.body || carried.contains(act.hash)) continue;  // without its text the leaf has lost its meaning
    if (act.act.org == hosted.organisation.id && !sent.contains(act.hash)) continue;
    audit.find("ACT_WITHOUT_LEAF", org, act.hash.hex(), "組織の間を渡った手続記録が、記録簿のどこにもありません。",
               "An act that crossed between organisations stands nowhere in the log.");
  }
  return {};
}

Status audit_messages(Audit& audit, const Hosted& hosted, const NodeEvidence& evidence, const std::set<MatterId>& matters) {
  const std::string org = hosted.organisation.id.text();
  for (const desk::MessageOut& message : TRY(hosted.mailbox->newest_messages(kMessagesMax)))
    if (message.type == exchange::MessageType::acts && !matters.contains(message.matter))
      audit.find("LEAF_WITHOUT_ACT", org, message.id.hex(), "送付した通信の案件が手元にありません。",
                 "The matter of a message that was sent is not here.");
  // Of a matter that has not begun here, what waits for its beginning.
  for (const auto& [matter, acts] : evidence.received) {
    if (matters.contains(matter)) continue;
    const ActsHere here = TRY(acts_here(hosted, matter, {}));
    for (const Sha256& hash : acts) expect_here(audit, org, here, hash);
  }
  return {};
}

Result<MessageFigures> read_messages(const Hosted& hosted, NodeEvidence& evidence) {
  MessageFigures out;
  for (const desk::MessageOut& message : TRY(hosted.mailbox->newest_messages(kMessagesMax)))
    if (message.promise) ++out.sent;
  for (const desk::MessageIn& message : TRY(hosted.mailbox->newest_received(kMessagesMax))) {
    ++out.received;
    if (!message.code.empty()) ++out.refused[message.code];
    if (!message.code.empty() || !message.matter || message.type != exchange::MessageType::acts) continue;
    std::vector<Sha256>& acts = evidence.received[*message.matter];
    acts.insert(acts.end(), message.acts.begin(), message.acts.end());
  }
  return out;
}

}  // namespace warifu::app

// `warifu audit`: the books of a folder held against themselves and against the logs, as somebody from outside would. A hub's folder: both logs read
// whole, from entry to signed root, and on from the last visit; the log of keys replayed. A node's folder: the log it belongs to followed,
// projections against the fold (what every statistic is counted from), registers, views, statements, and every shared act against its leaf. Writes
// nothing but its own memory of what it saw.

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "app/commands.h"
#include "app/node.h"
#include "base/file.h"
#include "exchange/key_log.h"
#include "exchange/network.h"
#include "hub/hub.h"
#include "json/codec.h"
#include "ledger/log_check.h"
#include "member/hub_client.h"
#include "member/log_files.h"
#include "report/period.h"

namespace warifu::app {

namespace {

constexpr std::size_t kFileMax = 32 * 1024 * 1024;
constexpr std::size_t kMessagesMax = 1'000'000;
constexpr Duration kLogSlack = minutes(1);  // beyond what the hub promised: clocks differ

struct Finding {
  std::string code, organisation, about, ja, en;
};

// What was seen at the last visit, by origin.
using Memory = std::map<std::string, ledger::Checkpoint>;

struct Audit {
  const AuditCommand& command;
  Memory memory;
  std::vector<Finding> findings;
  json::Array logs, organisations;

  void find(std::string code, std::string organisation, std::string about, std::string ja, std::string en) {
    findings.push_back({std::move(code), std::move(organisation), std::move(about), std::move(ja), std::move(en)});
  }
  void find(const Error& error, const std::string& organisation, const std::string& about) {
    find(std::string(sentence(error.code).name), organisation, about.empty() ? error.where : about, sentence_ja(error), sentence_en(error));
  }
};

Result<Memory> read_memory(const std::string& file) {
  Memory out;
  const Result<std::string> text = read_file(file, kFileMax);
  if (!text) return out;  // the first visit
  for (const auto& note : TRY(json::decode_text<std::vector<std::string>>(*text))) {
    ledger::Checkpoint seen = TRY(ledger::Checkpoint::parse(note));
    out[seen.origin] = std::move(seen);
  }
  return out;
}

Status write_memory(const std::string& file, const Memory& memory) {
  std::vector<std::string> notes;
  for (const auto& [origin, seen] : memory) notes.push_back(seen.text());
  return write_file_durably(file, bytes_of(json::pretty(json::encode(notes))), 0600);
}

// One log read whole; the entries go to `visit`. What is wrong is a finding, and what was seen before stays remembered.
void read_log(Audit& audit, const note::VerifierKey& key, const ledger::ReadFile& read, const ledger::VisitEntry& visit) {
  const auto before = audit.memory.find(key.name);
  const std::optional<ledger::Checkpoint> last = before == audit.memory.end() ? std::nullopt : std::optional(before->second);
  const Result<ledger::LogCheck> checked = ledger::check_log(read, key, last, visit);
  if (!checked) return audit.find(checked.error(), {}, key.name);
  audit.logs.push_back(json::Object{{"origin", key.name},
                                    {"size", static_cast<std::int64_t>(checked->head.size)},
                                    {"since", last ? json::Value(static_cast<std::int64_t>(last->size)) : json::Value(nullptr)},
                                    {"cosignatures", static_cast<std::int64_t>(checked->note.signatures.size() - 1)}});
  audit.memory[key.name] = checked->head;
}

void read_logs(Audit& audit, const exchange::Network& network, const ledger::ReadFile& messages, const ledger::ReadFile& keys) {
  read_log(audit, network.log, messages, {});
  std::vector<std::string> entries;
  read_log(audit, network.keys, keys, [&](std::uint64_t, const std::string& entry) -> Status {
    entries.push_back(entry);
    return {};
  });
  if (const Result<exchange::KeyLog> log = exchange::KeyLog::create(entries, network.admitters); !log)
    audit.find(log.error(), {}, network.keys.name + " " + log.error().where);
}

Status audit_hub(Audit& audit, const std::string& folder) {
  const exchange::Network network = TRY(exchange::Network::parse(TRY(read_file(folder + "/network", kFileMax))));
  const auto files = [&](const char* log) -> ledger::ReadFile {
    return [root = folder + "/logs/" + log](const std::string& path) { return read_file(root + "/" + path, kFileMax); };
  };
  read_logs(audit, network, files("log"), files("keys"));
  return {};
}

void follow_hub(Audit& audit, const Node& node) {
  const std::string& folder = node.options().data;
  member::HubClient hub({.network = *node.network(), .certificate_file = folder + "/tls.crt", .key_file = folder + "/tls.key"});
  member::LogFiles messages(hub, exchange::LogName::messages), keys(hub, exchange::LogName::keys);
  if (const Result<std::string> there = hub.log_file(exchange::LogName::messages, "checkpoint"); !there) {
    audit.find(there.error(), {}, node.network()->log.name);
    return;
  }
  read_logs(audit, *node.network(), messages.reader(), keys.reader());
}

// ── one organisation ──

// Every act that crossed stands in a message that the log holds, and every message of ours carries acts that are here.
Status audit_crossings(Audit& audit, const Hosted& hosted, const Node& node, const MatterId& matter, const std::vector<inquiry::SignedAct>& acts) {
  const std::string org = hosted.organisation.id.text();
  const Time overdue = now_utc() - seconds(node.network()->promise_seconds) - kLogSlack;
  std::set<Sha256> carried;
  for (const exchange::Crossing& crossing : TRY(hosted.mailbox->crossings(matter))) {
    carried.insert(crossing.acts.begin(), crossing.acts.end());
    for (const Sha256& act : crossing.acts)
      if (std::ranges::find(acts, act, &inquiry::SignedAct::hash) == acts.end())
        audit.find("LEAF_WITHOUT_ACT", org, act.hex(), "送付した通信に、手元にない手続記録が含まれています。",
                   "A message carries an act that is not here.");
    const note::Note note = TRY(note::Note::parse(crossing.promise));
    const exchange::Promise promise = TRY(exchange::Promise::parse(note.text));
    if (!crossing.proof && promise.at < overdue)
      audit.find("PROMISE_BROKEN", org, promise.message.hex(), "中継者が約束した時間内に、記録簿への記載がありません。",
                 "The hub did not log this message within the time it promised.");
  }
  std::set<Sha256> sent;
  for (const desk::OutboxRow& row : TRY(hosted.store->outbox_of(matter)))
    if (row.delivered) sent.insert(row.act);
  for (const inquiry::SignedAct& act : acts) {
    if (!act.is_shared() || !act.body || carried.contains(act.hash)) continue;  // without its text the leaf has lost its meaning
    if (act.act.org == hosted.organisation.id && !sent.contains(act.hash)) continue;
    audit.find("ACT_WITHOUT_LEAF", org, act.hash.hex(), "組織の間を渡った手続記録が、記録簿のどこにもありません。",
               "An act that crossed between organisations stands nowhere in the log.");
  }
  return {};
}

Status audit_messages(Audit& audit, const Hosted& hosted, const std::set<MatterId>& matters) {
  for (const desk::MessageOut& message : TRY(hosted.mailbox->newest_messages(kMessagesMax)))
    if (message.type == exchange::MessageType::acts && !matters.contains(message.matter))
      audit.find("LEAF_WITHOUT_ACT", hosted.organisation.id.text(), message.id.hex(), "送付した通信の案件が手元にありません。",
                 "The matter of a message that was sent is not here.");
  for (const desk::Incident& incident : TRY(hosted.mailbox->incidents(true, kMessagesMax)))
    audit.find(incident.code, hosted.organisation.id.text(), incident.about,
               "確認されていない異常があります。`warifu incidents` で内容を見てください。",
               "An incident nobody has examined yet: see `warifu incidents`.");
  return {};
}

bool is_of_books(report::AuditRule rule) {
  return rule == report::AuditRule::SERIAL_GAP || rule == report::AuditRule::VIEW_WITHOUT_REASON || rule == report::AuditRule::STATEMENT_UNKNOWN;
}

// Registers, views and statements, by the rules of the inspection; what those ask people about their habits is for the auditor's desk.
Status audit_books(Audit& audit, const Hosted& hosted, const std::vector<report::Month>& months) {
  std::optional<desk::Caller> auditor;
  for (const party::Person& person : TRY(hosted.office->people()))
    if (person.is_active && person.has(party::Role::AUDITOR)) auditor = desk::Caller{.person = person.id, .role = party::Role::AUDITOR};
  if (!auditor) {
    audit.find("ROLE_MISSING", hosted.organisation.id.text(), "AUDITOR", "監察の担当者がいません。登録してください。",
               "Nobody holds the role of auditor. Enter somebody.");
    return {};
  }
  std::set<std::pair<std::string, std::string>> told;  // the same in two months is one finding
  for (const report::Month& month : months)
    for (const desk::AuditFindingView& finding : TRY(hosted.office->audit(*auditor, month)).findings) {
      const std::string code(enum_text(finding.rule));
      if (is_of_books(finding.rule) && told.insert({code, finding.en}).second)
        audit.find(code, hosted.organisation.id.text(), month.text(), finding.ja, finding.en);
    }
  return {};
}

Status audit_organisation(Audit& audit, const Node& node, const Hosted& hosted, const std::vector<report::Month>& months) {
  const std::string org = hosted.organisation.id.text();
  if (const std::size_t differing = TRY(hosted.office->rebuild(true)); differing > 0)
    audit.find("PROJECTION_DIFFERS", org, std::to_string(differing),
               "一覧や統計の元になる表が、手続記録と食い違っています。`warifu rebuild` で作り直してください。",
               "Rows that lists and statistics are made from differ from the acts. Rebuild them: `warifu rebuild`.");
  TRY(audit_books(audit, hosted, months));
  std::set<MatterId> matters;
  std::size_t acts_read = 0;
  TRY(hosted.store->each_matter([&](const MatterId& matter) -> Status {
    matters.insert(matter);
    const std::vector<inquiry::SignedAct> acts = TRY(hosted.store->acts(matter));
    acts_read += acts.size();
    return node.network() ? audit_crossings(audit, hosted, node, matter, acts) : Status{};
  }));
  if (node.network()) TRY(audit_messages(audit, hosted, matters));
  audit.organisations.push_back(
      json::Object{{"id", org}, {"matters", static_cast<std::int64_t>(matters.size())}, {"acts", static_cast<std::int64_t>(acts_read)}});
  return {};
}

Status audit_node(Audit& audit, const std::string& folder, const std::vector<report::Month>& months) {
  const std::unique_ptr<Node> node = TRY(open_node(folder, false));
  if (node->network() && !audit.command.offline) follow_hub(audit, *node);
  for (const Hosted* hosted : node->hosted()) TRY(audit_organisation(audit, *node, *hosted, months));
  return {};
}

Result<std::vector<report::Month>> months_of(const std::vector<std::string>& given) {
  std::vector<report::Month> out;
  for (const std::string& text : given) out.push_back(TRY(report::Month::parse(text)));
  if (!out.empty()) return out;
  const Time now = now_utc();
  return std::vector<report::Month>{report::Month::of(report::Month::of(now).begin() - days(1)), report::Month::of(now)};
}

Result<json::Value> audit_all(const AuditCommand& command) {
  const std::vector<report::Month> months = TRY(months_of(command.months));
  const std::string file = command.state.empty() ? command.data.front() + "/audit-state.json" : command.state;
  Audit audit{command, TRY(read_memory(file)), {}, {}, {}};
  for (const std::string& folder : command.data) TRY(hub::is_hub_folder(folder) ? audit_hub(audit, folder) : audit_node(audit, folder, months));
  TRY(write_memory(file, audit.memory));
  json::Array findings;
  for (const Finding& finding : audit.findings)
    findings.push_back(json::Object{
        {"code", finding.code}, {"organisation", finding.organisation}, {"about", finding.about}, {"ja", finding.ja}, {"en", finding.en}});
  return json::Value(json::Object{{"ok", audit.findings.empty()},
                                  {"findings", std::move(findings)},
                                  {"logs", std::move(audit.logs)},
                                  {"organisations", std::move(audit.organisations)}});
}

void print(const json::Value& result) {
  for (const json::Value& log : result.as_object().at("logs").as_array())
    std::printf("%s  %lld\n", member_text(log, "origin").c_str(), static_cast<long long>(log.as_object().at("size").to_number<std::int64_t>()));
  for (const json::Value& org : result.as_object().at("organisations").as_array())
    std::printf("%s  案件 matters %lld\n", member_text(org, "id").c_str(),
                static_cast<long long>(org.as_object().at("matters").to_number<std::int64_t>()));
  const json::Array& findings = result.as_object().at("findings").as_array();
  for (const json::Value& finding : findings)
    std::printf("%s  %s  %s\n    %s\n    %s\n", member_text(finding, "code").c_str(), member_text(finding, "organisation").c_str(),
                member_text(finding, "about").c_str(), member_text(finding, "ja").c_str(), member_text(finding, "en").c_str());
  if (findings.empty()) std::printf("指摘なし no findings\n");
}

}  // namespace

int run_audit(const AuditCommand& command) {
  const Result<json::Value> result = audit_all(command);
  const int code = finish(result, command.json, print);
  return code == 0 && !result->as_object().at("ok").as_bool() ? 1 : code;
}

}  // namespace warifu::app

// `warifu audit`: the books of a folder held against themselves and against the logs, as somebody from outside would. A hub's folder: both logs read
// whole, from entry to signed root, and on from the last visit; the log of keys replayed. A node's folder: the log it belongs to followed,
// projections against the fold (what every statistic is counted from), registers, views, statements, and every shared act against its leaf. Writes
// nothing but its own memory of what it saw.

#include <algorithm>
#include <cstdio>
#include <set>

#include "app/audit_log.h"
#include "hub/hub.h"
#include "report/period.h"

namespace warifu::app {

namespace {

constexpr std::size_t kIncidentsMax = 1'000'000;

// ── one organisation ──

Status audit_incidents(Audit& audit, const Hosted& hosted) {
  for (const desk::Incident& incident : TRY(hosted.mailbox->incidents(true, kIncidentsMax)))
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

Status audit_organisation(Audit& audit, Node& node, const Hosted& hosted, const std::vector<report::Month>& months) {
  const std::string org = hosted.organisation.id.text();
  if (const std::size_t differing = TRY(hosted.office->rebuild(true)); differing > 0)
    audit.find("PROJECTION_DIFFERS", org, std::to_string(differing),
               "一覧や統計の元になる表が、手続記録と食い違っています。`warifu rebuild` で作り直してください。",
               "Rows that lists and statistics are made from differ from the acts. Rebuild them: `warifu rebuild`.");
  TRY(audit_books(audit, hosted, months));
  std::optional<NodeEvidence> evidence;
  MessageFigures messages;
  if (node.network()) {
    evidence = TRY(audit_member_logs(audit, node));
    messages = TRY(read_messages(hosted, *evidence));
  }
  std::set<MatterId> matters;
  std::size_t acts_read = 0;
  TRY(hosted.store->each_matter([&](const MatterId& matter) -> Status {
    matters.insert(matter);
    const std::vector<inquiry::SignedAct> acts = TRY(hosted.store->acts(matter));
    acts_read += acts.size();
    return evidence ? audit_crossings(audit, hosted, *node.network(), *evidence, matter, acts) : Status{};
  }));
  json::Object told{{"id", org}, {"matters", static_cast<std::int64_t>(matters.size())}, {"acts", static_cast<std::int64_t>(acts_read)}};
  if (evidence) {
    TRY(audit_messages(audit, hosted, *evidence, matters));
    TRY(audit_incidents(audit, hosted));
    json::Object refused;
    for (const auto& [code, count] : messages.refused) refused[code] = count;
    told["messages"] = json::Object{{"sent", messages.sent}, {"received", messages.received}, {"refused", std::move(refused)}};
  }
  audit.organisations.push_back(std::move(told));
  return {};
}

Status audit_node(Audit& audit, const std::string& folder, const std::vector<report::Month>& months) {
  const std::unique_ptr<Node> node = TRY(open_node(folder, false));
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
  Audit audit{command, TRY(read_audit_memory(file)), {}, {}, {}};
  for (const std::string& folder : command.data) TRY(hub::is_hub_folder(folder) ? audit_hub(audit, folder) : audit_node(audit, folder, months));
  TRY(write_audit_memory(file, audit.memory));
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
  const auto number = [](const json::Value& value) { return static_cast<long long>(value.to_number<std::int64_t>()); };
  for (const json::Value& org : result.as_object().at("organisations").as_array()) {
    std::printf("%s  案件 matters %lld\n", member_text(org, "id").c_str(), number(org.as_object().at("matters")));
    const json::Value* messages = org.as_object().if_contains("messages");
    if (messages == nullptr) continue;
    std::printf("    通信 messages  送付 sent %lld  受信 received %lld\n", number(messages->as_object().at("sent")),
                number(messages->as_object().at("received")));
    for (const auto& [code, count] : messages->as_object().at("refused").as_object())
      std::printf("    受領を拒んだもの refused  %s  %lld\n", std::string(code).c_str(), number(count));
  }
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

#include "report/statement.h"

#include <algorithm>
#include <map>
#include <set>

namespace warifu::report {

using inquiry::Dispatch;
using inquiry::MatterState;
using inquiry::Release;
using inquiry::StatementLine;

namespace {

// The last answer that counts.
std::optional<Time> answered_at(const MatterState& state) {
  std::optional<Time> last;
  for (const Release& release : state.shared.releases)
    if (!release.overridden) last = last ? std::max(*last, release.mark.at) : release.mark.at;
  return last;
}

// Whether the statement of this month should have named it.
bool is_expected(const RegisterEntry& entry, const Month& month, Time issued) {
  const Time came = entry.delivered.value_or(entry.dispatched);
  return month.holds(came) && came <= issued;
}

std::vector<DifferingField> compare(const StatementLine& theirs, const RegisterEntry& ours) {
  std::vector<DifferingField> fields;
  if (theirs.number != ours.number) fields.push_back(DifferingField::NUMBER);
  if (theirs.state != ours.state) fields.push_back(DifferingField::STATE);
  if (theirs.answered != ours.answered) fields.push_back(DifferingField::ANSWERED);
  if (theirs.is_suspect) fields.push_back(DifferingField::AUTHENTICITY);  // what this agency sent was doubted
  return fields;
}

}  // namespace

std::optional<StatementLine> statement_line(const MatterId& matter, const MatterState& state, std::string office, std::string reference) {
  if (state.shared.dispatches.empty()) return std::nullopt;
  const Dispatch& first = state.shared.dispatches.front();
  const Dispatch& current = state.shared.dispatches.back();
  StatementLine line;
  line.matter = matter;
  line.number = first.number.document_number;
  line.office = std::move(office);
  line.form = first.number.form;
  line.serial = first.number.serial;
  line.dispatched = first.mark.at;
  // What is in doubt is never acknowledged, but it came: its time is when the doubt was recorded.
  line.is_suspect = state.provider.suspected && !state.provider.is_verified;
  line.received = first.received ? first.received->at : state.provider.suspected ? state.provider.suspected->at : first.mark.at;
  line.state = state.shared.state;
  line.answered = answered_at(state);
  line.items = static_cast<int>(current.items.size());
  std::map<inquiry::ItemResult, int> results;
  for (const auto& [no, result] : state.shared.results()) ++results[result];
  for (const auto& [result, items] : results) line.results.push_back({result, items});
  line.reference = std::move(reference);
  for (const Release& release : state.shared.releases) {
    line.minutes += release.minutes;
    line.yen += release.yen;
  }
  return line;
}

std::optional<RegisterEntry> register_entry(const MatterId& matter, const MatterState& state) {
  if (state.shared.dispatches.empty()) return std::nullopt;
  const Dispatch& first = state.shared.dispatches.front();
  RegisterEntry entry{matter, first.number.document_number, first.mark.at, {}, state.shared.state, answered_at(state)};
  if (first.received) entry.delivered = first.received->at;
  return entry;
}

Reconciliation reconcile(const inquiry::StatementBody& statement, Time issued, const std::vector<RegisterEntry>& entries) {
  const Month month = Month::parse(statement.month).value_or(Month{});  // checked when the statement came in
  std::map<MatterId, const RegisterEntry*> ours;
  for (const RegisterEntry& entry : entries) ours.emplace(entry.matter, &entry);
  Reconciliation out;
  std::set<MatterId> stated;
  for (const StatementLine& theirs : statement.lines) {
    stated.insert(theirs.matter);
    ReconciliationLine line;
    line.matter = theirs.matter;
    line.number = theirs.number;
    line.their_state = theirs.state;
    line.their_answered = theirs.answered;
    line.received = theirs.received;
    line.dispatched = theirs.dispatched;
    const auto found = ours.find(theirs.matter);
    if (found == ours.end()) {
      ++out.unknown;
      out.lines.push_back(std::move(line));
      continue;
    }
    line.fields = compare(theirs, *found->second);
    if (line.fields.empty()) {
      ++out.agreed;
      continue;
    }
    ++out.different;
    line.difference = Difference::DIFFERENT;
    line.our_state = found->second->state;
    line.our_answered = found->second->answered;
    out.lines.push_back(std::move(line));
  }
  for (const auto& [matter, entry] : ours) {
    if (stated.contains(matter) || !is_expected(*entry, month, issued)) continue;
    ++out.missing;
    ReconciliationLine line;
    line.difference = Difference::MISSING;
    line.matter = matter;
    line.number = entry->number;
    line.our_state = entry->state;
    line.our_answered = entry->answered;
    line.dispatched = entry->dispatched;
    line.received = entry->delivered;
    out.lines.push_back(std::move(line));
  }
  std::ranges::stable_sort(out.lines, {}, [](const ReconciliationLine& line) { return std::pair(line.difference, line.number); });
  return out;
}

}  // namespace warifu::report

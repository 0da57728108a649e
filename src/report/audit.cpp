#include "report/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "crypto/hash.h"

namespace warifu::report {

using inquiry::Kind;
using party::Role;
using party::Side;

namespace {

constexpr int kSameTargetMatters = 3;
constexpr Duration kSameTargetWindow = days(90);
constexpr int kNoProgressMatters = 5;
constexpr Duration kNoProgressAge = days(14);
constexpr int kNightFrom = 22, kNightUntil = 5;
constexpr std::size_t kSampleMin = 5, kSamplePercent = 5;

using Findings = std::vector<AuditFinding>;

void add(Findings& out, AuditRule rule, std::string ja, std::string en, std::optional<PersonId> person, std::vector<MatterId> matters) {
  out.push_back({rule, std::move(ja), std::move(en), person, std::move(matters), {}});
}

// Who asks: the officer at an agency, the agency at a provider.
std::string asker_of(const AuditInput& input, const AuditMatter& matter) {
  if (input.side == Side::PROVIDER) return matter.row.counterparty.text();
  return matter.row.drafter ? matter.row.drafter->hex() : std::string();
}

void same_target(const AuditInput& input, Findings& out) {
  struct Use {
    Time at;
    const AuditMatter* matter;
  };
  std::map<std::pair<std::string, std::string>, std::vector<Use>> uses;
  for (const AuditMatter& matter : input.matters)
    for (const std::string& selector : matter.selectors)
      if (std::string asker = asker_of(input, matter); !asker.empty()) uses[{std::move(asker), selector}].push_back({matter.row.created, &matter});
  std::set<std::vector<MatterId>> told;  // two selectors of the same inquiries are one finding
  for (auto& [key, list] : uses) {
    std::ranges::stable_sort(list, {}, &Use::at);
    std::set<const AuditMatter*> together;
    for (std::size_t last = 0; last < list.size(); ++last) {
      if (!input.month.holds(list[last].at)) continue;
      std::size_t first = last;
      while (first > 0 && list[last].at - list[first - 1].at <= kSameTargetWindow) --first;
      if (last - first + 1 < kSameTargetMatters) continue;
      for (std::size_t i = first; i <= last; ++i) together.insert(list[i].matter);
    }
    if (together.empty()) continue;
    std::vector<MatterId> matters;
    for (const Use& use : list)
      if (together.contains(use.matter)) matters.push_back(use.matter->row.matter);
    if (!told.insert(matters).second) continue;
    const std::size_t count = matters.size();
    if (input.side == Side::AGENCY)
      add(out, AuditRule::SAME_TARGET, fmt::format("一人の起案者が、同じ照会対象を90日以内に{}件の照会に記載しています。", count),
          fmt::format("One officer asked about the same target in {} inquiries within 90 days.", count), list.back().matter->row.drafter,
          std::move(matters));
    else
      add(out, AuditRule::SAME_TARGET, fmt::format("一つの機関から、同じ照会対象について90日以内に{}件の照会を受けています。", count),
          fmt::format("One agency asked about the same target in {} inquiries within 90 days.", count), {}, std::move(matters));
  }
}

bool has_act(const AuditMatter& matter, Kind kind) {
  return std::ranges::any_of(matter.acts, [&](const AuditAct& act) { return act.kind == kind; });
}

void no_progress(const AuditInput& input, Findings& out) {
  if (input.side != Side::AGENCY) return;
  std::map<CaseId, std::vector<const AuditMatter*>> cases;
  for (const AuditMatter& matter : input.matters)
    if (matter.row.case_id) cases[*matter.row.case_id].push_back(&matter);
  const Time limit = input.month.end() - kNoProgressAge;
  for (const auto& [id, matters] : cases) {
    if (std::ranges::any_of(matters, [](const AuditMatter* matter) { return has_act(*matter, Kind::OPENED) || has_act(*matter, Kind::CLOSED); }))
      continue;
    std::vector<MatterId> waiting;
    for (const AuditMatter* matter : matters)
      if (matter->row.answered && *matter->row.answered <= limit) waiting.push_back(matter->row.matter);
    if (waiting.size() < kNoProgressMatters) continue;
    const std::size_t count = waiting.size();
    add(out, AuditRule::NO_PROGRESS,
        fmt::format("一つの事件について回答を得た照会が{}件ありますが、2週間を過ぎても一件も開封されていません。", count),
        fmt::format("{} inquiries of one case have been answered for two weeks or more, and none of the answers was opened.", count),
        matters.back()->row.in_charge, std::move(waiting));
  }
}

bool is_night(Time at) {
  const int hour = tokyo_hour(at);
  return hour >= kNightFrom || hour < kNightUntil;
}

// One finding per person and rule: what the acts of the month have in common.
struct ByPerson {
  int acts = 0;
  std::vector<MatterId> matters;
};
template <class Fits>
std::map<PersonId, ByPerson> acts_by_person(const AuditInput& input, const Fits& fits) {
  std::map<PersonId, ByPerson> people;
  for (const AuditMatter& matter : input.matters)
    for (const AuditAct& act : matter.acts) {
      if (!act.person || !input.month.holds(act.at) || !fits(matter, act)) continue;
      ByPerson& person = people[*act.person];
      ++person.acts;
      if (person.matters.empty() || person.matters.back() != matter.row.matter) person.matters.push_back(matter.row.matter);
    }
  return people;
}

void odd_hours(const AuditInput& input, Findings& out) {
  const auto fits = [](const AuditMatter&, const AuditAct& act) {
    const bool counts = act.kind == Kind::DRAFTED || act.kind == Kind::DISPATCHED || act.kind == Kind::LOOKED_UP || act.kind == Kind::RELEASED;
    return counts && is_night(act.at);
  };
  const bool is_agency = input.side == Side::AGENCY;
  for (const auto& [person, found] : acts_by_person(input, fits))
    add(out, AuditRule::ODD_HOURS,
        fmt::format("22時から5時までの間に、{}が{}回行われています。", is_agency ? "起案又は発出" : "検索又は回答の送付", found.acts),
        fmt::format("Between 22:00 and 05:00 there were {} acts of {}.", found.acts, is_agency ? "drafting or dispatch" : "lookup or release"),
        person, found.matters);
}

bool meets(const std::string& selector, const std::string& contact) {
  if (selector == contact) return true;
  return contact.starts_with("PERSON:") && selector.starts_with(contact + ";");
}

void close_target(const AuditInput& input, Findings& out) {
  for (const AuditMatter& matter : input.matters) {
    if (!input.month.holds(matter.row.created)) continue;
    for (const OwnContact& contact : input.contacts) {
      if (std::ranges::none_of(matter.selectors, [&](const std::string& selector) { return meets(selector, contact.canonical); })) continue;
      const bool is_self = matter.row.drafter == contact.person;
      add(out, AuditRule::CLOSE_TARGET,
          is_self ? "照会対象が、起案者本人の連絡先又は氏名と一致しています。" : "照会対象が、所属の職員の連絡先又は氏名と一致しています。",
          is_self ? "The target is the drafter's own contact or name." : "The target is the contact or name of somebody of this office.",
          matter.row.drafter, {matter.row.matter});
      break;
    }
  }
}

void serial_gaps(const AuditInput& input, Findings& out) {
  for (const SerialGap& gap : input.gaps)
    add(out, AuditRule::SERIAL_GAP,
        fmt::format("{}の交付簿({}、{}年)に、一連番号{:05}がありません。", gap.office, enum_text(gap.form), gap.year, gap.serial),
        fmt::format("The register of {} (form {}, {}) lacks serial {:05}.", gap.office, enum_text(gap.form), gap.year, gap.serial), {}, {});
}

void views_without_reason(const AuditInput& input, Findings& out) {
  const auto fits = [](const AuditMatter& matter, const AuditAct& act) {
    return act.kind == Kind::VIEWED && !act.has_reason && !has_part(matter.row, act.role, act.person);
  };
  for (const auto& [person, found] : acts_by_person(input, fits))
    add(out, AuditRule::VIEW_WITHOUT_REASON, fmt::format("担当でない案件を、理由を記さずに{}回閲覧しています。", found.acts),
        fmt::format("Matters of others were viewed {} times without a reason.", found.acts), person, found.matters);
}

void statements_unknown(const AuditInput& input, Findings& out) {
  for (const UnknownStated& stated : input.statements) {
    add(out, AuditRule::STATEMENT_UNKNOWN,
        fmt::format("{}の月次明細書({})に、交付簿にない照会が{}件あります。", stated.provider, stated.month, stated.unknown),
        fmt::format("The statement of {} for {} holds {} inquiries that no register knows.", stated.provider, stated.month, stated.unknown), {}, {});
    out.back().statement = stated.statement;
  }
}

void oral_not_followed(const AuditInput& input, Findings& out) {
  for (const AuditMatter& matter : input.matters) {
    const inquiry::MatterRow& row = matter.row;
    if (row.state != inquiry::State::ORAL || !row.due_at || !input.month.holds(*row.due_at)) continue;
    add(out, AuditRule::ORAL_NOT_FOLLOWED, "口頭照会の後、期限までに照会書が作成されていません。", "No instrument followed an oral inquiry in time.",
        row.drafter, {row.matter});
  }
}

}  // namespace

bool has_part(const inquiry::MatterRow& row, party::Role role, const std::optional<PersonId>& person) {
  if (role == Role::AUDITOR) return false;
  if (role == Role::INVESTIGATOR) return person && (person == row.drafter || person == row.in_charge);
  return true;
}

std::vector<AuditFinding> inspect(const AuditInput& given) {
  AuditInput input = given;
  std::ranges::stable_sort(input.matters, {}, [](const AuditMatter& matter) { return std::pair(matter.row.created, matter.row.matter); });
  Findings out;
  same_target(input, out);
  no_progress(input, out);
  odd_hours(input, out);
  close_target(input, out);
  serial_gaps(input, out);
  views_without_reason(input, out);
  statements_unknown(input, out);
  oral_not_followed(input, out);
  return out;
}

std::vector<MatterId> sample(const Month& month, std::vector<MatterId> matters) {
  std::vector<std::pair<Sha256, MatterId>> drawn;
  drawn.reserve(matters.size());
  for (const MatterId& matter : matters) drawn.emplace_back(crypto::sha256("warifu-sample\n" + month.text() + "\n" + matter.hex()), matter);
  std::ranges::sort(drawn);
  const auto [first, last] = std::ranges::unique(drawn);
  drawn.erase(first, last);
  const std::size_t wanted = std::max(kSampleMin, (drawn.size() * kSamplePercent + 99) / 100);
  std::vector<MatterId> out;
  for (std::size_t i = 0; i < std::min(wanted, drawn.size()); ++i) out.push_back(drawn[i].second);
  return out;
}

}  // namespace warifu::report

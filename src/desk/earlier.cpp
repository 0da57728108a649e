#include "desk/earlier.h"

#include <algorithm>
#include <set>

#include "desk/impl.h"

namespace warifu::desk {

namespace {

constexpr std::size_t kMattersLookedAt = 100;  // each is read whole; a page of the legal desk must not wait for a million
constexpr std::size_t kDecisionsShown = 10;

Status add_decisions(EarlierDecisions& found, const Office& office, const inquiry::MatterRow& row, const std::set<std::string>& rules) {
  for (const SignedAct& act : TRY(office.store().acts(row.matter))) {
    if (act.act.kind != inquiry::Kind::LEGAL_DECIDED || !act.body) continue;  // a purged decision has nothing left to say
    const auto body = TRY(body_of<inquiry::DecisionsBody>(act));
    for (const inquiry::ItemDecision& decision : body.decisions) {
      if (!rules.contains(decision.rule_id)) continue;
      EarlierDecision one{row.matter,       row.number,    {}, {}, act.act.at, decision.no, decision.rule_id, decision.disposition, decision.reason,
                          decision.comment, row.categories};
      if (const auto asker = TRY(office.directory().organisation(row.counterparty))) {
        one.asker_ja = asker->name_ja;
        one.asker_en = asker->name_en;
      }
      found.decisions.push_back(std::move(one));
    }
  }
  return {};
}

}  // namespace

Result<EarlierDecisions> earlier_decisions(const Office& office, const Caller& caller, const MatterId& matter) {
  if (caller.role != party::Role::LEGAL && caller.role != party::Role::AUDITOR)
    return fail(Code::ROLE_MISSING, "earlier decisions are for the legal desk", {}, {{"role", std::string(enum_text(party::Role::LEGAL))}});
  std::set<std::string> rules;  // asking for them also tells whether this person may see the matter
  for (const inquiry::ItemDecision& suggested : TRY(office.suggest_triage(caller, matter))) rules.insert(suggested.rule_id);
  MatterQuery query;
  query.limit = kMattersLookedAt;
  EarlierDecisions found;
  const MatterPage page = TRY(office.store().find(query));
  for (const inquiry::MatterRow& row : page.rows) {
    if (row.matter == matter) continue;
    ++found.looked_at;
    TRY(add_decisions(found, office, row, rules));
  }
  std::ranges::stable_sort(found.decisions, std::ranges::greater{}, &EarlierDecision::at);
  if (found.decisions.size() > kDecisionsShown) found.decisions.resize(kDecisionsShown);
  return found;
}

}  // namespace warifu::desk

#include "answer/gate.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "text/unicode.h"

namespace warifu::answer {

namespace {

using inquiry::Disposition;
using inquiry::Item;
using inquiry::ItemDecision;
using inquiry::Narrowing;
using law::ReasonCode;
using law::ReasonUse;

Standing standing_of(const law::Judgement& judgement) {
  switch (judgement.outcome) {
    case law::Outcome::ALLOW:
    case law::Outcome::OWN_FORM: return judgement.may_answer ? Standing::ALLOWED : Standing::WRONG_FORM;
    case law::Outcome::LEGAL_REVIEW:
    case law::Outcome::PRESENT_DANGER_ONLY:
    case law::Outcome::LOCATION_RULE: return Standing::OPEN;
    case law::Outcome::NEEDS_WARRANT: return Standing::WARRANT;
    case law::Outcome::PRESERVE:
    case law::Outcome::DENY: return Standing::DENIED;
  }
  return Standing::DENIED;
}

tl::unexpected<Error> not_allowed(const law::Judgement& judgement, std::string why) {
  return fail(Code::NOT_ALLOWED_BY_LAW, std::move(why), {}, {{"basis", judgement.article_ja}, {"basis_en", judgement.article_en}});
}

Result<std::string> clean(const std::string& text, std::string_view where) {
  if (text.empty()) return std::string();
  Result<std::string> out = text::clean_text(text, limits::kTextCharactersMax);
  if (!out) return tl::unexpected<Error>(std::move(out).error().at(where));
  return out;
}

std::string names_of(const law::Catalogue& law, ReasonUse use) {
  std::string names;
  for (std::size_t i = 0; i < enum_count<ReasonCode>(); ++i)
    if (law.reason(static_cast<ReasonCode>(i)).use == use) names += (names.empty() ? "" : ", ") + std::string(enum_text(static_cast<ReasonCode>(i)));
  return names;
}

// The reason a disposition carries: given and fitting, or the one it implies.
Result<std::optional<ReasonCode>> reason_of(const law::Catalogue& law, const ItemDecision& decision) {
  const auto needs = [&](ReasonUse use, ReasonCode implied) -> Result<std::optional<ReasonCode>> {
    if (!decision.reason) return std::optional<ReasonCode>(implied);
    if (law.reason(*decision.reason).use != use)
      return fail(Code::BAD_VALUE, "that reason is of another use", "/reason", {{"expected", names_of(law, use)}});
    return decision.reason;
  };
  switch (decision.disposition) {
    case Disposition::ACCEPT:
    case Disposition::LEGAL_REVIEW:
      if (decision.reason) return fail(Code::BAD_VALUE, "this disposition has no reason code", "/reason", {{"expected", "-"}});
      return std::optional<ReasonCode>{};
    case Disposition::NEEDS_WARRANT: return needs(ReasonUse::NEEDS_WARRANT, ReasonCode::NEEDS_WARRANT);
    case Disposition::NARROW: return needs(ReasonUse::NARROW, ReasonCode::OVERBROAD);
    case Disposition::RETURN:
      if (!decision.reason) return fail(Code::REASON_REQUIRED, "an item is returned for a reason", "/reason");
      if (!fits_return(law, *decision.reason))
        return fail(Code::BAD_VALUE, "that reason is of another use", "/reason",
                    {{"expected", names_of(law, ReasonUse::RETURN) + ", " + names_of(law, ReasonUse::REFUSE)}});
      return decision.reason;
  }
  return std::optional<ReasonCode>{};
}

Result<Narrowing> check_narrowing(const Item& item, const std::optional<Narrowing>& given) {
  if (!given) return fail(Code::MISSING_FIELD, "a proposal says what is proposed", "/narrowing");
  Narrowing out = *given;
  out.message = TRY(clean(out.message, "/narrowing/message"));
  bool narrows = false;
  if (out.period) {
    if (out.period->until < out.period->from) return fail(Code::PERIOD_REVERSED, "the period ends before it begins", "/narrowing/period");
    if (item.period && (out.period->from < item.period->from || out.period->until > item.period->until))
      return fail(Code::OUT_OF_RANGE, "a narrower period lies within the one asked for", "/narrowing/period",
                  {{"min", to_rfc3339_tokyo(item.period->from)}, {"max", to_rfc3339_tokyo(item.period->until)}});
    narrows = !item.period || *out.period != *item.period;
  }
  std::set<law::Category> seen;
  for (std::size_t i = 0; i < out.categories.size(); ++i) {
    const std::string where = "/narrowing/categories/" + std::to_string(i);
    if (!seen.insert(out.categories[i]).second) return fail(Code::BAD_VALUE, "a category stands twice", where, {{"expected", "each once"}});
    if (std::ranges::find(item.categories, out.categories[i]) == item.categories.end())
      return fail(Code::BAD_VALUE, "a narrower inquiry asks for nothing new", where, {{"expected", "a category of the item"}});
  }
  if (!out.categories.empty() && out.categories.size() < item.categories.size()) narrows = true;
  if (!narrows) return fail(Code::BAD_VALUE, "the proposal is not narrower", "/narrowing", {{"expected", "period, categories"}});
  return out;
}

// What the law leaves of the item after the narrowing.
Status check_narrowed(const Gate& gate, Desk desk, const Item& item, const Narrowing& narrowing) {
  const Stand left = stand_of(gate, item, narrowing.categories.empty() ? item.categories : narrowing.categories);
  if (left.standing == Standing::ALLOWED) return {};
  if (desk == Desk::LEGAL && left.standing == Standing::OPEN) return {};
  return not_allowed(left.judgement, "what is left after the narrowing is not allowed either");
}

Status check_intake(const Stand& stand, const ItemDecision& decision) {
  if (stand.standing == Standing::OPEN && decision.disposition != Disposition::LEGAL_REVIEW)
    return not_allowed(stand.judgement, "the law leaves this open: the legal desk decides it");
  if (decision.disposition == Disposition::ACCEPT && stand.standing != Standing::ALLOWED)
    return not_allowed(stand.judgement, "closed by the law or a house rule");
  const bool is_stricter = decision.disposition == Disposition::NEEDS_WARRANT && stand.standing < Standing::OPEN;
  if (is_stricter && decision.comment.empty()) return fail(Code::REASON_REQUIRED, "stricter than the law, without a reason", "/comment");
  return {};
}

Status check_legal_desk(const Stand& stand, const ItemDecision& decision) {
  if (decision.disposition == Disposition::LEGAL_REVIEW)
    return fail(Code::BAD_VALUE, "the legal desk decides", "/disposition", {{"expected", "ACCEPT, NEEDS_WARRANT, RETURN, NARROW"}});
  const bool may_accept = stand.standing == Standing::ALLOWED || stand.standing == Standing::OPEN;
  if (decision.disposition == Disposition::ACCEPT && !may_accept) return not_allowed(stand.judgement, "closed by the law or a house rule");
  if (decision.comment.empty()) return fail(Code::REASON_REQUIRED, "the legal desk records its reason", "/comment");
  return {};
}

std::string join_names(const law::Catalogue& law, const std::vector<law::Category>& categories) {
  std::string out;
  for (const law::Category category : categories) out += (out.empty() ? "" : "、") + law.category(category).name.ja;
  return out;
}

int whole_days(Duration span) { return static_cast<int>((span.us + days(1).us - 1) / days(1).us); }

// The item's own categories that the law allows by themselves and the profile can answer.
std::vector<law::Category> allowed_part(const Gate& gate, const Item& item, const std::vector<law::Category>& among) {
  std::vector<law::Category> out;
  for (const law::Category category : among)
    if (stand_of(gate, item, {category}).standing == Standing::ALLOWED) out.push_back(category);
  return out;
}

ItemDecision narrow_to(const Gate& gate, const Item& item, std::vector<law::Category> categories, std::optional<inquiry::Period> period) {
  ItemDecision out;
  out.no = item.no;
  out.disposition = Disposition::NARROW;
  out.reason = ReasonCode::OVERBROAD;
  Narrowing narrowing;
  narrowing.period = period;
  if (categories.size() < item.categories.size()) {
    narrowing.message = "求める情報を「" + join_names(gate.law, categories) + "」に限れば回答できます。";
    narrowing.categories = std::move(categories);
  }
  if (period)
    narrowing.message += "期間を " + to_rfc3339_tokyo(period->from) + " から " + to_rfc3339_tokyo(period->until) + " までに限れば回答できます。";
  out.narrowing = std::move(narrowing);
  return out;
}

// What the provider's own profile says about an item the law allows.
ItemDecision suggest_by_profile(const Gate& gate, const party::AnswerProfile& profile, const Item& item, Time now) {
  ItemDecision out;
  out.no = item.no;
  std::optional<int> asked_days, age_days;
  if (item.period) {
    asked_days = whole_days(item.period->until - item.period->from);
    age_days = whole_days(now - item.period->from);
  }
  std::vector<law::Category> categories = item.categories;
  std::optional<inquiry::Period> period;
  for (const party::ProfileFinding& finding :
       party::check_item(profile, item.selector.input.type, item.selector.input.service, item.categories, asked_days, age_days)) {
    if (finding.where.starts_with("/selector")) {
      out.disposition = Disposition::RETURN;
      out.reason = ReasonCode::SERVICE_NOT_COVERED;
      return out;
    }
    if (finding.where.starts_with("/categories/")) {
      std::erase_if(categories, [&](law::Category category) { return enum_text(category) == finding.detail; });
      continue;
    }
    if (finding.code == Code::MISSING_FIELD) {
      out.disposition = Disposition::RETURN;
      out.reason = ReasonCode::INSUFFICIENT_INFO;
      return out;
    }
    if (finding.code == Code::OUT_OF_RANGE && item.period) {
      const Time from = item.period->until - days(std::stoi(finding.detail));
      period = inquiry::Period{std::max(from, item.period->from), item.period->until};
    }
    // Older than the source reaches: it is answered as far as it reaches (M-A2), the result says so.
    if (finding.code == Code::TIME_TOO_OLD) out.comment = "記録の保存期間(" + finding.detail + "日)より前の期間を含みます。";
  }
  if (categories.empty()) {
    out.disposition = Disposition::RETURN;
    out.reason = ReasonCode::SERVICE_NOT_COVERED;
    return out;
  }
  if (categories.size() == item.categories.size() && !period) return out;
  ItemDecision narrowed = narrow_to(gate, item, std::move(categories), period);
  narrowed.comment = std::move(out.comment);
  return narrowed;
}

}  // namespace

bool fits_return(const law::Catalogue& law, ReasonCode reason) {
  const ReasonUse use = law.reason(reason).use;
  return use == ReasonUse::RETURN || use == ReasonUse::REFUSE;
}

Stand stand_of(const Gate& gate, const Item& item, const std::vector<law::Category>& categories) {
  law::Question question;
  question.instrument = gate.instrument;
  question.form = gate.form;
  question.selector_is_communication = item.selector.is_communication;
  question.asks_registration_address = item.asks_registration_address;
  Stand worst;
  const Result<law::ItemJudgement> judged = law::judge_item(gate.law, gate.house, question, categories);
  if (!judged) return worst;  // nothing asked: denied
  bool is_first = true;
  for (const law::Judgement& judgement : judged->each) {
    const Standing standing = standing_of(judgement);
    if (is_first || standing > worst.standing) worst = {standing, judgement};
    is_first = false;
  }
  return worst;
}

Result<ItemDecision> check_decision(const Gate& gate, Desk desk, const Item& item, ItemDecision decision) {
  const Stand stand = stand_of(gate, item, item.categories);
  decision.comment = TRY(clean(decision.comment, "/comment"));
  TRY(desk == Desk::INTAKE ? check_intake(stand, decision) : check_legal_desk(stand, decision));
  decision.reason = TRY(reason_of(gate.law, decision));
  decision.rule_id = stand.judgement.rule_id;
  if (decision.disposition == Disposition::NARROW) {
    decision.narrowing = TRY(check_narrowing(item, decision.narrowing));
    TRY(check_narrowed(gate, desk, item, *decision.narrowing));
  } else if (decision.narrowing) {
    return fail(Code::BAD_VALUE, "only a proposal narrows", "/narrowing", {{"expected", "-"}});
  }
  return decision;
}

Result<std::vector<ItemDecision>> check_decisions(const Gate& gate, Desk desk, const std::vector<Item>& items, const std::vector<int>& wanted,
                                                  std::vector<ItemDecision> decisions) {
  if (decisions.empty()) return fail(Code::EMPTY_FIELD, "nothing is decided", "/decisions");
  std::set<int> open(wanted.begin(), wanted.end());
  std::vector<ItemDecision> out;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const std::string where = "/decisions/" + std::to_string(i);
    const auto item = std::ranges::find(items, decisions[i].no, &Item::no);
    if (item == items.end() || std::ranges::find(wanted, decisions[i].no) == wanted.end())
      return fail(Code::ITEM_UNKNOWN, "no such item waits for a decision", where + "/no");
    if (open.erase(decisions[i].no) == 0)
      return fail(Code::BAD_VALUE, "two decisions about one item", where + "/no", {{"expected", "each item once"}});
    Result<ItemDecision> checked = check_decision(gate, desk, *item, std::move(decisions[i]));
    if (!checked) return tl::unexpected<Error>(std::move(checked).error().at(where));
    out.push_back(std::move(*checked));
  }
  if (!open.empty()) return fail(Code::RESULT_MISSING, "an item is left undecided", "/decisions", {{"no", std::to_string(*open.begin())}});
  std::ranges::sort(out, {}, &ItemDecision::no);
  return out;
}

ItemDecision suggest(const Gate& gate, const party::AnswerProfile* profile, const Item& item, Time now) {
  const Stand stand = stand_of(gate, item, item.categories);
  ItemDecision out;
  out.no = item.no;
  const std::vector<law::Category> allowed = allowed_part(gate, item, item.categories);
  switch (stand.standing) {
    case Standing::ALLOWED:
      if (profile != nullptr) out = suggest_by_profile(gate, *profile, item, now);
      break;
    case Standing::OPEN: out.disposition = Disposition::LEGAL_REVIEW; break;
    case Standing::WRONG_FORM:
    case Standing::WARRANT:
    case Standing::DENIED:
      if (!allowed.empty()) {
        out = narrow_to(gate, item, allowed, std::nullopt);
      } else if (stand.standing == Standing::WARRANT) {
        out.disposition = Disposition::NEEDS_WARRANT;
        out.reason = ReasonCode::NEEDS_WARRANT;
      } else {
        out.disposition = Disposition::RETURN;
        out.reason = stand.standing == Standing::WRONG_FORM ? ReasonCode::INCOMPLETE : ReasonCode::NO_LEGAL_BASIS;
      }
      break;
  }
  out.rule_id = stand.judgement.rule_id;
  return out;
}

}  // namespace warifu::answer

#include "desk/drafting.h"

#include <algorithm>

#include "base/limits.h"
#include "law/deadlines.h"

namespace warifu::desk {

namespace {

constexpr Duration kFutureTolerance = minutes(5);

int whole_days(Duration span) { return static_cast<int>((span.us + days(1).us - 1) / days(1).us); }

void refuse(CheckedItem& out, Error error, std::string_view outer = {}) {
  error = std::move(error).at(outer);
  out.errors.push_back(notice_of(error));
  if (!out.first_error) out.first_error = std::move(error);
}

Result<inquiry::Period> parse_period(const PeriodInput& input, Time now) {
  const auto instant = [](const std::string& text, std::string_view where) -> Result<Time> {
    Result<Time> time = parse_rfc3339(text);
    if (!time) return tl::unexpected<Error>(std::move(time).error().at(where));
    return time;
  };
  inquiry::Period period{TRY(instant(input.from, "/from")), TRY(instant(input.until, "/until"))};
  if (period.until < period.from) return fail(Code::PERIOD_REVERSED, "the period ends before it begins", "/until");
  if (period.from > now + kFutureTolerance) return fail(Code::TIME_IN_FUTURE, "the period begins in the future", "/from");
  return period;
}

}  // namespace

law::Question question_of(law::Instrument instrument, law::FormKind form, const inquiry::Item& item) {
  law::Question question;
  question.instrument = instrument;
  question.form = form;
  question.selector_is_communication = item.selector.is_communication;
  question.asks_registration_address = item.asks_registration_address;
  return question;
}

JudgementView view_of(const law::Judgement& j) {
  return {j.outcome, j.lane, j.asked_category, j.effective_category, j.rule_id,      j.article_ja,    j.article_en,
          j.ja,      j.en,   j.possible_ja,    j.possible_en,        j.reclassified, j.by_house_rule, j.verified};
}

CheckedItem check_item(const ItemContext& context, int no, const text::SelectorInput& selector, const std::optional<PeriodInput>& period,
                       const std::vector<law::Category>& categories, bool asks_registration_address) {
  CheckedItem out;
  out.item.no = no;
  out.item.categories = categories;
  out.item.asks_registration_address = asks_registration_address;
  Result<text::Selector> parsed = text::parse_selector(selector);
  if (parsed) {
    out.selector_ok = true;
    out.item.selector = {parsed->input, parsed->display, parsed->canonical, parsed->masked, parsed->is_communication};
    if (parsed->at && *parsed->at > context.now + kFutureTolerance)
      refuse(out, Error{Code::TIME_IN_FUTURE, "a communication in the future", "/at", {}}, "/selector");
  } else {
    refuse(out, std::move(parsed).error(), "/selector");
    out.item.selector.input = selector;
  }
  if (period) {
    Result<inquiry::Period> span = parse_period(*period, context.now);
    if (span)
      out.item.period = *span;
    else
      refuse(out, std::move(span).error(), "/period");
  }
  if (categories.empty()) refuse(out, Error{Code::EMPTY_FIELD, "no category of data is asked for", "/categories", {}});
  std::vector<law::Category> sorted = categories;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) refuse(out, Error{Code::BAD_VALUE, "a category stands twice", "/categories", {}});

  if (!categories.empty()) {
    const law::Question question = question_of(context.instrument, context.form, out.item);
    Result<law::ItemJudgement> judgement = context.house != nullptr ? law::judge_item(context.law, *context.house, question, categories)
                                                                    : law::judge_item(context.law, question, categories);
    if (judgement)
      out.judgement = std::move(*judgement);
    else
      refuse(out, std::move(judgement).error());
  }
  if (context.profile != nullptr && out.selector_ok) {
    const std::optional<int> asked_days =
        out.item.period ? std::optional<int>(whole_days(out.item.period->until - out.item.period->from)) : std::nullopt;
    const std::optional<int> age_days = out.item.period ? std::optional<int>(whole_days(context.now - out.item.period->from)) : std::nullopt;
    for (const party::ProfileFinding& finding :
         party::check_item(*context.profile, out.item.selector.input.type, out.item.selector.input.service, categories, asked_days, age_days)) {
      // What the provider cannot answer at all is an error; what it merely bounds is shown and left to judgement (F2).
      Error error{finding.code, "the addressee's answer profile", finding.where, {{"max", finding.detail}, {"actual", finding.detail}}};
      const bool is_hard = finding.code == Code::NOT_IN_PROFILE && finding.where.starts_with("/selector");
      if (is_hard)
        refuse(out, std::move(error));
      else
        out.warnings.push_back(notice_of(error));
    }
  }
  return out;
}

}  // namespace warifu::desk

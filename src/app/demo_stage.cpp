#include "app/demo_stage.h"

#include <algorithm>

namespace warifu::app {

using inquiry::Disposition;
using inquiry::ItemResult;
using party::Role;

Time StageClock::now() const {
  // Scripted time moves a little with every look, so that no two acts are of the same instant.
  if (us_ == 0) return now_utc();
  return {us_.fetch_add(1'000) + 1'000};
}

Status Stage::deliver() {
  pass(seconds(2));
  return desk_.settle();
}

Result<MatterId> Stage::inquire(std::string_view org, const desk::DraftCommand& given, Step until, bool at_station) {
  const auto who = [&](std::string_view main, std::string_view station, Role role) { return Who{org, at_station ? station : main, role}; };
  const Who drafter = who("tantou", "shotan", Role::INVESTIGATOR), supervisor = who("kakarichou", "shokakari", Role::SUPERVISOR),
            head = who("kachou", "shochou", Role::APPROVER), registrar = who("shomu", "keimu", Role::REGISTRAR);
  desk::DraftCommand draft = given;
  draft.ready = until != Step::DRAFTED;
  const MatterId matter = TRY(desk_.draft(drafter, draft));
  if (until <= Step::READY) return matter;
  pass(minutes(25));
  TRY(desk_.check(supervisor, matter, {.comment = "必要性を確認した。"}));
  if (until == Step::CHECKED) return matter;
  pass(minutes(40));
  TRY(desk_.approve(head, matter));
  if (until == Step::APPROVED) return matter;
  pass(minutes(15));
  TRY(desk_.number(registrar, matter));
  if (until == Step::NUMBERED) return matter;
  pass(minutes(3));
  TRY(desk_.dispatch(registrar, matter));
  TRY(deliver());
  return matter;
}

namespace {

// What the operator writes for one item from what the sources returned.
inquiry::ItemAnswer answer_for(const inquiry::Item& item, const inquiry::ItemDecision& decision, const std::vector<desk::LookupView>& lookups) {
  inquiry::ItemAnswer out;
  out.no = item.no;
  switch (decision.disposition) {
    case Disposition::NEEDS_WARRANT:
      out.result = ItemResult::NEEDS_WARRANT;
      out.reason = law::ReasonCode::NEEDS_WARRANT;
      out.message = "通信の秘密に当たるため、令状によりお求めください。";
      return out;
    case Disposition::NARROW:
      out.result = ItemResult::NARROWING_PROPOSED;
      out.reason = law::ReasonCode::OVERBROAD;
      out.narrowing = decision.narrowing;
      out.message = decision.comment;
      return out;
    case Disposition::RETURN:
    case Disposition::LEGAL_REVIEW:
      out.result = ItemResult::REFUSED;
      out.reason = decision.reason.value_or(law::ReasonCode::INSUFFICIENT_INFO);
      out.message = decision.comment;
      return out;
    case Disposition::ACCEPT: break;
  }
  out.result = ItemResult::NONE_HELD;
  for (const desk::LookupView& lookup : lookups) {
    if (lookup.no != item.no) continue;
    out.provenance.push_back(lookup.provenance);
    if (lookup.table.rows.empty()) continue;
    out.tables.push_back(lookup.table);
    out.result = ItemResult::ANSWERED;
  }
  if (out.result == ItemResult::NONE_HELD) out.reason = law::ReasonCode::NO_DATA_HELD;
  return out;
}

}  // namespace

Status Stage::work(std::string_view org, const MatterId& matter, Work until) {
  const Who intake{org, "uketsuke", Role::INTAKE}, releaser{org, "kakunin", Role::RELEASER}, worker{org, "tantou", Role::OPERATOR};
  TRY(desk_.await_inquiry(intake, matter));
  pass(minutes(50));
  desk::DecisionsCommand decisions{TRY(desk_.suggest_triage(intake, matter))};
  for (inquiry::ItemDecision& decision : decisions.decisions)
    if (decision.disposition == Disposition::NARROW && decision.comment.empty())
      decision.comment = "期間が長く、必要な範囲を超えるおそれがあります。次の期間であればお答えできます。";
  TRY(desk_.triage(intake, matter, decisions));
  if (until == Work::TRIAGED) return {};
  pass(minutes(5));
  TRY(desk_.accept(intake, matter));
  if (until == Work::ACCEPTED) return deliver();
  pass(minutes(10));
  TRY(desk_.assign(intake, matter, worker.login));
  TRY(deliver());
  if (until == Work::ASSIGNED) return {};

  const desk::MatterView view = TRY(desk_.look_at(worker, matter));
  const std::vector<desk::SourceView> sources = TRY(desk_.sources(worker));
  std::vector<desk::LookupView> lookups;
  for (const desk::ItemView& item : view.items) {
    if (!item.decision || item.decision->disposition != Disposition::ACCEPT) continue;
    for (const desk::SourceView& source : sources) {
      if (source.kind == "HAND" || std::ranges::find(source.selectors, enum_text(item.item.selector.input.type)) == source.selectors.end()) continue;
      pass(minutes(4));
      lookups.push_back(TRY(desk_.look_up(worker, matter, {item.item.no, source.name})));
    }
  }
  desk::CollectCommand collect;
  collect.ready = true;
  for (const desk::ItemView& item : view.items)
    collect.answer.items.push_back(answer_for(item.item, item.decision.value_or(inquiry::ItemDecision{}), lookups));
  collect.answer.reference = "R-" + matter.hex().substr(0, 6);
  collect.answer.preparer = "答野 花子";
  collect.answer.completeness = "お求めの範囲で保有する記録のすべてです。";
  collect.answer.minutes = 18;
  collect.answer.yen = 900;
  pass(minutes(15));
  TRY(desk_.collect(worker, matter, collect));
  if (until == Work::COLLECTED) return {};
  pass(minutes(30));
  desk::AnswerCheckCommand check;
  for (const inquiry::ItemAnswer& item : collect.answer.items) check.row_counts.push_back({item.no, item.row_count()});
  TRY(desk_.check_answer(releaser, matter, check));
  if (until == Work::CHECKED) return {};
  pass(minutes(6));
  TRY(desk_.release(releaser, matter));
  return deliver();
}

Status Stage::take_answer(std::string_view org, const MatterId& matter, std::optional<inquiry::Outcome> outcome) {
  const Who officer{org, "tantou", Role::INVESTIGATOR};
  TRY(desk_.await_answer(officer, matter));
  const desk::MatterView view = TRY(desk_.look_at(officer, matter));
  for (const desk::ReleaseView& release : view.releases) {
    if (release.is_retrieved || release.is_overridden) continue;
    pass(hours(2));
    TRY(desk_.retrieve(officer, matter, {release.act, {}}));
    pass(minutes(1));
    TRY(desk_.open_answer(officer, matter, {release.act, "被疑者の特定のため内容を確認"}));
  }
  if (outcome) {
    pass(hours(20));
    TRY(desk_.feedback(officer, matter, {*outcome, "ご協力により捜査が進展しました。"}));
  }
  return deliver();
}

}  // namespace warifu::app

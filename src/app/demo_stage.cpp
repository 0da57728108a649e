#include "app/demo_stage.h"

#include <algorithm>

namespace warifu::app {

using desk::Caller;
using inquiry::Disposition;
using inquiry::ItemResult;
using party::Role;

Time StageClock::now() const {
  // Scripted time moves a little with every look, so that no two acts are of the same instant.
  if (us_ == 0) return now_utc();
  return {us_.fetch_add(1'000) + 1'000};
}

desk::Office& Stage::office(std::string_view org) { return *node_.find(party::OrganisationId::parse(org).value())->office; }

desk::SignedCommand Stage::sign(std::string_view org, std::string_view login, const desk::Prepared& prepared) const {
  return {prepared.text, prepared.body, actor(org, login).key->sign(prepared.text).value().text()};
}

Status Stage::deliver() {
  pass(seconds(2));
  TRY(node_.deliver_all());
  return {};
}

Result<MatterId> Stage::inquire(std::string_view org, const desk::DraftCommand& given, Step until, bool at_station) {
  desk::Office& desk = office(org);
  const auto who = [&](std::string_view main, std::string_view station) { return at_station ? station : main; };
  const std::string_view drafter = who("tantou", "shotan"), supervisor = who("kakarichou", "shokakari"), head = who("kachou", "shochou"),
                         registrar = who("shomu", "keimu");
  desk::DraftCommand draft = given;
  draft.ready = until != Step::DRAFTED;
  const MatterId matter = TRY(desk.draft(caller(org, drafter, Role::INVESTIGATOR), draft)).matter;
  if (until <= Step::READY) return matter;
  pass(minutes(25));
  TRY(desk.check(caller(org, supervisor, Role::SUPERVISOR), matter, {.comment = "必要性を確認した。"}));
  if (until == Step::CHECKED) return matter;
  pass(minutes(40));
  const Caller approver = caller(org, head, Role::APPROVER);
  TRY(desk.approve(approver, matter, sign(org, head, TRY(desk.prepare_approval(approver, matter)))));
  if (until == Step::APPROVED) return matter;
  pass(minutes(15));
  const Caller keeper = caller(org, registrar, Role::REGISTRAR);
  TRY(desk.number(keeper, matter, {}));
  if (until == Step::NUMBERED) return matter;
  pass(minutes(3));
  TRY(desk.dispatch(keeper, matter, sign(org, registrar, TRY(desk.prepare_dispatch(keeper, matter)))));
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
  desk::Office& desk = office(org);
  const Caller intake = caller(org, "uketsuke", Role::INTAKE), releaser = caller(org, "kakunin", Role::RELEASER),
               worker = caller(org, "tantou", Role::OPERATOR);
  pass(minutes(50));
  desk::DecisionsCommand decisions{TRY(desk.suggest_triage(intake, matter))};
  for (inquiry::ItemDecision& decision : decisions.decisions)
    if (decision.disposition == Disposition::NARROW && decision.comment.empty())
      decision.comment = "期間が長く、必要な範囲を超えるおそれがあります。次の期間であればお答えできます。";
  TRY(desk.triage(intake, matter, decisions));
  if (until == Work::TRIAGED) return {};
  pass(minutes(5));
  TRY(desk.accept(intake, matter, {}));
  if (until == Work::ACCEPTED) return deliver();
  pass(minutes(10));
  TRY(desk.assign(intake, matter, {{worker.person}, {}}));
  TRY(deliver());
  if (until == Work::ASSIGNED) return {};

  const desk::MatterView view = TRY(desk.peek(worker, matter));
  std::vector<desk::LookupView> lookups;
  for (const desk::ItemView& item : view.items) {
    if (!item.decision || item.decision->disposition != Disposition::ACCEPT) continue;
    for (const desk::SourceView& source : desk.sources()) {
      if (source.kind == "HAND" || std::ranges::find(source.selectors, enum_text(item.item.selector.input.type)) == source.selectors.end()) continue;
      pass(minutes(4));
      lookups.push_back(TRY(desk.look_up(worker, matter, {item.item.no, source.name})));
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
  TRY(desk.collect(worker, matter, collect));
  if (until == Work::COLLECTED) return {};
  pass(minutes(30));
  desk::AnswerCheckCommand check;
  for (const inquiry::ItemAnswer& item : collect.answer.items) check.row_counts.push_back({item.no, item.row_count()});
  TRY(desk.check_answer(releaser, matter, check));
  if (until == Work::CHECKED) return {};
  pass(minutes(6));
  TRY(desk.release(releaser, matter, sign(org, "kakunin", TRY(desk.prepare_release(releaser, matter)))));
  return deliver();
}

Status Stage::take_answer(std::string_view org, const MatterId& matter, std::optional<inquiry::Outcome> outcome) {
  desk::Office& desk = office(org);
  const Caller officer = caller(org, "tantou", Role::INVESTIGATOR);
  const desk::MatterView view = TRY(desk.peek(officer, matter));
  for (const desk::ReleaseView& release : view.releases) {
    if (release.is_retrieved || release.is_overridden) continue;
    pass(hours(2));
    TRY(desk.retrieve(officer, matter, {release.act, {}}));
    pass(minutes(1));
    TRY(desk.open_answer(officer, matter, {release.act, "被疑者の特定のため内容を確認"}));
  }
  if (outcome) {
    pass(hours(20));
    TRY(desk.feedback(officer, matter, {*outcome, "ご協力により捜査が進展しました。"}));
  }
  return deliver();
}

}  // namespace warifu::app

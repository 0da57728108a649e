#include "app/demo_local.h"

namespace warifu::app {

namespace {

Status done(const Result<desk::Written>& written) { return written ? Status{} : tl::unexpected<Error>(written.error()); }

}  // namespace

desk::Office& LocalDesk::office(std::string_view org) { return *node_.find(party::OrganisationId::parse(org).value())->office; }

Result<MatterId> LocalDesk::draft(const Who& who, const desk::DraftCommand& command) {
  return TRY(office(who.org).draft(caller(who), command)).matter;
}
Status LocalDesk::check(const Who& who, const MatterId& matter, const desk::CommentCommand& command) {
  return done(office(who.org).check(caller(who), matter, command));
}
Status LocalDesk::approve(const Who& who, const MatterId& matter) {
  desk::Office& desk = office(who.org);
  return done(desk.approve(caller(who), matter, sign(who, TRY(desk.prepare_approval(caller(who), matter)))));
}
Status LocalDesk::number(const Who& who, const MatterId& matter) { return done(office(who.org).number(caller(who), matter, {})); }
Status LocalDesk::dispatch(const Who& who, const MatterId& matter) {
  desk::Office& desk = office(who.org);
  return done(desk.dispatch(caller(who), matter, sign(who, TRY(desk.prepare_dispatch(caller(who), matter)))));
}
Status LocalDesk::withdraw(const Who& who, const MatterId& matter, const desk::ReasonCommand& command) {
  return done(office(who.org).withdraw(caller(who), matter, command));
}
Status LocalDesk::retrieve(const Who& who, const MatterId& matter, const desk::ReleaseReference& command) {
  return done(office(who.org).retrieve(caller(who), matter, command));
}
Status LocalDesk::open_answer(const Who& who, const MatterId& matter, const desk::OpenCommand& command) {
  return done(office(who.org).open_answer(caller(who), matter, command));
}
Status LocalDesk::feedback(const Who& who, const MatterId& matter, const desk::FeedbackCommand& command) {
  return done(office(who.org).feedback(caller(who), matter, command));
}
Status LocalDesk::close(const Who& who, const MatterId& matter, const desk::CommentCommand& command) {
  return done(office(who.org).close(caller(who), matter, command));
}
Result<std::vector<inquiry::ItemDecision>> LocalDesk::suggest_triage(const Who& who, const MatterId& matter) {
  return office(who.org).suggest_triage(caller(who), matter);
}
Status LocalDesk::triage(const Who& who, const MatterId& matter, const desk::DecisionsCommand& command) {
  return done(office(who.org).triage(caller(who), matter, command));
}
Status LocalDesk::accept(const Who& who, const MatterId& matter) { return done(office(who.org).accept(caller(who), matter, {})); }
Status LocalDesk::assign(const Who& who, const MatterId& matter, std::string_view login) {
  const PersonId person = actor({who.org, login, who.role}).person;
  return done(office(who.org).assign(caller(who), matter, {{person}, {}}));
}
Result<std::vector<desk::SourceView>> LocalDesk::sources(const Who& who) { return office(who.org).sources(); }
Result<desk::LookupView> LocalDesk::look_up(const Who& who, const MatterId& matter, const desk::LookupCommand& command) {
  return office(who.org).look_up(caller(who), matter, command);
}
Status LocalDesk::collect(const Who& who, const MatterId& matter, const desk::CollectCommand& command) {
  return done(office(who.org).collect(caller(who), matter, command));
}
Status LocalDesk::check_answer(const Who& who, const MatterId& matter, const desk::AnswerCheckCommand& command) {
  return done(office(who.org).check_answer(caller(who), matter, command));
}
Status LocalDesk::release(const Who& who, const MatterId& matter) {
  desk::Office& desk = office(who.org);
  return done(desk.release(caller(who), matter, sign(who, TRY(desk.prepare_release(caller(who), matter)))));
}
Result<desk::MatterView> LocalDesk::look_at(const Who& who, const MatterId& matter) { return office(who.org).peek(caller(who), matter); }
Status LocalDesk::settle() {
  TRY(node_.deliver_all());
  return {};
}

}  // namespace warifu::app

#pragma once
// The demo's people at the desks of this process. Internal to the demo.

#include <map>

#include "app/demo_desk.h"

namespace warifu::app {

struct Actor {
  PersonId person;
  std::vector<party::Role> roles;
  std::shared_ptr<const note::Signer> key;  // <org>/person/<id>
};

class LocalDesk final : public DemoDesk {
 public:
  explicit LocalDesk(Node& node) : node_(node) {}

  void add(const party::OrganisationId& org, const std::string& login, Actor actor) { actors_[{org.text(), login}] = std::move(actor); }
  [[nodiscard]] desk::Office& office(std::string_view org);
  [[nodiscard]] desk::Caller caller(const Who& who) const { return {actor(who).person, who.role}; }

  Result<MatterId> draft(const Who&, const desk::DraftCommand&) override;
  Status check(const Who&, const MatterId&, const desk::CommentCommand&) override;
  Status approve(const Who&, const MatterId&) override;
  Status number(const Who&, const MatterId&) override;
  Status dispatch(const Who&, const MatterId&) override;
  Status withdraw(const Who&, const MatterId&, const desk::ReasonCommand&) override;
  Status retrieve(const Who&, const MatterId&, const desk::ReleaseReference&) override;
  Status open_answer(const Who&, const MatterId&, const desk::OpenCommand&) override;
  Status feedback(const Who&, const MatterId&, const desk::FeedbackCommand&) override;
  Status close(const Who&, const MatterId&, const desk::CommentCommand&) override;
  Result<std::vector<inquiry::ItemDecision>> suggest_triage(const Who&, const MatterId&) override;
  Status triage(const Who&, const MatterId&, const desk::DecisionsCommand&) override;
  Status accept(const Who&, const MatterId&) override;
  Status assign(const Who&, const MatterId&, std::string_view login) override;
  Result<std::vector<desk::SourceView>> sources(const Who&) override;
  Result<desk::LookupView> look_up(const Who&, const MatterId&, const desk::LookupCommand&) override;
  Status collect(const Who&, const MatterId&, const desk::CollectCommand&) override;
  Status check_answer(const Who&, const MatterId&, const desk::AnswerCheckCommand&) override;
  Status release(const Who&, const MatterId&) override;
  Result<desk::MatterView> look_at(const Who&, const MatterId&) override;
  Status settle() override;
  Status await_inquiry(const Who&, const MatterId&) override { return {}; }  // settle() has carried it
  Status await_answer(const Who&, const MatterId&) override { return {}; }

 private:
  [[nodiscard]] const Actor& actor(const Who& who) const { return actors_.at({std::string(who.org), std::string(who.login)}); }
  [[nodiscard]] desk::SignedCommand sign(const Who& who, const desk::Prepared& prepared) const {
    return {prepared.text, prepared.body, actor(who).key->sign(prepared.text).value().text()};
  }

  Node& node_;
  std::map<std::pair<std::string, std::string>, Actor> actors_;
};

}  // namespace warifu::app

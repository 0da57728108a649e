#pragma once
// What the people of the demo do at their desks, whatever stands behind: the offices of this process (demo_local.h), or nodes that run elsewhere
// and are spoken to as any client speaks to them (demo_remote.h). Internal to the demo.

#include <string_view>

#include "app/node.h"

namespace warifu::app {

struct Who {
  std::string_view org, login;
  party::Role role = party::Role::INVESTIGATOR;
};

class DemoDesk {
 public:
  virtual ~DemoDesk() = default;

  // ── the agency ──
  virtual Result<MatterId> draft(const Who&, const desk::DraftCommand&) = 0;
  virtual Status check(const Who&, const MatterId&, const desk::CommentCommand&) = 0;
  virtual Status approve(const Who&, const MatterId&) = 0;  // signs with the person's own key
  virtual Status number(const Who&, const MatterId&) = 0;
  virtual Status dispatch(const Who&, const MatterId&) = 0;  // signs
  virtual Status withdraw(const Who&, const MatterId&, const desk::ReasonCommand&) = 0;
  virtual Status retrieve(const Who&, const MatterId&, const desk::ReleaseReference&) = 0;
  virtual Status open_answer(const Who&, const MatterId&, const desk::OpenCommand&) = 0;
  virtual Status feedback(const Who&, const MatterId&, const desk::FeedbackCommand&) = 0;
  virtual Status close(const Who&, const MatterId&, const desk::CommentCommand&) = 0;

  // ── the provider ──
  virtual Result<std::vector<inquiry::ItemDecision>> suggest_triage(const Who&, const MatterId&) = 0;
  virtual Status triage(const Who&, const MatterId&, const desk::DecisionsCommand&) = 0;
  virtual Status accept(const Who&, const MatterId&) = 0;
  virtual Status assign(const Who&, const MatterId&, std::string_view login) = 0;
  virtual Result<std::vector<desk::SourceView>> sources(const Who&) = 0;
  virtual Result<desk::LookupView> look_up(const Who&, const MatterId&, const desk::LookupCommand&) = 0;
  virtual Status collect(const Who&, const MatterId&, const desk::CollectCommand&) = 0;
  virtual Status check_answer(const Who&, const MatterId&, const desk::AnswerCheckCommand&) = 0;
  virtual Status release(const Who&, const MatterId&) = 0;  // signs

  virtual Result<desk::MatterView> look_at(const Who&, const MatterId&) = 0;
  // Carries what was written, where this process can. Where others do, the two below wait for it.
  virtual Status settle() = 0;
  virtual Status await_inquiry(const Who& intake, const MatterId&) = 0;
  virtual Status await_answer(const Who& officer, const MatterId&) = 0;
};

}  // namespace warifu::app

#pragma once
// The demo's people as clients of nodes that run elsewhere: over HTTP like a browser, signing with the key file of their own device. Internal to
// the demo.

#include <chrono>
#include <functional>
#include <map>

#include "app/demo.h"
#include "app/demo_desk.h"
#include "app/door.h"

namespace warifu::app {

// One organisation's node, and where the devices of its people lie.
struct RemoteHouse {
  std::string server;  // http://127.0.0.1:port
  std::string folder;
  std::vector<DemoAccount> accounts;
};

class RemoteDesk final : public DemoDesk {
 public:
  // `is_over`: asked while something is waited for; true ends the waiting with CANCELLED.
  RemoteDesk(std::map<std::string, RemoteHouse, std::less<>> houses, std::function<bool()> is_over)
      : houses_(std::move(houses)), is_over_(std::move(is_over)) {}

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
  Status settle() override { return {}; }  // the nodes carry
  Status await_inquiry(const Who&, const MatterId&) override;
  Status await_answer(const Who&, const MatterId&) override;

  // Whether that node has heard what this provider answers.
  Result<bool> knows_profile(const Who&, std::string_view provider);
  [[nodiscard]] Status until(const std::function<Result<bool>()>& condition, const std::string& what);

 private:
  Result<Door*> door(const Who& who);
  Result<const note::Signer*> signer(const Who& who);
  Result<json::Value> call(const Who& who, std::string_view method, const std::string& target, const std::optional<json::Value>& body);
  template <class Command>
  Status step(const Who& who, const MatterId& matter, std::string_view route, const Command& command);
  Status sign(const Who& who, const MatterId& matter, std::string_view route);
  Result<const DemoAccount*> account(const Who& who) const;

  std::map<std::string, RemoteHouse, std::less<>> houses_;
  std::function<bool()> is_over_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Door>> doors_;
  std::map<std::pair<std::string, std::string>, note::Signer> signers_;
};

}  // namespace warifu::app

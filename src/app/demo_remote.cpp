#include "app/demo_remote.h"

#include <algorithm>
#include <thread>

#include "app/demo_people.h"
#include "base/file.h"
#include "crypto/keyfile.h"
#include "json/codec.h"

namespace warifu::app {

namespace {

constexpr std::chrono::milliseconds kLookAgain{50};
constexpr std::chrono::seconds kPatience{60};
constexpr int kSignAttempts = 5;  // when something arrives while the text is signed
constexpr std::size_t kFileBytesMax = 64 * 1024;

std::string route_of(const MatterId& matter, std::string_view route) { return "/api/matters/" + matter.hex() + "/" + std::string(route); }

}  // namespace

Result<const DemoAccount*> RemoteDesk::account(const Who& who) const {
  const auto house = houses_.find(who.org);
  if (house == houses_.end()) return fail(Code::NOT_FOUND, "no such organisation", std::string(who.org));
  const auto found = std::ranges::find(house->second.accounts, who.login, &DemoAccount::login);
  if (found == house->second.accounts.end()) return fail(Code::NOT_FOUND, "nobody has this login", std::string(who.login));
  return &*found;
}

Result<Door*> RemoteDesk::door(const Who& who) {
  std::unique_ptr<Door>& place = doors_[{std::string(who.org), std::string(who.login)}];
  if (!place) {
    const DemoAccount& own = *TRY(account(who));
    Access access;
    access.server = houses_.find(who.org)->second.server;
    access.organisation = who.org;
    access.as = who.login;
    access.password = Sensitive<std::string>(own.password);
    place = TRY(open_door(access));
  }
  if (place->who().role != who.role) TRY(place->use_role(who.role));
  return place.get();
}

// The key file is opened with the PIN, as on the person's device.
Result<const note::Signer*> RemoteDesk::signer(const Who& who) {
  const auto key = std::pair(std::string(who.org), std::string(who.login));
  if (const auto found = signers_.find(key); found != signers_.end()) return &found->second;
  const DemoAccount& own = *TRY(account(who));
  const std::string& folder = houses_.find(who.org)->second.folder;
  const PersonId person = TRY(door(who))->who().person;
  const std::string file = TRY(read_file(demo_device_path(folder, person, "keyfile"), kFileBytesMax));
  const crypto::DeviceSecret device = TRY(crypto::parse_device_secret(TRY(read_file(demo_device_path(folder, person, "device"), kFileBytesMax))));
  const crypto::OpenKeyfile opened = TRY(crypto::open_keyfile(file, crypto::Pin(own.pin), device));
  note::Signer made = TRY(note::Signer::create(note::person_name(opened.head.org, opened.head.person), opened.secret));
  return &signers_.emplace(key, std::move(made)).first->second;
}

Result<json::Value> RemoteDesk::call(const Who& who, std::string_view method, const std::string& target, const std::optional<json::Value>& body) {
  if (is_over_()) return fail(Code::CANCELLED, "the demo was ended");
  return TRY(door(who))->call(method, target, body);
}

template <class Command>
Status RemoteDesk::step(const Who& who, const MatterId& matter, std::string_view route, const Command& command) {
  TRY(call(who, "POST", route_of(matter, route), json::encode(command)));
  return {};
}

Status RemoteDesk::sign(const Who& who, const MatterId& matter, std::string_view route) {
  const note::Signer& own = *TRY(signer(who));
  for (int attempt = 1;; ++attempt) {
    const desk::Prepared prepared =
        TRY(json::decode<desk::Prepared>(TRY(call(who, "POST", route_of(matter, std::string(route) + "/prepare"), std::nullopt))));
    const desk::SignedCommand command{prepared.text, prepared.body, TRY(own.sign(prepared.text)).text()};
    const Status done = step(who, matter, route, command);
    if (done || done.error().code != Code::STALE || attempt == kSignAttempts) return done;
  }
}

Status RemoteDesk::until(const std::function<Result<bool>()>& condition, const std::string& what) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!TRY(condition())) {
    if (is_over_()) return fail(Code::CANCELLED, "the demo was ended");
    if (std::chrono::steady_clock::now() > end) return fail(Code::TIMEOUT, "it did not come", what);
    std::this_thread::sleep_for(kLookAgain);
  }
  return {};
}

Result<bool> RemoteDesk::knows_profile(const Who& who, std::string_view provider) {
  const Result<json::Value> profile = call(who, "GET", "/api/organisations/" + std::string(provider) + "/profile", std::nullopt);
  if (!profile && profile.error().code == Code::NOT_FOUND) return false;
  TRY(profile);
  return true;
}

Status RemoteDesk::await_inquiry(const Who& who, const MatterId& matter) {
  return until(
      [&]() -> Result<bool> {
        const desk::ListView list = TRY(json::decode<desk::ListView>(TRY(call(who, "GET", "/api/matters?limit=200", std::nullopt))));
        const auto row = std::ranges::find(list.rows, matter, &desk::RowView::matter);
        return row != list.rows.end() && row->provider_state == inquiry::ProviderState::VERIFIED;
      },
      "inquiry " + matter.hex());
}

Status RemoteDesk::await_answer(const Who& who, const MatterId& matter) {
  return until(
      [&]() -> Result<bool> {
        const desk::MatterView view = TRY(look_at(who, matter));
        return std::ranges::any_of(view.releases, [](const desk::ReleaseView& release) { return !release.is_retrieved && !release.is_overridden; });
      },
      "answer to " + matter.hex());
}

Result<MatterId> RemoteDesk::draft(const Who& who, const desk::DraftCommand& command) {
  const bool is_new = !command.matter.has_value();
  const std::string target = is_new ? "/api/inquiries" : route_of(*command.matter, "draft");
  return TRY(json::decode<desk::Written>(TRY(call(who, is_new ? "POST" : "PUT", target, json::encode(command))))).matter;
}
Status RemoteDesk::check(const Who& who, const MatterId& matter, const desk::CommentCommand& command) { return step(who, matter, "check", command); }
Status RemoteDesk::approve(const Who& who, const MatterId& matter) { return sign(who, matter, "approval"); }
Status RemoteDesk::number(const Who& who, const MatterId& matter) { return step(who, matter, "number", desk::RegisterCommand{}); }
Status RemoteDesk::dispatch(const Who& who, const MatterId& matter) { return sign(who, matter, "dispatch"); }
Status RemoteDesk::withdraw(const Who& who, const MatterId& matter, const desk::ReasonCommand& command) {
  return step(who, matter, "withdraw", command);
}
Status RemoteDesk::retrieve(const Who& who, const MatterId& matter, const desk::ReleaseReference& command) {
  return step(who, matter, "retrieve", command);
}
Status RemoteDesk::open_answer(const Who& who, const MatterId& matter, const desk::OpenCommand& command) {
  return step(who, matter, "open", command);
}
Status RemoteDesk::feedback(const Who& who, const MatterId& matter, const desk::FeedbackCommand& command) {
  return step(who, matter, "feedback", command);
}
Status RemoteDesk::close(const Who& who, const MatterId& matter, const desk::CommentCommand& command) { return step(who, matter, "close", command); }
Result<std::vector<inquiry::ItemDecision>> RemoteDesk::suggest_triage(const Who& who, const MatterId& matter) {
  const json::Value suggested = TRY(call(who, "GET", route_of(matter, "triage"), std::nullopt));
  return TRY(json::decode<desk::DecisionsCommand>(suggested)).decisions;
}
Status RemoteDesk::triage(const Who& who, const MatterId& matter, const desk::DecisionsCommand& command) {
  return step(who, matter, "triage", command);
}
Status RemoteDesk::accept(const Who& who, const MatterId& matter) { return step(who, matter, "accept", desk::AcceptCommand{}); }
Status RemoteDesk::assign(const Who& who, const MatterId& matter, std::string_view login) {
  const Who worker{who.org, login, party::Role::OPERATOR};
  return step(who, matter, "assign", desk::AssignCommand{{TRY(door(worker))->who().person}, {}});
}
Result<std::vector<desk::SourceView>> RemoteDesk::sources(const Who& who) {
  const json::Value all = TRY(call(who, "GET", "/api/sources", std::nullopt));
  return json::decode<std::vector<desk::SourceView>>(all.as_object().at("sources"));
}
Result<desk::LookupView> RemoteDesk::look_up(const Who& who, const MatterId& matter, const desk::LookupCommand& command) {
  return json::decode<desk::LookupView>(TRY(call(who, "POST", route_of(matter, "lookups"), json::encode(command))));
}
Status RemoteDesk::collect(const Who& who, const MatterId& matter, const desk::CollectCommand& command) {
  return step(who, matter, "collect", command);
}
Status RemoteDesk::check_answer(const Who& who, const MatterId& matter, const desk::AnswerCheckCommand& command) {
  return step(who, matter, "check-answer", command);
}
Status RemoteDesk::release(const Who& who, const MatterId& matter) { return sign(who, matter, "release"); }
Result<desk::MatterView> RemoteDesk::look_at(const Who& who, const MatterId& matter) {
  return json::decode<desk::MatterView>(TRY(call(who, "POST", route_of(matter, "view"), json::encode(desk::ViewCommand{}))));
}

}  // namespace warifu::app

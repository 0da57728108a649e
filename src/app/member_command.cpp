// `warifu org join`, `warifu envelope` and `warifu incidents`: a node as member of an exchange, at the command line.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>

#include "app/commands.h"
#include "app/http_front.h"
#include "app/joining.h"
#include "app/named.h"
#include "app/setup.h"
#include "app/terminal.h"
#include "app/token_config.h"
#include "base/file.h"
#include "json/codec.h"
#include "ledger/checkpoint.h"
#include "net/http.h"

namespace warifu::app {

namespace {

constexpr std::size_t kInvitationBytesMax = 64 * 1024;
constexpr std::size_t kIncidentsMax = 1000;

bool is_told_to_end() {
  sigset_t waiting;
  return sigpending(&waiting) == 0 && (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

// The folder as it is, or made for the organisation that was invited.
Result<std::unique_ptr<Node>> open_or_make(const JoinCommand& command, const exchange::Invitation& invitation,
                                           std::optional<desk::InvitationCode>& code) {
  std::error_code ignored;
  if (std::filesystem::exists(command.data + "/organisations.json", ignored)) {
    std::unique_ptr<Node> node = TRY(open_node(command.data, true));
    const std::vector<Hosted*> hosted = node->hosted();
    if (!node->network() || hosted.size() != 1 || hosted.front()->organisation.id.text() != invitation.org)
      return fail(Code::CONFLICT, "the folder is not of the organisation that was invited", command.data);
    if (*node->network() != invitation.network) return fail(Code::CONFLICT, "the folder belongs to another exchange", command.data);
    return node;
  }
  const party::Organisation organisation = TRY(organisation_of({command.data,
                                                                invitation.org,
                                                                command.name_ja,
                                                                command.name_en,
                                                                invitation.side,
                                                                command.address,
                                                                command.telephone,
                                                                command.kind,
                                                                command.recipient_class,
                                                                {},
                                                                command.json}));
  NodeOptions options;
  options.data = command.data;
  options.store_url = command.store_url;
  std::unique_ptr<Node> node = TRY(Node::create_member(std::move(options), invitation.network, organisation));
  code = TRY(first_administrator(*node->hosted().front(), InitCommand{}));
  return node;
}

Result<json::Value> join(const JoinCommand& command) {
  const exchange::Invitation invitation = TRY(exchange::Invitation::parse(TRY(file_named(command.invitation, kInvitationBytesMax))));
  block_signals();
  std::optional<desk::InvitationCode> code;
  const std::unique_ptr<Node> node = TRY(open_or_make(command, invitation, code));
  const party::OrganisationId org = node->hosted().front()->organisation.id;
  const note::Signer root = TRY(node->root_key(org, command.root));
  TRY(apply_to_hub(*node, invitation.code, TRY(application_of(*node, root))));
  const std::string fingerprint = exchange::fingerprint_of(root.verifier().text());
  if (!command.json) {
    std::printf("%s\n", org.text().c_str());
    if (code) {
      std::printf("  管理者 administrator: %s\n", code->login.c_str());
      std::printf("  招待コード(一度だけ表示) invitation code, shown once: %s\n", code->code.c_str());
    }
    std::printf("  この所属の鍵の指紋 fingerprint of this organisation's key:\n    %s\n", fingerprint.c_str());
    print_qr(fingerprint);
    std::printf("  交換基盤の指紋 fingerprint of the exchange:\n    %s\n", exchange::fingerprint_of(invitation.network.text()).c_str());
    std::printf("\n電話または書面で双方の指紋を照合してください。承認を待っています。\n");
    std::printf("Compare both by telephone or on paper. Waiting for admission.\n");
    std::fflush(stdout);
  }
  const bool is_admitted = !command.no_wait && TRY(wait_for_admission(*node, is_told_to_end));
  json::Object out{{"ok", true},
                   {"organisation", org.text()},
                   {"root", root.verifier().text()},
                   {"fingerprint", fingerprint},
                   {"network", exchange::fingerprint_of(invitation.network.text())},
                   {"admitted", is_admitted}};
  if (code) {
    out["login"] = code->login;
    out["invitation"] = code->code;
    out["until"] = to_rfc3339(code->until);
  }
  return json::Value(std::move(out));
}

Result<desk::Mailbox*> mailbox_of(Node& node) {
  const std::vector<Hosted*> hosted = node.hosted();
  if (!node.network() || hosted.size() != 1) return fail(Code::CONFIG, "not the folder of a member of an exchange", node.options().data);
  return hosted.front()->mailbox.get();
}

std::string time_or_nothing(const std::optional<Time>& at) { return at ? to_rfc3339(*at) : std::string(); }

json::Value shown(const desk::MessageOut& message) {
  return json::Object{{"message", message.id.hex()},
                      {"to", message.to.text()},
                      {"matter", message.matter.hex()},
                      {"type", enum_text(message.type)},
                      {"created", to_rfc3339(message.created)},
                      {"accepted", time_or_nothing(message.accepted)},
                      {"relayed", time_or_nothing(message.relayed)},
                      {"delivered", time_or_nothing(message.delivered)},
                      {"logged", time_or_nothing(message.logged)},
                      {"index", static_cast<std::int64_t>(message.index)},
                      {"refused", message.code},
                      {"last_error", message.last_error}};
}

Result<json::Value> list(const EnvelopeCommand& command) {
  const std::unique_ptr<Node> node = TRY(open_node(command.data, false));
  json::Array out;
  for (const desk::MessageOut& message : TRY(TRY(mailbox_of(*node))->newest_messages(static_cast<std::size_t>(command.limit))))
    out.push_back(shown(message));
  return json::Value(json::Object{{"messages", std::move(out)}});
}

Result<desk::MessageOut> message_meant(Node& node, const std::string& text) {
  desk::Mailbox& mailbox = *TRY(mailbox_of(node));
  if (const Result<exchange::MessageId> id = exchange::MessageId::parse(text))
    if (std::optional<desk::MessageOut> message = TRY(mailbox.message_out(*id))) return std::move(*message);
  const Result<MatterId> id = MatterId::parse(text);
  const Result<MatterId> matter = id ? id : matter_in(*node.hosted().front(), std::nullopt, text);
  if (!matter && matter.error().code != Code::NOT_FOUND) return tl::unexpected<Error>(matter.error());
  if (matter) {
    const std::vector<desk::MessageOut> messages = TRY(mailbox.messages_of(*matter));
    for (auto message = messages.rbegin(); message != messages.rend(); ++message)
      if (message->type == exchange::MessageType::acts) return *TRY(mailbox.message_out(message->id));
  }
  return fail(Code::NOT_FOUND, "no message of that id, and none of a matter of that id or number", text);
}

Result<json::Value> take_out(const EnvelopeCommand& command) {
  const std::unique_ptr<Node> node = TRY(open_node(command.data, false));
  const desk::MessageOut message = TRY(message_meant(*node, command.message));
  Bytes content;
  if (command.sealed) {
    if (message.object.empty()) return fail(Code::PURGED, "the sealed copy is not kept any more", command.message);
    content = message.object;
  } else {
    std::string text = message.envelope;
    if (command.proof) {
      const std::optional<desk::Mailbox::StoredProof> proof = TRY(TRY(mailbox_of(*node))->proof_of(message.id));
      if (!proof) return fail(Code::NOT_FOUND, "the log has not proven this message yet", command.message);
      ledger::TlogProof whole;
      whole.index = proof->index;
      whole.path = proof->path;
      whole.checkpoint = TRY(note::Note::parse(proof->checkpoint));
      text = whole.serialise();
    }
    const ByteView bytes = bytes_of(text);
    content.assign(bytes.begin(), bytes.end());
  }
  TRY(write_file_durably(command.out, content, 0600));
  json::Object out = shown(message).as_object();
  out["file"] = command.out;
  out["bytes"] = static_cast<std::int64_t>(content.size());
  return json::Value(std::move(out));
}

json::Object shown(std::int64_t number, const std::string& code, const std::string& about, Time at, const std::optional<Time>& examined) {
  return {{"number", number}, {"code", code}, {"about", about}, {"at", to_rfc3339(at)}, {"examined", time_or_nothing(examined)}};
}

json::Object shown(const desk::Incident& incident, bool with_evidence) {
  json::Object one = shown(incident.seq, incident.code, incident.about, incident.at, incident.examined);
  if (with_evidence) one["evidence"] = incident.evidence;
  return one;
}

// Of the node's own machine: as an operator looks. The newest, and whatever is open however old it is; `more` when older ones are left out.
Result<json::Value> incidents_in_folder(const IncidentCommand& command) {
  const std::unique_ptr<Node> node = TRY(open_node(command.access.data, false));
  const desk::Mailbox& mailbox = *TRY(mailbox_of(*node));
  std::vector<desk::Incident> all = TRY(mailbox.incidents(false, kIncidentsMax + 1));
  const bool is_more = all.size() > kIncidentsMax;
  if (is_more) {
    all.pop_back();
    for (desk::Incident& open : TRY(mailbox.incidents(true, kIncidentsMax)))
      if (open.seq < all.back().seq) all.push_back(std::move(open));
    std::ranges::sort(all, std::ranges::greater{}, &desk::Incident::seq);
  }
  json::Array out;
  for (const desk::Incident& incident : all)
    if (command.evidence == 0 || incident.seq == command.evidence) out.push_back(shown(incident, command.evidence > 0));
  if (out.empty() && command.evidence > 0) return fail(Code::NOT_FOUND, "no such incident among those that are listed", "--evidence");
  return json::Value(json::Object{{"incidents", std::move(out)}, {"more", is_more && command.evidence == 0}});
}

// As somebody of the office who may know of them; an auditor says what was found out, which is an act and ends the alarm.
Result<json::Value> incidents(const IncidentCommand& command) {
  const Access& access = command.access;
  const bool is_owner = access.server.empty() && access.as.empty();
  if (is_owner && command.examined == 0) return incidents_in_folder(command);
  if (command.examined != 0 && command.comment.empty()) return fail(Code::EMPTY_FIELD, "what was found out?", "--comment");
  const std::unique_ptr<Door> door = TRY(open_door(access));
  TRY(door->use_role(party::Role::AUDITOR));
  if (command.examined != 0) {
    const std::string target = "/api/incidents/" + std::to_string(command.examined) + "/examination";
    TRY(door->call("POST", target, json::encode(desk::CommentCommand{command.comment})));
  }
  std::map<std::int64_t, json::Object, std::greater<>> found;  // an open one is told twice: with the newest, and in its place
  std::string next;
  do {
    const std::string query = next.empty() ? "" : "?cursor=" + net::percent_encode(next);
    desk::IncidentList page = TRY(json::decode<desk::IncidentList>(TRY(door->call("GET", "/api/incidents" + query, std::nullopt))));
    for (const desk::IncidentView& incident : page.incidents) {
      if (command.evidence > 0 && incident.id != command.evidence) continue;
      json::Object one = shown(incident.id, incident.code, incident.about, incident.at, incident.examined);
      if (command.evidence > 0) one["evidence"] = incident.evidence;
      found.emplace(incident.id, std::move(one));
    }
    next = std::move(page.next);
  } while (!next.empty() && (command.evidence > 0 ? found.empty() : found.size() < kIncidentsMax));
  if (found.empty() && command.evidence > 0) return fail(Code::NOT_FOUND, "no such incident", "--evidence");
  json::Array out;
  for (auto& [number, one] : found) out.push_back(std::move(one));
  return json::Value(json::Object{{"incidents", std::move(out)}, {"more", !next.empty() && command.evidence == 0}});
}

}  // namespace

int run_org_join(const JoinCommand& command) {
  return finish(join(command), command.json, [](const json::Value& joined) {
    const bool is_admitted = joined.as_object().at("admitted").as_bool();
    std::printf("%s\n", is_admitted ? "承認されました。 Admitted." : "承認はまだです。 Not admitted yet.");
    std::printf("次に next: warifu serve --data …\n");
  });
}

int run_envelope_list(const EnvelopeCommand& command) {
  return finish(list(command), command.json, [](const json::Value& all) {
    for (const json::Value& one : all.as_object().at("messages").as_array())
      std::printf("%s  %-26s %-8s %s  %s\n", member_text(one, "message").c_str(), member_text(one, "to").c_str(), member_text(one, "type").c_str(),
                  member_text(one, "created").c_str(),
                  !member_text(one, "refused").empty()     ? ("拒否 refused: " + member_text(one, "refused")).c_str()
                  : !member_text(one, "delivered").empty() ? "到達 delivered"
                  : !member_text(one, "relayed").empty()   ? "中継済み relayed"
                  : !member_text(one, "accepted").empty()  ? "引受済み accepted"
                                                           : "未送信 waiting");
  });
}

int run_envelope_export(const EnvelopeCommand& command) {
  return finish(take_out(command), command.json,
                [&](const json::Value& done) { std::printf("%s: %s\n", command.out.c_str(), member_text(done, "message").c_str()); });
}

int run_incidents(const IncidentCommand& command) {
  return finish(incidents(command), command.access.json, [&](const json::Value& all) {
    for (const json::Value& one : all.as_object().at("incidents").as_array()) {
      std::printf("%lld  %s  %-16s %s  %s\n", static_cast<long long>(one.as_object().at("number").as_int64()), member_text(one, "at").c_str(),
                  member_text(one, "code").c_str(), member_text(one, "about").c_str(),
                  member_text(one, "examined").empty() ? "未確認 open" : "確認済み examined");
      if (command.evidence > 0) std::printf("\n%s\n", member_text(one, "evidence").c_str());
    }
    if (const json::Value* more = all.as_object().if_contains("more"); more != nullptr && more->as_bool())
      std::printf("これより古い確認済みのものは省きました。 Older ones that have been examined are left out.\n");
  });
}

}  // namespace warifu::app

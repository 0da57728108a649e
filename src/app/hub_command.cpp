// The hub's commands: made, invited to, admitted, served no longer.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "app/commands.h"
#include "app/named.h"
#include "app/terminal.h"
#include "base/file.h"
#include "desk/keyring.h"
#include "hub/admitter.h"
#include "hub/members.h"
#include "hub/witness.h"
#include "json/codec.h"

namespace warifu::app {

namespace {

constexpr std::size_t kFileMax = 64 * 1024;

// Beside a running hub: it sees what is written here, and signs.
Result<std::unique_ptr<hub::Hub>> open_beside(const std::string& data) { return hub::Hub::open({.data = data, .lock = false}); }

json::Array array_of(const std::vector<std::string>& texts) {
  json::Array out;
  for (const std::string& text : texts) out.push_back(json::Value(text));
  return out;
}

std::string plain_fingerprint(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ') out += c;
  return out;
}

// Typed at the terminal by the admitter; or a line of the standard input for each, or of the environment, for scripts.
std::optional<crypto::Passphrase> scripted_passphrase() {
  const char* given = std::getenv("WARIFU_PASSPHRASE");  // NOLINT(concurrency-mt-unsafe): before any thread
  return given == nullptr ? std::nullopt : std::optional<crypto::Passphrase>(given);
}

Result<note::Signer> load_admitter(const std::string& file, const exchange::Network& network, bool is_on_stdin) {
  return hub::open_admitter(file, network, [&](const std::string& name) -> Result<crypto::Passphrase> {
    if (is_on_stdin) return read_secret_line();
    if (std::optional<crypto::Passphrase> given = scripted_passphrase()) return std::move(*given);
    return ask_secret("合言葉 / passphrase (" + name + "): ");
  });
}

Result<std::vector<crypto::Passphrase>> new_passphrases(const std::string& hub, bool is_on_stdin) {
  std::vector<crypto::Passphrase> out;
  for (std::size_t i = 1; i <= hub::kAdmitters; ++i) {
    const std::string question =
        "承認者の新しい合言葉(12文字以上) / new passphrase of the admitter (12 characters or more), " + hub + "/admit/" + std::to_string(i) + ": ";
    const std::optional<crypto::Passphrase> given = is_on_stdin ? std::nullopt : scripted_passphrase();
    out.push_back(given ? *given : is_on_stdin ? TRY(read_secret_line()) : TRY(ask_new_secret(question)));
    TRY(crypto::check_passphrase(out.back()));
  }
  return out;
}

Result<json::Value> invite(const HubOrgCommand& command) {
  const std::unique_ptr<hub::Hub> hub = TRY(open_beside(command.data));
  const exchange::Invitation invitation = TRY(invite(*hub, command.org, command.side));
  // Whoever has the file can apply: for the eyes of the one who hands it over.
  TRY(write_file_durably(command.out, bytes_of(invitation.text()), 0600));
  return json::Value(json::Object{{"ok", true},
                                  {"org", invitation.org},
                                  {"side", invitation.side},
                                  {"until", to_rfc3339(invitation.until)},
                                  {"file", command.out},
                                  {"network", exchange::fingerprint_of(invitation.network.text())}});
}

Result<json::Value> list(const HubOrgCommand& command) {
  const std::unique_ptr<hub::Hub> hub = TRY(open_beside(command.data));
  json::Array out;
  for (const hub::PendingMember& one : TRY(pending(*hub)))
    out.push_back(json::Object{{"org", one.org},
                               {"side", one.side},
                               {"state", one.state},
                               {"root", one.root},
                               {"fingerprint", one.fingerprint},
                               {"signed_by", array_of(one.signed_by)},
                               {"until", to_rfc3339(one.expires)}});
  return json::Value(json::Object{{"applications", std::move(out)}});
}

Result<json::Value> sign_admission(const HubOrgCommand& command) {
  const std::unique_ptr<hub::Hub> hub = TRY(open_beside(command.data));
  if (!command.fingerprint.empty()) {
    const std::vector<hub::PendingMember> waiting = TRY(pending(*hub));
    const auto one = std::ranges::find_if(waiting, [&](const hub::PendingMember& p) { return p.org == command.org && p.state == "applied"; });
    if (one != waiting.end() && plain_fingerprint(one->fingerprint) != plain_fingerprint(command.fingerprint))
      return fail(Code::TEXT_DIFFERS, "another fingerprint than the one that was read out", "--fingerprint");
  }
  hub::Admission last;
  for (const std::string& file : command.admitters) {
    last = TRY(admit(*hub, command.org, TRY(load_admitter(file, hub->network(), command.passphrase_stdin))));
    if (last.is_admitted) break;
  }
  return json::Value(json::Object{{"ok", true},
                                  {"org", last.org},
                                  {"root", last.root},
                                  {"fingerprint", last.fingerprint},
                                  {"signed_by", array_of(last.signed_by)},
                                  {"admitted", last.is_admitted}});
}

Result<json::Value> revoke(const HubOrgCommand& command) {
  const std::unique_ptr<hub::Hub> hub = TRY(open_beside(command.data));
  if (command.withdraw) {
    TRY(restore_member(*hub, command.org, TRY(load_admitter(command.admitters.front(), hub->network(), command.passphrase_stdin))));
    return json::Value(json::Object{{"ok", true}, {"org", command.org}, {"served", true}});
  }
  if (command.reason.empty()) return fail(Code::EMPTY_FIELD, "why?", "--reason");
  hub::Departure last;
  for (const std::string& file : command.admitters) {
    last = TRY(end_admission(*hub, command.org, command.reason, TRY(load_admitter(file, hub->network(), command.passphrase_stdin))));
    if (last.is_ended) break;
  }
  return json::Value(json::Object{{"ok", true},
                                  {"org", last.org},
                                  {"served", false},
                                  {"ended", to_rfc3339(last.ended)},
                                  {"signed_by", array_of(last.signed_by)},
                                  {"revoked", last.is_ended}});
}

Result<json::Value> init_hub(const InitCommand& command) {
  const party::OrganisationId org = TRY(party::OrganisationId::parse(command.org));
  if (command.url.empty()) return fail(Code::EMPTY_FIELD, "where do members reach the hub?", "--url");
  TRY(hub::Hub::create({.data = command.data,
                        .store_url = command.store_url,
                        .org = org,
                        .url = command.url,
                        .hosts = command.hosts,
                        .passphrases = TRY(new_passphrases(org.text(), command.passphrase_stdin))}));
  const std::string network = TRY(read_file(command.data + "/network", kFileMax));
  json::Array admitters;
  for (const note::VerifierKey& key : TRY(exchange::Network::parse(network)).admitters)
    admitters.push_back(json::Value(std::filesystem::path(desk::Keyring(command.data + "/admitters").path_of(key.name)).string()));
  return json::Value(json::Object{{"ok", true},
                                  {"data", command.data},
                                  {"hub", org.text()},
                                  {"network", command.data + "/network"},
                                  {"fingerprint", exchange::fingerprint_of(network)},
                                  {"admitters", std::move(admitters)}});
}

Result<json::Value> init_witness(const InitCommand& command) {
  const party::OrganisationId org = TRY(party::OrganisationId::parse(command.org));
  if (command.network.empty()) return fail(Code::EMPTY_FIELD, "whose logs are witnessed?", "--network");
  const exchange::Network network = TRY(exchange::Network::parse(TRY(file_named(command.network, kFileMax))));
  const std::string policy = "log " + network.log.text() + "\nlog " + network.keys.text() + "\nquorum none\n";
  const note::VerifierKey key = TRY(hub::WitnessHouse::create(command.data, org, policy));
  return json::Value(json::Object{{"ok", true}, {"data", command.data}, {"witness", key.text()}});
}

}  // namespace

int run_init_hub(const InitCommand& command) {
  return finish(init_hub(command), command.json, [&](const json::Value& made) {
    std::printf("%s: %s\n", member_text(made, "hub").c_str(), command.data.c_str());
    std::printf("  加入者に渡すもの what members are given: %s\n", member_text(made, "network").c_str());
    std::printf("  その指紋 its fingerprint: %s\n", member_text(made, "fingerprint").c_str());
    std::printf(
        "  承認者の鍵(合言葉で封じたもの。二人に一つずつ渡し、ここから消す) admitters' keys, each sealed under its passphrase, one for each "
        "of two people, then removed from here:\n");
    for (const json::Value& file : made.as_object().at("admitters").as_array()) std::printf("    %s\n", file.as_string().c_str());
    std::printf("\n次に next: warifu serve --data %s\n", command.data.c_str());
  });
}

int run_init_witness(const InitCommand& command) {
  return finish(init_witness(command), command.json, [&](const json::Value& made) { std::printf("%s\n", member_text(made, "witness").c_str()); });
}

int run_org_invite(const HubOrgCommand& command) {
  return finish(invite(command), command.json, [](const json::Value& made) {
    std::printf("%s: %s\n", member_text(made, "org").c_str(), member_text(made, "file").c_str());
    std::printf("  期限 until: %s\n", member_text(made, "until").c_str());
    std::printf("  網の指紋 fingerprint of the network: %s\n", member_text(made, "network").c_str());
  });
}

int run_org_pending(const HubOrgCommand& command) {
  return finish(list(command), command.json, [](const json::Value& all) {
    for (const json::Value& one : all.as_object().at("applications").as_array())
      std::printf("%-30s %-9s %-9s %s\n", member_text(one, "org").c_str(), member_text(one, "side").c_str(), member_text(one, "state").c_str(),
                  member_text(one, "fingerprint").c_str());
  });
}

int run_org_admit(const HubOrgCommand& command) {
  return finish(sign_admission(command), command.json, [](const json::Value& made) {
    std::printf("%s\n  根鍵の指紋 fingerprint of its root key: %s\n\n", member_text(made, "org").c_str(), member_text(made, "fingerprint").c_str());
    print_qr(member_text(made, "root"));
    std::printf("\n%s\n", made.as_object().at("admitted").as_bool() ? "加入しました。 Admitted."
                                                                    : "もう一人の署名を待っています。 One more admitter has to sign.");
  });
}

int run_org_revoke(const HubOrgCommand& command) {
  return finish(revoke(command), command.json, [](const json::Value& made) {
    std::printf("%s\n", member_text(made, "org").c_str());
    if (made.as_object().at("served").as_bool()) {
      std::printf("失効の手続を取り消しました。中継を再開します。 Taken back: it is served again.\n");
      return;
    }
    std::printf("  終了 ended: %s\n", member_text(made, "ended").c_str());
    std::printf("%s\n", made.as_object().at("revoked").as_bool()
                            ? "失効しました。鍵の記録により全参加機関に伝わります。 Revoked; every member learns it from the log of keys."
                            : "中継を止めました。失効にはもう一人の署名が必要です。 Served no longer; one more admitter has to sign the end.");
  });
}

}  // namespace warifu::app

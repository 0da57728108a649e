// The hub's commands: made, invited to, admitted, served no longer.

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/file.h"
#include "desk/keyring.h"
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

Result<note::Signer> load_admitter(const std::string& file, const exchange::Network& network) {
  const std::filesystem::path path(file);
  // The name of the file says whose key it should be; the file itself says whose it is.
  for (const note::VerifierKey& key : network.admitters) {
    const desk::Keyring keyring(path.has_parent_path() ? path.parent_path().string() : ".");
    if (std::filesystem::path(keyring.path_of(key.name)).filename() != path.filename()) continue;
    note::Signer signer = TRY(keyring.load(key.name));
    if (signer.verifier() != key) return fail(Code::KEY_UNKNOWN, "not the key of this admitter", "--admitter", {{"key", key.name}});
    return signer;
  }
  return fail(Code::KEY_UNKNOWN, "no admitter of this hub has such a key file", "--admitter", {{"key", path.filename().string()}});
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
    last = TRY(admit(*hub, command.org, TRY(load_admitter(file, hub->network()))));
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
  const party::OrganisationId org = TRY(party::OrganisationId::parse(command.org));
  if (org == hub->network().hub) return fail(Code::BAD_VALUE, "a hub does not revoke itself", "org", {{"expected", "a member"}});
  TRY(hub->store().revoke(org.text(), command.reason, hub->options().clock()));
  return json::Value(json::Object{{"ok", true}, {"org", org.text()}});
}

Result<json::Value> init_hub(const InitCommand& command) {
  const party::OrganisationId org = TRY(party::OrganisationId::parse(command.org));
  if (command.url.empty()) return fail(Code::EMPTY_FIELD, "where do members reach the hub?", "--url");
  TRY(hub::Hub::create({.data = command.data, .store_url = command.store_url, .org = org, .url = command.url, .hosts = command.hosts}));
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
  const exchange::Network network = TRY(exchange::Network::parse(TRY(read_file(command.network, kFileMax))));
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
    std::printf("  承認者の鍵(二人に一つずつ渡し、ここから消す) admitters' keys, one each for two people, then removed from here:\n");
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
  return finish(revoke(command), command.json, [](const json::Value& made) { std::printf("%s\n", member_text(made, "org").c_str()); });
}

}  // namespace warifu::app

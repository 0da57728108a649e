// `warifu init` and `warifu org`: organisations with their keys, and the first administrator's invitation.

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/setup.h"
#include "app/token_config.h"
#include "base/file.h"
#include "note/directory_entry.h"

namespace warifu::app {

namespace {

constexpr std::size_t kNetworkBytesMax = 64 * 1024;

Status require(const std::string& value, const char* option) {
  if (value.empty()) return fail(Code::EMPTY_FIELD, "must not be empty", option);
  return {};
}

}  // namespace

Result<party::Organisation> organisation_of(const OrgCommand& command) {
  party::Organisation out;
  Result<party::OrganisationId> id = party::OrganisationId::parse(command.org);
  if (!id) return tl::unexpected<Error>(std::move(id).error().at("--org"));
  out.id = *id;
  TRY(require(command.name_ja, "--name-ja"));
  TRY(require(command.name_en, "--name-en"));
  if (command.side != "agency" && command.side != "provider")
    return fail(Code::BAD_VALUE, "which side?", "--side", {{"expected", "agency, provider"}});
  out.side = command.side == "agency" ? party::Side::AGENCY : party::Side::PROVIDER;
  out.name_ja = command.name_ja;
  out.name_en = command.name_en;
  out.address = command.address;
  out.telephone = command.telephone;
  out.recipient_class = out.side == party::Side::AGENCY ? law::RecipientClass::LOCAL_GOVERNMENT : law::RecipientClass::BUSINESS_OPERATOR;
  if (!command.recipient_class.empty()) {
    Result<law::RecipientClass> given = enum_parse<law::RecipientClass>(command.recipient_class);
    if (!given) return tl::unexpected<Error>(std::move(given).error().at("--class"));
    out.recipient_class = *given;
  }
  for (std::size_t from = 0; from < command.kind.size();) {
    const std::size_t comma = std::min(command.kind.find(',', from), command.kind.size());
    if (comma > from) out.kinds.push_back(command.kind.substr(from, comma - from));
    from = comma + 1;
  }
  return out;
}

Result<desk::InvitationCode> first_administrator(Hosted& hosted, const InitCommand& command) {
  party::Person person;
  person.id = PersonId::random();
  person.login = command.admin_login;
  person.name = command.admin_name.empty() ? command.admin_login : command.admin_name;
  person.post = command.admin_post;
  person.roles = {party::Role::ADMIN};
  TRY(hosted.office->put_entry_as_node("person", MatterId{person.id.bytes}, person.login, json::encode(person)));
  return hosted.logins->invite_as_node(person.id);
}

namespace {

struct Made {
  desk::InvitationCode code;
  std::string directory, root_key, root_file;
};

// What the next commands need to find, and what the person at the terminal is told.
Result<Made> made_of(Node& node, Hosted& hosted, const InitCommand& command) {
  if (!command.keys_module.empty() || !command.keys_seal.empty()) {
    // A name without a folder is looked for where the system keeps its libraries; paths hold from wherever a later command is run.
    const auto fixed = [](const std::string& path) { return path.find('/') == std::string::npos ? path : std::filesystem::absolute(path).string(); };
    const std::string pin_file = command.keys_pin_file.empty() ? "" : std::filesystem::absolute(command.keys_pin_file).string();
    const std::string config = key_config_text({fixed(command.keys_module), command.keys_token, pin_file, command.keys_seal});
    TRY(write_file_durably(command.data + "/warifu.toml", bytes_of(config), 0600));
  }
  const party::OrganisationId org = hosted.organisation.id;
  const std::string root_name = note::root_name(org.text());
  const desk::Keyring ring = command.root_folder.empty() ? node.keyring(org) : desk::Keyring(command.root_folder);
  const std::string root_key = TRY(ring.load(root_name)).verifier().text();
  return Made{TRY(first_administrator(hosted, command)), node.directory().root().text(), root_key, ring.path_of(root_name)};
}

// The folder of a member: `warifu org join` applies with it later.
Result<Made> make_member(NodeOptions options, const party::Organisation& organisation, const InitCommand& command) {
  const std::string text = TRY(read_file(command.network, kNetworkBytesMax));
  Result<exchange::Network> network = exchange::Network::parse(text);
  if (!network) return tl::unexpected<Error>(std::move(network).error().at("--network "));
  const std::unique_ptr<Node> node = TRY(Node::create_member(std::move(options), *network, organisation, command.root_folder));
  return made_of(*node, *node->hosted().front(), command);
}

Result<Made> make_node(NodeOptions options, const party::Organisation& organisation, const InitCommand& command) {
  if (!command.network.empty()) return make_member(std::move(options), organisation, command);
  const std::unique_ptr<Node> node = TRY(Node::create(std::move(options)));
  Hosted* hosted = TRY(node->add_organisation(organisation, command.root_folder));
  return made_of(*node, *hosted, command);
}

// A folder for the root key: not within the data, from which it is to be kept apart.
Status check_root_folder(const std::string& data, const std::string& folder, const char* option) {
  if (folder.empty()) return {};
  std::error_code ignored;
  const auto whole = [&](std::string text) {
    while (text.ends_with('/')) text.pop_back();
    return std::filesystem::weakly_canonical(text, ignored);
  };
  const std::filesystem::path within = whole(data), root = whole(folder);
  const auto [end, rest] = std::mismatch(within.begin(), within.end(), root.begin(), root.end());
  if (end == within.end()) return fail(Code::CONFLICT, "the root key would lie in the data folder", option);
  return {};
}

// The configuration as the options of the command make it.
Result<Config> config_of(const InitCommand& command) {
  Config config = TRY(Config::load(std::nullopt, environment_variable));
  if (!command.keys_module.empty()) config.set("keys.module", command.keys_module);
  if (!command.keys_token.empty()) config.set("keys.token", command.keys_token);
  if (!command.keys_pin_file.empty()) config.set("keys.pin_file", command.keys_pin_file);
  if (!command.keys_seal.empty()) config.set("keys.seal", command.keys_seal);
  return config;
}

Result<json::Value> init(const InitCommand& command) {
  const party::Organisation organisation =
      TRY(organisation_of({command.data, command.org, command.name_ja, command.name_en, command.side, command.address, command.telephone,
                           command.kind, command.recipient_class, command.root_folder, command.json}));
  TRY(desk::check_demo(organisation.id, false));
  std::error_code ignored;
  const bool was_there = std::filesystem::exists(command.data, ignored);
  if (was_there && !std::filesystem::is_empty(command.data, ignored)) return fail(Code::CONFLICT, "the folder is not empty", command.data);
  TRY(check_root_folder(command.data, command.root_folder, "--root-offline"));
  NodeOptions options;
  options.data = command.data;
  options.store_url = command.store_url;
  const Config config = TRY(config_of(command));
  options.seal = TRY(seal_kind_of(config));
  options.token = TRY(open_token(config, environment_variable));
  options.hub = command.hub.empty() ? "hub." + organisation.id.text() : command.hub;
  if (!party::OrganisationId::parse(options.hub)) return fail(Code::BAD_VALUE, "not a name on the wire", "--hub", {{"expected", "hub.example"}});
  const std::string root_file = desk::Keyring(command.root_folder).path_of(note::root_name(organisation.id.text()));
  const bool had_root = !command.root_folder.empty() && std::filesystem::exists(root_file, ignored);
  const Result<Made> made = make_node(std::move(options), organisation, command);
  if (!made) {
    if (!command.root_folder.empty() && !had_root) std::filesystem::remove(root_file, ignored);
    // A folder with keys that nobody was told of would only stand in the way of the next try; unless another process is making it just now.
    const bool is_made_by_another =
        made.error().code == Code::STORE_LOCKED || (made.error().code == Code::CONFLICT && made.error().where == command.data);
    if (!is_made_by_another)
      for (const auto& entry : std::filesystem::directory_iterator(command.data, ignored)) std::filesystem::remove_all(entry.path(), ignored);
    if (!was_there) std::filesystem::remove(command.data, ignored);
    return tl::unexpected<Error>(made.error());
  }
  return json::Value(json::Object{{"ok", true},
                                  {"data", command.data},
                                  {"root_key", made->root_key},
                                  {"root_file", made->root_file},
                                  {"organisation", organisation.id.text()},
                                  {"directory", made->directory},
                                  {"login", made->code.login},
                                  {"person", made->code.person.hex()},
                                  {"invitation", made->code.code},
                                  {"until", to_rfc3339(made->code.until)}});
}

Result<json::Value> add(const OrgCommand& command) {
  const party::Organisation organisation = TRY(organisation_of(command));
  TRY(check_root_folder(command.data, command.root_folder, "--root-offline"));
  const std::unique_ptr<Node> node = TRY(open_node(command.data, true));
  TRY(node->add_organisation(organisation, command.root_folder));
  return json::Value(json::Object{{"ok", true}, {"organisation", json::encode(organisation)}});
}

Result<json::Value> list(const OrgCommand& command) {
  const std::unique_ptr<Node> node = TRY(open_node(command.data, false));
  json::Array out;
  for (const party::Organisation& organisation : TRY(node->directory().organisations())) {
    json::Object one = json::encode(organisation).as_object();
    one["hosted"] = node->find(organisation.id) != nullptr;
    out.push_back(std::move(one));
  }
  return json::Value(json::Object{{"organisations", std::move(out)}});
}

}  // namespace

int run_init(const InitCommand& command) {
  return finish(init(command), command.json, [&](const json::Value& made) {
    std::printf("%s: %s\n", member_text(made, "organisation").c_str(), command.data.c_str());
    std::printf("  名簿の公開鍵 key of the directory: %s/root.vkey\n", command.data.c_str());
    std::printf("  組織の親鍵の公開鍵 public root key: %s\n", member_text(made, "root_key").c_str());
    std::printf("  親鍵(外して保管) root key, to be kept elsewhere: %s\n", member_text(made, "root_file").c_str());
    std::printf("  管理者 administrator: %s\n", member_text(made, "login").c_str());
    std::printf("  招待コード(一度だけ表示) invitation code, shown once: %s\n", member_text(made, "invitation").c_str());
    std::printf("  期限 until: %s\n", member_text(made, "until").c_str());
    std::printf("\n次に next: warifu serve --data %s\n", command.data.c_str());
  });
}

int run_org_add(const OrgCommand& command) {
  return finish(add(command), command.json, [&](const json::Value&) { std::printf("%s\n", command.org.c_str()); });
}

int run_org_list(const OrgCommand& command) {
  return finish(list(command), command.json, [](const json::Value& all) {
    for (const json::Value& one : all.as_object().at("organisations").as_array())
      std::printf("%-30s %-9s %s %s\n", member_text(one, "id").c_str(), member_text(one, "side").c_str(), member_text(one, "name_ja").c_str(),
                  one.as_object().at("hosted").as_bool() ? "" : "(他所 elsewhere)");
  });
}

}  // namespace warifu::app

// A node as member of an exchange over a hub: its folder made and opened, its line to the hub.

#include <algorithm>
#include <filesystem>

#include "app/joining.h"
#include "app/node.h"
#include "base/file.h"
#include "exchange/evidence.h"
#include "member/hub_client.h"
#include "note/policy.h"
#include "store/office_store.h"
#include "store/postgres.h"
#include "store/sqlite.h"

namespace warifu::app {

namespace {

constexpr std::size_t kNetworkBytesMax = 64 * 1024;
constexpr std::chrono::milliseconds kEchoWait{250};  // an arrival travels with what answers it at once; people do not notice it

std::string network_path(const std::string& data) { return data + "/network"; }
std::string policy_path(const std::string& data) { return data + "/root.vkey"; }

// The house's own policy: which logs it believes, and whom it wants to have seen them. Evidence is verified against the same file.
Result<note::Policy> read_policy(const std::string& data, const exchange::Network& network) {
  const std::string path = policy_path(data);
  const auto bad = [&](const std::string& why) { return fail(Code::CONFIG, why, path, {{"expected", "a tlog-policy file"}}); };
  const Result<note::Policy> policy = note::Policy::parse(TRY(read_file(path, kNetworkBytesMax)));
  if (!policy) return bad("cannot be read: " + policy.error().message);
  for (const note::VerifierKey& key : {network.log, network.keys})
    if (std::ranges::find(policy->logs, key, &note::Policy::Log::key) == policy->logs.end()) return bad("does not name the log " + key.name);
  return *policy;
}

// Without its line key a member reaches nobody, and without a seal key it opens nothing: said at the start, with the place where the file belongs,
// and not by the first message.
Status check_member_keys(const std::string& data, const desk::Keyring& keys, const party::OrganisationId& org) {
  const auto missing = [](const std::string& name, const std::string& file) {
    return fail(Code::NOT_FOUND, "no such key file", name, {{"key_file", file}});
  };
  std::error_code ignored;
  const std::string line = data + "/tls.key";
  if (!std::filesystem::exists(line, ignored)) return missing(org.text() + "/tls", line);
  const std::string seal = note::seal_name(org.text());
  if (TRY(keys.seals(org)).empty()) return missing(seal, keys.path_of(seal + "/1"));
  return {};
}

}  // namespace

Status Node::read_network() {
  std::error_code ignored;
  if (!std::filesystem::exists(network_path(options_.data), ignored)) return {};
  network_ = TRY(exchange::Network::parse(TRY(read_file(network_path(options_.data), kNetworkBytesMax))));
  return {};
}

Status Node::open_replica() {
  const NodeOptions& options = options_;
  store::Engine::Open open = [&options](store::Access access) -> Result<std::unique_ptr<store::Database>> {
    if (options.store_url.starts_with("postgresql:") || options.store_url.starts_with("postgres:"))
      return store::open_postgres({.url = options.store_url, .schema = "warifu_replica", .access = access});
    return store::open_sqlite({.file = options.data + "/directory.sqlite", .access = access});
  };
  directory_ = TRY(store::DirectoryStore::create(std::move(open), {network_->keys, network_->admitters, options_.clock, {}, store::kLookEvery}));
  return {};
}

Status Node::make_member(const Hosted& hosted, std::shared_ptr<desk::Mailbox> mailbox) {
  const party::OrganisationId org = hosted.organisation.id;
  const desk::Keyring keys = keyring(org);
  TRY(check_member_keys(options_.data, keys, org));
  auto hub = std::make_unique<member::HubClient>(
      member::HubClientOptions{.network = *network_, .certificate_file = options_.data + "/tls.crt", .key_file = options_.data + "/tls.key"});
  member::MemberOptions options;
  options.network = *network_;
  options.self = hosted.organisation;
  options.root = TRY(read_root(options_.data));
  options.sign = hosted.signer;
  options.witness = std::make_shared<const note::Cosigner>(TRY(keys.load_cosigner(witness_name(org))));
  options.policy = policy_ = TRY(read_policy(options_.data, *network_));
  options.identities = [seals = std::make_shared<desk::KeptSeals>(keys, org)] { return seals->identities(); };
  options.files_dir = options_.data + "/attachments";
  options.clock = options_.clock;
  options.interrupt = [line = hub.get()] { line->interrupt(); };
  options.tell = [this, name = org.text()](std::string_view event, const Error& error) { failures_.tell(event, name, error, options_.clock()); };
  options.on_applied = options_.on_applied;
  if (options_.is_demo) options.watch_every = std::chrono::milliseconds(1'000);
  options.echo_wait = kEchoWait;
  member_ = std::make_unique<member::Member>(std::move(options), std::move(hub), *mailbox, directory_, metrics_);
  return {};
}

Result<std::unique_ptr<Node>> Node::create_member(NodeOptions options, const exchange::Network& network, const party::Organisation& organisation,
                                                  const std::string& root_folder) {
  TRY(desk::check_demo(organisation.id, options.is_demo));
  TRY(make_directories(options.data, 0700));
  std::unique_ptr<Node> node(new Node(std::move(options)));
  const std::string& data = node->options_.data;
  std::error_code ignored;
  if (std::filesystem::exists(data + "/organisations.json", ignored)) return fail(Code::CONFLICT, "the folder holds a node", data);
  if (node->options_.lock) node->lock_.emplace(TRY(store::FolderLock::take(data)));
  node->network_ = network;
  node->options_.hub = network.hub.text();
  TRY(make_member_keys(data, node->keyring(organisation.id), organisation.id, node->options_.clock(), root_folder));
  TRY(write_file_durably(policy_path(data), bytes_of(exchange::root_file(network)), 0644));
  TRY(write_file_durably(network_path(data), bytes_of(network.text()), 0644));
  TRY(node->open_replica());
  TRY(node->host(organisation));
  TRY(node->save_list());
  return node;
}

}  // namespace warifu::app

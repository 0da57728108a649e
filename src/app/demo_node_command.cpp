// `warifu demo-node`: one invented organisation moves into a node of its own, joins the exchange it is invited to, and is served until it is told
// to end. What the separate demo starts once for each of them, and the fault tests again after they have killed it.

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "app/bench_driver.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/demo_people.h"
#include "app/http_front.h"
#include "app/joining.h"
#include "app/log.h"
#include "base/file.h"

namespace warifu::app {

namespace {

constexpr std::size_t kInvitationBytesMax = 64 * 1024;
constexpr std::size_t kAccountsBytesMax = 1024 * 1024;

std::string accounts_path(const DemoNodeCommand& command) { return command.data + "/demo-accounts.json"; }

bool is_told_to_end() {
  sigset_t waiting;
  return sigpending(&waiting) == 0 && (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

// Null: told to end while it waited to be admitted.
Result<std::unique_ptr<Node>> move_in(const DemoNodeCommand& command, NodeOptions options) {
  const DemoOrganisation* from = demo_organisation_named(command.org);
  if (from == nullptr) return fail(Code::NOT_FOUND, "no such organisation in the demo", "--org");
  const exchange::Invitation invitation = TRY(exchange::Invitation::parse(TRY(read_file(command.invitation, kInvitationBytesMax))));
  const party::Organisation organisation = demo_organisation(*from);
  TRY(furnish_demo_folder(command.data, *from, command.customers));
  std::unique_ptr<Node> node = TRY(Node::create_member(std::move(options), invitation.network, organisation));
  const note::Signer root = TRY(node->root_key(organisation.id));
  TRY(apply_to_hub(*node, invitation.code, TRY(application_of(*node, root))));
  // Read out to the hub's people, who compare.
  TRY(write_file_durably(command.data + "/fingerprint", bytes_of(exchange::fingerprint_of(root.verifier().text()) + "\n"), 0644));
  if (!TRY(wait_for_admission(*node, is_told_to_end))) return std::unique_ptr<Node>();

  std::vector<DemoAccount> accounts;
  for (DemoMade& made : TRY(furnish_demo_office(*node, *node->hosted().front(), *from))) accounts.push_back(std::move(made.account));
  TRY(write_file_durably(accounts_path(command), bytes_of(json::pretty(json::encode(accounts)) + "\n"), 0600));
  return node;
}

Status serve(const DemoNodeCommand& command) {
  block_signals();
  start_log(LogLevel::EVERYTHING);
  const Listen listen = TRY(parse_listen(command.listen));
  if (!listen.is_loopback()) return fail(Code::CONFIG, "a demo listens on the loopback address only", "listen", {{"expected", "127.0.0.1"}});
  NodeOptions options;
  options.data = command.data;
  options.store_url = command.store_url;
  options.origin = "http://127.0.0.1:" + std::to_string(listen.port);
  options.is_demo = true;
  options.file_bytes_max = file_bytes_max_of(TRY(config_of_folder(command.data)));
  options.password_cost = {1, 1024 * 1024};
  BenchDriver bench;
  if (command.bench_port != 0) options.on_applied = [&bench](const exchange::Parcel& parcel) { bench.applied(parcel); };
  // The accounts are written last: with them, everything lies there already, and the node goes on where it was.
  std::error_code ignored;
  const bool is_made = std::filesystem::exists(accounts_path(command), ignored);
  const std::unique_ptr<Node> node = TRY(is_made ? Node::open(std::move(options)) : move_in(command, std::move(options)));
  if (node == nullptr) return {};

  Front front;
  front.listen = listen;
  front.temp_directory = command.data + "/tmp";
  TRY(make_directories(front.temp_directory, 0700));
  front.options.version = WARIFU_VERSION;
  front.options.is_demo = true;
  front.options.is_https = false;
  if (command.bench_port != 0)
    TRY(bench.start(*node, TRY(json::decode_text<std::vector<DemoAccount>>(TRY(read_file(accounts_path(command), kAccountsBytesMax)))),
                    command.bench_port));
  const Status served = serve_until_end(*node, std::move(front));
  bench.stop();
  return served;
}

}  // namespace

int run_demo_node(const DemoNodeCommand& command) {
  const Status served = serve(command);
  return served ? 0 : report(served.error(), false);
}

}  // namespace warifu::app

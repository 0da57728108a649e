// `warifu demo-node`: one invented organisation moves into a node of its own, joins the exchange it is invited to, and is served until it is told
// to end. What the separate demo starts once for each of them; of no use by itself.

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/demo_people.h"
#include "app/http_front.h"
#include "app/joining.h"
#include "app/log.h"
#include "base/file.h"

namespace warifu::app {

namespace {

constexpr std::size_t kInvitationBytesMax = 64 * 1024;

bool is_told_to_end() {
  sigset_t waiting;
  return sigpending(&waiting) == 0 && (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

Status serve(const DemoNodeCommand& command) {
  block_signals();
  start_log(LogLevel::EVERYTHING);
  const Listen listen = TRY(parse_listen(command.listen));
  if (!listen.is_loopback()) return fail(Code::CONFIG, "a demo listens on the loopback address only", "listen", {{"expected", "127.0.0.1"}});
  const DemoOrganisation* from = demo_organisation_named(command.org);
  if (from == nullptr) return fail(Code::NOT_FOUND, "no such organisation in the demo", "--org");
  const exchange::Invitation invitation = TRY(exchange::Invitation::parse(TRY(read_file(command.invitation, kInvitationBytesMax))));

  NodeOptions options;
  options.data = command.data;
  options.store_url = command.store_url;
  options.origin = "http://127.0.0.1:" + std::to_string(listen.port);
  options.is_demo = true;
  options.password_cost = {1, 1024 * 1024};
  const party::Organisation organisation = demo_organisation(*from);
  TRY(furnish_demo_folder(command.data, *from, command.customers));
  const std::unique_ptr<Node> node = TRY(Node::create_member(std::move(options), invitation.network, organisation));
  const note::Signer root = TRY(node->root_key(organisation.id));
  TRY(apply_to_hub(*node, invitation.code, TRY(application_of(*node, root))));
  // Read out to the hub's people, who compare.
  TRY(write_file_durably(command.data + "/fingerprint", bytes_of(exchange::fingerprint_of(root.verifier().text()) + "\n"), 0644));
  if (!TRY(wait_for_admission(*node, is_told_to_end))) return {};

  std::vector<DemoAccount> accounts;
  for (DemoMade& made : TRY(furnish_demo_office(*node, *node->hosted().front(), *from))) accounts.push_back(std::move(made.account));
  TRY(write_file_durably(command.data + "/demo-accounts.json", bytes_of(json::pretty(json::encode(accounts)) + "\n"), 0600));

  Front front;
  front.listen = listen;
  front.temp_directory = command.data + "/tmp";
  TRY(make_directories(front.temp_directory, 0700));
  front.options.version = WARIFU_VERSION;
  front.options.is_demo = true;
  front.options.is_https = false;
  return serve_until_end(*node, std::move(front));
}

}  // namespace

int run_demo_node(const DemoNodeCommand& command) {
  const Status served = serve(command);
  return served ? 0 : report(served.error(), false);
}

}  // namespace warifu::app

#include <cstdio>

#include "api/openapi.h"
#include "app/commands.h"
#include "app/demo.h"
#include "app/http_front.h"
#include "app/log.h"
#include "app/web_origin.h"
#include "base/file.h"

namespace warifu::app {

namespace {

void print_accounts(const std::vector<DemoAccount>& accounts) {
  std::string organisation;
  for (const DemoAccount& account : accounts) {
    if (account.organisation != organisation) std::printf("\n  %s  %s\n", account.organisation_ja.c_str(), account.organisation.c_str());
    organisation = account.organisation;
    std::string roles;
    for (const party::Role role : account.roles) roles += (roles.empty() ? "" : ", ") + std::string(enum_text(role));
    std::printf("    %-11s PIN %s  %s %s (%s)\n", account.login.c_str(), account.pin.c_str(), account.name.c_str(), account.post.c_str(),
                roles.c_str());
  }
}

Status serve(const DemoCommand& command) {
  const Listen listen = TRY(parse_listen(command.listen));
  // A demo shows its PINs and asks for no second factor: it is for this machine alone.
  if (!listen.is_loopback()) return fail(Code::CONFIG, "a demo listens on the loopback address only", "listen", {{"expected", "127.0.0.1"}});
  block_signals();
  start_log(LogLevel::WARNINGS);
  const std::unique_ptr<Demo> demo =
      TRY(Demo::open(command.data, command.store_url, "http://localhost:" + std::to_string(listen.port), {.customers = command.customers}));
  const std::vector<DemoAccount> accounts = TRY(demo->accounts());
  TRY(publish_origin(demo->node()));

  Front front;
  front.listen = listen;
  front.temp_directory = command.data + "/tmp";
  TRY(make_directories(front.temp_directory, 0700));
  front.options.version = WARIFU_VERSION;
  front.options.is_demo = true;
  front.options.is_https = false;
  for (const DemoAccount& account : accounts)
    front.options.demo_accounts.push_back({TRY(party::OrganisationId::parse(account.organisation)), account.login, account.password, account.name,
                                           account.post, account.roles.front(), account.pin});
  front.keyfile = [&demo](const party::OrganisationId& org, const PersonId& person) -> Result<api::KeyfileView> {
    Demo::Device device = TRY(demo->device(org, person));
    while (!device.device_secret.empty() && device.device_secret.back() == '\n') device.device_secret.pop_back();
    return api::KeyfileView{std::move(device.keyfile), std::move(device.device_secret)};
  };
  front.on_ready = [&accounts](std::uint16_t port) {
    std::printf("割符 Warifu demo\n  http://localhost:%u\n", port);
    std::printf("\n  パスワード password: %s\n", accounts.empty() ? "" : accounts.front().password.c_str());
    print_accounts(accounts);
    std::printf("\n  Ctrl-C で終了します。 Ctrl-C ends it.\n");
    std::fflush(stdout);
  };
  return serve_until_end(demo->node(), std::move(front));
}

}  // namespace

int run_openapi() {
  const std::string text = api::openapi_text();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

int serve_demo(const DemoCommand& command) {
  const Status served = serve(command);
  return served ? 0 : report(served.error(), command.json);
}

}  // namespace warifu::app

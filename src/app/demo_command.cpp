#include <cstdio>

#include "app/commands.h"
#include "app/demo.h"
#include "app/demo_separate.h"

namespace warifu::app {

namespace {

Result<std::vector<DemoMatter>> play_together(const DemoCommand& command) {
  const std::unique_ptr<Demo> demo = TRY(Demo::open(command.data, command.store_url, "http://localhost", {.customers = command.customers}));
  return demo->matters();
}

Result<bool> play_once(const DemoCommand& command) {
  const std::vector<DemoMatter> matters = TRY(command.separate ? play_separately(command) : play_together(command));
  bool is_ok = !matters.empty();
  for (const DemoMatter& matter : matters) is_ok = is_ok && matter.state == matter.expected;
  if (command.json) {
    const json::Object result{{"ok", is_ok}, {"matters", json::encode(matters)}};
    std::printf("%s\n", json::compact(result).c_str());
  } else {
    for (const DemoMatter& matter : matters)
      std::printf("%-28s %-24s %-20s %3d%s\n", matter.case_.c_str(), matter.number.c_str(), std::string(enum_text(matter.state)).c_str(), matter.acts,
                  matter.state == matter.expected ? "" : "  (unexpected)");
  }
  return is_ok;
}

}  // namespace

int run_demo(const DemoCommand& command) {
  if (command.separate && !command.once)
    return report(Error{Code::CONFIG, "the separate demo plays once and ends", "--separate", {{"expected", "--once --separate"}}}, command.json);
  if (command.once) {
    const Result<bool> played = play_once(command);
    if (!played) return report(played.error(), command.json);
    return *played ? 0 : 1;
  }
  return serve_demo(command);
}

}  // namespace warifu::app

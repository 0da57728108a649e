#pragma once
// For tests only: an answer with files, looked up, checked by a second person, released and on its way to the agency.

#include <algorithm>
#include <fstream>

#include "member/testing_exchange.h"

namespace warifu::member {

// Everything below the folder of files that is under way.
inline std::vector<std::string> files_of(const House& house) {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(house.files, ignored))
    if (entry.is_regular_file(ignored)) out.push_back(std::filesystem::relative(entry.path(), house.files).string());
  std::ranges::sort(out);
  return out;
}
inline std::size_t count_plain(const House& house) {
  const std::vector<std::string> files = files_of(house);
  return static_cast<std::size_t>(std::ranges::count_if(files, [](const std::string& name) { return name.ends_with(".plain"); }));
}
inline void put_file(const std::string& path, const std::string& content = "invented") {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << content;
}

// The answer with these files, looked up, checked by a second person and released.
inline void release(TestingExchange& e, const MatterId& matter, const std::vector<inquiry::FileRef>& files) {
  e.world.step();
  desk::CollectCommand command;
  command.answer.items.emplace_back();
  command.answer.items[0].files = files;
  command.ready = true;
  desk::must(e.world.provider().collect(e.world.op, matter, command));
  e.world.step();
  desk::must(e.world.provider().check_answer(e.world.releaser, matter, {{{1, 0}}, {}}));
  e.world.step();
  const desk::Prepared prepared = desk::must(e.world.provider().prepare_release(e.world.releaser, matter));
  desk::must(e.world.provider().release(e.world.releaser, matter, e.world.provider_office().sign(prepared, e.world.releaser.person)));
}

// An answer with files on its way to the agency, which has everything else.
struct Answer {
  explicit Answer(TestingExchange& e, std::size_t count = 2) {
    matter = e.dispatched();
    e.carry();
    e.world.assigned(matter);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string path = e.folder.file("answer-" + std::to_string(i) + ".csv");
      put_file(path, "氏名,住所\n例示 " + std::to_string(i) + ",架空市\n");
      files.push_back(desk::must(e.world.provider().attach(e.world.op, matter, "list.csv", "text/csv", path)));
    }
    release(e, matter, files);
    desk::must(e.provider.member->send());
    before = desk::must(e.agency.mailbox->acts(matter)).size();
    e.hub.objects_asked = 0;
  }
  [[nodiscard]] bool is_here(const TestingExchange& e) const { return desk::must(e.agency.mailbox->acts(matter)).size() > before; }
  MatterId matter;
  std::vector<inquiry::FileRef> files;
  std::size_t before = 0;
};

}  // namespace warifu::member

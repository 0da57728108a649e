#pragma once
// For tests only: a store played through on a disk that fails (store/testing_vfs.h), at one step of the disk after the other, in every way a disk can
// fail and with the power going. What was acknowledged is there, a command is there whole or not at all, and repeating it brings the store to where
// it would have been.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/sqlite.h"
#include "store/testing_vfs.h"

namespace warifu::store {

struct FaultWay {
  const char* name;
  DiskFault fault;
  FaultyDisk::Keep keep;
  std::uint32_t seed;
};
inline constexpr FaultWay kFaultWays[] = {
    {"I/O error", DiskFault::IO, FaultyDisk::Keep::NOTHING, 1},
    {"no space", DiskFault::FULL, FaultyDisk::Keep::NOTHING, 1},
    {"half a write", DiskFault::SHORT, FaultyDisk::Keep::SOME, 2},
    {"failed flush", DiskFault::FLUSH, FaultyDisk::Keep::NOTHING, 1},
    {"power cut", DiskFault::POWER_CUT, FaultyDisk::Keep::NOTHING, 1},
    {"power cut, some writes kept", DiskFault::POWER_CUT, FaultyDisk::Keep::SOME, 3},
    {"power cut, others kept", DiskFault::POWER_CUT, FaultyDisk::Keep::SOME, 4},
};

inline bool is_long_run() { return std::getenv("WARIFU_LONG") != nullptr; }

// A store as a file, made once and copied for each run.
class FaultFile {
 public:
  explicit FaultFile(std::filesystem::path file) : file_(std::move(file)), template_(file_.string() + ".template") {}
  [[nodiscard]] std::string path() const { return file_.string(); }
  // The file as it is now, with everything closed, is what each run begins with.
  void keep() const { std::filesystem::copy_file(file_, template_); }
  void renew() const {
    remove();
    std::filesystem::copy_file(template_, file_);
  }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(file_.string() + suffix);
  }
  [[nodiscard]] Status check() const {
    const std::unique_ptr<Database> database = TRY(open_sqlite({.file = path(), .access = Access::WRITE}));
    return check_integrity(*database);
  }

 private:
  std::filesystem::path file_, template_;
};

// Commands whose content is the same in every run and which may be repeated, and everything that they wrote as text.
template <class Store>
struct FaultStory {
  const FaultFile& file;
  std::function<Result<std::shared_ptr<Store>>()> open;
  std::vector<std::function<Status(Store&)>> steps;
  std::function<Result<std::string>(Store&)> snapshot;
  std::function<void()> begin = [] {};                // before each run
  std::function<void(Store&)> check = [](Store&) {};  // of the whole at its end

  // The state after each number of commands, on a disk that never fails.
  [[nodiscard]] std::vector<std::string> undisturbed() const {
    std::vector<std::string> states;
    begin();
    file.renew();
    const auto store = open().value();
    states.push_back(snapshot(*store).value());
    for (const auto& step : steps) {
      const Status done = step(*store);
      REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
      states.push_back(snapshot(*store).value());
      REQUIRE(states[states.size() - 2] != states.back());
    }
    return states;
  }

  // With a fault at the n-th step of the disk. False when commands and closing end before that.
  bool play(const std::vector<std::string>& states, const FaultWay& way, long n) const {
    CAPTURE(std::string(way.name));
    CAPTURE(n);
    FaultyDisk disk;
    begin();
    file.renew();
    auto store = open().value();
    disk.fail_at(n, way.fault);
    std::size_t done = 0;
    for (; done < steps.size() && steps[done](*store); ++done) {}
    if (way.fault == DiskFault::POWER_CUT) {
      store.reset();
      if (!disk.has_failed()) return false;
      disk.power_cut(way.keep, way.seed);
      store = open().value();
    }
    // What failed is there whole or not at all; nothing that was acknowledged is missing.
    const std::string after = snapshot(*store).value();
    CHECK((after == states[done] || (done < steps.size() && after == states[done + 1])));
    // Repeated, everything goes on.
    for (; done < steps.size(); ++done) {
      const Status again = steps[done](*store);
      CHECK_MESSAGE(again.has_value(), (again ? "" : again.error().message));
    }
    CHECK(snapshot(*store).value() == states.back());
    store.reset();
    const bool has_failed = disk.has_failed();
    // All of it was acknowledged: the power may go now.
    disk.power_cut(way.keep, way.seed);
    store = open().value();
    CHECK(snapshot(*store).value() == states.back());
    check(*store);
    store.reset();
    CHECK(file.check().has_value());
    return has_failed;
  }

  // A fault at every n-th step of making the store: afterwards there is none, or a whole one.
  void make_all(long stride) const {
    for (const FaultWay& way : kFaultWays) {
      long n = 1;
      for (bool has_failed = true; has_failed; n += is_long_run() ? 1 : stride) {
        CAPTURE(std::string(way.name));
        CAPTURE(n);
        begin();
        FaultyDisk disk;
        file.remove();
        disk.fail_at(n, way.fault);
        static_cast<void>(open());
        has_failed = disk.has_failed();
        disk.power_cut(way.keep, way.seed);
        auto again = open();
        CHECK_MESSAGE(again.has_value(), (again ? "" : again.error().message));
        if (!again) break;
        CHECK(steps.front()(**again).has_value());
        again->reset();
        CHECK(file.check().has_value());
      }
      CHECK(n > 2);
    }
  }

  // Every n-th place, of all of them in a long run.
  void play_all(long stride) const {
    const std::vector<std::string> states = undisturbed();
    for (const FaultWay& way : kFaultWays) {
      const bool is_every = is_long_run() || stride == 1 || way.fault == DiskFault::FLUSH;  // of flushes there are few
      long n = is_every ? 1 : 1 + static_cast<long>(&way - kFaultWays), played = 0;
      while (play(states, way, n)) {
        n += is_every ? 1 : stride;
        ++played;
      }
      MESSAGE(std::string(way.name) << ": " << played << " of " << n << " places");
      CHECK(played > 4);
    }
  }
};

}  // namespace warifu::store

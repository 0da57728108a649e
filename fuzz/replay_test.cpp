// Every fuzz target in an ordinary test run: its seeds, what was found before, and simple variants of both. Whatever breaks a promise ends the
// program, and the log names the target.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "base/file.h"
#include "base/test_source.h"
#include "fuzz/fuzz.h"

namespace warifu::fuzz {
namespace {

constexpr std::size_t kInputBytesMax = std::size_t{1024} * 1024;
constexpr int kVariantsEach = 40;
constexpr std::size_t kVariantBytesMax = 4096;  // of the seeds that are varied

std::vector<std::string> found_before(std::string_view target) {
  std::vector<std::string> paths, out;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(warifu::testing::source_dir() + "/tests/regressions/" + std::string(target), absent))
    paths.push_back(entry.path().string());
  std::ranges::sort(paths);
  for (const std::string& path : paths) out.push_back(read_file(path, kInputBytesMax).value());
  return out;
}

std::string varied(std::string input, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (std::size_t changes = 1 + below(3); changes > 0 && !input.empty(); --changes) switch (below(5)) {
      case 0: input.resize(below(input.size())); break;
      case 1: input[below(input.size())] = static_cast<char>(random() & 0xff); break;
      case 2: input[below(input.size())] ^= static_cast<char>(1 << below(8)); break;
      case 3: input.insert(below(input.size()), input.substr(below(input.size()), below(20))); break;
      case 4: input.erase(below(input.size()), 1 + below(8)); break;
      default: break;
    }
  return input;
}

std::size_t run(const Target& target, const std::vector<std::string>& inputs, int variants) {
  std::mt19937 random(20'261'121);
  std::size_t count = 0;
  for (const std::string& input : inputs) {
    target.one(input);
    ++count;
    if (input.size() > kVariantBytesMax) continue;
    for (int i = 0; i < variants; ++i, ++count) target.one(varied(input, random));
  }
  return count;
}

TEST_CASE("every parser of outside bytes keeps its promises on its seeds, on what was found before and on variants of them") {
  CHECK(targets().size() >= 20);
  for (const Target& target : targets()) {
    std::fprintf(stderr, "fuzz target %s\n", std::string(target.name).c_str());
    std::vector<std::string> inputs = target.seeds();
    CHECK_MESSAGE(!inputs.empty(), target.name);
    for (std::string& input : found_before(target.name)) inputs.push_back(std::move(input));
    inputs.emplace_back();
    CHECK(run(target, inputs, kVariantsEach) > inputs.size());
  }
}

TEST_CASE("the same on the official vectors") {
  std::size_t count = 0;
  for (const Target& target : targets()) {
    if (target.vectors == nullptr) continue;
    std::fprintf(stderr, "fuzz target %s, vectors\n", std::string(target.name).c_str());
    count += run(target, target.vectors(), 2);
  }
  if (count == 0) {
    MESSAGE("skipped: data absent");
    return;
  }
  CHECK(count > 100);
}

TEST_CASE("what was found before belongs to a target that there is") {
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(warifu::testing::source_dir() + "/tests/regressions", absent)) {
    const std::string name = entry.path().filename().string();
    CHECK_MESSAGE(std::ranges::find(targets(), name, &Target::name) != targets().end(), name);
  }
}

}  // namespace
}  // namespace warifu::fuzz

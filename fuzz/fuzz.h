#pragma once
// A fuzz target: a function that is given any bytes and must come back, and the seeds from which the fuzzer makes its variants. One small file per
// parser of outside bytes; it registers itself. Built in two ways: with clang's libFuzzer and the sanitizers, each target a program of its own
// (preset `fuzz`, libfuzzer.cpp), and all together into test_fuzz (replay.cpp), which runs seeds, what was found before (tests/regressions/<target>/)
// and a few thousand simple variants in every test run.
// A broken promise (what was read is spelled differently, two readings differ) is a hold(), which ends the program in both.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "crypto/age.h"
#include "note/note.h"

namespace warifu::fuzz {

struct Target {
  std::string_view name;
  void (*one)(std::string_view input);
  // Made here.
  std::vector<std::string> (*seeds)();
  // From the official vectors (folder below `vectors/`, given by shared_data()); empty when they are absent.
  std::vector<std::string> (*vectors)() = nullptr;
};

[[nodiscard]] std::vector<Target>& targets();
struct Registered {
  explicit Registered(Target target);
};

#define hold(condition) CHECK_THAT(condition)

// Files of a folder of the official vectors, at most so many and none above 256 KiB.
[[nodiscard]] std::vector<std::string> vector_files(const std::string& folder, std::size_t count_max = 200);
// Values of a JSON member in a file of vectors: every "name": "…" without escapes.
[[nodiscard]] std::vector<std::string> vector_members(const std::string& file, std::string_view name, std::size_t count_max = 200);

// Keys that are the same in every run, so that what was found stays found.
[[nodiscard]] const note::Signer& signer(std::string_view name);  // "kakuu-police.example/sign"
[[nodiscard]] note::Cosigner cosigner(std::string_view name);
[[nodiscard]] std::string signed_note(std::string text, std::string_view name);
[[nodiscard]] const crypto::AgeIdentity& identity();

// Takes the first byte as a choice among n; 0 when there is none left.
[[nodiscard]] std::size_t take_choice(std::string_view& input, std::size_t n);
// The seed for choice i.
[[nodiscard]] std::string chosen(std::size_t i, std::string_view rest);

}  // namespace warifu::fuzz

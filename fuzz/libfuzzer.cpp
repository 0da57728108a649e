// The program that libFuzzer drives: one target. `--write-seeds=DIR` puts its seeds there and ends.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "base/test_source.h"
#include "crypto/hash.h"
#include "fuzz/fuzz.h"

namespace warifu::testing {

std::string source_dir() { return WARIFU_SOURCE_DIR; }

}  // namespace warifu::testing

namespace {

bool write_seeds(const warifu::fuzz::Target& target, const std::string& folder) {
  std::vector<std::string> seeds = target.seeds();
  if (target.vectors != nullptr)
    for (std::string& seed : target.vectors()) seeds.push_back(std::move(seed));
  for (const std::string& seed : seeds) {
    const std::string file = folder + "/" + warifu::crypto::sha256(seed).hex().substr(0, 16);
    if (const warifu::Status written = warifu::write_file_durably(file, warifu::bytes_of(seed), 0600); !written) {
      std::fprintf(stderr, "%s\n", written.error().message.c_str());
      return false;
    }
  }
  std::printf("%zu seeds\n", seeds.size());
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  CHECK_THAT(warifu::fuzz::targets().size() == 1);
  const std::string option = *argc > 1 ? (*argv)[1] : "";
  const std::string wanted = "--write-seeds=";
  if (option.starts_with(wanted)) std::exit(write_seeds(warifu::fuzz::targets().front(), option.substr(wanted.size())) ? 0 : 1);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  warifu::fuzz::targets().front().one(warifu::text_of({data, size}));
  return 0;
}

#include "fuzz/fuzz.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/test_source.h"
#include "crypto/hash.h"

namespace warifu::fuzz {
namespace {

constexpr std::size_t kSeedBytesMax = std::size_t{256} * 1024;

std::string vectors_folder() { return warifu::testing::shared_data() + "/vectors"; }

crypto::Ed25519Secret secret_of(std::string_view name) {
  return crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed(crypto::sha256(std::string("warifu-fuzz\n") + std::string(name)).bytes));
}

}  // namespace

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

Registered::Registered(Target target) {
  std::vector<Target>& all = targets();
  all.insert(std::ranges::upper_bound(all, target.name, {}, &Target::name), target);
}

std::vector<std::string> vector_files(const std::string& folder, std::size_t count_max) {
  std::vector<std::string> paths, out;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(vectors_folder() + "/" + folder, failed))
    if (entry.is_regular_file(failed)) paths.push_back(entry.path().string());
  std::ranges::sort(paths);
  for (const std::string& path : paths) {
    if (out.size() == count_max) break;
    if (Result<std::string> content = read_file(path, kSeedBytesMax)) out.push_back(std::move(*content));
  }
  return out;
}

std::vector<std::string> vector_members(const std::string& file, std::string_view name, std::size_t count_max) {
  std::vector<std::string> out;
  const Result<std::string> content = read_file(vectors_folder() + "/" + file, std::size_t{16} * 1024 * 1024);
  if (!content) return out;
  const std::string wanted = "\"" + std::string(name) + "\"";
  for (std::size_t at = 0; out.size() < count_max && (at = content->find(wanted, at)) != std::string::npos;) {
    at = content->find_first_not_of(" :\n\t", at + wanted.size());
    if (at == std::string::npos || (*content)[at] != '"') continue;
    const std::size_t end = content->find('"', at + 1);
    if (end == std::string::npos) break;
    out.push_back(content->substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return out;
}

const note::Signer& signer(std::string_view name) {
  static std::map<std::string, note::Signer, std::less<>> made;
  const auto found = made.find(name);
  if (found != made.end()) return found->second;
  return made.emplace(std::string(name), note::Signer::create(name, secret_of(name)).value()).first->second;
}

note::Cosigner cosigner(std::string_view name) { return note::Cosigner::create(name, secret_of(name)).value(); }

std::string signed_note(std::string text, std::string_view name) {
  const std::vector<note::Signer> signers{signer(name)};
  return note::sign_note(std::move(text), signers).value().serialise();
}

const crypto::AgeIdentity& identity() {
  static const crypto::AgeIdentity made{
      crypto::X25519Secret::from_bytes(Sensitive<std::array<std::uint8_t, 32>>(crypto::sha256("warifu-fuzz\nidentity").bytes))};
  return made;
}

std::size_t take_choice(std::string_view& input, std::size_t n) {
  if (input.empty()) return 0;
  const std::size_t choice = static_cast<unsigned char>(input.front()) % n;
  input.remove_prefix(1);
  return choice;
}

std::string chosen(std::size_t i, std::string_view rest) { return std::string(1, static_cast<char>(i)) + std::string(rest); }

}  // namespace warifu::fuzz

#include "hub/admitter.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"

namespace warifu::hub {

namespace {
constexpr std::size_t kFileBytesMax = 4096;
constexpr mode_t kPrivate = 0600;
}  // namespace

Result<note::Signer> create_admitter(const std::string& file, std::string_view name, const crypto::Passphrase& passphrase) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return fail(Code::CONFLICT, "the file exists", file);
  const crypto::Ed25519Secret secret = crypto::Ed25519Secret::generate();
  note::Signer signer = TRY(note::Signer::create(name, secret));
  TRY(write_file_durably(file, bytes_of(TRY(crypto::seal_admitter_file(name, secret, passphrase))), kPrivate));
  return signer;
}

Result<note::Signer> open_admitter(const std::string& file, const exchange::Network& network, const AskPassphrase& ask) {
  const std::string text = TRY(read_file(file, kFileBytesMax));
  Result<crypto::AdmitterFileHead> head = crypto::read_admitter_file_head(text);
  if (!head) return fail(head.error().code, head.error().message, file);
  const auto is_it = [&](const note::VerifierKey& key) { return key.name == head->name && key.key == head->public_key; };
  if (std::ranges::none_of(network.admitters, is_it))
    return fail(Code::KEY_UNKNOWN, "not an admitter of this hub", "--admitter", {{"key", head->name}});
  return note::Signer::create(head->name, TRY(crypto::open_admitter_file(text, TRY(ask(head->name)))));
}

}  // namespace warifu::hub

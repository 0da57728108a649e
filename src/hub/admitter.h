#pragma once
// The keys of those who admit organisations: made with the hub, sealed under a passphrase of each (crypto/admitter_file.h), and carried away.

#include <functional>
#include <string>
#include <string_view>

#include "crypto/admitter_file.h"
#include "exchange/network.h"
#include "note/note.h"

namespace warifu::hub {

// Makes a key and its file, mode 0600. CONFLICT when there is one; OUT_OF_RANGE for a passphrase that is too short.
Result<note::Signer> create_admitter(const std::string& file, std::string_view name, const crypto::Passphrase& passphrase);

// Given the name of the key in the file.
using AskPassphrase = std::function<Result<crypto::Passphrase>(const std::string& name)>;
// The key of one of this network's admitters. KEY_UNKNOWN, before anything is asked, when it is nobody's; NOT_FOUND, BAD_KEYFILE, WRONG_PIN.
[[nodiscard]] Result<note::Signer> open_admitter(const std::string& file, const exchange::Network& network, const AskPassphrase& ask);

}  // namespace warifu::hub

#include "hub/bulk.h"

#include <algorithm>

#include "crypto/random.h"
#include "desk/keyring.h"

namespace warifu::hub {

namespace {

constexpr std::size_t kAtOnce = 65'536;  // whole bundles and tiles only, but for the last

// As messages of this minute would leave them.
std::vector<std::string> some_leaves(const std::string& origin, Time now, std::size_t count) {
  const Bytes random = crypto::random_bytes(count * sizeof(Sha256::bytes));
  std::vector<std::string> out;
  out.reserve(count);
  Sha256 commitment;
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(random.begin() + static_cast<std::ptrdiff_t>(i * commitment.bytes.size()), commitment.bytes.size(), commitment.bytes.begin());
    out.push_back(exchange::leaf_text(origin, now, commitment));
  }
  return out;
}

}  // namespace

Status fill_log(Hub& hub, std::uint64_t size) {
  const exchange::Network& network = hub.network();
  const desk::Keyring keyring(hub.options().data + "/keys");
  store::LogKeeperOptions options{
      .log = "log", .folder = hub.options().data + "/logs/log", .key = TRY(keyring.load(network.log.name)), .entries = {}};
  options.own = TRY(keyring.load_cosigner(network.hub.text() + "/witness"));
  options.clock = hub.options().clock;
  options.batch = kAtOnce;
  options.entries = [&](std::uint64_t first, std::size_t limit) -> Result<std::vector<std::string>> {
    const std::uint64_t end = std::min(size, first - first % limit + limit);
    return some_leaves(network.log.name, hub.options().clock(), end > first ? static_cast<std::size_t>(end - first) : 0);
  };
  const std::unique_ptr<store::LogKeeper> keeper = TRY(store::LogKeeper::open(hub.store(), std::move(options)));
  while (TRY(keeper->integrate()) > 0) continue;
  TRY(hub.store().give_places_behind_the_log());
  return keeper->publish();
}

}  // namespace warifu::hub

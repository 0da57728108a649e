#include "member/log_files.h"

namespace warifu::member {

namespace {

constexpr std::size_t kFilesKept = 256;
constexpr std::string_view kPartial = ".p/";
constexpr std::size_t kHashBytes = 32;

// Which error a caller can repeat: a file that must be there and is not is the hub's fault, not the question's.
tl::unexpected<Error> missing(const std::string& path) { return fail(Code::PEER_UNAVAILABLE, "a file of the log is missing", path); }

}  // namespace

Result<std::string> LogFiles::read(const std::string& path) {
  const std::size_t cut = path.find(kPartial);
  const std::string full = path.substr(0, cut);
  if (const auto found = kept_.find(full); found != kept_.end() && cut == std::string::npos) return found->second;
  Result<std::string> content = hub_.log_file(log_, path);
  if (!content && content.error().code == Code::NOT_FOUND && cut != std::string::npos) {
    const std::string whole = TRY(read(full));
    const std::size_t bytes = kHashBytes * static_cast<std::size_t>(std::stoul(path.substr(cut + kPartial.size())));
    if (whole.size() < bytes) return missing(path);
    return whole.substr(0, bytes);
  }
  if (!content && content.error().code == Code::NOT_FOUND) return missing(path);
  if (!content || cut != std::string::npos) return content;
  if (kept_.emplace(path, *content).second) order_.push_back(path);
  if (order_.size() > kFilesKept) {
    kept_.erase(order_.front());
    order_.pop_front();
  }
  return content;
}

Result<std::string> LogFiles::bundle(std::uint64_t index, std::size_t width) {
  Result<std::string> content = hub_.log_file(log_, ledger::bundle_path(index, width));
  if (content || content.error().code != Code::NOT_FOUND) return content;
  if (width == ledger::kTileWidth) return missing(ledger::bundle_path(index, width));
  Result<std::string> whole = hub_.log_file(log_, ledger::bundle_path(index, ledger::kTileWidth));
  if (!whole) return missing(ledger::bundle_path(index, width));
  std::vector<std::string> entries = TRY(ledger::parse_bundle(*whole, ledger::kTileWidth));
  entries.resize(width);
  return ledger::spell_bundle(entries);
}

Result<std::vector<std::string>> LogFiles::entries(std::uint64_t first, std::uint64_t size) {
  std::vector<std::string> out;
  for (std::uint64_t index = first / ledger::kTileWidth; index * ledger::kTileWidth < size; ++index) {
    const std::uint64_t begin = index * ledger::kTileWidth;
    const std::size_t width = ledger::tile_width(0, index, size);
    std::vector<std::string> entries = TRY(ledger::parse_bundle(TRY(bundle(index, width)), width));
    for (std::size_t i = first > begin ? static_cast<std::size_t>(first - begin) : 0; i < width; ++i) out.push_back(std::move(entries[i]));
  }
  return out;
}

}  // namespace warifu::member

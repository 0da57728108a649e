#include "exchange/part_transfer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "base/disk_room.h"
#include "base/file.h"
#include "base/file_stream.h"
#include "crypto/hash.h"
#include "ledger/merkle.h"

namespace warifu::exchange {

namespace {

constexpr mode_t kPrivate = 0600, kFolderMode = 0700;
constexpr const char* kListName = "/list";
constexpr std::uint64_t kLiesLookedInto = 16 * kPartBytes;  // of a larger object the hub is asked on, until the message expires

tl::unexpected<Error> wrong_list(const char* why) { return fail(Code::CRYPTO, why, "parts"); }

// What the hub says of an object is believed as far as it fits the root.
Status check_state(const ObjectState& state, const Attachment& wanted) {
  if (state.bytes != wanted.sealed_bytes) return wrong_list("the hub has the object with another length");
  if (state.parts.size() != part_count(wanted.sealed_bytes) || state.is_present.size() != state.parts.size())
    return wrong_list("the hub has the object with another number of parts");
  if (ledger::tree_root(state.parts) != wanted.parts) return wrong_list("the hub's parts have another root than the manifest names");
  return {};
}

// The hub's list has another root than the manifest names. Where the parts it lists are nevertheless the object whose digest the manifest names, the
// manifest contradicts itself, and nobody but who signed it can have done that.
Status who_lied(PartPort& port, const ObjectState& state, const Attachment& wanted, Error as_of_the_hub) {
  const auto hubs = [&] { return tl::unexpected<Error>(as_of_the_hub); };
  if (state.bytes != wanted.sealed_bytes || state.parts.size() != part_count(wanted.sealed_bytes) || wanted.sealed_bytes > kLiesLookedInto)
    return hubs();
  crypto::Sha256Stream digest;
  for (std::size_t i = 0; i < state.parts.size(); ++i) {
    const Bytes part = TRY(port.get(wanted.sealed, i));
    if (part.size() != part_bytes(wanted.sealed_bytes, i) || ledger::leaf_hash(part) != state.parts[i]) return hubs();
    digest.update(part);
  }
  if (digest.finish() != wanted.sealed) return hubs();
  return fail(Code::CRYPTO, "the manifest names another root than that of the object it names", "root");
}

std::size_t count_missing(const std::vector<bool>& is_present) { return static_cast<std::size_t>(std::ranges::count(is_present, false)); }

}  // namespace

// ── to the hub ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<PartUpload> PartUpload::open(std::string path) {
  SealedFile sealed = TRY(load_sealed(path));
  return PartUpload(std::move(path), std::move(sealed));
}

std::size_t PartUpload::missing() const { return is_present_.empty() ? sealed_.parts.size() : count_missing(is_present_); }

Result<bool> PartUpload::step(PartPort& port) {
  const Attachment& own = sealed_.attachment;
  if (is_present_.empty()) {
    ObjectState state = TRY(port.begin(own.sealed, own.sealed_bytes, sealed_.parts));
    TRY(check_state(state, own));
    is_present_ = std::move(state.is_present);
    next_ = 0;
  }
  while (next_ < is_present_.size() && is_present_[next_]) ++next_;
  if (next_ == is_present_.size()) {
    // The hub's own word ends it, not our memory of what was put.
    ObjectState state = TRY(port.state(own.sealed));
    TRY(check_state(state, own));
    is_present_ = std::move(state.is_present);
    next_ = 0;
    return count_missing(is_present_) == 0;
  }
  TRY(read_part(path_, sealed_, next_, buffer_));
  if (Status put = port.put(own.sealed, next_, buffer_); !put) {
    if (put.error().code == Code::NOT_FOUND) is_present_.clear();  // the hub no longer knows of it: begun anew with the next step
    return tl::unexpected<Error>(std::move(put).error());
  }
  is_present_[next_] = true;
  return false;
}

Status PartUpload::run(PartPort& port) {
  // Each part once, and a bound on a hub that forgets what it was given.
  const std::size_t steps_max = 2 * sealed_.parts.size() + 4;
  for (std::size_t i = 0; i < steps_max; ++i)
    if (TRY(step(port))) return {};
  return fail(Code::PEER_UNAVAILABLE, "the hub does not keep the parts it was given", {}, {{"peer", "hub"}});
}

Result<bool> PartUpload::run_until(PartPort& port, std::chrono::steady_clock::time_point until) {
  for (;;) {
    if (TRY(step(port))) return true;
    if (std::chrono::steady_clock::now() >= until) return false;
  }
}

// ── from the hub ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string PartDownload::part_path(std::size_t index) const {
  std::array<char, 16> name{};
  (void)std::snprintf(name.data(), name.size(), "/%06zu", index);
  return folder_ + name.data();
}

// Too large to fill the system's cache with: its parts are files of their own, which are not written together.
bool PartDownload::is_large() const { return sealed_.attachment.sealed_bytes > kFileBytesCached; }

Result<PartDownload> PartDownload::open(std::string folder, const Attachment& wanted) {
  TRY(check_lengths(wanted));
  TRY(make_directories(folder, kFolderMode));
  PartDownload out(std::move(folder), wanted);
  if (const Result<std::string> text = read_file(out.folder_ + kListName, kPartsTextBytesMax)) {
    Result<SealedFile> known = parse_parts(*text);
    if (known && known->attachment == wanted) out.sealed_.parts = std::move(known->parts);
  }
  out.is_present_.assign(part_count(wanted.sealed_bytes), false);
  out.look();
  return out;
}

// Parts take their names when they are complete and checked; anything else that lies here is what a crash left of one.
void PartDownload::look() {
  std::error_code ignored;
  std::vector<std::filesystem::path> strange;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if ("/" + name == kListName) continue;
    const bool is_number = name.size() == 6 && name.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t index = is_number ? std::stoul(name) : is_present_.size();
    const bool is_ours =
        index < is_present_.size() && !sealed_.parts.empty() && entry.file_size(ignored) == part_bytes(sealed_.attachment.sealed_bytes, index);
    if (is_ours)
      is_present_[index] = true;
    else
      strange.push_back(entry.path());
  }
  for (const std::filesystem::path& path : strange) std::filesystem::remove_all(path, ignored);
}

std::size_t PartDownload::missing() const { return count_missing(is_present_); }

std::uint64_t PartDownload::bytes_to_come() const { return missing() * kPartBytes + sealed_.attachment.plain_bytes; }

Status PartDownload::fetch_list(PartPort& port) {
  ObjectState state = TRY(port.state(sealed_.attachment.sealed));
  if (Status fits = check_state(state, sealed_.attachment); !fits) return who_lied(port, state, sealed_.attachment, std::move(fits).error());
  const std::string text = parts_text({sealed_.attachment, state.parts});
  TRY(write_file_durably(folder_ + kListName, bytes_of(text), kPrivate));
  sealed_.parts = std::move(state.parts);
  return {};
}

Result<bool> PartDownload::step(PartPort& port) {
  if (sealed_.parts.empty()) {
    TRY(fetch_list(port));
    return false;
  }
  while (next_ < is_present_.size() && is_present_[next_]) ++next_;
  if (next_ == is_present_.size()) return true;
  const Bytes part = TRY(port.get(sealed_.attachment.sealed, next_));
  if (part.size() != part_bytes(sealed_.attachment.sealed_bytes, next_) || ledger::leaf_hash(part) != sealed_.parts[next_])
    return fail(Code::CRYPTO, "the part is not the one that the manifest names", "part/" + std::to_string(next_));
  TRY(write_file_durably(part_path(next_), part, kPrivate));
  if (is_large()) forget_cached(part_path(next_));
  is_present_[next_] = true;
  return missing() == 0;
}

Status PartDownload::run(PartPort& port) {
  while (!TRY(step(port))) {}
  return {};
}

Result<bool> PartDownload::run_until(PartPort& port, std::chrono::steady_clock::time_point until) {
  if (missing() > 0) TRY(check_disk_room(folder_, bytes_to_come()));
  for (;;) {
    if (TRY(step(port))) return true;
    if (std::chrono::steady_clock::now() >= until) return false;
  }
}

Result<bool> PartDownload::remove_changed() const {
  bool any = false;
  for (std::size_t i = 0; i < sealed_.parts.size(); ++i) {
    const Result<std::string> part = read_file(part_path(i), kPartBytes);
    if (part && ledger::leaf_hash(bytes_of(*part)) == sealed_.parts[i]) continue;
    std::error_code ignored;
    std::filesystem::remove(part_path(i), ignored);
    any = true;
  }
  return any;
}

Status PartDownload::assemble(std::vector<crypto::AgeIdentity> identities, const std::string& output) const {
  if (missing() != 0) return fail(Code::NOT_FOUND, "parts are missing", folder_);
  const auto opened = [&]() -> Status {
    AttachmentOpener opener = TRY(AttachmentOpener::start(sealed_.attachment, std::move(identities), output));
    Bytes buffer(kPartBytes);
    for (std::size_t i = 0; i < sealed_.parts.size(); ++i) {
      const FileReader part = TRY(FileReader::open(part_path(i)));
      TRY(opener.write(ByteView(buffer).first(TRY(part.read_at(0, buffer)))));
      if (is_large()) forget_cached(part_path(i));
    }
    return opener.finish();
  }();
  if (opened || (opened.error().code != Code::CRYPTO && opened.error().code != Code::BAD_ENCODING && opened.error().code != Code::NOT_FOUND))
    return opened;
  if (TRY(remove_changed())) return fail(Code::STORE_CORRUPT, "a part has changed on the disk and is fetched again", folder_);
  return opened;
}

Status PartDownload::remove() const {
  std::error_code failure;
  std::filesystem::remove_all(folder_, failure);
  if (failure) return fail(Code::IO, "remove " + folder_ + ": " + failure.message());
  return {};
}

Status fetch_attachment(PartPort& port, const Attachment& wanted, std::vector<crypto::AgeIdentity> identities, const std::string& folder,
                        const std::string& output) {
  // Of an earlier run that ended between naming the output and removing the parts.
  if (const Result<Sha256> there = crypto::sha256_file(output); there && *there == wanted.plain) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return {};
  }
  PartDownload download = TRY(PartDownload::open(folder, wanted));
  TRY(download.run(port));
  TRY(download.assemble(std::move(identities), output));
  return download.remove();
}

}  // namespace warifu::exchange

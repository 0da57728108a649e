#include "store/hub_files.h"

#include <filesystem>
#include <system_error>

#include "base/failpoint.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "exchange/hub.h"

namespace warifu::store {

namespace {

constexpr mode_t kFolderMode = 0700, kFileMode = 0600;

std::string folder_part(const std::string& path) { return path.substr(0, path.rfind('/')); }

Status write_named(const std::string& path, ByteView bytes) {
  TRY(make_directories(folder_part(path), kFolderMode));
  TRY(failpoint_error("hub_file.write"));
  TRY(write_file_durably(path, bytes, kFileMode));
  failpoint("hub_file.written");
  return {};
}

}  // namespace

std::string HubFiles::path_of(const Sha256& object) const {
  const std::string hex = object.hex();
  return folder_ + "/" + hex.substr(0, 2) + "/" + hex;
}

Status HubFiles::put(const Sha256& object, ByteView bytes) const { return write_named(path_of(object), bytes); }

Status HubFiles::put_part(const Sha256& object, std::size_t part, ByteView bytes) const {
  return write_named(path_of(object) + ".parts/" + std::to_string(part), bytes);
}

Result<std::string> HubFiles::read(const Sha256& object, std::size_t bytes_max) const {
  std::string bytes = TRY(read_file(path_of(object), bytes_max));
  if (crypto::sha256(bytes) != object) return fail(Code::STORE_CORRUPT, "an object on the disk is not the one of its name", object.hex());
  return bytes;
}

Result<Bytes> HubFiles::read_part(const Sha256& object, std::size_t part) const {
  const std::string bytes = TRY(read_file(path_of(object) + ".parts/" + std::to_string(part), exchange::kObjectPartBytes));
  const ByteView view = bytes_of(bytes);
  return Bytes(view.begin(), view.end());
}

Status HubFiles::remove(const Sha256& object) const {
  TRY(failpoint_error("hub_file.remove"));
  std::error_code failed;
  std::filesystem::remove(path_of(object), failed);
  if (!failed) std::filesystem::remove_all(path_of(object) + ".parts", failed);
  if (failed) return fail(Code::IO, "an object cannot be removed: " + failed.message(), object.hex());
  return {};
}

}  // namespace warifu::store

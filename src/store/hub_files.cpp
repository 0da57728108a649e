#include "store/hub_files.h"

#include <filesystem>
#include <system_error>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/file_stream.h"
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

std::string HubFiles::part_path(const Sha256& object, std::size_t part) const { return path_of(object) + ".parts/" + std::to_string(part); }

Status HubFiles::put_part(const Sha256& object, std::uint64_t object_bytes, std::size_t part, ByteView bytes) const {
  const std::string path = part_path(object, part);
  TRY(write_named(path, bytes));
  if (object_bytes > kFileBytesCached) forget_cached(path);
  return {};
}

Result<std::string> HubFiles::read(const Sha256& object, std::size_t bytes_max) const {
  std::string bytes = TRY(read_file(path_of(object), bytes_max));
  if (crypto::sha256(bytes) != object) return fail(Code::STORE_CORRUPT, "an object on the disk is not the one of its name", object.hex());
  return bytes;
}

Result<Bytes> HubFiles::read_part(const Sha256& object, std::uint64_t object_bytes, std::size_t part) const {
  const std::string path = part_path(object, part);
  const FileReader file = TRY(FileReader::open(path));
  if (file.bytes() > exchange::kObjectPartBytes)
    return fail(Code::TOO_LARGE, "file is too large: " + path, path, {{"max", std::to_string(exchange::kObjectPartBytes)}});
  Bytes bytes(static_cast<std::size_t>(file.bytes()));
  bytes.resize(TRY(file.read_at(0, bytes)));
  if (object_bytes > kFileBytesCached) forget_cached(path);
  return bytes;
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

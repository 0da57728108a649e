#pragma once
// Sealed objects of the hub as files: <folder>/<first two hex digits>/<SHA-256> for a whole object, the same with ".parts/<number>" for one in
// parts. A file appears under its name only when it is complete and on the disk; a repetition replaces it by the same bytes. Parts of an object
// larger than kFileBytesCached do not stay in the system's cache.

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace warifu::store {

class HubFiles {
 public:
  explicit HubFiles(std::string folder) : folder_(std::move(folder)) {}

  Status put(const Sha256& object, ByteView bytes) const;
  Status put_part(const Sha256& object, std::uint64_t object_bytes, std::size_t part, ByteView bytes) const;
  // NOT_FOUND, TOO_LARGE; STORE_CORRUPT when the bytes of a whole object are not those of its name.
  [[nodiscard]] Result<std::string> read(const Sha256& object, std::size_t bytes_max) const;
  // NOT_FOUND, TOO_LARGE.
  [[nodiscard]] Result<Bytes> read_part(const Sha256& object, std::uint64_t object_bytes, std::size_t part) const;
  // The object and its parts, those that are there.
  Status remove(const Sha256& object) const;

 private:
  [[nodiscard]] std::string path_of(const Sha256& object) const;
  [[nodiscard]] std::string part_path(const Sha256& object, std::size_t part) const;
  std::string folder_;
};

}  // namespace warifu::store

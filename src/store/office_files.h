#pragma once
// Files of matters: <folder>/<matter>/<SHA-256>, never shared between matters, so that removing a matter's files removes exactly those.
// A file appears under its name only when it is complete and on the disk; a repetition replaces it by the same bytes. Files of gigabytes are read
// in pieces, and leave the system's cache again.

#include <functional>
#include <string>

#include "base/id.h"
#include "desk/store_port.h"
#include "inquiry/content.h"

namespace warifu::store {

class OfficeFiles {
 public:
  explicit OfficeFiles(std::string folder) : folder_(std::move(folder)) {}

  struct Stored {
    Sha256 sha256;
    std::int64_t bytes = 0;
  };
  // Copies the file in, computing its digest on the way; with MOVE, renames it in where it lies on the same file system and has no other name.
  // TOO_LARGE beyond kFileBytesCeiling (what may be attached in this house the desk has checked before), TEXT_DIFFERS when it is not the `expected`
  // one, DISK_FULL (before anything is written, where the room for it is not there), NOT_FOUND (no file at `from`), IO. Nothing is left behind by a
  // failure. A file that is the matter's already is only digested anew.
  [[nodiscard]] Result<Stored> take(const MatterId& matter, const std::string& from, desk::Handover how, const Sha256* expected = nullptr) const;
  [[nodiscard]] std::string path(const MatterId& matter, const Sha256& sha256) const;
  // Empties and unlinks the files of the matter except those that `is_kept`, and the folder when nothing is left in it.
  Status remove(const MatterId& matter, const std::function<bool(const Sha256&)>& is_kept) const;

 private:
  std::string folder_;
};

}  // namespace warifu::store

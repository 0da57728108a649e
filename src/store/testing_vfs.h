#pragma once
// For tests only: a disk under SQLite that can fail. It is registered as the default VFS while it lives, passes everything on to the system's, and
// keeps beside each file what of it is durable: what has been flushed since it was written. Steps are counted over all files: each write, cut
// and flush is one, and the n-th can be told to fail. power_cut() then leaves on the disk what was durable and, when told so, some of the rest.
//
// Not modelled: that a new file's name is lost when its directory was not flushed; shared memory survives a cut as an empty file.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace warifu::store {

enum class DiskFault {
  IO,         // the write, cut or flush fails and nothing of it is done
  FULL,       // a write finds no space; cuts and flushes fail as with IO
  SHORT,      // a write puts half of it on the disk and fails
  FLUSH,      // only flushes count and fail; what was not durable never becomes so by a later flush of the same file alone
  POWER_CUT,  // the step is not done, and nothing works from then on until power_cut()
};

class FaultyDisk {
 public:
  FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  // The n-th step from now on, counted from 1; once.
  void fail_at(long n, DiskFault fault);
  [[nodiscard]] bool has_failed() const;
  [[nodiscard]] long steps() const;  // since fail_at() or the beginning

  // With all connections closed: files become what is durable. With `keep`, each write (in pieces of 512 bytes) that was not durable is kept or
  // not by its chance, as a disk that reorders does. Afterwards everything works again.
  enum class Keep { NOTHING, SOME };
  void power_cut(Keep keep, std::uint32_t seed = 1);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace warifu::store

#pragma once
// Sealed files go to the hub and come from it part by part. Each transfer is a machine of small steps whose whole state lies in files (here) and
// at the hub: after a crash at any point, or a line that is cut, the same transfer is opened again and goes on with the first part that is
// missing. Every part is checked against its hash on arrival, and the list of hashes against the root that the signed manifest names.
//
//   sender     seal_file -> PATH, PATH.parts      PartUpload::open(PATH), run(port)       then the message that names the attachment is posted
//   receiver   the manifest's Attachment          fetch_attachment(port, …, OUTPUT)       OUTPUT exists when, and only when, it is complete
//
// Errors of the line (PEER_UNAVAILABLE, TIMEOUT) leave the machine as it was: call again. CRYPTO with `where` "parts" or "part/<n>": what the hub
// gave is not what the manifest names; nothing of it was kept. With "root": the hub gave the object that the manifest names, and it is the manifest's
// root that is false (looked into up to 64 MiB). Not thread-safe; one machine per transfer.

#include <chrono>
#include <string>
#include <vector>

#include "exchange/attachment.h"
#include "exchange/hub.h"

namespace warifu::exchange {

// What a transfer needs of the hub.
class PartPort {
 public:
  virtual ~PartPort() = default;
  // Idempotent for the same object.
  virtual Result<ObjectState> begin(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) = 0;
  virtual Result<ObjectState> state(const Sha256& object) = 0;  // NOT_FOUND
  virtual Status put(const Sha256& object, std::size_t index, ByteView part) = 0;
  virtual Result<Bytes> get(const Sha256& object, std::size_t index) = 0;
};

// The hub as a node sees it.
class HubParts final : public PartPort {
 public:
  explicit HubParts(HubPort& hub) : hub_(hub) {}
  Result<ObjectState> begin(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) override {
    return hub_.begin_object(object, bytes, parts);
  }
  Result<ObjectState> state(const Sha256& object) override { return hub_.object_state(object); }
  Status put(const Sha256& object, std::size_t index, ByteView part) override { return hub_.put_part(object, index, part); }
  Result<Bytes> get(const Sha256& object, std::size_t index) override { return hub_.get_part(object, index); }

 private:
  HubPort& hub_;
};
static_assert(kPartBytes == kObjectPartBytes && kSealedBytesMax == kObjectBytesMax);

class PartUpload {
 public:
  // A file that seal_file made. NOT_FOUND, STORE_CORRUPT.
  [[nodiscard]] static Result<PartUpload> open(std::string path);
  // One request: asks what is there, or puts one part. True when the hub has said that it has every part.
  Result<bool> step(PartPort& port);
  Status run(PartPort& port);
  // Steps for as long as the turn lasts, one at least: false when there is more to do.
  Result<bool> run_until(PartPort& port, std::chrono::steady_clock::time_point until);
  [[nodiscard]] const SealedFile& sealed() const { return sealed_; }
  [[nodiscard]] std::size_t missing() const;  // as far as it is known: all before the first step

 private:
  PartUpload(std::string path, SealedFile sealed) : path_(std::move(path)), sealed_(std::move(sealed)) {}
  std::string path_;
  SealedFile sealed_;
  std::vector<bool> is_present_;  // empty: to be asked
  std::size_t next_ = 0;
  Bytes buffer_;  // of the part that is put
};

class PartDownload {
 public:
  // `folder` is this transfer's own; what an earlier one left there is taken over. OUT_OF_RANGE, TOO_LARGE for lengths that cannot be.
  [[nodiscard]] static Result<PartDownload> open(std::string folder, const Attachment& wanted);
  // One request: the list of parts, or one part, kept durably. True when all are here.
  Result<bool> step(PartPort& port);
  Status run(PartPort& port);
  // Steps for as long as the turn lasts, one at least: false when there is more to do. DISK_FULL before the first part when the disk has no room for
  // what is missing and for the output.
  Result<bool> run_until(PartPort& port, std::chrono::steady_clock::time_point until);
  [[nodiscard]] std::size_t missing() const;
  // What it will still take on the disk: the missing parts and the output beside them.
  [[nodiscard]] std::uint64_t bytes_to_come() const;

  // When all are here: opens them into `output` as AttachmentOpener does. A part that has changed on the disk is removed, to be fetched again
  // (STORE_CORRUPT). The parts stay until remove().
  Status assemble(std::vector<crypto::AgeIdentity> identities, const std::string& output) const;
  Status remove() const;

 private:
  PartDownload(std::string folder, const Attachment& wanted) : folder_(std::move(folder)), sealed_{wanted, {}} {}
  [[nodiscard]] std::string part_path(std::size_t index) const;
  [[nodiscard]] bool is_large() const;
  void look();
  Status fetch_list(PartPort& port);
  Result<bool> remove_changed() const;

  std::string folder_;
  SealedFile sealed_;             // its list is empty until it was fetched
  std::vector<bool> is_present_;  // of each part
  std::size_t next_ = 0;
};

// The whole way of a receiver, to be repeated until it succeeds; an output that is there already is not fetched again.
[[nodiscard]] Status fetch_attachment(PartPort& port, const Attachment& wanted, std::vector<crypto::AgeIdentity> identities,
                                      const std::string& folder, const std::string& output);

}  // namespace warifu::exchange

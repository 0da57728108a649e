#pragma once
// The hub over HTTPS (docs/formats.md, "The hub's interface"): mutual TLS 1.3, the hub known by the key in the network file. Every answer is read
// strictly: another number of frames than asked for, text behind the last line or a size beyond the limit is PEER_UNAVAILABLE, as is everything
// else that is not an answer of a hub; what an answer says is for the caller to verify. Two connections: one waits for messages, one works.

#include <filesystem>
#include <memory>

#include "exchange/hub.h"
#include "exchange/network.h"

namespace warifu::member {

struct HubClientOptions {
  exchange::Network network;
  std::filesystem::path certificate_file, key_file;  // of this member, PEM
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{30'000};
};

class HubClient final : public exchange::HubPort {
 public:
  explicit HubClient(const HubClientOptions& options);
  ~HubClient() override;
  void interrupt();  // the end has come: nothing waits any longer

  Result<std::vector<Result<std::string>>> post(const std::vector<exchange::PostedMessage>& messages) override;
  Result<std::vector<exchange::FetchedMessage>> fetch(std::uint64_t after, std::size_t limit, std::chrono::milliseconds wait) override;
  Status acknowledge(const std::vector<exchange::MessageId>& messages) override;
  Result<std::vector<exchange::MessageStatus>> status(const std::vector<exchange::MessageId>& messages) override;
  Result<exchange::ObjectState> begin_object(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) override;
  Result<exchange::ObjectState> object_state(const Sha256& object) override;
  Status put_part(const Sha256& object, std::size_t index, ByteView part) override;
  Result<Bytes> get_part(const Sha256& object, std::size_t index) override;
  Result<std::string> log_file(exchange::LogName log, const std::string& path) override;
  Status cosign(exchange::LogName log, const std::string& checkpoint_text, const std::string& signature_line) override;
  Status add_entry(const std::string& entry_note) override;
  Status publish(const exchange::SignedDocument& document) override;
  Result<Documents> documents(std::uint64_t after) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace warifu::member

#pragma once
// For tests only: a hub in memory. It keeps its word unless a test pulls a lever.

#include <algorithm>
#include <map>
#include <mutex>

#include "crypto/hash.h"
#include "exchange/hub.h"
#include "exchange/network.h"
#include "ledger/checkpoint.h"
#include "ledger/tiles.h"
#include "note/directory_entry.h"

namespace warifu::member {

class TestingHub {
 public:
  struct Log {
    explicit Log(const std::string& name) : signer(note::Signer::create(name, crypto::Ed25519Secret::generate()).value()) { publish(); }
    void append(const std::string& entry) {
      const ledger::TileGrowth growth = tiles.append({entry}).value();
      for (const auto& [path, content] : growth.files) files[path] = content;
      entries.push_back(entry);
    }
    void publish() {
      const std::vector<note::Signer> signers{signer};
      files["checkpoint"] = note::sign_note(ledger::Checkpoint{signer.verifier().name, tiles.size(), tiles.root()}.text(), signers)->serialise();
    }
    // Another history under the same name and key.
    void rewrite(const std::vector<std::string>& history) {
      tiles = ledger::TileLog();
      files.clear();
      entries.clear();
      for (const std::string& entry : history) append(entry);
      publish();
    }
    note::Signer signer;
    ledger::TileLog tiles;
    std::vector<std::string> entries;
    std::map<std::string, std::string> files;
  };

  TestingHub()
      : log("hub.example/log"),
        keys("hub.example/keys"),
        sign(signer("hub.example/sign")),
        admitters{signer("hub.example/admit/1"), signer("hub.example/admit/2")} {}

  [[nodiscard]] exchange::Network network() const {
    exchange::Network out;
    out.hub = party::OrganisationId::parse("hub.example").value();
    out.url = "https://hub.example:8443";
    out.log = log.signer.verifier();
    out.keys = keys.signer.verifier();
    out.sign = sign.verifier();
    for (const note::Signer& admitter : admitters) out.admitters.push_back(admitter.verifier());
    return out;
  }

  // ── levers ──
  bool is_away = false;              // the line is cut
  bool is_logging = true;            // false: promises, and does not keep them
  bool repeats_box = false;          // offers what was acknowledged, too
  bool grows_documents = false;      // has one more document whenever it is asked
  int posts_lost = 0;                // answers of that many posts get lost after they were taken
  std::optional<Code> objects_fail;  // what is asked of an object is answered with that
  int objects_asked = 0;
  std::function<Time()> clock = now_utc;
  std::function<void(exchange::FetchedMessage&)> tamper = [](exchange::FetchedMessage&) {};
  std::function<Sha256(const Sha256&)> promised_leaf = [](const Sha256& leaf) { return leaf; };

  struct Boxed {
    exchange::FetchedMessage message;
    exchange::MessageId id;
    bool is_acknowledged = false;
  };
  std::map<std::string, std::vector<Boxed>> boxes;
  std::map<exchange::MessageId, std::pair<std::string, exchange::PostedMessage>> taken;  // promise, message
  std::map<exchange::MessageId, Time> fetched;
  std::vector<std::string> pending;  // leaves promised and not logged
  std::vector<exchange::SignedDocument> documents;
  std::vector<std::string> cosignatures;
  std::map<Sha256, std::pair<exchange::ObjectState, std::vector<Bytes>>> objects;
  int fetches = 0;
  Log log, keys;
  note::Signer sign;
  std::vector<note::Signer> admitters;
  std::mutex mutex;

  void log_pending() {
    for (const std::string& leaf : pending) log.append(leaf);
    pending.clear();
    log.publish();
  }

  [[nodiscard]] static note::Signer signer(const std::string& name) { return note::Signer::create(name, crypto::Ed25519Secret::generate()).value(); }
};

// One member's line to it.
class TestingLine final : public exchange::HubPort {
 public:
  TestingLine(TestingHub& hub, std::string org) : hub_(hub), org_(std::move(org)) {}

  Result<std::vector<Result<std::string>>> post(const std::vector<exchange::PostedMessage>& messages) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    std::vector<Result<std::string>> out;
    for (const exchange::PostedMessage& message : messages) out.push_back(take(message));
    if (hub_.is_logging) hub_.log_pending();
    if (hub_.posts_lost > 0) {
      --hub_.posts_lost;
      return fail(Code::TIMEOUT, "the answer got lost");
    }
    return out;
  }
  Result<std::vector<exchange::FetchedMessage>> fetch(std::uint64_t after, std::size_t limit, std::chrono::milliseconds) override {
    const std::scoped_lock lock(hub_.mutex);
    ++hub_.fetches;
    TRY(there());
    std::vector<exchange::FetchedMessage> out;
    for (const TestingHub::Boxed& boxed : hub_.boxes[org_]) {
      if (out.size() == limit) break;
      if (boxed.message.seq <= after || (boxed.is_acknowledged && !hub_.repeats_box)) continue;
      hub_.fetched.emplace(boxed.id, hub_.clock());
      out.push_back(boxed.message);
      hub_.tamper(out.back());
    }
    return out;
  }
  Status acknowledge(const std::vector<exchange::MessageId>& messages) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    for (TestingHub::Boxed& boxed : hub_.boxes[org_])
      if (std::ranges::find(messages, boxed.id) != messages.end()) boxed.is_acknowledged = true;
    return {};
  }
  Result<std::vector<exchange::MessageStatus>> status(const std::vector<exchange::MessageId>& messages) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    std::vector<exchange::MessageStatus> out;
    for (const exchange::MessageId& id : messages) {
      const auto found = hub_.taken.find(id);
      if (found == hub_.taken.end()) continue;
      const exchange::Envelope envelope = envelope_of(found->second.second);
      for (const std::string& to : envelope.to) {
        exchange::MessageStatus one{id, to, {}};
        if (const auto at = hub_.fetched.find(id); at != hub_.fetched.end()) {
          const std::vector<note::Signer> signers{hub_.sign};
          one.relayed = note::sign_note(exchange::Relayed{hub_.log.signer.verifier().name, id, to, at->second}.text(), signers)->serialise();
        }
        out.push_back(std::move(one));
      }
    }
    return out;
  }
  Result<exchange::ObjectState> begin_object(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    auto& [state, content] = hub_.objects[object];
    if (state.parts.empty()) {
      state = {bytes, parts, std::vector<bool>(parts.size(), false)};
      content.resize(parts.size());
    }
    return state;
  }
  Result<exchange::ObjectState> object_state(const Sha256& object) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    TRY(ask());
    const auto found = hub_.objects.find(object);
    if (found == hub_.objects.end()) return fail(Code::NOT_FOUND, "no such object");
    return found->second.first;
  }
  Status put_part(const Sha256& object, std::size_t index, ByteView part) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    auto& [state, content] = hub_.objects[object];
    content.at(index).assign(part.begin(), part.end());
    state.is_present.at(index) = true;
    return {};
  }
  Result<Bytes> get_part(const Sha256& object, std::size_t index) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    TRY(ask());
    return hub_.objects[object].second.at(index);
  }
  Result<std::string> log_file(exchange::LogName log, const std::string& path) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    const auto& files = (log == exchange::LogName::keys ? hub_.keys : hub_.log).files;
    const auto found = files.find(path);
    if (found == files.end()) return fail(Code::NOT_FOUND, "no such file", path);
    return found->second;
  }
  Status cosign(exchange::LogName, const std::string& text, const std::string& line) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    hub_.cosignatures.push_back(text + "\n" + line);
    return {};
  }
  Status add_entry(const std::string& entry) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    hub_.keys.append(entry);
    hub_.keys.publish();
    return {};
  }
  Status publish(const exchange::SignedDocument& document) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    hub_.documents.push_back(document);
    return {};
  }
  Result<Documents> documents(std::uint64_t after) override {
    const std::scoped_lock lock(hub_.mutex);
    TRY(there());
    if (hub_.grows_documents && !hub_.documents.empty()) hub_.documents.push_back(hub_.documents.back());
    Documents out{hub_.documents.size(), {}};
    for (std::size_t i = static_cast<std::size_t>(after); i < hub_.documents.size(); ++i) out.documents.push_back(hub_.documents[i]);
    return out;
  }

 private:
  [[nodiscard]] Status there() const { return hub_.is_away ? fail(Code::PEER_UNAVAILABLE, "the line is cut") : Status{}; }
  [[nodiscard]] Status ask() {
    ++hub_.objects_asked;
    return hub_.objects_fail ? fail(*hub_.objects_fail, "as the test has it") : Status{};
  }
  static exchange::Envelope envelope_of(const exchange::PostedMessage& message) {
    return exchange::Envelope::parse(note::Note::parse(message.envelope)->text).value();
  }
  Result<std::string> take(const exchange::PostedMessage& message) {
    const exchange::Envelope envelope = envelope_of(message);
    const auto found = hub_.taken.find(envelope.id);
    if (found != hub_.taken.end()) {
      if (found->second.second.envelope == message.envelope) return found->second.first;
      return fail(Code::REPLAYED, "another content under this number", "envelope");
    }
    const std::vector<note::Signer> signers{hub_.sign};
    const exchange::Promise promise{hub_.log.signer.verifier().name,
                                    envelope.id,
                                    crypto::sha256(envelope.text()),
                                    hub_.promised_leaf(envelope.leaf),
                                    hub_.log.tiles.size() + hub_.pending.size(),
                                    hub_.clock()};
    const std::string note = note::sign_note(promise.text(), signers)->serialise();
    hub_.pending.push_back(message.leaf);
    hub_.taken.emplace(envelope.id, std::pair(note, message));
    for (const std::string& to : envelope.to) {
      auto& box = hub_.boxes[to];
      box.push_back({{box.size() + 1, message.envelope, note, message.object}, envelope.id, false});
    }
    return note;
  }

  TestingHub& hub_;
  std::string org_;
};

}  // namespace warifu::member

#pragma once
// What a node asks of the hub and what the hub answers: the texts that it signs, the spelling on the wire, and the port through which a node
// sees it. The hub relays sealed objects, keeps the two logs and the directory, and reads nothing. Pure but for the port.
//
// Steps of a message (docs/formats.md, "Delivery"): accepted, the hub's promise; relayed, the hub's statement that the recipient's node fetched
// it; delivered, the recipient's signed receipt: verified, applied and durably kept; retrieved, the act of the person who took it over.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/envelope.h"
#include "json/codec.h"

namespace warifu::exchange {

// ── what the hub signs (<hub>/sign) ──

// The place is promised with the message: the leaf will stand there in the log within the promised time, or the promise is evidence.
//
//   warifu-promise/v1
//   <log origin>
//   <message id>
//   envelope <64 hex>         SHA-256 of the envelope's text
//   leaf <64 hex> <index>
//   at <unix µs>
struct Promise {
  std::string origin;
  MessageId message;
  Sha256 envelope, leaf;
  std::uint64_t index = 0;
  Time at;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Promise> parse(std::string_view text);
  bool operator==(const Promise&) const = default;
};
// That this is the promise for that envelope, signed by one of the hub's keys. SIGNATURE_…, TEXT_DIFFERS, BAD_NOTE.
[[nodiscard]] Result<Promise> check_promise(std::string_view promise_note, const Envelope& envelope, std::string_view log_origin,
                                            std::span<const note::VerifierKey> hub_keys);

// That a recipient's node fetched the message.
//
//   warifu-relayed/v1
//   <log origin>
//   <message id>
//   to <organisation>
//   at <unix µs>
struct Relayed {
  std::string origin;
  MessageId message;
  std::string to;
  Time at;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Relayed> parse(std::string_view text);
  bool operator==(const Relayed&) const = default;
};

// What organisations publish of themselves among the members: a signed note (<org>/sign) about a body that travels beside it.
//
//   warifu-document/v1
//   <organisation>
//   kind <organisation|profile>
//   serial <unix µs>          the highest counts, a lower one is refused
//   body <64 hex> <bytes>     of the canonical JSON
enum class DocumentKind { organisation, profile };
struct Document {
  std::string org;
  DocumentKind kind = DocumentKind::organisation;
  Time serial;
  Sha256 body;
  std::uint64_t body_bytes = 0;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Document> parse(std::string_view text);
  bool operator==(const Document&) const = default;
};
struct SignedDocument {
  std::string note, body;
};

// ── what travels as body of a message ──

// Of a message of type `receipt`: what became of a message of the other side. Sealed and logged as every message is: nobody can deny later to
// have had it. One receipt may speak of several messages of the same thread.
struct ReceiptLine {
  MessageId message;
  Sha256 object;
  bool is_applied = true;
  std::string code;  // why not: an error's name
  Time at;
};
struct ReceiptBody {
  std::vector<ReceiptLine> receipts;
};

// ── on the wire ──

// A list of byte strings: each with its length before it (4 bytes, big-endian). BAD_ENCODING for a list that is cut, TOO_MANY, TOO_LARGE.
[[nodiscard]] std::string spell_frames(std::span<const std::string_view> frames);
[[nodiscard]] Result<std::vector<std::string_view>> parse_frames(std::string_view bytes, std::size_t frames_max);

inline constexpr std::size_t kPostMessagesMax = 64;                // of one request
inline constexpr std::size_t kInlineObjectMax = 6 * 1024 * 1024;   // larger objects are put in parts first
inline constexpr std::size_t kExchangeBodyMax = 16 * 1024 * 1024;  // of one request or answer
inline constexpr std::size_t kObjectPartBytes = 4 * 1024 * 1024;   // trust in parts: each but the last has exactly this size
inline constexpr std::uint64_t kObjectBytesMax = 64ull << 30;      // 16,384 parts
inline constexpr std::chrono::milliseconds kFetchWaitMax{25'000};

// ── the port ──

struct PostedMessage {
  std::string envelope;  // a serialised note
  std::string leaf;      // the log's entry
  std::string object;    // empty: all parts of it are at the hub already
};

struct FetchedMessage {
  std::uint64_t seq = 0;  // of this recipient's box, growing
  std::string envelope, promise;
  std::string object;  // empty: larger than kInlineObjectMax, to be fetched in parts
};

struct ObjectState {
  std::uint64_t bytes = 0;       // as it was begun
  std::vector<Sha256> parts;     // ledger::leaf_hash of each part; an attachment names their root in the manifest
  std::vector<bool> is_present;  // of each part
};

enum class LogName { messages, keys };

// Where a message stands, as the hub knows it.
struct MessageStatus {
  MessageId message;
  std::string to;
  std::optional<std::string> relayed;  // the signed statement
};

// One organisation's view of the hub. Every call is a request over mutual TLS; errors of the line are PEER_UNAVAILABLE and TIMEOUT, everything
// else is the hub's answer. Calls may be repeated: posting the same message again gives the first promise, with another content REPLAYED.
class HubPort {
 public:
  virtual ~HubPort() = default;

  // As many answers as messages: the promise (a serialised note), or why this one was refused.
  virtual Result<std::vector<Result<std::string>>> post(const std::vector<PostedMessage>& messages) = 0;
  // What came since `after`, oldest first; waits up to `wait` when there is nothing.
  virtual Result<std::vector<FetchedMessage>> fetch(std::uint64_t after, std::size_t limit, std::chrono::milliseconds wait) = 0;
  // These are durably kept here: the hub need not offer them again and may delete their objects after the time of its policy.
  virtual Status acknowledge(const std::vector<MessageId>& messages) = 0;
  virtual Result<std::vector<MessageStatus>> status(const std::vector<MessageId>& messages) = 0;

  // Objects in parts. begin_object is idempotent for the same object; NOT_FOUND from the others when it was not begun or is not for this
  // organisation.
  virtual Result<ObjectState> begin_object(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) = 0;
  virtual Result<ObjectState> object_state(const Sha256& object) = 0;
  virtual Status put_part(const Sha256& object, std::size_t index, ByteView part) = 0;
  virtual Result<Bytes> get_part(const Sha256& object, std::size_t index) = 0;

  // The logs as files: "checkpoint", "tile/0/000.p/17" … NOT_FOUND.
  virtual Result<std::string> log_file(LogName log, const std::string& path) = 0;
  // A witness that saw the newest checkpoint hands in its cosignature (a signature line). STALE when the log has grown past it: read again.
  virtual Status cosign(LogName log, const std::string& checkpoint_text, const std::string& signature_line) = 0;

  // A new entry of the log of keys; the hub checks it as every node will.
  virtual Status add_entry(const std::string& entry_note) = 0;
  virtual Status publish(const SignedDocument& document) = 0;
  // All documents with a version above `after`; the highest version with them.
  struct Documents {
    std::uint64_t version = 0;
    std::vector<SignedDocument> documents;
  };
  virtual Result<Documents> documents(std::uint64_t after) = 0;
};

BOOST_DESCRIBE_STRUCT(ReceiptLine, (), (message, object, is_applied, code, at))
BOOST_DESCRIBE_STRUCT(ReceiptBody, (), (receipts))

}  // namespace warifu::exchange

template <>
struct warifu::EnumNames<warifu::exchange::DocumentKind> {
  static constexpr std::array<std::string_view, 2> names = {"organisation", "profile"};
};
template <>
struct warifu::EnumNames<warifu::exchange::LogName> {
  static constexpr std::array<std::string_view, 2> names = {"log", "keys"};
};

#pragma once
// What travels between two nodes (formats of version 1; docs/formats.md). The outer envelope is a signed note that the hub reads: who, to whom,
// how large, until when, and which leaf of the log it leaves. The sealed object is an age file that only the recipients open; its first part is
// the manifest, a signed note that repeats what the envelope says and lists every recipient with his key, so that nobody can wrap a
// message anew and pass it on as if it had been sent to him.
//
// Pure: no clock, no network, no store. Whether a message was seen before is asked of the store, in the transaction that applies it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum.h"
#include "base/id.h"
#include "base/time.h"
#include "crypto/age.h"
#include "note/note.h"

namespace warifu::exchange {

using MessageId = Id<struct MessageTag>;

enum class MessageClass { normal, urgent };
enum class MessageType { acts, receipt, notice };

inline constexpr std::size_t kRecipientsMax = 64;
inline constexpr std::size_t kAttachmentsMax = 256;
inline constexpr std::size_t kSealedPadding = 4096;
inline constexpr Duration kMessageLife = days(30);  // at most, from creation to expiry
inline constexpr Duration kMessageClockSkew = minutes(5);

struct Envelope {
  MessageId id;
  std::string from;
  std::vector<std::string> to;  // sorted, each once
  Bytes thread;                 // 32 bytes: a pseudonym, the same for all messages of a matter and one direction
  Sha256 object;                // of the sealed object
  std::uint64_t bytes = 0;
  Sha256 leaf;  // RFC 6962 hash of the log's leaf
  Time expires;
  MessageClass priority = MessageClass::normal;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Envelope> parse(std::string_view text);
  bool operator==(const Envelope&) const = default;
};

struct Attachment {
  Sha256 sealed;  // of the age file
  std::uint64_t sealed_bytes = 0;
  Sha256 parts;  // RFC 6962 root over the parts of 4 MiB
  Sha256 plain;
  std::uint64_t plain_bytes = 0;
  std::string media_type;
  bool operator==(const Attachment&) const = default;
};

struct Manifest {
  struct Recipient {
    std::string org;
    crypto::AgeRecipient key;
    bool operator==(const Recipient&) const = default;
  };
  MessageId id;
  std::string from;
  std::vector<Recipient> to;  // sorted by organisation
  MatterId thread;
  MessageType type = MessageType::acts;
  Time created;
  std::optional<MessageId> reply;
  Bytes salt;  // 32 bytes; without it the leaf in the log tells nothing, also not to somebody who can guess the text
  Sha256 body;
  std::uint64_t body_bytes = 0;
  std::vector<Attachment> attachments;
  std::vector<Sha256> warrants;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Manifest> parse(std::string_view text);
  bool operator==(const Manifest&) const = default;
};

// ── the leaf ──

// Neither organisation, matter nor kind can be read from it.
[[nodiscard]] std::string leaf_text(std::string_view log_origin, Time created, const Sha256& commitment);
struct Leaf {
  std::string origin;
  Time created;  // a whole minute
  Sha256 commitment;

  [[nodiscard]] static Result<Leaf> parse(std::string_view text);
};
[[nodiscard]] Sha256 commitment_of(const Bytes& salt, std::string_view manifest_note);
[[nodiscard]] Bytes thread_pseudonym(const MatterId& thread, std::string_view from);

// ── sending ──

struct OutgoingMessage {
  MatterId thread;
  std::vector<Manifest::Recipient> to;
  MessageType type = MessageType::acts;
  MessageClass priority = MessageClass::normal;
  std::optional<MessageId> reply;
  std::string body;
  std::vector<Attachment> attachments;
  Time created, expires;
};

struct SealedMessage {
  MessageId id;
  std::string envelope;  // a serialised note
  Bytes object;
  std::string leaf;      // the entry of the log
  std::string manifest;  // the note inside, which the sender cannot open again
};

// EMPTY_FIELD or BAD_VALUE for recipients that are missing or stand twice, OUT_OF_RANGE for an expiry outside the window.
[[nodiscard]] Result<SealedMessage> seal_message(const OutgoingMessage& message, const note::Signer& sender, std::string_view log_origin);

// ── receiving ──

// An envelope whose sender's signature has been checked: all that the hub asks, but the rest of its rules (directory, quota).
struct CheckedEnvelope {
  Envelope envelope;
  note::Note note;
};
// `keys`: those of the organisation the envelope names as sender, in force now.
[[nodiscard]] Result<CheckedEnvelope> check_envelope(std::string_view envelope_note, const std::vector<note::VerifierKey>& keys);

struct OpenedMessage {
  Manifest manifest;
  std::string manifest_note;
  std::string body;
};

struct Receiver {
  std::string org;
  std::vector<crypto::AgeIdentity> identities;  // the current one and those still valid
  std::vector<note::VerifierKey> sender_keys;   // in force when the message was created
  std::string log_origin;
  Time now;
};

// Every check of a receiver but replay. Refused with the field in `where`: CRYPTO or KEY_UNKNOWN (not sealed for us, altered), SIGNATURE_…,
// TEXT_DIFFERS (envelope and manifest, recipients, sizes, leaf), TIME_IN_FUTURE, OUT_OF_RANGE (expired or too long a life), BAD_NOTE.
[[nodiscard]] Result<OpenedMessage> open_message(const CheckedEnvelope& envelope, ByteView object, const Receiver& receiver);

}  // namespace warifu::exchange

template <>
struct warifu::EnumNames<warifu::exchange::MessageClass> {
  static constexpr std::array<std::string_view, 2> names = {"normal", "urgent"};
};
template <>
struct warifu::EnumNames<warifu::exchange::MessageType> {
  static constexpr std::array<std::string_view, 3> names = {"acts", "receipt", "notice"};
};

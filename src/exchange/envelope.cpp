#include "exchange/envelope.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "ledger/merkle.h"
#include "note/directory_entry.h"
#include "note/lines.h"

namespace warifu::exchange {

namespace {

constexpr std::string_view kEnvelopeVersion = "warifu-env/v1";
constexpr std::string_view kManifestVersion = "warifu-msg/v1";
constexpr std::string_view kLeafVersion = "warifu-leaf/v1";
constexpr std::string_view kCommitPrefix("warifu-commit/v1\0", 17);
constexpr std::string_view kThreadPrefix("warifu-thread/v1\0", 17);

tl::unexpected<Error> bad(const char* why, const char* where) { return fail(Code::BAD_NOTE, why, where); }
tl::unexpected<Error> differs(const char* why, const char* where) { return fail(Code::TEXT_DIFFERS, why, where); }

template <class E>
Result<E> named(std::string_view text, const char* where) {
  const auto value = enum_parse<E>(text);
  if (!value) return bad("an unknown name", where);
  return *value;
}

template <class Range, class Projection>
bool is_sorted_once(const Range& range, Projection projection) {
  return std::ranges::adjacent_find(range, std::ranges::greater_equal{}, projection) == std::ranges::end(range);
}

bool is_media_type(std::string_view text) {
  return !text.empty() && text.size() <= 127 && std::ranges::count(text, '/') == 1 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '+' || c == '-';
  });
}

std::string spell(const Attachment& a) {
  return "att " + a.sealed.hex() + " " + std::to_string(a.sealed_bytes) + " " + a.parts.hex() + " " + a.plain.hex() + " " +
         std::to_string(a.plain_bytes) + " " + a.media_type + "\n";
}

Result<Attachment> parse_attachment(std::string_view value) {
  const auto fields = TRY(note::split_fields(value, 6, "att"));
  Attachment out;
  out.sealed = TRY(note::parse_sha256(fields[0], "att"));
  out.sealed_bytes = TRY(note::parse_decimal(fields[1], "att", INT64_MAX));
  out.parts = TRY(note::parse_sha256(fields[2], "att"));
  out.plain = TRY(note::parse_sha256(fields[3], "att"));
  out.plain_bytes = TRY(note::parse_decimal(fields[4], "att", INT64_MAX));
  if (!is_media_type(fields[5])) return bad("not a media type", "att");
  out.media_type = fields[5];
  return out;
}

void put_u32(Bytes& out, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void put_part(Bytes& out, std::string_view part) {
  put_u32(out, part.size());
  out.insert(out.end(), part.begin(), part.end());
}

Result<std::string_view> take_part(std::string_view& rest, const char* where) {
  if (rest.size() < 4) return bad("a part is missing", where);
  std::size_t n = 0;
  for (int i = 0; i < 4; ++i) n = n << 8 | static_cast<std::uint8_t>(rest[static_cast<std::size_t>(i)]);
  rest.remove_prefix(4);
  if (n > rest.size()) return bad("a part is longer than the whole", where);
  const std::string_view part = rest.substr(0, n);
  rest.remove_prefix(n);
  return part;
}

// note ‖ body ‖ zeros up to the next multiple, so that a size tells less.
Result<std::pair<std::string_view, std::string_view>> parts_of(std::string_view plain) {
  if (plain.size() % kSealedPadding != 0) return bad("not padded", "padding");
  const std::string_view manifest = TRY(take_part(plain, "manifest"));
  const std::string_view body = TRY(take_part(plain, "body"));
  if (plain.size() >= kSealedPadding || plain.find_first_not_of('\0') != std::string_view::npos)
    return bad("something stands in the padding", "padding");
  return std::pair(manifest, body);
}

Status check_window(Time created, Time expires) {
  if (expires <= created || created + kMessageLife < expires)
    return fail(Code::OUT_OF_RANGE, "the life of a message", "expires", {{"min", "1"}, {"max", "30"}});
  return {};
}

Status check_same(const Envelope& envelope, const Manifest& manifest) {
  if (manifest.from != envelope.from) return differs("envelope and manifest name different senders", "from");
  if (manifest.id != envelope.id) return differs("envelope and manifest name different messages", "id");
  if (!std::ranges::equal(envelope.to, manifest.to, {}, {}, &Manifest::Recipient::org))
    return differs("envelope and manifest name different recipients", "to");
  if (envelope.thread != thread_pseudonym(manifest.thread, manifest.from)) return differs("another thread", "thread");
  return {};
}

// Listed with the very key that opened it; and for nobody besides those listed.
Status check_recipients(const Manifest& manifest, const Receiver& receiver, std::size_t stanzas) {
  const auto own = std::ranges::find(manifest.to, receiver.org, &Manifest::Recipient::org);
  if (own == manifest.to.end()) return differs("not sent to this organisation", "to");
  const bool is_own_key =
      std::ranges::any_of(receiver.identities, [&](const crypto::AgeIdentity& identity) { return identity.recipient() == own->key; });
  if (!is_own_key) return differs("sealed for another key than the one listed", "to");
  if (stanzas != manifest.to.size()) return differs("sealed for more or fewer than it lists", "to");
  return {};
}

}  // namespace

// ── texts ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string Envelope::text() const {
  std::string out = std::string(kEnvelopeVersion) + "\n" + id.hex() + "\n" + from + "\n";
  for (const std::string& org : to) out += "to " + org + "\n";
  return out + "thread " + to_base64(thread) + "\nobject " + object.hex() + " " + std::to_string(bytes) + "\nleaf " + leaf.hex() + "\nexpires " +
         std::to_string(expires.seconds()) + "\nclass " + std::string(enum_text(priority)) + "\n";
}

Result<Envelope> Envelope::parse(std::string_view text) {
  note::LineReader in(text);
  Envelope out;
  TRY(in.literal(kEnvelopeVersion));
  out.id = TRY(note::parse_id<MessageId>(TRY(in.line("id")), "id"));
  out.from = TRY(note::parse_org(TRY(in.line("from")), "from"));
  for (const std::string_view org : TRY(in.repeated("to", kRecipientsMax))) out.to.push_back(TRY(note::parse_org(org, "to")));
  if (out.to.empty() || !is_sorted_once(out.to, std::identity{})) return bad("recipients are missing, stand twice or out of order", "to");
  out.thread = TRY(note::parse_base64(TRY(in.expect("thread")), 32, "thread"));
  const auto object = TRY(note::split_fields(TRY(in.expect("object")), 2, "object"));
  out.object = TRY(note::parse_sha256(object[0], "object"));
  out.bytes = TRY(note::parse_decimal(object[1], "object", INT64_MAX));
  out.leaf = TRY(note::parse_sha256(TRY(in.expect("leaf")), "leaf"));
  out.expires = TRY(note::parse_unix_seconds(TRY(in.expect("expires")), "expires"));
  out.priority = TRY(named<MessageClass>(TRY(in.expect("class")), "class"));
  TRY(in.end());
  return out;
}

std::string Manifest::text() const {
  std::string out = std::string(kManifestVersion) + "\n" + id.hex() + "\n" + from + "\n";
  for (const Recipient& recipient : to) out += "to " + recipient.org + " " + recipient.key.text() + "\n";
  out += "thread " + thread.hex() + "\ntype " + std::string(enum_text(type)) + "\ncreated " + std::to_string(created.seconds()) + "\nreply " +
         (reply ? reply->hex() : "-") + "\nsalt " + to_base64(salt) + "\nbody " + body.hex() + " " + std::to_string(body_bytes) + "\n";
  for (const Attachment& attachment : attachments) out += spell(attachment);
  for (const Sha256& warrant : warrants) out += "warrant " + warrant.hex() + "\n";
  return out;
}

Result<Manifest> Manifest::parse(std::string_view text) {
  note::LineReader in(text, note::kKeyLineBytesMax);
  Manifest out;
  TRY(in.literal(kManifestVersion));
  out.id = TRY(note::parse_id<MessageId>(TRY(in.line("id")), "id"));
  out.from = TRY(note::parse_org(TRY(in.line("from")), "from"));
  for (const std::string_view value : TRY(in.repeated("to", kRecipientsMax))) {
    const auto fields = TRY(note::split_fields(value, 2, "to"));
    Result<crypto::AgeRecipient> key = crypto::AgeRecipient::read(fields[1]);
    if (!key) return bad("not a key to seal for", "to");
    out.to.push_back({TRY(note::parse_org(fields[0], "to")), std::move(*key)});
  }
  if (out.to.empty() || !is_sorted_once(out.to, &Recipient::org)) return bad("recipients are missing, stand twice or out of order", "to");
  out.thread = TRY(note::parse_id<MatterId>(TRY(in.expect("thread")), "thread"));
  out.type = TRY(named<MessageType>(TRY(in.expect("type")), "type"));
  out.created = TRY(note::parse_unix_seconds(TRY(in.expect("created")), "created"));
  if (const std::string_view reply = TRY(in.expect("reply")); reply != "-") out.reply = TRY(note::parse_id<MessageId>(reply, "reply"));
  out.salt = TRY(note::parse_base64(TRY(in.expect("salt")), 32, "salt"));
  const auto body = TRY(note::split_fields(TRY(in.expect("body")), 2, "body"));
  out.body = TRY(note::parse_sha256(body[0], "body"));
  out.body_bytes = TRY(note::parse_decimal(body[1], "body", INT64_MAX));
  for (const std::string_view value : TRY(in.repeated("att", kAttachmentsMax))) out.attachments.push_back(TRY(parse_attachment(value)));
  for (const std::string_view value : TRY(in.repeated("warrant", kAttachmentsMax))) out.warrants.push_back(TRY(note::parse_sha256(value, "warrant")));
  TRY(in.end());
  return out;
}

// ── the leaf ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string leaf_text(std::string_view log_origin, Time created, const Sha256& commitment) {
  return std::string(kLeafVersion) + "\n" + std::string(log_origin) + "\n" + std::to_string(created.seconds() / 60) + "\n" +
         to_base64(commitment.bytes) + "\n";
}

Result<Leaf> Leaf::parse(std::string_view text) {
  note::LineReader in(text);
  Leaf out;
  TRY(in.literal(kLeafVersion));
  out.origin = TRY(in.line("origin"));
  if (!note::is_key_name(out.origin)) return bad("not the name of a log", "origin");
  constexpr std::uint64_t kMinutesMax = 253'402'300'799 / 60;  // the end of the year 9999
  out.created = Time::from_seconds(static_cast<std::int64_t>(TRY(note::parse_decimal(TRY(in.line("created")), "created", kMinutesMax))) * 60);
  const Bytes commitment = TRY(note::parse_base64(TRY(in.line("commitment")), 32, "commitment"));
  std::ranges::copy(commitment, out.commitment.bytes.begin());
  TRY(in.end());
  return out;
}

Sha256 commitment_of(const Bytes& salt, std::string_view manifest_note) {
  return crypto::Sha256Stream().update(kCommitPrefix).update(salt).update(ByteView(crypto::sha256(manifest_note).bytes)).finish();
}

Bytes thread_pseudonym(const MatterId& thread, std::string_view from) {
  const Sha256 digest = crypto::Sha256Stream().update(kThreadPrefix).update(ByteView(thread.bytes)).update(from).finish();
  return {digest.bytes.begin(), digest.bytes.end()};
}

// ── sending ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<SealedMessage> seal_message(const OutgoingMessage& message, const note::Signer& sender, std::string_view log_origin) {
  TRY(check_window(message.created, message.expires));
  const std::string& name = sender.verifier().name;
  Manifest manifest;
  manifest.id = MessageId::random();
  manifest.from = name.substr(0, name.find('/'));
  if (note::sign_name(manifest.from) != name) return fail(Code::KEY_NOT_VALID, "not a signing key of an organisation", "sender", {{"signer", name}});
  manifest.to = message.to;
  std::ranges::sort(manifest.to, {}, &Manifest::Recipient::org);
  if (manifest.to.empty()) return fail(Code::EMPTY_FIELD, "sent to nobody", "to");
  if (manifest.to.size() > kRecipientsMax) return fail(Code::TOO_MANY, "too many recipients", "to", {{"max", std::to_string(kRecipientsMax)}});
  if (!is_sorted_once(manifest.to, &Manifest::Recipient::org)) return fail(Code::BAD_VALUE, "a recipient stands twice", "to");
  manifest.thread = message.thread;
  manifest.type = message.type;
  manifest.created = Time::from_seconds(message.created.seconds());
  manifest.reply = message.reply;
  manifest.salt = crypto::random_bytes(32);
  manifest.body = crypto::sha256(message.body);
  manifest.body_bytes = message.body.size();
  manifest.attachments = message.attachments;
  const std::vector<note::Signer> signers{sender};
  const std::string manifest_note = TRY(note::sign_note(manifest.text(), signers)).serialise();

  Bytes plain;
  put_part(plain, manifest_note);
  put_part(plain, message.body);
  plain.resize((plain.size() + kSealedPadding - 1) / kSealedPadding * kSealedPadding);
  std::vector<crypto::AgeRecipient> recipients;
  for (const Manifest::Recipient& recipient : manifest.to) recipients.push_back(recipient.key);
  SealedMessage out;
  out.id = manifest.id;
  out.object = TRY(crypto::age_seal(recipients, plain));
  out.leaf = leaf_text(log_origin, manifest.created, commitment_of(manifest.salt, manifest_note));

  Envelope envelope;
  envelope.id = manifest.id;
  envelope.from = manifest.from;
  for (const Manifest::Recipient& recipient : manifest.to) envelope.to.push_back(recipient.org);
  envelope.thread = thread_pseudonym(manifest.thread, manifest.from);
  envelope.object = crypto::sha256(out.object);
  envelope.bytes = out.object.size();
  envelope.leaf = ledger::leaf_hash(bytes_of(out.leaf));
  envelope.expires = Time::from_seconds(message.expires.seconds());
  envelope.priority = message.priority;
  out.envelope = TRY(note::sign_note(envelope.text(), signers)).serialise();
  out.manifest = manifest_note;
  return out;
}

// ── receiving ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<CheckedEnvelope> check_envelope(std::string_view envelope_note, const std::vector<note::VerifierKey>& keys) {
  CheckedEnvelope out;
  out.note = TRY(note::Note::parse(envelope_note));
  out.envelope = TRY(Envelope::parse(out.note.text));
  std::vector<note::VerifierKey> own;
  for (const note::VerifierKey& key : keys)
    if (key.name == note::sign_name(out.envelope.from)) own.push_back(key);
  TRY(note::verify(out.note, own));
  if (out.note.signatures.size() != 1) return bad("an envelope has one signature", "signature");
  return out;
}

Result<OpenedMessage> open_message(const CheckedEnvelope& checked, ByteView object, const Receiver& receiver) {
  const Envelope& envelope = checked.envelope;
  if (object.size() != envelope.bytes || crypto::sha256(object) != envelope.object) return differs("not the object the envelope names", "object");
  if (envelope.expires <= receiver.now) return fail(Code::OUT_OF_RANGE, "the message has expired", "expires", {{"min", "0"}, {"max", "30"}});
  crypto::AgeOpened opened = TRY(crypto::age_open(receiver.identities, object));
  const auto [manifest_note, body] = TRY(parts_of(text_of(opened.plaintext)));
  OpenedMessage out;
  const note::Note note = TRY(note::Note::parse(manifest_note));
  out.manifest = TRY(Manifest::parse(note.text));
  std::vector<note::VerifierKey> own;
  for (const note::VerifierKey& key : receiver.sender_keys)
    if (key.name == note::sign_name(out.manifest.from)) own.push_back(key);
  TRY(note::verify(note, own));
  if (note.signatures.size() != 1) return bad("a manifest has one signature", "signature");
  TRY(check_same(envelope, out.manifest));
  TRY(check_recipients(out.manifest, receiver, opened.stanzas));
  if (receiver.now + kMessageClockSkew < out.manifest.created) return fail(Code::TIME_IN_FUTURE, "a message from the future", "created");
  TRY(check_window(out.manifest.created, envelope.expires));
  if (body.size() != out.manifest.body_bytes || crypto::sha256(body) != out.manifest.body) return differs("not the body the manifest names", "body");
  const std::string leaf = leaf_text(receiver.log_origin, out.manifest.created, commitment_of(out.manifest.salt, manifest_note));
  if (ledger::leaf_hash(bytes_of(leaf)) != envelope.leaf) return differs("the leaf in the log is of another message", "leaf");
  out.manifest_note = manifest_note;
  out.body = body;
  return out;
}

}  // namespace warifu::exchange

#include "store/office_mail.h"

#include <algorithm>

#include "base/limits.h"
#include "desk/store_port.h"
#include "ledger/checkpoint.h"
#include "store/office_store.h"

namespace warifu::store {

using desk::MessageIn;
using desk::MessageOut;
using exchange::MessageId;

namespace {

constexpr Duration kKeptAfterExpiry = days(30);

constexpr std::string_view kOutColumns =
    "SELECT seq, id, to_org, matter, type, envelope, leaf, created_us, expires_us, attempts, next_try_us, last_error, promise, leaf_index, "
    "accepted_us, relayed, relayed_us, delivered_us, receipt, code, logged_us, attachments ";
constexpr std::string_view kInColumns =
    "SELECT id, from_org, matter, type, envelope, promise, leaf_hash, leaf_index, promised_us, at_us, expires_us, code, ";
constexpr std::string_view kOutObject = ", (SELECT o.object FROM message_object o WHERE o.seq = message_out.seq) ";

Result<MessageOut> message_out_of(const Statement& row) {
  MessageOut out;
  out.seq = row.column_int64(0);
  out.id = TRY(row.column<MessageId>(1));
  out.to = TRY(party::OrganisationId::parse(row.column_text(2)));
  out.matter = TRY(row.column<MatterId>(3));
  out.type = TRY(enum_parse<exchange::MessageType>(row.column_text(4)));
  out.envelope = row.column_text(5);
  out.leaf = row.column_text(6);
  out.created = row.column_time(7);
  out.expires = row.column_time(8);
  out.attempts = TRY(row.column<int>(9));
  out.next_try = row.column_time(10);
  out.last_error = row.column_text(11);
  out.promise = TRY(row.column<std::optional<std::string>>(12));
  out.index = static_cast<std::uint64_t>(row.column_int64(13));
  out.accepted = TRY(row.column<std::optional<Time>>(14));
  out.relayed_note = TRY(row.column<std::optional<std::string>>(15));
  out.relayed = TRY(row.column<std::optional<Time>>(16));
  out.delivered = TRY(row.column<std::optional<Time>>(17));
  out.receipt = TRY(row.column<std::optional<MessageId>>(18));
  out.code = row.column_text(19);
  out.logged = TRY(row.column<std::optional<Time>>(20));
  for (std::string_view rest = row.column_text(21); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out.attachments.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

// The same, with the object as last column.
Result<MessageOut> whole_message_of(const Statement& row) {
  MessageOut out = TRY(message_out_of(row));
  out.object = TRY(row.column<std::optional<Bytes>>(22)).value_or(Bytes{});
  return out;
}

Result<MessageIn> message_in_of(const Statement& row) {
  MessageIn in;
  in.id = TRY(row.column<MessageId>(0));
  in.from = row.column_text(1);
  in.matter = TRY(row.column<std::optional<MatterId>>(2));
  in.type = TRY(enum_parse<exchange::MessageType>(row.column_text(3)));
  in.envelope = row.column_text(4);
  in.promise = row.column_text(5);
  in.leaf = TRY(row.column<Sha256>(6));
  in.index = static_cast<std::uint64_t>(row.column_int64(7));
  in.promised = row.column_time(8);
  in.at = row.column_time(9);
  in.expires = row.column_time(10);
  in.code = row.column_text(11);
  in.object = TRY(row.column<std::optional<Bytes>>(12)).value_or(Bytes{});
  in.logged = TRY(row.column<std::optional<Time>>(13));
  return in;
}

std::string manifest_place(const MessageId& id) { return "manifest " + id.hex(); }

Bytes spell_hashes(const std::vector<Sha256>& hashes) {
  Bytes out;
  out.reserve(hashes.size() * 32);
  for (const Sha256& hash : hashes) out.insert(out.end(), hash.bytes.begin(), hash.bytes.end());
  return out;
}

Result<std::vector<Sha256>> parse_hashes(const Bytes& bytes) {
  if (bytes.size() % 32 != 0) return fail(Code::STORE_CORRUPT, "a stored list of hashes is cut");
  std::vector<Sha256> out(bytes.size() / 32);
  for (std::size_t i = 0; i < out.size(); ++i) std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(32 * i), 32, out[i].bytes.begin());
  return out;
}

Result<std::optional<Bytes>> sealed_manifest(const SealOf& seal_of, const std::optional<MatterId>& matter, const MessageId& id,
                                             const std::string& manifest) {
  if (!matter || matter->is_zero() || manifest.empty()) return std::optional<Bytes>{};
  return std::optional<Bytes>(TRY(seal_of(*matter)).seal(manifest_place(id), manifest));
}

SealOf seals_in(Database& database) {
  return [&database](const MatterId& matter) { return MatterSeal::load_or_create(database, matter); };
}

Status put_message_in(Database& database, const MessageIn& in, const SealOf& seal_of) {
  const auto index = static_cast<std::int64_t>(in.index);
  std::optional<Bytes> object;
  if (!in.object.empty()) object = in.object;
  const std::optional<Bytes> manifest = in.code.empty() ? TRY(sealed_manifest(seal_of, in.matter, in.id, in.manifest)) : std::nullopt;
  const Bytes acts = spell_hashes(in.acts);
  const auto added = TRY(database.run(
      "INSERT INTO message_in (id, from_org, matter, type, envelope, promise, leaf_hash, leaf_index, promised_us, at_us, expires_us, code, object, "
      "manifest, acts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (id) DO NOTHING",
      in.id, in.from, in.matter, enum_text(in.type), in.envelope, in.promise, in.leaf, index, in.promised, in.at, in.expires, in.code, object,
      manifest, acts));
  if (added == 0) return fail(Code::REPLAYED, "this message was received before", "message", {{"message", in.id.hex()}});
  return {};
}

// The acts that a message carries, so that no other one carries them.
Status mark_carried(Database& database, const MessageId& message, std::span<const std::int64_t> outbox) {
  std::string sql = "UPDATE outbox SET message = $1 WHERE message IS NULL AND seq IN (";
  for (std::size_t i = 0; i < outbox.size(); ++i) sql += (i == 0 ? "$" : ", $") + std::to_string(i + 2);
  Statement update = TRY(database.prepare(sql + ")"));
  update.bind(1, message);
  for (std::size_t i = 0; i < outbox.size(); ++i) update.bind(static_cast<int>(i) + 2, outbox[i]);
  while (TRY(update.step())) {}
  if (update.changes() != static_cast<std::int64_t>(outbox.size())) return fail(Code::CONFLICT, "another message carries this act already", "outbox");
  return {};
}

// A receipt for a message that is not ours, or that was delivered before, changes nothing.
Status put_delivery(Database& database, const desk::Delivery& delivery) {
  TRY(database.post("UPDATE message_out SET delivered_us = $2, receipt = $3, code = $4 WHERE id = $1 AND delivered_us IS NULL", delivery.message,
                    delivery.at, delivery.receipt, delivery.code));
  return {};
}

Status put_incident_row(Database& database, const desk::Incident& incident) {
  TRY(database.post("INSERT INTO incident (code, about, evidence, at_us) VALUES ($1, $2, $3, $4) ON CONFLICT (code, about) DO NOTHING", incident.code,
                    incident.about, incident.evidence, incident.at));
  return {};
}

// A checkpoint that is published again loses the cosignatures it had gathered: those that are kept stay.
std::string with_cosignatures_of(const std::string& checkpoint, const std::string& known) {
  Result<note::Note> fresh = note::Note::parse(checkpoint);
  const Result<note::Note> old = note::Note::parse(known);
  if (!fresh || !old || fresh->text != old->text) return checkpoint;
  for (const note::SignatureLine& line : old->signatures) {
    const auto is_same = [&](const note::SignatureLine& other) { return other.name == line.name && other.id == line.id; };
    if (fresh->signatures.size() < limits::kNoteSignaturesMax && std::ranges::none_of(fresh->signatures, is_same)) fresh->signatures.push_back(line);
  }
  return fresh->serialise();
}

template <class T, class F, class... A>
Result<std::optional<T>> maybe(Database& database, F&& make, std::string_view sql, const A&... arguments) {
  Statement rows = TRY(database.query(sql, arguments...));
  if (!TRY(rows.step())) return std::optional<T>{};
  return std::optional<T>(TRY(make(rows)));
}

}  // namespace

Status put_sealed_message(Database& database, const MessageOut& message, const SealOf& seal_of) {
  const Sha256 leaf = ledger::leaf_hash(bytes_of(message.leaf));
  const std::optional<Bytes> manifest = TRY(sealed_manifest(seal_of, message.matter, message.id, message.manifest));
  const Bytes acts = spell_hashes(message.acts);
  std::string attachments;
  for (const std::string& name : message.attachments) attachments += (attachments.empty() ? "" : "\n") + name;
  TRY(database.post(
      "INSERT INTO message_out (id, to_org, matter, type, envelope, leaf, leaf_hash, created_us, expires_us, attempts, next_try_us, last_error, "
      "code, manifest, acts, attachments) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, '', '', $11, $12, $13)",
      message.id, message.to.text(), message.matter, enum_text(message.type), message.envelope, message.leaf, leaf, message.created, message.expires,
      message.next_try, manifest, acts, attachments));
  TRY(database.post("INSERT INTO message_object (seq, object) VALUES ((SELECT seq FROM message_out WHERE id = $1), $2)", message.id, message.object));
  for (std::span<const std::int64_t> rest = message.outbox; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kRowsAtOnce));
    rest = rest.subspan(some.size());
    TRY(mark_carried(database, message.id, some));
  }
  return {};
}

Status put_carried(Database& database, const desk::Carried& carried, const SealOf& seal_of) {
  for (const MessageIn& in : carried.received) TRY(put_message_in(database, in, seal_of));
  for (const MessageOut& out : carried.sealed) TRY(put_sealed_message(database, out, seal_of));
  for (const desk::Delivery& delivery : carried.deliveries) TRY(put_delivery(database, delivery));
  for (const desk::Incident& incident : carried.incidents) TRY(put_incident_row(database, incident));
  return {};
}

Status purge_manifests(Database& database, const MatterId& matter, const std::vector<Sha256>& purged, const std::optional<MatterSeal>& before,
                       const MatterSeal& after) {
  for (const bool is_incoming : {false, true}) {
    struct Kept {
      MessageId id;
      Bytes manifest;
      std::vector<Sha256> acts;
    };
    std::vector<Kept> all;
    Statement rows = TRY(database.query(is_incoming ? "SELECT id, manifest, acts FROM message_in WHERE matter = $1 AND manifest IS NOT NULL"
                                                    : "SELECT id, manifest, acts FROM message_out WHERE matter = $1 AND manifest IS NOT NULL",
                                        matter));
    while (TRY(rows.step()))
      all.push_back({TRY(rows.column<MessageId>(0)), TRY(rows.column<Bytes>(1)), TRY(parse_hashes(TRY(rows.column<Bytes>(2))))});
    for (const Kept& kept : all) {
      const bool is_purged = std::ranges::any_of(kept.acts, [&](const Sha256& act) { return std::ranges::find(purged, act) != purged.end(); });
      std::optional<Bytes> manifest;
      if (!is_purged && !before) return fail(Code::STORE_CORRUPT, "a matter's key is missing");
      if (!is_purged) manifest = after.seal(manifest_place(kept.id), TRY(before->open(manifest_place(kept.id), kept.manifest)));
      TRY(database.run(is_incoming ? "UPDATE message_in SET manifest = $2 WHERE id = $1" : "UPDATE message_out SET manifest = $2 WHERE id = $1",
                       kept.id, manifest));
      // The sealed copy is the addressee's to open, not ours; all the same nothing of a purged text is kept that is not needed.
      if (is_purged && !is_incoming)
        TRY(database.run("DELETE FROM message_object WHERE seq = (SELECT seq FROM message_out WHERE id = $1 AND delivered_us IS NOT NULL)", kept.id));
    }
  }
  return {};
}

// ── out ──

Result<std::vector<desk::OutboxRow>> OfficeStore::outbox_unsealed(Time now, std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<desk::OutboxRow>> {
    const auto max = static_cast<std::int64_t>(limit);
    Statement rows = TRY(database.query(
        "SELECT o.seq, o.to_org, o.matter, o.act, o.attempts, o.next_try_us, o.last_error FROM outbox o WHERE o.delivered_us IS NULL AND "
        "o.message IS NULL AND (o.next_try_us <= $1 OR (o.attempts = 0 AND EXISTS (SELECT 1 FROM outbox l WHERE l.matter = o.matter AND "
        "l.to_org = o.to_org AND l.seq > o.seq AND l.delivered_us IS NULL AND l.message IS NULL AND l.next_try_us <= $1))) AND "
        "NOT EXISTS (SELECT 1 FROM outbox e WHERE e.matter = o.matter AND e.to_org = o.to_org AND e.seq < o.seq AND e.delivered_us IS NULL AND "
        "e.message IS NULL AND e.next_try_us > $1 AND e.attempts > 0) ORDER BY o.seq LIMIT $2",
        now, max));
    return all_rows<desk::OutboxRow>(rows, [](const Statement& row) -> Result<desk::OutboxRow> {
      desk::OutboxRow out;
      out.seq = row.column_int64(0);
      out.to = TRY(party::OrganisationId::parse(row.column_text(1)));
      out.matter = TRY(row.column<MatterId>(2));
      out.act = TRY(row.column<Sha256>(3));
      out.attempts = TRY(row.column<int>(4));
      out.next_try = row.column_time(5);
      out.last_error = row.column_text(6);
      return out;
    });
  });
}

Status OfficeStore::put_sealed(std::span<const MessageOut> messages) {
  return write([&](Database& database) -> Status {
    for (const MessageOut& message : messages) TRY(put_sealed_message(database, message, seals_in(database)));
    return {};
  });
}

Result<std::vector<MessageOut>> OfficeStore::unposted(Time now, std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<MessageOut>> {
    const auto max = static_cast<std::int64_t>(limit);
    std::vector<std::pair<MessageOut, std::optional<Bytes>>> found;
    {
      Statement rows = TRY(database.query(std::string(kOutColumns) + std::string(kOutObject) +
                                              ", manifest FROM message_out WHERE promise IS NULL AND next_try_us <= $1 ORDER BY seq LIMIT $2",
                                          now, max));
      while (TRY(rows.step())) {
        MessageOut message = TRY(whole_message_of(rows));
        found.emplace_back(std::move(message), TRY(rows.column<std::optional<Bytes>>(23)));
      }
    }
    // The manifest says for which keys it was sealed: whoever posts it looks whether they still are in force.
    std::vector<MessageOut> out;
    for (auto& [message, manifest] : found) {
      if (manifest) {
        const std::optional<MatterSeal> seal = TRY(MatterSeal::find(database, message.matter));
        if (!seal) return fail(Code::STORE_CORRUPT, "a matter's key is missing");
        message.manifest = TRY(seal->open(manifest_place(message.id), *manifest));
      }
      out.push_back(std::move(message));
    }
    return out;
  });
}

Status OfficeStore::put_accepted(std::span<const Accepted> messages) {
  return write([&](Database& database) -> Status {
    for (const Accepted& accepted : messages) {
      const auto index = static_cast<std::int64_t>(accepted.index);
      TRY(
          database.post("UPDATE message_out SET promise = $2, leaf_index = $3, promised_us = $4, accepted_us = $5, last_error = '' "
                        "WHERE id = $1 AND promise IS NULL",
                        accepted.id, accepted.promise, index, accepted.promised, accepted.at));
      TRY(database.post("UPDATE outbox SET delivered_us = $2, last_error = '' WHERE message = $1 AND delivered_us IS NULL", accepted.id,
                        accepted.at));
    }
    return {};
  });
}

Status OfficeStore::put_not_accepted(const MessageId& id, std::string_view error, Time next_try) {
  return write([&](Database& database) -> Status {
    TRY(database.post("UPDATE message_out SET attempts = attempts + 1, last_error = $2, next_try_us = $3 WHERE id = $1 AND promise IS NULL", id,
                      error, next_try));
    TRY(database.post("UPDATE outbox SET attempts = attempts + 1, last_error = $2 WHERE message = $1 AND delivered_us IS NULL", id, error));
    return {};
  });
}

Status OfficeStore::unseal(const MessageId& id) {
  return write([&](Database& database) -> Status {
    const auto seq = TRY(first_row<std::int64_t>(database, "SELECT seq FROM message_out WHERE id = $1 AND promise IS NULL", id));
    if (!seq) return {};
    TRY(database.run("DELETE FROM message_out WHERE seq = $1", std::get<0>(*seq)));
    TRY(database.run("DELETE FROM message_object WHERE seq = $1", std::get<0>(*seq)));
    TRY(database.run("UPDATE outbox SET message = NULL WHERE message = $1", id));
    return {};
  });
}

Result<std::vector<MessageOut>> OfficeStore::undelivered(std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<MessageOut>> {
    const auto max = static_cast<std::int64_t>(limit);
    Statement rows = TRY(database.query(
        std::string(kOutColumns) + "FROM message_out WHERE promise IS NOT NULL AND delivered_us IS NULL AND type = 'acts' ORDER BY seq LIMIT $1",
        max));
    return all_rows<MessageOut>(rows, message_out_of);
  });
}

Status OfficeStore::put_relayed(std::span<const RelayedBy> messages) {
  return write([&](Database& database) -> Status {
    for (const RelayedBy& relayed : messages)
      TRY(database.post("UPDATE message_out SET relayed = $2, relayed_us = $3 WHERE id = $1 AND relayed IS NULL", relayed.id, relayed.note,
                        relayed.at));
    return {};
  });
}

Result<std::vector<MessageOut>> OfficeStore::messages_of(const MatterId& matter) const {
  return engine_->read([&](Database& database) -> Result<std::vector<MessageOut>> {
    Statement rows = TRY(database.query(std::string(kOutColumns) + "FROM message_out WHERE matter = $1 ORDER BY seq", matter));
    return all_rows<MessageOut>(rows, message_out_of);
  });
}

Result<std::optional<MessageOut>> OfficeStore::message_out(const MessageId& id) const {
  return engine_->read([&](Database& database) {
    return maybe<MessageOut>(database, whole_message_of, std::string(kOutColumns) + std::string(kOutObject) + "FROM message_out WHERE id = $1", id);
  });
}

Result<std::vector<MessageOut>> OfficeStore::newest_messages(std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<MessageOut>> {
    const auto max = static_cast<std::int64_t>(limit);
    Statement rows = TRY(database.query(std::string(kOutColumns) + "FROM message_out ORDER BY seq DESC LIMIT $1", max));
    return all_rows<MessageOut>(rows, message_out_of);
  });
}

Result<std::optional<MessageOut>> OfficeStore::message_with(const Sha256& act) const {
  return engine_->read([&](Database& database) {
    return maybe<MessageOut>(database, message_out_of,
                             std::string(kOutColumns) +
                                 "FROM message_out WHERE id IN (SELECT message FROM outbox WHERE act = $1 AND message IS NOT NULL) ORDER BY seq DESC",
                             act);
  });
}

// ── in ──

Result<std::vector<MessageId>> OfficeStore::already_received(std::span<const MessageId> ids) const {
  return engine_->read([&](Database& database) -> Result<std::vector<MessageId>> {
    std::vector<MessageId> out;
    for (const MessageId& id : ids)
      if (TRY(first_row<std::int64_t>(database, "SELECT leaf_index FROM message_in WHERE id = $1", id))) out.push_back(id);
    return out;
  });
}

Status OfficeStore::put_received(const desk::Carried& carried) {
  return write([&](Database& database) { return put_carried(database, carried, seals_in(database)); });
}

Result<std::optional<MessageIn>> OfficeStore::message_in(const MessageId& id) const {
  return engine_->read([&](Database& database) {
    return maybe<MessageIn>(database, message_in_of, std::string(kInColumns) + "object, logged_us FROM message_in WHERE id = $1", id);
  });
}

Result<std::vector<MessageIn>> OfficeStore::newest_received(std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<MessageIn>> {
    const auto max = static_cast<std::int64_t>(limit);
    Statement rows = TRY(database.query(std::string(kInColumns) + "NULL, logged_us, acts FROM message_in ORDER BY expires_us DESC LIMIT $1", max));
    return all_rows<MessageIn>(rows, [](const Statement& row) -> Result<MessageIn> {
      MessageIn in = TRY(message_in_of(row));
      in.acts = TRY(parse_hashes(TRY(row.column<Bytes>(14))));
      return in;
    });
  });
}

// ── the logs ──

Result<std::vector<desk::Mailbox::Unproven>> OfficeStore::unproven(std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<Unproven>> {
    const auto max = static_cast<std::int64_t>(limit);
    std::vector<Unproven> out;
    for (const bool is_incoming : {false, true}) {
      // A message that came without a good promise was promised nothing.
      Statement rows = TRY(database.query(
          is_incoming ? "SELECT id, leaf_hash, leaf_index, at_us, promise FROM message_in WHERE proof_size IS NULL AND promised_us > 0 ORDER BY "
                        "promised_us LIMIT $1"
                      : "SELECT id, leaf_hash, leaf_index, accepted_us, promise FROM message_out WHERE promise IS NOT NULL AND proof_size IS NULL "
                        "ORDER BY promised_us LIMIT $1",
          max));
      while (TRY(rows.step()))
        out.push_back({TRY(rows.column<MessageId>(0)), is_incoming, TRY(rows.column<Sha256>(1)), static_cast<std::uint64_t>(rows.column_int64(2)),
                       rows.column_time(3), std::string(rows.column_text(4))});
    }
    std::ranges::stable_sort(out, {}, &Unproven::since);
    if (out.size() > limit) out.resize(limit);
    return out;
  });
}

Status OfficeStore::put_broken(std::span<const Proven> messages) {
  return write([&](Database& database) -> Status {
    for (const Proven& broken : messages)
      TRY(database.post(broken.is_incoming ? "UPDATE message_in SET proof_size = 0 WHERE id = $1 AND proof_size IS NULL"
                                           : "UPDATE message_out SET proof_size = 0 WHERE id = $1 AND proof_size IS NULL",
                        broken.id));
    return {};
  });
}

Status OfficeStore::put_proofs(const std::string& checkpoint, std::uint64_t size, std::span<const Proven> messages, Time at) {
  return write([&](Database& database) -> Status {
    const auto proof_size = static_cast<std::int64_t>(size);
    const auto known = TRY(first_row<std::string>(database, "SELECT note FROM proof_checkpoint WHERE size = $1", proof_size));
    const std::string kept = known ? with_cosignatures_of(checkpoint, std::get<0>(*known)) : checkpoint;
    TRY(database.post("INSERT INTO proof_checkpoint (size, note) VALUES ($1, $2) ON CONFLICT (size) DO UPDATE SET note = excluded.note", proof_size,
                      kept));
    for (const Proven& proven : messages) {
      const Bytes path = spell_hashes(proven.path);
      TRY(database.post(proven.is_incoming ? "UPDATE message_in SET proof = $2, proof_size = $3, logged_us = coalesce(logged_us, $4) WHERE id = $1"
                                           : "UPDATE message_out SET proof = $2, proof_size = $3, logged_us = coalesce(logged_us, $4) WHERE id = $1",
                        proven.id, path, proof_size, at));
    }
    return {};
  });
}

Result<std::optional<desk::Mailbox::StoredProof>> OfficeStore::proof_of(const MessageId& id) const {
  return engine_->read([&](Database& database) -> Result<std::optional<StoredProof>> {
    for (const char* table : {"message_out", "message_in"}) {
      const auto row = TRY(first_row<std::int64_t, Bytes, std::string>(
          database,
          std::string("SELECT m.leaf_index, m.proof, c.note FROM ") + table + " m JOIN proof_checkpoint c ON c.size = m.proof_size WHERE m.id = $1",
          id));
      if (row)
        return std::optional(StoredProof{static_cast<std::uint64_t>(std::get<0>(*row)), TRY(parse_hashes(std::get<1>(*row))), std::get<2>(*row)});
    }
    return std::optional<StoredProof>{};
  });
}

Result<std::vector<exchange::Crossing>> OfficeStore::crossings(const MatterId& matter) const {
  return engine_->read([&](Database& database) -> Result<std::vector<exchange::Crossing>> {
    const std::optional<MatterSeal> seal = TRY(MatterSeal::find(database, matter));
    std::vector<std::pair<Time, exchange::Crossing>> found;
    for (const std::string table : {"message_out", "message_in"}) {
      Statement rows =
          TRY(database.query("SELECT m.id, m.envelope, m.promise, m.manifest, m.acts, m.leaf_index, m.proof, c.note, m.promised_us FROM " + table +
                                 " m LEFT JOIN proof_checkpoint c ON c.size = m.proof_size WHERE m.matter = $1 AND m.type = 'acts' AND "
                                 "m.promise IS NOT NULL AND m.manifest IS NOT NULL",
                             matter));
      while (TRY(rows.step())) {
        if (!seal) return fail(Code::STORE_CORRUPT, "a matter's key is missing");
        exchange::Crossing one;
        one.envelope = rows.column_text(1);
        one.promise = rows.column_text(2);
        one.manifest = TRY(seal->open(manifest_place(TRY(rows.column<MessageId>(0))), rows.column_blob(3)));
        one.acts = TRY(parse_hashes(TRY(rows.column<Bytes>(4))));
        if (!rows.column_is_null(7)) {
          ledger::TlogProof proof;
          proof.index = static_cast<std::uint64_t>(rows.column_int64(5));
          proof.path = TRY(parse_hashes(TRY(rows.column<Bytes>(6))));
          proof.checkpoint = TRY(note::Note::parse(rows.column_text(7)));
          one.proof = proof.serialise();
        }
        found.emplace_back(rows.column_time(8), std::move(one));
      }
    }
    std::ranges::stable_sort(found, {}, [](const auto& one) { return one.first; });
    std::vector<exchange::Crossing> out;
    for (auto& [at, one] : found) out.push_back(std::move(one));
    return out;
  });
}

namespace {

Result<std::optional<desk::LogSeen>> get_log_seen(Database& database, exchange::LogName log) {
  const auto row = TRY(first_row<std::string, std::int64_t, Sha256, Time>(
      database, "SELECT checkpoint, size, root, at_us FROM log_seen WHERE log = $1", enum_text(log)));
  if (!row) return std::optional<desk::LogSeen>{};
  return std::optional(desk::LogSeen{std::get<0>(*row), static_cast<std::uint64_t>(std::get<1>(*row)), std::get<2>(*row), std::get<3>(*row)});
}

}  // namespace

Result<std::optional<desk::LogSeen>> OfficeStore::log_seen(exchange::LogName log) const {
  return engine_->read([&](Database& database) { return get_log_seen(database, log); });
}

Status OfficeStore::put_log_seen(exchange::LogName log, const std::optional<desk::LogSeen>& before, const desk::LogSeen& seen) {
  return write([&](Database& database) -> Status {
    const std::optional<desk::LogSeen> present = TRY(get_log_seen(database, log));
    if (present == seen) return {};
    if (present != before) return fail(Code::STALE, "another checkpoint was verified meanwhile", "log");
    const auto size = static_cast<std::int64_t>(seen.size);
    TRY(
        database.run("INSERT INTO log_seen (log, size, root, checkpoint, at_us) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (log) DO UPDATE SET "
                     "size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint, at_us = excluded.at_us",
                     enum_text(log), size, seen.root, seen.checkpoint, seen.at));
    return {};
  });
}

Status OfficeStore::put_issued(const Sha256& leaf) {
  return write([&](Database& database) -> Status {
    TRY(database.run("INSERT INTO issued (leaf) VALUES ($1) ON CONFLICT (leaf) DO NOTHING", leaf));
    return {};
  });
}

Result<bool> OfficeStore::is_issued(const Sha256& leaf) const {
  return engine_->read([&](Database& database) -> Result<bool> {
    return TRY(first_row<Sha256>(database, "SELECT leaf FROM issued WHERE leaf = $1", leaf)).has_value();
  });
}

// ── incidents ──

Status OfficeStore::put_incident(const desk::Incident& incident) {
  return write([&](Database& database) { return put_incident_row(database, incident); });
}

namespace {

Result<std::vector<desk::Incident>> incident_rows(Statement& rows) {
  return all_rows<desk::Incident>(rows, [](const Statement& row) -> Result<desk::Incident> {
    return desk::Incident{
        row.column_int64(0), TRY(row.column<std::string>(1)),        TRY(row.column<std::string>(2)), TRY(row.column<std::string>(3)),
        row.column_time(4),  TRY(row.column<std::optional<Time>>(5))};
  });
}

}  // namespace

Result<std::vector<desk::Incident>> OfficeStore::incidents(bool only_open, std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<desk::Incident>> {
    const auto max = static_cast<std::int64_t>(limit);
    // An open fork before everything else: the exchange rests for it, and no number of later incidents may hide it behind the limit.
    Statement rows = TRY(database.query(only_open ? "SELECT seq, code, about, evidence, at_us, examined_us FROM incident WHERE examined_us IS NULL "
                                                    "ORDER BY CASE code WHEN 'LOG_FORKED' THEN 0 ELSE 1 END, seq DESC LIMIT $1"
                                                  : "SELECT seq, code, about, evidence, at_us, examined_us FROM incident ORDER BY seq DESC LIMIT $1",
                                        max));
    return incident_rows(rows);
  });
}

Result<std::vector<desk::Incident>> OfficeStore::incidents_before(std::int64_t seq, std::size_t limit) const {
  return engine_->read([&](Database& database) -> Result<std::vector<desk::Incident>> {
    Statement rows =
        TRY(database.query("SELECT seq, code, about, evidence, at_us, examined_us FROM incident WHERE seq < $1 ORDER BY seq DESC LIMIT $2", seq,
                           static_cast<std::int64_t>(limit)));
    return incident_rows(rows);
  });
}

Status OfficeStore::examine_incident(std::int64_t seq, Time at) {
  return write([&](Database& database) -> Status {
    if (!TRY(first_row<std::int64_t>(database, "SELECT seq FROM incident WHERE seq = $1", seq)))
      return fail(Code::NOT_FOUND, "no such incident", "seq");
    TRY(database.run("UPDATE incident SET examined_us = $2 WHERE seq = $1 AND examined_us IS NULL", seq, at));
    return {};
  });
}

Status OfficeStore::forget_messages(Time now) {
  return write([&](Database& database) -> Status {
    const Time before = now - kKeptAfterExpiry;
    // Refused ones lose their object, and what was never proven stays: it is evidence.
    TRY(database.run("UPDATE message_in SET object = NULL WHERE object IS NOT NULL AND expires_us < $1", before));
    TRY(database.run("DELETE FROM message_object WHERE seq IN (SELECT seq FROM message_out WHERE promise IS NOT NULL AND expires_us < $1)", now));
    TRY(database.run("DELETE FROM message_in WHERE expires_us < $1 AND type = 'receipt' AND proof_size IS NOT NULL", before));
    // Their objects went when they expired.
    TRY(database.run("DELETE FROM message_out WHERE expires_us < $1 AND type = 'receipt' AND proof_size IS NOT NULL", before));
    return {};
  });
}

}  // namespace warifu::store

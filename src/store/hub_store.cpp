#include "store/hub_store.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "ledger/merkle.h"

namespace warifu::store {

using exchange::MessageId;

Result<std::unique_ptr<HubStore>> HubStore::create(Options options, Time now) {
  Engine::Options engine_options;
  engine_options.prepare = [now](Database& database) -> Status {
    TRY(migrate(database, embedded_hub_migrations(database.engine()), now));
    return {};
  };
  std::unique_ptr<Engine> engine = TRY(Engine::create(options.open, std::move(engine_options)));
  return std::make_unique<HubStore>(Key{}, std::move(engine), std::move(options));
}

HubStore::HubStore(Key, std::unique_ptr<Engine> engine, Options options)
    : engine_(std::move(engine)), options_(std::move(options)), files_(options_.objects) {}

// ── posting ──

Status HubStore::charge(Database& database, const std::string& org, std::int64_t bytes) const {
  if (bytes == 0) return {};
  if (bytes > 0) {
    const auto used = TRY(first_row<std::int64_t>(database, "SELECT bytes FROM usage WHERE org = $1", org));
    if ((used ? std::get<0>(*used) : 0) + bytes > static_cast<std::int64_t>(options_.limits.bytes_per_member))
      return fail(Code::RATE_LIMITED, "this member has too many bytes waiting", "object",
                  {{"max", std::to_string(options_.limits.bytes_per_member)}});
  }
  TRY(database.post("INSERT INTO usage (org, bytes) VALUES ($1, $2) ON CONFLICT (org) DO UPDATE SET bytes = usage.bytes + excluded.bytes", org,
                    bytes));
  return {};
}

// A large object has a row of its own, with the message that it belongs to; one that came in parts was charged when it was begun.
Status HubStore::claim_object(Database& database, const HubMessage& message, std::int64_t index, const std::string& sender) {
  const exchange::Envelope& envelope = message.envelope;
  const auto bytes = static_cast<std::int64_t>(envelope.bytes);
  const auto row = TRY(first_row<std::int64_t, std::int64_t, std::optional<std::int64_t>>(
      database, "SELECT bytes, missing, message FROM object WHERE object = $1", envelope.object));
  if (!row && message.object.empty()) return fail(Code::PART_MISSING, "the object is not here", "object");
  if (!row) {
    TRY(charge(database, sender, bytes));
    TRY(database.run("INSERT INTO object (object, owner, bytes, parts, missing, message, clean_us) VALUES ($1, $2, $3, $4, 0, $5, $6)",
                     envelope.object, sender, bytes, ByteView{}, index, envelope.expires));
    return {};
  }
  const auto& [known_bytes, missing, of] = *row;
  if (missing != 0 && message.object.empty()) return fail(Code::PART_MISSING, "the object is not here whole", "object");
  if (known_bytes != bytes) return fail(Code::TEXT_DIFFERS, "an object of another size", "object");
  // The manifest inside names one message: nothing is sealed once and sent twice.
  if (of) return fail(Code::CONFLICT, "the object belongs to another message", "object");
  TRY(database.run("UPDATE object SET message = $1, clean_us = $2, missing = 0 WHERE object = $3", index, envelope.expires, envelope.object));
  return {};
}

// What one transaction gives out: read at its beginning, written at its end.
struct HubStore::Posting {
  const std::string& sender;
  Time now;
  std::uint64_t bytes_max = 0;
  std::int64_t next = 0;     // the next free place
  std::int64_t used = 0;     // bytes of the sender that wait here, those of this transaction included
  std::int64_t charged = 0;  // of them, what is not written yet

  Status read_usage(Database& database) {
    const auto row = TRY(first_row<std::int64_t>(database, "SELECT bytes FROM usage WHERE org = $1", sender));
    used = row ? std::get<0>(*row) : 0;
    return {};
  }
  Status check(std::int64_t bytes) const {
    if (static_cast<std::uint64_t>(used + bytes) <= bytes_max) return {};
    return fail(Code::RATE_LIMITED, "this member has too many bytes waiting", "object", {{"max", std::to_string(bytes_max)}});
  }
  void charge(std::int64_t bytes) {
    used += bytes;
    charged += bytes;
  }
};

// Outside: the store failed. Inside: this message is refused, and has changed nothing.
Result<Result<HubPlace>> HubStore::take(Database& database, Posting& posting, const HubMessage& message) {
  using Answer = Result<HubPlace>;
  const auto refused = [](Status why) { return Result<Answer>(tl::in_place, tl::unexpected<Error>(std::move(why).error())); };
  const exchange::Envelope& envelope = message.envelope;
  if (const auto first = TRY(first_row<Sha256, std::int64_t, Time>(database, "SELECT digest, idx, at_us FROM message WHERE id = $1", envelope.id))) {
    const auto& [digest, index, at] = *first;
    if (digest != message.digest) return refused(fail(Code::REPLAYED, "another message with this id is here", "id"));
    return Answer(HubPlace{static_cast<std::uint64_t>(index), at});
  }
  const std::int64_t index = posting.next;
  const auto bytes = static_cast<std::int64_t>(envelope.bytes);
  const bool is_small = !message.object.empty() && message.object.size() <= kSmallObjectMax;
  if (is_small) {
    if (Status within = posting.check(bytes); !within) return refused(std::move(within));
    posting.charge(bytes);
    TRY(database.post("INSERT INTO message_body (idx, body) VALUES ($1, $2)", index, bytes_of(message.object)));
  } else {
    // What it is charged has to see what was charged before, and a refusal undoes this one alone.
    TRY(charge(database, posting.sender, std::exchange(posting.charged, 0)));
    TRY(database.settle());  // a failure of what was posted is not that of the savepoint
    Status claimed =
        with_savepoint(database, "warifu_message", [&](Database& inside) -> Status { return claim_object(inside, message, index, posting.sender); });
    TRY(posting.read_usage(database));
    if (!claimed) return refused(std::move(claimed));
  }
  TRY(
      database.post("INSERT INTO message (idx, id, sender, digest, envelope, leaf, object, bytes, at_us, expires_us, waiting, clean_us, has_object) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, 1)",
                    index, envelope.id, posting.sender, message.digest, message.note, message.leaf, envelope.object, bytes, posting.now,
                    envelope.expires, static_cast<std::int64_t>(envelope.to.size())));
  for (const std::string& to : envelope.to) TRY(database.post("INSERT INTO box (idx, org) VALUES ($1, $2)", index, to));
  ++posting.next;
  return Answer(HubPlace{static_cast<std::uint64_t>(index), posting.now});
}

Result<std::vector<Result<HubPlace>>> HubStore::post(const std::string& sender, std::span<const HubMessage> messages, Time now) {
  const std::shared_lock lock(files_mutex_);
  for (const HubMessage& message : messages)
    if (message.object.size() > kSmallObjectMax) TRY(files_.put(message.envelope.object, bytes_of(message.object)));
  return engine_->write([&](Database& database) -> Result<std::vector<Result<HubPlace>>> {
    const auto first = TRY(one_value<std::int64_t>(database, "SELECT value FROM next_index WHERE one = 1"));
    Posting posting{.sender = sender, .now = now, .bytes_max = options_.limits.bytes_per_member, .next = first};
    TRY(posting.read_usage(database));
    std::vector<Result<HubPlace>> places;
    places.reserve(messages.size());
    for (const HubMessage& message : messages) places.push_back(TRY(take(database, posting, message)));
    TRY(charge(database, sender, posting.charged));
    if (posting.next != first) TRY(database.post("UPDATE next_index SET value = $1 WHERE one = 1", posting.next));
    return places;
  });
}

// ── boxes ──

Result<std::vector<HubItem>> HubStore::fetch(const std::string& org, std::uint64_t after, std::size_t limit, std::size_t bytes_max) const {
  const std::shared_lock lock(files_mutex_);
  return engine_->read([&](Database& database) -> Result<std::vector<HubItem>> {
    std::vector<HubItem> items;
    std::size_t bytes = 0;
    // idx > after - 1 and the number is idx + 1.
    Statement rows = TRY(database.query(
        "SELECT m.idx, m.id, m.envelope, m.digest, m.leaf, m.at_us, m.object, m.bytes, b.relayed_us IS NOT NULL, "
        "(SELECT t.body FROM message_body t WHERE t.idx = m.idx) FROM box b "
        "JOIN message m ON m.idx = b.idx WHERE b.org = $1 AND b.idx >= $2 AND b.acknowledged_us IS NULL AND m.has_object = 1 ORDER BY b.idx LIMIT $3",
        org, static_cast<std::int64_t>(after), static_cast<std::int64_t>(limit)));
    while (TRY(rows.step())) {
      HubItem item;
      item.place = {static_cast<std::uint64_t>(rows.column_int64(0)), rows.column_time(5)};
      item.seq = item.place.index + 1;
      item.id = TRY(rows.column<MessageId>(1));
      item.note = rows.column_text(2);
      item.digest = TRY(rows.column<Sha256>(3));
      item.leaf = ledger::leaf_hash(bytes_of(rows.column_text(4)));
      item.is_relayed = rows.column_bool(8);
      const auto size = static_cast<std::size_t>(rows.column_int64(7));
      const std::size_t cost = item.note.size() + (size <= exchange::kInlineObjectMax ? size : 0);
      if (!items.empty() && bytes + cost > bytes_max) break;
      if (!rows.column_is_null(9)) {
        item.object = text_of(rows.column_blob(9));
      } else if (size <= exchange::kInlineObjectMax) {
        Result<std::string> file = files_.read(TRY(rows.column<Sha256>(6)), exchange::kInlineObjectMax);
        if (file)
          item.object = std::move(*file);
        else if (file.error().code != Code::NOT_FOUND)  // it came in parts
          item.unreadable = std::move(file).error();
      }
      bytes += cost;
      items.push_back(std::move(item));
    }
    return items;
  });
}

void HubStore::relayed(const std::string& org, std::vector<std::uint64_t> seqs, Time now) {
  const auto job = [org, seqs = std::move(seqs), now](Database& database) -> Status {
    for (const std::uint64_t seq : seqs)
      TRY(database.post("UPDATE box SET relayed_us = $1 WHERE idx = $2 AND org = $3 AND relayed_us IS NULL", now, static_cast<std::int64_t>(seq) - 1,
                        org));
    return {};
  };
  static_cast<void>(engine_->submit(job, [](const Status&) {}));
}

Status HubStore::acknowledge(const std::string& org, std::span<const MessageId> messages, Time now) {
  return engine_->write([&](Database& database) -> Status {
    for (const MessageId& id : messages) {
      const auto row = TRY(first_row<std::int64_t, Time, std::int64_t>(database, "SELECT idx, expires_us, waiting FROM message WHERE id = $1", id));
      if (!row) continue;
      const auto& [index, expires, waiting] = *row;
      const std::int64_t changed = TRY(database.run(
          "UPDATE box SET acknowledged_us = $1, relayed_us = coalesce(relayed_us, $1) WHERE idx = $2 AND org = $3 AND acknowledged_us IS NULL", now,
          index, org));
      if (changed == 0) continue;
      const Time clean = waiting == 1 ? std::min(expires, now + options_.limits.kept_after_delivery) : expires;
      TRY(database.post("UPDATE message SET waiting = waiting - 1, clean_us = CASE WHEN has_object = 1 THEN $1 ELSE clean_us END WHERE idx = $2",
                        clean, index));
      if (waiting == 1)
        TRY(database.post("UPDATE object SET clean_us = $1 WHERE object = (SELECT object FROM message WHERE idx = $2)", clean, index));
    }
    return {};
  });
}

Result<std::vector<HubStatus>> HubStore::status(const std::string& sender, std::span<const MessageId> messages) const {
  return engine_->read([&](Database& database) -> Result<std::vector<HubStatus>> {
    std::vector<HubStatus> out;
    for (const MessageId& id : messages) {
      Statement rows = TRY(database.query(
          "SELECT b.org, b.relayed_us FROM message m JOIN box b ON b.idx = m.idx WHERE m.id = $1 AND m.sender = $2 ORDER BY b.org", id, sender));
      while (TRY(rows.step())) out.push_back({id, std::string(rows.column_text(0)), TRY(rows.column<std::optional<Time>>(1))});
    }
    return out;
  });
}

// ── deletion ──

namespace {

struct Due {
  std::int64_t index = 0;
  std::string sender;
  std::int64_t bytes = 0;
  bool has_object = false, is_small = false;
  Time expires;
};

Result<std::vector<Due>> due_messages(Database& database, Time now, std::size_t limit) {
  // Never before its leaf is in the log.
  Statement rows =
      TRY(database.query("SELECT idx, sender, bytes, has_object, "
                         "EXISTS (SELECT 1 FROM message_body t WHERE t.idx = message.idx), expires_us FROM message WHERE clean_us <= $1 AND idx < "
                         "(SELECT coalesce(max(size), 0) FROM log_state WHERE log = 'log') ORDER BY clean_us LIMIT $2",
                         now, static_cast<std::int64_t>(limit)));
  return all_rows<Due>(rows, [](const Statement& row) -> Result<Due> {
    return Due{row.column_int64(0), std::string(row.column_text(1)), row.column_int64(2), row.column_bool(3), row.column_bool(4), row.column_time(5)};
  });
}

constexpr Duration kRowsKept = days(30);  // after it expired: questions about its delivery, and a repetition

}  // namespace

Result<std::size_t> HubStore::clean(Time now, std::size_t limit) {
  const std::unique_lock lock(files_mutex_);
  std::size_t gone = 0;
  std::vector<Sha256> files;
  TRY(engine_->write([&](Database& database) -> Status {
    gone = 0;
    files.clear();
    for (const Due& due : TRY(due_messages(database, now, limit))) {
      ++gone;
      if (!due.has_object) {
        TRY(database.post("DELETE FROM box WHERE idx = $1", due.index));
        TRY(database.post("DELETE FROM message WHERE idx = $1", due.index));
        continue;
      }
      if (due.is_small) TRY(charge(database, due.sender, -due.bytes));
      TRY(database.post("DELETE FROM message_body WHERE idx = $1", due.index));
      TRY(database.post("UPDATE message SET has_object = 0, clean_us = $1 WHERE idx = $2", due.expires + kRowsKept, due.index));
    }
    Statement rows = TRY(database.query("SELECT object, owner, bytes FROM object WHERE clean_us <= $1 ORDER BY clean_us LIMIT $2", now,
                                        static_cast<std::int64_t>(limit)));
    std::vector<std::tuple<Sha256, std::string, std::int64_t>> objects;
    while (TRY(rows.step())) objects.emplace_back(TRY(rows.column<Sha256>(0)), std::string(rows.column_text(1)), rows.column_int64(2));
    for (const auto& [object, owner, bytes] : objects) {
      TRY(charge(database, owner, -bytes));
      TRY(database.post("DELETE FROM object_part WHERE object = $1", object));
      TRY(database.post("DELETE FROM object WHERE object = $1", object));
      files.push_back(object);
    }
    return {};
  }));
  for (const Sha256& object : files) TRY(files_.remove(object));
  return gone + files.size();
}

}  // namespace warifu::store

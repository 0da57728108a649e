// Objects in parts: named beforehand by the leaf hash of each, so that each is checked as it comes and goes on after any interruption.

#include <algorithm>

#include "base/disk_room.h"
#include "ledger/merkle.h"
#include "store/hub_store.h"

namespace warifu::store {

using exchange::ObjectState;

namespace {

constexpr std::size_t kHashBytes = 32;

std::size_t parts_of(std::uint64_t bytes) { return static_cast<std::size_t>((bytes + exchange::kObjectPartBytes - 1) / exchange::kObjectPartBytes); }

std::size_t part_bytes(std::uint64_t bytes, std::size_t part) {
  const std::uint64_t before = std::uint64_t{part} * exchange::kObjectPartBytes;
  return static_cast<std::size_t>(std::min<std::uint64_t>(exchange::kObjectPartBytes, bytes - before));
}

std::vector<Sha256> hashes_of(ByteView raw) {
  std::vector<Sha256> out(raw.size() / kHashBytes);
  for (std::size_t i = 0; i < out.size(); ++i)
    std::copy_n(raw.begin() + static_cast<std::ptrdiff_t>(i * kHashBytes), kHashBytes, out[i].bytes.begin());
  return out;
}

struct Row {
  std::uint64_t bytes = 0;
  std::vector<Sha256> parts;
};

tl::unexpected<Error> unknown() { return fail(Code::NOT_FOUND, "no such object in parts", "object"); }

// What a message names is there for its sender and its recipients; an attachment for whoever knows its digest, which stands in a sealed manifest.
Result<Row> row_for(Database& database, const std::string& org, const Sha256& object) {
  const auto row = TRY(first_row<std::int64_t, Bytes, std::string, std::optional<std::int64_t>>(
      database, "SELECT bytes, parts, owner, message FROM object WHERE object = $1", object));
  if (!row) return unknown();
  const auto& [bytes, parts, owner, message] = *row;
  if (parts.empty()) return unknown();
  if (message && owner != org && !TRY(first_row<std::int64_t>(database, "SELECT idx FROM box WHERE idx = $1 AND org = $2", *message, org)))
    return unknown();
  return Row{static_cast<std::uint64_t>(bytes), hashes_of(parts)};
}

Result<ObjectState> state_of(Database& database, const Sha256& object, Row row) {
  ObjectState state{row.bytes, std::move(row.parts), {}};
  state.is_present.resize(state.parts.size());
  Statement present = TRY(database.query("SELECT part FROM object_part WHERE object = $1", object));
  while (TRY(present.step())) {
    const auto part = static_cast<std::size_t>(present.column_int64(0));
    if (part < state.is_present.size()) state.is_present[part] = true;
  }
  return state;
}

}  // namespace

Result<ObjectState> HubStore::begin_object(const std::string& org, const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts,
                                           Time now) {
  if (bytes == 0 || bytes > exchange::kObjectBytesMax)
    return fail(Code::OUT_OF_RANGE, "not the size of an object", "bytes", {{"min", "1"}, {"max", std::to_string(exchange::kObjectBytesMax)}});
  if (parts.size() != parts_of(bytes))
    return fail(Code::BAD_VALUE, "not as many parts as the size needs", "parts", {{"expected", std::to_string(parts_of(bytes))}});
  Bytes raw;
  raw.reserve(parts.size() * kHashBytes);
  for (const Sha256& part : parts) raw.insert(raw.end(), part.bytes.begin(), part.bytes.end());
  return engine_->write([&](Database& database) -> Result<ObjectState> {
    const auto known = TRY(first_row<std::int64_t, Bytes>(database, "SELECT bytes, parts FROM object WHERE object = $1", object));
    if (known) {
      if (std::get<0>(*known) != static_cast<std::int64_t>(bytes) || std::get<1>(*known) != raw)
        return fail(Code::CONFLICT, "this object was begun with other parts", "object");
    } else {
      TRY(check_disk_room(options_.objects, bytes));
      TRY(charge(database, org, static_cast<std::int64_t>(bytes)));
      const Time clean = now + options_.limits.unclaimed_life;
      TRY(database.run("INSERT INTO object (object, owner, bytes, parts, missing, message, clean_us) VALUES ($1, $2, $3, $4, $5, NULL, $6)", object,
                       org, static_cast<std::int64_t>(bytes), raw, static_cast<std::int64_t>(parts.size()), clean));
    }
    return state_of(database, object, TRY(row_for(database, org, object)));
  });
}

Result<ObjectState> HubStore::object_state(const std::string& org, const Sha256& object) const {
  return engine_->read([&](Database& database) -> Result<ObjectState> { return state_of(database, object, TRY(row_for(database, org, object))); });
}

Status HubStore::put_part(const std::string& org, const Sha256& object, std::size_t part, ByteView bytes, Time now) {
  const Row row = TRY(engine_->read([&](Database& database) { return row_for(database, org, object); }));
  if (part >= row.parts.size())
    return fail(Code::OUT_OF_RANGE, "no such part", "part", {{"min", "0"}, {"max", std::to_string(row.parts.size() - 1)}});
  if (bytes.size() != part_bytes(row.bytes, part) || ledger::leaf_hash(bytes) != row.parts[part])
    return fail(Code::TEXT_DIFFERS, "not the part that was named", "part");
  const std::shared_lock lock(files_mutex_);
  TRY(files_.put_part(object, row.bytes, part, bytes));
  return engine_->write([&](Database& database) -> Status {
    // Deleted meanwhile: what was put is swept away with the rest.
    if (!TRY(first_row<std::int64_t>(database, "SELECT missing FROM object WHERE object = $1", object))) return unknown();
    const std::int64_t added = TRY(database.run("INSERT INTO object_part (object, part) VALUES ($1, $2) ON CONFLICT (object, part) DO NOTHING",
                                                object, static_cast<std::int64_t>(part)));
    if (added == 0) return {};
    const Time clean = now + options_.limits.unclaimed_life;
    TRY(database.run("UPDATE object SET missing = missing - 1, clean_us = CASE WHEN message IS NULL THEN $1 ELSE clean_us END WHERE object = $2",
                     clean, object));
    return {};
  });
}

Result<Bytes> HubStore::get_part(const std::string& org, const Sha256& object, std::size_t part) const {
  const std::shared_lock lock(files_mutex_);
  const Row row = TRY(engine_->read([&](Database& database) -> Result<Row> {
    Row found = TRY(row_for(database, org, object));
    if (part >= found.parts.size() || !TRY(first_row<std::int64_t>(database, "SELECT part FROM object_part WHERE object = $1 AND part = $2", object,
                                                                   static_cast<std::int64_t>(part))))
      return fail(Code::NOT_FOUND, "this part is not here", "part");
    return found;
  }));
  Bytes bytes = TRY(files_.read_part(object, row.bytes, part));
  if (ledger::leaf_hash(bytes) != row.parts[part]) return fail(Code::STORE_CORRUPT, "a part on the disk is not the one that was named", object.hex());
  return bytes;
}

}  // namespace warifu::store

#include "store/office_commit.h"

#include <algorithm>
#include <deque>
#include <iterator>

#include "base/limits.h"
#include "store/matter_row.h"
#include "store/office_mail.h"

namespace warifu::store {
namespace {

bool is_in(const std::vector<Sha256>& sorted, const Sha256& hash) { return std::binary_search(sorted.begin(), sorted.end(), hash); }

std::vector<Sha256> sorted(std::vector<Sha256> hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

std::vector<Sha256> merged(const std::vector<Sha256>& a, const std::vector<Sha256>& b) {
  std::vector<Sha256> out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

std::string answer_place(const PersonId& person, std::string_view key) { return "answer " + person.hex() + " " + std::string(key); }

// What the passkeys said about the act; nothing for an act without.
std::optional<std::string> beside(const inquiry::SignedAct& act) {
  if (act.assertions.empty()) return std::nullopt;
  return inquiry::assertions_text(act.assertions);
}

std::string insert_of(std::string_view into, std::size_t rows, std::size_t columns) {
  std::string sql = "INSERT INTO " + std::string(into) + " VALUES ";
  for (std::size_t place = 1; place <= rows * columns; ++place) {
    const bool is_first = place % columns == 1, is_last = place % columns == 0;
    sql += (is_first ? (place == 1 ? "($" : ", ($") : ", $") + std::to_string(place) + (is_last ? ")" : "");
  }
  return sql;
}

tl::unexpected<Error> too_many_acts() {
  return fail(Code::TOO_MANY, "a matter has too many acts", "acts", {{"max", std::to_string(limits::kActsPerMatterMax)}});
}

}  // namespace

std::string body_place(const Sha256& act) { return "body " + act.hex(); }
std::string held_place(const Sha256& act) { return "held " + act.hex(); }

desk::Stamp stamp_of(std::int64_t acts, std::int64_t last, const std::optional<MatterSeal>& seal) {
  return {acts, last, seal ? seal->mark() : Sha256{}};
}

Result<StampAndSeal> read_stamp(Database& database, const MatterId& matter) {
  // SQLite answers this from indexes alone: no act is read.
  Statement row = TRY(database.query("SELECT count(*), coalesce(max(seq), 0), (SELECT key FROM " + MatterSeal::table(database, matter) +
                                         " WHERE matter = $1), "
                                         "(SELECT count(*) FROM held WHERE matter = $1) FROM act WHERE matter = $1",
                                     matter));
  if (!TRY(row.step())) return fail(Code::INTERNAL, "a count gave no row");
  StampAndSeal out;
  if (!row.column_is_null(2)) out.seal = TRY(MatterSeal::from_key(row.column_blob(2)));
  out.has_held = row.column_int64(3) > 0;
  out.stamp = stamp_of(row.column_int64(0), row.column_int64(1), out.seal);
  return out;
}

Result<CommitJob::Done> CommitJob::run() {
  for (const auto& act : commit_.acts)
    if (act.act.matter != commit_.matter) return fail(Code::INTERNAL, "a commit has acts of one matter only", "acts");
  TRY(check_heads());
  TRY(put_carried(database_, commit_.carried, [this](const MatterId& matter) -> Result<MatterSeal> {
    if (matter != commit_.matter) return MatterSeal::load_or_create(database_, matter);
    return *TRY(seal());
  }));
  const bool is_repeated = !commit_.acts.empty() && fresh_.empty();
  if (is_repeated) return Done{stamp_of(acts_, last_, seal_), 0, {}};
  TRY(purge());
  if (commit_.held)
    TRY(put_held());
  else
    TRY(put_acts());
  if (commit_.projection) TRY(put_row());
  TRY(put_registers());
  TRY(put_books());
  TRY(put_outbox());
  if (commit_.idempotency) {
    std::optional<AboutMatter> about;
    if (!commit_.matter.is_zero()) about.emplace(AboutMatter{commit_.matter, *TRY(seal())});
    TRY(put_idempotency(database_, *commit_.idempotency, about));
  }
  done_.stamp = stamp_of(acts_, last_, seal_);
  return std::move(done_);
}

Status CommitJob::put_row() {
  const WrittenRows::Begun begun = rows_.begin(commit_.matter, found_);
  done_.order = begun.order;
  // A purge has just taken the words away.
  const WrittenRow* const before = commit_.purge_bodies.empty() ? begun.before.get() : nullptr;
  done_.wrote = TRY(put_projection(database_, hasher_, commit_.matter, *TRY(seal()), *commit_.projection, before));
  return {};
}

Result<const MatterSeal*> CommitJob::seal() {
  if (!seal_) seal_ = TRY(MatterSeal::load_or_create(database_, commit_.matter));
  return &*seal_;
}

// What was decided on an older state is refused. The commit's own acts do not count: after a lost answer it comes a second time.
Status CommitJob::check_heads() {
  StampAndSeal now = TRY(read_stamp(database_, commit_.matter));
  found_ = now.stamp;
  acts_ = now.stamp.acts;
  last_ = now.stamp.last;
  seal_ = std::move(now.seal);
  has_held_ = now.has_held;
  std::vector<Sha256> own;
  own.reserve(commit_.acts.size());
  for (const auto& act : commit_.acts) own.push_back(act.hash);
  own = sorted(std::move(own));
  if (!commit_.held && commit_.expected == now.stamp) {
    // Those acts and no others are here, so that none of them has to be looked at.
    const std::vector<Sha256> expected = sorted(commit_.expected_acts);
    std::set_difference(own.begin(), own.end(), expected.begin(), expected.end(), std::back_inserter(fresh_));
    return {};
  }
  return check_acts(own, !commit_.held && (!own.empty() || !commit_.purge_bodies.empty() || commit_.purge_files || commit_.projection));
}

Status CommitJob::check_acts(const std::vector<Sha256>& own, bool is_decided_on_acts) {
  std::vector<Sha256> present;
  Statement rows = TRY(database_.query("SELECT hash FROM act WHERE matter = $1", commit_.matter));
  while (TRY(rows.step())) present.push_back(TRY(rows.column<Sha256>(0)));
  present = sorted(std::move(present));
  std::set_difference(own.begin(), own.end(), present.begin(), present.end(), std::back_inserter(fresh_));
  const bool is_repeated = !own.empty() && fresh_.empty();
  if (is_decided_on_acts && !is_repeated && merged(present, own) != merged(sorted(commit_.expected_acts), own))
    return fail(Code::STALE, "the matter has other acts than those this was decided on", "expected_acts");
  return {};
}

Status CommitJob::put_acts() {
  if (fresh_.empty()) return {};
  if (static_cast<std::size_t>(acts_) + fresh_.size() > limits::kActsPerMatterMax) return too_many_acts();
  std::vector<const inquiry::SignedAct*> acts;
  for (const auto& act : commit_.acts) {
    const bool is_twice = std::ranges::any_of(acts, [&](const inquiry::SignedAct* other) { return other->hash == act.hash; });
    if (is_in(fresh_, act.hash) && !is_twice) acts.push_back(&act);
  }
  const MatterSeal& seal = *TRY(this->seal());
  for (std::span<const inquiry::SignedAct* const> rest = acts; !rest.empty();) {
    const std::size_t some = std::min(rest.size(), kRowsAtOnce);
    TRY(put_acts(rest.first(some), seal));
    rest = rest.subspan(some);
  }
  return {};
}

Status CommitJob::put_acts(std::span<const inquiry::SignedAct* const> acts, const MatterSeal& seal) {
  std::deque<std::string> texts;  // what the values refer to
  std::vector<Value> values;
  for (const inquiry::SignedAct* signed_act : acts) {
    const inquiry::Act& act = signed_act->act;
    const std::optional<std::string> assertions = beside(*signed_act);
    const std::string& note = texts.emplace_back(signed_act->note.serialise());
    const Value beside_it = assertions ? to_value(texts.emplace_back(*assertions)) : Value(std::monostate{});
    for (const Value& value : {to_value(act.matter), to_value(signed_act->hash), to_value(act.id), to_value(enum_text(act.kind)),
                               to_value(act.person), to_value(act.at), to_value(signed_act->is_shared()), to_value(note), beside_it})
      values.push_back(value);
  }
  // In the order of arrival: the rows of one statement are numbered as they stand.
  Statement inserted = TRY(database_.prepare(insert_of("act (matter, hash, id, kind, person, at_us, is_shared, note, assertions)", acts.size(), 9) +
                                             " ON CONFLICT (hash) DO NOTHING RETURNING hash, seq"));
  for (std::size_t i = 0; i < values.size(); ++i) inserted.bind_value(static_cast<int>(i) + 1, values[i]);
  std::vector<std::pair<Sha256, std::int64_t>> places;
  while (TRY(inserted.step())) places.emplace_back(TRY(inserted.column<Sha256>(0)), inserted.column_int64(1));
  acts_ += static_cast<std::int64_t>(places.size());
  std::vector<Bytes> bodies;
  std::vector<Value> body_values;
  bodies.reserve(places.size());
  for (const inquiry::SignedAct* act : acts) {
    const auto place = std::ranges::find(places, act->hash, &std::pair<Sha256, std::int64_t>::first);
    if (place == places.end()) continue;
    last_ = std::max(last_, place->second);
    // What comes after an end is destroyed by the commit that brings it: its text is never written.
    const bool is_purged = std::ranges::find(commit_.purge_bodies, act->hash) != commit_.purge_bodies.end();
    if (act->body && !is_purged) {
      body_values.push_back(to_value(place->second));
      body_values.push_back(to_value(bodies.emplace_back(seal.seal(body_place(act->hash), *act->body))));
    }
    TRY(put_beside(*act));
  }
  if (!bodies.empty()) TRY(database_.post_values(insert_of("body (seq, sealed)", bodies.size(), 2), body_values));
  return {};
}

// What else an act changes at once.
Status CommitJob::put_beside(const inquiry::SignedAct& act) {
  if (has_held_) TRY(database_.post("DELETE FROM held WHERE hash = $1", act.hash));
  if (act.act.kind == inquiry::Kind::VIEWED && act.act.person)
    TRY(
        database_.post("INSERT INTO last_view (matter, person, at_us) VALUES ($1, $2, $3) "
                       "ON CONFLICT (matter, person) DO UPDATE SET at_us = excluded.at_us WHERE last_view.at_us < excluded.at_us",
                       act.act.matter, *act.act.person, act.act.at));
  return {};
}

Status CommitJob::put_held() {
  if (fresh_.empty()) return {};
  const auto waiting = TRY(one_value<std::int64_t>(database_, "SELECT count(*) FROM held WHERE matter = $1", commit_.matter));
  if (static_cast<std::size_t>(waiting + acts_) + fresh_.size() > limits::kActsPerMatterMax) return too_many_acts();
  const MatterSeal& seal = *TRY(this->seal());
  for (const auto& act : commit_.acts) {
    if (!is_in(fresh_, act.hash)) continue;
    const std::string note = act.note.serialise();
    std::optional<Bytes> sealed;
    if (act.body) sealed = seal.seal(held_place(act.hash), *act.body);
    TRY(database_.post("INSERT INTO held (matter, hash, note, sealed, assertions) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING",
                       act.act.matter, act.hash, note, sealed, beside(act)));
  }
  return {};
}

Status CommitJob::purge() {
  if (commit_.purge_bodies.empty() && !commit_.purge_files) return {};
  for (const auto& hash : commit_.purge_bodies) {
    const auto act = TRY(first_row<std::int64_t>(database_, "SELECT seq FROM act WHERE hash = $1 AND matter = $2", hash, commit_.matter));
    if (act)
      TRY(database_.post("DELETE FROM body WHERE seq = $1", std::get<0>(*act)));
    else if (TRY(database_.run("DELETE FROM held WHERE hash = $1 AND matter = $2", hash, commit_.matter)) == 0 && !is_in(fresh_, hash))
      return fail(Code::NOT_FOUND, "an act to be purged is not of this matter", "purge_bodies");
  }
  if (!commit_.purge_bodies.empty()) {
    TRY(database_.post("DELETE FROM idempotency WHERE matter = $1", commit_.matter));
    TRY(seal_again());
    TRY(drop_terms(database_, commit_.matter));
  }
  if (commit_.purge_files) TRY(database_.post("DELETE FROM file WHERE matter = $1", commit_.matter));
  TRY(
      database_.post("INSERT INTO purge_due (matter, has_files) VALUES ($1, $2) "
                     "ON CONFLICT (matter) DO UPDATE SET has_files = CASE WHEN purge_due.has_files = 1 THEN 1 ELSE excluded.has_files END",
                     commit_.matter, commit_.purge_files));
  return {};
}

// A new key for what stays; nothing opens what was sealed with the old one.
Status CommitJob::seal_again() {
  struct Kept {
    bool is_held;
    std::int64_t seq;
    Sha256 hash;
  };
  std::vector<Kept> kept;
  Statement bodies = TRY(database_.query("SELECT b.seq, a.hash FROM act a JOIN body b ON b.seq = a.seq WHERE a.matter = $1", commit_.matter));
  while (TRY(bodies.step())) kept.push_back({false, bodies.column_int64(0), TRY(bodies.column<Sha256>(1))});
  Statement helds = TRY(database_.query("SELECT seq, hash FROM held WHERE matter = $1 AND sealed IS NOT NULL", commit_.matter));
  while (TRY(helds.step())) kept.push_back({true, helds.column_int64(0), TRY(helds.column<Sha256>(1))});
  const auto before = TRY(MatterSeal::find(database_, commit_.matter));
  const MatterSeal after = TRY(MatterSeal::replace(database_, commit_.matter));
  for (const auto& [is_held, seq, hash] : kept) {
    if (!before) return fail(Code::STORE_CORRUPT, "a matter's key is missing");
    const std::string place = is_held ? held_place(hash) : body_place(hash);
    const auto old =
        TRY(one_value<Bytes>(database_, is_held ? "SELECT sealed FROM held WHERE seq = $1" : "SELECT sealed FROM body WHERE seq = $1", seq));
    const Bytes sealed = after.seal(place, TRY(before->open(place, old)));
    TRY(database_.post(is_held ? "UPDATE held SET sealed = $2 WHERE seq = $1" : "UPDATE body SET sealed = $2 WHERE seq = $1", seq, sealed));
  }
  seal_ = after;
  return purge_manifests(database_, commit_.matter, commit_.purge_bodies, before, after);
}

Status CommitJob::put_registers() {
  for (const auto& row : commit_.register_rows) {
    const auto& number = row.numbering;
    const auto changed = TRY(database_.run(
        "INSERT INTO register (office, form, year, serial, document_number, matter, state, reason, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
        "$9) "
        "ON CONFLICT (office, form, year, serial) DO UPDATE SET document_number = excluded.document_number, state = excluded.state, "
        "reason = excluded.reason, at_us = excluded.at_us WHERE register.matter = excluded.matter",
        number.office, enum_text(number.form), number.year, number.serial, number.document_number, row.matter, row.state, row.reason, row.at));
    if (changed == 0) return fail(Code::SERIAL_TAKEN, "another matter has this serial", "serial", {{"serial", std::to_string(number.serial)}});
  }
  return {};
}

Status CommitJob::put_books() {
  for (const auto& entry : commit_.books)
    TRY(
        database_.post("INSERT INTO book (book, id, key, value, updated_us) VALUES ($1, $2, $3, $4, $5) "
                       "ON CONFLICT (book, id) DO UPDATE SET key = excluded.key, value = excluded.value, updated_us = excluded.updated_us",
                       entry.book, entry.id, entry.key, entry.value, entry.updated));
  return {};
}

Status CommitJob::put_outbox() {
  for (std::span<const desk::OutboxRow> rest = commit_.outbox; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kRowsAtOnce));
    rest = rest.subspan(some.size());
    std::vector<Value> values;
    for (const desk::OutboxRow& row : some)
      for (const Value& value : {to_value(row.to.text()), to_value(row.matter), to_value(row.act), to_value(row.attempts), to_value(row.next_try),
                                 to_value(row.last_error), to_value(row.delivered)})
        values.push_back(value);
    TRY(database_.post_values(insert_of("outbox (to_org, matter, act, attempts, next_try_us, last_error, delivered_us)", some.size(), 7) +
                                  " ON CONFLICT (act, to_org) DO NOTHING",
                              values));
  }
  return {};
}

Status put_idempotency(Database& database, const desk::IdempotencyRecord& record, const std::optional<AboutMatter>& about) {
  const Bytes response =
      about ? about->seal.seal(answer_place(record.person, record.key), record.response) : Bytes(record.response.begin(), record.response.end());
  const std::optional<MatterId> of = about ? std::optional(about->matter) : std::nullopt;
  const auto added =
      TRY(database.run("INSERT INTO idempotency (person, key, request, status, response, matter, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                       "ON CONFLICT (person, key) DO NOTHING",
                       record.person, record.key, record.request, record.status, response, of, record.at));
  if (added == 0) {
    const auto before = TRY(get_idempotency(database, record.person, record.key));
    const bool is_same = !about && before && before->request == record.request;
    // With acts in hand even the same request is refused: it would be carried out twice.
    return is_same ? Status{} : fail(Code::CONFLICT, "a command with this key was carried out already", "idempotency");
  }
  const Time oldest = record.at - days(limits::kIdempotencyDaysKept);
  TRY(database.post("DELETE FROM idempotency WHERE at_us < $1", oldest));
  return {};
}

Result<std::optional<desk::IdempotencyRecord>> get_idempotency(Database& database, const PersonId& person, std::string_view key) {
  Statement rows =
      TRY(database.query("SELECT request, status, response, matter, at_us FROM idempotency WHERE person = $1 AND key = $2", person, key));
  if (!TRY(rows.step())) return std::optional<desk::IdempotencyRecord>{};
  desk::IdempotencyRecord record{person, std::string(key), TRY(rows.column<Sha256>(0)), TRY(rows.column<int>(1)), {}, rows.column_time(4)};
  const auto response = TRY(rows.column<Bytes>(2));
  if (const auto matter = TRY(rows.column<std::optional<MatterId>>(3)))
    record.response = TRY(TRY(MatterSeal::load(database, *matter)).open(answer_place(person, key), response));
  else
    record.response = std::string(text_of(response));
  return std::optional<desk::IdempotencyRecord>(std::move(record));
}

constexpr std::string_view kViews =
    "SELECT matter, person, max(at_us) AS at_us FROM act WHERE kind = $1 AND person IS NOT NULL GROUP BY matter, person";

Result<bool> are_views_right(Database& database) {
  const std::string_view kept = "SELECT matter, person, at_us FROM last_view";
  for (const auto& [these, but] : {std::pair(kViews, kept), std::pair(kept, kViews)}) {
    std::string sql = "SELECT count(*) FROM (";
    sql.append(these).append(" EXCEPT ").append(but).append(") x");
    if (TRY(one_value<std::int64_t>(database, sql, enum_text(inquiry::Kind::VIEWED))) != 0) return false;
  }
  return true;
}

Status rebuild_views(Database& database) {
  TRY(database.run("DELETE FROM last_view"));
  TRY(database.run("INSERT INTO last_view (matter, person, at_us) " + std::string(kViews), enum_text(inquiry::Kind::VIEWED)));
  return {};
}

}  // namespace warifu::store

#pragma once
// For tests only: the store of one organisation in memory. It keeps the contract of store_port.h (a commit stands or falls as a whole, STALE
// when other acts came between, SERIAL_TAKEN, purged bodies are gone) without a database, so that the desk is tested alone and fast.
// Thread-safe. Files lie in a temporary directory that goes with the store. `break_next_commit` makes the next commit fail as asked.

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>

#include "base/limits.h"
#include "crypto/hash.h"
#include "desk/store_port.h"
#include "text/unicode.h"

namespace warifu::desk {

class FakeStore final : public Store {
 public:
  FakeStore() {
    std::string pattern = (std::filesystem::temp_directory_path() / "warifu-fake-XXXXXX").string();
    CHECK_THAT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~FakeStore() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // ── levers of a test ──
  void break_next_commit(Code code) {
    const std::scoped_lock lock(mutex_);
    broken_ = code;
  }
  // The next commit stands, but whoever asked for it hears of it as little as of one that failed.
  void lose_next_answer() {
    const std::scoped_lock lock(mutex_);
    answer_is_lost_ = true;
  }
  // From now on nothing is remembered behind a commit: as if the node died there.
  void forget_what_comes_behind() {
    const std::scoped_lock lock(mutex_);
    is_forgetful_ = true;
  }
  // Runs once, before the next commit is looked at and without the lock: how another act comes between.
  void before_next_commit(std::function<void()> action) {
    const std::scoped_lock lock(mutex_);
    before_ = std::move(action);
  }
  [[nodiscard]] int commits() const {
    const std::scoped_lock lock(mutex_);
    return commits_;
  }
  // How often the acts of a matter were read to be decided on.
  [[nodiscard]] int readings() const {
    const std::scoped_lock lock(mutex_);
    return readings_;
  }
  // How often it was asked whether a matter is still what was seen of it.
  [[nodiscard]] int stamps_read() const {
    const std::scoped_lock lock(mutex_);
    return stamps_read_;
  }
  // An entry of a book without its act, for the furniture of a test.
  void furnish(BookEntry entry) {
    const std::scoped_lock lock(mutex_);
    put_book(std::move(entry));
  }

  // ── the port ──
  Result<Stamp> commit(Commit commit) override {
    std::function<void()> before;
    {
      const std::scoped_lock lock(mutex_);
      before = std::exchange(before_, nullptr);
    }
    if (before) before();
    const std::scoped_lock lock(mutex_);
    if (broken_) return fail(*std::exchange(broken_, std::nullopt), "broken by the test");
    TRY(check_commit(commit));
    ++commits_;
    take_acts(commit);
    if (commit.projection) projections_[commit.matter] = *commit.projection;
    for (RegisterRow& row : commit.register_rows) registers_[number_key(row.numbering)] = std::move(row);
    for (BookEntry& entry : commit.books) put_book(std::move(entry));
    for (OutboxRow& row : commit.outbox) {
      row.seq = ++last_seq_;
      outbox_.emplace(row.seq, std::move(row));
    }
    if (commit.idempotency) remembered_[{commit.idempotency->person, commit.idempotency->key}] = *commit.idempotency;
    for (SignedAct& act : acts_[commit.matter])
      if (std::ranges::find(commit.purge_bodies, act.hash) != commit.purge_bodies.end()) act.body.reset();
    Stamp& stamp = stamps_[commit.matter];
    if (!commit.purge_bodies.empty()) ++stamp.key.bytes.front();
    if (acts_[commit.matter].empty()) acts_.erase(commit.matter);
    if (commit.purge_files) {
      std::error_code ignored;
      std::filesystem::remove_all(folder_ / commit.matter.hex(), ignored);
    }
    if (std::exchange(answer_is_lost_, false)) return fail(Code::STORE_UNAVAILABLE, "the answer was lost by the test");
    return stamp;
  }

  Result<std::vector<SignedAct>> acts(const MatterId& matter) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = acts_.find(matter);
    if (found == acts_.end()) return fail(Code::NOT_FOUND, "no such matter");
    return found->second;
  }
  Result<StampedActs> stamped_acts(const MatterId& matter) const override {
    const std::scoped_lock lock(mutex_);
    ++readings_;
    const auto found = acts_.find(matter);
    if (found == acts_.end()) return fail(Code::NOT_FOUND, "no such matter");
    return StampedActs{found->second, stamps_.at(matter)};
  }
  Result<Stamp> stamp(const MatterId& matter) const override {
    const std::scoped_lock lock(mutex_);
    ++stamps_read_;
    if (!acts_.contains(matter)) return fail(Code::NOT_FOUND, "no such matter");
    return stamps_.at(matter);
  }
  Result<StampedActs> stamped_held(const MatterId& matter) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = held_.find(matter);
    const auto stamp = stamps_.find(matter);
    return StampedActs{found == held_.end() ? std::vector<SignedAct>{} : found->second, stamp == stamps_.end() ? Stamp{} : stamp->second};
  }
  Result<inquiry::MatterRow> row(const MatterId& matter) const override { return TRY(projection(matter)).row; }
  Result<inquiry::Projection> projection(const MatterId& matter) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = projections_.find(matter);
    if (found == projections_.end()) return fail(Code::NOT_FOUND, "no such matter");
    return found->second;
  }

  Result<MatterPage> find(const MatterQuery& query) const override {
    std::vector<inquiry::MatterRow> rows = sorted(query);
    MatterPage page;
    page.count = std::min(rows.size(), limits::kCountCap + 1);
    std::size_t from = 0;
    for (const char c : query.cursor) {
      if (c < '0' || c > '9' || query.cursor.size() > 9) return fail(Code::BAD_VALUE, "not a cursor of this store", "/cursor");
      from = from * 10 + static_cast<std::size_t>(c - '0');
    }
    for (std::size_t i = from; i < rows.size() && page.rows.size() < query.limit; ++i) page.rows.push_back(std::move(rows[i]));
    if (from + page.rows.size() < rows.size()) page.next = std::to_string(from + page.rows.size());
    return page;
  }
  Result<std::size_t> count(const MatterQuery& query) const override { return std::min(sorted(query).size(), limits::kCountCap + 1); }
  Result<std::optional<MatterId>> matter_by_number(std::string_view document_number) const override {
    const std::scoped_lock lock(mutex_);
    for (const auto& [key, row] : registers_)
      if (row.numbering.document_number == document_number) return std::optional<MatterId>(row.matter);
    for (const auto& [matter, projection] : projections_)
      if (!document_number.empty() && projection.row.number == document_number) return std::optional<MatterId>(matter);
    return std::optional<MatterId>{};
  }
  Result<std::vector<MatterId>> matters_numbered(const party::OrganisationId& counterparty, std::string_view number,
                                                 std::size_t limit) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<MatterId> out;
    for (const auto& [matter, projection] : projections_)
      if (projection.row.number == number && projection.row.counterparty == counterparty && out.size() < limit) out.push_back(matter);
    return out;
  }
  Result<std::vector<ActPlace>> acts_between(const Sha256& first, const Sha256& last, std::size_t limit) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<ActPlace> out;
    for (const auto& [matter, acts] : acts_)
      for (const SignedAct& act : acts)
        if (first <= act.hash && act.hash <= last) out.push_back({matter, act.hash});
    std::ranges::sort(out, {}, &ActPlace::hash);
    if (out.size() > limit) out.resize(limit);
    return out;
  }
  Status each_matter(const std::function<Status(const MatterId&)>& visit) const override {
    std::vector<MatterId> all;
    {
      const std::scoped_lock lock(mutex_);
      for (const auto& [matter, acts] : acts_) all.push_back(matter);
    }
    for (const MatterId& matter : all) TRY(visit(matter));
    return {};
  }
  Status each_row(const MatterQuery& query, const std::function<Status(const inquiry::MatterRow&)>& visit) const override {
    for (const inquiry::MatterRow& row : sorted(query)) TRY(visit(row));
    return {};
  }
  // As when a backup from before this matter is put back.
  void lose(const MatterId& matter) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(registers_, [&](const auto& row) { return row.second.matter == matter; });
    acts_.erase(matter);
    projections_.erase(matter);
  }
  Result<std::size_t> replace_projections(const std::function<Result<std::optional<inquiry::Projection>>(const MatterId&)>& compute,
                                          bool check_only) override {
    std::map<MatterId, inquiry::Projection> fresh;
    TRY(each_matter([&](const MatterId& matter) -> Status {
      if (std::optional<inquiry::Projection> projection = TRY(compute(matter))) fresh.emplace(matter, std::move(*projection));
      return {};
    }));
    const std::scoped_lock lock(mutex_);
    std::size_t differing = 0;
    for (const auto& [matter, projection] : fresh) {
      const auto kept = projections_.find(matter);
      if (kept == projections_.end() || !(kept->second == projection)) ++differing;
    }
    for (const auto& [matter, projection] : projections_)
      if (!fresh.contains(matter)) ++differing;
    if (!check_only) projections_ = std::move(fresh);
    return differing;
  }

  Result<std::optional<BookEntry>> book_entry(std::string_view book, const MatterId& id) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = books_.find({std::string(book), id});
    return found == books_.end() ? std::optional<BookEntry>{} : std::optional<BookEntry>(found->second);
  }
  Result<std::optional<BookEntry>> book_entry_by_key(std::string_view book, std::string_view key) const override {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, entry] : books_)
      if (entry.book == book && !key.empty() && entry.key == key) return std::optional<BookEntry>(entry);
    return std::optional<BookEntry>{};
  }
  Result<std::vector<BookEntry>> book(std::string_view book, std::size_t limit) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<BookEntry> out;
    for (const auto& [name, entry] : books_)
      if (entry.book == book && out.size() < limit) out.push_back(entry);
    return out;
  }

  Result<int> last_serial(const UnitId& office, law::FormKind form, int year) const override {
    const std::scoped_lock lock(mutex_);
    int last = 0;
    for (const auto& [key, row] : registers_)
      if (row.numbering.office == office && row.numbering.form == form && row.numbering.year == year) last = std::max(last, row.numbering.serial);
    return last;
  }
  Result<std::vector<RegisterRow>> register_rows(const UnitId& office, law::FormKind form, int year) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<RegisterRow> out;
    for (const auto& [key, row] : registers_)
      if (row.numbering.office == office && row.numbering.form == form && row.numbering.year == year) out.push_back(row);
    return out;
  }

  Result<std::vector<OutboxRow>> outbox_due(Time now, std::size_t limit) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<OutboxRow> out;
    for (const auto& [seq, row] : outbox_)
      if (!row.delivered && row.next_try <= now && out.size() < limit) out.push_back(row);
    return out;
  }
  Result<std::vector<OutboxRow>> outbox_of(const MatterId& matter) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<OutboxRow> out;
    for (const auto& [seq, row] : outbox_)
      if (row.matter == matter) out.push_back(row);
    return out;
  }
  Status outbox_done(std::int64_t seq, Time at) override {
    const std::scoped_lock lock(mutex_);
    const auto found = outbox_.find(seq);
    if (found == outbox_.end()) return fail(Code::NOT_FOUND, "no such row of the outbox");
    found->second.delivered = at;
    found->second.last_error.clear();
    return {};
  }
  Status outbox_failed(std::int64_t seq, std::string_view error, Time next_try) override {
    const std::scoped_lock lock(mutex_);
    const auto found = outbox_.find(seq);
    if (found == outbox_.end()) return fail(Code::NOT_FOUND, "no such row of the outbox");
    ++found->second.attempts;
    found->second.last_error = error;
    found->second.next_try = next_try;
    return {};
  }

  Result<std::optional<IdempotencyRecord>> idempotency(const PersonId& person, std::string_view key) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = remembered_.find({person, std::string(key)});
    return found == remembered_.end() ? std::optional<IdempotencyRecord>{} : std::optional<IdempotencyRecord>(found->second);
  }
  Status remember(const IdempotencyRecord& record) override {
    const std::scoped_lock lock(mutex_);
    if (is_forgetful_) return fail(Code::STORE_UNAVAILABLE, "broken by the test");
    remembered_[{record.person, record.key}] = record;
    return {};
  }

  Result<std::optional<LoginRow>> login(std::string_view login) const override {
    const std::scoped_lock lock(mutex_);
    for (const auto& [person, row] : logins_)
      if (row.login == login) return std::optional<LoginRow>(row);
    return std::optional<LoginRow>{};
  }
  Result<std::optional<LoginRow>> login_of(const PersonId& person) const override { return lookup(logins_, person); }
  Status put_login(const LoginRow& row) override {
    const std::scoped_lock lock(mutex_);
    for (const auto& [person, other] : logins_)
      if (other.login == row.login && person != row.person) return fail(Code::CONFLICT, "that login is in use");
    logins_[row.person] = row;
    return {};
  }
  Result<std::vector<PersonKeyRow>> person_keys(const PersonId& person) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<PersonKeyRow> out;
    for (const auto& [vkey, row] : keys_)
      if (row.person == person) out.push_back(row);
    return out;
  }
  Status put_person_key(const PersonKeyRow& row) override {
    const std::scoped_lock lock(mutex_);
    keys_[row.vkey] = row;
    return {};
  }
  Result<std::optional<SessionRow>> session(const Sha256& token) const override { return lookup(sessions_, token); }
  Status put_session(const SessionRow& row) override {
    const std::scoped_lock lock(mutex_);
    sessions_[row.token] = row;
    return {};
  }
  Status drop_session(const Sha256& token) override {
    const std::scoped_lock lock(mutex_);
    sessions_.erase(token);
    return {};
  }
  Status drop_sessions_of(const PersonId& person) override {
    const std::scoped_lock lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.person == person; });
    return {};
  }

  Result<std::optional<Time>> last_view(const MatterId& matter, const PersonId& person) const override {
    const std::scoped_lock lock(mutex_);
    std::optional<Time> last;
    if (const auto found = acts_.find(matter); found != acts_.end())
      for (const SignedAct& act : found->second)
        if (act.act.kind == inquiry::Kind::VIEWED && act.act.person == person) last = last ? std::max(*last, act.act.at) : act.act.at;
    return last;
  }

  Result<inquiry::FileRef> put_file(const MatterId& matter, std::string_view name, std::string_view media_type, const std::string& path,
                                    Handover how = Handover::COPY) override {
    const Sha256 digest = TRY(crypto::sha256_file(path));
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    if (error) return fail(Code::IO, "cannot read the file's size");
    TRY(copy_file(matter, digest, path, how));
    return inquiry::FileRef{std::string(name), std::string(media_type), digest, static_cast<std::int64_t>(bytes)};
  }
  Result<std::string> file_path(const MatterId& matter, const Sha256& sha256) const override {
    const std::filesystem::path path = folder_ / matter.hex() / sha256.hex();
    if (!std::filesystem::exists(path)) return fail(Code::NOT_FOUND, "no such file in this matter");
    return path.string();
  }
  Status copy_file(const MatterId& matter, const Sha256& sha256, const std::string& from_path, Handover how = Handover::COPY) override {
    if (TRY(crypto::sha256_file(from_path)) != sha256) return fail(Code::TEXT_DIFFERS, "the file is not the one that is named");
    std::error_code error;
    std::filesystem::create_directories(folder_ / matter.hex(), error);
    const std::filesystem::path to = folder_ / matter.hex() / sha256.hex();
    if (from_path == to.string()) return {};
    if (how == Handover::MOVE)
      std::filesystem::rename(from_path, to, error);
    else
      std::filesystem::copy_file(from_path, to, std::filesystem::copy_options::overwrite_existing, error);
    if (error) return fail(Code::IO, "cannot keep the file");
    return {};
  }

  Status check() const override { return {}; }

 private:
  using NumberKey = std::tuple<UnitId, law::FormKind, int, int>;
  static NumberKey number_key(const inquiry::Numbering& n) { return {n.office, n.form, n.year, n.serial}; }

  template <class Map, class Key>
  Result<std::optional<typename Map::mapped_type>> lookup(const Map& map, const Key& key) const {
    const std::scoped_lock lock(mutex_);
    const auto found = map.find(key);
    return found == map.end() ? std::optional<typename Map::mapped_type>{} : std::optional<typename Map::mapped_type>(found->second);
  }

  Status check_commit(const Commit& commit) const {
    if (!commit.held) {
      std::vector<Sha256> present;
      if (const auto found = acts_.find(commit.matter); found != acts_.end())
        for (const SignedAct& act : found->second) present.push_back(act.hash);
      std::ranges::sort(present);
      const bool writes_acts = !commit.acts.empty() || !commit.purge_bodies.empty();
      if (writes_acts && present != commit.expected_acts) return fail(Code::STALE, "other acts came between");
    }
    for (const RegisterRow& row : commit.register_rows)
      if (const auto found = registers_.find(number_key(row.numbering)); found != registers_.end() && found->second.matter != row.matter)
        return fail(Code::SERIAL_TAKEN, "that serial belongs to another matter");
    for (const BookEntry& entry : commit.books)
      for (const auto& [name, other] : books_)
        if (!entry.key.empty() && other.book == entry.book && other.key == entry.key && other.id != entry.id)
          return fail(Code::CONFLICT, "that key is in use in this book");
    if (commit.idempotency)
      if (const auto found = remembered_.find({commit.idempotency->person, commit.idempotency->key}); found != remembered_.end())
        return fail(Code::CONFLICT, "a command with this key was carried out already", "idempotency");
    return {};
  }

  void take_acts(Commit& commit) {
    std::vector<SignedAct>& into = commit.held ? held_[commit.matter] : acts_[commit.matter];
    for (SignedAct& act : commit.acts) {
      if (!commit.held) std::erase_if(held_[commit.matter], [&](const SignedAct& held) { return held.hash == act.hash; });
      if (std::ranges::find(into, act.hash, &SignedAct::hash) != into.end()) continue;
      into.push_back(std::move(act));
      if (!commit.held) stamps_[commit.matter] = {static_cast<std::int64_t>(into.size()), ++last_act_, stamps_[commit.matter].key};
    }
  }

  void put_book(BookEntry entry) { books_[{entry.book, entry.id}] = std::move(entry); }

  static bool has(const auto& list, const auto& value) { return list.empty() || std::ranges::find(list, value) != list.end(); }

  static bool matches_people(const MatterQuery& query, const inquiry::MatterRow& row) {
    const auto is_named = [&](const PersonId& person) { return std::ranges::find(row.turn_persons, person) != row.turn_persons.end(); };
    if (query.turn_person && !is_named(*query.turn_person)) {
      if (!row.turn_persons.empty() || (query.turn_role && row.turn_role != query.turn_role)) return false;
    }
    if (!query.turn_person && query.turn_role && row.turn_role != query.turn_role) return false;
    if (!query.units.empty() && (!row.unit || !has(query.units, *row.unit))) return false;
    if (query.in_charge && row.in_charge != query.in_charge) return false;
    if (query.drafter && row.drafter != query.drafter) return false;
    return !query.visible_to || row.drafter == query.visible_to || row.in_charge == query.visible_to || is_named(*query.visible_to) ||
           std::ranges::find(row.assigned, *query.visible_to) != row.assigned.end();
  }

  static bool matches_times(const MatterQuery& query, const inquiry::MatterRow& row) {
    if (query.due_before && (!row.due_at || *row.due_at >= *query.due_before)) return false;
    if (query.updated_from && row.updated < *query.updated_from) return false;
    if (query.updated_until && row.updated >= *query.updated_until) return false;
    if (query.dispatched_from && (!row.dispatched || *row.dispatched < *query.dispatched_from)) return false;
    return !query.dispatched_until || (row.dispatched && *row.dispatched < *query.dispatched_until);
  }

  static bool matches_text(const MatterQuery& query, const inquiry::SearchTerms& terms) {
    if (query.text.empty()) return true;
    const std::string wanted = text::search_fold(query.text);
    const auto contains = [&](const std::string& hay) { return text::search_fold(hay).find(wanted) != std::string::npos; };
    return std::ranges::any_of(terms.words, contains) || std::ranges::any_of(terms.selectors, contains);
  }

  static bool matches(const MatterQuery& query, const inquiry::Projection& projection) {
    const inquiry::MatterRow& row = projection.row;
    if (!has(query.states, row.state) || !has(query.provider_states, row.provider_state) || !has(query.turns, row.turn)) return false;
    if (query.case_id && row.case_id != query.case_id) return false;
    if (!row.case_number.starts_with(query.case_number) || !row.number.starts_with(query.number)) return false;
    if (query.counterparty && row.counterparty != *query.counterparty) return false;
    if (query.is_open && row.is_open != *query.is_open) return false;
    return matches_people(query, row) && matches_times(query, row) && matches_text(query, projection.terms);
  }

  std::vector<inquiry::MatterRow> sorted(const MatterQuery& query) const {
    std::vector<inquiry::MatterRow> rows;
    {
      const std::scoped_lock lock(mutex_);
      for (const auto& [matter, projection] : projections_)
        if (matches(query, projection)) rows.push_back(projection.row);
    }
    std::ranges::stable_sort(rows, [&](const inquiry::MatterRow& a, const inquiry::MatterRow& b) {
      switch (query.sort) {
        case Sort::NEWEST: return a.updated > b.updated;
        case Sort::DUE: return a.due.has_value() != b.due.has_value() ? a.due.has_value() : a.due < b.due;
        case Sort::NUMBER: return a.number < b.number;
      }
      return false;
    });
    return rows;
  }

  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::optional<Code> broken_;
  bool answer_is_lost_ = false, is_forgetful_ = false;
  std::function<void()> before_;
  int commits_ = 0;
  mutable int readings_ = 0, stamps_read_ = 0;
  std::int64_t last_seq_ = 0, last_act_ = 0;
  std::map<MatterId, std::vector<SignedAct>> acts_, held_;
  std::map<MatterId, Stamp> stamps_;  // of the acts above
  std::map<MatterId, inquiry::Projection> projections_;
  std::map<std::pair<std::string, MatterId>, BookEntry> books_;
  std::map<NumberKey, RegisterRow> registers_;
  std::map<std::int64_t, OutboxRow> outbox_;
  std::map<std::pair<PersonId, std::string>, IdempotencyRecord> remembered_;
  std::map<PersonId, LoginRow> logins_;
  std::map<std::string, PersonKeyRow> keys_;
  std::map<Sha256, SessionRow> sessions_;
};

}  // namespace warifu::desk

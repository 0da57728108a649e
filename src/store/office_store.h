#pragma once
// The desk's store (desk/store_port.h) for one organisation, on SQLite or PostgreSQL with the same statements.
// Writes go through the group-commit writer; a commit that is repeated (its acts are all there already) changes nothing and succeeds.
// What a purge destroys is sealed under the matter's key, see matter_seal.h; what remains to be done on the disk after a purge's commit is
// recorded in it and taken up again by finish_purges(), also after a crash.

#include <memory>
#include <string>

#include "desk/store_port.h"
#include "store/office_files.h"
#include "store/pool.h"
#include "store/search_terms.h"
#include "store/written_rows.h"

namespace warifu::store {

class OfficeStore final : public desk::Store, public desk::Mailbox {
  struct Key {};  // only open() makes one

 public:
  struct Options {
    std::string url;     // sqlite:<file>, postgresql://…
    std::string schema;  // PostgreSQL: one per organisation
    party::OrganisationId organisation;
    party::Side side = party::Side::AGENCY;
    std::string files_dir;
  };
  // Creates the store when there is none and applies pending migrations. CONFIG when it belongs to another organisation or the URL is of
  // neither kind; MIGRATION when it is newer than this program.
  [[nodiscard]] static Result<std::unique_ptr<OfficeStore>> open(Options options);
  OfficeStore(Key, std::unique_ptr<Engine> engine, TermHasher hasher, std::string files_dir)
      : engine_(std::move(engine)), hasher_(std::move(hasher)), files_(std::move(files_dir)) {}

  Result<desk::Stamp> commit(desk::Commit commit) override;

  Result<std::vector<inquiry::SignedAct>> acts(const MatterId& matter) const override;
  Result<desk::StampedActs> stamped_acts(const MatterId& matter) const override;
  Result<desk::Stamp> stamp(const MatterId& matter) const override;
  Result<desk::StampedActs> stamped_held(const MatterId& matter) const override;
  Result<inquiry::MatterRow> row(const MatterId& matter) const override;
  Result<desk::MatterPage> find(const desk::MatterQuery& query) const override;
  Result<std::size_t> count(const desk::MatterQuery& query) const override;
  Result<std::vector<MatterId>> matters_numbered(const party::OrganisationId& counterparty, std::string_view number,
                                                 std::size_t limit) const override;
  Result<std::optional<MatterId>> matter_by_number(std::string_view document_number) const override;
  Result<std::vector<desk::ActPlace>> acts_between(const Sha256& first, const Sha256& last, std::size_t limit) const override;
  Status each_matter(const std::function<Status(const MatterId&)>& visit) const override;
  Status each_row(const desk::MatterQuery& query, const std::function<Status(const inquiry::MatterRow&)>& visit) const override;
  Result<std::size_t> replace_projections(const std::function<Result<std::optional<inquiry::Projection>>(const MatterId&)>& compute,
                                          bool check_only) override;
  Result<inquiry::Projection> projection(const MatterId& matter) const override;

  Result<std::optional<desk::BookEntry>> book_entry(std::string_view book, const MatterId& id) const override;
  Result<std::optional<desk::BookEntry>> book_entry_by_key(std::string_view book, std::string_view key) const override;
  Result<std::vector<desk::BookEntry>> book(std::string_view book, std::size_t limit = 10'000) const override;

  Result<int> last_serial(const UnitId& office, law::FormKind form, int year) const override;
  Result<std::vector<desk::RegisterRow>> register_rows(const UnitId& office, law::FormKind form, int year) const override;

  Result<std::vector<desk::OutboxRow>> outbox_due(Time now, std::size_t limit) const override;
  Result<std::vector<desk::OutboxRow>> outbox_of(const MatterId& matter) const override;
  Status outbox_done(std::int64_t seq, Time at) override;
  Status outbox_failed(std::int64_t seq, std::string_view error, Time next_try) override;

  Result<std::optional<desk::IdempotencyRecord>> idempotency(const PersonId& person, std::string_view key) const override;
  Status remember(const desk::IdempotencyRecord& record) override;

  Result<std::optional<desk::LoginRow>> login(std::string_view login) const override;
  Result<std::optional<desk::LoginRow>> login_of(const PersonId& person) const override;
  Status put_login(const desk::LoginRow& row) override;
  Result<std::vector<desk::PersonKeyRow>> person_keys(const PersonId& person) const override;
  Status put_person_key(const desk::PersonKeyRow& row) override;
  Result<std::optional<desk::SessionRow>> session(const Sha256& token) const override;
  Status put_session(const desk::SessionRow& row) override;
  Status drop_session(const Sha256& token) override;
  Status drop_sessions_of(const PersonId& person) override;

  Result<std::optional<Time>> last_view(const MatterId& matter, const PersonId& person) const override;

  Result<inquiry::FileRef> put_file(const MatterId& matter, std::string_view name, std::string_view media_type, const std::string& path,
                                    desk::Handover how = desk::Handover::COPY) override;
  Result<std::string> file_path(const MatterId& matter, const Sha256& sha256) const override;
  Status copy_file(const MatterId& matter, const Sha256& sha256, const std::string& from_path, desk::Handover how = desk::Handover::COPY) override;

  Status check() const override;

  Result<std::vector<desk::OutboxRow>> outbox_unsealed(Time now, std::size_t limit) const override;
  Status put_sealed(std::span<const desk::MessageOut> messages) override;
  Result<std::vector<desk::MessageOut>> unposted(Time now, std::size_t limit) const override;
  Status put_accepted(std::span<const Accepted> messages) override;
  Status put_not_accepted(const exchange::MessageId& id, std::string_view error, Time next_try) override;
  Status unseal(const exchange::MessageId& id) override;
  Result<std::vector<desk::MessageOut>> undelivered(std::size_t limit) const override;
  Status put_relayed(std::span<const RelayedBy> messages) override;
  Result<std::vector<desk::MessageOut>> messages_of(const MatterId& matter) const override;
  Result<std::optional<desk::MessageOut>> message_out(const exchange::MessageId& id) const override;
  Result<std::vector<desk::MessageOut>> newest_messages(std::size_t limit) const override;
  Result<std::optional<desk::MessageOut>> message_with(const Sha256& act) const override;
  Result<std::vector<exchange::MessageId>> already_received(std::span<const exchange::MessageId> ids) const override;
  Status put_received(const desk::Carried& carried) override;
  Result<std::optional<desk::MessageIn>> message_in(const exchange::MessageId& id) const override;
  Result<std::vector<desk::MessageIn>> newest_received(std::size_t limit) const override;
  Result<std::vector<Unproven>> unproven(std::size_t limit) const override;
  Status put_proofs(const std::string& checkpoint, std::uint64_t size, std::span<const Proven> messages, Time at) override;
  Result<std::optional<StoredProof>> proof_of(const exchange::MessageId& id) const override;
  Result<std::vector<exchange::Crossing>> crossings(const MatterId& matter) const override;
  Status put_broken(std::span<const Proven> messages) override;
  Result<std::optional<desk::LogSeen>> log_seen(exchange::LogName log) const override;
  Status put_log_seen(exchange::LogName log, const std::optional<desk::LogSeen>& before, const desk::LogSeen& seen) override;
  Status put_issued(const Sha256& leaf) override;
  Result<bool> is_issued(const Sha256& leaf) const override;
  Status put_incident(const desk::Incident& incident) override;
  Result<std::vector<desk::Incident>> incidents(bool only_open, std::size_t limit) const override;
  Result<std::vector<desk::Incident>> incidents_before(std::int64_t seq, std::size_t limit) const override;
  Status examine_incident(std::int64_t seq, Time at) override;
  Status forget_messages(Time now) override;

  // Removes from the disk what committed purges left: files, the log, old row versions. commit() calls it after a purge; what cannot be done at
  // once (STORE_LOCKED: a long-running reader) stays due. Called at start by open() and to be called by a timer.
  Status finish_purges();
  [[nodiscard]] Result<std::size_t> purges_due() const;
  [[nodiscard]] Engine& engine() const { return *engine_; }

 private:
  Status write(const WriteJob& job) const;

  std::unique_ptr<Engine> engine_;
  TermHasher hasher_;
  WrittenRows rows_;
  OfficeFiles files_;
};

}  // namespace warifu::store

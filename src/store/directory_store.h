#pragma once
// The directory of keys on a database (a SQLite file, or a schema in PostgreSQL): the log of signed entries in their order, the roots that
// are trusted, what organisations publish about themselves. An entry is verified when it is added and the log only grows: an entry with a
// missing or wrong signature, of an unknown organisation or one that is no member any more, twice for the same, or a second successor (but a
// revocation) is refused.
// Several processes may use one directory; each sees what the others added (DirectoryOptions::look_every), and at once what it added itself.
//
// Three uses: a node that hosts everybody signs its own checkpoints (`signer`); the hub takes entries and lets its log keeper sign; a
// node of an exchange holds a replica: it follows the hub's log (follow) and never adds.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "desk/directory_port.h"
#include "exchange/hub.h"
#include "note/member_end.h"
#include "note/member_entry.h"
#include "store/migrate.h"
#include "store/pool.h"

namespace warifu::store {

[[nodiscard]] std::span<const Migration> embedded_directory_migrations(EngineKind engine);

struct DirectoryOptions {
  note::VerifierKey key;                          // the log's; its name is the origin
  std::vector<note::VerifierKey> admitters = {};  // <hub>/admit/<n>
  std::function<Time()> clock = now_utc;
  std::optional<note::Signer> signer = {};  // of `key`, where checkpoints are signed by this process itself
  // For so long what was read last is taken for what is there, unless this process has written since. A message asks a dozen times who somebody is.
  std::chrono::milliseconds look_every{0};
};
// For nodes, whose directory nobody else writes: far below the five minutes within which a revocation has to reach everybody.
inline constexpr std::chrono::milliseconds kLookEvery{20};

class DirectoryStore : public desk::Directory {
  struct Key {};

 public:
  // Brings the database to the newest version; STORE_CORRUPT when its log cannot be read.
  [[nodiscard]] static Result<std::shared_ptr<DirectoryStore>> create(Engine::Open open, DirectoryOptions options);
  DirectoryStore(Key, std::unique_ptr<Engine> engine, DirectoryOptions options);

  // The root key of an organisation where no admission in the log names it: a process that hosts everybody. Another one later: CONFLICT.
  Status trust_root(const note::VerifierKey& root);
  [[nodiscard]] Result<std::vector<note::VerifierKey>> roots() const;
  [[nodiscard]] Result<std::vector<note::MemberEntry>> members() const;
  [[nodiscard]] Result<std::optional<note::MemberEntry>> member(const party::OrganisationId& org) const;
  // The leaf hash of its admission, which the end of it names; nothing when it was never admitted.
  [[nodiscard]] Result<std::optional<Sha256>> admission_leaf(const party::OrganisationId& org) const;
  // The end of its admission: from `ended` on none of its keys is in force and nothing more of it is taken. Nothing while it is a member.
  [[nodiscard]] Result<std::optional<note::MemberEnd>> member_end(const party::OrganisationId& org) const;
  // The entries in force at that instant, with the key as the log has it: seal, witness, tls, web …
  [[nodiscard]] Result<std::vector<note::KeyEntry>> organisation_keys_for(const party::OrganisationId& org, note::KeyPurpose purpose, Time at) const;

  Result<std::vector<party::Organisation>> organisations() const override;
  Result<std::optional<party::Organisation>> organisation(const party::OrganisationId& org) const override;
  Result<std::optional<party::AnswerProfile>> profile(const party::OrganisationId& org) const override;
  Result<std::vector<note::VerifierKey>> organisation_keys(const party::OrganisationId& org, Time at) const override;
  Result<std::vector<desk::PublishedPerson>> person(const party::OrganisationId& org, const PersonId& person, Time at) const override;
  Result<std::vector<note::RelyingParty>> relying_parties(const party::OrganisationId& org, Time at) const override;
  Result<std::vector<std::string>> entries() const override;
  // Those with that index and above; the index counts from 0.
  [[nodiscard]] Result<std::vector<std::string>> entries_from(std::size_t first) const;
  [[nodiscard]] Result<std::size_t> size() const;
  [[nodiscard]] Result<bool> has_entry(const Sha256& leaf) const;
  Status add_entry(const std::string& note) override;
  // All of them in this order, or none.
  Status add_entries(std::span<const std::string> notes);
  Status publish_organisation(const party::Organisation& organisation) override;
  Status publish_profile(const party::AnswerProfile& profile) override;
  note::VerifierKey root() const override { return options_.key; }
  // Of this process's own signer over all entries; or the one the log was last followed to (NOT_FOUND: never yet).
  Result<std::string> checkpoint(Time now) const override;

  // The checkpoint of the log's keeper, and when it was taken over here.
  struct Followed {
    std::string checkpoint;
    std::uint64_t size = 0;
    Time at;
  };
  // A replica's step: the entries behind those it has, and the log's checkpoint over all of them together. Every signature is checked against what
  // the log says up to there: nobody vouches whom an earlier entry has revoked. (An entry bears no time: that the signer's period had not run out
  // when it was taken is the hub's to check; whether the entry is in force is asked when it is used. A revocation that is new may be dated five
  // minutes after this clock.) All of it is taken or nothing: LOG_FORKED when the entries here and these do not give
  // the root, STALE for an older checkpoint, SIGNATURE_… and BAD_NOTE. The same checkpoint again, with further cosignatures, is taken.
  // Without entries the checkpoint may also stand over fewer than there are here: the hub's own, which has just taken more.
  // `is_accepted`: those whom this house wants have cosigned the checkpoint; in the same transaction it becomes the one that accepted() gives.
  Status follow(std::span<const std::string> entries, const std::string& checkpoint, bool is_accepted = false);
  [[nodiscard]] Result<std::optional<Followed>> followed() const;
  // The newest that was followed as accepted, whatever was followed since; nothing: never yet.
  [[nodiscard]] Result<std::optional<Followed>> accepted() const;

  // What an organisation publishes about itself (docs/formats.md, "Delivery"): signed by a key in force, about its own name and side. The
  // highest serial stands: STALE for a lower one, and the same again is taken without effect. The version is this store's count.
  Status put_document(const exchange::SignedDocument& document);
  struct Documents {
    std::uint64_t version = 0;  // the highest there is
    std::vector<exchange::SignedDocument> documents;
  };
  [[nodiscard]] Result<Documents> documents_after(std::uint64_t version, std::size_t limit) const;

 private:
  struct Log;  // the entries, parsed and indexed (store/directory_log.h)
  // When an entry is checked: as it is added, or as it is read in a log that has it already.
  struct Moment {
    Time now;
    bool is_replay = false;
  };
  Status refresh(Database& database) const;
  [[nodiscard]] Result<std::optional<Followed>> checkpoint_in(std::string_view table) const;
  [[nodiscard]] std::shared_ptr<const Log> present_log() const {
    const std::scoped_lock lock(mutex_);
    return log_;
  }
  // A look at the database: when it was begun, and what this process had written by then.
  struct Look {
    std::chrono::steady_clock::time_point at;
    std::uint64_t written = 0;
    bool operator==(const Look&) const = default;
  };
  [[nodiscard]] Look begin_look() const;
  [[nodiscard]] bool is_fresh() const;  // the caller has the lock
  // The log, when it was looked at a moment ago.
  [[nodiscard]] std::shared_ptr<const Log> fresh_log() const;
  void end_look(const Look& look) const;
  template <class F>
  auto with_log(F&& action) const -> std::invoke_result_t<F&, const Log&> {
    if (const std::shared_ptr<const Log> fresh = fresh_log()) return action(*fresh);
    const Look look = begin_look();
    return engine_->read([&](Database& database) -> std::invoke_result_t<F&, const Log&> {
      TRY(refresh(database));
      end_look(look);
      return action(*present_log());
    });
  }
  // All that this process writes: what was looked at before counts no longer.
  template <class F>
  auto write(F&& action) -> std::invoke_result_t<F&, Database&> {
    auto done = engine_->write(std::forward<F>(action));
    const std::scoped_lock lock(mutex_);
    ++written_;
    return done;
  }
  [[nodiscard]] Result<Log> log_of(Database& database) const;
  Status check_new(Database& database, const Log& log, const std::string& serialised, const Moment& moment) const;
  Status check_member(Database& database, const Log& log, const note::Note& note, const note::MemberEntry& entry) const;
  Status check_end(const Log& log, const note::Note& note, const note::MemberEnd& end, const Moment& moment) const;
  static Status append(Database& database, Log& log, const std::string& serialised);
  Result<std::optional<note::VerifierKey>> root_of(Database& database, const Log& log, const std::string& org) const;
  Result<std::optional<party::Side>> side_of(Database& database, const Log& log, const std::string& org) const;
  Status put_organisation(Database& database, const Log& log, const party::Organisation& organisation) const;
  Status put_profile(Database& database, const party::AnswerProfile& profile) const;

  std::unique_ptr<Engine> engine_;
  DirectoryOptions options_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Log> log_;
  std::uint64_t written_ = 0;
  mutable std::optional<Look> looked_;
  mutable std::map<party::OrganisationId, std::optional<party::Organisation>> organisations_;  // as they were found since
};

}  // namespace warifu::store

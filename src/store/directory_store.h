#pragma once
// The directory of keys on a database (a SQLite file, or a schema in PostgreSQL): the log of signed entries in their order, the roots that
// are trusted, what organisations publish about themselves. An entry is verified when it is added and the log only grows: an entry with a
// missing or wrong signature, of an unknown organisation, twice for the same, or a second successor (but a revocation) is refused.
// Several processes may use one directory; each sees what the others added.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "desk/directory_port.h"
#include "store/migrate.h"
#include "store/pool.h"

namespace warifu::store {

[[nodiscard]] std::span<const Migration> embedded_directory_migrations(EngineKind engine);

struct DirectoryOptions {
  note::Signer key;                          // the directory's own; its name is the log's origin
  std::vector<note::VerifierKey> admitters;  // <hub>/admit/<n>
  std::function<Time()> clock = now_utc;
};

class DirectoryStore : public desk::Directory {
  struct Key {};

 public:
  // Brings the database to the newest version; STORE_CORRUPT when its log cannot be read.
  [[nodiscard]] static Result<std::shared_ptr<DirectoryStore>> create(Engine::Open open, DirectoryOptions options);
  DirectoryStore(Key, std::unique_ptr<Engine> engine, DirectoryOptions options);

  // The root key of an organisation, learnt when it is admitted (by two people, outside the log). Another one later: CONFLICT.
  Status trust_root(const note::VerifierKey& root);
  [[nodiscard]] Result<std::vector<note::VerifierKey>> roots() const;

  Result<std::vector<party::Organisation>> organisations() const override;
  Result<std::optional<party::Organisation>> organisation(const party::OrganisationId& org) const override;
  Result<std::optional<party::AnswerProfile>> profile(const party::OrganisationId& org) const override;
  Result<std::vector<note::VerifierKey>> organisation_keys(const party::OrganisationId& org, Time at) const override;
  Result<std::vector<desk::PublishedPerson>> person(const party::OrganisationId& org, const PersonId& person, Time at) const override;
  Result<std::vector<std::string>> entries() const override;
  Status add_entry(const std::string& note) override;
  Status publish_organisation(const party::Organisation& organisation) override;
  Status publish_profile(const party::AnswerProfile& profile) override;
  note::VerifierKey root() const override { return options_.key.verifier(); }
  Result<std::string> checkpoint(Time now) const override;

 private:
  struct Log;  // the entries, parsed and indexed
  Status refresh(Database& database) const;
  template <class F>
  auto with_log(F&& action) const;
  Status check_new(Database& database, const Log& log, const std::string& serialised, Time now) const;
  Result<std::optional<note::VerifierKey>> root_of(Database& database, const std::string& org) const;

  std::unique_ptr<Engine> engine_;
  DirectoryOptions options_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Log> log_;
};

}  // namespace warifu::store

#pragma once
// For tests only: the same test body on both engines. SQLite files live in a temporary directory that goes with the TestStore; PostgreSQL is
// the binary's shared private server (store/testing_postgres.h), one new schema per fresh().

#include <filesystem>
#include <functional>
#include <memory>

#include "store/db.h"

namespace warifu::store {

class TestPostgres;

class TestStore {
 public:
  explicit TestStore(EngineKind kind);
  TestStore(const TestStore&) = delete;
  TestStore& operator=(const TestStore&) = delete;
  ~TestStore();

  [[nodiscard]] EngineKind kind() const { return kind_; }
  [[nodiscard]] TestPostgres* server() const { return server_; }  // PostgreSQL only
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path file() const;             // SQLite only: of the newest store
  [[nodiscard]] std::string schema() const { return schema_; }  // PostgreSQL only: of the newest store
  // A writing connection to a new, empty store; aborts the test binary when that is impossible.
  std::unique_ptr<Database> fresh();
  // Another connection to the newest store.
  [[nodiscard]] std::unique_ptr<Database> connect(Access access);

 private:
  EngineKind kind_;
  TestPostgres* server_ = nullptr;
  std::filesystem::path folder_;
  std::string schema_;
  int stores_ = 0;
};

// Calls the body with SQLite and, where it is installed, with PostgreSQL.
void for_both_engines(const std::function<void(TestStore&)>& body);

}  // namespace warifu::store

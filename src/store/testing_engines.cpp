#include "store/testing_engines.h"

#include <stdlib.h>

#include <cstdio>

#include "store/postgres.h"
#include "store/sqlite.h"
#include "store/testing_postgres.h"

namespace warifu::store {

TestStore::TestStore(EngineKind kind) : kind_(kind) {
  std::string folder = (std::filesystem::temp_directory_path() / "warifu-store-XXXXXX").string();
  CHECK_THAT(::mkdtemp(folder.data()) != nullptr);
  folder_ = folder;
  if (kind_ == EngineKind::POSTGRES) server_ = TestPostgres::shared();
}

TestStore::~TestStore() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path TestStore::file() const { return folder_ / ("store" + std::to_string(stores_) + ".db"); }

std::unique_ptr<Database> TestStore::fresh() {
  ++stores_;
  if (server_ != nullptr) schema_ = server_->fresh_schema();
  return connect(Access::WRITE);
}

std::unique_ptr<Database> TestStore::connect(Access access) {
  auto opened = kind_ == EngineKind::SQLITE ? open_sqlite({.file = file(), .access = access})
                                            : open_postgres({.url = server_->url(), .schema = schema_, .access = access});
  if (!opened) std::fprintf(stderr, "%s\n", opened.error().message.c_str());
  CHECK_THAT(opened.has_value());
  return std::move(*opened);
}

void for_both_engines(const std::function<void(TestStore&)>& body) {
  TestStore sqlite(EngineKind::SQLITE);
  body(sqlite);
  if (TestPostgres::shared() == nullptr) return;
  TestStore postgres(EngineKind::POSTGRES);
  body(postgres);
}

}  // namespace warifu::store

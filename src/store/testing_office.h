#pragma once
// For tests only: an office's store on one of the engines, acts signed with keys made for the occasion, and invented rows.

#include <memory>
#include <string>
#include <vector>

#include "desk/store_port.h"
#include "store/office_store.h"
#include "store/testing_engines.h"

namespace warifu::store {

// A new store in the TestStore's folder or server; reopened under the same name.
class TestOffice {
 public:
  explicit TestOffice(TestStore& engines);
  [[nodiscard]] OfficeStore& operator*() const { return *store_; }
  [[nodiscard]] OfficeStore* operator->() const { return store_.get(); }
  [[nodiscard]] const OfficeStore::Options& options() const { return options_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }  // everything of this office, but for PostgreSQL's own files
  void close() { store_.reset(); }
  void reopen();
  // The number of rows of a statement's single column, on a connection of its own.
  [[nodiscard]] std::int64_t number(std::string_view sql) const;

 private:
  std::filesystem::path folder_;
  OfficeStore::Options options_;
  std::unique_ptr<OfficeStore> store_;
};

void for_both_offices(const std::function<void(TestOffice&)>& body);

struct TestAct {
  inquiry::Kind kind = inquiry::Kind::DRAFTED;
  std::string text = "invented";  // stands in the body
  std::optional<PersonId> person = {};
  Time at = Time::from_seconds(1'800'000'000);
};
[[nodiscard]] inquiry::SignedAct make_act(const MatterId& matter, const TestAct& what = {});
[[nodiscard]] std::vector<Sha256> hashes_of(const std::vector<inquiry::SignedAct>& acts);
[[nodiscard]] inquiry::Projection make_projection(const MatterId& matter, std::vector<std::string> words = {},
                                                  std::vector<std::string> selectors = {});
// One act more on what is there, with a projection.
[[nodiscard]] desk::Commit next_commit(const OfficeStore& store, const MatterId& matter, const TestAct& what = {});
// Puts a matter with one act and this projection in.
void put_matter(OfficeStore& store, const inquiry::Projection& projection);
[[nodiscard]] desk::OutboxRow make_outbox(std::string_view to, const inquiry::SignedAct& act, Time next_try = Time{1});
// A query with some of its fields set: query_of([](desk::MatterQuery& q) { q.text = "…"; })
template <class F>
[[nodiscard]] desk::MatterQuery query_of(F&& set) {
  desk::MatterQuery query;
  set(query);
  return query;
}
[[nodiscard]] std::vector<MatterId> matters_of(const desk::MatterPage& page);

}  // namespace warifu::store

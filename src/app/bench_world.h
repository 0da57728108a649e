#pragma once
// The store that `warifu bench inquiry` measures: one agency's office with thirty units, six hundred people and as many inquiries as wanted, of
// ten acts each. A few stories are really played by the desks of the demo; every inquiry is one of them told anew, about another account, in
// another case, by other people: its texts, hashes and the organisations' and persons' signatures are made anew, and what stands in the store is
// what the desk's commits would have written. What inquiry number n says follows from n alone, and a filled folder is used again.

#include <memory>

#include "app/bench.h"
#include "app/demo.h"
#include "store/office_store.h"

namespace warifu::app {

inline constexpr std::size_t kBenchActsEach = 10;
inline constexpr std::size_t kBenchUnits = 30;

// What an inquiry was asked to be about, for queries that find it again.
struct BenchInquiry {
  MatterId matter;
  std::size_t unit = 0, officer = 0;
  CaseId case_id;
  std::string account, number, case_number;
  bool is_answered = false;  // its answer was received: feedback may be given
};

class BenchWorld {
 public:
  // Opens the store of this size; plays the stories where that was not done yet.
  [[nodiscard]] static Result<std::unique_ptr<BenchWorld>> open(const BenchCommand& command, std::shared_ptr<Demo> demo, std::size_t inquiries);
  ~BenchWorld();

  // Writes all inquiries, in bulk: single commits would take an hour for a million. An interrupted filling begins anew; a store on PostgreSQL is
  // copied from a file. Inquiries per second, 0 when everything was there.
  Result<double> fill();
  [[nodiscard]] bool is_filled() const;

  [[nodiscard]] std::size_t inquiries() const;
  [[nodiscard]] BenchInquiry inquiry(std::size_t n) const;
  [[nodiscard]] desk::Office& office();
  [[nodiscard]] store::OfficeStore& store();
  [[nodiscard]] const note::Signer& signer() const;
  [[nodiscard]] desk::Caller officer(std::size_t unit, std::size_t officer) const;
  [[nodiscard]] desk::Caller caller(std::size_t unit, party::Role role) const;  // SUPERVISOR, APPROVER, REGISTRAR of a unit; AUDITOR
  [[nodiscard]] UnitId unit(std::size_t unit) const;

 private:
  struct Impl;
  explicit BenchWorld(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The demo in DIR/demo, made where there is none.
[[nodiscard]] Result<std::shared_ptr<Demo>> bench_demo(const BenchCommand& command);
[[nodiscard]] bool is_postgres_url(const std::string& url);

}  // namespace warifu::app

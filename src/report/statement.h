#pragma once
// The two books of one exchange, compared (domain rule 8 of approval, M-A19): a provider states once a month what it received from an agency,
// and the agency holds that against its register. Pure: what to do about a difference is the desk's matter.
//   UNKNOWN    stated, and not in the register: somebody asked in the agency's name. An alarm.
//   MISSING    the register says it went out (and, where delivery was acknowledged, that it arrived) in that month; not stated
//   DIFFERENT  both know it and say different things about it

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "inquiry/bodies.h"
#include "inquiry/fold.h"
#include "report/period.h"

namespace warifu::report {

// What the provider states of one inquiry, from its own acts; nothing when it never came in. `office` and `reference` are read from texts that
// may have been purged.
[[nodiscard]] std::optional<inquiry::StatementLine> statement_line(const MatterId& matter, const inquiry::MatterState& state, std::string office,
                                                                   std::string reference);

// The agency's side of the same inquiry, as it stood when the statement was issued.
struct RegisterEntry {
  MatterId matter;
  std::string number;
  Time dispatched;
  std::optional<Time> delivered;  // the receipt the provider gave
  inquiry::State state = inquiry::State::NONE;
  std::optional<Time> answered;
};
[[nodiscard]] std::optional<RegisterEntry> register_entry(const MatterId& matter, const inquiry::MatterState& state);

enum class Difference { UNKNOWN, MISSING, DIFFERENT };
enum class DifferingField { NUMBER, STATE, ANSWERED, AUTHENTICITY };

struct ReconciliationLine {
  Difference difference = Difference::UNKNOWN;
  MatterId matter;
  std::string number;                  // theirs, or ours when it is missing there
  std::vector<DifferingField> fields;  // of DIFFERENT
  std::optional<inquiry::State> their_state, our_state;
  std::optional<Time> their_answered, our_answered, received, dispatched;
  bool operator==(const ReconciliationLine&) const = default;
};

struct Reconciliation {
  int agreed = 0, unknown = 0, missing = 0, different = 0;
  std::vector<ReconciliationLine> lines;  // unknown ones first, then missing, then different
  [[nodiscard]] bool is_alarm() const { return unknown > 0; }
  bool operator==(const Reconciliation&) const = default;
};

// `entries`: at least those that the statement names and those that went to this provider in the month. `issued` is when the statement was
// made: what happened afterwards is not expected in it.
[[nodiscard]] Reconciliation reconcile(const inquiry::StatementBody& statement, Time issued, const std::vector<RegisterEntry>& entries);

BOOST_DESCRIBE_STRUCT(ReconciliationLine, (),
                      (difference, matter, number, fields, their_state, our_state, their_answered, our_answered, received, dispatched))
BOOST_DESCRIBE_STRUCT(Reconciliation, (), (agreed, unknown, missing, different, lines))

}  // namespace warifu::report

template <>
struct warifu::EnumNames<warifu::report::Difference> {
  static constexpr std::array<std::string_view, 3> names = {"UNKNOWN", "MISSING", "DIFFERENT"};
};
template <>
struct warifu::EnumNames<warifu::report::DifferingField> {
  static constexpr std::array<std::string_view, 4> names = {"NUMBER", "STATE", "ANSWERED", "AUTHENTICITY"};
};

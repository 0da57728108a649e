#pragma once
// Inspection (監察, domain rule 7 of approval, M-A19): rules that real incidents taught, over the rows and acts of a month, and the sample that
// is looked at whatever the rules say. A finding is a question to a person, not a verdict. Selectors are compared by their canonical form and
// never stand in a finding.

#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "inquiry/projection.h"
#include "report/period.h"

namespace warifu::report {

enum class AuditRule {
  SAME_TARGET,          // one officer (at a provider: one agency) asks about one target in three or more inquiries within 90 days
  NO_PROGRESS,          // five or more inquiries of a case were answered two weeks ago or earlier, and no answer was ever opened
  ODD_HOURS,            // drafted or dispatched, looked up or released between 22:00 and 05:00
  CLOSE_TARGET,         // the target is the telephone, mail address or name of somebody of this office
  SERIAL_GAP,           // a serial of a register that nothing accounts for
  VIEW_WITHOUT_REASON,  // somebody who has no part in a matter looked at it and said no reason
  STATEMENT_UNKNOWN,    // a provider states inquiries that no register knows
  ORAL_NOT_FOLLOWED,    // an oral inquiry whose instrument did not follow in time
};

struct AuditAct {
  inquiry::Kind kind = inquiry::Kind::VIEWED;
  Time at;
  party::Role role = party::Role::NODE;
  std::optional<PersonId> person;
  bool has_reason = true;  // of a view
};
struct AuditMatter {
  inquiry::MatterRow row;
  std::vector<std::string> selectors;  // type:canonical, each once
  std::vector<AuditAct> acts;          // of this office
};
// How somebody of the office would be asked about: "TELEPHONE:+81…". A person's name also meets the same name with a date of birth behind it.
struct OwnContact {
  std::string canonical;
  PersonId person;
};
struct SerialGap {
  std::string office;
  law::FormKind form = law::FormKind::A;
  int year = 2000, serial = 1;
};
struct UnknownStated {
  MatterId statement;
  std::string provider, month;
  int unknown = 0;
};
struct AuditInput {
  Month month;
  party::Side side = party::Side::AGENCY;
  std::vector<AuditMatter> matters;  // of the month and the 90 days before it
  std::vector<OwnContact> contacts;
  std::vector<SerialGap> gaps;
  std::vector<UnknownStated> statements;
};

struct AuditFinding {
  AuditRule rule = AuditRule::SAME_TARGET;
  std::string ja, en;
  std::optional<PersonId> person;  // whom to ask
  std::vector<MatterId> matters;   // in the order of their time
  std::optional<MatterId> statement;
  bool operator==(const AuditFinding&) const = default;
};

// Those whose work a matter is look at it all day; of everybody else, an auditor or a colleague, a reason is expected.
[[nodiscard]] bool has_part(const inquiry::MatterRow& row, party::Role role, const std::optional<PersonId>& person);

[[nodiscard]] std::vector<AuditFinding> inspect(const AuditInput& input);  // in the order of the rules

// 5 % of the month's matters, at least five: chosen by SHA-256 of month and matter, so that everybody who draws gets the same and nobody can
// choose. In the order they were drawn.
[[nodiscard]] std::vector<MatterId> sample(const Month& month, std::vector<MatterId> matters);

}  // namespace warifu::report

template <>
struct warifu::EnumNames<warifu::report::AuditRule> {
  static constexpr std::array<std::string_view, 8> names = {"SAME_TARGET", "NO_PROGRESS",         "ODD_HOURS",         "CLOSE_TARGET",
                                                            "SERIAL_GAP",  "VIEW_WITHOUT_REASON", "STATEMENT_UNKNOWN", "ORAL_NOT_FOLLOWED"};
};

#pragma once
// Every kind of act about an inquiry: its name on the wire, which side writes it, whether it crosses, which roles may write it and
// whether it needs a person's own signature. docs/acts.md is this table in words; a test compares the two.

#include <span>
#include <string_view>
#include <vector>

#include "base/enum.h"
#include "party/organisation.h"

namespace warifu::inquiry {

enum class Kind {
  // agency, internal
  ORAL,
  DRAFTED,
  CHECKED,
  SENT_BACK,
  REGISTERED,
  VOIDED,
  OPENED,
  CLOSED,
  RETAINED,
  HANDED_OVER,
  // agency, shared
  APPROVED,
  DISPATCHED,
  WITHDRAWN,
  REMINDED,
  RETRIEVED,
  FEEDBACK,
  NARROWING_DECLINED,
  // provider, internal
  VERIFIED,
  SUSPECTED,
  TRIAGED,
  LEGAL_DECIDED,
  ASSIGNED,
  LOOKED_UP,
  COLLECTED,
  ANSWER_CHECKED,
  ANSWER_SENT_BACK,
  // provider, shared
  RECEIVED,
  ACCEPTED,
  RETURNED,
  BEGUN,
  RELEASED,
  // both sides
  VIEWED,
  FINDING,
  PURGED,
  // the office's own books (people, units, cases, templates, profiles, house rules): the matter is the entry
  OFFICE_CHANGED,
  // a provider's monthly statement to one agency: the matter is the statement (statement_matter)
  STATEMENT,
  // both sides, internal: what goes with a purge and never crosses
  TEXT_ERASED,
};

enum class Sides { AGENCY, PROVIDER, BOTH };

struct KindRule {
  Kind kind;
  Sides sides;
  bool is_shared;
  bool needs_own_signature;
  std::vector<party::Role> roles;
  std::string_view name_ja, name_en;  // as the timeline shows it
};

[[nodiscard]] const KindRule& rule_of(Kind kind);
[[nodiscard]] std::span<const KindRule> all_kinds();
[[nodiscard]] bool may_write(Kind kind, party::Side side, party::Role role);
// False for the kinds that begin a matter of their own that is no inquiry: entries of the office's books and statements. Such a matter has no
// row in lists, no page and no projection.
[[nodiscard]] bool is_inquiry_kind(Kind kind);

}  // namespace warifu::inquiry

template <>
struct warifu::EnumNames<warifu::inquiry::Kind> {
  static constexpr std::array<std::string_view, 37> names = {
      "inquiry.oral",      "inquiry.drafted",  "inquiry.checked",  "inquiry.sent_back",   "inquiry.registered", "inquiry.voided",
      "answer.opened",     "inquiry.closed",   "inquiry.retained", "inquiry.handed_over", "inquiry.approved",   "inquiry.dispatched",
      "inquiry.withdrawn", "inquiry.reminded", "answer.retrieved", "inquiry.feedback",    "narrowing.declined", "intake.verified",
      "intake.suspected",  "intake.triaged",   "legal.decided",    "work.assigned",       "work.looked_up",     "answer.collected",
      "answer.checked",    "answer.sent_back", "inquiry.received", "inquiry.accepted",    "inquiry.returned",   "answer.begun",
      "answer.released",   "matter.viewed",    "audit.finding",    "matter.purged",       "office.changed",     "statement.issued",
      "text.erased"};
};

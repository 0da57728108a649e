#pragma once
// What lists and searches read of a matter: one row, derived from its acts and nothing else (projections are disposable: `warifu rebuild`
// computes them again, and a test proves that nothing changes). Pure.

#include <optional>
#include <string>
#include <vector>

#include "inquiry/fold.h"

namespace warifu::inquiry {

// Whose turn it is, as the desk groups its work.
enum class Turn {
  NONE,
  DRAFT,
  CHECK,
  APPROVE,
  NUMBER,
  DISPATCH,
  RECEIVE,
  DECIDE,
  CLOSE,
  TRIAGE,
  ACCEPT,
  LEGAL,
  ASSIGN,
  ANSWER,
  SECOND_CHECK,
  RELEASE,
  SUSPECT
};

struct MatterRow {
  MatterId matter;
  party::Side side = party::Side::AGENCY;
  State state = State::NONE;  // as the agency sees it; on the provider's side the shared state
  ProviderState provider_state = ProviderState::NONE;
  State shared_state = State::NONE;  // what both sides agree on; stays what it was when the agency closes the matter
  Turn turn = Turn::NONE;
  std::optional<party::Role> turn_role;  // who may take the next step …
  std::vector<PersonId> turn_persons;    // … and when it is named people: these
  std::string number;                    // document number; empty before numbering
  std::optional<Numbering> numbering;
  std::optional<CaseId> case_id;
  std::string case_number;             // agency only
  party::OrganisationId counterparty;  // the provider asked, or the agency that asks
  std::optional<UnitId> unit;          // of the drafter (agency); set by the desk
  std::optional<PersonId> drafter, in_charge;
  std::vector<PersonId> assigned;  // provider only: whose matter it stays on the desk, whoever's turn it is
  std::optional<Date> due;
  law::Urgency urgency = law::Urgency::NORMAL;
  std::optional<Time> due_at;  // the instant after the due day, while it is open; after the last day of keeping, in retention
  Time created, updated;
  std::optional<Time> approved, dispatched, delivered, accepted, answered, closed, purged;
  std::optional<PersonId> approver;  // of the first dispatched version, or of the one in the making
  int version = 0;                   // of the current dispatch
  int items = 0;
  std::string subject;  // first item masked, "+n"
  std::vector<law::Category> categories;
  bool is_open = true;
  int minutes = 0, yen = 0;  // of all releases
  bool operator==(const MatterRow&) const = default;
};

// What full search finds a matter by. Removed by a purge.
struct SearchTerms {
  std::vector<std::string> selectors;  // canonical, as typed type:value
  std::vector<std::string> words;      // folded text: numbers, case, title, officer, addressee, purposes
  bool operator==(const SearchTerms&) const = default;
};

struct Projection {
  MatterRow row;
  SearchTerms terms;
  bool operator==(const Projection&) const = default;
};

// `self` tells the side. Acts are those of one matter; bodies may be purged.
[[nodiscard]] Projection project(const party::OrganisationId& self, party::Side side, const std::vector<SignedAct>& acts, const MatterState& state);

}  // namespace warifu::inquiry

template <>
struct warifu::EnumNames<warifu::inquiry::Turn> {
  static constexpr std::array<std::string_view, 17> names = {"NONE",    "DRAFT",  "CHECK",        "APPROVE", "NUMBER", "DISPATCH",
                                                             "RECEIVE", "DECIDE", "CLOSE",        "TRIAGE",  "ACCEPT", "LEGAL",
                                                             "ASSIGN",  "ANSWER", "SECOND_CHECK", "RELEASE", "SUSPECT"};
};

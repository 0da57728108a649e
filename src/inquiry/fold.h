#pragma once
// The state of a matter is nothing but the fold of its acts. fold() is pure and total: it takes the acts one side holds, in any order,
// and yields what both sides agree on (`shared`) and what only one of them knows (`agency`, `provider`).
//
// Guarantees: acts are applied in an order that follows `after`, ties by act id, never by clock; the same set of shared acts gives the same `shared`
// whatever internal acts are present; an act that is illegal where the fold meets it is kept, listed in `effects` with its reason, and changes
// nothing; an act whose parents are missing is held; a purged body is read from the residue in the erasure record. Conflicts are decided by rule
// (trust rules of withdrawal and amendment), not by time.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "inquiry/act.h"
#include "inquiry/facts.h"

namespace warifu::inquiry {

// domain.md section 6, the agency's view. NONE: nothing has crossed yet.
enum class State {
  NONE,
  ORAL,
  DRAFT,
  CHECKED,
  APPROVED,
  REGISTERED,
  DISPATCHED,
  DELIVERED,
  ACCEPTED,
  RETURNED,
  IN_PROGRESS,
  ANSWERED,
  PARTLY_ANSWERED,
  NONE_HELD,
  REFUSED,
  NEEDS_WARRANT,
  NARROWING_PROPOSED,
  CLOSED,
  RETAINED,
  PURGED,
  WITHDRAWN,
  VOIDED,
};

// The same matter as the provider works on it.
enum class ProviderState {
  NONE,
  RECEIVED,
  VERIFIED,
  SUSPECT,
  TRIAGED,
  LEGAL_REVIEW,
  ASSIGNED,
  COLLECTED,
  CHECKED,
  RELEASED,
  RETRIEVED,
  ERASED,
  RETURNED,
  WITHDRAWN,
};

// Who did it, when, in which act.
struct Mark {
  Sha256 act;
  Time at;
  party::Role role = party::Role::NODE;
  std::optional<PersonId> person;
  bool operator==(const Mark&) const = default;
};

struct Approval {
  Mark mark;
  int version = 1;
  std::optional<PersonId> delegator;
  party::OrganisationId to;
  std::vector<ItemFact> items;
  std::optional<Date> due;
  law::Urgency urgency = law::Urgency::NORMAL;
  bool operator==(const Approval&) const = default;
};

struct Dispatch {
  Mark mark;
  int version = 1;
  Sha256 approval;
  Numbering number;
  party::OrganisationId to;
  std::vector<ItemFact> items;
  std::optional<Date> due;
  law::Urgency urgency = law::Urgency::NORMAL;
  std::optional<Mark> received, accepted, returned, begun;
  std::optional<law::ReasonCode> return_reason;
  bool superseded = false;
  bool operator==(const Dispatch&) const = default;
};

struct Release {
  Mark mark;
  int version = 1;
  std::vector<ResultFact> results;
  int minutes = 0, yen = 0;
  bool overridden = false;  // a withdrawal crossed it: the answer stays unopened and is purged
  bool narrowing_declined = false;
  std::optional<Mark> retrieved;
  bool operator==(const Release&) const = default;
};

struct Shared {
  State state = State::NONE;
  std::optional<party::OrganisationId> asker;  // the agency whose matter this is; nobody else's acts of an agency count
  std::map<Sha256, Approval> approvals;
  std::vector<Dispatch> dispatches;  // version 1, 2 …
  std::vector<Release> releases;     // in fold order
  std::optional<Mark> withdrawn, purged_by_agency, purged_by_provider;
  std::vector<Mark> reminders, feedback;
  bool operator==(const Shared&) const = default;

  [[nodiscard]] const Dispatch* current() const { return dispatches.empty() ? nullptr : &dispatches.back(); }
  // The latest result of each item of the current version.
  [[nodiscard]] std::map<int, ItemResult> results() const;
  [[nodiscard]] bool is_complete() const;  // every item of the current version has a result that is no open proposal
};

// A version in the making: the first one, or an amendment beside a running inquiry.
struct Working {
  int version = 1;
  State stage = State::DRAFT;  // DRAFT, CHECKED, APPROVED, REGISTERED
  Sha256 draft;
  bool ready = false;
  PersonId drafter;
  std::optional<Mark> drafted, checked, approved, registered;
  std::optional<Numbering> number;
  std::optional<Mark> sent_back;
  bool operator==(const Working&) const = default;
};

struct Agency {
  State state = State::NONE;
  std::optional<Mark> oral;
  std::optional<Time> oral_follow_by;
  std::optional<CaseId> case_id;
  std::optional<UnitId> unit;
  std::optional<party::OrganisationId> to;
  std::optional<Date> due;
  law::Urgency urgency = law::Urgency::NORMAL;
  std::optional<PersonId> drafter;    // of the first draft
  std::optional<PersonId> in_charge;  // the drafter until handed over
  std::optional<Working> working;
  std::vector<Numbering> numbers;  // every number used, spoiled ones included
  std::vector<Numbering> spoiled;
  std::optional<Mark> voided, closed, retained, purged;
  std::vector<Mark> opened;
  bool operator==(const Agency&) const = default;
};

struct Provider {
  ProviderState state = ProviderState::NONE;
  int version = 0;  // the version whose signatures were checked last, on which the work stands
  bool is_verified = false;
  std::map<int, Disposition> dispositions;  // triage, then the legal desk's decision over it
  std::optional<Mark> verified, suspected, triaged, legal, collected, checked, sent_back;
  std::vector<PersonId> assigned;
  std::optional<PersonId> preparer;  // who prepared the answer in hand
  std::optional<Sha256> answer;      // the collected answer in hand
  std::vector<ResultFact> collected_results;
  int lookups = 0;
  bool operator==(const Provider&) const = default;
};

enum class Effect { APPLIED, HELD, ILLEGAL, LATE, OVERRIDDEN };

struct EffectOf {
  Effect effect = Effect::APPLIED;
  std::string why;  // English, for operators and the audit view
  bool operator==(const EffectOf&) const = default;
};

struct MatterState {
  Shared shared;
  Agency agency;
  Provider provider;
  std::map<Sha256, EffectOf> effects;
  std::vector<Sha256> order;  // as applied
  std::vector<Sha256> heads;  // of all acts in sight, sorted
  // Of the acts that have crossed or cross by themselves. An approval crosses only with the dispatch that names it, so one that has not been
  // dispatched (or never will be) is no head here: the other side could not follow an act that names it. See heads_for().
  std::vector<Sha256> shared_heads;
  // Of the internal ones, approvals that have not been dispatched among them: what a shared act names in `basis`.
  std::vector<Sha256> internal_heads;
  bool operator==(const MatterState&) const = default;
};

// An act with the facts of its body, as the fold takes it. Facts are absent when the body is purged.
struct FoldInput {
  Act act;
  Sha256 hash;
  std::optional<Facts> facts;
};

[[nodiscard]] MatterState fold(const std::vector<FoldInput>& acts);

// Reads facts from the bodies, and those of purged bodies from the receipts.
[[nodiscard]] std::vector<FoldInput> fold_inputs(const std::vector<SignedAct>& acts);
[[nodiscard]] MatterState fold(const std::vector<SignedAct>& acts);
[[nodiscard]] FoldInput fold_input(const SignedAct& act);

// What an act of this kind, written now, names in `after`: sorted. A dispatch names its approval too.
[[nodiscard]] std::vector<Sha256> heads_for(const MatterState& state, Kind kind);

// Whether this side may write this act now; the error names why not. First what only this side knows (who drafted, what has been checked:
// SEPARATION_OF_DUTIES, ILLEGAL_TRANSITION), then the fold itself. What only one side knows never changes `shared`, or the sides would part.
[[nodiscard]] Status check_legal(const std::vector<FoldInput>& acts, const FoldInput& next);

}  // namespace warifu::inquiry

template <>
struct warifu::EnumNames<warifu::inquiry::State> {
  static constexpr std::array<std::string_view, 22> names = {
      "NONE",     "ORAL",        "DRAFT",     "CHECKED",         "APPROVED",  "REGISTERED", "DISPATCHED",    "DELIVERED",          "ACCEPTED",
      "RETURNED", "IN_PROGRESS", "ANSWERED",  "PARTLY_ANSWERED", "NONE_HELD", "REFUSED",    "NEEDS_WARRANT", "NARROWING_PROPOSED", "CLOSED",
      "RETAINED", "PURGED",      "WITHDRAWN", "VOIDED"};
};
template <>
struct warifu::EnumNames<warifu::inquiry::ProviderState> {
  static constexpr std::array<std::string_view, 14> names = {"NONE",         "RECEIVED", "VERIFIED",  "SUSPECT",  "TRIAGED",
                                                             "LEGAL_REVIEW", "ASSIGNED", "COLLECTED", "CHECKED",  "RELEASED",
                                                             "RETRIEVED",    "ERASED",   "RETURNED",  "WITHDRAWN"};
};
template <>
struct warifu::EnumNames<warifu::inquiry::Effect> {
  static constexpr std::array<std::string_view, 5> names = {"APPLIED", "HELD", "ILLEGAL", "LATE", "OVERRIDDEN"};
};

// Lists: the desk, the search, the register. Rows carry masked selectors only.

#include <algorithm>

#include "base/limits.h"
#include "desk/impl.h"
#include "law/deadlines.h"

namespace warifu::desk {

using inquiry::MatterRow;
using inquiry::Turn;

namespace {

constexpr int kDaysOfWeek = 7;
constexpr std::size_t kDeskRowsPerGroup = 50;
constexpr std::size_t kEndedRows = 20;  // of a provider, whose day of keeping is read from the matter itself

// Restricts a query to what this person may see; the same rule as may_see, for many matters at once.
Status restrict(const Office::Impl& impl, const Caller& caller, const party::Person& person, MatterQuery& query) {
  const auto keep_units = [&](std::vector<UnitId> allowed) -> Status {
    if (query.units.empty())
      query.units = std::move(allowed);
    else
      std::erase_if(query.units, [&](const UnitId& unit) { return std::ranges::find(allowed, unit) == allowed.end(); });
    if (query.units.empty()) return fail(Code::FORBIDDEN, "no unit whose matters this person may see");
    return {};
  };
  switch (caller.role) {
    case party::Role::AUDITOR:
    case party::Role::INTAKE:
    case party::Role::LEGAL:
    case party::Role::RELEASER: return {};
    case party::Role::ADMIN:
    case party::Role::NODE: return fail(Code::FORBIDDEN, "this role sees no matters", {}, {{"role", std::string(enum_text(caller.role))}});
    case party::Role::OPERATOR: query.visible_to = person.id; return {};
    case party::Role::INVESTIGATOR:
    case party::Role::SUPERVISOR: return keep_units(person.unit ? std::vector<UnitId>{*person.unit} : std::vector<UnitId>{});
    case party::Role::APPROVER: {
      std::vector<UnitId> units;
      if (person.unit) units.push_back(*person.unit);
      for (const party::Delegation& delegation : TRY(impl.delegations()))
        if (delegation.delegate == person.id && delegation.covers(impl.now())) units.push_back(delegation.unit);
      return keep_units(std::move(units));
    }
    case party::Role::REGISTRAR: {
      std::vector<UnitId> units;
      for (const party::Unit& unit : TRY(impl.books())->units)
        if (person.unit && (unit.id == *person.unit || unit.register_office == person.unit)) units.push_back(unit.id);
      return keep_units(std::move(units));
    }
  }
  return {};
}

// What can be this role's turn (inquiry/projection.cpp says when).
std::vector<Turn> turns_of(party::Role role) {
  switch (role) {
    case party::Role::INVESTIGATOR: return {Turn::DRAFT, Turn::RECEIVE, Turn::DECIDE, Turn::CLOSE};
    case party::Role::SUPERVISOR: return {Turn::CHECK};
    case party::Role::APPROVER: return {Turn::APPROVE};
    case party::Role::REGISTRAR: return {Turn::NUMBER, Turn::DISPATCH};
    case party::Role::INTAKE: return {Turn::TRIAGE, Turn::ACCEPT, Turn::ASSIGN, Turn::SUSPECT};
    case party::Role::LEGAL: return {Turn::LEGAL};
    case party::Role::OPERATOR: return {Turn::ANSWER};
    case party::Role::RELEASER: return {Turn::SECOND_CHECK, Turn::RELEASE};
    case party::Role::AUDITOR:
    case party::Role::ADMIN:
    case party::Role::NODE: return {};
  }
  return {};
}

// Nothing that is overdue lies where nobody who answers for it sees it: the desk's groups hold only what waits for the reader himself.
Status add_late(const Office::Impl& impl, const Caller& caller, const party::Person& person, DeskView& view) {
  MatterQuery query;
  query.is_open = true;
  TRY(restrict(impl, caller, person, query));
  if (caller.role == party::Role::INVESTIGATOR)
    query.in_charge = person.id;
  else if (caller.role != party::Role::SUPERVISOR && caller.role != party::Role::APPROVER)
    return {};
  query.due_before = impl.now();
  query.sort = Sort::DUE;
  query.limit = kDeskRowsPerGroup;
  const MatterPage page = TRY(impl.parts.store->find(query));
  for (const MatterRow& row : page.rows) {
    RowView shown = TRY(impl.row_view(caller, person, row));
    if (!shown.is_my_turn) view.late.push_back(std::move(shown));
  }
  const auto mine = static_cast<int>(page.rows.size() - view.late.size());
  view.late_count = std::max(static_cast<int>(view.late.size()), static_cast<int>(page.count) - mine);
  return {};
}

// What may be purged by whoever purges: the last day of keeping is over. On the provider's side, where the period counts from the receipt of the
// answer, nothing at all has happened in a matter for as long as that.
Status add_ended(const Office::Impl& impl, const Caller& caller, const party::Person& person, DeskView& view) {
  const bool is_agency = impl.side() == party::Side::AGENCY;
  if (caller.role != (is_agency ? party::Role::REGISTRAR : party::Role::RELEASER)) return {};
  const law::Retention& law = impl.parts.law->retention();
  MatterQuery query;
  query.is_open = false;
  TRY(restrict(impl, caller, person, query));
  query.limit = kDeskRowsPerGroup;
  if (is_agency) {
    query.states = {inquiry::State::RETAINED};
    query.due_before = Time{impl.now().us + 1};
    query.sort = Sort::DUE;
  } else {
    query.provider_states = {inquiry::ProviderState::RETRIEVED, inquiry::ProviderState::RETURNED, inquiry::ProviderState::WITHDRAWN};
    query.updated_until = tokyo_midnight(tokyo_date(impl.now()).plus_days(-law.payload_days_after_retrieval));
    query.limit = kEndedRows;
  }
  const MatterPage page = TRY(impl.parts.store->find(query));
  if (page.rows.empty()) return {};
  RetentionView ended;
  ended.count = static_cast<int>(std::min(page.count, limits::kCountCap));
  for (const MatterRow& row : page.rows) {
    std::optional<Date> until;
    if (!is_agency)
      until = impl.answer_kept_until(*TRY(impl.current(row.matter)));
    else if (row.due_at)
      until = tokyo_date(*row.due_at).plus_days(-1);
    ended.rows.push_back({TRY(impl.row_view(caller, person, row)), until});
  }
  (is_agency ? ended.years : ended.days) = is_agency ? law.ledger_years : law.payload_days_after_retrieval;
  const law::Text& note = is_agency ? law.agency_copy : law.provider_record;
  ended.note_ja = note.ja;
  ended.note_en = note.en;
  view.retention = std::move(ended);
  return {};
}

}  // namespace

Result<RowView> Office::Impl::row_view(const Caller& caller, const party::Person& me, const MatterRow& row) const {
  const auto all = TRY(books());
  const auto name = [&](const std::optional<PersonId>& id) -> std::optional<std::string> {
    if (!id) return std::nullopt;
    const party::Person* found = all->person(*id);
    return found == nullptr ? std::optional<std::string>() : std::optional(found->name);
  };
  RowView view;
  view.matter = row.matter;
  view.state = row.state;
  view.provider_state = row.provider_state;
  view.turn = row.turn;
  view.is_my_turn =
      row.turn_role == caller.role && (row.turn_persons.empty() || std::ranges::find(row.turn_persons, me.id) != row.turn_persons.end());
  view.is_overdue = row.is_open && row.due_at && *row.due_at <= now();
  view.is_open = row.is_open;
  view.number = row.number;
  view.case_number = row.case_number;
  view.counterparty = row.counterparty.text();
  if (const auto organisation = TRY(parts.directory->organisation(row.counterparty))) {
    view.counterparty_name_ja = organisation->name_ja;
    view.counterparty_name_en = organisation->name_en;
  }
  view.subject = row.subject;
  view.drafter = name(row.drafter);
  view.in_charge = name(row.in_charge);
  for (const PersonId& id : row.turn_persons)
    if (auto text = name(id)) view.turn_names.push_back(std::move(*text));
  view.due = row.due;
  view.urgency = row.urgency;
  view.created = row.created;
  view.updated = row.updated;
  view.dispatched = row.dispatched;
  view.answered = row.answered;
  view.items = row.items;
  view.version = row.version;
  view.categories = row.categories;
  return view;
}

Result<ListView> Office::list(const Caller& caller, MatterQuery query) const {
  const party::Person person = TRY(impl_->person_of(caller));
  TRY(restrict(*impl_, caller, person, query));
  if (query.limit == 0 || query.limit > limits::kPageRowsMax)
    return fail(Code::OUT_OF_RANGE, "rows per page", "/limit", {{"min", "1"}, {"max", std::to_string(limits::kPageRowsMax)}});
  const MatterPage page = TRY(impl_->parts.store->find(query));
  ListView view;
  for (const MatterRow& row : page.rows) view.rows.push_back(TRY(impl_->row_view(caller, person, row)));
  view.next = page.next;
  view.count_is_capped = page.count > limits::kCountCap || page.is_count_least;
  view.count = static_cast<int>(std::min(page.count, limits::kCountCap));
  return view;
}

Result<DeskView> Office::desk(const Caller& caller) const {
  const party::Person person = TRY(impl_->person_of(caller));
  MatterQuery mine;
  mine.is_open = true;
  TRY(restrict(*impl_, caller, person, mine));
  mine.turn_role = caller.role;
  mine.turn_person = person.id;
  mine.sort = Sort::DUE;
  mine.limit = kDeskRowsPerGroup;
  DeskView view;
  view.my_turn = static_cast<int>(TRY(impl_->parts.store->count(mine)));
  for (const Turn turn : turns_of(caller.role)) {
    if (view.my_turn == 0) break;
    MatterQuery query = mine;
    query.turns = {turn};
    const MatterPage page = TRY(impl_->parts.store->find(query));
    if (page.rows.empty()) continue;
    DeskGroup group;
    group.turn = turn;
    group.count = static_cast<int>(page.count);
    for (const MatterRow& row : page.rows) group.rows.push_back(TRY(impl_->row_view(caller, person, row)));
    view.groups.push_back(std::move(group));
  }
  MatterQuery due;
  due.is_open = true;
  TRY(restrict(*impl_, caller, person, due));
  due.due_before = now();
  view.overdue = static_cast<int>(TRY(impl_->parts.store->count(due)));
  due.due_before = law::end_of_day(tokyo_date(now()).plus_days(kDaysOfWeek - 1));
  view.due_this_week = static_cast<int>(TRY(impl_->parts.store->count(due))) - view.overdue;
  TRY(add_late(*impl_, caller, person, view));
  TRY(add_ended(*impl_, caller, person, view));
  view.alarms = TRY(impl_->alarms(caller));
  return view;
}

namespace {

// What the number of one version of an amended inquiry stands for: the row of lists tells of the first dispatch, and asks for what the last version
// asks.
Status fill_version(const Office::Impl& impl, const Loaded& loaded, RegisterLine& line) {
  std::optional<Sha256> approval;
  const auto& shared = loaded.state.shared;
  const auto sent = std::ranges::find(shared.dispatches, line.numbering, &inquiry::Dispatch::number);
  const std::optional<inquiry::Working>& working = loaded.state.agency.working;
  if (sent != shared.dispatches.end()) {
    approval = sent->approval;
    line.dispatched = sent->mark.at;
    if (sent->received) line.delivered = sent->received->at;
    line.due = sent->due;
    for (const inquiry::Release& release : shared.releases)
      if (release.version == sent->version && !release.overridden) line.answered = release.mark.at;
    const bool is_current = sent + 1 == shared.dispatches.end();
    if (line.answered) line.answer = std::string(enum_text(is_current ? loaded.state.agency.state : inquiry::State::ANSWERED));
  } else if (working && working->number == line.numbering && working->approved) {
    approval = working->approved->act;
  }
  const SignedAct* approved = approval ? loaded.find(*approval) : nullptr;
  if (approved == nullptr) return {};
  line.approved = approved->act.at;
  line.approver.clear();
  if (approved->act.person)
    if (const std::optional<party::Person> who = TRY(impl.person(*approved->act.person))) line.approver = who->name;
  const Result<inquiry::ApprovedBody> body = body_of<inquiry::ApprovedBody>(*approved);
  if (!body || body->text.items.empty()) return {};  // purged: what lists show of the matter stays
  line.items = body->text.items.front().selector.masked;
  if (body->text.items.size() > 1) line.items += " +" + std::to_string(body->text.items.size() - 1);
  return {};
}

// What only the acts of a finished matter tell: who inspected it, how long it is kept, and the receipt of its end.
Status add_end(const Office::Impl& impl, const MatterId& matter, RegisterLine& line) {
  for (const SignedAct& act : TRY(impl.parts.store->acts(matter))) {
    if (act.act.kind == Kind::FINDING && act.act.person) {
      line.inspected = act.act.at;
      if (const std::optional<party::Person> auditor = TRY(impl.person(*act.act.person))) line.inspector = auditor->name;
    }
    if (act.act.kind == Kind::RETAINED)
      if (const Result<inquiry::RetainedBody> body = body_of<inquiry::RetainedBody>(act)) line.kept_until = body->until;
    if (act.act.kind == Kind::PURGED && act.act.org == impl.parts.self.id) line.receipt = act.hash;
  }
  return {};
}

}  // namespace

Result<RegisterView> Office::register_of(const Caller& caller, const UnitId& office, law::FormKind form, int year) const {
  const party::Person person = TRY(impl_->person_of(caller));
  const bool may = caller.role == party::Role::AUDITOR || caller.role == party::Role::REGISTRAR || caller.role == party::Role::APPROVER;
  if (!may) return fail(Code::ROLE_MISSING, "registers are kept by the registrar", {}, {{"role", std::string(enum_text(party::Role::REGISTRAR))}});
  const std::optional<party::Unit> unit = TRY(impl_->unit(office));
  if (!unit || !unit->is_register_office) return fail(Code::NOT_FOUND, "no such register office", "/office");
  if (caller.role != party::Role::AUDITOR && person.unit != office) {
    const std::optional<party::Unit> own = person.unit ? TRY(impl_->unit(*person.unit)) : std::nullopt;
    if (!own || own->register_office != office) return fail(Code::NOT_FOUND, "another office's register", "/office");
  }
  RegisterView view;
  view.office = office;
  view.office_name = unit->name_ja;
  view.office_name_en = unit->name_en;
  view.form = form;
  view.year = year;
  int expected = 1;
  for (const RegisterRow& entry : TRY(impl_->parts.store->register_rows(office, form, year))) {
    for (; expected < entry.numbering.serial; ++expected) view.gaps.push_back(expected);
    expected = entry.numbering.serial + 1;
    RegisterLine line;
    line.numbering = entry.numbering;
    line.matter = entry.matter;
    line.state = entry.state;
    line.reason = entry.reason;
    const Result<MatterRow> row = impl_->parts.store->row(entry.matter);
    if (!row) return tl::unexpected<Error>(row.error());
    const RowView shown = TRY(impl_->row_view(caller, person, *row));
    line.case_number = row->case_number;
    line.addressee = shown.counterparty_name_ja;
    line.addressee_en = shown.counterparty_name_en;
    line.items = row->subject;
    line.issued_to = shown.in_charge;
    if (row->approver)
      if (const std::optional<party::Person> approver = TRY(impl_->person(*row->approver))) line.approver = approver->name;
    // A spoiled serial has no way of its own.
    if (entry.state == "SUPERSEDED" || (entry.state == "ISSUED" && row->numbering != entry.numbering)) {
      TRY(fill_version(*impl_, *TRY(impl_->current(entry.matter)), line));
    } else if (entry.state == "ISSUED") {
      line.approved = row->approved;
      line.dispatched = row->dispatched;
      line.delivered = row->delivered;
      line.due = row->due;
      line.answered = row->answered;
      if (row->answered) line.answer = std::string(enum_text(row->state));
    }
    line.purged = row->purged;
    if (row->answered || row->closed || row->purged) TRY(add_end(*impl_, entry.matter, line));
    view.lines.push_back(std::move(line));
  }
  return view;
}

}  // namespace warifu::desk

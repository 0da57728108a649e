// Figures of the office and the inspection of a month.

#include <algorithm>

#include "base/limits.h"
#include "desk/impl.h"

namespace warifu::desk {

using inquiry::MatterRow;
using party::Role;
using party::Side;
using report::Month;

namespace {

constexpr Duration kAuditWindow = days(90);

Result<report::Statistics> figures_of(const Office::Impl& impl, Date from, Date until) {
  if (!from.is_valid()) return fail(Code::BAD_TIME, "no such day", "/from");
  if (!until.is_valid()) return fail(Code::BAD_TIME, "no such day", "/until");
  if (until < from) return fail(Code::PERIOD_REVERSED, "the period ends before it begins", "/until");
  if (from.plus_days(limits::kFiguresDaysMax) < until)
    return fail(Code::OUT_OF_RANGE, "too long a period, in days", "/until", {{"min", "1"}, {"max", std::to_string(limits::kFiguresDaysMax)}});
  report::StatisticsFold fold(from, until, impl.now());
  MatterQuery query;
  query.dispatched_from = tokyo_midnight(from);
  query.dispatched_until = tokyo_midnight(until.plus_days(1));
  TRY(impl.parts.store->each_row(query, [&](const MatterRow& row) -> Status {
    fold.add(row);
    return {};
  }));
  return fold.finish();
}

// Of the two spellings that search keeps, the one with the type.
bool is_typed(const std::string& term) {
  const std::size_t colon = term.find(':');
  return colon != std::string::npos && enum_parse<text::SelectorType>(term.substr(0, colon)).has_value();
}

report::AuditAct audit_act(const SignedAct& act) {
  report::AuditAct out{act.act.kind, act.act.at, act.act.role, act.act.person, true};
  if (act.act.kind != Kind::VIEWED || !act.body) return out;  // of a purged view nobody can say
  if (const Result<inquiry::ViewedBody> body = body_of<inquiry::ViewedBody>(act)) out.has_reason = !body->reason.empty();
  return out;
}

Result<std::vector<report::AuditMatter>> audit_matters(const Office::Impl& impl, const Month& month) {
  MatterQuery query;
  query.updated_from = month.begin() - kAuditWindow;
  std::vector<report::AuditMatter> matters;
  TRY(impl.parts.store->each_row(query, [&](const MatterRow& row) -> Status {
    if (row.created < month.end()) matters.push_back({row, {}, {}});
    return {};
  }));
  for (report::AuditMatter& matter : matters) {
    inquiry::Projection projection = TRY(impl.parts.store->projection(matter.row.matter));
    std::erase_if(projection.terms.selectors, [](const std::string& term) { return !is_typed(term); });
    matter.selectors = std::move(projection.terms.selectors);
    for (const SignedAct& act : TRY(impl.parts.store->acts(matter.row.matter)))
      if (act.act.org == impl.parts.self.id && act.act.at < month.end()) matter.acts.push_back(audit_act(act));
  }
  return matters;
}

// How the people of the office would be asked about. What is no valid selector (an extension, a test number) cannot be asked about either.
Result<std::vector<report::OwnContact>> own_contacts(const Office::Impl& impl) {
  std::vector<report::OwnContact> contacts;
  for (const party::Person& person : TRY(impl.people())) {
    const auto add = [&](text::SelectorType type, const std::string& value) {
      text::SelectorInput input;
      input.type = type;
      input.value = value;
      if (const Result<text::Selector> selector = text::parse_selector(input))
        contacts.push_back({std::string(enum_text(type)) + ":" + selector->canonical, person.id});
    };
    if (!person.telephone.empty()) add(text::SelectorType::TELEPHONE, person.telephone);
    if (!person.mail.empty()) add(text::SelectorType::EMAIL, person.mail);
    add(text::SelectorType::PERSON, person.name);
  }
  return contacts;
}

Result<std::vector<report::SerialGap>> gaps_of(const Office::Impl& impl, int year) {
  std::vector<report::SerialGap> gaps;
  if (impl.side() != Side::AGENCY) return gaps;
  for (const party::Unit& unit : TRY(impl.books())->units) {
    if (!unit.is_register_office) continue;
    for (std::size_t form = 0; form < enum_count<law::FormKind>(); ++form) {
      int expected = 1;
      for (const RegisterRow& row : TRY(impl.parts.store->register_rows(unit.id, static_cast<law::FormKind>(form), year))) {
        for (; expected < row.numbering.serial; ++expected) gaps.push_back({unit.name_ja, static_cast<law::FormKind>(form), year, expected});
        expected = row.numbering.serial + 1;
      }
    }
  }
  return gaps;
}

Result<std::vector<report::UnknownStated>> unknown_stated(const Office::Impl& impl, const Month& month) {
  std::vector<report::UnknownStated> out;
  for (const StatementHead& head : TRY(impl.statement_heads())) {
    if (head.unknown == 0 || head.month != month.text()) continue;
    out.push_back({head.id, TRY(impl.statement_row(head)).counterparty_name_ja, head.month, head.unknown});
  }
  return out;
}

}  // namespace

Result<FiguresView> Office::statistics(const Caller& caller, Date from, Date until) const {
  TRY(impl_->may_read_figures(caller));
  FiguresView view;
  view.figures = TRY(figures_of(*impl_, from, until));
  for (const report::PartyFigures& party : view.figures.by_party)
    if (const auto organisation = TRY(impl_->parts.directory->organisation(party.organisation)))
      view.organisations.push_back({organisation->id, organisation->name_ja, organisation->name_en});
  return view;
}

Result<report::PublicTable> Office::public_statistics(const Caller& caller, const report::HalfYear& period) const {
  TRY(impl_->may_read_figures(caller));
  return report::public_table(TRY(figures_of(*impl_, period.first(), period.last())), period, *impl_->parts.law, tokyo_date(now()));
}

Result<AuditView> Office::audit(const Caller& caller, const Month& month) const {
  const party::Person person = TRY(impl_->person_of(caller));
  if (caller.role != Role::AUDITOR)
    return fail(Code::ROLE_MISSING, "inspection is the audit's", {}, {{"role", std::string(enum_text(Role::AUDITOR))}});
  if (month.begin() > now()) return fail(Code::TIME_IN_FUTURE, "that month has not begun", "/month");
  report::AuditInput input;
  input.month = month;
  input.side = self().side;
  input.matters = TRY(audit_matters(*impl_, month));
  input.contacts = TRY(own_contacts(*impl_));
  input.gaps = TRY(gaps_of(*impl_, month.year));
  input.statements = TRY(unknown_stated(*impl_, month));

  const auto row_of = [&](const MatterId& matter) -> Result<RowView> {
    const auto found = std::ranges::find(input.matters, matter, [](const report::AuditMatter& one) { return one.row.matter; });
    CHECK_THAT(found != input.matters.end());  // findings and sample name what went in
    return impl_->row_view(caller, person, found->row);
  };
  AuditView view;
  view.month = month.text();
  for (report::AuditFinding& finding : report::inspect(input)) {
    AuditFindingView shown{finding.rule, std::move(finding.ja), std::move(finding.en), {}, {}, finding.statement};
    if (finding.person)
      if (const std::optional<party::Person> who = TRY(impl_->person(*finding.person))) shown.person = PersonName{who->id, who->name, who->post, {}};
    for (const MatterId& matter : finding.matters) shown.matters.push_back(TRY(row_of(matter)));
    view.findings.push_back(std::move(shown));
  }
  std::vector<MatterId> dispatched;
  for (const report::AuditMatter& matter : input.matters)
    if (matter.row.dispatched && month.holds(*matter.row.dispatched)) dispatched.push_back(matter.row.matter);
  view.matters = static_cast<int>(dispatched.size());
  for (const MatterId& matter : report::sample(month, std::move(dispatched))) view.sample.push_back(TRY(row_of(matter)));
  return view;
}

}  // namespace warifu::desk

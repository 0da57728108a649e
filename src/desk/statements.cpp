// The provider's monthly statement: made here, carried as an act, held against the register there (domain rule 8 of approval). Each side keeps
// the heads of its statements as a book, so that they are listed without reading their lines.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "desk/impl.h"

namespace warifu::desk {

using inquiry::MatterRow;
using party::Role;
using party::Side;
using report::Month;

namespace {

constexpr std::string_view kBook = "statement";

Result<Month> month_of(const std::string& text) {
  Result<Month> month = Month::parse(text);
  if (!month) return tl::unexpected<Error>(Error(month.error()).at("/month"));
  return month;
}

BookEntry entry_of(const StatementHead& head, Time now) {
  return {std::string(kBook), head.id, json::encode_canonical(head), head.month + " " + head.provider.text() + " " + head.agency.text(), now};
}

// The sender as on the first paper, and the number the provider gave its newest answer.
std::pair<std::string, std::string> texts_of(const Loaded& loaded) {
  std::string office, reference;
  const inquiry::Shared& shared = loaded.state.shared;
  if (!shared.dispatches.empty())
    if (const SignedAct* approval = loaded.find(shared.dispatches.front().approval))
      if (Result<inquiry::ApprovedBody> body = body_of<inquiry::ApprovedBody>(*approval)) office = std::move(body->text.sender.office);
  for (const inquiry::Release& release : shared.releases)
    if (const SignedAct* act = loaded.find(release.mark.act); act != nullptr && !release.overridden)
      if (Result<inquiry::ReleasedBody> body = body_of<inquiry::ReleasedBody>(*act)) reference = std::move(body->answer.reference);
  return {std::move(office), std::move(reference)};
}

Result<std::vector<inquiry::StatementLine>> lines_for(const Office::Impl& impl, const party::OrganisationId& agency, const Month& month) {
  MatterQuery query;
  query.counterparty = agency;
  query.updated_from = month.begin();  // whatever came in the month has been touched since
  std::vector<MatterId> matters;
  TRY(impl.parts.store->each_row(query, [&](const MatterRow& row) -> Status {
    matters.push_back(row.matter);
    return {};
  }));
  std::vector<inquiry::StatementLine> lines;
  for (const MatterId& matter : matters) {
    const Loaded loaded = TRY(impl.load(matter));
    auto [office, reference] = texts_of(loaded);
    std::optional<inquiry::StatementLine> line = report::statement_line(matter, loaded.state, std::move(office), std::move(reference));
    if (line && month.holds(line->received)) lines.push_back(std::move(*line));
  }
  std::ranges::sort(lines, {}, [](const inquiry::StatementLine& line) { return std::pair(line.received, line.matter); });
  return lines;
}

// What this agency's own acts said at that time.
Result<std::optional<report::RegisterEntry>> entry_at(const Office::Impl& impl, const MatterId& matter, Time at) {
  const Result<Loaded> loaded = impl.load(matter);
  if (!loaded && loaded.error().code == Code::NOT_FOUND) return std::optional<report::RegisterEntry>{};
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  std::vector<inquiry::FoldInput> inputs;
  for (const inquiry::FoldInput& input : loaded->inputs)
    if (input.act.at <= at) inputs.push_back(input);
  return report::register_entry(matter, inquiry::fold(inputs));
}

Result<std::vector<report::RegisterEntry>> entries_for(const Office::Impl& impl, const party::OrganisationId& provider,
                                                       const inquiry::StatementBody& body, Time issued) {
  const Month month = TRY(month_of(body.month));
  std::set<MatterId> matters;
  MatterQuery query;
  query.counterparty = provider;
  query.updated_from = month.begin();
  query.dispatched_until = month.end();
  TRY(impl.parts.store->each_row(query, [&](const MatterRow& row) -> Status {
    if (row.dispatched) matters.insert(row.matter);
    return {};
  }));
  for (const inquiry::StatementLine& line : body.lines) {
    // A matter of another provider is no inquiry to this one, whatever it states.
    const Result<MatterRow> row = impl.parts.store->row(line.matter);
    if (row && row->counterparty == provider && row->dispatched) matters.insert(line.matter);
    if (!row && row.error().code != Code::NOT_FOUND) return tl::unexpected<Error>(row.error());
  }
  std::vector<report::RegisterEntry> entries;
  for (const MatterId& matter : matters)
    if (std::optional<report::RegisterEntry> entry = TRY(entry_at(impl, matter, issued))) entries.push_back(std::move(*entry));
  return entries;
}

}  // namespace

Status Office::Impl::may_read_figures(const Caller& caller) const {
  TRY(person_of(caller));
  for (const Role role : {Role::AUDITOR, Role::RELEASER, Role::INTAKE, Role::LEGAL, Role::APPROVER, Role::REGISTRAR})
    if (caller.role == role) return {};
  const Role usual = side() == Side::AGENCY ? Role::REGISTRAR : Role::RELEASER;
  return fail(Code::ROLE_MISSING, "figures and statements are not for this role", {}, {{"role", std::string(enum_text(usual))}});
}

Result<BookEntry> Office::Impl::statement_entry(const SignedAct& act) const {
  const inquiry::StatementBody body = TRY(body_of<inquiry::StatementBody>(act));
  const Month month = TRY(month_of(body.month));
  StatementHead head;
  head.id = act.act.matter;
  head.provider = act.act.org;
  head.agency = body.agency;
  head.month = body.month;
  head.act = act.hash;
  head.issued = act.act.at;
  head.is_provisional = act.act.at < month.end();
  head.lines = static_cast<int>(body.lines.size());
  if (side() == Side::AGENCY) {
    const std::vector<report::RegisterEntry> entries = TRY(entries_for(*this, head.provider, body, head.issued));
    head.unknown = report::reconcile(body, head.issued, entries).unknown;
  }
  return entry_of(head, now());
}

Result<std::vector<StatementHead>> Office::Impl::statement_heads() const {
  std::vector<StatementHead> heads;
  for (const BookEntry& entry : TRY(parts.store->book(kBook))) heads.push_back(TRY(json::decode_text<StatementHead>(entry.value)));
  std::ranges::reverse(heads);  // the book is sorted by its key, which begins with the month
  return heads;
}

Result<StatementRow> Office::Impl::statement_row(StatementHead head) const {
  StatementRow row;
  if (const auto organisation = TRY(parts.directory->organisation(side() == Side::AGENCY ? head.provider : head.agency))) {
    row.counterparty_name_ja = organisation->name_ja;
    row.counterparty_name_en = organisation->name_en;
  }
  row.head = std::move(head);
  return row;
}

Result<std::vector<Notice>> Office::Impl::alarms(const Caller& caller) const {
  std::vector<Notice> out = TRY(exchange_alarms(caller));
  if (side() != Side::AGENCY || (caller.role != Role::REGISTRAR && caller.role != Role::AUDITOR)) return out;
  for (const StatementHead& head : TRY(statement_heads())) {
    if (head.unknown == 0 || head.examined) continue;
    const StatementRow row = TRY(statement_row(head));
    out.push_back({"STATEMENT_UNKNOWN", head.id.hex(),
                   fmt::format("{}の月次明細書({})に、交付簿にない照会が{}件あります。直ちに確認してください。", row.counterparty_name_ja, head.month,
                               head.unknown),
                   fmt::format("The statement of {} for {} names {} inquiries that the register does not know. Look into it at once.",
                               row.counterparty_name_en, head.month, head.unknown)});
  }
  return out;
}

namespace {

Result<StatementHead> head_of(const Office::Impl& impl, const MatterId& id) {
  const std::optional<BookEntry> entry = TRY(impl.parts.store->book_entry(kBook, id));
  if (!entry) return fail(Code::NOT_FOUND, "no such statement", "/statement");
  return json::decode_text<StatementHead>(entry->value);
}

Result<inquiry::StatementBody> lines_of(const Office::Impl& impl, const StatementHead& head) {
  const Loaded loaded = TRY(impl.load(head.id));
  const SignedAct* act = loaded.find(head.act);
  if (act == nullptr) return fail(Code::STORE_CORRUPT, "the act of a statement is not here");
  return body_of<inquiry::StatementBody>(*act);
}

Result<StatementView> view_of(const Office::Impl& impl, StatementHead head, inquiry::StatementBody body) {
  StatementView view;
  view.statement = TRY(impl.statement_row(std::move(head)));
  view.lines = std::move(body.lines);
  for (const inquiry::StatementLine& line : view.lines) {
    view.items += line.items;
    view.minutes += line.minutes;
    view.yen += line.yen;
  }
  return view;
}

Result<StatementView> view_of(const Office::Impl& impl, const MatterId& id) {
  StatementHead head = TRY(head_of(impl, id));
  inquiry::StatementBody body = TRY(lines_of(impl, head));
  return view_of(impl, std::move(head), std::move(body));
}

}  // namespace

Result<StatementView> Office::issue_statement(const Caller& caller, const StatementCommand& command) {
  TRY(impl_->person_of(caller));
  if (caller.role != Role::RELEASER)
    return fail(Code::ROLE_MISSING, "a statement is issued by whoever releases answers", {}, {{"role", std::string(enum_text(Role::RELEASER))}});
  const Month month = TRY(month_of(command.month));
  if (month.begin() > now()) return fail(Code::TIME_IN_FUTURE, "that month has not begun", "/month");
  const std::optional<party::Organisation> agency = TRY(impl_->parts.directory->organisation(command.agency));
  if (!agency || agency->side != Side::AGENCY) return fail(Code::ADDRESSEE_UNKNOWN, "no such agency", "/agency");
  const MatterId id = inquiry::statement_matter(self().id, command.agency, month.text());
  const auto plan = [&](const Scene&) -> Result<Plan> {
    return plan_of(Kind::STATEMENT, inquiry::StatementBody{{}, {}, command.agency, month.text(), TRY(lines_for(*impl_, command.agency, month))});
  };
  if (const Result<StatementHead> before = head_of(*impl_, id)) {
    const inquiry::StatementBody said = TRY(lines_of(*impl_, *before));
    const bool is_provisional = now() < month.end();
    if (said.lines == TRY(lines_for(*impl_, command.agency, month)) && before->is_provisional == is_provisional) return view_of(*impl_, id);
  } else if (before.error().code != Code::NOT_FOUND) {
    return tl::unexpected<Error>(before.error());
  }
  StatementView issued;
  const auto view = [&](const Loaded& after, const Commit& commit) -> Result<json::Value> {
    StatementHead head = TRY(json::decode_text<StatementHead>(commit.books.back().value));
    issued = TRY(view_of(*impl_, std::move(head), TRY(body_of<inquiry::StatementBody>(after.acts.back()))));
    return json::encode(issued);
  };
  TRY(impl_->write(caller, id, plan, true, view));
  return issued;
}

Result<StatementList> Office::statements(const Caller& caller) const {
  TRY(impl_->may_read_figures(caller));
  StatementList list;
  for (StatementHead& head : TRY(impl_->statement_heads())) list.statements.push_back(TRY(impl_->statement_row(std::move(head))));
  return list;
}

Result<StatementView> Office::statement(const Caller& caller, const MatterId& id) const {
  TRY(impl_->may_read_figures(caller));
  return view_of(*impl_, id);
}

Result<ReconciliationView> Office::reconcile(const Caller& caller, const MatterId& id) const {
  TRY(impl_->may_read_figures(caller));
  if (self().side != Side::AGENCY) return fail(Code::FORBIDDEN, "an agency holds a statement against its register");
  const StatementHead head = TRY(head_of(*impl_, id));
  const inquiry::StatementBody body = TRY(lines_of(*impl_, head));
  const std::vector<report::RegisterEntry> entries = TRY(entries_for(*impl_, head.provider, body, head.issued));
  return ReconciliationView{TRY(impl_->statement_row(head)), report::reconcile(body, head.issued, entries)};
}

Result<StatementRow> Office::examine_statement(const Caller& caller, const MatterId& id, const FindingCommand& command) {
  TRY(impl_->person_of(caller));
  if (caller.role != Role::AUDITOR)
    return fail(Code::ROLE_MISSING, "findings are written by the audit", {}, {{"role", std::string(enum_text(Role::AUDITOR))}});
  StatementHead head = TRY(head_of(*impl_, id));
  const inquiry::FindingBody body{{}, TRY(line(command.rule, "/rule")), TRY(paragraph(command.text, "/text"))};
  StatementRow row;
  TRY(impl_->write(
      caller, id,
      [&](const Scene& scene) -> Result<Plan> {
        head = TRY(head_of(*impl_, id));
        head.examined = scene.now;
        Plan plan = plan_of(Kind::FINDING, body);
        plan.books.push_back(entry_of(head, scene.now));
        row = TRY(impl_->statement_row(head));
        return plan;
      },
      true, [&](const Loaded&, const Commit&) -> Result<json::Value> { return json::encode(row); }));
  return row;
}

}  // namespace warifu::desk

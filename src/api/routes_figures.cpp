// Figures, statements, inspection, and everything that is printed or goes into a spreadsheet.

#include <algorithm>
#include <charconv>

#include "api/book_paper.h"
#include "api/paper.h"
#include "api/routes.h"

namespace warifu::api {

namespace {

constexpr Duration kPrintAfterView = hours(1);

Answer file_answer(std::string_view type, const std::string& name, std::string bytes) {
  Answer answer;
  answer.response = net::text_response(200, std::string(type), std::move(bytes));
  answer.response->set("Content-Disposition", "inline; filename*=UTF-8''" + net::percent_encode(name));  // RFC 6266 section 4.3
  return answer;
}
Answer pdf(const std::string& name, std::string bytes) { return file_answer("application/pdf", name + ".pdf", std::move(bytes)); }
Answer csv(const std::string& name, std::string bytes) { return file_answer("text/csv; charset=utf-8", name + ".csv", std::move(bytes)); }

template <class T>
Result<T> at(Result<T> result, std::string_view where) {
  if (!result) return tl::unexpected<Error>(Error(result.error()).at(where));
  return result;
}

// ── figures ──

// What is not even spelled like a number cannot exist.
Result<std::int64_t> incident_of(const Call& call) {
  const std::string& text = call.path.find("incident")->second;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1)
    return fail(Code::NOT_FOUND, "not the number of an incident", "/incident");
  return number;
}

void add_figures(Router& routes) {
  routes.get<FiguresQuery, desk::FiguresView>({"GET", "/api/figures", "figures", "期間内に発出された照会の件数、所要時間、費用です。",
                                               "Counts, times and costs of the inquiries of a period."},
                                              [](Call& call, const FiguresQuery& query) -> Result<desk::FiguresView> {
                                                const Date today = tokyo_date(call.here().office.now());
                                                return call.here().office.statistics(call.caller, query.from.value_or(Date{today.year, 1, 1}),
                                                                                     query.until.value_or(today));
                                              });
  const auto table = [](Call& call, const PublicQuery& query) -> Result<report::PublicTable> {
    const desk::Office& office = call.here().office;
    const report::HalfYear period =
        query.period.empty() ? report::HalfYear::of(tokyo_date(office.now())) : TRY(at(report::HalfYear::parse(query.period), "/period"));
    return office.public_statistics(call.caller, period);
  };
  routes.get<PublicQuery, report::PublicTable>({"GET", "/api/figures/public", "figures", "公表用の半期の表です。10件未満は「1–9」と示します。",
                                                "The half-year table fit to be published; counts below ten are shown as 1–9."},
                                               table);
  routes.add_raw<PublicQuery, None>(
      {"GET", "/api/figures/public.csv", "figures", "公表用の半期の表をCSVで取り出します。", "The public half-year table as CSV."}, Payload::NONE,
      Payload::CSV, [table](Call& call, const PublicQuery& query) -> Result<Answer> {
        const report::PublicTable made = TRY(table(call, query));
        return csv("figures-" + made.period, public_csv(made));
      });
  routes.get<AuditQuery, desk::AuditView>({"GET", "/api/audit", "figures", "監察:一月の着眼点ごとの該当と、抽出した案件です。",
                                           "Inspection of a month: findings by rule, and the sample."},
                                          [](Call& call, const AuditQuery& query) -> Result<desk::AuditView> {
                                            const desk::Office& office = call.here().office;
                                            const report::Month month = query.month.empty() ? report::Month::of(office.now())
                                                                                            : TRY(at(report::Month::parse(query.month), "/month"));
                                            return office.audit(call.caller, month);
                                          });
  routes.get<ActQuery, desk::ActsFound>(
      {"GET", "/api/audit/acts", "figures", "監察:手続記録を、ハッシュ(16桁以上)又は書面の検証符号で探します。",
       "Finds acts by hash, 16 digits of it at least, or by the verification code of a paper."},
      [](Call& call, const ActQuery& query) -> Result<desk::ActsFound> { return call.here().office.find_acts(call.caller, query.q); });
  routes.get<IncidentQuery, desk::IncidentList>(
      {"GET", "/api/incidents", "figures",
       "交換網の異常:中継者や鍵に起きてはならないことと、その証拠です。新しい順に200件ずつ。初めの頁には未確認のものを古くても全て含みます。",
       "What the exchange or a key did that it must not, with the evidence; newest first, 200 at a time, the first with those that are still open."},
      [](Call& call, const IncidentQuery& query) { return call.here().office.incidents(call.caller, query.cursor); });
  routes.add<desk::CommentCommand, desk::IncidentView>(
      {"POST", "/api/incidents/{incident}/examination", "figures", "異常を確認した結果を記録し、警告を終えます。",
       "Records what was found out about an incident, and ends its alarm.", Access::SESSION, Write::KEPT},
      [](Call& call, const desk::CommentCommand& body) -> Result<desk::IncidentView> {
        return call.here().office.examine_incident(call.caller, TRY(incident_of(call)), body);
      });
}

// ── statements ──

Result<StatementParties> parties_of(const Call& call, const desk::StatementView& view) {
  const desk::Directory& directory = call.here().office.directory();
  StatementParties parties;
  if (const auto provider = TRY(directory.organisation(view.statement.head.provider))) {
    parties.provider = provider->name_ja;
    parties.provider_address = provider->address;
  }
  if (const auto agency = TRY(directory.organisation(view.statement.head.agency))) parties.agency = agency->name_ja;
  return parties;
}

void add_statements(Router& routes) {
  routes.add<None, desk::StatementList>({"GET", "/api/statements", "figures", "月次明細書の一覧です。", "Monthly statements."},
                                        [](Call& call) { return call.here().office.statements(call.caller); });
  routes.add<desk::StatementCommand, desk::StatementView>(
      {"POST", "/api/statements", "figures", "一つの機関への一月分の明細書を作り、送ります。",
       "Makes the statement of a month to one agency, and sends it.", Access::SESSION, Write::KEPT, 201},
      [](Call& call, const desk::StatementCommand& body) { return call.here().office.issue_statement(call.caller, body); });
  routes.add<None, desk::StatementView>(
      {"GET", "/api/statements/{statement}", "figures", "月次明細書の一通です。", "One monthly statement."},
      [](Call& call) -> Result<desk::StatementView> { return call.here().office.statement(call.caller, TRY(call.id<MatterId>("statement"))); });
  routes.add<None, desk::ReconciliationView>(
      {"GET", "/api/statements/{statement}/reconciliation", "figures", "明細書と交付簿との照合です。", "The statement held against the register."},
      [](Call& call) -> Result<desk::ReconciliationView> { return call.here().office.reconcile(call.caller, TRY(call.id<MatterId>("statement"))); });
  routes.add<desk::FindingCommand, desk::StatementRow>(
      {"POST", "/api/statements/{statement}/findings", "figures", "明細書についての監察の所見を記録し、警告を終えます。",
       "Records a finding of the audit on a statement, and ends its alarm.", Access::SESSION, Write::KEPT},
      [](Call& call, const desk::FindingCommand& body) -> Result<desk::StatementRow> {
        return call.here().office.examine_statement(call.caller, TRY(call.id<MatterId>("statement")), body);
      });
  routes.add_raw<PaperQuery, None>(
      {"GET", "/api/statements/{statement}/paper.pdf", "figures", "月次明細書をPDFで取り出します。", "The statement as PDF."}, Payload::NONE,
      Payload::PDF, [](Call& call, const PaperQuery& query) -> Result<Answer> {
        const desk::StatementView view = TRY(call.here().office.statement(call.caller, TRY(call.id<MatterId>("statement"))));
        return pdf("statement-" + view.statement.head.month, TRY(statement_paper(view, TRY(parties_of(call, view)), query.language)));
      });
  routes.add_raw<None, None>({"GET", "/api/statements/{statement}/table.csv", "figures", "月次明細書をCSVで取り出します。", "The statement as CSV."},
                             Payload::NONE, Payload::CSV, [](Call& call, const None&) -> Result<Answer> {
                               const desk::StatementView view = TRY(call.here().office.statement(call.caller, TRY(call.id<MatterId>("statement"))));
                               return csv("statement-" + view.statement.head.month, statement_table(view, TRY(parties_of(call, view))));
                             });
}

// ── registers ──

Result<desk::RegisterView> register_of(Call& call, law::FormKind form, const std::optional<int>& asked) {
  constexpr int kYearMin = 2000, kYearMax = 2199;
  const int year = asked.value_or(tokyo_date(call.here().office.now()).year);
  if (year < kYearMin || year > kYearMax)
    return fail(Code::OUT_OF_RANGE, "no such year", "/year", {{"min", std::to_string(kYearMin)}, {"max", std::to_string(kYearMax)}});
  return call.here().office.register_of(call.caller, TRY(call.id<UnitId>("office")), form, year);
}

std::string register_name(const desk::RegisterView& view) {
  return "register-" + std::string(enum_text(view.form)) + "-" + std::to_string(view.year);
}

// The registrar of the office, as the head of its register names him.
Result<std::string> keeper_of(const desk::Office& office, const UnitId& unit) {
  for (const party::Person& person : TRY(office.people()))
    if (person.is_active && person.unit == unit && person.has(party::Role::REGISTRAR)) return person.post + " " + person.name;
  return std::string();
}

void add_registers(Router& routes) {
  routes.add_raw<RegisterPaperQuery, None>(
      {"GET", "/api/registers/{office}/paper.pdf", "matters", "交付簿の一年分をPDFで取り出します。", "One year of a register as PDF."}, Payload::NONE,
      Payload::PDF, [](Call& call, const RegisterPaperQuery& query) -> Result<Answer> {
        const desk::Office& office = call.here().office;
        const desk::RegisterView view = TRY(register_of(call, query.form, query.year));
        const RegisterHead head{office.self().name_ja, TRY(keeper_of(office, view.office)), office.now()};
        return pdf(register_name(view), TRY(register_paper(office.law(), view, head, query.language)));
      });
  routes.add_raw<RegisterQuery, None>(
      {"GET", "/api/registers/{office}/table.csv", "matters", "交付簿の一年分をCSVで取り出します。", "One year of a register as CSV."}, Payload::NONE,
      Payload::CSV, [](Call& call, const RegisterQuery& query) -> Result<Answer> {
        const desk::RegisterView view = TRY(register_of(call, query.form, query.year));
        return csv(register_name(view), register_table(view));
      });
}

// ── the papers of a matter ──

// Printing shows what the page shows, so it follows a view, which is an act.
Status check_viewed(const Call& call, const MatterId& matter) {
  const desk::Office& office = call.here().office;
  const std::optional<Time> last = TRY(office.store().last_view(matter, call.caller.person));
  if (!last || office.now() - *last > kPrintAfterView) return fail(Code::REASON_REQUIRED, "a paper is printed from the matter's page", "/matter");
  return {};
}

Result<Answer> matter_paper(Call& call, const PaperQuery& query) {
  const desk::Office& office = call.here().office;
  const MatterId matter = TRY(call.id<MatterId>("matter"));
  const desk::MatterView view = TRY(office.peek(call.caller, matter));  // who may see it, and nothing before its signatures are verified
  if (!view.current && !view.working) return fail(Code::NOT_FOUND, "there is no text to print", "/matter");
  TRY(check_viewed(call, matter));
  const std::vector<inquiry::SignedAct> acts = TRY(office.store().acts(matter));
  std::optional<std::string> bytes = TRY(inquiry_paper(office.law(), acts, inquiry::fold(acts), query.language));
  if (!bytes) return fail(Code::PURGED, "the text has been purged");
  return pdf("inquiry-" + matter.hex().substr(0, 8), *std::move(bytes));
}

Result<Answer> cover_paper(Call& call, const PaperQuery& query) {
  const desk::Office& office = call.here().office;
  const MatterId matter = TRY(call.id<MatterId>("matter"));
  const Sha256 release = TRY(call.id<Sha256>("release"));
  const desk::MatterView view = TRY(office.peek(call.caller, matter));
  const auto found = std::ranges::find(view.releases, release, &desk::ReleaseView::act);
  if (found == view.releases.end() || !found->is_open) return fail(Code::NOT_FOUND, "no open answer of that name", "/release");
  TRY(check_viewed(call, matter));
  const std::vector<inquiry::SignedAct> acts = TRY(office.store().acts(matter));
  const party::OrganisationId provider =
      office.self().side == party::Side::PROVIDER ? office.self().id : TRY(party::OrganisationId::parse(view.row.counterparty));
  const std::optional<party::Organisation> organisation = TRY(office.directory().organisation(provider));
  if (!organisation) return fail(Code::NOT_FOUND, "the provider is not in the directory");
  std::optional<std::string> bytes = TRY(answer_paper(office.law(), *organisation, acts, inquiry::fold(acts), release, query.language));
  if (!bytes) return fail(Code::PURGED, "the answer has been purged");
  return pdf("answer-" + release.hex().substr(0, 8), *std::move(bytes));
}

Result<Answer> evidence_bundle(Call& call, const None&) {
  const desk::Office& office = call.here().office;
  const MatterId matter = TRY(call.id<MatterId>("matter"));
  desk::EvidenceBundle bundle = TRY(office.evidence(call.caller, matter, evidence_paper(office.law())));
  Answer answer = file_answer("application/zip", "evidence-" + matter.hex().substr(0, 8) + ".zip", std::move(bundle.archive));
  answer.response->set("Warifu-Unproven", std::to_string(bundle.unproven.size()));
  return answer;
}

void add_papers(Router& routes) {
  routes.add_raw<PaperQuery, None>(
      {"GET", "/api/matters/{matter}/paper.pdf", "matters", "照会書をPDFで取り出します。案件を見た人だけが、一時間の間できます。",
       "The inquiry form as PDF, within an hour of a view."},
      Payload::NONE, Payload::PDF, matter_paper);
  routes.add_raw<PaperQuery, None>({"GET", "/api/matters/{matter}/releases/{release}/cover.pdf", "matters", "開封した回答の表紙をPDFで取り出します。",
                                    "The cover sheet of an opened answer as PDF."},
                                   Payload::NONE, Payload::PDF, cover_paper);
  routes.add_raw<None, None>(
      {"GET", "/api/matters/{matter}/evidence.zip", "matters",
       "証拠一式を取り出します。「evidence」を開示した閲覧から一時間の間、監察・所属長・法務だけができます。見出し Warifu-Unproven "
       "は、まだ記録簿で証明できない通信の数です。",
       "The evidence bundle, within an hour of a view that revealed \"evidence\"; for auditors, heads of units and legal staff. The header "
       "Warifu-Unproven counts the messages in it that the log does not prove yet."},
      Payload::NONE, Payload::FILE, evidence_bundle);
}

}  // namespace

void add_figure_routes(Router& routes) {
  add_figures(routes);
  add_statements(routes);
  add_registers(routes);
  add_papers(routes);
}

}  // namespace warifu::api

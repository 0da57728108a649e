// Both sides: lists, the page of a matter, registers, the end of a matter.

#include "api/routes.h"

namespace warifu::api {

namespace {

// The filters of the address bar as the desk's query.
desk::MatterQuery query_of(const Call& call, const MatterFilter& filter) {
  desk::MatterQuery query;
  query.states = filter.state;
  query.provider_states = filter.provider_state;
  query.turns = filter.turn;
  if (filter.mine == true) {
    query.turn_person = call.caller.person;
    query.turn_role = call.caller.role;
  }
  query.units = filter.unit;
  query.in_charge = filter.in_charge;
  query.drafter = filter.drafter;
  query.case_id = filter.case_id;
  query.case_number = filter.case_number;
  query.number = filter.number;
  query.counterparty = filter.counterparty;
  query.due_before = filter.due_before;
  query.updated_from = filter.updated_from;
  query.updated_until = filter.updated_until;
  query.dispatched_from = filter.dispatched_from;
  query.dispatched_until = filter.dispatched_until;
  query.is_open = filter.due_before ? std::optional(true) : filter.open;  // what is closed is due no more
  if (filter.overdue == true) {
    const Time now = call.here().office.now();
    query.due_before = query.due_before ? std::min(*query.due_before, now) : now;
    query.is_open = true;
  }
  query.text = filter.q;
  query.sort = filter.sort;
  query.limit = filter.limit;
  query.cursor = filter.cursor;
  return query;
}

Status check_filter(const MatterFilter& filter) {
  constexpr std::size_t kValuesMax = 50;
  if (filter.mine == false) return fail(Code::BAD_VALUE, "only true has a meaning here", "/mine", {{"expected", "true"}});
  if (filter.overdue == false) return fail(Code::BAD_VALUE, "only true has a meaning here", "/overdue", {{"expected", "true"}});
  if ((filter.overdue == true || filter.due_before) && filter.open == false)
    return fail(Code::BAD_VALUE, "what is closed is not due", "/open", {{"expected", "true"}});
  for (const auto& [name, count] : std::initializer_list<std::pair<const char*, std::size_t>>{{"/state", filter.state.size()},
                                                                                              {"/provider_state", filter.provider_state.size()},
                                                                                              {"/turn", filter.turn.size()},
                                                                                              {"/unit", filter.unit.size()}})
    if (count > kValuesMax) return fail(Code::TOO_MANY, "too many values", name, {{"max", std::to_string(kValuesMax)}});
  for (const auto& [name, text] : std::initializer_list<std::pair<const char*, const std::string&>>{
           {"/q", filter.q}, {"/case_number", filter.case_number}, {"/number", filter.number}, {"/cursor", filter.cursor}})
    if (text.size() > limits::kSelectorBytesMax) return fail(Code::TOO_LONG, "too long", name, {{"max", std::to_string(limits::kSelectorBytesMax)}});
  if (filter.updated_from && filter.updated_until && *filter.updated_until < *filter.updated_from)
    return fail(Code::PERIOD_REVERSED, "ends before it begins", "/updated_until");
  if (filter.dispatched_from && filter.dispatched_until && *filter.dispatched_until < *filter.dispatched_from)
    return fail(Code::PERIOD_REVERSED, "ends before it begins", "/dispatched_until");
  return {};
}

void add_lists(Router& routes) {
  routes.get<MatterFilter, desk::ListView>(
      {"GET", "/api/matters", "matters", "案件の一覧です。絞り込みは組み合わせられます。", "Matters; filters combine."},
      [](Call& call, const MatterFilter& filter) -> Result<desk::ListView> {
        TRY(check_filter(filter));
        return call.here().office.list(call.caller, query_of(call, filter));
      });
  routes.add<None, desk::DeskView>(
      {"GET", "/api/desk", "matters", "受け持ち:自分の番の案件と三つの件数です。", "The desk: what waits for me, and three figures."},
      [](Call& call) { return call.here().office.desk(call.caller); });
  routes.get<RegisterQuery, desk::RegisterView>(
      {"GET", "/api/registers/{office}", "matters", "交付簿の一年分です。", "One year of a register."},
      [](Call& call, const RegisterQuery& query) -> Result<desk::RegisterView> {
        constexpr int kYearMin = 2000, kYearMax = 2199;
        const int year = query.year.value_or(tokyo_date(call.here().office.now()).year);
        if (year < kYearMin || year > kYearMax)
          return fail(Code::OUT_OF_RANGE, "no such year", "/year", {{"min", std::to_string(kYearMin)}, {"max", std::to_string(kYearMax)}});
        return call.here().office.register_of(call.caller, TRY(call.id<UnitId>("office")), query.form, year);
      });
}

void add_end(Router& routes) {
  routes.add<desk::ViewCommand, desk::MatterView>(
      {"POST", "/api/matters/{matter}/view", "matters", "案件を見ます。見たことは手続記録に残ります(同じ人は15分に一度、開示は毎回)。",
       "Shows a matter; viewing is an act (once in 15 minutes per person, revealing every time).", Access::SESSION, Write::DIGEST},
      [](Call& call, const desk::ViewCommand& body) -> Result<desk::MatterView> {
        return call.here().office.view(call.caller, TRY(call.id<MatterId>("matter")), body);
      });
  routes.add<None, desk::ProofView>({"GET", "/api/matters/{matter}/acts/{act}/proof", "matters",
                                     "手続記録の証明:誰の、どの鍵の署名か、記録簿のどこにあるかを、いま確かめて示します。",
                                     "Proves an act: whose signature by which key, and where it stands in the log; checked as it is asked."},
                                    [](Call& call) -> Result<desk::ProofView> {
                                      return call.here().office.prove(call.caller, TRY(call.id<MatterId>("matter")), TRY(call.id<Sha256>("act")));
                                    });
  routes.add<desk::ReasonCommand, desk::Written>({"POST", "/api/matters/{matter}/purge", "matters", "内容を廃棄し、廃棄証明を残します。",
                                                  "Destroys the content and leaves a proof of purge.", Access::SESSION, Write::KEPT},
                                                 [](Call& call, const desk::ReasonCommand& body) -> Result<desk::Written> {
                                                   return call.here().office.purge(call.caller, TRY(call.id<MatterId>("matter")), body);
                                                 });
  routes.add<desk::FindingCommand, desk::Written>({"POST", "/api/matters/{matter}/findings", "matters", "監察の所見を記録します。",
                                                   "Records a finding of the audit.", Access::SESSION, Write::KEPT},
                                                  [](Call& call, const desk::FindingCommand& body) -> Result<desk::Written> {
                                                    return call.here().office.add_finding(call.caller, TRY(call.id<MatterId>("matter")), body);
                                                  });
}

}  // namespace

void add_matter_routes(Router& routes) {
  add_lists(routes);
  add_end(routes);
}

}  // namespace warifu::api

// What everybody on this node may know: the node itself, the directory of members, the law, the types of selectors.

#include "api/law_view.h"
#include "api/openapi.h"
#include "api/routes.h"
#include "exchange/evidence.h"
#include "text/selector.h"

namespace warifu::api {

namespace {

void add_public(Router& routes) {
  routes.add<None, NodeView>({"GET", "/api/node", "node", "このノードと、ここにログインできる組織です。",
                              "This node, and the organisations that log in here.", Access::PUBLIC},
                             [](Call& call) -> Result<NodeView> {
                               NodeView view{call.options.version, call.options.is_demo, {}};
                               for (const auto& [id, host] : call.offices) {
                                 const party::Organisation& self = host.office.self();
                                 view.organisations.push_back({id, self.side, self.name_ja, self.name_en});
                               }
                               return view;
                             });
  routes.add<None, DemoAccounts>({"GET", "/api/demo/accounts", "node", "デモだけ:試用できる人とその暗証番号です。",
                                  "Demo only: people to try, with their PINs.", Access::PUBLIC},
                                 [](Call& call) -> Result<DemoAccounts> {
                                   if (!call.options.is_demo) return fail(Code::NOT_FOUND, "not a demo");
                                   return DemoAccounts{call.options.demo_accounts};
                                 });
  routes.add_raw<None, None>({"GET", "/api/openapi.json", "node", "この説明(OpenAPI 3.1)です。", "This description (OpenAPI 3.1).", Access::PUBLIC},
                             Payload::NONE, Payload::TEXT, [](Call&, const None&) -> Result<Answer> {
                               Answer answer;
                               answer.response = net::text_response(200, "application/json", openapi_text());
                               return answer;
                             });
}

void add_directory(Router& routes) {
  routes.get<OrganisationsQuery, Organisations>(
      {"GET", "/api/organisations", "directory", "会員名簿の組織です。", "The organisations of the directory."},
      [](Call& call, const OrganisationsQuery& query) -> Result<Organisations> {
        Organisations view{TRY(call.here().office.directory().organisations())};
        if (query.side) std::erase_if(view.organisations, [&](const party::Organisation& one) { return one.side != *query.side; });
        return view;
      });
  const auto known = [](Call& call) -> Result<party::Organisation> {
    std::optional<party::Organisation> found = TRY(call.here().office.directory().organisation(TRY(call.id<party::OrganisationId>("organisation"))));
    if (!found) return fail(Code::NOT_FOUND, "no such organisation", "/organisation");
    return *std::move(found);
  };
  routes.add<None, party::Organisation>({"GET", "/api/organisations/{organisation}", "directory", "一つの組織です。", "One organisation."}, known);
  routes.add<None, party::AnswerProfile>({"GET", "/api/organisations/{organisation}/profile", "directory", "組織が公表している回答条件です。",
                                          "The answer profile an organisation publishes."},
                                         [known](Call& call) -> Result<party::AnswerProfile> {
                                           std::optional<party::AnswerProfile> profile =
                                               TRY(call.here().office.directory().profile(TRY(known(call)).id));
                                           if (!profile) return fail(Code::NOT_FOUND, "no profile published", "/organisation");
                                           return *std::move(profile);
                                         });
  routes.add<None, OrganisationKeys>(
      {"GET", "/api/organisations/{organisation}/keys", "directory", "組織の、今有効な署名鍵です。", "An organisation's signing keys valid now."},
      [known](Call& call) -> Result<OrganisationKeys> {
        OrganisationKeys view;
        for (const note::VerifierKey& key : TRY(call.here().office.directory().organisation_keys(TRY(known(call)).id, call.here().office.now())))
          view.vkeys.push_back(key.text());
        return view;
      });
  routes.add<None, PublishedRoles>({"GET", "/api/organisations/{organisation}/people/{person}", "directory",
                                    "名簿にある、ある人の今有効な役割と鍵です。", "A person's roles and keys that the directory shows as valid now."},
                                   [known](Call& call) -> Result<PublishedRoles> {
                                     PublishedRoles view;
                                     const party::OrganisationId org = TRY(known(call)).id;
                                     for (const desk::PublishedPerson& entry :
                                          TRY(call.here().office.directory().person(org, TRY(call.id<PersonId>("person")), call.here().office.now())))
                                       view.entries.push_back({entry.role, entry.unit, entry.delegator, entry.key.text(), entry.from, entry.until});
                                     return view;
                                   });
  routes.add<None, DirectoryEntries>(
      {"GET", "/api/directory/entries", "directory", "名簿の全記載と、その署名です。", "Every entry of the directory, with its signed checkpoint."},
      [](Call& call) -> Result<DirectoryEntries> {
        const desk::Directory& directory = call.here().office.directory();
        DirectoryEntries view{directory.root().text(), TRY(directory.checkpoint(call.here().office.now())), TRY(directory.entries())};
        TRY(exchange::cut_to_checkpoint(view.entries, view.checkpoint));
        return view;
      });
}

// One pasted line: split into the fields of its type and checked as the form would.
PastedLine read_line(const std::string& line, const std::optional<text::SelectorType>& type) {
  PastedLine out;
  if (!type) out.guesses = text::guess_type(line);
  if (!type && out.guesses.empty()) {
    out.error = notice_of({Code::SELECTOR_TYPE_UNKNOWN, "nothing known", "", {{"actual", ""}}});
    return out;
  }
  Result<text::SelectorInput> input = text::from_line(type ? *type : out.guesses.front(), line);
  if (!input) {
    out.error = notice_of(input.error());
    return out;
  }
  if (const Result<text::Selector> checked = text::parse_selector(*input))
    out.selector = checked->input;
  else {
    out.selector = std::move(*input);
    out.error = notice_of(checked.error());
  }
  return out;
}

void add_forms(Router& routes) {
  routes.add<None, LawView>({"GET", "/api/law", "law", "法令の表:手続、データの区分、判断の規則、様式、期限、理由。",
                             "The law as data: instruments, categories, rules, forms, periods, reasons."},
                            [](Call& call) -> Result<LawView> { return law_view(call.here().office.law(), call.here().office.now()); });
  routes.add<None, SelectorTypes>(
      {"GET", "/api/selector-types", "law", "照会対象の種類と、その入力項目です。", "Types of selectors and the fields they take."},
      [](Call&) -> Result<SelectorTypes> { return selector_types(); });
  routes.add<PastedLines, PastedView>(
      {"POST", "/api/selectors/lines", "law", "貼り付けた行を照会対象に分けます。何も保存しません。",
       "Splits pasted lines into selectors; nothing is stored.", Access::SESSION, Write::NO, 200, limits::kJsonBytesMax},
      [](Call&, const PastedLines& body) -> Result<PastedView> {
        if (body.lines.size() > limits::kPastedLinesMax)
          return fail(Code::TOO_MANY, "too many lines", "/lines", {{"max", std::to_string(limits::kPastedLinesMax)}});
        PastedView view;
        for (std::size_t i = 0; i < body.lines.size(); ++i) {
          if (body.lines[i].size() > limits::kSelectorBytesMax)
            return fail(Code::TOO_LONG, "a line is too long", "/lines/" + std::to_string(i), {{"max", std::to_string(limits::kSelectorBytesMax)}});
          view.lines.push_back(read_line(body.lines[i], body.type));
        }
        return view;
      });
}

}  // namespace

void add_node_routes(Router& routes) {
  add_public(routes);
  add_directory(routes);
  add_forms(routes);
}

const Router& all_routes() {
  static const Router table = [] {
    Router routes;
    add_node_routes(routes);
    add_session_routes(routes);
    add_matter_routes(routes);
    add_inquiry_routes(routes);
    add_provider_routes(routes);
    add_book_routes(routes);
    add_figure_routes(routes);
    return routes;
  }();
  return table;
}

}  // namespace warifu::api

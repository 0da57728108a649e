// The office's books and the keys of its people. A record with an id is changed, one without is new.

#include "api/routes.h"

namespace warifu::api {

namespace {

CaseView view_of_case(party::Case value) {
  CaseView view{value.id, std::move(value.number), std::move(value.title), std::move(value.offence), value.unit, value.is_open, value.opened, {}};
  if (!value.is_open) view.closed = value.closed;
  return view;
}

Result<Cases> cases_of(const desk::Office& office, const desk::Caller& caller) {
  Cases out;
  for (party::Case& one : TRY(office.cases(caller))) out.cases.push_back(view_of_case(std::move(one)));
  return out;
}

void add_case_routes(Router& routes) {
  routes.add<None, Cases>({"GET", "/api/cases", "books", "事件の一覧です。", "Cases."},
                          [](Call& call) { return cases_of(call.here().office, call.caller); });
  routes.add<desk::CaseCommand, CaseView>(
      {"POST", "/api/cases", "books", "事件を登録し、または変更します。", "Opens a case, or changes one.", Access::SESSION, Write::KEPT},
      [](Call& call, const desk::CaseCommand& body) -> Result<CaseView> {
        return view_of_case(TRY(call.here().office.put_case(call.caller, body)));
      });
  routes.add<None, Templates>({"GET", "/api/templates", "books", "照会のひな形の一覧です。", "Templates of inquiries."},
                              [](Call& call) -> Result<Templates> { return Templates{TRY(call.here().office.templates(call.caller))}; });
  routes.add<desk::TemplateCommand, desk::TemplateSaved>(
      {"POST", "/api/templates", "books", "ひな形を保存します。", "Saves a template.", Access::SESSION, Write::KEPT, 200, limits::kJsonBytesMax},
      [](Call& call, const desk::TemplateCommand& body) { return call.here().office.put_template(call.caller, body); });
}

void add_people_routes(Router& routes) {
  routes.add<None, People>({"GET", "/api/people", "books", "所属の人の一覧です。", "The people of the organisation."},
                           [](Call& call) -> Result<People> { return People{TRY(call.here().office.people())}; });
  routes.add<None, party::Person>({"GET", "/api/people/{person}", "books", "一人の記録です。", "One person."},
                                  [](Call& call) -> Result<party::Person> {
                                    std::optional<party::Person> person = TRY(call.here().office.person(TRY(call.id<PersonId>("person"))));
                                    if (!person) return fail(Code::NOT_FOUND, "no such person", "/person");
                                    return *std::move(person);
                                  });
  routes.add<desk::PersonCommand, party::Person>(
      {"POST", "/api/people", "books", "人を登録し、または変更します。", "Adds a person, or changes one.", Access::SESSION, Write::KEPT},
      [](Call& call, const desk::PersonCommand& body) { return call.here().office.put_person(call.caller, body); });
  routes.add<None, Units>({"GET", "/api/units", "books", "所属の一覧です。", "Units."},
                          [](Call& call) -> Result<Units> { return Units{TRY(call.here().office.units())}; });
  routes.add<desk::UnitCommand, party::Unit>(
      {"POST", "/api/units", "books", "所属を登録し、または変更します。", "Adds a unit, or changes one.", Access::SESSION, Write::KEPT},
      [](Call& call, const desk::UnitCommand& body) { return call.here().office.put_unit(call.caller, body); });
  routes.add<None, Delegations>({"GET", "/api/delegations", "books", "代決の一覧です。", "Delegations."},
                                [](Call& call) -> Result<Delegations> { return Delegations{TRY(call.here().office.delegations())}; });
  routes.add<desk::DelegationCommand, desk::PreparedEntry>(
      {"POST", "/api/delegations/prepare", "books", "代決を定めるため、所属長が署名する文を作ります。",
       "Makes the text that a head of unit signs to delegate."},
      [](Call& call, const desk::DelegationCommand& body) { return call.here().enrolment.prepare_delegation(call.caller, body); });
  routes.add<desk::DelegationSigned, party::Delegation>(
      {"POST", "/api/delegations", "books", "署名された代決を登録します。", "Enters a signed delegation.", Access::SESSION, Write::KEPT, 201},
      [](Call& call, const desk::DelegationSigned& body) { return call.here().enrolment.delegate(call.caller, body); });
  routes.add<desk::DelegationReference, desk::PreparedEntry>(
      {"POST", "/api/delegations/end/prepare", "books", "代決を今終えるため、所属長又は管理者が署名する文を作ります。",
       "Makes the text that a head of unit or an administrator signs to end a delegation now."},
      [](Call& call, const desk::DelegationReference& body) { return call.here().enrolment.prepare_delegation_end(call.caller, body); });
  routes.add<desk::DelegationEndSigned, party::Delegation>(
      {"POST", "/api/delegations/end", "books", "署名により代決を今終えます。終えるまでの決裁はそのまま有効です。",
       "Ends a delegation now under a signature; what was approved until then stands.", Access::SESSION, Write::KEPT},
      [](Call& call, const desk::DelegationEndSigned& body) { return call.here().enrolment.end_delegation(call.caller, body); });
}

void add_provider_books(Router& routes) {
  routes.add<None, HouseRulesView>({"GET", "/api/house-rules", "books", "法令より厳しい自社の規則です。", "The house rules, stricter than the law."},
                                   [](Call& call) -> Result<HouseRulesView> {
                                     HouseRulesView view;
                                     // Named, as a range over a part of a temporary outlives it (C++20).
                                     const law::HouseRules house = TRY(call.here().office.house_rules());
                                     for (const law::HouseRule& rule : house.rules())
                                       view.rules.push_back({rule.instrument, rule.category, rule.outcome, rule.ja, rule.en});
                                     return view;
                                   });
  routes.add<desk::HouseRulesCommand, HouseRulesView>({"PUT", "/api/house-rules", "books", "自社の規則を定めます。法令より緩い規則は受け付けません。",
                                                       "Sets the house rules; a rule laxer than the law is refused.", Access::SESSION, Write::KEPT},
                                                      [](Call& call, const desk::HouseRulesCommand& body) -> Result<HouseRulesView> {
                                                        return HouseRulesView{TRY(call.here().office.put_house_rules(call.caller, body)).rules};
                                                      });
  routes.add<None, party::AnswerProfile>(
      {"GET", "/api/profile", "books", "自社が公表している回答条件です。", "The answer profile this provider publishes."},
      [](Call& call) -> Result<party::AnswerProfile> {
        std::optional<party::AnswerProfile> profile = TRY(call.here().office.directory().profile(call.here().office.self().id));
        if (!profile) return fail(Code::NOT_FOUND, "no profile published");
        return *std::move(profile);
      });
  routes.add<party::AnswerProfile, None>(
      {"PUT", "/api/profile", "books", "回答条件を公表します。", "Publishes the answer profile.", Access::SESSION, Write::KEPT, 204},
      [](Call& call, const party::AnswerProfile& body) -> Result<None> {
        TRY(call.here().office.put_profile(call.caller, body));
        return None{};
      });
  routes.add<None, Sources>({"GET", "/api/sources", "books", "回答に使う情報源の一覧です。", "The sources that answers are looked up in."},
                            [](Call& call) -> Result<Sources> { return Sources{call.here().office.sources()}; });
}

void add_key_routes(Router& routes) {
  routes.add<None, WaitingKeys>({"GET", "/api/keys/waiting", "keys", "名簿への登録を待つ端末の鍵です。", "Keys of devices that wait for admission."},
                                [](Call& call) -> Result<WaitingKeys> { return WaitingKeys{TRY(call.here().enrolment.waiting(call.caller))}; });
  routes.add<None, AdmittedKeys>({"GET", "/api/keys/admitted", "keys", "名簿にあって今有効な、所属の人の鍵です。",
                                  "Keys of the organisation's people that the directory has in force."},
                                 [](Call& call) -> Result<AdmittedKeys> { return AdmittedKeys{TRY(call.here().enrolment.admitted(call.caller))}; });
  routes.add<desk::AdmissionCommand, desk::PreparedEntry>(
      {"POST", "/api/keys/admission/prepare", "keys", "鍵を認めるために署名する文を作ります。", "Makes the text that admits a key."},
      [](Call& call, const desk::AdmissionCommand& body) { return call.here().enrolment.prepare_admission(call.caller, body); });
  routes.add<desk::SignedEntry, None>({"POST", "/api/keys/admission", "keys", "別の人の署名により鍵を認めます。",
                                       "Admits a key under a second person's signature.", Access::SESSION, Write::KEPT, 204},
                                      [](Call& call, const desk::SignedEntry& body) -> Result<None> {
                                        TRY(call.here().enrolment.admit(call.caller, body));
                                        return None{};
                                      });
  routes.add<desk::AdmissionCommand, desk::PreparedEntry>(
      {"POST", "/api/keys/revocation/prepare", "keys", "鍵の効力を終えるために署名する文を作ります。", "Makes the text that ends a key."},
      [](Call& call, const desk::AdmissionCommand& body) { return call.here().enrolment.prepare_revocation(call.caller, body); });
  routes.add<desk::SignedEntry, None>(
      {"POST", "/api/keys/revocation", "keys", "署名により鍵の効力を終えます。", "Ends a key under a signature.", Access::SESSION, Write::KEPT, 204},
      [](Call& call, const desk::SignedEntry& body) -> Result<None> {
        TRY(call.here().enrolment.revoke(call.caller, body));
        return None{};
      });
}

}  // namespace

void add_book_routes(Router& routes) {
  add_case_routes(routes);
  add_people_routes(routes);
  add_provider_books(routes);
  add_key_routes(routes);
}

}  // namespace warifu::api

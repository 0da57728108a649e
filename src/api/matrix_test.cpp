// The authorisation matrix: every route × every kind of person × the right object and objects of others. A route without a row fails.
// Whoever is refused changes nothing, whoever is allowed succeeds on a fresh world at that point of the way.

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>

#include "api/routes.h"
#include "api/test_api.h"
#include "base/file.h"

namespace warifu::api {
namespace {

using inquiry::Disposition;
using inquiry::ItemResult;

class Members final : public answer::Source {
 public:
  Members() {
    info_.name = "members";
    info_.title_ja = "会員台帳";
    info_.title_en = "Member register";
    answer::SourceQuery query;
    query.name = "by account";
    query.services = {"auction.example"};
    query.categories = {law::Category::K1};
    query.columns_ja = query.columns_en = {"name"};
    info_.queries = {query};
  }
  const answer::SourceInfo& info() const override { return info_; }
  Result<answer::LookupResult> look_up(const answer::LookupRequest&) override {
    answer::LookupResult out;
    out.query = "by account";
    out.table.columns = {"name"};
    out.table.rows.push_back({"例示 花子"});
    return out;
  }
  Status test() override { return {}; }

 private:
  answer::SourceInfo info_;
};

// How far the matter has come when the row is tried.
enum class At {
  NOTHING,
  DRAFTED,
  READY,
  CHECKED,
  APPROVED,
  NUMBERED,
  DISPATCHED,
  LEGAL,
  TRIAGED,
  ACCEPTED,
  ASSIGNED,
  COLLECTED,
  CHECKED_ANSWER,
  RELEASED,
  NARROWED,
  RETRIEVED,
  OPENED,
  CLOSED,
  WITHDRAWN,
  STATED  // dispatched, and stated by the provider
};

struct Scene {
  explicit Scene(At to) : node({std::make_shared<Members>()}) { play(to); }

  TestApi node;
  desk::TestWorld& world = node.world;
  MatterId matter = MatterId::random();
  Sha256 release{}, file{};
  desk::CollectCommand collect;

  [[nodiscard]] std::vector<std::pair<std::string, desk::Caller>> people() const {
    return {{"inv", world.investigator},
            {"inv2", world.other_investigator},
            {"str", world.stranger},
            {"sup", world.supervisor},
            {"app", world.approver},
            {"del", world.delegate},
            {"reg", world.registrar},
            {"aud", world.agency_auditor},
            {"adm", world.agency_admin},
            {"int", world.intake},
            {"op", world.op},
            {"op2", world.other_op},
            {"leg", world.legal},
            {"rel", world.releaser},
            {"rel2", world.other_releaser},
            {"paud", world.provider_auditor},
            {"padm", world.provider_admin}};
  }
  [[nodiscard]] static bool is_agency(const std::string& name) {
    static const std::set<std::string> names = {"inv", "inv2", "str", "sup", "app", "del", "reg", "aud", "adm"};
    return names.contains(name);
  }
  [[nodiscard]] desk::Office& office_of(const std::string& name) { return is_agency(name) ? world.agency() : world.provider(); }

 private:
  template <class T>
  void done(Result<T> result, const char* what) {
    desk::must(std::move(result), what);
    world.step();
  }
  void play(At to) {
    if (to == At::NOTHING) return;
    to_dispatch(to);
    if (to <= At::DISPATCHED) return;
    desk::Office& provider = world.provider();
    if (to == At::STATED) {
      done(provider.issue_statement(world.releaser, {world.agency().self().id, "2026-11"}), "issue_statement");
      return world.exchange();
    }
    if (to == At::WITHDRAWN) {
      done(world.agency().withdraw(world.investigator, matter, {"取り違え"}), "withdraw");
      return world.exchange();
    }
    std::vector<inquiry::ItemDecision> decisions = desk::must(provider.suggest_triage(world.intake, matter), "suggest");
    if (to == At::LEGAL) decisions.at(0).disposition = Disposition::LEGAL_REVIEW;
    if (to == At::NARROWED) {
      decisions.at(0).disposition = Disposition::NARROW;
      decisions.at(0).narrowing = narrowing();
    }
    done(provider.triage(world.intake, matter, {decisions}), "triage");
    if (to <= At::TRIAGED) return;
    done(provider.accept(world.intake, matter, {}), "accept");
    if (to == At::ACCEPTED) return;
    done(provider.assign(world.intake, matter, {{world.op.person}, {}}), "assign");
    if (to == At::ASSIGNED) return;
    to_release(to);
    if (to <= At::NARROWED) return;
    done(world.agency().retrieve(world.investigator, matter, {release, ""}), "retrieve");
    if (to == At::RETRIEVED) return world.exchange();
    done(world.agency().open_answer(world.investigator, matter, {release, "照合"}), "open");
    if (to == At::OPENED) return;
    done(world.agency().close(world.investigator, matter, {}), "close");
  }
  [[nodiscard]] inquiry::Narrowing narrowing() const {
    const Time until = world.clock.now() - days(2);
    return {inquiry::Period{until - days(3), until}, {}, "期間を分けてください。"};
  }
  void to_dispatch(At to) {
    desk::Office& agency = world.agency();
    desk::DraftItem item = world.item("ex-1001");
    item.period = desk::PeriodInput{to_rfc3339(world.clock.now() - days(20)), to_rfc3339(world.clock.now() - days(1))};
    desk::DraftCommand draft = world.draft_of({item});
    draft.ready = to != At::DRAFTED;
    matter = desk::must(agency.draft(world.investigator, draft), "draft").matter;
    world.step();
    if (to <= At::READY) return;
    done(agency.check(world.supervisor, matter, {}), "check");
    if (to == At::CHECKED) return;
    done(agency.approve(world.approver, matter,
                        world.agency_office().sign(desk::must(agency.prepare_approval(world.approver, matter)), world.approver.person)),
         "approve");
    if (to == At::APPROVED) return;
    done(agency.number(world.registrar, matter, {}), "number");
    if (to == At::NUMBERED) return;
    done(agency.dispatch(world.registrar, matter,
                         world.agency_office().sign(desk::must(agency.prepare_dispatch(world.registrar, matter)), world.registrar.person)),
         "dispatch");
    world.exchange();
  }
  void to_release(At to) {
    desk::Office& provider = world.provider();
    const std::string path = (std::filesystem::temp_directory_path() / ("warifu-matrix-" + MatterId::random().hex())).string();
    desk::must(write_file_durably(path, bytes_of("name\r\n"), 0600));
    const inquiry::FileRef attached = desk::must(provider.attach(world.op, matter, "a.csv", "text/csv", path), "attach");
    std::filesystem::remove(path);
    file = attached.sha256;
    inquiry::ItemAnswer item;
    item.result = ItemResult::ANSWERED;
    item.files = {attached};
    if (to == At::NARROWED) {
      item.result = ItemResult::NARROWING_PROPOSED;
      item.narrowing = narrowing();
      item.files.clear();
    }
    collect.answer.items = {item};
    collect.answer.completeness = "保有する記録のすべてです。";
    collect.ready = true;
    done(provider.collect(world.op, matter, collect), "collect");
    if (to == At::COLLECTED) return;
    done(provider.check_answer(world.releaser, matter, {{{1, 0}}, {}}), "check_answer");
    if (to == At::CHECKED_ANSWER) return;
    done(provider.release(world.releaser, matter,
                          world.provider_office().sign(desk::must(provider.prepare_release(world.releaser, matter)), world.releaser.person)),
         "release");
    world.exchange();
    for (const inquiry::SignedAct& act : desk::must(world.agency().store().acts(matter)))
      if (act.act.kind == inquiry::Kind::RELEASED) release = act.hash;
  }
};

using Body = std::function<std::string(Scene&, const std::string& name, const desk::Caller&)>;

template <class T>
Body body(T value) {
  return [text = json::compact(json::encode(value))](Scene&, const std::string&, const desk::Caller&) { return text; };
}
Body text(std::string value) {
  return [value = std::move(value)](Scene&, const std::string&, const desk::Caller&) { return value; };
}

struct Row {
  At at = At::NOTHING;
  std::string allowed;
  Body body;
  // Their role writes such acts, but not on this matter as it stands: 409, nothing written.
  std::string not_now{};
  bool is_loose = false;  // allowed: past the question of who; the object itself may still not fit
};

const std::string kAgency = "inv inv2 str sup app del reg aud adm ";
const std::string kProvider = "int op op2 leg rel rel2 paud padm";
const std::string kAll = kAgency + kProvider;

// A text that the right person signed, or, when this person is given one to sign, that one under the own signature.
Body signed_by(desk::Caller desk::TestWorld::* right, Result<desk::Prepared> (desk::Office::*prepare)(const desk::Caller&, const MatterId&) const) {
  return [=](Scene& scene, const std::string& name, const desk::Caller& who) {
    const Result<desk::Prepared> own = (scene.office_of(name).*prepare)(who, scene.matter);
    const desk::Caller signer = own ? who : scene.world.*right;
    desk::Office& office = scene.world.agency_office().person_signers.contains(signer.person) ? scene.world.agency() : scene.world.provider();
    const desk::Prepared prepared = own ? *own : desk::must((office.*prepare)(signer, scene.matter), "prepare");
    return json::compact(json::encode(desk::SignedCommand{prepared.text, prepared.body, scene.node.sign(signer, prepared.text)}));
  };
}

Body draft_body() {
  return [](Scene& scene, const std::string&, const desk::Caller&) {
    return json::compact(json::encode(scene.world.draft_of({scene.world.item("ex-1")})));
  };
}
template <class Make>
Body made(Make make) {
  return [make](Scene& scene, const std::string& name, const desk::Caller& who) { return json::compact(json::encode(make(scene, name, who))); };
}

PersonId colleague(Scene& scene, const std::string& name) {
  return Scene::is_agency(name) ? scene.world.other_investigator.person : scene.world.other_op.person;
}

void add_agency_rows(std::map<std::string, Row>& rows) {
  const Body reason = body(desk::ReasonCommand{"理由"});
  rows["post_inquiries_judge"] = {At::NOTHING, kAll, body(desk::JudgeCommand{})};
  // The case belongs to the unit of these two; for the stranger it is not there.
  rows["post_inquiries"] = {At::NOTHING, "inv inv2", draft_body()};
  rows["post_inquiries_oral"] = {At::NOTHING, "inv inv2", made([](Scene& scene, const std::string&, const desk::Caller&) {
                                   return desk::OralCommand{scene.world.open_case, scene.world.provider().self().id, "出品者の氏名",
                                                            "2026-11-21T14:00:00+09:00"};
                                 })};
  rows["post_inquiries_import"] = {At::NOTHING, kAll, text("type,value,categories\nEMAIL,a@example.com,K1\n")};
  rows["put_matters_by_matter_draft"] = {At::DRAFTED, "inv", draft_body(), "inv2"};  // a colleague's draft is handed over first
  rows["post_matters_by_matter_check"] = {At::READY, "sup", body(desk::CommentCommand{})};
  rows["post_matters_by_matter_send_back"] = {At::READY, "sup", reason, "app del reg"};
  rows["post_matters_by_matter_approval_prepare"] = {At::CHECKED, "app del", {}};
  rows["post_matters_by_matter_approval"] = {At::CHECKED, "app del", signed_by(&desk::TestWorld::approver, &desk::Office::prepare_approval)};
  rows["post_matters_by_matter_number"] = {At::APPROVED, "reg", body(desk::RegisterCommand{})};
  rows["post_matters_by_matter_dispatch_prepare"] = {At::NUMBERED, "reg", {}};
  rows["post_matters_by_matter_dispatch"] = {At::NUMBERED, "reg", signed_by(&desk::TestWorld::registrar, &desk::Office::prepare_dispatch)};
  rows["post_matters_by_matter_void"] = {At::NUMBERED, "inv inv2 app del reg", reason};
  rows["post_matters_by_matter_withdraw"] = {At::DISPATCHED, "inv inv2 sup app del", reason};
  rows["post_matters_by_matter_remind"] = {At::DISPATCHED, "inv inv2 sup reg", body(desk::MessageCommand{})};
  const Body of_release = made([](Scene& scene, const std::string&, const desk::Caller&) { return desk::ReleaseReference{scene.release, ""}; });
  rows["post_matters_by_matter_retrieve"] = {At::RELEASED, "inv inv2 sup", of_release};
  rows["post_matters_by_matter_open"] = {At::RETRIEVED, "inv inv2 sup app del aud", made([](Scene& scene, const std::string&, const desk::Caller&) {
                                           return desk::OpenCommand{scene.release, "照合"};
                                         })};
  rows["post_matters_by_matter_decline"] = {At::NARROWED, "inv inv2 sup", made([](Scene& scene, const std::string&, const desk::Caller&) {
                                              return desk::ReleaseReference{scene.release, "期間は分けられません。"};
                                            })};
  rows["post_matters_by_matter_feedback"] = {At::RETRIEVED, "inv inv2 sup", body(desk::FeedbackCommand{})};
  rows["post_matters_by_matter_close"] = {At::OPENED, "inv inv2 sup", body(desk::CommentCommand{})};
  rows["post_matters_by_matter_hand_over"] = {At::DISPATCHED, "sup app del", made([](Scene& scene, const std::string&, const desk::Caller&) {
                                                return desk::HandOverCommand{scene.world.other_investigator.person, "異動"};
                                              })};
  rows["post_matters_by_matter_retain"] = {At::CLOSED, "reg", {}};
}

void add_provider_rows(std::map<std::string, Row>& rows) {
  const Body decisions = made([](Scene& scene, const std::string&, const desk::Caller&) {
    return desk::DecisionsCommand{desk::must(scene.world.provider().suggest_triage(scene.world.intake, scene.matter), "suggest")};
  });
  rows["get_matters_by_matter_triage"] = {At::DISPATCHED, "int leg rel rel2 paud", {}};
  rows["post_matters_by_matter_triage"] = {At::DISPATCHED, "int", decisions};
  rows["get_matters_by_matter_earlier_decisions"] = {At::DISPATCHED, "leg paud", {}};
  inquiry::ItemDecision accept;
  accept.comment = "規程のとおりです。";
  rows["post_matters_by_matter_legal"] = {At::LEGAL, "leg", body(desk::DecisionsCommand{{accept}})};
  rows["post_matters_by_matter_accept"] = {At::TRIAGED, "int leg", body(desk::AcceptCommand{})};
  rows["post_matters_by_matter_return"] = {At::TRIAGED, "int leg", body(desk::ReturnCommand{law::ReasonCode::INCOMPLETE, "期間が必要です。"})};
  rows["post_matters_by_matter_assign"] = {At::ACCEPTED, "int rel rel2", made([](Scene& scene, const std::string&, const desk::Caller&) {
                                             return desk::AssignCommand{{scene.world.op.person}, {}};
                                           })};
  rows["post_matters_by_matter_lookups"] = {At::ASSIGNED, "op", body(desk::LookupCommand{1, "members"})};
  rows["post_matters_by_matter_files"] = {At::ASSIGNED, "op", text("name\r\n")};
  rows["get_matters_by_matter_files_by_file"] = {At::OPENED, "inv op leg rel rel2", {}, "", true};
  desk::CollectCommand collect;
  collect.answer.items = {inquiry::ItemAnswer{}};
  collect.answer.items[0].result = ItemResult::NONE_HELD;
  collect.answer.completeness = "保有する記録のすべてです。";
  collect.ready = true;
  rows["post_matters_by_matter_collect"] = {At::ASSIGNED, "op", body(collect)};
  rows["post_matters_by_matter_check_answer"] = {At::COLLECTED, "rel rel2", body(desk::AnswerCheckCommand{{{1, 0}}, ""})};
  rows["post_matters_by_matter_send_back_answer"] = {At::COLLECTED, "leg rel rel2", body(desk::ReasonCommand{"不足"})};
  rows["post_matters_by_matter_release_prepare"] = {At::CHECKED_ANSWER, "rel rel2", {}};
  rows["post_matters_by_matter_release"] = {At::CHECKED_ANSWER, "rel rel2", signed_by(&desk::TestWorld::releaser, &desk::Office::prepare_release)};
}

void add_common_rows(std::map<std::string, Row>& rows) {
  const std::string readers = "inv inv2 str sup app del reg aud int op op2 leg rel rel2 paud";
  rows["get_matters"] = {At::ASSIGNED, readers, {}};
  rows["get_desk"] = {At::ASSIGNED, readers, {}};
  rows["get_registers_by_office"] = {At::DISPATCHED, "app del reg aud", {}};
  rows["post_matters_by_matter_view"] = {At::ASSIGNED, "inv inv2 sup app del reg aud int op leg rel rel2 paud",
                                         body(desk::ViewCommand{"引継ぎの確認", {}})};
  rows["get_matters_by_matter_acts_by_act_proof"] = {At::ASSIGNED, "inv inv2 sup app del reg aud int op leg rel rel2 paud", {}, "", true};
  rows["post_matters_by_matter_purge"] = {At::WITHDRAWN, "reg rel rel2", body(desk::ReasonCommand{"取下げのため"}), "", true};
  rows["post_matters_by_matter_findings"] = {At::DISPATCHED, "aud paud", body(desk::FindingCommand{"same-target", "続けて同じ対象です。"})};
  for (const char* open : {"get_organisations", "get_organisations_by_organisation", "get_organisations_by_organisation_profile",
                           "get_organisations_by_organisation_keys", "get_organisations_by_organisation_people_by_person", "get_directory_entries",
                           "get_law", "get_selector_types", "get_cases", "get_templates", "get_people", "get_people_by_person", "get_units",
                           "get_delegations", "get_house_rules", "get_sources", "get_answer_files"})
    rows[open] = {At::NOTHING, kAll, {}};
  rows["post_selectors_lines"] = {At::NOTHING, kAll, body(PastedLines{std::nullopt, {"a@example.com"}})};
  rows["get_profile"] = {At::NOTHING, kProvider, {}};
}

void add_figure_rows(std::map<std::string, Row>& rows) {
  const std::string agency = "app del reg aud", provider = "int leg rel rel2 paud";
  for (const char* read : {"get_figures", "get_figures_public", "get_figures_public_csv", "get_statements"})
    rows[read] = {At::DISPATCHED, agency + " " + provider, {}};
  rows["get_audit"] = {At::DISPATCHED, "aud paud", {}};
  rows["get_audit_acts"] = {At::NOTHING, "aud paud", {}, "", true};
  // In one process nothing crosses an exchange: nobody finds an incident to examine.
  rows["get_incidents"] = {At::NOTHING, "aud adm paud padm", {}};
  rows["post_incidents_by_incident_examination"] = {At::NOTHING, "", body(desk::CommentCommand{"確認しました。"})};
  rows["post_statements"] = {At::DISPATCHED, "rel rel2", made([](Scene& scene, const std::string&, const desk::Caller&) {
                               return desk::StatementCommand{scene.world.agency().self().id, "2026-11"};
                             })};
  for (const char* read : {"get_statements_by_statement", "get_statements_by_statement_paper_pdf", "get_statements_by_statement_table_csv"})
    rows[read] = {At::STATED, agency + " " + provider, {}};
  rows["get_statements_by_statement_reconciliation"] = {At::STATED, agency, {}};
  rows["post_statements_by_statement_findings"] = {At::STATED, "aud paud", body(desk::FindingCommand{"STATEMENT_UNKNOWN", "確認しました。"})};
  for (const char* read : {"get_registers_by_office_paper_pdf", "get_registers_by_office_table_csv"}) rows[read] = {At::DISPATCHED, agency, {}};
  // Printing follows a view: whoever has not looked yet is asked to.
  rows["get_matters_by_matter_paper_pdf"] = {At::ASSIGNED, "inv inv2 sup app del reg aud int op leg rel rel2 paud", {}, "", true};
  rows["get_matters_by_matter_evidence_zip"] = {At::ASSIGNED, "app del aud leg paud", {}, "", true};
  rows["get_matters_by_matter_releases_by_release_cover_pdf"] = {At::OPENED, "inv op leg rel rel2", {}, "", true};
}

void add_book_rows(std::map<std::string, Row>& rows) {
  rows["post_cases"] = {At::NOTHING, "inv inv2 str sup", made([](Scene& scene, const std::string&, const desk::Caller& who) {
                          desk::CaseCommand command;
                          command.number = "令和8年架空刑二第" + who.person.hex().substr(0, 4) + "号";
                          command.title = "架空事件";
                          command.offence = "詐欺";
                          if (who.person == scene.world.stranger.person) command.unit = scene.world.other_section;
                          return command;
                        })};
  rows["post_templates"] = {At::NOTHING, "inv inv2 str", made([](Scene& scene, const std::string&, const desk::Caller&) {
                              desk::TemplateCommand command;
                              command.name = "出品者の確認";
                              command.draft = scene.world.draft_of({scene.world.item("ex-1")});
                              command.draft.ready = false;
                              return command;
                            })};
  rows["post_people"] = {At::NOTHING, "adm padm", made([](Scene&, const std::string& name, const desk::Caller&) {
                           desk::PersonCommand command;
                           command.login = "shinjin";
                           command.name = "架空 新人";
                           command.roles = {Scene::is_agency(name) ? party::Role::AUDITOR : party::Role::OPERATOR};
                           return command;
                         })};
  desk::UnitCommand unit;
  unit.name_ja = "新設課";
  unit.name_en = "New Division";
  unit.is_register_office = true;
  unit.document_prefix = "架空新";
  rows["post_units"] = {At::NOTHING, "adm padm", body(unit)};
  const auto delegation = [](Scene& scene) {
    return desk::DelegationCommand{scene.world.approver.person, scene.world.delegate.person, scene.world.section,
                                   to_rfc3339(scene.world.clock.now() + days(30)), to_rfc3339(scene.world.clock.now() + days(40))};
  };
  rows["post_delegations_prepare"] = {At::NOTHING, "app",
                                      made([=](Scene& scene, const std::string&, const desk::Caller&) { return delegation(scene); }), "", true};
  rows["post_delegations"] = {At::NOTHING, "app", made([=](Scene& scene, const std::string&, const desk::Caller& who) {
                                desk::DelegationSigned command{delegation(scene), {}};
                                const Result<desk::PreparedEntry> prepared =
                                    scene.node.agency_enrolment.prepare_delegation(scene.world.approver, command.delegation);
                                if (prepared) command.entry = {prepared->text, scene.node.sign(who, prepared->text)};
                                return command;
                              }),
                              "", true};
  // The world's delegation has no entry in the log of keys: past the question of who, there is nothing to end.
  rows["post_delegations_end_prepare"] = {At::NOTHING, "app adm", made([](Scene& scene, const std::string&, const desk::Caller&) {
                                            const party::Delegation one = desk::must(scene.world.agency().delegations()).at(0);
                                            return desk::DelegationReference{one.delegator, one.delegate, one.unit, to_rfc3339(one.from)};
                                          }),
                                          "", true};
  rows["post_delegations_end"] = {At::NOTHING, "", made([](Scene& scene, const std::string&, const desk::Caller&) {
                                    const party::Delegation one = desk::must(scene.world.agency().delegations()).at(0);
                                    return desk::DelegationEndSigned{{one.delegator, one.delegate, one.unit, to_rfc3339(one.from)}, {"x", "y"}};
                                  })};
  rows["put_house_rules"] = {At::NOTHING, "leg", body(desk::HouseRulesCommand{})};
  rows["put_profile"] = {At::NOTHING, "leg padm", made([](Scene& scene, const std::string&, const desk::Caller&) {
                           party::AnswerProfile profile = *desk::must(scene.world.directory().profile(scene.world.provider().self().id));
                           profile.version = 2;
                           return profile;
                         })};
  rows["get_keys_waiting"] = {At::NOTHING, "adm app leg padm", {}};
  rows["get_keys_admitted"] = {At::NOTHING, "adm app leg padm", {}};
  const Body admission = made([](Scene& scene, const std::string& name, const desk::Caller&) {
    desk::TestOffice& office = Scene::is_agency(name) ? scene.world.agency_office() : scene.world.provider_office();
    return desk::AdmissionCommand{colleague(scene, name), Scene::is_agency(name) ? party::Role::INVESTIGATOR : party::Role::OPERATOR,
                                  office.person_signers.at(colleague(scene, name)).verifier().text()};
  });
  rows["post_keys_admission_prepare"] = {At::NOTHING, "adm app leg padm", admission, "", true};
  rows["post_keys_revocation_prepare"] = {At::NOTHING, "adm app leg padm", admission, "", true};
  // Texts nobody prepared: refused for what they are, whoever hands them in; the tests of the desk play admission through.
  rows["post_keys_admission"] = {At::NOTHING, "", body(desk::SignedEntry{"x", "y"})};
  rows["post_keys_revocation"] = {At::NOTHING, "", body(desk::SignedEntry{"x", "y"})};
  rows["post_people_by_person_invitation"] = {At::NOTHING, "adm padm", {}};
  rows["get_people_by_person_devices"] = {At::NOTHING, "inv2 op2 adm padm", {}};
  rows["post_people_by_person_devices_revoke"] = {
      At::NOTHING, "inv2 op2 adm padm", made([](Scene& scene, const std::string& name, const desk::Caller&) {
        desk::TestOffice& office = Scene::is_agency(name) ? scene.world.agency_office() : scene.world.provider_office();
        scene.node.log_in_body(Scene::is_agency(name) ? scene.world.other_investigator : scene.world.other_op);  // enrols the device
        return DeviceRevocation{office.person_signers.at(colleague(scene, name)).verifier().text()};
      })};
}

// One's own session and what is public: no object of others comes into them (session_test.cpp plays them).
const std::set<std::string> kOwn = {"get_node",
                                    "get_demo_accounts",
                                    "get_openapi.json",
                                    "get_openapi_json",
                                    "post_session",
                                    "post_session_factor",
                                    "get_session",
                                    "put_session_role",
                                    "delete_session",
                                    "delete_sessions",
                                    "put_me_password",
                                    "post_invitations_look",
                                    "post_invitations_redeem",
                                    "get_me_devices",
                                    "post_me_devices",
                                    "post_me_passkeys",
                                    "get_me_keyfile"};

std::map<std::string, Row> all_rows() {
  std::map<std::string, Row> rows;
  add_agency_rows(rows);
  add_provider_rows(rows);
  add_common_rows(rows);
  add_figure_rows(rows);
  add_book_rows(rows);
  return rows;
}

std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return std::set<std::string>(std::istream_iterator<std::string>(in), std::istream_iterator<std::string>());
}

bool is_refusal(const Reply& reply) {
  static const std::set<std::string> codes = {
      "FORBIDDEN",   "ROLE_MISSING", "NOT_FOUND",         "NOT_ASSIGNED", "SEPARATION_OF_DUTIES", "DELEGATION_OUT_OF_PERIOD",
      "KEY_UNKNOWN", "TEXT_DIFFERS", "SIGNATURE_INVALID", "BAD_NOTE",     "CASE_UNKNOWN"};
  return reply.status() >= 400 && reply.status() < 500 && codes.contains(reply.code());
}

// Whoever is refused reads a whole sentence: no place in it that nobody filled, and no advice to have the role he has.
void check_sentence(const Reply& reply, const desk::Caller& who) {
  for (const char* language : {"ja", "en"}) {
    CHECK_FALSE(reply.text(language).empty());
    CHECK(reply.text(language).find("—") == std::string::npos);
  }
  if (reply.code() == "ROLE_MISSING") CHECK(reply.text("ja").find("「" + std::string(enum_text(who.role)) + "」") == std::string::npos);
}

struct Objects {
  std::string matter, person, office, file, organisation, statement = std::string(32, 'a'), release = std::string(64, 'a'),
                                                          act = std::string(64, 'a'), incident = "7";
};

std::string address(const Route& route, const Objects& objects) {
  std::string out = route.path;
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string, const std::string&>>{{"{matter}", objects.matter},
                                                                                                     {"{person}", objects.person},
                                                                                                     {"{office}", objects.office},
                                                                                                     {"{file}", objects.file},
                                                                                                     {"{organisation}", objects.organisation},
                                                                                                     {"{statement}", objects.statement},
                                                                                                     {"{release}", objects.release},
                                                                                                     {"{act}", objects.act},
                                                                                                     {"{incident}", objects.incident}})
    if (const std::size_t at = out.find(name); at != std::string::npos) out.replace(at, name.size(), value);
  if (route.operation == "post_matters_by_matter_files") out += "?name=a.csv";
  return out;
}

// An act that both sides hold; none yet where nothing has been asked.
std::string shared_act(Scene& scene) {
  const auto acts = scene.world.agency().store().acts(scene.matter);
  if (acts)
    for (const inquiry::SignedAct& act : *acts)
      if (act.is_shared()) return act.hash.hex();
  return std::string(64, 'a');
}

Objects right_objects(Scene& scene, const std::string& name) {
  return {scene.matter.hex(),
          colleague(scene, name).hex(),
          scene.world.register_office.hex(),
          scene.file.hex(),
          scene.world.provider().self().id.text(),
          inquiry::statement_matter(scene.world.provider().self().id, scene.world.agency().self().id, "2026-11").hex(),
          scene.release.hex(),
          shared_act(scene)};
}

Reply call(Scene& scene, const Route& route, const Row& row, const std::string& name, const desk::Caller& who, const Objects& objects) {
  Browser browser = scene.node.log_in(who);
  const std::string content = row.body ? row.body(scene, name, who) : "";
  const std::string_view type = route.request == Payload::CSV || route.request == Payload::FILE ? "text/csv" : "application/json";
  return browser.send(browser.request(route.method, address(route, objects), content, type));
}

const Route* route_of(const std::string& operation) {
  for (const auto& route : all_routes().routes())
    if (route->operation == operation) return route.get();
  return nullptr;
}

// A body of the right shape for an object that is not there. What a row can only make from a matter that has come further is written out.
std::string object_body(Scene& scene, const std::string& operation, const Row& row, const std::string& name, const desk::Caller& who) {
  static const std::set<std::string> signatures = {"post_matters_by_matter_approval", "post_matters_by_matter_dispatch",
                                                   "post_matters_by_matter_release"};
  if (signatures.contains(operation)) return json::compact(json::encode(desk::SignedCommand{"x", "{}", "y"}));
  if (operation == "post_matters_by_matter_triage") return json::compact(json::encode(desk::DecisionsCommand{{inquiry::ItemDecision{}}}));
  return row.body(scene, name, who);
}

TEST_CASE("matrix: every route has a row, every row a route") {
  const std::map<std::string, Row> rows = all_rows();
  for (const auto& route : all_routes().routes())
    CHECK_MESSAGE((rows.contains(route->operation) != kOwn.contains(route->operation)), route->operation);
  for (const auto& [operation, row] : rows) {
    const Route* route = route_of(operation);
    REQUIRE_MESSAGE(route != nullptr, operation);
    CHECK_MESSAGE(route->access == Access::SESSION, operation);
    CHECK_MESSAGE((route->request != Payload::NONE) == static_cast<bool>(row.body), operation);
  }
}

TEST_CASE("matrix: nobody without a session gets past the door") {
  TestApi node;
  Browser half(node.api);
  half.post("/api/session", node.log_in_body(node.world.investigator));
  Browser none(node.api);
  for (const auto& route : all_routes().routes()) {
    if (route->access == Access::PUBLIC) continue;
    CAPTURE(route->operation);
    const std::string at =
        address(*route, {std::string(32, 'a'), std::string(32, 'a'), std::string(32, 'a'), std::string(64, 'a'), "reiji-auction.example"});
    Reply reply = none.send(none.request(route->method, at, route->request == Payload::NONE ? "" : "{}"));
    CHECK(reply.status() == 401);
    CHECK(reply.code() == "NOT_LOGGED_IN");
    if (route->access == Access::SESSION)
      CHECK(half.send(half.request(route->method, at, route->request == Payload::NONE ? "" : "{}")).status() == 401);
  }
}

TEST_CASE("matrix: who may, and whoever may not changes nothing") {
  for (const auto& [operation, row] : all_rows()) {
    const Route& route = *route_of(operation);
    const std::set<std::string> allowed = words(row.allowed);
    Scene shared(row.at);
    const bool writes = route.write != Write::NO;
    for (const auto& [name, who] : shared.people()) {
      CAPTURE(operation);
      CAPTURE(name);
      if (words(row.not_now).contains(name)) {
        const auto before = shared.node.writes();
        const Reply reply = call(shared, route, row, name, who, right_objects(shared, name));
        CAPTURE(std::string(reply.response.text()));
        CHECK(reply.status() == 409);
        CHECK(reply.code() == "ILLEGAL_TRANSITION");
        CHECK(shared.node.writes() == before);
        continue;
      }
      if (!allowed.contains(name)) {
        const auto before = shared.node.writes();
        const Reply reply = call(shared, route, row, name, who, right_objects(shared, name));
        CAPTURE(std::string(reply.response.text()));
        CHECK(is_refusal(reply));
        check_sentence(reply, who);
        CHECK(shared.node.writes() == before);
        continue;
      }
      std::optional<Scene> fresh;
      if (writes) fresh.emplace(row.at);
      Scene& scene = fresh ? *fresh : shared;
      const auto people = scene.people();
      const desk::Caller caller = std::ranges::find(people, name, &std::pair<std::string, desk::Caller>::first)->second;
      const Reply reply = call(scene, route, row, name, caller, right_objects(scene, name));
      CAPTURE(std::string(reply.response.text()));
      if (row.is_loose)
        CHECK_FALSE((is_refusal(reply) && reply.text("where") != "/vkey"));
      else
        CHECK(reply.status() == route.status);
    }
  }
}

TEST_CASE("matrix: objects of others are not there for anybody") {
  Scene scene(At::READY);  // a matter the provider has not received
  for (const auto& [operation, row] : all_rows()) {
    const Route& route = *route_of(operation);
    if (route.path.find('{') == std::string::npos) continue;
    for (const auto& [name, who] : scene.people()) {
      CAPTURE(operation);
      CAPTURE(name);
      const bool is_agency = Scene::is_agency(name);
      const PersonId foreign = is_agency ? scene.world.op.person : scene.world.investigator.person;
      Objects unknown{MatterId::random().hex(), PersonId::random().hex(), UnitId::random().hex(), Sha256{}.hex(), "nowhere.example"};
      Objects theirs{is_agency ? unknown.matter : scene.matter.hex(), foreign.hex(),
                     is_agency ? scene.world.section.hex() : scene.world.register_office.hex(), Sha256{}.hex(), "nowhere.example"};
      Objects misspelt{"x", "x", "x", "x", "X"};
      for (const Objects& objects : {unknown, theirs, misspelt}) {
        const auto before = scene.node.writes();
        Browser browser = scene.node.log_in(who);
        // The body of the row, so that the object and not the body is what is refused.
        std::string content;
        if (route.request != Payload::NONE) content = object_body(scene, operation, row, name, who);
        const Reply reply = browser.send(
            browser.request(route.method, address(route, objects), content, route.request == Payload::FILE ? "text/csv" : "application/json"));
        CAPTURE(address(route, objects));
        CAPTURE(std::string(reply.response.text()));
        CHECK(is_refusal(reply));
        check_sentence(reply, who);
        CHECK(scene.node.writes() == before);
      }
    }
  }
}

}  // namespace
}  // namespace warifu::api

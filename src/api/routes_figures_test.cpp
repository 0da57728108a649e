// Figures, statements and papers through the interface: what comes back is what its name says, and nobody prints what he has not looked at.

#include "api/paper.h"
#include "api/test_api.h"

namespace warifu::api {
namespace {

bool is_pdf(const Reply& reply) {
  return reply.status() == 200 && reply.response.header("Content-Type") == "application/pdf" && reply.response.text().starts_with("%PDF-") &&
         reply.response.text().find("%%EOF") != std::string_view::npos;
}
std::vector<std::string> lines_of(const Reply& reply) {
  std::string_view text = reply.response.text();
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
  return lines;
}

struct Stated {
  TestApi node;
  desk::TestWorld& world = node.world;
  MatterId matter = world.dispatched({world.item("ex-1001")});
  Browser releaser = node.log_in(world.releaser), registrar = node.log_in(world.registrar), auditor = node.log_in(world.agency_auditor);
  std::string place = "/api/statements/" + inquiry::statement_matter(world.provider().self().id, world.agency().self().id, "2026-11").hex();

  Reply issue() {
    const Reply reply = releaser.post_as("/api/statements", desk::StatementCommand{world.agency().self().id, "2026-11"});
    world.exchange();
    return reply;
  }
};

TEST_CASE("interface: figures of a period, and the table that can be published") {
  Stated s;
  const auto view = s.registrar.get("/api/figures?from=2026-11-01&until=2026-11-30").as<desk::FiguresView>();
  CHECK(view.figures.inquiries == 1);
  CHECK(view.figures.by_month.size() == 1);
  REQUIRE(view.organisations.size() == 1);
  CHECK(view.organisations[0].name_ja == "例示オークション株式会社");
  CHECK(s.registrar.get("/api/figures").as<desk::FiguresView>().figures.from == Date{2026, 1, 1});
  CHECK(s.registrar.get("/api/figures?from=2026-11-02&until=2026-11-01").code() == "PERIOD_REVERSED");
  CHECK(s.registrar.get("/api/figures?from=2026-02-30").status() == 422);
  const auto table = s.registrar.get("/api/figures/public?period=2026-H2").as<report::PublicTable>();
  CHECK(table.rows.at(0).shown == "1–9");
  CHECK(s.registrar.get("/api/figures/public").as<report::PublicTable>().period == "2026-H2");
  const Reply bad = s.registrar.get("/api/figures/public?period=2026-H3");
  CHECK(bad.code() == "BAD_VALUE");
  CHECK(bad.text("where") == "/period");
  const Reply csv = s.registrar.get("/api/figures/public.csv?period=2026-H2");
  CHECK(csv.response.header("Content-Type").value_or("").starts_with("text/csv"));
  const std::vector<std::string> lines = lines_of(csv);
  REQUIRE(lines.size() == table.rows.size() + 1);
  CHECK(lines[0] == "\xEF\xBB\xBFperiod,section,key,ja,en,shown");
  CHECK(lines[1] == "2026-H2,requests,inquiries,照会の件数,Inquiries,1–9");
}

TEST_CASE("interface: a statement is issued, listed, compared, printed and answered by the audit") {
  Stated s;
  const Reply issued = s.issue();
  REQUIRE(issued.status() == 201);
  CHECK(issued.as<desk::StatementView>().lines.size() == 1);
  const auto list = s.registrar.get("/api/statements").as<desk::StatementList>();
  REQUIRE(list.statements.size() == 1);
  CHECK("/api/statements/" + list.statements[0].head.id.hex() == s.place);
  CHECK(s.registrar.get(s.place).as<desk::StatementView>().lines == issued.as<desk::StatementView>().lines);
  const auto compared = s.registrar.get(s.place + "/reconciliation").as<desk::ReconciliationView>();
  CHECK(compared.result.agreed == 1);
  CHECK(compared.result.lines.empty());
  CHECK(is_pdf(s.registrar.get(s.place + "/paper.pdf")));
  CHECK(is_pdf(s.releaser.get(s.place + "/paper.pdf?language=EN")));
  CHECK(s.registrar.get(s.place + "/paper.pdf?language=FR").status() == 422);
  const std::vector<std::string> lines = lines_of(s.registrar.get(s.place + "/table.csv"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "\xEF\xBB\xBFnumber,office,form_serial,received,items,result,released,reference,minutes,yen");
  CHECK_MESSAGE(lines[1].starts_with("架空警刑一"), lines[1]);
  CHECK(lines[1].find(",A-00001,") != std::string::npos);
  CHECK(s.registrar.post_as(s.place + "/findings", desk::FindingCommand{"STATEMENT", "確認しました。"}).code() == "ROLE_MISSING");
  CHECK(s.auditor.post_as(s.place + "/findings", desk::FindingCommand{"STATEMENT", "確認しました。"}).as<desk::StatementRow>().head.examined);
  CHECK(s.releaser.get(s.place + "/reconciliation").code() == "FORBIDDEN");
  CHECK(s.registrar.get("/api/statements/" + s.matter.hex()).status() == 404);
  CHECK(s.registrar.post_as("/api/matters/" + s.place.substr(16) + "/view", desk::ViewCommand{}).status() == 404);
}

TEST_CASE("interface: inspection of a month") {
  Stated s;
  const auto audit = s.auditor.get("/api/audit?month=2026-11").as<desk::AuditView>();
  CHECK(audit.matters == 1);
  REQUIRE(audit.sample.size() == 1);
  CHECK(audit.sample[0].matter == s.matter);
  CHECK(s.auditor.get("/api/audit").as<desk::AuditView>().month == "2026-11");
  CHECK(s.auditor.get("/api/audit?month=2026-1").text("where") == "/month");
  CHECK(s.auditor.get("/api/audit?month=2027-01").code() == "TIME_IN_FUTURE");
}

TEST_CASE("interface: an auditor finds the matter of an act by its hash or by the code of a paper") {
  Stated s;
  const inquiry::SignedAct act = desk::must(s.world.agency().store().acts(s.matter)).at(0);
  for (const std::string& text : {act.hash.hex(), act.hash.hex().substr(0, 16), "warifu%3Aact%3A" + act.hash.hex()}) {
    const auto found = s.auditor.get("/api/audit/acts?q=" + text).as<desk::ActsFound>();
    REQUIRE(found.acts.size() == 1);
    CHECK(found.acts[0].matter == s.matter);
    CHECK(found.acts[0].row.has_value());
  }
  const Reply bad = s.auditor.get("/api/audit/acts?q=123");
  CHECK(bad.code() == "BAD_VALUE");
  CHECK(bad.text("where") == "/q");
  CHECK(s.auditor.get("/api/audit/acts").code() == "BAD_VALUE");
  CHECK(s.registrar.get("/api/audit/acts?q=" + act.hash.hex()).code() == "ROLE_MISSING");
}

TEST_CASE("interface: the evidence bundle comes after a view that says why, and is what the command line writes") {
  Stated s;
  Browser head = s.node.log_in(s.world.approver);
  const std::string at = "/api/matters/" + s.matter.hex();
  CHECK(head.get(at + "/evidence.zip").code() == "REASON_REQUIRED");
  CHECK(head.post(at + "/view", "{}").status() == 200);
  CHECK(head.get(at + "/evidence.zip").code() == "REASON_REQUIRED");
  const desk::ViewCommand why{"公判に提出するため", {std::string(desk::Office::kEvidence)}};
  CHECK(head.post_as(at + "/view", why).status() == 200);
  const Reply bundle = head.get(at + "/evidence.zip");
  REQUIRE(bundle.status() == 200);
  CHECK(bundle.response.header("Content-Type") == "application/zip");
  CHECK(bundle.response.header("Content-Disposition").value_or("").find("evidence-") != std::string::npos);
  CHECK(bundle.response.text().starts_with("PK\x03\x04"));
  const desk::Office& office = s.world.agency();
  CHECK(bundle.response.text() ==
        desk::must(office.evidence(s.matter, desk::must(office.store().row(s.matter)).number, evidence_paper(office.law()))).archive);
  CHECK(bundle.response.header("Warifu-Unproven") == "0");  // nothing crosses over a hub here
  CHECK(s.registrar.get(at + "/evidence.zip").code() == "FORBIDDEN");
  CHECK(s.node.log_in(s.world.stranger).get(at + "/evidence.zip").status() == 404);
}

TEST_CASE("interface: evidence waits for those who cosign, where its own key is behind what they have seen") {
  Stated s;
  Browser head = s.node.log_in(s.world.approver);
  const std::string at = "/api/matters/" + s.matter.hex();
  const desk::ViewCommand why{"公判に提出するため", {std::string(desk::Office::kEvidence)}};
  CHECK(head.post_as(at + "/view", why).status() == 200);
  desk::FakeDirectory& directory = s.world.directory();
  directory.hold_checkpoint(true);
  note::KeyEntry entry;
  entry.origin = "directory.example/test";
  entry.org = s.world.agency().self().id.text();
  const note::VerifierKey key = desk::must(note::Signer::create(note::sign_name(entry.org), crypto::Ed25519Secret::generate())).verifier();
  entry.key.assign(key.key.bytes.begin(), key.key.bytes.end());
  const Time now = Time::from_seconds(s.world.clock.now().seconds());
  entry.valid = {now, now + days(30)};
  const std::vector<note::Signer> root{directory.root_signer()};
  desk::must(directory.add_entry(desk::must(note::sign_note(desk::must(entry.text()), root)).serialise()));
  const Reply refused = head.get(at + "/evidence.zip");
  CHECK(refused.status() == 503);
  CHECK(refused.code() == "CHECKPOINT_OLD");
  CHECK(refused.text("where") == "checkpoint");
  CHECK(refused.response.header("Content-Type") == "application/problem+json");
  directory.hold_checkpoint(false);
  CHECK(head.get(at + "/evidence.zip").status() == 200);
}

TEST_CASE("interface: register and inquiry on paper") {
  Stated s;
  const std::string book = "/api/registers/" + s.world.register_office.hex();
  CHECK(is_pdf(s.registrar.get(book + "/paper.pdf?form=A&year=2026")));
  const std::vector<std::string> lines = lines_of(s.registrar.get(book + "/table.csv?form=A&year=2026"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].find("A,1,") == 0);
  CHECK(lines[1].find("ex-1001") == std::string::npos);
  CHECK(lines_of(s.registrar.get(book + "/table.csv?form=C&year=2026")).size() == 1);

  Browser investigator = s.node.log_in(s.world.investigator);
  const std::string paper = "/api/matters/" + s.matter.hex() + "/paper.pdf";
  CHECK(investigator.get(paper).code() == "REASON_REQUIRED");
  CHECK(investigator.post("/api/matters/" + s.matter.hex() + "/view", "{}").status() == 200);
  CHECK(is_pdf(investigator.get(paper)));
  CHECK(is_pdf(investigator.get(paper + "?language=EN")));
  s.world.clock.advance(minutes(61));
  Browser later = s.node.log_in(s.world.investigator);
  CHECK(later.get(paper).code() == "REASON_REQUIRED");
  CHECK(s.node.log_in(s.world.stranger).get(paper).status() == 404);
  CHECK(later.get("/api/matters/" + s.matter.hex() + "/releases/" + Sha256{}.hex() + "/cover.pdf").status() == 404);
}

}  // namespace
}  // namespace warifu::api

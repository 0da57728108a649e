#include "store/testing_office.h"

#include <algorithm>
#include <cstdio>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "json/codec.h"
#include "note/note.h"
#include "store/testing_postgres.h"
#include "text/unicode.h"

namespace warifu::store {
namespace {

const note::Signer& signer() {
  static const note::Signer made = note::Signer::create("invented-police.demo/sign", crypto::Ed25519Secret::generate()).value();
  return made;
}

}  // namespace

TestOffice::TestOffice(TestStore& engines) {
  folder_ = engines.folder() / ("office-" + MatterId::random().hex());
  options_.organisation = party::OrganisationId::parse("invented-police.demo").value();
  options_.files_dir = (folder_ / "files").string();
  if (engines.kind() == EngineKind::SQLITE) {
    options_.url = "sqlite:" + (folder_ / "office.db").string();
  } else {
    options_.url = engines.server()->url();
    options_.schema = engines.server()->fresh_schema();
  }
  reopen();
}

void TestOffice::reopen() {
  store_.reset();
  auto opened = OfficeStore::open(options_);
  if (!opened) std::fprintf(stderr, "%s\n", opened.error().message.c_str());
  CHECK_THAT(opened.has_value());
  store_ = std::move(*opened);
}

std::int64_t TestOffice::number(std::string_view sql) const {
  auto answer = store_->engine().read([&](Database& database) { return one_value<std::int64_t>(database, sql); });
  if (!answer) std::fprintf(stderr, "%s\n", answer.error().message.c_str());
  CHECK_THAT(answer.has_value());
  return *answer;
}

void for_both_offices(const std::function<void(TestOffice&)>& body) {
  for_both_engines([&](TestStore& engines) {
    TestOffice office(engines);
    body(office);
  });
}

inquiry::SignedAct make_act(const MatterId& matter, const TestAct& what) {
  const std::string body = json::canonical(json::Object({{"salt", to_base64(crypto::random_bytes(32))}, {"text", what.text}}));
  inquiry::Act act;
  act.id = ActId::random();
  act.matter = matter;
  act.kind = what.kind;
  act.org = party::OrganisationId::parse("invented-police.demo").value();
  act.person = what.person;
  act.role = what.person ? party::Role::INVESTIGATOR : party::Role::NODE;
  act.at = what.at;
  act.body = crypto::sha256(body);
  act.body_bytes = body.size();
  const auto note = note::sign_note(act.text(), std::vector<note::Signer>{signer()}).value();
  return inquiry::SignedAct::create(note.serialise(), body).value();
}

std::vector<Sha256> hashes_of(const std::vector<inquiry::SignedAct>& acts) {
  std::vector<Sha256> hashes;
  for (const auto& act : acts) hashes.push_back(act.hash);
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

inquiry::Projection make_projection(const MatterId& matter, std::vector<std::string> words, std::vector<std::string> selectors) {
  inquiry::Projection projection;
  projection.row.matter = matter;
  projection.row.state = inquiry::State::DRAFT;
  projection.row.turn = inquiry::Turn::DRAFT;
  projection.row.turn_role = party::Role::INVESTIGATOR;
  projection.row.counterparty = party::OrganisationId::parse("invented-portal.demo").value();
  projection.row.created = projection.row.updated = Time::from_seconds(1'800'000'000);
  for (std::string& word : words) word = text::search_fold(word);
  projection.terms = {std::move(selectors), std::move(words)};
  return projection;
}

desk::Commit next_commit(const OfficeStore& store, const MatterId& matter, const TestAct& what) {
  desk::Commit commit;
  commit.matter = matter;
  if (const auto acts = store.acts(matter)) commit.expected_acts = hashes_of(*acts);
  commit.acts = {make_act(matter, what)};
  return commit;
}

void put_matter(OfficeStore& store, const inquiry::Projection& projection) {
  auto commit = next_commit(store, projection.row.matter);
  commit.projection = projection;
  const auto done = store.commit(std::move(commit));
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  CHECK_THAT(done.has_value());
}

desk::OutboxRow make_outbox(std::string_view to, const inquiry::SignedAct& act, Time next_try) {
  desk::OutboxRow row;
  row.to = party::OrganisationId::parse(to).value();
  row.matter = act.act.matter;
  row.act = act.hash;
  row.next_try = next_try;
  return row;
}

std::vector<MatterId> matters_of(const desk::MatterPage& page) {
  std::vector<MatterId> matters;
  for (const auto& row : page.rows) matters.push_back(row.matter);
  return matters;
}

}  // namespace warifu::store

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "desk/enrolment.h"
#include "member/testing_exchange.h"

namespace warifu::member {
namespace {

using desk::must;

std::vector<std::string> codes_of(const House& house) {
  std::vector<std::string> out;
  for (const desk::Incident& incident : must(house.mailbox->incidents(true, 100))) out.push_back(incident.code + " " + incident.about);
  std::ranges::sort(out);
  return out;
}

TEST_CASE("what a member publishes and enters is there for the others") {
  TestingExchange e;
  party::Organisation changed = e.agency.office.self;
  changed.telephone = "000-000-0001";
  must(e.agency.member->directory()->publish_organisation(changed));
  must(e.provider.member->watch());
  CHECK(must(e.provider.member->directory()->organisation(changed.id))->telephone == "000-000-0001");
  CHECK(codes_of(e.provider).empty());
  CHECK(codes_of(e.agency).empty());
}

TEST_CASE("a promise that is not kept in time is evidence; kept late it still is") {
  TestingExchange e;
  e.hub.is_logging = false;
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  must(e.agency.member->watch());
  CHECK(codes_of(e.agency).empty());  // there is time
  e.world.clock.advance(seconds(16));
  for (House* house : {&e.agency, &e.provider}) must(house->member->watch());
  const auto message = must(e.agency.mailbox->messages_of(matter)).front();
  const std::string about = "PROMISE_BROKEN message " + message.id.hex();
  CHECK(codes_of(e.agency) == std::vector{about});
  CHECK(codes_of(e.provider) == std::vector{about});  // the receiver saw it too
  const desk::Incident incident = must(e.agency.mailbox->incidents(true, 1)).front();
  CHECK(incident.evidence.find(*message.promise) != std::string::npos);
  CHECK(incident.evidence.find("hub.example/log\n") != std::string::npos);
  // Receivers did not wait for it.
  CHECK(e.acts_at_provider(matter) == 4);
  e.hub.log_pending();
  must(e.agency.member->watch());
  CHECK(must(e.agency.mailbox->message_out(message.id))->logged);
  CHECK(codes_of(e.agency).size() == 1);
}

TEST_CASE("a place in the log that was given to somebody else breaks the promise at once") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.hub.is_logging = false;
  must(e.agency.member->send());
  e.hub.pending.front() = "another leaf";
  e.hub.log_pending();
  must(e.agency.member->watch());
  const auto message = must(e.agency.mailbox->messages_of(matter)).front();
  CHECK(codes_of(e.agency) == std::vector{"PROMISE_BROKEN message " + message.id.hex()});
  CHECK(must(e.agency.mailbox->unproven(10)).empty());
}

TEST_CASE("a node cosigns what goes on from what it saw, and again every minute") {
  TestingExchange e;
  const std::size_t before = e.hub.cosignatures.size();
  must(e.agency.member->watch());
  CHECK(e.hub.cosignatures.size() == before);
  e.dispatched();
  must(e.agency.member->send());
  must(e.agency.member->watch());
  CHECK(e.hub.cosignatures.size() == before + 1);
  e.world.clock.advance(seconds(61));
  must(e.agency.member->watch());
  CHECK(e.hub.cosignatures.size() == before + 3);  // both logs
  const std::string& last = e.hub.cosignatures.back();
  const std::size_t cut = last.find("\n\n");
  REQUIRE(cut != std::string::npos);
  const note::Note note{last.substr(0, cut + 1), {must(note::SignatureLine::parse(last.substr(cut + 2)))}};
  const std::vector<note::VerifierKey> keys{e.agency.witness->verifier()};
  CHECK(must(note::verify(note, keys)).size() == 1);
}

TEST_CASE("no number of other incidents hides a fork that nobody has looked at") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.mailbox->put_incident({0, "LOG_FORKED", "log", "invented", e.clock(), {}}));
  for (int i = 0; i < 20; ++i) must(e.agency.mailbox->put_incident({0, "PROMISE_BROKEN", "message " + std::to_string(i), "invented", e.clock(), {}}));
  CHECK(e.agency.member->send().error().code == Code::LOG_FORKED);
  CHECK(e.agency.member->receive({}).error().code == Code::LOG_FORKED);
  const desk::Incident first = must(e.agency.mailbox->incidents(true, 1)).front();
  CHECK(first.code == "LOG_FORKED");
  must(e.agency.mailbox->examine_incident(first.seq, e.clock()));
  CHECK(e.agency.member->send().has_value());
}

TEST_CASE("a log that forks, shrinks or is rewritten is not followed: kept as evidence, and the exchange rests") {
  struct Case {
    const char* what;
    std::function<void(TestingHub::Log&)> attack;
  };
  const Case cases[] = {
      {"another history of the same size",
       [](TestingHub::Log& log) {
         std::vector<std::string> history = log.entries;
         history.back() += "x";
         log.rewrite(history);
       }},
      {"an old backup",
       [](TestingHub::Log& log) {
         std::vector<std::string> history = log.entries;
         history.pop_back();
         log.rewrite(history);
       }},
      {"another history that has grown",
       [](TestingHub::Log& log) {
         std::vector<std::string> history = log.entries;
         history.front() += "x";
         history.push_back("more");
         log.rewrite(history);
       }},
  };
  for (const bool is_keys : {false, true})
    for (const Case& one : cases) {
      CAPTURE(one.what);
      CAPTURE(is_keys);
      TestingExchange e;
      e.dispatched();
      must(e.agency.member->send());
      e.dispatched("reiji-00002");
      must(e.agency.member->send());
      must(e.agency.member->watch());
      const std::size_t cosigned = e.hub.cosignatures.size();
      one.attack(is_keys ? e.hub.keys : e.hub.log);
      CHECK(e.agency.member->watch().error().code == Code::LOG_FORKED);
      CHECK(codes_of(e.agency) == std::vector<std::string>{is_keys ? "LOG_FORKED keys" : "LOG_FORKED log"});
      const std::string evidence = must(e.agency.mailbox->incidents(true, 1)).front().evidence;
      CHECK(std::ranges::count(evidence, std::string_view("—").front()) >= 2);  // both checkpoints with their signatures
      for (std::size_t i = cosigned; i < e.hub.cosignatures.size(); ++i)
        CHECK(e.hub.cosignatures[i].starts_with(is_keys ? "hub.example/log" : "hub.example/keys"));
      // Nothing goes in or out any more, also after a restart.
      e.agency.open();
      CHECK(e.agency.member->send().error().code == Code::LOG_FORKED);
      CHECK(e.agency.member->receive({}).error().code == Code::LOG_FORKED);
      must(e.agency.mailbox->examine_incident(must(e.agency.mailbox->incidents(true, 1)).front().seq, e.clock()));
      CHECK(e.agency.member->send().has_value());
    }
}

TEST_CASE("a hub that was set back, or forked, while the house was closed is refused when it opens again") {
  for (const bool is_keys : {false, true})
    for (const bool is_backup : {false, true}) {
      CAPTURE(is_keys);
      CAPTURE(is_backup);
      TestingExchange e;
      e.dispatched();
      must(e.agency.member->send());
      e.dispatched("reiji-00002");
      must(e.agency.member->send());
      must(e.agency.member->watch());
      const std::size_t cosigned = e.hub.cosignatures.size(), taken = e.hub.taken.size();
      e.agency.member.reset();
      TestingHub::Log& log = is_keys ? e.hub.keys : e.hub.log;
      std::vector<std::string> history = log.entries;
      if (is_backup)
        history.pop_back();
      else
        history.front() += "x";
      log.rewrite(history);
      e.agency.open();
      CHECK(e.agency.member->watch().error().code == Code::LOG_FORKED);
      CHECK(codes_of(e.agency) == std::vector<std::string>{is_keys ? "LOG_FORKED keys" : "LOG_FORKED log"});
      for (std::size_t i = cosigned; i < e.hub.cosignatures.size(); ++i)
        CHECK(e.hub.cosignatures[i].starts_with(is_keys ? "hub.example/log" : "hub.example/keys"));
      e.dispatched("reiji-00003");
      CHECK(e.agency.member->send().error().code == Code::LOG_FORKED);
      CHECK(e.hub.taken.size() == taken);
    }
}

TEST_CASE("an end of an admission that came into the log too late to be signed by two is taken over, and told") {
  TestingExchange e;
  must(e.agency.member->watch());
  e.hub.keys.publish();
  const auto org = e.provider.office.self.id;
  const note::MemberEnd end{e.hub.keys.signer.verifier().name, org.text(), Time::from_seconds(e.clock().seconds()),
                            *must(e.agency.replica->admission_leaf(org))};
  const std::string entry = must(note::sign_note(must(end.text()), e.hub.admitters)).serialise();
  Duration later;
  bool is_told = false, is_closed = false;
  SUBCASE("at once") { later = seconds(3); }
  SUBCASE("on the last day") { later = days(7); }
  SUBCASE("after it") {
    later = hours(7 * 24 + 2);
    is_told = true;
  }
  SUBCASE("a house that was closed all the time cannot know") {
    later = days(30);
    is_closed = true;
  }
  e.world.clock.advance(later);
  if (!is_closed) {
    // A heartbeat: another signature line under the same text.
    e.hub.keys.files["checkpoint"] +=
        must(e.provider.witness->cosign(must(note::Note::parse(e.hub.keys.files["checkpoint"])).text, e.clock())).text() + "\n";
    must(e.agency.member->watch());
  }
  const std::size_t index = e.hub.keys.entries.size();
  e.hub.keys.append(entry);
  e.hub.keys.publish();
  e.world.clock.advance(seconds(3));
  must(e.agency.member->watch());
  CHECK(must(e.agency.replica->member_end(org)));  // the log says so, and everybody reads the same log
  const std::vector<std::string> expected{"TIME_TOO_OLD keys " + std::to_string(index)};
  CHECK(codes_of(e.agency) == (is_told ? expected : std::vector<std::string>{}));
  if (!is_told) return;
  const std::string evidence = must(e.agency.mailbox->incidents(true, 1)).front().evidence;
  CHECK(evidence.find(entry) != std::string::npos);
  CHECK(evidence.starts_with("hub.example/keys\n" + std::to_string(index) + "\n"));
}

TEST_CASE("an incident is shown to those who answer for it, and ends with what the auditor found out") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.member->send());
  must(e.agency.member->watch());
  std::vector<std::string> history = e.hub.log.entries;
  history.front() += "x";
  e.hub.log.rewrite(history);
  REQUIRE(e.agency.member->watch().error().code == Code::LOG_FORKED);

  // The desk of a node that is a member: it sees the mailbox.
  desk::OfficeParts parts;
  parts.self = e.agency.office.self;
  parts.store = e.agency.mailbox;
  parts.mailbox = e.agency.mailbox;
  parts.directory = std::shared_ptr<desk::Directory>(&e.world.directory(), [](desk::Directory*) {});
  parts.law = std::shared_ptr<const law::Catalogue>(&law::Catalogue::built_in(), [](const law::Catalogue*) {});
  parts.signer = e.agency.office.signer;
  parts.clock = [&] { return e.clock(); };
  desk::Office office(std::move(parts));
  const desk::Caller auditor = e.world.agency_auditor;
  for (const desk::Caller& other : {e.world.investigator, e.world.supervisor, e.world.approver, e.world.registrar})
    CHECK(office.incidents(other).error().code == Code::FORBIDDEN);
  REQUIRE(must(office.incidents(e.world.agency_admin)).incidents.size() == 1);
  const desk::IncidentView seen = must(office.incidents(auditor)).incidents.at(0);
  CHECK(seen.code == "LOG_FORKED");
  CHECK(!seen.examined);
  CHECK(!seen.ja.empty());
  CHECK(seen.evidence.find("log") != std::string::npos);

  CHECK(office.examine_incident(e.world.agency_admin, seen.id, {"確認した。"}).error().code == Code::ROLE_MISSING);
  CHECK(office.examine_incident(e.world.investigator, seen.id, {"確認した。"}).error().code == Code::ROLE_MISSING);
  CHECK(office.examine_incident(auditor, seen.id, {""}).error().code == Code::EMPTY_FIELD);
  CHECK(office.examine_incident(auditor, seen.id + 1, {"確認した。"}).error().code == Code::NOT_FOUND);
  CHECK(e.agency.member->send().error().code == Code::LOG_FORKED);

  CHECK(must(office.examine_incident(auditor, seen.id, {"運用者に確認。古い控えからの復元だった。"})).examined);
  CHECK(must(office.incidents(auditor)).incidents.at(0).examined);
  CHECK(e.agency.member->send().has_value());
  CHECK(office.examine_incident(auditor, seen.id, {"二度目"}).error().code == Code::CONFLICT);
  const std::vector<desk::BookEntry> book = must(e.agency.mailbox->book("incident"));
  REQUIRE(book.size() == 1);
  CHECK(book[0].value.find("古い控え") != std::string::npos);
  const auto acts = must(e.agency.mailbox->acts(book[0].id));
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].act.person == auditor.person);

  // However much comes after it, it is found.
  must(e.agency.mailbox->put_incident({0, "LOG_FORKED", "keys", "invented", e.clock(), {}}));
  for (int i = 0; i < 250; ++i)
    must(e.agency.mailbox->put_incident({0, "PROMISE_BROKEN", "message " + std::to_string(i), "invented", e.clock(), {}}));
  const desk::IncidentList newest = must(office.incidents(auditor));
  const auto& all = newest.incidents;
  const auto fork = std::ranges::find(all, std::string("keys"), &desk::IncidentView::about);
  REQUIRE(fork != all.end());
  CHECK(std::ranges::is_sorted(all, std::ranges::greater{}, &desk::IncidentView::id));
  // Nothing is left out without a word: page by page every one is there.
  CHECK(newest.next == std::to_string(all.at(199).id));
  const desk::IncidentList older = must(office.incidents(auditor, newest.next));
  CHECK(older.next.empty());
  CHECK(older.incidents.size() == 52);
  CHECK(older.incidents.back().id == seen.id);
  CHECK(older.incidents.front().id < all.at(199).id);
  for (const char* bad : {"x", "0", "-3", "12x", "99999999999999999999"}) CHECK(office.incidents(auditor, bad).error().where == "/cursor");
  CHECK(must(office.incidents(auditor, "1")).incidents.empty());
  CHECK(must(office.examine_incident(auditor, fork->id, {"確認した。"})).examined);
  // Examined it lies in its place, and not with the newest any more.
  const std::vector<desk::IncidentView> after = must(office.incidents(auditor)).incidents;
  CHECK(std::ranges::find(after, fork->id, &desk::IncidentView::id) == after.end());
}

TEST_CASE("a key for this house that did not come from it is an alarm") {
  TestingExchange e;
  // The root key was stolen: an entry that everybody takes.
  const note::Signer thief = TestingHub::signer(note::sign_name(e.agency.org()));
  note::KeyEntry forged;
  forged.origin = e.hub.keys.signer.verifier().name;
  forged.org = e.agency.org();
  forged.purpose = note::KeyPurpose::share;
  forged.algorithm = note::OrgKeyAlgorithm::ristretto255;
  forged.key.assign(thief.verifier().key.bytes.begin(), thief.verifier().key.bytes.end());
  const Time from = Time::from_seconds(e.clock().seconds());
  forged.valid = {from, from + days(1)};
  const std::vector<note::Signer> signers{e.agency.root};
  e.hub.keys.append(must(note::sign_note(must(forged.text()), signers)).serialise());
  e.hub.keys.publish();
  must(e.agency.member->watch());
  must(e.provider.member->watch());
  REQUIRE(codes_of(e.agency).size() == 1);
  CHECK(codes_of(e.agency).front().starts_with("KEY_UNKNOWN keys "));
  CHECK(codes_of(e.provider).empty());
}

TEST_CASE("a hub that makes up a key is caught by everybody") {
  TestingExchange e;
  const note::Signer own = TestingHub::signer(note::sign_name(e.agency.org()));
  note::KeyEntry forged;
  forged.origin = e.hub.keys.signer.verifier().name;
  forged.org = e.agency.org();
  forged.key.assign(own.verifier().key.bytes.begin(), own.verifier().key.bytes.end());
  const Time from = Time::from_seconds(e.clock().seconds());
  forged.valid = {from, from + days(1)};
  // It has the admitters' keys, not the root's.
  e.hub.keys.append(must(note::sign_note(must(forged.text()), e.hub.admitters)).serialise());
  e.hub.keys.publish();
  for (House* house : {&e.agency, &e.provider}) {
    CHECK_FALSE(house->member->watch());
    REQUIRE(codes_of(*house).size() == 1);
    CHECK(must(house->mailbox->incidents(true, 1)).front().evidence.find("purpose sign") != std::string::npos);
    CHECK(must(house->replica->organisation_keys(e.agency.office.self.id, e.clock())) == std::vector{e.agency.office.signer->verifier()});
  }
}

TEST_CASE("however many entries a hub makes up, a day has a bound of alarms, and nothing is silent") {
  TestingExchange e;
  const note::Signer own = TestingHub::signer(note::sign_name(e.agency.org()));
  const auto forge = [&](int n) {
    note::KeyEntry forged;
    forged.origin = e.hub.keys.signer.verifier().name;
    forged.org = e.agency.org();
    forged.key.assign(own.verifier().key.bytes.begin(), own.verifier().key.bytes.end());
    const Time from = Time::from_seconds(e.clock().seconds() + n);
    forged.valid = {from, from + days(1)};
    e.hub.keys.append(must(note::sign_note(must(forged.text()), e.hub.admitters)).serialise());
    e.hub.keys.publish();
  };
  const auto all = [&] { return must(e.agency.mailbox->incidents(true, 1000)); };
  forge(0);
  for (int look = 0; look < 3; ++look) CHECK_FALSE(e.agency.member->watch());
  CHECK(all().size() == 1);  // the same is told once, however often it is seen
  for (std::size_t i = 1; i < kBadEntriesDailyMax + 5; ++i) {
    forge(static_cast<int>(i));
    CHECK_FALSE(e.agency.member->watch());
  }
  CHECK(all().size() == kBadEntriesDailyMax + 1);
  const std::string of_day = "hub.example " + tokyo_date(e.clock()).iso();
  CHECK(std::ranges::count(all(), of_day, &desk::Incident::about) == 1);
  CHECK_FALSE(e.agency.member->watch());
  CHECK(all().size() == kBadEntriesDailyMax + 1);
  // Another day has its own.
  e.world.clock.advance(days(1));
  forge(1000);
  CHECK_FALSE(e.agency.member->watch());
  CHECK(all().size() == kBadEntriesDailyMax + 2);
}

TEST_CASE("a revocation reaches every node with its next look, and a node that cannot look refuses by the age of what it knows") {
  TestingExchange e;
  const party::OrganisationId agency = e.agency.office.self.id;
  const Time now = Time::from_seconds(e.clock().seconds());
  const auto before = must(e.provider.replica->organisation_keys_for(agency, note::KeyPurpose::sign, e.clock()));
  REQUIRE(before.size() == 1);
  note::KeyEntry ended = before.front();
  for (const std::string& entry : must(e.agency.replica->entries())) {
    const note::Note note = must(note::Note::parse(entry));
    if (const auto key = note::KeyEntry::parse(note.text); key && *key == before.front()) ended.previous = note::leaf_hash(note);
  }
  ended.valid.until = now;
  e.agency.hand_in(must(ended.text()), {e.agency.root});
  // The node looks every few seconds; five minutes is the bound.
  e.world.clock.advance(seconds(5));
  must(e.provider.member->watch());
  CHECK(must(e.provider.replica->organisation_keys(agency, e.clock())).empty());

  e.hub.is_away = true;
  const Time heard = *must(e.provider.member->directory()->verified_as_of());
  e.world.clock.advance(minutes(20));
  CHECK_FALSE(e.provider.member->watch());
  CHECK(*must(e.provider.member->directory()->verified_as_of()) == heard);
  e.provider.open();  // a restart does not make it younger
  CHECK(*must(e.provider.member->directory()->verified_as_of()) <= heard);
}

TEST_CASE("threads carry what is written, and end when they are told to") {
  TestingExchange e;
  for (House* house : {&e.agency, &e.provider}) house->member->start();
  const MatterId matter = e.dispatched();
  e.agency.member->wake();
  for (int i = 0; i < 200 && e.acts_at_provider(matter) < 4; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(25));
  CHECK(e.acts_at_provider(matter) == 4);
  for (House* house : {&e.agency, &e.provider}) house->member->stop();
}

}  // namespace
}  // namespace warifu::member

#include "store/office_mail.h"

#include <doctest/doctest.h>

#include "crypto/hash.h"
#include "store/testing_office.h"

namespace warifu::store {
namespace {

using desk::Mailbox;
using desk::MessageIn;
using desk::MessageOut;
using exchange::LogName;
using exchange::MessageId;
using exchange::MessageType;

const Time kNow = Time::from_seconds(1'800'000'000);
const party::OrganisationId kThem = party::OrganisationId::parse("portal.example").value();

Sha256 digest(std::string_view text) { return crypto::sha256(text); }

MessageOut sealed(const MatterId& matter, const std::string& words, std::vector<std::int64_t> outbox = {}, std::vector<Sha256> acts = {}) {
  MessageOut out;
  out.id = MessageId::random();
  out.to = kThem;
  out.matter = matter;
  out.envelope = "envelope of " + words;
  out.leaf = "leaf of " + words;
  out.object = Bytes{1, 2, 3};
  out.manifest = "manifest of " + words;
  out.outbox = std::move(outbox);
  out.acts = std::move(acts);
  out.created = out.next_try = kNow;
  out.expires = kNow + days(30);
  return out;
}

MessageIn received(const MatterId& matter, const std::string& words, std::vector<Sha256> acts = {}) {
  MessageIn in;
  in.id = MessageId::random();
  in.from = kThem.text();
  in.matter = matter;
  in.envelope = "envelope of " + words;
  in.promise = "promise of " + words;
  in.manifest = "manifest of " + words;
  in.leaf = digest("leaf of " + words);
  in.index = 7;
  in.acts = std::move(acts);
  in.promised = in.at = kNow;
  in.expires = kNow + days(30);
  return in;
}

// A matter with two acts in the outbox.
struct Waiting {
  explicit Waiting(TestOffice& office) {
    auto first = next_commit(*office, matter);
    first.outbox.push_back(make_outbox(kThem.text(), first.acts.front()));
    acts.push_back(first.acts.front().hash);
    REQUIRE(office->commit(first));
    auto second = next_commit(*office, matter, {.text = "second"});
    second.outbox.push_back(make_outbox(kThem.text(), second.acts.front()));
    acts.push_back(second.acts.front().hash);
    REQUIRE(office->commit(second));
    const auto unsealed = office->outbox_unsealed(kNow, 10).value();
    for (const desk::OutboxRow& row : unsealed) rows.push_back(row.seq);
    REQUIRE(rows.size() == 2);
  }
  MatterId matter = MatterId::random();
  std::vector<Sha256> acts;
  std::vector<std::int64_t> rows;
};

TEST_CASE("a message is sealed once, posted until it is accepted, and then its part of the outbox is done") {
  for_both_offices([](TestOffice& office) {
    const Waiting waiting(office);
    MessageOut message = sealed(waiting.matter, "one", waiting.rows, waiting.acts);
    message.attachments = {"one.age", "two.age"};
    REQUIRE(office->put_sealed(std::vector{message}));
    CHECK(office->outbox_unsealed(kNow, 10)->empty());
    // Nobody seals the same again beside it.
    CHECK(office->put_sealed(std::vector{sealed(waiting.matter, "two", {waiting.rows.front()})}).error().code == Code::CONFLICT);
    office.reopen();
    const auto due = office->unposted(kNow, 10).value();
    REQUIRE(due.size() == 1);
    CHECK(due.front().id == message.id);
    CHECK(due.front().object == message.object);
    CHECK(due.front().envelope == message.envelope);
    CHECK(due.front().leaf == message.leaf);
    CHECK(due.front().to == kThem);
    CHECK(due.front().attachments == message.attachments);
    CHECK(due.front().manifest == message.manifest);  // for which keys it was sealed

    REQUIRE(office->put_not_accepted(message.id, "PEER_UNAVAILABLE", kNow + seconds(10)));
    CHECK(office->unposted(kNow, 10)->empty());
    CHECK(office->unposted(kNow + seconds(10), 10)->front().attempts == 1);
    CHECK(office->outbox_of(waiting.matter)->front().last_error == "PEER_UNAVAILABLE");
    CHECK(!office->outbox_of(waiting.matter)->front().delivered);

    REQUIRE(office->put_accepted(std::vector{Mailbox::Accepted{message.id, "promise", 41, kNow + seconds(11), kNow + seconds(12)}}));
    CHECK(office->unposted(kNow + days(1), 10)->empty());
    const auto done = office->outbox_of(waiting.matter).value();
    for (const desk::OutboxRow& row : done) CHECK(row.delivered == kNow + seconds(12));
    // A second promise for the same changes nothing.
    REQUIRE(office->put_accepted(std::vector{Mailbox::Accepted{message.id, "another", 99, kNow, kNow}}));
    const auto kept = office->message_out(message.id).value();
    REQUIRE(kept);
    CHECK(kept->promise == "promise");
    CHECK(kept->index == 41);
    CHECK(kept->accepted == kNow + seconds(12));
    CHECK(office->message_with(waiting.acts[1]).value()->id == message.id);
    CHECK(!office->message_with(digest("nothing")).value());
  });
}

TEST_CASE("a row that waits without having been tried goes with a later one of its matter; one that failed holds the later ones back") {
  for_both_offices([](TestOffice& office) {
    const MatterId matter = MatterId::random(), other = MatterId::random();
    const auto put = [&](const MatterId& of, const char* text, Time next_try) {
      auto commit = next_commit(*office, of, {.text = text});
      commit.outbox.push_back(make_outbox(kThem.text(), commit.acts.front()));
      commit.outbox.back().next_try = next_try;
      REQUIRE(office->commit(commit));
    };
    const auto due = [&](Time at) {
      std::vector<MatterId> out;
      const auto rows = office->outbox_unsealed(at, 10);
      for (const desk::OutboxRow& row : rows.value()) out.push_back(row.matter);
      return out;
    };
    put(matter, "an arrival", kNow + seconds(5));
    put(other, "of another matter", kNow);
    CHECK(due(kNow) == std::vector{other});
    CHECK(due(kNow + seconds(5)) == std::vector{matter, other});
    put(matter, "what answers it", kNow + seconds(1));
    CHECK(due(kNow) == std::vector{other});
    CHECK(due(kNow + seconds(1)) == std::vector{matter, other, matter});
    const std::int64_t first = office->outbox_of(matter)->front().seq;
    REQUIRE(office->outbox_failed(first, "KEY_UNKNOWN", kNow + seconds(9)));
    CHECK(due(kNow + seconds(8)) == std::vector{other});
    CHECK(due(kNow + seconds(9)) == std::vector{matter, other, matter});
  });
}

TEST_CASE("a message that is given up is sealed anew, one that was accepted is not") {
  for_both_offices([](TestOffice& office) {
    const Waiting waiting(office);
    const MessageOut message = sealed(waiting.matter, "one", waiting.rows);
    REQUIRE(office->put_sealed(std::vector{message}));
    REQUIRE(office->unseal(message.id));
    CHECK(office->unposted(kNow, 10)->empty());
    CHECK(office->outbox_unsealed(kNow, 10)->size() == 2);
    const MessageOut again = sealed(waiting.matter, "again", waiting.rows);
    REQUIRE(office->put_sealed(std::vector{again}));
    REQUIRE(office->put_accepted(std::vector{Mailbox::Accepted{again.id, "promise", 1, kNow, kNow}}));
    REQUIRE(office->unseal(again.id));
    CHECK(office->message_out(again.id).value());
  });
}

TEST_CASE("the addressee's receipt ends a message; the reason of a refusal stays, the sealed copy goes when the message expires") {
  for_both_offices([](TestOffice& office) {
    const MatterId matter = MatterId::random();
    const MessageOut taken = sealed(matter, "taken"), refused = sealed(matter, "refused");
    REQUIRE(office->put_sealed(std::vector{taken, refused}));
    REQUIRE(office->put_accepted(std::vector{Mailbox::Accepted{taken.id, "p", 1, kNow, kNow}, Mailbox::Accepted{refused.id, "p", 2, kNow, kNow}}));
    CHECK(office->undelivered(10)->size() == 2);
    REQUIRE(office->put_relayed(std::vector{Mailbox::RelayedBy{taken.id, "statement", kNow + seconds(1)}}));
    REQUIRE(office->put_relayed(std::vector{Mailbox::RelayedBy{taken.id, "a later one", kNow + seconds(9)}}));

    desk::Carried carried;
    carried.received.push_back(received(matter, "receipt"));
    carried.received.back().type = MessageType::receipt;
    carried.deliveries = {{taken.id, carried.received.front().id, kNow + seconds(2), ""},
                          {refused.id, carried.received.front().id, kNow + seconds(2), "FORBIDDEN"},
                          {MessageId::random(), carried.received.front().id, kNow, ""}};
    REQUIRE(office->put_received(carried));
    CHECK(office->undelivered(10)->empty());
    const auto all = office->messages_of(matter).value();
    REQUIRE(all.size() == 2);
    CHECK(all[0].relayed == kNow + seconds(1));
    CHECK(all[0].relayed_note == "statement");
    CHECK(all[0].delivered == kNow + seconds(2));
    CHECK(all[0].receipt == carried.received.front().id);
    CHECK(all[0].code.empty());
    CHECK(all[1].code == "FORBIDDEN");
    CHECK(office->newest_messages(1)->front().id == refused.id);
    REQUIRE(office->forget_messages(kNow + days(30)));
    CHECK(office->message_out(taken.id).value()->object == taken.object);
    REQUIRE(office->forget_messages(kNow + days(30) + seconds(1)));
    CHECK(office->message_out(taken.id).value()->object.empty());
  });
}

TEST_CASE("a message is received once, together with its acts or not at all") {
  for_both_offices([](TestOffice& office) {
    const MatterId matter = MatterId::random();
    auto commit = next_commit(*office, matter);
    commit.carried.received.push_back(received(matter, "one", {commit.acts.front().hash}));
    commit.carried.sealed.push_back(sealed(matter, "receipt"));
    const MessageId id = commit.carried.received.front().id;
    REQUIRE(office->commit(commit));
    CHECK(office->already_received(std::vector{id, MessageId::random()}).value() == std::vector{id});
    CHECK(office->unposted(kNow, 10)->size() == 1);

    // The same message with other acts: nothing of it is taken.
    auto second = next_commit(*office, matter, {.text = "second"});
    second.carried.received.push_back(commit.carried.received.front());
    CHECK(office->commit(second).error().code == Code::REPLAYED);
    CHECK(office->acts(matter)->size() == 1);
    // Another message with acts that are here: recorded, and they stay as they are.
    desk::Commit again;
    again.matter = matter;
    again.acts = commit.acts;
    again.expected_acts = hashes_of(commit.acts);
    again.carried.received.push_back(received(matter, "twice"));
    REQUIRE(office->commit(again));
    CHECK(office->message_in(again.carried.received.front().id).value());
    CHECK(office->acts(matter)->size() == 1);
    // A refused one is kept with what came.
    desk::Carried refused;
    refused.received.push_back(received(matter, "refused"));
    refused.received.back().matter.reset();
    refused.received.back().code = "SIGNATURE_INVALID";
    refused.received.back().object = Bytes{9, 9};
    REQUIRE(office->put_received(refused));
    CHECK(office->put_received(refused).error().code == Code::REPLAYED);
    const auto kept = office->message_in(refused.received.front().id).value();
    REQUIRE(kept);
    CHECK(kept->code == "SIGNATURE_INVALID");
    CHECK(kept->object == Bytes{9, 9});
    CHECK(!kept->matter);
  });
}

TEST_CASE("what came in is listed whole: applied and refused alike, the last to expire first") {
  for_both_offices([](TestOffice& office) {
    const auto matter = MatterId::random();
    const std::vector<Sha256> acts{digest("one"), digest("two")};
    MessageIn applied = received(matter, "applied", acts), refused = received(matter, "refused");
    applied.expires = kNow + days(29);
    refused.matter.reset();
    refused.code = "FORBIDDEN";
    refused.object = Bytes{4, 5};
    MessageIn unpromised = received(matter, "without a promise");
    unpromised.promised = Time{};
    unpromised.expires = kNow;
    unpromised.code = "SIGNATURE_INVALID";
    for (const MessageIn& in : {unpromised, applied, refused}) {
      desk::Carried carried;
      carried.received.push_back(in);
      REQUIRE(office->put_received(carried));
    }
    const auto all = office->newest_received(10).value();
    REQUIRE(all.size() == 3);
    CHECK(all[0].id == refused.id);
    CHECK(all[0].code == "FORBIDDEN");
    CHECK(!all[0].matter);
    CHECK(all[0].object.empty());  // a list holds none
    CHECK(all[1].id == applied.id);
    CHECK(all[1].acts == acts);
    CHECK(all[1].matter == matter);
    CHECK(all[1].leaf == applied.leaf);
    CHECK(all[1].envelope == applied.envelope);
    CHECK(all[2].id == unpromised.id);
    CHECK(office->newest_received(1)->size() == 1);
  });
}

TEST_CASE("proofs lead to the checkpoint they were made for, and tell how acts crossed until their texts are purged") {
  for_both_offices([](TestOffice& office) {
    const Waiting waiting(office);
    const MatterId matter = waiting.matter;
    const MessageOut out = sealed(matter, "out", waiting.rows, waiting.acts);
    REQUIRE(office->put_sealed(std::vector{out}));
    CHECK(office->unproven(10)->empty());
    REQUIRE(office->put_accepted(std::vector{Mailbox::Accepted{out.id, "promise of out", 3, kNow, kNow}}));
    auto commit = next_commit(*office, matter, {.text = "theirs"});
    commit.carried.received.push_back(received(matter, "in", {commit.acts.front().hash}));
    const MessageIn in = commit.carried.received.front();
    REQUIRE(office->commit(commit));
    const auto unproven = office->unproven(10).value();
    REQUIRE(unproven.size() == 2);
    CHECK(unproven[0].leaf == ledger::leaf_hash(bytes_of(out.leaf)));
    CHECK(unproven[0].index == 3);
    CHECK(unproven[1].is_incoming);
    CHECK(unproven[1].promise == "promise of in");

    const note::Signer log = note::Signer::create("hub.example/log", crypto::Ed25519Secret::generate()).value();
    const std::string checkpoint = note::sign_note("hub.example/log\n8\n" + to_base64(digest("root").bytes) + "\n", std::vector{log})->serialise();
    REQUIRE(office->put_proofs(checkpoint, 8, std::vector{Mailbox::Proven{out.id, false, {digest("a"), digest("b")}}}, kNow + seconds(20)));
    REQUIRE(office->put_broken(std::vector{Mailbox::Proven{in.id, true, {}}}));
    CHECK(office->unproven(10)->empty());
    const auto proof = office->proof_of(out.id).value();
    REQUIRE(proof);
    CHECK(proof->index == 3);
    CHECK(proof->path == ledger::Proof{digest("a"), digest("b")});
    CHECK(proof->checkpoint == checkpoint);
    CHECK(!office->proof_of(in.id).value());
    CHECK(office->message_out(out.id).value()->logged == kNow + seconds(20));
    CHECK(!office->message_in(in.id).value()->logged);

    const auto crossings = office->crossings(matter).value();
    REQUIRE(crossings.size() == 2);
    CHECK(crossings[0].envelope == out.envelope);
    CHECK(crossings[0].manifest == out.manifest);
    CHECK(crossings[0].promise == "promise of out");
    CHECK(crossings[0].acts == waiting.acts);
    REQUIRE(crossings[0].proof);
    CHECK(crossings[0].proof->find("index 3\n") != std::string::npos);
    CHECK(crossings[1].manifest == in.manifest);
    CHECK(!crossings[1].proof);

    desk::Commit purge = next_commit(*office, matter, {.text = "purge"});
    purge.purge_bodies = {waiting.acts.front()};
    REQUIRE(office->commit(purge));
    const auto left = office->crossings(matter).value();
    REQUIRE(left.size() == 1);
    CHECK(left.front().manifest == in.manifest);
  });
}

TEST_CASE("what was seen of a log changes by compare and set only") {
  for_both_offices([](TestOffice& office) {
    CHECK(!office->log_seen(LogName::keys).value());
    const desk::LogSeen first{"note 1", 5, digest("five"), kNow}, second{"note 2", 9, digest("nine"), kNow + seconds(1)};
    REQUIRE(office->put_log_seen(LogName::keys, {}, first));
    CHECK(office->put_log_seen(LogName::keys, {}, second).error().code == Code::STALE);
    REQUIRE(office->put_log_seen(LogName::keys, first, second));
    CHECK(office->put_log_seen(LogName::keys, first, first).error().code == Code::STALE);
    CHECK(office->put_log_seen(LogName::keys, first, second));  // a repetition after a lost answer
    office.reopen();
    CHECK(office->log_seen(LogName::keys).value() == second);
    CHECK(!office->log_seen(LogName::messages).value());

    CHECK_FALSE(office->is_issued(digest("leaf")).value());
    REQUIRE(office->put_issued(digest("leaf")));
    REQUIRE(office->put_issued(digest("leaf")));
    CHECK(office->is_issued(digest("leaf")).value());
  });
}

TEST_CASE("an incident that a message brings stands with it, or not at all") {
  for_both_offices([](TestOffice& office) {
    desk::Carried carried;
    carried.received.push_back(received(MatterId::random(), "refused"));
    carried.received.back().code = "NOT_FOUND";
    carried.incidents.push_back({0, "NOT_FOUND", "portal.example 2026-11-30", "envelope", kNow, {}});
    REQUIRE(office->put_received(carried));
    REQUIRE(office->incidents(true, 10)->size() == 1);
    CHECK(office->incidents(true, 10)->front().about == "portal.example 2026-11-30");
    carried.incidents.front().about = "portal.example 2026-12-01";
    CHECK(office->put_received(carried).error().code == Code::REPLAYED);
    CHECK(office->incidents(true, 10)->size() == 1);
  });
}

TEST_CASE("an incident is told once and stays until somebody has looked at it") {
  for_both_offices([](TestOffice& office) {
    REQUIRE(office->put_incident({0, "LOG_FORKED", "log", "two checkpoints", kNow, {}}));
    REQUIRE(office->put_incident({0, "LOG_FORKED", "log", "others", kNow + seconds(5), {}}));
    REQUIRE(office->put_incident({0, "LOG_FORKED", "keys", "two", kNow, {}}));
    const auto open = office->incidents(true, 10).value();
    REQUIRE(open.size() == 2);
    CHECK(open[1].evidence == "two checkpoints");
    REQUIRE(office->examine_incident(open[1].seq, kNow + minutes(1)));
    CHECK(office->examine_incident(open[1].seq + 1000, kNow).error().code == Code::NOT_FOUND);
    CHECK(office->incidents(true, 10)->size() == 1);
    CHECK(office->incidents(false, 10)->size() == 2);
    CHECK(office->incidents(false, 10)->back().examined == kNow + minutes(1));
    const auto all = office->incidents(false, 10).value();
    CHECK(office->incidents_before(all.front().seq + 1, 10)->size() == 2);
    CHECK(office->incidents_before(all.front().seq + 1, 1)->front().seq == all.front().seq);
    CHECK(office->incidents_before(all.front().seq, 10)->front().seq == all.back().seq);
    CHECK(office->incidents_before(all.back().seq, 10)->empty());
  });
}

TEST_CASE("messages are forgotten only when no repetition of them would be taken any more") {
  for_both_offices([](TestOffice& office) {
    const MatterId matter = MatterId::random();
    desk::Carried carried;
    carried.received.push_back(received(matter, "receipt"));
    carried.received.back().type = MessageType::receipt;
    const MessageId id = carried.received.front().id;
    REQUIRE(office->put_received(carried));
    REQUIRE(office->put_proofs("checkpoint", 8, std::vector{Mailbox::Proven{id, true, {}}}, kNow));
    REQUIRE(office->forget_messages(kNow + days(60)));
    CHECK(office->already_received(std::vector{id})->size() == 1);
    REQUIRE(office->forget_messages(kNow + days(60) + seconds(1)));
    CHECK(office->already_received(std::vector{id})->empty());
  });
}

}  // namespace
}  // namespace warifu::store

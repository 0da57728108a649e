// What the hub does not give, files that come with an answer, and what is left of them.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "exchange/acts_body.h"
#include "exchange/attachment.h"
#include "json/codec.h"
#include "member/testing_answer.h"

namespace warifu::member {
namespace {

using desk::must;

std::vector<std::string> codes_of(const House& house) {
  std::vector<std::string> out;
  for (const desk::Incident& incident : must(house.mailbox->incidents(true, 100))) out.push_back(incident.code + " " + incident.about);
  return out;
}

// What the hub keeps in parts.
void damage(TestingHub& hub) {
  for (auto& [object, content] : hub.objects)
    for (Bytes& part : content.second) part[part.size() / 2] ^= 1;
}

TEST_CASE("what the hub does not give whole is asked for again while everything else goes on, and is an incident in the end") {
  struct Case {
    const char* what;
    std::function<void(exchange::FetchedMessage&)> change;
    std::optional<Code> answer = {};
  };
  const auto away = [](exchange::FetchedMessage& m) { m.object.clear(); };
  const Case cases[] = {
      {"cut", [](exchange::FetchedMessage& m) { m.object.resize(m.object.size() - 1); }},
      {"a flipped bit", [](exchange::FetchedMessage& m) { m.object[m.object.size() / 2] = static_cast<char>(m.object[m.object.size() / 2] ^ 1); }},
      {"of others", [](exchange::FetchedMessage& m) { m.object = std::string(m.object.size(), 'x'); }},
      {"in parts, and gone", away, {}},
      {"in parts, and the hub fails", away, Code::INTERNAL},
      {"in parts, and the hub is too busy", away, Code::RATE_LIMITED},
      {"in parts, and the line is cut", away, Code::PEER_UNAVAILABLE},
      {"in parts, and not for us", away, Code::NOT_ADMITTED},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    TestingExchange e;
    const MatterId matter = e.dispatched();
    must(e.agency.member->send());
    const MatterId other = e.dispatched("reiji-00002");
    must(e.agency.member->send());
    e.hub.objects_fail = one.answer;
    e.hub.tamper = [&](exchange::FetchedMessage& message) {
      if (message.seq == 1) one.change(message);
    };
    const ReceivedCounts counts = must(e.provider.member->receive({}));
    CHECK(counts.waiting == 1);
    CHECK(counts.refused == 0);
    CHECK(counts.applied == 1);
    CHECK(e.acts_at_provider(matter) + e.acts_at_provider(other) == 4);
    const int asked = e.hub.objects_asked;
    CHECK(must(e.provider.member->receive({})).waiting == 0);  // not yet
    CHECK(e.hub.objects_asked == asked);
    for (int i = 1; i < kFetchTriesMax; ++i) {
      CHECK(codes_of(e.provider).empty());
      e.world.clock.advance(minutes(11));
      CHECK(must(e.provider.member->receive({})).waiting == 1);
    }
    const exchange::MessageId number =
        must(exchange::Envelope::parse(must(note::Note::parse(e.hub.boxes[e.provider.org()].front().message.envelope)).text)).id;
    CHECK(codes_of(e.provider) == std::vector{"PART_MISSING message " + number.hex()});
    CHECK(!must(e.provider.mailbox->message_in(number)));
    CHECK(must(e.provider.mailbox->incidents(true, 1)).front().evidence.find("warifu-env/v1\n" + number.hex()) != std::string::npos);
    // The hub is repaired: the message comes, late.
    e.hub.objects_fail.reset();
    e.hub.tamper = [](exchange::FetchedMessage&) {};
    e.world.clock.advance(minutes(11));
    CHECK(must(e.provider.member->receive({})).applied == 1);
    CHECK(e.acts_at_provider(matter) + e.acts_at_provider(other) == 8);
    CHECK(must(e.provider.member->receive({})).repeated == 0);
  }
}

TEST_CASE("a message that never came whole is refused when it has expired, and its sender is told") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.member->send());
  e.hub.tamper = [](exchange::FetchedMessage& m) { m.object.resize(1); };
  CHECK(must(e.provider.member->receive({})).waiting == 1);
  e.world.clock.advance(days(30));
  e.world.clock.advance(minutes(5));
  const ReceivedCounts counts = must(e.provider.member->receive({}));
  CHECK(counts.refused == 1);
  CHECK(counts.last_refusal->code == Code::OUT_OF_RANGE);
  e.hub.tamper = [](exchange::FetchedMessage&) {};
  must(e.agency.member->watch());
  e.carry();
  CHECK(codes_of(e.agency).size() == 1);
}

TEST_CASE("an answer's files come with it, and nothing of them is left on the way") {
  TestingExchange e;
  const Answer answer(e);
  CHECK(must(e.agency.member->receive({})).applied == 1);
  CHECK(answer.is_here(e));
  for (const inquiry::FileRef& file : answer.files)
    CHECK(must(crypto::sha256_file(must(e.world.agency().store().file_path(answer.matter, file.sha256)))) == file.sha256);
  CHECK(files_of(e.agency).empty());
  CHECK(files_of(e.provider).empty());
}

// An answer with one large file, which the hub has.
struct LargeAnswer {
  explicit LargeAnswer(TestingExchange& e, bool is_sent = true) {
    matter = e.dispatched();
    e.carry();
    e.world.assigned(matter);
    const std::string path = e.folder.file("large.csv");
    put_file(path, std::string(2 * exchange::kPartBytes + 1000, 'x'));
    file = must(e.world.provider().attach(e.world.op, matter, "large.csv", "text/csv", path));
    release(e, matter, {file});
    if (is_sent) must(e.provider.member->send());
    e.hub.objects_asked = 0;
  }
  [[nodiscard]] bool is_here(const TestingExchange& e) const {
    const auto acts = must(e.agency.mailbox->acts(matter));
    return std::ranges::any_of(acts, [](const inquiry::SignedAct& act) { return act.act.kind == inquiry::Kind::RELEASED; });
  }
  MatterId matter;
  inquiry::FileRef file;
};
constexpr int kLargeParts = 3;

TEST_CASE("a large file comes in turns; everything else comes meanwhile, and a restart asks for no part twice") {
  TestingExchange e;
  const LargeAnswer large(e);
  const MatterId next = e.dispatched("reiji-00002");
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  must(e.provider.member->send());
  e.agency.file_turn = std::chrono::milliseconds(0);  // one request each
  e.agency.open();
  ReceivedCounts counts = must(e.agency.member->receive({}));
  CHECK(counts.waiting == 1);
  CHECK(counts.waits.by_code().empty());  // nothing is wrong
  CHECK(must(e.agency.mailbox->row(next)).state == inquiry::State::DELIVERED);
  int rounds = 1;
  for (; !large.is_here(e) && rounds < 20; ++rounds) {
    CHECK(count_plain(e.agency) == 0);
    if (rounds == 2) e.agency.open();  // without a second's patience: nothing is put off
    counts = must(e.agency.member->receive({}));
  }
  CHECK(rounds == kLargeParts + 1);  // the list, each part
  CHECK(counts.applied == 1);
  CHECK(e.hub.objects_asked == kLargeParts + 1);
  CHECK(must(crypto::sha256_file(must(e.world.agency().store().file_path(large.matter, large.file.sha256)))) == large.file.sha256);
  CHECK(files_of(e.agency).empty());
  CHECK(must(e.agency.member->receive({})).waiting == 0);
}

TEST_CASE("a file that was put in its place before the process ended is not fetched again") {
  TestingExchange e;
  const LargeAnswer large(e);
  must(e.world.agency().store().copy_file(large.matter, large.file.sha256,
                                          must(e.world.provider().store().file_path(large.matter, large.file.sha256))));
  CHECK(must(e.agency.member->receive({})).applied == 1);
  CHECK(large.is_here(e));
  CHECK(e.hub.objects_asked == 0);
}

TEST_CASE("the house takes the opened file itself: there is never a second copy of it in clear") {
  TestingExchange e;
  const LargeAnswer large(e);
  const std::string kept = e.folder.file("kakuu-police.example") + "/" + large.matter.hex() + "/" + large.file.sha256.hex();
  CHECK(must(e.agency.member->receive({})).applied == 1);
  CHECK(std::filesystem::hard_link_count(kept) == 1);
  CHECK(std::filesystem::file_size(kept) == static_cast<std::uint64_t>(large.file.bytes));
  // The provider's own file is still the provider's.
  CHECK(must(e.world.provider().store().file_path(large.matter, large.file.sha256)) != kept);
}

TEST_CASE("a large file leaves in turns, behind everything else that leaves") {
  TestingExchange e;
  const LargeAnswer large(e, false);
  e.provider.file_turn = std::chrono::milliseconds(0);
  e.provider.open();
  const MatterId next = e.dispatched("reiji-00002");
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  e.world.clock.advance(minutes(1));  // the answer is due again, too
  must(e.provider.member->send());
  const auto& box = e.hub.boxes[e.agency.org()];
  REQUIRE(box.size() >= 2);
  CHECK(must(e.provider.mailbox->message_out(box.back().id))->attachments.size() == 1);
  e.carry();
  CHECK(large.is_here(e));
  CHECK(must(e.agency.mailbox->row(next)).state == inquiry::State::DELIVERED);
}

TEST_CASE("a file that the hub does not take, or that is lost sealed, holds up nothing else and goes in the end") {
  TestingExchange e;
  SUBCASE("the hub has no room for it") {
    const LargeAnswer large(e, false);
    e.hub.objects_fail = Code::TOO_LARGE;
    const MatterId next = e.dispatched("reiji-00002");
    must(e.agency.member->send());
    must(e.provider.member->receive({}));
    e.world.clock.advance(minutes(1));  // the answer is due again, too
    must(e.provider.member->send());
    CHECK(files_of(e.provider).size() == 2);  // sealed, and refused
    must(e.agency.member->receive({}));
    CHECK(must(e.agency.mailbox->row(next)).state == inquiry::State::DELIVERED);
    CHECK(!large.is_here(e));
    e.hub.objects_fail.reset();
    e.world.clock.advance(minutes(11));
    e.carry();
    CHECK(large.is_here(e));
  }
  SUBCASE("the sealed file is gone, as after a backup that was restored") {
    const LargeAnswer large(e, false);
    e.hub.is_away = true;
    CHECK(!e.provider.member->send());
    REQUIRE(files_of(e.provider).size() == 2);  // sealed, and the list of its parts
    for (const std::string& name : files_of(e.provider)) std::filesystem::remove(e.provider.files + "/" + name);
    e.hub.is_away = false;
    e.carry();
    CHECK(large.is_here(e));
    CHECK(files_of(e.provider).empty());
  }
  SUBCASE("a part of it was spoiled on the disk") {
    const LargeAnswer large(e, false);
    e.hub.is_away = true;
    CHECK(!e.provider.member->send());
    for (const std::string& name : files_of(e.provider)) {
      if (!name.ends_with(".age")) continue;
      std::fstream sealed(e.provider.files + "/" + name, std::ios::in | std::ios::out | std::ios::binary);
      sealed.seekp(static_cast<std::streamoff>(exchange::kPartBytes) + 5);
      sealed.put('\0').put('\1').put('\2');
    }
    e.hub.is_away = false;
    e.carry();
    CHECK(large.is_here(e));
    CHECK(files_of(e.provider).empty());
  }
}

TEST_CASE("an answer whose files the hub has lost waits, and the rest of the box goes on") {
  TestingExchange e;
  const Answer answer(e);
  const MatterId next = e.dispatched("reiji-00002");
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  must(e.provider.member->send());
  const auto objects = e.hub.objects;
  damage(e.hub);
  const ReceivedCounts counts = must(e.agency.member->receive({}));
  CHECK(counts.waiting == 1);
  CHECK(counts.refused == 0);
  CHECK(!answer.is_here(e));
  CHECK(must(e.agency.mailbox->row(next)).state == inquiry::State::DELIVERED);
  e.hub.objects = objects;
  e.world.clock.advance(seconds(3));
  CHECK(must(e.agency.member->receive({})).applied == 1);
  CHECK(answer.is_here(e));
  CHECK(files_of(e.agency).empty());
}

TEST_CASE("a disk without room for one answer's files does not stop the rest of the box, and accuses nobody") {
  TestingExchange e;
  const Answer answer(e, 1);
  const MatterId next = e.dispatched("reiji-00002");
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  must(e.provider.member->send());
  put_file(e.agency.files + "/in");  // no folder can be made there
  for (int i = 0; i < kFetchTriesMax + 1; ++i) {
    const ReceivedCounts counts = must(e.agency.member->receive({}));
    CHECK(counts.waiting == 1);
    CHECK(counts.refused == 0);
    e.world.clock.advance(minutes(11));
  }
  CHECK(must(e.agency.mailbox->row(next)).state == inquiry::State::DELIVERED);
  CHECK(codes_of(e.agency).empty());
  std::filesystem::remove(e.agency.files + "/in");
  CHECK(must(e.agency.member->receive({})).applied == 1);
  CHECK(answer.is_here(e));
}

TEST_CASE("files of one answer that fit on the disk one by one, and not together, are not sealed") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.carry();
  e.world.assigned(matter);
  std::vector<inquiry::FileRef> files;
  for (int i = 0; i < 2; ++i) {
    const std::string path = e.folder.file("part-" + std::to_string(i) + ".csv");
    put_file(path, "氏名\n例示 " + std::to_string(i) + "\n");
    files.push_back(must(e.world.provider().attach(e.world.op, matter, "list.csv", "text/csv", path)));
  }
  release(e, matter, files);
  // Holes in a file take no room, and are as long as the disk is free.
  const std::uint64_t large = std::filesystem::space(e.folder.file(".")).available / 5 * 3;
  const auto path_of = [&](const inquiry::FileRef& file) { return must(e.provider.mailbox->file_path(matter, file.sha256)); };
  for (const inquiry::FileRef& file : files) std::filesystem::resize_file(path_of(file), large);
  must(e.provider.member->send());
  CHECK(files_of(e.provider).empty());
  const std::vector<desk::OutboxRow> waiting = must(e.provider.mailbox->outbox_of(matter));
  REQUIRE(!waiting.empty());
  CHECK(waiting.back().last_error == "DISK_FULL");
  for (const inquiry::FileRef& file : files) std::filesystem::resize_file(path_of(file), static_cast<std::uint64_t>(file.bytes));
  e.world.clock.advance(minutes(11));
  e.carry();
  for (const inquiry::FileRef& file : files) CHECK(e.agency.mailbox->file_path(matter, file.sha256).has_value());
}

TEST_CASE("files are not fetched for acts that nobody vouches for") {
  TestingExchange e;
  const Answer answer(e);
  e.world.directory().revoke_person(e.world.releaser.person, e.clock() - days(1));
  const ReceivedCounts counts = must(e.agency.member->receive({}));
  CHECK(counts.refused == 1);
  CHECK(counts.last_refusal->code == Code::SIGNATURE_MISSING);
  CHECK(e.hub.objects_asked == 0);
  CHECK(!answer.is_here(e));
  CHECK(files_of(e.agency).empty());
}

// The provider's answer, wrapped anew by somebody who has its keys.
exchange::SealedMessage wrapped(TestingExchange& e, const Answer& answer, const std::function<void(exchange::OutgoingMessage&)>& change) {
  std::vector<inquiry::SignedAct> acts;
  for (const inquiry::SignedAct& act : must(e.provider.mailbox->acts(answer.matter)))
    if (act.act.kind == inquiry::Kind::RELEASED) acts.push_back(act);
  exchange::OutgoingMessage message;
  message.thread = answer.matter;
  message.to = {must(recipient_for(*e.provider.replica, e.agency.office.self.id, e.clock()))};
  message.body = must(exchange::spell_acts(acts));
  message.created = e.clock();
  message.expires = e.clock() + days(1);
  change(message);
  exchange::SealedMessage out = must(exchange::seal_message(message, *e.provider.office.signer, e.hub.network().log.name));
  TestingLine line(e.hub, e.provider.org());
  must(must(line.post({{out.envelope, out.leaf, std::string(text_of(out.object))}})).front());
  return out;
}

exchange::Attachment claimed(const inquiry::FileRef& file, std::uint64_t plain_bytes) {
  exchange::Attachment out;
  out.plain = out.sealed = file.sha256;
  out.plain_bytes = plain_bytes;
  const std::uint64_t chunks = std::max<std::uint64_t>(1, (exchange::padded_bytes(plain_bytes) + 65535) / 65536);
  out.sealed_bytes = 200 + 16 + exchange::padded_bytes(plain_bytes) + 16 * chunks;
  out.media_type = "text/csv";
  REQUIRE(exchange::check_lengths(out));
  return out;
}

TEST_CASE("more attachments than one message may bring are refused before one is fetched") {
  TestingExchange e;
  const Answer answer(e);
  for (TestingHub::Boxed& boxed : e.hub.boxes[e.agency.org()]) boxed.is_acknowledged = true;
  const auto sent = wrapped(e, answer, [&](exchange::OutgoingMessage& message) {
    message.attachments = {claimed(answer.files[0], 5ull << 30), claimed(answer.files[1], 4ull << 30)};
  });
  const ReceivedCounts counts = must(e.agency.member->receive({}));
  CHECK(counts.refused == 1);
  CHECK(counts.last_refusal->code == Code::TOO_LARGE);
  CHECK(e.hub.objects_asked == 0);
  CHECK(must(e.agency.mailbox->message_in(sent.id))->code == "TOO_LARGE");
}

TEST_CASE("of a message that is refused nothing stays behind in clear") {
  TestingExchange e;
  const Answer answer(e);
  std::vector<exchange::Attachment> there;
  const auto find = [&](const exchange::MessageId& id) { return must(e.provider.mailbox->message_out(id)); };
  // The first file is as the provider sealed it, the second claims another length than it has.
  for (const auto& [id, taken] : e.hub.taken)
    if (const auto message = find(id); message && message->type == exchange::MessageType::acts) {
      const auto crossings = must(e.provider.mailbox->crossings(answer.matter));
      for (const exchange::Crossing& crossing : crossings) {
        const auto manifest = must(exchange::Manifest::parse(must(note::Note::parse(crossing.manifest)).text));
        if (manifest.id == id && !manifest.attachments.empty()) there = manifest.attachments;
      }
    }
  REQUIRE(there.size() == 2);
  for (TestingHub::Boxed& boxed : e.hub.boxes[e.agency.org()]) boxed.is_acknowledged = true;
  wrapped(e, answer, [&](exchange::OutgoingMessage& message) {
    message.attachments = there;
    message.attachments[1].plain_bytes -= 1;
  });
  const ReceivedCounts counts = must(e.agency.member->receive({}));
  CHECK(counts.refused == 1);
  CHECK(counts.last_refusal->code == Code::CRYPTO);
  CHECK(e.hub.objects_asked > 0);
  CHECK(files_of(e.agency).empty());
}

TEST_CASE("what a process that ended left behind is gone after the next start; what is under way stays sealed") {
  TestingExchange e;
  const Answer answer(e);
  const std::string in = e.agency.files + "/in/";
  const exchange::MessageId done = [&] {
    for (const auto& [id, taken] : e.hub.taken)
      if (must(e.agency.mailbox->message_in(id))) return id;
    return exchange::MessageId{};
  }();
  REQUIRE(!done.is_zero());
  const std::string under_way = in + exchange::MessageId::random().hex() + "/" + Sha256{}.hex();
  put_file(in + done.hex() + "/" + Sha256{}.hex() + "/list");
  put_file(in + done.hex() + "/" + Sha256{}.hex() + ".plain");
  put_file(under_way + "/list");
  put_file(under_way + ".plain");
  put_file(under_way + ".plain.partial");
  put_file(e.agency.files + "/" + Sha256{}.hex() + ".plain");
  put_file(e.agency.files + "/" + Sha256{}.hex() + "/000000");
  put_file(e.agency.files + "/sealed.age");
  e.agency.open();
  must(e.agency.member->receive({}));
  CHECK(answer.is_here(e));
  CHECK(count_plain(e.agency) == 0);
  CHECK(files_of(e.agency) == std::vector<std::string>{std::filesystem::relative(under_way + "/list", e.agency.files).string(), "sealed.age"});
}

TEST_CASE("so much of what is refused is kept as evidence, and no more") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  TestingLine line(e.hub, e.agency.org());
  const auto refused = [&](std::string body) {
    exchange::OutgoingMessage message;
    message.thread = matter;
    message.to = {must(recipient_for(*e.agency.replica, e.world.provider().self().id, e.clock()))};
    message.body = std::move(body);
    message.created = e.clock();
    message.expires = e.clock() + days(1);
    const exchange::SealedMessage sealed = must(exchange::seal_message(message, *e.agency.office.signer, e.hub.network().log.name));
    must(must(line.post({{sealed.envelope, sealed.leaf, std::string(text_of(sealed.object))}})).front());
    CHECK(must(e.provider.member->receive({})).refused == 1);
    return must(e.provider.mailbox->message_in(sealed.id))->object.size();
  };
  must(e.provider.member->receive({}));
  CHECK(refused("no acts") > 0);
  CHECK(refused(std::string(kEvidenceObjectMax, 'x')) == 0);
  std::size_t kept = 0;
  for (int i = 0; i < 80; ++i) kept += refused(std::string(kEvidenceObjectMax - 8192, 'x'));
  CHECK(kept > kEvidenceDailyMax / 2);
  CHECK(kept <= kEvidenceDailyMax);
  e.world.clock.advance(days(1));
  CHECK(refused("no acts") > 0);
}

TEST_CASE("every code of a batch is counted and told") {
  TestingExchange e;
  for (const char* account : {"reiji-00001", "reiji-00002", "reiji-00003"}) {
    e.dispatched(account);
    must(e.agency.member->send());
  }
  e.hub.tamper = [](exchange::FetchedMessage& m) {
    if (m.seq == 1) m.envelope = "nothing";
    if (m.seq > 1)
      m.promise = must(note::sign_note(must(note::Note::parse(m.promise)).text, std::vector{TestingHub::signer("hub.example/sign")})).serialise();
  };
  const ReceivedCounts counts = must(e.provider.member->receive({}));
  CHECK(counts.refused == 3);
  REQUIRE(counts.refusals.by_code().size() == 2);
  CHECK(counts.refusals.by_code().at(Code::BAD_NOTE).count == 1);
  CHECK(counts.refusals.by_code().at(Code::SIGNATURE_MISSING).count == 2);
  const std::string figures = e.provider.metrics.render();
  const auto has = [&](const std::string& code, int n) {
    return figures.find("warifu_messages_refused_total{by=\"us\",code=\"" + code + "\",organisation=\"" + e.provider.org() + "\"} " +
                        std::to_string(n)) != std::string::npos;
  };
  CAPTURE(figures);
  CHECK(has("BAD_NOTE", 1));
  CHECK(has("SIGNATURE_MISSING", 2));
}

}  // namespace
}  // namespace warifu::member

// Files of a member that lies about them, or is no party: nothing of them is fetched that need not be, and nothing of them stays.

#include <doctest/doctest.h>

#include "base/limits.h"
#include "member/testing_answer.h"
#include "member/testing_foe.h"

namespace warifu::member {
namespace {

using desk::must;
using inquiry::Kind;

struct Lie {
  Lie() {
    matter = e.dispatched();
    e.carry();
    for (const inquiry::SignedAct& act : must(e.agency.mailbox->acts(matter)))
      if (act.act.kind == Kind::DISPATCHED) dispatch = act.hash;
    acts = must(e.agency.mailbox->acts(matter)).size();
    e.hub.objects_asked = 0;
  }
  [[nodiscard]] inquiry::SignedAct answer(const std::vector<Sha256>& files, const std::function<void(inquiry::Act&)>& change = {}) const {
    return provider.answer(matter, dispatch, e.world.releaser.person, files, change);
  }
  void refused(const exchange::MessageId& message, Code code, std::string_view where) {
    CAPTURE(std::string(sentence(code).name));
    CAPTURE(where);
    const ReceivedCounts counts = must(e.agency.member->receive({}));
    CHECK(counts.refused == 1);
    CHECK(counts.applied + counts.held + counts.waiting == 0);
    REQUIRE(counts.last_refusal);
    CHECK(std::string(sentence(counts.last_refusal->code).name) == std::string(sentence(code).name));
    CHECK(counts.last_refusal->where == where);
    CHECK(must(e.agency.mailbox->message_in(message))->code == sentence(code).name);
    CHECK(must(e.agency.mailbox->acts(matter)).size() == acts);
    CHECK(files_of(e.agency).empty());
  }
  exchange::MessageId send(const inquiry::SignedAct& act, std::vector<exchange::Attachment> attachments) const {
    exchange::OutgoingMessage message = provider.message(e.agency, matter, {act});
    message.attachments = std::move(attachments);
    return provider.post(message).id;
  }

  TestingExchange e;
  Foe provider{e, e.provider};
  MatterId matter;
  Sha256 dispatch;
  std::size_t acts = 0;
};

TEST_CASE("hostile files: a manifest whose lengths, digests or names lie") {
  Lie lie;
  const exchange::Attachment good = lie.provider.upload(lie.e.agency, "氏名,住所\n例示,架空市\n"),
                             other = lie.provider.upload(lie.e.agency, "another");
  lie.e.hub.objects_asked = 0;
  const auto sent = [&](const std::function<void(exchange::Attachment&)>& change) {
    exchange::Attachment changed = good;
    change(changed);
    return lie.send(lie.answer({changed.plain}), {changed});
  };
  // Before anything is asked for.
  lie.refused(sent([](auto& a) { a.sealed_bytes = 60; }), Code::OUT_OF_RANGE, "att");
  lie.refused(sent([](auto& a) { a.sealed_bytes += crypto::kAgeHeaderBytesMax; }), Code::OUT_OF_RANGE, "att");
  lie.refused(sent([](auto& a) { a.plain_bytes = INT64_MAX; }), Code::OUT_OF_RANGE, "att");
  lie.refused(sent([](auto& a) { a.sealed_bytes = INT64_MAX; }), Code::TOO_LARGE, "att");
  lie.refused(sent([](auto& a) {
                a.plain_bytes = limits::kFileBytesCeiling + 1;
                a.sealed_bytes = 200 + 16 + exchange::padded_bytes(a.plain_bytes) + 16 * ((exchange::padded_bytes(a.plain_bytes) + 65535) / 65536);
              }),
              Code::TOO_LARGE, "att");
  lie.refused(lie.send(lie.answer({good.plain}), {}), Code::PART_MISSING, "att");
  lie.refused(lie.send(lie.answer({good.plain, other.plain}), {good}), Code::PART_MISSING, "att");
  lie.refused(lie.send(lie.answer({good.plain}), {good, other}), Code::TEXT_DIFFERS, "att");
  lie.refused(lie.send(lie.answer({good.plain}), {good, good}), Code::DUPLICATE_FIELD, "att");
  exchange::Attachment twin = other;
  twin.sealed = good.sealed;
  lie.refused(lie.send(lie.answer({good.plain, twin.plain}), {good, twin}), Code::DUPLICATE_FIELD, "att");
  CHECK(lie.e.hub.objects_asked == 0);
  // What shows when it is opened.
  lie.refused(sent([](auto& a) { a.plain = crypto::sha256("another"); }), Code::CRYPTO, "plain");
  lie.refused(sent([](auto& a) { a.plain_bytes -= 1; }), Code::CRYPTO, "padding");
  const exchange::MessageId under_another = [&] {
    exchange::Attachment changed = good;
    changed.sealed = crypto::sha256("another name");
    lie.e.hub.objects[changed.sealed] = lie.e.hub.objects[good.sealed];
    return lie.send(lie.answer({changed.plain}), {changed});
  }();
  lie.refused(under_another, Code::CRYPTO, "sealed");
  // The truth is taken after all that.
  lie.send(lie.answer({good.plain}), {good});
  CHECK(must(lie.e.agency.member->receive({})).applied == 1);
  CHECK(must(crypto::sha256_file(must(lie.e.world.agency().store().file_path(lie.matter, good.plain)))) == good.plain);
}

TEST_CASE("hostile files: what was sealed for somebody else, or spoilt before it was sealed") {
  Lie lie;
  exchange::Attachment of_the_provider = lie.provider.upload(lie.e.provider, "sealed for its sender");
  lie.refused(lie.send(lie.answer({of_the_provider.plain}), {of_the_provider}), Code::KEY_UNKNOWN, "header");
  const exchange::Attachment good = lie.provider.upload(lie.e.agency, std::string(100'000, 'x'));
  exchange::Attachment spoilt = good;
  spoilt.sealed = crypto::sha256("spoilt");
  auto& [state, parts] = lie.e.hub.objects[spoilt.sealed] = lie.e.hub.objects[good.sealed];
  parts[0][parts[0].size() / 2] ^= 1;
  state.parts[0] = ledger::leaf_hash(parts[0]);
  spoilt.parts = ledger::tree_root(state.parts);
  lie.refused(lie.send(lie.answer({spoilt.plain}), {spoilt}), Code::CRYPTO, "payload");
}

TEST_CASE("hostile files: a root that lies is its sender's, and refused at once") {
  Lie lie;
  for (const std::size_t bytes : {std::size_t{7}, std::size_t{5'000'000}}) {
    exchange::Attachment changed = lie.provider.upload(lie.e.agency, std::string(bytes, 'x'));
    changed.parts = Sha256{};
    lie.refused(lie.send(lie.answer({changed.plain}), {changed}), Code::CRYPTO, "root");
    CHECK(must(lie.e.agency.mailbox->incidents(true, 10)).empty());  // its sender is told
  }
}

TEST_CASE("hostile files: an object nobody put there is the hub's to clear up; the sender is told in the end") {
  Lie lie;
  exchange::Attachment changed = lie.provider.upload(lie.e.agency, "content");
  changed.sealed = Sha256{};
  const exchange::MessageId sent = lie.send(lie.answer({changed.plain}), {changed});
  for (int i = 0; i < kFetchTriesMax; ++i) {
    const ReceivedCounts counts = must(lie.e.agency.member->receive({}));
    CHECK(counts.waiting == 1);
    CHECK(counts.refused + counts.applied == 0);
    lie.e.world.clock.advance(minutes(11));
  }
  const std::vector<desk::Incident> told = must(lie.e.agency.mailbox->incidents(true, 10));
  REQUIRE(told.size() == 1);
  CHECK(told[0].code == "PART_MISSING");
  CHECK(told[0].about == "message " + sent.hex());
  lie.e.world.clock.advance(days(1));
  lie.refused(sent, Code::OUT_OF_RANGE, "expires");
}

TEST_CASE("hostile files: a part that was altered on the hub's disk is not taken, and accuses the hub alone") {
  TestingExchange e;
  const Answer answer(e, 1);
  const auto objects = e.hub.objects;
  REQUIRE(!objects.empty());
  for (auto& [object, content] : e.hub.objects)
    for (Bytes& part : content.second) part[part.size() / 2] ^= 1;
  for (int i = 0; i < kFetchTriesMax; ++i) {
    const ReceivedCounts counts = must(e.agency.member->receive({}));
    CHECK(counts.waiting == 1);
    CHECK(counts.refused == 0);
    REQUIRE(counts.waits.by_code().contains(Code::CRYPTO));
    CHECK(counts.waits.by_code().at(Code::CRYPTO).last.where == "part/0");
    CHECK(!answer.is_here(e));
    for (const std::string& name : files_of(e.agency)) CHECK(name.ends_with("/list"));  // of the bytes nothing
    e.world.clock.advance(minutes(11));
  }
  const std::vector<desk::Incident> told = must(e.agency.mailbox->incidents(true, 10));
  REQUIRE(told.size() == 1);
  CHECK(told[0].code == "PART_MISSING");
  CHECK(told[0].evidence.find("CRYPTO") != std::string::npos);
  CHECK(must(e.provider.mailbox->incidents(true, 10)).empty());
  e.hub.objects = objects;
  CHECK(must(e.agency.member->receive({})).applied == 1);
  CHECK(answer.is_here(e));
  CHECK(files_of(e.agency).empty());
}

TEST_CASE("hostile files: none is fetched for acts of another matter, of another house, or of nobody who may release") {
  Lie lie;
  TestingExchange& e = lie.e;
  Foe outsider(e, "soto-portal.example", party::Side::PROVIDER);
  const PersonId their_releaser = outsider.hire(party::Role::RELEASER);
  const exchange::Attachment file = outsider.upload(e.agency, "content");
  e.hub.objects_asked = 0;
  const auto none_asked = [&](const exchange::MessageId& sent, Code code) {
    lie.refused(sent, code, "");
    CHECK(e.hub.objects_asked == 0);
  };
  const auto of = [&](const Foe& foe, const inquiry::SignedAct& act, const MatterId& thread) {
    exchange::OutgoingMessage message = foe.message(e.agency, thread, {act});
    message.attachments = {file};
    return foe.post(message).id;
  };
  // A good answer in every respect, but for the house that gives it.
  none_asked(of(outsider, outsider.answer(lie.matter, lie.dispatch, their_releaser, {file.plain}), lie.matter), Code::FORBIDDEN);
  const MatterId next = e.dispatched("reiji-00002");
  none_asked(of(lie.provider, lie.answer({file.plain}), next), Code::FORBIDDEN);
  none_asked(of(outsider, lie.answer({file.plain}), lie.matter), Code::FORBIDDEN);
  none_asked(of(lie.provider, lie.answer({file.plain}, [](inquiry::Act& act) { act.at = act.at + minutes(6); }), lie.matter), Code::TIME_IN_FUTURE);
  // Whoever acts holds the role that the act names, and signed.
  none_asked(of(lie.provider, lie.answer({file.plain}, [&](inquiry::Act& act) { act.person = e.world.op.person; }), lie.matter),
             Code::SIGNATURE_MISSING);
  none_asked(of(lie.provider, lie.answer({file.plain}, [](inquiry::Act& act) { act.person = PersonId::random(); }), lie.matter),
             Code::SIGNATURE_MISSING);
  none_asked(of(lie.provider, lie.answer({file.plain}, [](inquiry::Act& act) { act.at = Time{0}; }), lie.matter), Code::SIGNATURE_MISSING);
  // In a matter that nobody here opened.
  const MatterId nowhere = MatterId::random();
  none_asked(of(lie.provider, lie.provider.answer(nowhere, lie.dispatch, e.world.releaser.person, {file.plain}), nowhere), Code::NOT_FOUND);
}

}  // namespace
}  // namespace warifu::member

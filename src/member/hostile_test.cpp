// A member that knows its own keys and wishes others ill, and a hub that helps it: whatever they try is refused by name and leaves nothing behind.

#include <doctest/doctest.h>

#include <algorithm>

#include "member/testing_foe.h"

namespace warifu::member {
namespace {

using desk::must;
using inquiry::Kind;

std::vector<std::string> incidents_of(const House& house) {
  std::vector<std::string> out;
  for (const desk::Incident& incident : must(house.mailbox->incidents(true, 100))) out.push_back(incident.code + " " + incident.about);
  return out;
}

std::string name_of(Code code) { return std::string(sentence(code).name); }

// One round that takes nothing and refuses one message for this.
void check_refused(House& house, const exchange::MessageId& message, Code code, std::string_view where = {}) {
  const ReceivedCounts counts = must(house.member->receive({}));
  CHECK(counts.refused == 1);
  CHECK(counts.applied + counts.held + counts.receipts + counts.waiting == 0);
  REQUIRE(counts.last_refusal);
  CHECK(name_of(counts.last_refusal->code) == name_of(code));
  if (!where.empty()) CHECK(counts.last_refusal->where == where);
  const std::optional<desk::MessageIn> kept = must(house.mailbox->message_in(message));
  REQUIRE(kept);
  CHECK(kept->code == name_of(code));
}

std::size_t acts_at(const House& house, const MatterId& matter) {
  const auto acts = house.mailbox->acts(matter);
  return acts ? acts->size() : 0;
}

std::vector<Sha256> shared_heads(const House& house, const MatterId& matter) {
  std::vector<Sha256> out;
  for (const inquiry::SignedAct& act : must(house.mailbox->acts(matter)))
    if (act.act.kind == Kind::DISPATCHED) out.push_back(act.hash);
  return out;
}

// Evidence as the node of this house gives it: its desk sees the mailbox.
Status evidence_of(TestingExchange& e, House& house, const MatterId& matter) {
  desk::OfficeParts parts;
  parts.self = house.office.self;
  parts.store = house.mailbox;
  parts.mailbox = house.mailbox;
  parts.directory = std::shared_ptr<desk::Directory>(&e.world.directory(), [](desk::Directory*) {});
  parts.law = std::shared_ptr<const law::Catalogue>(&law::Catalogue::built_in(), [](const law::Catalogue*) {});
  parts.signer = house.office.signer;
  parts.clock = e.clock;
  const desk::Office office(std::move(parts));
  TRY(office.evidence(matter, "架空第1号",
                      [](const auto&, const auto&) -> Result<std::optional<std::string>> { return std::optional<std::string>{}; }));
  return {};
}

// The newest message of acts that this house sent in a matter.
desk::MessageOut sent_by(const House& house, const MatterId& matter) {
  for (const desk::MessageOut& message : must(house.mailbox->messages_of(matter)))
    if (message.type == exchange::MessageType::acts) return message;
  FAIL("nothing was sent");
  return {};
}

// An inquiry that has arrived, and reminders of it that all bear one number.
struct OneNumber {
  OneNumber() {
    e.carry();
    heads = shared_heads(e.provider, matter);
  }
  [[nodiscard]] inquiry::SignedAct numbered(std::vector<Sha256> after) const {
    return agency.reminder(matter, std::move(after), [&](inquiry::Act& act) { act.id = number; });
  }

  TestingExchange e;
  const Foe agency{e, e.agency};
  const MatterId matter = e.dispatched();
  std::vector<Sha256> heads;
  const ActId number = ActId::random();
};

exchange::ReceiptLine line_for(const desk::MessageOut& message, std::string code) {
  const exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(message.envelope)).text));
  return {message.id, envelope.object, code.empty(), std::move(code), message.created};
}

}  // namespace

// ── receipts ──

TEST_CASE("hostile: a receipt cannot say that a log forked, or anything else that is not for an addressee to say") {
  for (const std::string code : {"LOG_FORKED", "PROMISE_BROKEN", "PROOF_INVALID", "log_forked", "", "NO\nSUCH", "A\"}", "ÄRGER"}) {
    CAPTURE(code);
    TestingExchange e;
    const Foe provider(e, e.provider);
    const MatterId matter = e.dispatched();
    must(e.agency.member->send());
    const desk::MessageOut ours = sent_by(e.agency, matter);
    exchange::ReceiptLine line = line_for(ours, code);
    line.is_applied = false;
    const auto sent = provider.acknowledge(e.agency, matter, {line});
    const ReceivedCounts counts = must(e.agency.member->receive({}));
    CHECK(counts.refused == 1);
    CHECK(must(e.agency.mailbox->message_in(sent.id))->code == (code.empty() ? "EMPTY_FIELD" : "BAD_VALUE"));
    CHECK(!must(e.agency.mailbox->message_out(ours.id))->delivered);
    for (const std::string& incident : incidents_of(e.agency)) CHECK(incident.find(matter.hex()) == std::string::npos);
    // The exchange goes on.
    e.dispatched("reiji-00002");
    CHECK(e.agency.member->send().has_value());
  }
}

TEST_CASE("hostile: a refusal by a code of a later version is taken and told") {
  TestingExchange e;
  const Foe provider(e, e.provider);
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  const desk::MessageOut ours = sent_by(e.agency, matter);
  provider.acknowledge(e.agency, matter, {line_for(ours, "NOT_INVENTED_YET")});
  CHECK(must(e.agency.member->receive({})).receipts == 1);
  CHECK(must(e.agency.mailbox->message_out(ours.id))->code == "INTERNAL");
  CHECK(incidents_of(e.agency) == std::vector{"INTERNAL message " + ours.id.hex()});
  CHECK(must(e.agency.mailbox->incidents(true, 1)).front().evidence.find("NOT_INVENTED_YET") != std::string::npos);
}

TEST_CASE("hostile: a receipt that is refused has no part that counts") {
  TestingExchange e;
  const Foe provider(e, e.provider);
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  const desk::MessageOut ours = sent_by(e.agency, matter);
  exchange::ReceiptLine strange = line_for(ours, "");
  strange.message = exchange::MessageId::random();
  const auto sent = provider.acknowledge(e.agency, matter, {line_for(ours, "FORBIDDEN"), strange});
  check_refused(e.agency, sent.id, Code::NOT_FOUND, "message");
  CHECK(!must(e.agency.mailbox->message_out(ours.id))->delivered);
  for (const std::string& incident : incidents_of(e.agency)) CHECK(incident.find(ours.id.hex()) == std::string::npos);
}

TEST_CASE("hostile: nobody acknowledges what was not sent to him, another content, or in another matter") {
  TestingExchange e;
  const Foe provider(e, e.provider), outsider(e, "soto-portal.example", party::Side::PROVIDER);
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  const desk::MessageOut ours = sent_by(e.agency, matter);
  check_refused(e.agency, outsider.acknowledge(e.agency, matter, {line_for(ours, "")}).id, Code::NOT_FOUND, "message");
  exchange::ReceiptLine other = line_for(ours, "");
  other.object = Sha256{};
  check_refused(e.agency, provider.acknowledge(e.agency, matter, {other}).id, Code::TEXT_DIFFERS, "object");
  check_refused(e.agency, provider.acknowledge(e.agency, MatterId::random(), {line_for(ours, "")}).id, Code::TEXT_DIFFERS, "thread");
  CHECK(!must(e.agency.mailbox->message_out(ours.id))->delivered);
}

TEST_CASE("hostile: the time in a receipt is neither before the message nor after its arrival") {
  for (const Time said : {Time{INT64_MIN / 2}, Time{0}, Time::from_seconds(7'000'000'000)}) {
    TestingExchange e;
    const Foe provider(e, e.provider);
    const MatterId matter = e.dispatched();
    must(e.agency.member->send());
    const desk::MessageOut ours = sent_by(e.agency, matter);
    exchange::ReceiptLine line = line_for(ours, "");
    line.at = said;
    if (said.us < 0) continue;
    provider.acknowledge(e.agency, matter, {line});
    REQUIRE(must(e.agency.member->receive({})).receipts == 1);
    const auto delivered = must(e.agency.mailbox->message_out(ours.id))->delivered;
    REQUIRE(delivered);
    CHECK(*delivered >= ours.created);
    CHECK(*delivered <= e.clock());
  }
}

// ── numbers ──

TEST_CASE("hostile: two messages under one number: the second is refused by name, whoever sent it, and is told") {
  for (const bool is_outsider : {false, true}) {
    CAPTURE(is_outsider);
    TestingExchange e;
    const Foe agency(e, e.agency), outsider(e, "soto-police.example", party::Side::AGENCY);
    const Foe& foe = is_outsider ? outsider : agency;
    const MatterId matter = e.dispatched();
    must(e.agency.member->send());
    must(e.provider.member->receive({}));
    const exchange::MessageId number = sent_by(e.agency, matter).id;
    const std::size_t acts = e.acts_at_provider(matter);
    // Another text, signed by its sender under the same number; the hub helps.
    exchange::SealedMessage other = foe.sealed(foe.message(e.provider, matter, {agency.reminder(matter, shared_heads(e.provider, matter))}));
    exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(other.envelope)).text));
    envelope.id = number;
    other.envelope = must(note::sign_note(envelope.text(), std::vector{foe.signer()})).serialise();
    e.hub.taken.clear();
    foe.post(other);
    const ReceivedCounts counts = must(e.provider.member->receive({}));
    CHECK(counts.repeated == 0);
    CHECK(counts.refused == 1);
    REQUIRE(counts.last_refusal);
    CHECK(counts.last_refusal->code == Code::REPLAYED);
    CHECK(e.acts_at_provider(matter) == acts);
    CHECK(must(e.provider.mailbox->message_in(number))->code.empty());  // the first stands as it was
    const std::vector<desk::Incident> told = must(e.provider.mailbox->incidents(true, 10));
    REQUIRE(told.size() == 1);
    CHECK(told[0].code == "REPLAYED");
    CHECK(told[0].about == "message " + number.hex());
    CHECK(told[0].evidence.find(other.envelope) != std::string::npos);
    CHECK(told[0].evidence.find(must(e.provider.mailbox->message_in(number))->envelope) != std::string::npos);
    // The very same once more is a repetition.
    for (TestingHub::Boxed& boxed : e.hub.boxes[e.provider.org()]) boxed.is_acknowledged = false;
    e.provider.open();
    const ReceivedCounts again = must(e.provider.member->receive({}));
    CHECK(again.repeated == 2);
    CHECK(again.refused == 0);
  }
}

TEST_CASE("hostile: two acts under one number spoil neither the matter nor what comes after") {
  OneNumber of;
  TestingExchange& e = of.e;
  const Foe& agency = of.agency;
  const MatterId matter = of.matter;
  const std::vector<Sha256>& heads = of.heads;
  agency.post(agency.message(e.provider, matter, {of.numbered(heads)}));
  CHECK(must(e.provider.member->receive({})).applied == 1);
  const std::size_t acts = e.acts_at_provider(matter);
  SUBCASE("beside one that is here") {
    check_refused(e.provider, agency.post(agency.message(e.provider, matter, {of.numbered(heads)})).id, Code::CONFLICT, "act");
  }
  SUBCASE("waiting for something") {
    check_refused(e.provider, agency.post(agency.message(e.provider, matter, {of.numbered({Sha256{}})})).id, Code::CONFLICT, "act");
  }
  SUBCASE("two in one message") {
    const ActId twice = ActId::random();
    const auto one = [&] { return agency.reminder(matter, heads, [&](inquiry::Act& act) { act.id = twice; }); };
    check_refused(e.provider, agency.post(agency.message(e.provider, matter, {one(), one()})).id, Code::CONFLICT, "act");
  }
  CHECK(e.acts_at_provider(matter) == acts);
  CHECK(must(e.provider.mailbox->held_acts(matter)).empty());
  agency.post(agency.message(e.provider, matter, {agency.reminder(matter, heads)}));
  CHECK(must(e.provider.member->receive({})).applied == 1);
}

TEST_CASE("hostile: an act that waits does not keep out another one of its number") {
  OneNumber of;
  TestingExchange& e = of.e;
  const Foe& agency = of.agency;
  const MatterId matter = of.matter;
  const std::vector<Sha256>& heads = of.heads;
  const inquiry::SignedAct parent = agency.reminder(matter, heads), waits = of.numbered({parent.hash});
  agency.post(agency.message(e.provider, matter, {waits}));
  CHECK(must(e.provider.member->receive({})).held == 1);
  check_refused(e.provider, agency.post(agency.message(e.provider, matter, {of.numbered(heads)})).id, Code::CONFLICT, "act");
  agency.post(agency.message(e.provider, matter, {parent}));
  CHECK(must(e.provider.member->receive({})).applied == 1);
  CHECK(must(e.provider.mailbox->held_acts(matter)).empty());
}

// ── acts ──

TEST_CASE("hostile: an act of another organisation, matter or time, whatever stands beside it, spoils its message whole") {
  TestingExchange e;
  const Foe agency(e, e.agency), outsider(e, "soto-police.example", party::Side::AGENCY);
  const MatterId matter = e.dispatched();
  e.carry();
  const MatterId other = e.dispatched("reiji-00002");
  e.carry();
  const std::vector<Sha256> heads = shared_heads(e.provider, matter);
  const inquiry::SignedAct good = agency.reminder(matter, heads);
  const std::size_t acts = e.acts_at_provider(matter), others = e.acts_at_provider(other);
  const auto refused = [&](const inquiry::SignedAct& bad, Code code) {
    const auto sent = agency.post(agency.message(e.provider, matter, std::vector{good, bad}));
    check_refused(e.provider, sent.id, code);
    CHECK(e.acts_at_provider(matter) == acts);
    CHECK(e.acts_at_provider(other) == others);
    CHECK(must(e.provider.mailbox->held_acts(matter)).empty());
  };
  refused(agency.reminder(other, shared_heads(e.provider, other)), Code::FORBIDDEN);
  refused(outsider.reminder(matter, heads), Code::FORBIDDEN);
  // In the other's name, under the own signature.
  refused(agency.reminder(matter, heads, [&](inquiry::Act& act) { act.org = outsider.org(); }), Code::FORBIDDEN);
  // What the provider wrote itself.
  for (const inquiry::SignedAct& act : must(e.provider.mailbox->acts(matter)))
    if (act.act.kind == Kind::RECEIVED) refused(act, Code::FORBIDDEN);
  refused(agency.reminder(matter, heads, [&](inquiry::Act& act) { act.at = act.at + minutes(6); }), Code::TIME_IN_FUTURE);
  refused(agency.reminder(matter, heads, [&](inquiry::Act& act) { act.at = Time{999'999'999'999'999'999}; }), Code::TIME_IN_FUTURE);
  refused(agency.reminder(matter, heads, [&](inquiry::Act& act) { act.at = Time{0}; }), Code::KEY_UNKNOWN);
  refused(agency.reminder(matter, heads, [&](inquiry::Act& act) { act.role = party::Role::APPROVER; }), Code::ROLE_MISSING);
  refused(agency.act(matter, Kind::RECEIVED, inquiry::StepBody{{}, {}, heads.front(), 1, {}}, heads), Code::ROLE_MISSING);
  agency.post(agency.message(e.provider, matter, {good}));
  CHECK(must(e.provider.member->receive({})).applied == 1);
}

TEST_CASE("hostile: whoever has no part in a matter leaves nothing in it, not even an act that waits") {
  TestingExchange e;
  const Foe outsider(e, "soto-police.example", party::Side::AGENCY);
  const MatterId matter = e.dispatched();
  e.carry();
  const std::vector<Sha256> heads = shared_heads(e.provider, matter);
  check_refused(e.provider, outsider.post(outsider.message(e.provider, matter, {outsider.reminder(matter, heads)})).id, Code::FORBIDDEN);
  check_refused(e.provider, outsider.post(outsider.message(e.provider, matter, {outsider.reminder(matter, {Sha256{}})})).id, Code::FORBIDDEN);
  CHECK(must(e.provider.mailbox->held_acts(matter)).empty());
  CHECK(must(e.provider.mailbox->crossings(matter)).size() == 2);
  must(evidence_of(e, e.provider, matter));
}

TEST_CASE("hostile: answers to what was never asked, or not of this provider") {
  TestingExchange e;
  const Foe provider(e, e.provider), outsider(e, "soto-portal.example", party::Side::PROVIDER);
  const MatterId matter = e.dispatched();
  e.carry();
  const std::vector<Sha256> heads = shared_heads(e.agency, matter);
  const MatterId draft = must(e.world.agency().draft(e.world.investigator, e.world.draft_of({e.world.item("reiji-00009")}))).matter;
  const auto answer = [&](const Foe& from, const MatterId& to, std::vector<Sha256> after) {
    inquiry::ReleasedBody body;
    body.of = heads.front();
    body.answer.items.emplace_back();
    return from.act(to, Kind::RELEASED, body, std::move(after), [&](inquiry::Act& act) { act.person = e.world.releaser.person; });
  };
  const std::size_t acts = acts_at(e.agency, matter), drafted = acts_at(e.agency, draft);
  const auto refused = [&](const Foe& from, const MatterId& to, std::vector<Sha256> after, Code code) {
    check_refused(e.agency, from.post(from.message(e.agency, to, {answer(from, to, std::move(after))})).id, code);
    CHECK(acts_at(e.agency, matter) == acts);
    CHECK(acts_at(e.agency, draft) == drafted);
    CHECK(must(e.agency.mailbox->held_acts(to)).empty());
  };
  refused(provider, MatterId::random(), {}, Code::NOT_FOUND);
  refused(provider, draft, {}, Code::FORBIDDEN);
  refused(outsider, matter, heads, Code::SIGNATURE_MISSING);  // nobody of that house holds that role
  const auto step = [&](std::vector<Sha256> after) {
    return outsider.act(matter, Kind::RECEIVED, inquiry::StepBody{{}, {}, heads.front(), 1, {}}, std::move(after));
  };
  check_refused(e.agency, outsider.post(outsider.message(e.agency, matter, {step(heads)})).id, Code::FORBIDDEN);
  check_refused(e.agency, outsider.post(outsider.message(e.agency, matter, {step({Sha256{}})})).id, Code::FORBIDDEN);
  CHECK(acts_at(e.agency, matter) == acts);
}

TEST_CASE("hostile: a matter has a number, and nought is none") {
  TestingExchange e;
  const Foe agency(e, e.agency);
  e.dispatched();
  e.carry();
  const inquiry::SignedAct act = agency.reminder(MatterId{}, {});
  check_refused(e.provider, agency.post(agency.message(e.provider, MatterId{}, {act})).id, Code::BAD_NOTE, "thread");
  CHECK(acts_at(e.provider, MatterId{}) == 0);
}

TEST_CASE("hostile: an act that waits for nothing that there is does not stand in the way of evidence") {
  TestingExchange e;
  const Foe agency(e, e.agency);
  const MatterId matter = e.dispatched();
  e.carry();
  agency.post(agency.message(e.provider, matter, {agency.reminder(matter, {Sha256{}})}));
  CHECK(must(e.provider.member->receive({})).held == 1);
  must(evidence_of(e, e.provider, matter));
}

// ── sizes and times ──

TEST_CASE("hostile: counts, sizes and depths beyond any bound") {
  TestingExchange e;
  const Foe agency(e, e.agency);
  const MatterId matter = e.dispatched();
  e.carry();
  const std::vector<Sha256> heads = shared_heads(e.provider, matter);
  const std::size_t acts = e.acts_at_provider(matter);
  const std::string good = must(exchange::spell_acts(std::vector{agency.reminder(matter, heads)}));
  const auto refused = [&](std::string body, Code code) {
    check_refused(e.provider, agency.post(agency.message(e.provider, matter, std::move(body))).id, code);
  };
  refused(std::string(40, '[') + std::string(40, ']'), Code::TOO_DEEP);
  refused(std::string(1'000'000, '['), Code::TOO_DEEP);
  refused("{\"acts\":[" + std::string(100'000, '{'), Code::BAD_JSON);
  std::string many = "{\"acts\":[0";
  for (std::size_t i = 0; i < exchange::kActsPerMessageMax; ++i) many += ",0";
  refused(many + "]}", Code::TOO_MANY);
  refused("{\"acts\":[" + std::string(limits::kJsonBytesMax, ' ') + "]}", Code::TOO_LARGE);
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string out = good;
    const std::size_t at = out.find(from);
    REQUIRE(at != std::string::npos);
    return out.replace(at, out.find("\\n", at) - at, to);
  };
  refused(changed("body ", "body " + Sha256{}.hex() + " 999999999999999999"), Code::TOO_LARGE);
  refused(changed("body ", "body " + Sha256{}.hex() + " 99999999999999999999"), Code::BAD_NOTE);
  refused(changed("at ", "at 99999999999999999999"), Code::BAD_NOTE);
  refused(changed("at ", "at -1"), Code::BAD_NOTE);
  std::string after = "at 1";
  for (std::size_t i = 0; i <= limits::kActHeadsMax; ++i) {
    Sha256 head;
    head.bytes[0] = static_cast<std::uint8_t>(i);
    after += "\\nafter " + head.hex();
  }
  refused(changed("at ", after), Code::TOO_MANY);
  CHECK(e.acts_at_provider(matter) == acts);
}

TEST_CASE("hostile: a life beyond any bound keeps nothing for longer than a message may live") {
  TestingExchange e;
  const Foe agency(e, e.agency);
  const MatterId matter = e.dispatched();
  e.carry();
  exchange::SealedMessage sealed = agency.sealed(agency.message(e.provider, matter, "no acts"));
  exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(sealed.envelope)).text));
  envelope.expires = Time::from_seconds(7'258'118'400);  // the year 2200, the last that can be written
  sealed.envelope = must(note::sign_note(envelope.text(), std::vector{agency.signer()})).serialise();
  agency.post(sealed);
  check_refused(e.provider, sealed.id, Code::OUT_OF_RANGE, "expires");
  CHECK(must(e.provider.mailbox->message_in(sealed.id))->expires <= e.clock() + exchange::kMessageLife + exchange::kMessageClockSkew);
  must(e.provider.mailbox->forget_messages(e.clock() + days(61)));
  CHECK(must(e.provider.mailbox->message_in(sealed.id))->object.empty());
}

TEST_CASE("hostile: a promise of a place beyond any log, and numbers of a box that say nothing") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  must(e.agency.member->send());
  auto& box = e.hub.boxes[e.provider.org()];
  const exchange::FetchedMessage genuine = box.front().message;
  exchange::Promise promise = must(exchange::Promise::parse(must(note::Note::parse(genuine.promise)).text));
  promise.index = INT64_MAX;
  e.hub.tamper = [&](exchange::FetchedMessage& message) {
    message.seq = 0;
    message.promise = must(note::sign_note(promise.text(), std::vector{e.hub.sign})).serialise();
  };
  CHECK(must(e.provider.member->receive({})).applied == 1);
  must(e.provider.member->watch());
  e.world.clock.advance(minutes(1));
  must(e.provider.member->watch());
  CHECK(incidents_of(e.provider) == std::vector{"PROMISE_BROKEN message " + promise.message.hex()});
  // What comes behind it is taken, whatever number it has.
  e.hub.tamper = [](exchange::FetchedMessage& message) { message.seq = UINT64_MAX; };
  const MatterId next = e.dispatched("reiji-00002");
  must(e.agency.member->send());
  CHECK(must(e.provider.member->receive({})).applied == 1);
  CHECK(e.acts_at_provider(matter) == 4);
  CHECK(e.acts_at_provider(next) == 4);
}

TEST_CASE("hostile: a clock that is far ahead") {
  TestingExchange e;
  const Foe agency(e, e.agency);
  const MatterId matter = e.dispatched();
  e.carry();
  exchange::OutgoingMessage message = agency.message(e.provider, matter, {agency.reminder(matter, shared_heads(e.provider, matter))});
  message.created = e.clock() + minutes(6);
  check_refused(e.provider, agency.post(message).id, Code::TIME_IN_FUTURE, "created");
  message.created = e.clock() + days(20'000);
  message.expires = message.created + days(1);
  check_refused(e.provider, agency.post(message).id, Code::TIME_IN_FUTURE, "created");
}

}  // namespace warifu::member

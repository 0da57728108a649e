// Every code by which receiving refuses, from the sender's hand to what is left of it: refused whole, counted, and told to somebody.

#include "member/outcome.h"

#include <doctest/doctest.h>

#include <set>

#include "base/limits.h"
#include "member/testing_foe.h"
#include "note/test_authenticator.h"

namespace warifu::member {
namespace {

using desk::must;
using inquiry::Kind;

constexpr const char* kDesk = "https://desk.example";

struct Case {
  Case() {
    matter = e.dispatched();
    e.carry();
    for (const inquiry::SignedAct& act : must(e.agency.mailbox->acts(matter)))
      if (act.act.kind == Kind::DISPATCHED) dispatch = act.hash;
    for (const House* house : {&e.agency, &e.provider}) CHECK(must(house->mailbox->unposted(e.clock(), 10)).empty());
  }
  // Something that is taken as it stands.
  [[nodiscard]] inquiry::SignedAct good() const { return agency.reminder(matter, {dispatch}); }
  [[nodiscard]] std::string good_body() const { return must(exchange::spell_acts(std::vector{good()})); }
  void send(std::string body, exchange::MessageType type = exchange::MessageType::acts) {
    agency.post(agency.message(e.provider, matter, std::move(body), type));
  }
  void send(const inquiry::SignedAct& act) { send(must(exchange::spell_acts(std::vector{act}))); }
  // A reminder whose body says this instead.
  void send_body(const std::string& from, const std::string& to) {
    std::string body = json::encode_canonical(inquiry::MessageBody{to_base64(crypto::random_bytes(32)), {}, "督促"});
    body.replace(body.find(from), from.size(), to);
    send(agency.act_of(matter, Kind::REMINDED, std::move(body), {dispatch}));
  }
  // An answer of the provider's, with this in its one item.
  void send_answer(const std::function<void(inquiry::ItemAnswer&)>& change, const std::string& from = {}, const std::string& to = {}) {
    inquiry::ReleasedBody answer;
    answer.salt = to_base64(crypto::random_bytes(32));
    answer.of = dispatch;
    answer.answer.items.emplace_back();
    change(answer.answer.items[0]);
    std::string body = json::encode_canonical(answer);
    if (!from.empty()) body.replace(body.find(from), from.size(), to);
    give(provider.act_of(matter, Kind::RELEASED, std::move(body), {dispatch}, [&](inquiry::Act& act) { act.person = e.world.releaser.person; }));
  }
  void give(const inquiry::SignedAct& act) {
    provider.post(provider.message(e.agency, matter, {act}));
    victim = &e.agency;
  }
  // An answer that a passkey signed, which says something else than it ought to.
  void send_passkey(const note::TestAuthenticator::Change& change) {
    const note::TestAuthenticator device({kDesk, "desk.example"});
    const PersonId person = provider.hire(party::Role::RELEASER);
    const std::string name = note::person_name(e.provider.org(), person);
    e.world.directory().put_person(
        {provider.org(), person, party::Role::RELEASER, std::nullopt, std::nullopt, device.person_key(name), Time{0}, e.clock() + days(1)});
    e.world.directory().put_web(provider.org(), {kDesk, "desk.example"}, Time{0}, e.clock() + days(1));
    inquiry::SignedAct act = provider.answer(matter, dispatch, person, {});
    std::erase_if(act.note.signatures, [&](const note::SignatureLine& line) { return line.name == name; });
    act.assertions = {device.assertion(name, act.note.text, change)};
    give(act);
  }
  // A message sealed and signed as it ought to be, with another object.
  void send_object(const std::function<void(Bytes&)>& change) {
    exchange::SealedMessage sealed = agency.sealed(agency.message(e.provider, matter, good_body()));
    change(sealed.object);
    exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(sealed.envelope)).text));
    envelope.object = crypto::sha256(sealed.object);
    envelope.bytes = sealed.object.size();
    sealed.envelope = must(note::sign_note(envelope.text(), std::vector{agency.signer()})).serialise();
    agency.post(sealed);
  }
  void tamper(const std::function<void(exchange::FetchedMessage&)>& change) {
    send(good_body());
    e.hub.tamper = change;
  }

  TestingExchange e;
  Foe agency{e, e.agency}, provider{e, e.provider};
  MatterId matter;
  Sha256 dispatch;
  House* victim = &e.provider;
};

struct Row {
  Code code;
  std::function<void(Case&)> send;
};

const Row kRows[] = {
    {Code::BAD_NOTE, [](Case& c) { c.send(c.good_body(), exchange::MessageType::notice); }},
    {Code::BAD_JSON, [](Case& c) { c.send("acts"); }},
    {Code::BAD_UTF8, [](Case& c) { c.send("{\"acts\":\"\xFF\"}"); }},
    {Code::BAD_ENCODING, [](Case& c) { c.send(" " + c.good_body()); }},
    {Code::CONTROL_CHARACTER, [](Case& c) { c.send_body("督促", "\\u0007"); }},
    {Code::BIDI_CHARACTER, [](Case& c) { c.send_body("督促", "\u202E"); }},
    {Code::TOO_DEEP, [](Case& c) { c.send(std::string(100, '[')); }},
    {Code::TOO_LARGE, [](Case& c) { c.send(std::string(limits::kJsonBytesMax + 1, ' ')); }},
    {Code::TOO_LONG,
     [](Case& c) {
       c.tamper([&c](exchange::FetchedMessage& m) {
         const std::string text = "warifu-env/v1\n" + std::string(limits::kNoteLineBytesMax + 1, 'a') + "\n";
         m.envelope = must(note::sign_note(text, std::vector{c.agency.signer()})).serialise();
       });
     }},
    {Code::TOO_MANY, [](Case& c) { c.send("{\"acts\":[]}"); }},
    {Code::MISSING_FIELD, [](Case& c) { c.send_body(",\"message\":\"督促\"", ""); }},
    {Code::UNKNOWN_FIELD, [](Case& c) { c.send_body("\"message\"", "\"massage\":1,\"message\""); }},
    {Code::DUPLICATE_FIELD, [](Case& c) { c.send("{\"acts\":[],\"acts\":[]}"); }},
    {Code::WRONG_TYPE, [](Case& c) { c.send_body("\"督促\"", "1"); }},
    {Code::EMPTY_FIELD,
     [](Case& c) {
       c.send(c.agency.act(c.matter, Kind::DISPATCHED, inquiry::DispatchedBody{{}, {}, c.dispatch, 2, {}, tokyo_date(c.e.clock())}, {c.dispatch}));
     }},
    {Code::BAD_VALUE, [](Case& c) { c.send_body("\"salt\":\"", "\"salt\":\"AAAA"); }},
    {Code::BAD_TIME,
     [](Case& c) {
       c.send_answer([](inquiry::ItemAnswer& item) { item.provenance.push_back({"source", "query", Time{0}, 0}); }, "1970-01-01T", "1970-13-01T");
     }},
    {Code::TIME_WITHOUT_ZONE,
     [](Case& c) {
       c.send_answer([](inquiry::ItemAnswer& item) { item.provenance.push_back({"source", "query", Time{0}, 0}); }, "1970-01-01T00:00:00Z",
                     "1970-01-01T00:00:00");
     }},
    {Code::OUT_OF_RANGE,
     [](Case& c) {
       c.send(c.good());
       c.e.world.clock.advance(days(1));
       must(c.e.provider.member->watch());
     }},
    {Code::PERIOD_REVERSED,
     [](Case& c) {
       for (const inquiry::SignedAct& act : must(c.e.agency.mailbox->acts(c.matter))) {
         if (act.act.kind != Kind::APPROVED) continue;
         auto body = must(json::decode_text<inquiry::ApprovedBody>(*act.body));
         body.text.items[0].period = inquiry::Period{c.e.clock(), c.e.clock() - days(1)};
         c.send(c.agency.act(c.matter, Kind::APPROVED, body, {c.dispatch}));
       }
     }},
    {Code::REASON_REQUIRED, [](Case& c) { c.send_answer([](inquiry::ItemAnswer& item) { item.result = inquiry::ItemResult::REFUSED; }); }},
    {Code::TIME_IN_FUTURE,
     [](Case& c) { c.send(c.agency.reminder(c.matter, {c.dispatch}, [](inquiry::Act& act) { act.at = act.at + minutes(6); })); }},
    {Code::TEXT_DIFFERS,
     [](Case& c) {
       c.tamper([&c](exchange::FetchedMessage& m) {
         exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(m.envelope)).text));
         envelope.expires = envelope.expires - seconds(1);
         m.envelope = must(note::sign_note(envelope.text(), std::vector{c.agency.signer()})).serialise();
       });
     }},
    {Code::REPLAYED,
     [](Case& c) {
       exchange::SealedMessage other = c.agency.sealed(c.agency.message(c.e.provider, c.matter, c.good_body()));
       exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(other.envelope)).text));
       envelope.id = c.e.hub.boxes[c.e.provider.org()].front().id;
       other.envelope = must(note::sign_note(envelope.text(), std::vector{c.agency.signer()})).serialise();
       c.e.hub.taken.clear();
       c.agency.post(other);
     }},
    {Code::CONFLICT,
     [](Case& c) {
       const inquiry::SignedAct first = c.good();
       const inquiry::SignedAct second = c.agency.reminder(c.matter, {c.dispatch}, [&](inquiry::Act& act) { act.id = first.act.id; });
       c.send(must(exchange::spell_acts(std::vector{first, second})));
     }},
    {Code::NOT_FOUND,
     [](Case& c) {
       exchange::ReceiptLine line;
       line.message = exchange::MessageId::random();
       c.send(json::encode_canonical(exchange::ReceiptBody{{line}}), exchange::MessageType::receipt);
     }},
    {Code::FORBIDDEN, [](Case& c) { c.send(c.provider.act(c.matter, Kind::RECEIVED, inquiry::StepBody{{}, {}, c.dispatch, 1, {}}, {c.dispatch})); }},
    {Code::ROLE_MISSING,
     [](Case& c) { c.send(c.agency.reminder(c.matter, {c.dispatch}, [](inquiry::Act& act) { act.role = party::Role::APPROVER; })); }},
    {Code::SIGNATURE_MISSING, [](Case& c) { c.give(c.provider.answer(c.matter, c.dispatch, c.e.world.op.person, {})); }},
    {Code::SIGNATURE_INVALID,
     [](Case& c) {
       inquiry::SignedAct act = c.good();
       act.note.signatures[0].signature[5] ^= 1;
       c.send(act);
     }},
    {Code::KEY_UNKNOWN, [](Case& c) { c.send(c.agency.reminder(c.matter, {c.dispatch}, [](inquiry::Act& act) { act.at = Time{0}; })); }},
    {Code::BAD_PASSKEY,
     [](Case& c) {
       std::string body = c.good_body();
       c.send(body.replace(body.find("{\"body\""), 1, "{\"assertions\":[],"));
     }},
    {Code::PASSKEY_ORIGIN,
     [](Case& c) { c.send_passkey([](note::TestAuthenticator::Bend& bend) { bend.client["origin"] = "https://elsewhere.example"; }); }},
    {Code::PASSKEY_UNVERIFIED, [](Case& c) { c.send_passkey([](note::TestAuthenticator::Bend& bend) { bend.flags = 0x01; }); }},
    {Code::CRYPTO, [](Case& c) { c.send_object([](Bytes& object) { object.back() ^= 1; }); }},
    {Code::PART_MISSING, [](Case& c) { c.give(c.provider.answer(c.matter, c.dispatch, c.e.world.releaser.person, {Sha256{}})); }},
};

std::vector<Sha256> acts_of(const House& house, const MatterId& matter) {
  std::vector<Sha256> out;
  for (const inquiry::SignedAct& act : must(house.mailbox->acts(matter))) out.push_back(act.hash);
  return out;
}

}  // namespace

TEST_CASE("every code by which receiving refuses: nothing of the message counts, it is counted, and somebody is told") {
  for (const Row& row : kRows) {
    const std::string name(sentence(row.code).name);
    CAPTURE(name);
    Case c;
    const std::vector<Sha256> at_agency = acts_of(c.e.agency, c.matter), at_provider = acts_of(c.e.provider, c.matter);
    row.send(c);
    const Result<ReceivedCounts> counts = c.victim->member->receive({});
    REQUIRE(counts);
    CHECK(counts->refused == 1);
    CHECK(counts->applied + counts->held + counts->receipts + counts->repeated + counts->waiting == 0);
    REQUIRE(counts->last_refusal);
    CHECK(std::string(sentence(counts->last_refusal->code).name) == name);
    CHECK(acts_of(c.e.agency, c.matter) == at_agency);
    CHECK(acts_of(c.e.provider, c.matter) == at_provider);
    CHECK(must(c.victim->mailbox->held_acts(c.matter)).empty());
    CHECK(c.victim->metrics.render().find("warifu_messages_refused_total{by=\"us\",code=\"" + name + "\",organisation=\"" + c.victim->org() +
                                          "\"} 1") != std::string::npos);
    // A receipt to its sender, or an incident here; a number that was used twice is both.
    const bool has_receipt = !must(c.victim->mailbox->unposted(c.e.clock(), 10)).empty();
    const std::vector<desk::Incident> incidents = must(c.victim->mailbox->incidents(true, 10));
    const bool is_incident = std::ranges::any_of(incidents, [&](const desk::Incident& incident) { return incident.code == name; });
    CHECK((has_receipt || is_incident));
    CHECK(incidents.size() == (is_incident ? 1 : 0));
    CHECK(refusal_named(name).has_value());
  }
}

TEST_CASE("no code by which receiving refuses is without its case above, and none there is of another kind") {
  std::set<Code> tried;
  for (const Row& row : kRows) tried.insert(row.code);
  for (int i = 0; i < kCodeCount; ++i) {
    const Code code = static_cast<Code>(i);
    CAPTURE(std::string(sentence(code).name));
    CHECK((outcome_of(code) == Outcome::REFUSED) == tried.contains(code));
  }
}

TEST_CASE("what a receipt may say of a message") {
  for (int i = 0; i < kCodeCount; ++i) {
    const Code code = static_cast<Code>(i);
    const std::string name(sentence(code).name);
    CAPTURE(name);
    const Result<std::string> said = refusal_named(name);
    CHECK(said.has_value() == (outcome_of(code) == Outcome::REFUSED || code == Code::INTERNAL));
    if (said) CHECK(*said == name);
  }
  CHECK(refusal_named("OF_A_LATER_VERSION_2") == "INTERNAL");
  for (const std::string& name : {std::string(), std::string("forbidden"), std::string("FORBIDDEN "), std::string("A\n"), std::string(41, 'A')})
    CHECK(refusal_named(name).error().code == Code::BAD_VALUE);
}

}  // namespace warifu::member

#include "exchange/crossing.h"

#include <doctest/doctest.h>

#include "crypto/hash.h"
#include "exchange/acts_body.h"
#include "inquiry/test_support.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"

namespace warifu::exchange {

using inquiry::Kind;
using inquiry::SignedAct;
using inquiry::test::agency_org;
using inquiry::test::kStart;
using inquiry::test::provider_org;
using inquiry::test::test_signer;
using inquiry::test::TestOffice;

namespace {

constexpr std::string_view kLog = "hub.example/log";
const note::Signer log_key = test_signer("hub.example/log");
const note::Signer hub_sign = test_signer("hub.example/sign");
const note::Signer agency_sign = test_signer(agency_org().text() + "/sign");

crypto::Ed25519Secret witness_secret() {
  return crypto::Ed25519Secret::from_seed(crypto::Ed25519Seed(crypto::sha256("a witness of the tests").bytes));
}
const note::Cosigner witness = note::Cosigner::create("rei-tsushin.example/witness", witness_secret()).value();
const note::Cosigner hub_witness = note::Cosigner::create("hub.example/witness", crypto::Ed25519Secret::generate()).value();

std::string key_entry(const std::string& org, note::KeyPurpose purpose, const crypto::Ed25519Public& key) {
  note::KeyEntry entry;
  entry.origin = "hub.example/keys";
  entry.org = org;
  entry.purpose = purpose;
  entry.key = {key.bytes.begin(), key.bytes.end()};
  entry.valid = {kStart - days(30), kStart + days(300)};
  return note::sign_note(entry.text().value(), std::array{test_signer(org + "/root")}).value().serialise();
}

std::vector<std::string> key_entries() {
  return {
      key_entry(agency_org().text(), note::KeyPurpose::sign, agency_sign.verifier().key),
      key_entry("hub.example", note::KeyPurpose::sign, hub_sign.verifier().key),
      key_entry(provider_org().text(), note::KeyPurpose::witness, witness.verifier().key),
      key_entry("hub.example", note::KeyPurpose::witness, hub_witness.verifier().key),
  };
}
KeyLog key_log() { return KeyLog::create(key_entries()).value(); }

note::Policy root_file(const std::string& more = "quorum none\n") {
  return note::Policy::parse("log " + test_signer("hub.example/keys").verifier().text() + "\nlog " + log_key.verifier().text() + "\n" + more).value();
}

// A dispatch on its way: what the sender sealed, the hub promised, the log holds and a witness saw.
struct Sent {
  std::vector<SignedAct> acts;
  Crossing crossing;
  Envelope envelope;
  bool is_watched = true;  // by others than the hub

  explicit Sent(std::size_t place = 2, bool watched = true) : is_watched(watched) {
    TestOffice office(party::Side::AGENCY);
    for (const Kind kind : {Kind::DRAFTED, Kind::CHECKED, Kind::APPROVED, Kind::REGISTERED, Kind::DISPATCHED}) office.write(kind);
    for (const SignedAct& act : office.acts())
      if (act.is_shared()) acts.push_back(act);
    const crypto::AgeIdentity provider = crypto::AgeIdentity::generate();
    OutgoingMessage message;
    message.thread = acts[0].act.matter;
    message.to = {{provider_org().text(), provider.recipient()}};
    message.body = spell_acts(acts).value();
    message.created = kStart + hours(1);
    message.expires = message.created + days(7);
    const SealedMessage sealed = seal_message(message, agency_sign, kLog).value();
    envelope = Envelope::parse(note::Note::parse(sealed.envelope).value().text).value();
    const Bytes plain = crypto::age_open({provider}, sealed.object).value().plaintext;
    std::size_t n = 0;
    for (std::size_t i = 0; i < 4; ++i) n = n << 8 | plain[i];
    crossing.manifest = std::string(text_of(ByteView(plain).subspan(4, n)));
    crossing.envelope = sealed.envelope;
    for (const SignedAct& act : acts) crossing.acts.push_back(act.hash);
    promise(place);
    std::vector<std::string> entries{"first", "second", sealed.leaf, "fourth", "fifth"};
    prove(entries, place);
  }

  void promise(std::size_t place) {
    const Promise said{std::string(kLog), envelope.id, crypto::sha256(envelope.text()), envelope.leaf, place, kStart + hours(1) + seconds(1)};
    crossing.promise = note::sign_note(said.text(), std::array{hub_sign}).value().serialise();
  }
  void prove(const std::vector<std::string>& entries, std::size_t place) {
    std::vector<Sha256> leaves;
    for (const std::string& entry : entries) leaves.push_back(ledger::leaf_hash(bytes_of(entry)));
    const ledger::Checkpoint checkpoint{std::string(kLog), leaves.size(), ledger::tree_root(leaves)};
    note::Note note = note::sign_note(checkpoint.text(), std::array{log_key}).value();
    note.signatures.push_back((is_watched ? witness : hub_witness).cosign(note.text, kStart + hours(2)).value());
    crossing.proof = ledger::TlogProof{{}, place, ledger::inclusion_proof(leaves, place).value(), note}.serialise();
  }
  [[nodiscard]] Result<CheckedCrossing> check(const note::Policy& policy = root_file()) const {
    return check_crossing(crossing, acts, key_log(), policy);
  }
};

std::string where_of(const Result<CheckedCrossing>& result) {
  if (result) return "accepted";
  CHECK(result.error().code == Code::EVIDENCE_INVALID);
  return result.error().where;
}

}  // namespace

TEST_CASE("a crossing tells who sent what to whom, where it stands in the log and who cosigned") {
  const Sent sent;
  const CheckedCrossing told = sent.check().value();
  CHECK(told.from == agency_org().text());
  CHECK(told.to == std::vector<std::string>{provider_org().text()});
  CHECK(told.log == kLog);
  CHECK(told.index == 2);
  CHECK(told.log_size == 5);
  CHECK(told.cosigned_by == std::vector<std::string>{"rei-tsushin.example/witness"});
  CHECK(told.is_text_checked);
  CHECK(told.created == kStart + hours(1));
}

TEST_CASE("the hub's own witness is nobody who watches the hub") {
  const Sent alone(2, false);
  const CheckedCrossing told = alone.check().value();
  CHECK(told.log_size == 5);
  CHECK(told.cosigned_by.empty());
}

TEST_CASE("the sender's key is judged when the hub took the message, not when the sender says that he wrote it") {
  const Sent sent;  // written an hour after the start, promised a second later
  const auto judged = [&](Time end) {
    std::vector<std::string> entries = key_entries();
    const note::Note first = note::Note::parse(entries[0]).value();
    note::KeyEntry ended = note::KeyEntry::parse(first.text).value();
    ended.valid.until = end;
    ended.previous = note::leaf_hash(first);
    entries.push_back(note::sign_note(ended.text().value(), std::array{test_signer(agency_org().text() + "/root")}).value().serialise());
    return where_of(check_crossing(sent.crossing, sent.acts, KeyLog::create(entries).value(), root_file()));
  };
  CHECK(judged(kStart + hours(1) + seconds(1)) == "manifest");
  CHECK(judged(kStart + hours(1) + seconds(2)) == "accepted");
}

TEST_CASE("a quorum of the root file is asked of the proof") {
  const Sent sent;
  CHECK(where_of(sent.check(root_file("witness w " + witness.verifier().text() + "\nquorum w\n"))) == "accepted");
  const note::Cosigner other = note::Cosigner::create("other.example/witness", crypto::Ed25519Secret::generate()).value();
  CHECK(where_of(sent.check(root_file("witness w " + other.verifier().text() + "\nquorum w\n"))) == "proof");
}

TEST_CASE("without a proof a crossing stands on the hub's promise alone, and says so") {
  Sent sent;
  sent.crossing.proof.reset();
  const CheckedCrossing told = sent.check().value();
  CHECK_FALSE(told.log_size.has_value());
  CHECK(told.cosigned_by.empty());
}

TEST_CASE("an act without its text leaves the digest unchecked, and says so") {
  Sent sent;
  sent.acts[0].body.reset();
  CHECK_FALSE(sent.check().value().is_text_checked);
}

TEST_CASE("whatever does not belong together is named") {
  const Sent good;
  const auto refused = [](auto change) {
    Sent sent;
    change(sent);
    return where_of(sent.check());
  };
  CHECK(refused([](Sent&) {}) == "accepted");
  CHECK(refused([&](Sent& s) { s.crossing.envelope = Sent().crossing.envelope; }) == "envelope");
  CHECK(refused([](Sent& s) { s.crossing.manifest = Sent().crossing.manifest; }) == "envelope");
  CHECK(refused([](Sent& s) { s.crossing.promise = Sent().crossing.promise; }) == "promise");
  CHECK(refused([](Sent& s) { s.crossing.proof = Sent().crossing.proof; }) == "proof");
  CHECK(refused([](Sent& s) { s.crossing.promise = "x"; }) == "promise");
  CHECK(refused([](Sent& s) { s.crossing.proof = "x"; }) == "proof");
  CHECK(refused([](Sent& s) { s.crossing.manifest = "x"; }) == "manifest");
  CHECK(refused([](Sent& s) { s.crossing.envelope = "x"; }) == "envelope");
  CHECK(refused([](Sent& s) { s.promise(3); }) == "proof");  // promised one place, logged in another
  CHECK(refused([](Sent& s) { std::swap(s.acts[0], s.acts[1]); }) == "acts");
  CHECK(refused([](Sent& s) { s.acts.pop_back(); }) == "acts");
  CHECK(refused([](Sent& s) {
          s.acts.pop_back();
          s.crossing.acts.pop_back();
        }) == "acts");
  CHECK(refused([](Sent& s) { s.acts[1].act.matter.bytes[0] ^= 1; }) == "acts");
  CHECK(refused([](Sent& s) { s.acts[1].act.org = provider_org(); }) == "acts");
}

TEST_CASE("any flipped bit of envelope, manifest, promise or proof is found") {
  const Sent sent;
  for (std::string Crossing::* member : {&Crossing::envelope, &Crossing::manifest, &Crossing::promise}) {
    const std::string& text = sent.crossing.*member;
    for (std::size_t i = 0; i < text.size(); i += 7) {
      Crossing changed = sent.crossing;
      (changed.*member)[i] = static_cast<char>((changed.*member)[i] ^ (1 << (i % 7)));
      CHECK_FALSE(check_crossing(changed, sent.acts, key_log(), root_file()).has_value());
    }
  }
  for (std::size_t i = 0; i < sent.crossing.proof->size(); i += 7) {
    Crossing changed = sent.crossing;
    (*changed.proof)[i] = static_cast<char>((*changed.proof)[i] ^ (1 << (i % 7)));
    const auto told = check_crossing(changed, sent.acts, key_log(), root_file());
    // A cosignature of a key that nobody knows any more is ignored, as every reader of signed notes does; it vouches for nothing then.
    CHECK((!told.has_value() || told->cosigned_by.empty()));
  }
}

TEST_CASE("a log that the root file does not name proves nothing") {
  const Sent sent;
  const note::Policy other = note::Policy::parse("log " + test_signer("hub.example/keys").verifier().text() + "\nquorum none\n").value();
  CHECK(where_of(sent.check(other)) == "promise");
}

TEST_CASE("a bundle keeps crossings as they were given") {
  const Sent sent;
  Crossing second = sent.crossing;
  second.acts = {sent.acts[1].hash};
  second.proof.reset();
  ArchiveEntries entries;
  const std::vector<Crossing> given{sent.crossing, second};
  REQUIRE(put_crossings(entries, given, sent.acts).has_value());
  const std::vector<BundledCrossing> back = take_crossings(entries, sent.acts).value();
  REQUIRE(back.size() == 2);
  CHECK(back[0].crossing == given[0]);
  CHECK(back[1].crossing == given[1]);
  CHECK(back[1].acts == std::vector<std::size_t>{1});
  CHECK(back[0].entries + back[1].entries == entries.size());

  const auto refused_at = [&](const std::string& entry, const std::string& text) {
    ArchiveEntries other = entries;
    other[entry] = text;
    const auto taken = take_crossings(other, sent.acts);
    return taken ? std::string("accepted") : taken.error().where;
  };
  CHECK(refused_at("messages/000000/acts", "acts/000002\n") == "messages/000000/acts");
  CHECK(refused_at("messages/000000/acts", "acts/000000") == "messages/000000/acts");
  CHECK(refused_at("messages/000000/acts", "acts/00000x\n") == "messages/000000/acts");
  CHECK(refused_at("messages/000000/acts", "") == "messages/000000/acts");
  ArchiveEntries missing = entries;
  missing.erase("messages/000001/promise");
  CHECK(take_crossings(missing, sent.acts).error().where == "messages/000001/promise");
  const std::vector<SignedAct> fewer{sent.acts[0]};
  ArchiveEntries none;
  CHECK(put_crossings(none, given, fewer).error().code == Code::NOT_FOUND);
}

}  // namespace warifu::exchange

// Refusals of a member that no other story meets: each by its code, and what goes on afterwards.

#include <doctest/doctest.h>

#include <algorithm>

#include "member/testing_exchange.h"

namespace warifu::member {
namespace {

using desk::must;

std::vector<std::string> incidents_of(const House& house, std::size_t limit = 100) {
  std::vector<std::string> out;
  for (const desk::Incident& incident : must(house.mailbox->incidents(true, limit))) out.push_back(incident.code + " " + incident.about);
  return out;
}

exchange::SignedDocument document_of(const std::string& org, Time serial, const note::Signer& signer) {
  const std::string body = "{}";
  const exchange::Document document{org, exchange::DocumentKind::organisation, serial, crypto::sha256(body), body.size()};
  const std::vector<note::Signer> signers{signer};
  return {must(note::sign_note(document.text(), signers)).serialise(), body};
}

TEST_CASE("a document that nobody known signed waits a moment for its key, and is an incident after that") {
  TestingExchange e;
  const note::Signer stranger = TestingHub::signer(note::sign_name(e.provider.org()));
  e.hub.documents.push_back(document_of(e.provider.org(), e.clock(), stranger));
  must(e.agency.member->watch());
  CHECK(incidents_of(e.agency).empty());
  e.world.clock.advance(minutes(3));
  must(e.agency.member->watch());
  CHECK(incidents_of(e.agency) == std::vector<std::string>{"SIGNATURE_MISSING document 1"});
  // What comes behind it is taken.
  party::Organisation changed = e.provider.office.self;
  changed.telephone = "000-000-0002";
  must(e.provider.member->directory()->publish_organisation(changed));
  must(e.agency.member->watch());
  CHECK(must(e.agency.member->directory()->organisation(changed.id))->telephone == "000-000-0002");
}

TEST_CASE("documents that nobody may take are told one by one up to a bound, and a hub that always has one more is not listened to for ever") {
  TestingExchange e;
  const note::Signer stranger = TestingHub::signer(note::sign_name(e.provider.org()));
  for (std::size_t i = 0; i < kBadDocumentsDailyMax + 5; ++i) {
    e.hub.documents.push_back(document_of(e.provider.org(), e.clock() - days(1) + seconds(static_cast<std::int64_t>(i)), stranger));
    must(e.agency.member->watch());
  }
  const std::vector<std::string> told = incidents_of(e.agency, 1000);
  CHECK(told.size() == kBadDocumentsDailyMax + 1);
  CHECK(std::ranges::count(told, "SIGNATURE_MISSING " + day_of("hub.example", e.clock())) == 1);
  e.hub.grows_documents = true;
  CHECK(e.agency.member->watch().has_value());
}

TEST_CASE("a promise from the future is the fault of a clock: the message waits until it has come") {
  TestingExchange e;
  const MatterId matter = e.dispatched();
  e.hub.clock = [&] { return e.clock() + hours(1); };
  must(e.agency.member->send());
  const ReceivedCounts early = must(e.provider.member->receive({}));
  CHECK(early.waiting == 1);
  CHECK(early.applied + early.refused == 0);
  REQUIRE(early.waits.by_code().contains(Code::TIME_IN_FUTURE));
  CHECK(early.waits.by_code().at(Code::TIME_IN_FUTURE).last.where == "promise");
  e.world.clock.advance(hours(1));
  CHECK(must(e.provider.member->receive({})).applied == 1);
  CHECK(e.acts_at_provider(matter) == 4);
}

TEST_CASE("an object that is larger than a message may be is refused before it is fetched") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.member->send());
  const std::vector<TestingHub::Boxed> box = e.hub.boxes[e.provider.org()];
  REQUIRE(!box.empty());
  exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(box.back().message.envelope)).text));
  envelope.id = exchange::MessageId::random();
  envelope.bytes = 33ull * 1024 * 1024;
  const std::vector<note::Signer> signers{*e.agency.office.signer};
  TestingLine line(e.hub, e.agency.org());
  must(must(line.post({{must(note::sign_note(envelope.text(), signers)).serialise(), e.hub.log.entries.back(), {}}})).front());
  e.hub.objects_asked = 0;
  const ReceivedCounts counts = must(e.provider.member->receive({}));
  CHECK(counts.refused == 1);
  REQUIRE(counts.last_refusal);
  CHECK(counts.last_refusal->code == Code::TOO_LARGE);
  CHECK(counts.last_refusal->where == "object");
  CHECK(e.hub.objects_asked == 0);
  // Its sender is told.
  must(e.provider.member->send());
  must(e.agency.member->receive({}));
}

TEST_CASE("what is no seal key is sealed for by nobody") {
  const crypto::AgeIdentity module{crypto::generate_p256()};
  const note::KeyEntry p256 = desk::seal_entry(module.recipient());
  CHECK(must(desk::recipient_of(p256)) == module.recipient());
  const auto refused = [](note::KeyEntry entry) { return desk::recipient_of(entry).error().code; };
  // One of the hybrid is read from the directory whether this library has ML-KEM or not.
  const crypto::AgeRecipient hybrid{crypto::HybridPublic{}};
  CHECK(must(desk::recipient_of(desk::seal_entry(hybrid))) == hybrid);
  note::KeyEntry short_one = desk::seal_entry(hybrid);
  short_one.key.pop_back();
  CHECK(refused(short_one) == Code::BAD_KEY);
  note::KeyEntry entry = p256;
  entry.purpose = note::KeyPurpose::sign;
  CHECK(refused(entry) == Code::BAD_KEY);
  entry = p256;
  entry.key[0] = 5;
  CHECK(refused(entry) == Code::BAD_KEY);
  entry = p256;
  entry.algorithm = note::OrgKeyAlgorithm::x25519;
  CHECK(refused(entry) == Code::BAD_KEY);
  TestingExchange e;
  const auto nobody = recipient_for(*e.agency.replica, party::OrganisationId::parse("nobody.example").value(), e.clock());
  CHECK(nobody.error().code == Code::KEY_UNKNOWN);
}

// A hub that says of one message what it says of another.
class Liar final : public exchange::HubPort {
 public:
  Liar(TestingHub& hub, const std::string& org) : line_(hub, org) {}
  Result<std::vector<exchange::MessageStatus>> status(const std::vector<exchange::MessageId>& messages) override {
    std::vector<exchange::MessageStatus> out = TRY(line_.status(messages));
    // Each bears what belongs to the next.
    for (std::size_t i = 0; i + 1 < out.size(); ++i) std::swap(out[i].relayed, out[i + 1].relayed);
    return out;
  }
  Result<std::vector<Result<std::string>>> post(const std::vector<exchange::PostedMessage>& messages) override { return line_.post(messages); }
  Result<std::vector<exchange::FetchedMessage>> fetch(std::uint64_t after, std::size_t limit, std::chrono::milliseconds wait) override {
    return line_.fetch(after, limit, wait);
  }
  Status acknowledge(const std::vector<exchange::MessageId>& messages) override { return line_.acknowledge(messages); }
  Result<exchange::ObjectState> begin_object(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) override {
    return line_.begin_object(object, bytes, parts);
  }
  Result<exchange::ObjectState> object_state(const Sha256& object) override { return line_.object_state(object); }
  Status put_part(const Sha256& object, std::size_t index, ByteView part) override { return line_.put_part(object, index, part); }
  Result<Bytes> get_part(const Sha256& object, std::size_t index) override { return line_.get_part(object, index); }
  Result<std::string> log_file(exchange::LogName log, const std::string& path) override { return line_.log_file(log, path); }
  Status cosign(exchange::LogName log, const std::string& text, const std::string& line) override { return line_.cosign(log, text, line); }
  Status add_entry(const std::string& entry) override { return line_.add_entry(entry); }
  Status publish(const exchange::SignedDocument& document) override { return line_.publish(document); }
  Result<Documents> documents(std::uint64_t after) override { return line_.documents(after); }

 private:
  TestingLine line_;
};

TEST_CASE("a statement of the hub about another message says nothing of this one") {
  TestingExchange e;
  const MatterId first = e.dispatched();
  must(e.agency.member->send());
  const MatterId second = e.dispatched("reiji-00002");
  must(e.agency.member->send());
  must(e.provider.member->receive({}));
  Liar liar(e.hub, e.agency.org());
  Sender sender({*e.agency.office.office, *e.agency.mailbox, e.agency.replica, liar, e.hub.network(), e.agency.office.signer, e.agency.files,
                 [] { return Result<std::optional<Time>>(std::nullopt); }, e.clock});
  REQUIRE(must(e.agency.mailbox->undelivered(10)).size() == 2);
  const Status told = sender.ask_relayed();
  REQUIRE_FALSE(told.has_value());
  CHECK(told.error().code == Code::TEXT_DIFFERS);
  CHECK(told.error().where == "status");
  for (const MatterId& matter : {first, second})
    for (const desk::MessageOut& message : must(e.agency.mailbox->messages_of(matter))) CHECK(!message.relayed);
  must(e.agency.member->watch());  // the hub that tells the truth
  for (const MatterId& matter : {first, second})
    for (const desk::MessageOut& message : must(e.agency.mailbox->messages_of(matter))) CHECK(message.relayed);
}

TEST_CASE("tiles that are missing or wrong prove nothing, and accuse nobody") {
  TestingExchange e;
  e.dispatched();
  must(e.agency.member->send());
  must(e.agency.member->watch());
  e.dispatched("reiji-00002");
  must(e.agency.member->send());
  const std::map<std::string, std::string> good = e.hub.log.files;
  SUBCASE("no way from what was seen to what is shown") {
    std::erase_if(e.hub.log.files, [](const auto& file) { return file.first.starts_with("tile/"); });
  }
  SUBCASE("a tile of another tree") {
    for (auto& [path, content] : e.hub.log.files)
      if (path.starts_with("tile/0/")) content[1] = static_cast<char>(content[1] ^ 1);
  }
  const std::size_t cosigned = e.hub.cosignatures.size();
  const bool is_missing = e.hub.log.files.size() < good.size();
  const Status watched = e.agency.member->watch();
  REQUIRE_FALSE(watched.has_value());
  CHECK(watched.error().code == Code::PEER_UNAVAILABLE);
  CHECK(incidents_of(e.agency).empty());
  // What does not go on from what was seen is not cosigned either; where it does, no message is proven by a wrong tile.
  for (std::size_t i = cosigned; i < e.hub.cosignatures.size(); ++i) CHECK((!is_missing || !e.hub.cosignatures[i].starts_with("hub.example/log")));
  CHECK(!must(e.agency.mailbox->unproven(10)).empty());
  e.hub.log.files = good;
  must(e.agency.member->watch());
  CHECK(must(e.agency.mailbox->unproven(10)).empty());
}

TEST_CASE("a partial tile that gave way to the full one is cut from that; one that is nowhere is the hub's fault") {
  TestingHub hub;
  constexpr std::size_t kEntries = 300;
  for (std::size_t i = 0; i < kEntries; ++i) hub.log.append("entry " + std::to_string(i));
  hub.log.publish();
  std::erase_if(hub.log.files, [](const auto& file) { return file.first.find("/000.p/") != std::string::npos; });
  TestingLine line(hub, "kakuu-police.example");
  LogFiles files(line, exchange::LogName::messages);
  const std::vector<std::string> first = must(files.entries(5, 10));
  CHECK(first == std::vector<std::string>{"entry 5", "entry 6", "entry 7", "entry 8", "entry 9"});
  CHECK(must(files.entries(250, kEntries)).size() == 50);
  CHECK(must(files.read("tile/0/000.p/10")) == must(files.read("tile/0/000")).substr(0, 320));
  for (const char* path : {"tile/0/007", "tile/0/007.p/3"}) {
    const auto nowhere = files.read(path);
    CHECK(nowhere.error().code == Code::PEER_UNAVAILABLE);
  }
  CHECK(files.entries(0, 600).error().code == Code::PEER_UNAVAILABLE);
  hub.is_away = true;
  CHECK(files.read("checkpoint").error().code == Code::PEER_UNAVAILABLE);
}

}  // namespace
}  // namespace warifu::member

// Bad input at the hub: whatever is spoilt in what a member hands in is refused with a code, counted and told, and nothing of it is kept.

#include <algorithm>

#include "crypto/random.h"
#include "hub/testing_world.h"
#include "note/testing_mutations.h"

namespace warifu::hub {
namespace {

using testing::Mutation;
using testing::Mutations;

// Every bit would be a hundred thousand requests; the readers' own tests turn each of them (note, exchange).
Mutations some_flipped(std::string_view text) {
  Mutations out = testing::flipped(text), some;
  for (std::size_t i = 0; i < out.size(); i += 13) some.push_back(std::move(out[i]));
  return some;
}

struct Spoiler {
  World world;
  House agency{world, "kakuu-police.example"}, provider{world, "portal.example", "provider"};
  std::optional<Member> member;

  Spoiler() {
    agency.join();
    provider.join();
    member = Member{must(party::OrganisationId::parse(agency.org)), must(crypto::spki_sha256(agency.tls.certificate))};
    CHECK(eventually([&] { return world.size("keys") == must(world.hub->directory().size()); }));
  }
  // How many refusals the hub has counted, whatever their code.
  [[nodiscard]] std::size_t counted() const {
    const std::string figures = world.send("GET", "/metrics", {}, world.stranger()).body;
    std::size_t sum = 0;
    constexpr std::string_view kName = "\nwarifu_hub_refused_total{";
    for (std::size_t at = figures.find(kName); at != std::string::npos; at = figures.find(kName, at + 1))
      sum += static_cast<std::size_t>(std::stoul(figures.substr(figures.find("} ", at) + 2)));
    return sum;
  }
};

}  // namespace

TEST_CASE("bad input: envelope, leaf and object of a message are refused one by one, and the good one beside them is taken") {
  Spoiler s;
  const exchange::SealedMessage good = s.agency.message({&s.provider}, "body"), other = s.agency.message({&s.provider}, "other");
  const std::vector<std::string> parts = House::parts(good);
  const std::size_t told = s.world.told.size();
  std::size_t sent = 0;
  std::vector<exchange::PostedMessage> batch;
  const auto flush = [&] {
    if (batch.empty()) return;
    const auto answers = must(s.world.hub->post(*s.member, batch));
    REQUIRE(answers.size() == batch.size());
    for (const Result<std::string>& answer : answers) {
      CHECK(!answer);
      if (!answer) testing::check_blames_sender(answer.error(), "a spoilt message");
    }
    sent += batch.size();
    batch.clear();
  };
  const auto put = [&](std::string envelope, std::string leaf, std::string object) {
    batch.push_back({std::move(envelope), std::move(leaf), std::move(object)});
    if (batch.size() == exchange::kPostMessagesMax) flush();
  };
  for (const Mutations& mutations : {testing::spoilt(parts[0]), some_flipped(parts[0])})
    for (const Mutation& mutation : mutations) put(mutation.text, parts[1], parts[2]);
  for (const Mutations& mutations : {testing::spoilt(parts[1]), testing::flipped(parts[1])})
    for (const Mutation& mutation : mutations) put(parts[0], mutation.text, parts[2]);
  for (std::size_t i = 0; i < parts[2].size(); i += 7) {
    std::string object = parts[2];
    object[i] = static_cast<char>(object[i] ^ 1);
    put(parts[0], parts[1], std::move(object));
  }
  for (const std::size_t n : {std::size_t{1}, parts[2].size() - 1}) put(parts[0], parts[1], parts[2].substr(0, n));
  put(parts[0], parts[1], parts[2] + "x");
  put(parts[0], parts[1], "");
  // Parts of another message of the same sender.
  put(parts[0], other.leaf, parts[2]);
  put(parts[0], parts[1], std::string(text_of(other.object)));
  put(other.envelope, parts[1], parts[2]);
  flush();
  CHECK(sent > 1500);
  CHECK(must(s.world.hub->store().next_index()) == 0);
  CHECK(s.provider.fetch().empty());
  CHECK(s.counted() == sent);
  CHECK(s.world.told.size() - told == sent);
  // In one request with a good one, everybody gets an answer of his own.
  const std::vector<exchange::PostedMessage> three{{"nothing", parts[1], parts[2]}, {parts[0], parts[1], parts[2]}, {parts[0], "x\n", parts[2]}};
  const auto answers = must(s.world.hub->post(*s.member, three));
  CHECK(!answers[0]);
  CHECK(answers[1].has_value());
  CHECK(!answers[2]);
  CHECK(s.provider.fetch().size() == 1);
  CHECK(must(s.world.hub->store().next_index()) == 1);
}

TEST_CASE("bad input: entries, documents and cosignatures leave no trace") {
  Spoiler s;
  const std::size_t size = must(s.world.hub->directory().size());
  const std::uint64_t version = must(s.world.hub->directory().documents_after(0, 10)).version;
  note::KeyEntry seal{"hub.example/keys",
                      s.agency.org,
                      note::KeyPurpose::share,
                      note::OrgKeyAlgorithm::ristretto255,
                      Bytes(32, 9),
                      {},
                      {},
                      {s.agency.now, s.agency.now + days(9)},
                      {}};
  const std::string good = must(note::sign_note(must(seal.text()), std::array{s.agency.root})).serialise();
  const auto is_same = note::says_the_same(good);
  for (const Mutations& mutations : {testing::spoilt(good), some_flipped(good)})
    for (const Mutation& mutation : mutations) {
      if (is_same(mutation)) continue;
      const Status taken = s.world.hub->add_entry(*s.member, mutation.text);
      CHECK_MESSAGE(!taken, mutation.what);
      if (!taken) testing::check_blames_sender(taken.error(), mutation.what);
    }
  CHECK(must(s.world.hub->directory().size()) == size);

  const exchange::SignedDocument document = s.agency.document(now_utc(), "000-0000");
  for (const Mutations& mutations : {testing::spoilt(document.note), some_flipped(document.note)})
    for (const Mutation& mutation : mutations) {
      if (note::says_the_same(document.note)(mutation)) continue;
      const Status taken = s.world.hub->publish(*s.member, {mutation.text, document.body});
      CHECK_MESSAGE(!taken, mutation.what);
      if (!taken) testing::check_blames_sender(taken.error(), mutation.what);
    }
  for (std::size_t i = 0; i < document.body.size(); ++i) {
    std::string body = document.body;
    body[i] = static_cast<char>(body[i] ^ 1);
    CHECK(!s.world.hub->publish(*s.member, {document.note, body}));
  }
  CHECK(must(s.world.hub->directory().documents_after(0, 10)).version == version);

  const std::string text = must(note::Note::parse(s.world.checkpoint("keys"))).text;
  const std::string line = must(s.agency.witness.cosign(text, now_utc())).text();
  for (const Mutation& mutation : testing::spoilt(text))
    CHECK_MESSAGE(!s.world.hub->cosign(*s.member, exchange::LogName::keys, mutation.text, line), mutation.what);
  for (const Mutation& mutation : testing::flipped(line))
    CHECK_MESSAGE(!s.world.hub->cosign(*s.member, exchange::LogName::keys, text, mutation.text), mutation.what);
  CHECK(s.world.checkpoint("keys").find(s.agency.org) == std::string::npos);
  // The good ones are taken after all that.
  must(s.world.hub->add_entry(*s.member, good));
  must(s.world.hub->publish(*s.member, document));
  must(s.world.hub->cosign(*s.member, exchange::LogName::keys, text, line));
}

TEST_CASE("bad input: lists of parts, parts, and what is acknowledged") {
  Spoiler s;
  const Bytes first = crypto::random_bytes(exchange::kObjectPartBytes), last = crypto::random_bytes(99);
  const std::string whole = std::string(text_of(first)) + std::string(text_of(last));
  const std::string at = "/exchange/v1/objects/" + crypto::sha256(whole).hex();
  const std::string listing = std::to_string(whole.size()) + "\n" + ledger::leaf_hash(first).hex() + "\n" + ledger::leaf_hash(last).hex() + "\n";
  const std::string open = std::to_string(whole.size()) + "\n" + ledger::leaf_hash(first).hex() + " 0\n" + ledger::leaf_hash(last).hex() + " 0\n";
  REQUIRE(s.agency.send("PUT", at, listing).status == 200);
  const auto refused = [&](const net::ClientAnswer& answer, const std::string& what) {
    CHECK_MESSAGE((answer.status >= 400 && answer.status < 500), what << ": " << answer.status);
    CHECK_MESSAGE(!code_of(answer).empty(), what);
  };
  for (const Mutations& mutations : {testing::spoilt(listing), some_flipped(listing)})
    for (const Mutation& mutation : mutations) refused(s.agency.send("PUT", at, mutation.text), mutation.what);
  for (std::size_t bit = 0; bit < last.size() * 8; bit += 7) {
    std::string part(text_of(last));
    part[bit / 8] = static_cast<char>(part[bit / 8] ^ static_cast<char>(1u << (bit % 8)));
    refused(s.agency.send("PUT", at + "/parts/1", part), "a flipped bit");
  }
  for (const std::string& part : {std::string(), std::string(text_of(last)) + "x", std::string(text_of(last)).substr(1), whole.substr(0, 99)})
    refused(s.agency.send("PUT", at + "/parts/1", part), "another part");
  for (const char* index :
       {"/parts/2", "/parts/-1", "/parts/01", "/parts/18446744073709551616", "/parts/x", "/parts/", "/parts/1/../0", "/parts/%31%00"})
    refused(s.agency.send("PUT", at + index, std::string(text_of(last))), index);
  for (const char* object : {"x", "../network", "%2e%2e/network"})
    refused(s.agency.send("PUT", "/exchange/v1/objects/" + std::string(object), listing), object);
  CHECK(s.agency.send("GET", at).body == open);

  const exchange::SealedMessage message = s.agency.message({&s.provider}, "body");
  REQUIRE(s.agency.post(House::parts(message)).size() == 1);
  REQUIRE(s.provider.fetch().size() == 1);
  const std::string id = message.id.hex() + "\n";
  for (const Mutation& mutation : testing::spoilt(id)) static_cast<void>(s.agency.send("POST", "/exchange/v1/acknowledged", mutation.text));
  static_cast<void>(s.agency.send("POST", "/exchange/v1/acknowledged", id));  // it is not the sender's to acknowledge
  for (const Mutation& mutation : testing::flipped(id)) static_cast<void>(s.provider.send("POST", "/exchange/v1/acknowledged", mutation.text));
  CHECK(s.provider.fetch().size() == 1);
}

TEST_CASE("bad input: certificates that are of nobody, of somebody else or of no organisation at all") {
  Spoiler s;
  const Sha256 tls = s.member->tls;
  const auto code = [&](const std::string& name, const Sha256& key) {
    const Result<Member> found = s.world.hub->member_of(net::PeerCertificate{.fingerprint = {}, .spki = key, .common_name = name});
    return found ? Code::INTERNAL : found.error().code;
  };
  CHECK(code(s.agency.org, tls) == Code::INTERNAL);  // itself
  CHECK(s.world.hub->member_of(std::nullopt).error().code == Code::NOT_ADMITTED);
  CHECK(code(s.provider.org, tls) == Code::NOT_ADMITTED);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Sha256 other = tls;
    other.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    CHECK(code(s.agency.org, other) == Code::NOT_ADMITTED);
  }
  for (const std::string& name :
       {std::string(), std::string("*"), s.agency.org + std::string(1, '\0'), s.agency.org + ".", "." + s.agency.org, s.agency.org + "\n",
        " " + s.agency.org, std::string("Kakuu-police.example"), "../" + s.agency.org, "%2e" + s.agency.org, s.agency.org + "," + s.provider.org,
        std::string(65, 'a'), std::string(100'000, 'a'), std::string("\xFF\xFE")}) {
    CHECK(code(name, tls) == Code::NOT_ADMITTED);
    CHECK(s.world.hub->name_of(net::PeerCertificate{.fingerprint = {}, .spki = tls, .common_name = name}) == "-");
  }
}

}  // namespace warifu::hub

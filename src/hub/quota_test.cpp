// How much the hub takes from one member, at the limit and one past it, and that whoever is refused stands in figures and log.

#include "crypto/random.h"
#include "hub/testing_world.h"

namespace warifu::hub {
namespace {

// One minute and one day of the hub's clock, whatever the hour of the test.
void begin_a_day(World& world) { world.later = 86'400 - now_utc().seconds() % 86'400 + 10; }

std::string seal_entry_of(World& world, const House& house) {
  for (const std::string& entry : must(world.hub->directory().entries()))
    if (entry.find("org " + house.org + "\npurpose seal") != std::string::npos) return entry;
  FAIL("no seal key");
  return {};
}

std::string end_entry(const House& house, const std::string& of, Time until) {
  note::KeyEntry entry = must(note::KeyEntry::parse(must(note::Note::parse(of)).text));
  entry.valid.until = until;
  entry.previous = ledger::leaf_hash(bytes_of(of));
  return must(note::sign_note(must(entry.text()), std::array{house.root})).serialise();
}

std::string code_or_status(const net::ClientAnswer& answer) { return answer.status < 400 ? std::to_string(answer.status) : code_of(answer); }

TEST_CASE("a member sends as many messages, entries, documents and parts in a minute as the quota says, and not one more") {
  World world({.messages_per_minute = 6});
  begin_a_day(world);
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  std::vector<std::string> two;
  for (int i = 0; i < 2; ++i)
    for (std::string& part : House::parts(agency.message({&provider}, "body"))) two.push_back(std::move(part));
  CHECK(agency.post(two).size() == 2);
  const std::string whole(text_of(crypto::random_bytes(99)));
  const std::string at = "/exchange/v1/objects/" + crypto::sha256(whole).hex();
  CHECK(code_or_status(agency.send("PUT", at, "99\n" + ledger::leaf_hash(bytes_of(whole)).hex() + "\n")) == "200");
  CHECK(code_or_status(agency.send("PUT", at + "/parts/0", whole)) == "204");
  const exchange::SignedDocument document = agency.document(now_utc(), "000-0000");
  CHECK(code_or_status(agency.send("POST", "/exchange/v1/documents", frames({document.note, document.body}))) == "204");
  CHECK(code_or_status(agency.send("POST", "/exchange/v1/messages", frames(two))) == "RATE_LIMITED");
  const std::string next =
      agency.entry(note::KeyPurpose::seal, note::OrgKeyAlgorithm::x25519, Bytes(32, 9), ledger::leaf_hash(bytes_of(seal_entry_of(world, agency))));
  CHECK(code_or_status(agency.send("POST", "/exchange/v1/entries", next)) == "204");  // the sixth

  CHECK(code_or_status(agency.send("POST", "/exchange/v1/entries", next)) == "RATE_LIMITED");
  CHECK(code_or_status(agency.send("POST", "/exchange/v1/documents", frames({document.note, document.body}))) == "RATE_LIMITED");
  CHECK(code_or_status(agency.send("PUT", at, "99\n")) == "RATE_LIMITED");
  CHECK(code_or_status(agency.send("PUT", at + "/parts/0", whole)) == "RATE_LIMITED");
  CHECK(code_or_status(agency.send("POST", "/exchange/v1/messages", frames(two))) == "RATE_LIMITED");
  CHECK(agency.fetch().empty());  // reading is free
  CHECK(provider.post(House::parts(provider.message({&agency}, "body"))).size() == 1);
  CHECK(world.times_told("request_refused kakuu-police.example RATE_LIMITED") == 6);
  CHECK(world.has_figure("warifu_hub_refused_total{code=\"RATE_LIMITED\"} 6"));

  world.later += 60;
  CHECK(agency.post(two).size() == 2);
}

TEST_CASE("a request that is larger than what a minute allows comes in when the minute is untouched, and uses it up") {
  World world({.messages_per_minute = 1});
  begin_a_day(world);
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  std::vector<std::string> two;
  for (int i = 0; i < 2; ++i)
    for (std::string& part : House::parts(agency.message({&provider}, "body"))) two.push_back(std::move(part));
  CHECK(agency.post(two).size() == 2);
  CHECK(code_or_status(agency.send("POST", "/exchange/v1/messages", frames(two))) == "RATE_LIMITED");
  CHECK(code_or_status(agency.send("POST", "/exchange/v1/messages", frames(House::parts(agency.message({&provider}, "body"))))) == "RATE_LIMITED");
  world.later += 60;
  CHECK(agency.post(two).size() == 2);
}

TEST_CASE("a member has so many entries a day in the log of keys; whoever has used them up can still end a key, once") {
  World world({.entries_per_day = 3});
  begin_a_day(world);
  House agency(world, "kakuu-police.example");
  agency.join();
  const std::string first = seal_entry_of(world, agency);
  const auto hand_in = [&](const std::string& entry) { return code_or_status(agency.send("POST", "/exchange/v1/entries", entry)); };
  const auto after = [&](const std::string& previous, std::uint8_t key) {
    return agency.entry(note::KeyPurpose::seal, note::OrgKeyAlgorithm::x25519, Bytes(32, key), ledger::leaf_hash(bytes_of(previous)));
  };
  const std::string second = after(first, 9), third = after(second, 10), fourth = after(third, 11), fifth = after(fourth, 12);
  CHECK(hand_in(second) == "204");
  CHECK(hand_in(second) == "204");                 // the same again counts once
  CHECK(hand_in(after(first, 20)) == "CONFLICT");  // and what is refused does not
  CHECK(hand_in(third) == "204");
  CHECK(hand_in(fourth) == "204");
  CHECK(hand_in(fifth) == "RATE_LIMITED");

  const auto end = [&](std::int64_t seconds_after) { return end_entry(agency, first, agency.now + seconds(seconds_after)); };
  const std::uint64_t before = must(world.hub->directory().size());
  CHECK(hand_in(end(5)) == "204");
  CHECK(hand_in(end(6)) == "CONFLICT");  // later: the key would have been good for a second more
  CHECK(hand_in(end(5)) == "204");       // the very same
  CHECK(hand_in(end(3)) == "204");       // earlier: it was stolen before anybody noticed
  CHECK(hand_in(end(2)) == "RATE_LIMITED");
  CHECK(must(world.hub->directory().size()) == before + 2);

  world.later += 86'400;
  CHECK(hand_in(fifth) == "204");
  CHECK(hand_in(end(4)) == "CONFLICT");
  CHECK(hand_in(end(2)) == "204");
}

TEST_CASE("what is refused is told with its code and organisation, also by the server before anybody read it, and never with what was sent") {
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  const House stranger(world, "stranger.example"), pretender(world, "portal.example");
  CHECK(code_or_status(agency.send("GET", "/exchange/v1/objects/" + std::string(64, '0'))) == "NOT_FOUND");
  CHECK(code_or_status(stranger.send("GET", "/exchange/v1/messages")) == "NOT_ADMITTED");
  CHECK(code_or_status(world.send("GET", "/exchange/v1/messages", {}, world.stranger())) == "NOT_ADMITTED");
  CHECK(code_or_status(pretender.send("GET", "/exchange/v1/messages")) == "NOT_ADMITTED");
  std::vector<std::string> parts = House::parts(agency.message({&provider}, "body"));
  parts[2] += "x";
  CHECK(agency.refusal(parts) == "TEXT_DIFFERS");
  CHECK(agency.send("POST", "/exchange/v1/status", std::string(70'000, 'x')).status == 413);

  CHECK(world.times_told("request_refused kakuu-police.example NOT_FOUND") == 1);
  CHECK(world.times_told("request_refused - NOT_ADMITTED") == 2);  // a stranger's names fill no log
  CHECK(world.times_told("request_refused portal.example NOT_ADMITTED") == 1);
  CHECK(world.times_told("message_refused kakuu-police.example TEXT_DIFFERS") == 1);
  CHECK(world.has_figure("warifu_hub_refused_total{code=\"NOT_ADMITTED\"} 3"));
  CHECK(world.has_figure("warifu_hub_refused_total{code=\"TEXT_DIFFERS\"} 1"));
  CHECK(world.has_figure("warifu_server_refused_total{status=\"413\"} 1"));
  CHECK(world.has_figure("warifu_server_failures_total{what=\"handshake\"} 0"));
}

}  // namespace
}  // namespace warifu::hub

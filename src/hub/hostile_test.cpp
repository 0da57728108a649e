// What a member, or the hub's own disk, might do to others through the hub.

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "hub/testing_world.h"

namespace warifu::hub {

TEST_CASE("hostile: an object spoilt on the hub's disk keeps back nothing else, and the operator is told") {
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  const exchange::SealedMessage large = agency.message({&provider}, std::string(store::kSmallObjectMax + 1, 'x'));
  const exchange::SealedMessage behind = agency.message({&provider}, "behind it");
  REQUIRE(agency.post(House::parts(large)).size() == 1);
  REQUIRE(agency.post(House::parts(behind)).size() == 1);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(world.data + "/objects"))
    if (entry.is_regular_file()) {
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(1000);
      file.put('\0').put('\1');
    }
  const auto box = provider.fetch();
  REQUIRE(box.size() == 2);
  CHECK(box[0][1] == large.envelope);
  CHECK(box[0][3].empty());
  CHECK(box[1][1] == behind.envelope);
  CHECK(box[1][3] == text_of(behind.object));
  CHECK(world.times_told("object_unreadable portal.example STORE_CORRUPT") == 1);
}

TEST_CASE("hostile: a member does nothing in another's name, with another's number, or to another's box") {
  World world;
  House agency(world, "kakuu-police.example"), other(world, "hoka-police.example"), provider(world, "portal.example", "provider");
  for (House* house : {&agency, &other, &provider}) house->join();
  const exchange::SealedMessage first = agency.message({&provider}, "first");
  REQUIRE(agency.post(House::parts(first)).size() == 1);

  // Another's envelope, as it stands, and under the own signature.
  CHECK(other.refusal(House::parts(agency.message({&provider}, "second"))) == "SIGNATURE_MISSING");
  exchange::SealedMessage mine = other.message({&provider}, "mine");
  exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(mine.envelope)).text));
  const auto signed_by = [&](const House& house) {
    mine.envelope = must(note::sign_note(envelope.text(), std::array{house.sign})).serialise();
    return House::parts(mine);
  };
  envelope.from = agency.org;
  CHECK(other.refusal(signed_by(other)) == "SIGNATURE_MISSING");
  CHECK(other.refusal(signed_by(agency)) == "SIGNATURE_MISSING");  // the certificate says who sends
  // The number of a message that is there.
  envelope.from = other.org;
  envelope.id = first.id;
  CHECK(other.refusal(signed_by(other)) == "REPLAYED");
  // To whom nobody may send: nobody, and the same one twice, cannot be written; a stranger, and as many as there may be.
  envelope.id = exchange::MessageId::random();
  envelope.to = {"nobody.example"};
  CHECK(other.refusal(signed_by(other)) == "ADDRESSEE_UNKNOWN");
  envelope.to.clear();
  CHECK(other.refusal(signed_by(other)) == "BAD_NOTE");
  envelope.to = {provider.org, provider.org};
  CHECK(other.refusal(signed_by(other)) == "BAD_NOTE");
  envelope.to.clear();
  for (std::size_t i = 0; i <= exchange::kRecipientsMax; ++i) envelope.to.push_back("a" + std::to_string(1000 + i) + ".example");
  CHECK(other.refusal(signed_by(other)) == "TOO_MANY");
  // What lies for others is theirs.
  CHECK(other.fetch().empty());
  CHECK(other.send("POST", "/exchange/v1/acknowledged", first.id.hex() + "\n").status == 204);
  CHECK(provider.fetch().size() == 1);
  CHECK(unframe(other.send("POST", "/exchange/v1/status", first.id.hex() + "\n").body).empty());
  CHECK(must(world.hub->store().next_index()) == 1);
  for (const char* code : {"SIGNATURE_MISSING", "REPLAYED", "ADDRESSEE_UNKNOWN", "BAD_NOTE", "TOO_MANY"})
    CHECK(world.times_told("message_refused hoka-police.example " + std::string(code)) > 0);
  CHECK(world.has_figure("warifu_hub_refused_total{code=\"REPLAYED\"} 1"));
}

TEST_CASE("hostile: a number that is used twice in one request counts once") {
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  const exchange::SealedMessage first = agency.message({&provider}, "first");
  exchange::SealedMessage second = agency.message({&provider}, "second");
  exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(second.envelope)).text));
  envelope.id = first.id;
  second.envelope = must(note::sign_note(envelope.text(), std::array{agency.sign})).serialise();
  std::vector<std::string> both = House::parts(first);
  for (std::string& part : House::parts(second)) both.push_back(std::move(part));
  const std::vector<std::string> answers = agency.post(both);
  REQUIRE(answers.size() == 2);
  CHECK(exchange::Promise::parse(must(note::Note::parse(answers[0])).text).has_value());
  CHECK(answers[1].find("REPLAYED") != std::string::npos);
  const auto box = provider.fetch();
  REQUIRE(box.size() == 1);
  CHECK(box[0][3] == text_of(first.object));
}

}  // namespace warifu::hub

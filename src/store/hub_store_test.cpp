#include "store/hub_store.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "base/disk_room.h"
#include "base/testing_results.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "ledger/merkle.h"
#include "store/testing_engines.h"
#include "store/testing_hub.h"

namespace warifu::store {
namespace {

using exchange::MessageId;

using testing::code_of;
using testing::must;

const std::string kFrom = "kakuu-police.example", kTo = "portal.example", kOther = "bank.example";

struct World {
  explicit World(TestStore& test, HubLimits limits = {}) : engine(test) {
    engine.fresh().reset();
    folder = engine.folder() / "objects";
    store = open(limits);
  }
  std::unique_ptr<HubStore> open(HubLimits limits = {}) {
    return must(HubStore::create({.open = [this](Access access) -> Result<std::unique_ptr<Database>> { return engine.connect(access); },
                                  .objects = folder.string(),
                                  .limits = limits},
                                 now));
  }
  [[nodiscard]] HubMessage message(std::string object, std::vector<std::string> to = {kTo}) const {
    return hub_message(kFrom, std::move(to), std::move(object), now);
  }
  Result<HubPlace> post(const HubMessage& message) { return must(store->post(kFrom, std::span(&message, 1), now)).at(0); }
  std::vector<HubItem> box(const std::string& org, std::uint64_t after = 0) { return must(store->fetch(org, after, 64, 1 << 24)); }
  void integrate_all() {
    const auto before = must(store->log_state("log"));
    must(store->advance_log("log", before, {must(store->next_index()), crypto::sha256("root " + std::to_string(now.us))}));
  }
  std::size_t files() const {
    std::size_t count = 0;
    if (!std::filesystem::exists(folder)) return 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

  TestStore& engine;
  Time now = Time::from_seconds(1'795'237'500);
  std::filesystem::path folder;
  std::unique_ptr<HubStore> store;
};

TEST_CASE("a message gets the next place, lies in the boxes of its recipients, and is offered until it is acknowledged") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const HubMessage first = world.message("one", {kOther, kTo}), second = world.message("two");
    CHECK(must(world.post(first)).index == 0);
    CHECK(must(world.post(second)).index == 1);
    const auto box = world.box(kTo);
    REQUIRE(box.size() == 2);
    CHECK(box[0].seq == 1);
    CHECK(box[0].id == first.envelope.id);
    CHECK(box[0].note == first.note);
    CHECK(box[0].digest == first.digest);
    CHECK(box[0].leaf == first.envelope.leaf);
    CHECK(box[0].object == "one");
    CHECK(box[0].place.at == world.now);
    CHECK(world.box(kOther).size() == 1);
    CHECK(world.box(kFrom).empty());
    CHECK(world.box(kTo, 1).size() == 1);
    CHECK(world.box(kTo, 2).empty());
    CHECK(must(world.store->fetch(kTo, 0, 1, 1 << 24)).size() == 1);
    CHECK(must(world.store->fetch(kTo, 0, 64, 1)).size() == 1);  // one in any case

    must(world.store->acknowledge(kFrom, std::vector{first.envelope.id}, world.now));  // not in that box
    CHECK(world.box(kTo).size() == 2);
    must(world.store->acknowledge(kTo, std::vector{first.envelope.id, MessageId::random()}, world.now));
    CHECK(world.box(kTo).size() == 1);
    CHECK(world.box(kOther).size() == 1);
    CHECK(must(world.store->leaves(0, 10)) == std::vector{first.leaf, second.leaf});
    CHECK(must(world.store->leaves(1, 10)) == std::vector{second.leaf});
    CHECK(must(world.store->next_index()) == 2);
    world.store.reset();
    world.store = world.open();
    CHECK(world.box(kTo).size() == 1);
    CHECK(must(world.post(world.message("three"))).index == 2);
  });
}

TEST_CASE("the same message again gets its first place; another one with its id is a replay") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const HubMessage message = world.message("one");
    const HubPlace first = must(world.post(message));
    world.now = world.now + seconds(10);
    const HubPlace again = must(world.post(message));
    CHECK(again.index == first.index);
    CHECK(again.at == first.at);
    HubMessage other = message;
    other.digest = crypto::sha256("other");
    CHECK(code_of(world.post(other)) == Code::REPLAYED);
    // Within one request too, and the others of it stand.
    const std::vector<HubMessage> batch{world.message("two"), other, message};
    const auto places = must(world.store->post(kFrom, batch, world.now));
    CHECK(must(places[0]).index == 1);
    CHECK(code_of(places[1]) == Code::REPLAYED);
    CHECK(must(places[2]).index == 0);
    CHECK(must(world.store->next_index()) == 2);
    CHECK(world.box(kTo).size() == 2);
  });
}

TEST_CASE("messages posted at the same time get each its own place, without a gap") {
  for_both_engines([](TestStore& test) {
    World world(test);
    std::mutex mutex;
    std::set<std::uint64_t> places;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 25; ++i) {
          const HubMessage message = world.message("object");
          const auto posted = world.store->post(kFrom, std::span(&message, 1), world.now);
          const std::scoped_lock lock(mutex);
          if (posted && (*posted)[0]) places.insert((*posted)[0]->index);
        }
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(places.size() == 100);
    CHECK(*places.rbegin() == 99);
    CHECK(must(world.store->leaves(0, 1000)).size() == 100);
  });
}

TEST_CASE("where a message stands is told to its sender") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const HubMessage message = world.message("one", {kOther, kTo});
    must(world.post(message));
    const std::vector ids{message.envelope.id};
    CHECK(must(world.store->status(kTo, ids)).empty());
    CHECK(must(world.store->status(kFrom, ids)).size() == 2);
    world.store->relayed(kTo, {1}, world.now + seconds(1));
    must(world.store->acknowledge(kTo, std::vector{MessageId::random()}, world.now));  // behind it in the writer's queue
    world.store->relayed(kTo, {1}, world.now + seconds(5));                            // the first time counts
    must(world.store->acknowledge(kOther, ids, world.now + seconds(9)));
    const auto status = must(world.store->status(kFrom, ids));
    REQUIRE(status.size() == 2);
    CHECK(status[0].to == kOther);
    CHECK(status[0].relayed == world.now + seconds(9));
    CHECK(status[1].to == kTo);
    CHECK(status[1].relayed == world.now + seconds(1));
    CHECK(world.box(kTo)[0].is_relayed);
  });
}

TEST_CASE("objects above the small ones are files and come back checked") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const Bytes random = crypto::random_bytes(kSmallObjectMax + 1);
    const std::string large(text_of(random));
    const HubMessage small = world.message(large.substr(1)), file = world.message(large);
    must(world.post(small));
    CHECK(world.files() == 0);
    must(world.post(file));
    CHECK(world.files() == 1);
    CHECK(world.box(kTo)[0].object == small.object);
    CHECK(world.box(kTo)[1].object == file.object);
    CHECK(code_of(world.post(world.message(large))) == Code::CONFLICT);  // nothing is sealed once and sent twice
    must(world.post(file));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.folder))
      if (entry.is_regular_file()) std::filesystem::resize_file(entry.path(), 5);
    // One that was spoilt keeps back none of the others.
    must(world.post(world.message("behind it")));
    const std::vector<HubItem> box = world.box(kTo);
    REQUIRE(box.size() == 3);
    CHECK(box[0].object == small.object);
    CHECK(box[1].object.empty());
    REQUIRE(box[1].unreadable);
    CHECK(box[1].unreadable->code == Code::STORE_CORRUPT);
    CHECK(box[2].object == "behind it");
    CHECK(!box[2].unreadable);
  });
}

TEST_CASE("objects in parts: named first, each part checked, read by those it is for") {
  for_both_engines([](TestStore& test) {
    World world(test);
    const Bytes first = crypto::random_bytes(exchange::kObjectPartBytes), last = crypto::random_bytes(77);
    std::string whole(text_of(first));
    whole += text_of(last);
    const Sha256 object = crypto::sha256(whole);
    const std::vector<Sha256> parts{ledger::leaf_hash(first), ledger::leaf_hash(last)};
    HubStore& store = *world.store;
    CHECK(code_of(store.object_state(kFrom, object)) == Code::NOT_FOUND);
    CHECK(code_of(store.put_part(kFrom, object, 0, first, world.now)) == Code::NOT_FOUND);
    CHECK(code_of(store.begin_object(kFrom, object, 0, {}, world.now)) == Code::OUT_OF_RANGE);
    CHECK(code_of(store.begin_object(kFrom, object, exchange::kObjectBytesMax + 1, parts, world.now)) == Code::OUT_OF_RANGE);
    CHECK(code_of(store.begin_object(kFrom, object, whole.size(), {parts[0]}, world.now)) == Code::BAD_VALUE);
    // More than a member may have here, if the disk has room for it at all: that is asked first.
    const std::vector<Sha256> many(exchange::kObjectBytesMax / exchange::kObjectPartBytes, parts[0]);
    const bool has_room = check_disk_room(world.folder.string(), exchange::kObjectBytesMax).has_value();
    CHECK(code_of(store.begin_object(kFrom, crypto::sha256("many"), exchange::kObjectBytesMax, many, world.now)) ==
          (has_room ? Code::RATE_LIMITED : Code::DISK_FULL));
    CHECK(must(store.begin_object(kFrom, object, whole.size(), parts, world.now)).is_present == std::vector<bool>{false, false});
    CHECK(code_of(store.begin_object(kFrom, object, whole.size(), {parts[1], parts[0]}, world.now)) == Code::CONFLICT);
    CHECK(code_of(store.put_part(kFrom, object, 0, last, world.now)) == Code::TEXT_DIFFERS);
    CHECK(code_of(store.put_part(kFrom, object, 1, first, world.now)) == Code::TEXT_DIFFERS);
    CHECK(code_of(store.put_part(kFrom, object, 2, last, world.now)) == Code::OUT_OF_RANGE);
    CHECK(world.files() == 0);
    HubMessage message = world.message(whole);
    message.object.clear();
    CHECK(code_of(world.post(message)) == Code::PART_MISSING);
    must(store.put_part(kFrom, object, 1, last, world.now));
    must(store.put_part(kFrom, object, 1, last, world.now));
    CHECK(code_of(world.post(message)) == Code::PART_MISSING);
    must(store.put_part(kFrom, object, 0, first, world.now));
    CHECK(must(store.begin_object(kFrom, object, whole.size(), parts, world.now)).is_present == std::vector<bool>{true, true});
    CHECK(must(store.get_part(kOther, object, 1)) == last);  // no message names it yet: whoever knows its digest
    HubMessage other = message;
    other.envelope.id = MessageId::random();
    other.envelope.bytes += 1;
    CHECK(code_of(world.post(other)) == Code::TEXT_DIFFERS);
    must(world.post(message));
    CHECK(must(store.get_part(kTo, object, 0)) == first);
    CHECK(must(store.get_part(kFrom, object, 1)) == last);
    CHECK(code_of(store.get_part(kOther, object, 1)) == Code::NOT_FOUND);
    CHECK(code_of(store.object_state(kOther, object)) == Code::NOT_FOUND);
    CHECK(code_of(store.get_part(kTo, object, 2)) == Code::NOT_FOUND);
    CHECK(world.box(kTo)[0].object.empty());
  });
}

TEST_CASE("a member's bytes are counted, and given back when they go") {
  for_both_engines([](TestStore& test) {
    World world(test, {.bytes_per_member = 1000});
    CHECK(must(world.store->post(kFrom, std::vector{world.message(std::string(600, 'a')), world.message(std::string(401, 'b'))}, world.now))[1]
              .error()
              .code == Code::RATE_LIMITED);
    must(world.post(world.message(std::string(400, 'c'))));
    CHECK(code_of(world.post(world.message("d"))) == Code::RATE_LIMITED);
    CHECK(code_of(world.store->begin_object(kFrom, crypto::sha256("x"), 1, {crypto::sha256("y")}, world.now)) == Code::RATE_LIMITED);
    must(world.store->begin_object(kTo, crypto::sha256("x"), 1, {crypto::sha256("y")}, world.now));
    world.integrate_all();
    world.now = world.now + days(21);
    CHECK(must(world.store->clean(world.now, 100)) == 2);
    must(world.post(world.message(std::string(1000, 'e'))));
  });
}

TEST_CASE("small and large objects of one request share a member's bytes; one that is refused takes none of them, and no place") {
  for_both_engines([](TestStore& test) {
    World world(test, {.bytes_per_member = kSmallObjectMax + 5'000});
    const auto large = [&] { return world.message(std::string(text_of(crypto::random_bytes(kSmallObjectMax + 1)))); };
    const std::vector<HubMessage> batch{world.message(std::string(1'000, 'a')), large(), large(), world.message(std::string(3'999, 'b')),
                                        world.message("c")};
    const auto places = must(world.store->post(kFrom, batch, world.now));
    CHECK(must(places[0]).index == 0);
    CHECK(must(places[1]).index == 1);
    CHECK(code_of(places[2]) == Code::RATE_LIMITED);
    CHECK(must(places[3]).index == 2);
    CHECK(code_of(places[4]) == Code::RATE_LIMITED);
    CHECK(must(world.store->next_index()) == 3);
    const auto box = world.box(kTo);
    REQUIRE(box.size() == 3);
    CHECK(box[0].object == batch[0].object);
    CHECK(box[1].object == batch[1].object);
    CHECK(box[2].object == batch[3].object);
    CHECK(code_of(world.post(world.message("d"))) == Code::RATE_LIMITED);
  });
}

TEST_CASE(
    "objects go when all recipients have had them for the time set, or when they expire; rows a while later; never before their leaf is logged") {
  for_both_engines([](TestStore& test) {
    World world(test, {.kept_after_delivery = days(2)});
    const Bytes random = crypto::random_bytes(kSmallObjectMax + 1);
    const HubMessage both = world.message("both", {kOther, kTo}), file = world.message(std::string(text_of(random))),
                     unread = world.message("unread");
    must(world.post(both));
    must(world.post(file));
    must(world.post(unread));
    must(world.store->acknowledge(kTo, std::vector{both.envelope.id, file.envelope.id}, world.now));
    CHECK(must(world.store->clean(world.now + days(3), 100)) == 1);  // the file; a row stays while its leaf is not in the log
    CHECK(world.files() == 0);
    world.integrate_all();
    CHECK(must(world.store->clean(world.now + days(3), 100)) == 1);
    CHECK(world.box(kOther).size() == 1);
    must(world.store->acknowledge(kOther, std::vector{both.envelope.id}, world.now + days(3)));
    CHECK(must(world.store->clean(world.now + days(4), 100)) == 0);
    CHECK(must(world.store->clean(world.now + days(5), 100)) == 1);
    CHECK(world.box(kTo).size() == 1);
    CHECK(must(world.store->clean(world.now + days(21), 100)) == 1);  // expired unread
    CHECK(world.box(kTo).empty());
    // The place and the promise are still known, and a repetition is none too many.
    CHECK(must(world.post(both)).index == 0);
    CHECK(must(world.store->status(kFrom, std::vector{both.envelope.id})).size() == 2);
    CHECK(must(world.store->clean(world.now + days(51), 100)) == 3);
    CHECK(must(world.store->status(kFrom, std::vector{both.envelope.id})).empty());
    CHECK(must(world.store->next_index()) == 3);  // places are never given twice
  });
}

TEST_CASE("the state of a log moves by compare and swap only, and never back") {
  for_both_engines([](TestStore& test) {
    World world(test);
    HubStore& store = *world.store;
    CHECK(!must(store.log_state("keys")));
    const LogState empty{0, crypto::sha256("")}, one{1, crypto::sha256("1")}, two{2, crypto::sha256("2")};
    CHECK(code_of(store.advance_log("keys", empty, one)) == Code::CONFLICT);
    must(store.advance_log("keys", std::nullopt, empty));
    CHECK(code_of(store.advance_log("keys", std::nullopt, empty)) == Code::CONFLICT);
    must(store.advance_log("keys", empty, one));
    CHECK(code_of(store.advance_log("keys", empty, one)) == Code::CONFLICT);
    CHECK(code_of(store.advance_log("keys", LogState{1, crypto::sha256("x")}, two)) == Code::CONFLICT);
    CHECK(code_of(store.advance_log("keys", one, LogState{1, crypto::sha256("x")})) == Code::LOG_FORKED);
    CHECK(code_of(store.advance_log("keys", one, empty)) == Code::LOG_FORKED);
    must(store.advance_log("keys", one, two));
    CHECK(must(store.log_state("keys")) == two);
    CHECK(!must(store.log_state("log")));
  });
}

TEST_CASE("the newest cosignature of each witness is kept, and a witness's own memory moves by compare and swap") {
  for_both_engines([](TestStore& test) {
    World world(test);
    HubStore& store = *world.store;
    const LogState one{1, crypto::sha256("1")}, two{2, crypto::sha256("2")};
    must(store.put_cosignature("log", {"a.example/witness", two, "line 2"}));
    must(store.put_cosignature("log", {"a.example/witness", one, "line 1"}));  // came late
    must(store.put_cosignature("log", {"b.example/witness", one, "line b"}));
    must(store.put_cosignature("keys", {"a.example/witness", one, "line k"}));
    const auto lines = must(store.cosignatures("log"));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].line == "line 2");
    CHECK(lines[0].over == two);
    CHECK(lines[1].line == "line b");
    CHECK(!must(store.witnessed("hub.example/log")));
    CHECK(code_of(store.witness("hub.example/log", one, two, world.now)) == Code::CONFLICT);
    must(store.witness("hub.example/log", std::nullopt, one, world.now));
    CHECK(code_of(store.witness("hub.example/log", std::nullopt, two, world.now)) == Code::CONFLICT);
    must(store.witness("hub.example/log", one, two, world.now));
    CHECK(must(store.witnessed("hub.example/log")) == two);
  });
}

TEST_CASE("an invitation is open once; its application goes from state to state") {
  for_both_engines([](TestStore& test) {
    World world(test);
    HubStore& store = *world.store;
    HubApplication invitation{crypto::sha256("code"), kTo, "provider", world.now + days(14), "invited", {}, {}};
    must(store.invite(invitation, world.now));
    HubApplication second = invitation;
    second.code = crypto::sha256("another");
    CHECK(code_of(store.invite(second, world.now)) == Code::CONFLICT);
    must(store.invite(second, world.now + days(15)));  // the first has expired
    CHECK(!must(store.application(crypto::sha256("nothing"))));
    invitation.state = "applied";
    invitation.tls = crypto::sha256("certificate");
    invitation.bundle = std::string("a\0b", 3);
    must(store.change_application(invitation, "invited", world.now));
    CHECK(code_of(store.change_application(invitation, "invited", world.now)) == Code::CONFLICT);
    const HubApplication read = *must(store.application(invitation.code));
    CHECK(read.state == "applied");
    CHECK(read.tls == invitation.tls);
    CHECK(read.bundle == invitation.bundle);
    CHECK(read.expires == invitation.expires);
    CHECK(must(store.applications()).size() == 2);
    CHECK(!must(store.revocation(kTo)));
    const HubRevocation begun{kTo, "left", "signed by one", world.now}, ended{kTo, "left", "signed by two", world.now + minutes(1)};
    must(store.revoke(begun, {}));
    CHECK(code_of(store.revoke(begun, {})) == Code::CONFLICT);
    CHECK(must(store.revoked()) == std::vector{kTo});
    CHECK(must(store.application(invitation.code))->state == "withdrawn");
    must(store.revoke(ended, begun));
    CHECK(code_of(store.revoke(ended, begun)) == Code::CONFLICT);
    CHECK(code_of(store.restore(begun)) == Code::CONFLICT);
    const std::optional<HubRevocation> kept = must(store.revocation(kTo));
    REQUIRE(kept);
    CHECK(kept->end == ended.end);
    CHECK(kept->reason == "left");
    CHECK(kept->at == ended.at);
    must(store.restore(ended));
    CHECK(must(store.revoked()).empty());
  });
}

}  // namespace
}  // namespace warifu::store

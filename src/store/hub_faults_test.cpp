// The stores of a hub and of a directory of keys on a disk that fails at every step (store/testing_faults.h), and a hub's on a PostgreSQL that is
// killed. A place in the log that was promised is that message's for ever, and no place is promised to two.

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "crypto/hash.h"
#include "json/codec.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "note/member_end.h"
#include "store/directory_store.h"
#include "store/hub_store.h"
#include "store/postgres.h"
#include "store/testing_faults.h"
#include "store/testing_hub.h"
#include "store/testing_postgres.h"

namespace warifu::store {
namespace {

namespace fs = std::filesystem;
using exchange::MessageId;

constexpr Time kNow = Time::from_seconds(1'800'000'000);
const std::string kFrom = "kakuu-police.example", kTo = "portal.example", kOther = "bank.example";

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("warifu-hub-faults-" + MatterId::random().hex())) { fs::create_directories(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] fs::path file(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

Engine::Open sqlite_at(const FaultFile& file) {
  return [path = file.path()](Access access) { return open_sqlite({.file = path, .access = access}); };
}

HubMessage message(std::string object, std::vector<std::string> to = {kTo}) { return hub_message(kFrom, std::move(to), std::move(object), kNow); }

// What was promised to whom, over all faults of a run.
class Promises {
 public:
  void clear() { *this = {}; }
  void take(const MessageId& id, const HubPlace& place) {
    const auto [promised, is_new] = places_.emplace(id, place);
    CHECK(promised->second.index == place.index);
    CHECK(promised->second.at == place.at);
    if (is_new) CHECK_MESSAGE(indices_.insert(place.index).second, "place " << place.index << " was promised to two messages");
  }
  [[nodiscard]] const std::map<MessageId, HubPlace>& places() const { return places_; }

 private:
  std::map<MessageId, HubPlace> places_;
  std::set<std::uint64_t> indices_;
};

Status post(HubStore& store, std::span<const HubMessage> messages, Promises& promises) {
  const std::vector<Result<HubPlace>> places = TRY(store.post(kFrom, messages, kNow));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!places[i]) return tl::unexpected<Error>(places[i].error());
    promises.take(messages[i].envelope.id, *places[i]);
  }
  return {};
}

std::string spell(const LogState& state) { return std::to_string(state.size) + " " + state.root.hex(); }

Result<std::string> snapshot_of(HubStore& store) {
  std::string out;
  for (const std::string& org : {kTo, kOther})
    for (const HubItem& item : TRY(store.fetch(org, 0, 64, 1 << 24)))
      out += "box " + org + " " + std::to_string(item.seq) + " " + item.id.hex() + " " + std::to_string(item.place.index) + " " +
             crypto::sha256(item.object).hex() + "\n";
  for (const std::string& leaf : TRY(store.leaves(0, 100))) out += leaf;
  out += "next " + std::to_string(TRY(store.next_index())) + "\n";
  for (const char* log : {"log", "keys"})
    if (const auto state = TRY(store.log_state(log))) out += std::string(log) + " " + spell(*state) + "\n";
  for (const StoredCosignature& one : TRY(store.cosignatures("log")))
    out += "cosigned " + one.witness + " " + spell(one.over) + " " + one.line + "\n";
  if (const auto seen = TRY(store.witnessed("other.example/log"))) out += "witnessed " + spell(*seen) + "\n";
  for (const HubApplication& one : TRY(store.applications())) out += "application " + one.org + " " + one.state + " " + one.bundle + "\n";
  if (const auto revocation = TRY(store.revocation(kOther))) out += "revoked " + revocation->reason + " " + revocation->end + "\n";
  return out;
}

// A day of a hub. Large objects and parts are files, which other tests let fail (failpoints): here the rows that name them do.
FaultStory<HubStore> hub_story(const FaultFile& file, const std::string& objects, Promises& promises) {
  FaultStory<HubStore> story{
      .file = file,
      .open = [&file, objects]() -> Result<std::shared_ptr<HubStore>> {
        return std::shared_ptr<HubStore>(TRY(HubStore::create({.open = sqlite_at(file), .objects = objects, .limits = {}}, kNow)));
      },
      .steps = {},
      .snapshot = snapshot_of,
      .begin = [&promises] { promises.clear(); }};
  const auto add = [&](std::function<Status(HubStore&)> step) { story.steps.push_back(std::move(step)); };
  const auto add_post = [&](std::vector<HubMessage> messages) {
    add([messages = std::move(messages), &promises](HubStore& store) { return post(store, messages, promises); });
  };
  const HubMessage first = message("one", {kOther, kTo}), second = message("two");
  const std::string large(kSmallObjectMax + 100, 'x');
  add_post({first, second});
  add_post({message(large)});
  add([id = first.envelope.id](HubStore& store) { return store.acknowledge(kTo, std::vector{id}, kNow); });
  const LogState empty{0, ledger::tree_root({})}, grown{3, crypto::sha256("root")};
  for (const auto& [before, after] : {std::pair(std::optional<LogState>(), empty), std::pair(std::optional(empty), grown)})
    add([before = before, after = after](HubStore& store) -> Status {
      return TRY(store.log_state("log")) == after ? Status{} : store.advance_log("log", before, after);
    });
  add([grown](HubStore& store) { return store.put_cosignature("log", {kTo + "/witness", grown, "a line"}); });
  add([grown](HubStore& store) -> Status {
    if (TRY(store.witnessed("other.example/log")) == grown) return {};
    return store.witness("other.example/log", {}, grown, kNow);
  });
  HubApplication invited{crypto::sha256("code"), kOther, "provider", kNow + days(14), "invited", {}, {}};
  add([invited](HubStore& store) -> Status { return TRY(store.application(invited.code)) ? Status{} : store.invite(invited, kNow); });
  HubApplication applied = invited;
  applied.state = "applied";
  applied.bundle = "bundle";
  applied.tls = crypto::sha256("certificate");
  add([applied](HubStore& store) -> Status {
    if (TRY(store.application(applied.code))->state == "applied") return {};
    return store.change_application(applied, "invited", kNow);
  });
  const HubRevocation begun{kOther, "left", "signed by one", kNow}, ended{kOther, "left", "signed by two", kNow};
  for (const auto& [next, before] : {std::pair(begun, std::optional<HubRevocation>()), std::pair(ended, std::optional(begun))})
    add([next = next, before = before](HubStore& store) -> Status {
      const auto present = TRY(store.revocation(kOther));
      return present && present->end == next.end ? Status{} : store.revoke(next, before);
    });
  add_post({message("last"), first});  // and one that was promised before
  return story;
}

}  // namespace

TEST_CASE("a hub's store with a fault at any step of the disk: promised places stand, and none is promised twice") {
  const Folder folder;
  const FaultFile file(folder.file("hub.sqlite"));
  Promises promises;
  const FaultStory<HubStore> story = hub_story(file, folder.file("objects").string(), promises);
  static_cast<void>(story.open().value());
  file.keep();
  story.play_all(3);
}

TEST_CASE("a directory of keys with a fault at any step of the disk: an entry, a document and what was followed are there whole or not at all") {
  const Folder folder;
  const FaultFile file(folder.file("directory.sqlite")), other(folder.file("replica.sqlite"));
  const auto signer = [](const std::string& name) { return note::Signer::create(name, crypto::Ed25519Secret::generate()).value(); };
  const note::Signer key = signer("hub.example/keys"), admitter_1 = signer("hub.example/admit/1"), admitter_2 = signer("hub.example/admit/2");
  const note::Signer root = signer(kFrom + "/root"), sign = signer(kFrom + "/sign");
  const party::OrganisationId org = party::OrganisationId::parse(kFrom).value();
  const auto open_at = [&](const FaultFile& at) -> Result<std::shared_ptr<DirectoryStore>> {
    return DirectoryStore::create(
        sqlite_at(at),
        {.key = key.verifier(), .admitters = {admitter_1.verifier(), admitter_2.verifier()}, .clock = [] { return kNow; }, .signer = {}});
  };
  const auto spelt = [](const auto& entry, const std::vector<note::Signer>& signers) {
    return note::sign_note(entry.text().value(), signers).value().serialise();
  };
  const auto leaf_of = [](const std::string& entry) { return ledger::leaf_hash(bytes_of(entry)); };
  const auto key_entry = [&](note::KeyPurpose purpose, note::OrgKeyAlgorithm algorithm, Bytes bytes) {
    return note::KeyEntry{key.verifier().name, kFrom, purpose, algorithm, std::move(bytes), {}, {}, {kNow - days(1), kNow + days(9)}, {}};
  };
  const std::string admission =
      spelt(note::MemberEntry{key.verifier().name, kFrom, "agency", root.verifier(), kNow - days(1)}, {root, admitter_1, admitter_2});
  const std::string signing =
      spelt(key_entry(note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, {sign.verifier().key.bytes.begin(), sign.verifier().key.bytes.end()}),
            {root});
  const note::KeyEntry tls = key_entry(note::KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(32, 1));
  const std::string service = spelt(tls, {root});
  note::KeyEntry revoked = tls;
  revoked.valid.until = kNow;
  revoked.previous = leaf_of(service);
  const std::string ended = spelt(revoked, {root});
  const std::string left = spelt(note::MemberEnd{key.verifier().name, kFrom, kNow, leaf_of(admission)}, {admitter_1, admitter_2});
  party::Organisation self;
  self.id = org;
  self.name_ja = "架空県警察";
  const std::string body = json::encode_canonical(self);
  const exchange::SignedDocument document{
      note::sign_note(exchange::Document{kFrom, exchange::DocumentKind::organisation, kNow, crypto::sha256(body), body.size()}.text(),
                      std::vector{sign})
          .value()
          .serialise(),
      body};
  const std::vector<std::vector<std::string>> batches{{admission, signing}, {service}, {ended}, {left}};
  const auto snapshot = [](DirectoryStore& store) -> Result<std::string> {
    std::string out;
    for (const std::string& entry : TRY(store.entries())) out += entry;
    for (const party::Organisation& one : TRY(store.organisations())) out += "organisation " + one.name_ja + "\n";
    const DirectoryStore::Documents documents = TRY(store.documents_after(0, 10));
    out += "documents " + std::to_string(documents.version) + " " + std::to_string(documents.documents.size()) + "\n";
    if (const auto followed = TRY(store.followed())) out += "followed " + std::to_string(followed->size) + " " + followed->checkpoint;
    return out;
  };
  const auto put = [document](DirectoryStore& store) { return store.put_document(document); };

  FaultStory<DirectoryStore> hub{.file = file, .open = [&] { return open_at(file); }, .steps = {}, .snapshot = snapshot};
  for (const std::vector<std::string>& batch : batches) {
    hub.steps.push_back([batch, leaf_of](DirectoryStore& store) -> Status {
      return TRY(store.has_entry(leaf_of(batch.back()))) ? Status{} : store.add_entries(batch);
    });
    if (hub.steps.size() == 1) hub.steps.push_back(put);
  }
  static_cast<void>(hub.open().value());
  file.keep();
  hub.play_all(1);

  FaultStory<DirectoryStore> replica{.file = other, .open = [&] { return open_at(other); }, .steps = {}, .snapshot = snapshot};
  std::vector<Sha256> leaves;
  for (const std::vector<std::string>& batch : batches) {
    for (const std::string& entry : batch) leaves.push_back(leaf_of(entry));
    const ledger::Checkpoint head{key.verifier().name, leaves.size(), ledger::tree_root(leaves)};
    const std::string checkpoint = note::sign_note(head.text(), std::vector{key}).value().serialise();
    replica.steps.push_back([batch, checkpoint, size = leaves.size()](DirectoryStore& store) -> Status {
      return TRY(store.size()) == size ? store.follow({}, checkpoint) : store.follow(batch, checkpoint);
    });
    if (replica.steps.size() == 1) replica.steps.push_back(put);
  }
  static_cast<void>(replica.open().value());
  other.keep();
  replica.play_all(1);
}

TEST_CASE("a fault at any step of making the stores of a hub: afterwards there is none, or a whole one") {
  const Folder folder;
  const FaultFile file(folder.file("hub.sqlite"));
  Promises promises;
  const FaultStory<HubStore> story = hub_story(file, folder.file("objects").string(), promises);
  story.make_all(9);
}

TEST_CASE("a hub on a PostgreSQL that is killed at random moments: promised places stand, none twice, and none is left out") {
  auto server = TestPostgres::start(true);
  if (!server && server.error().code == Code::NOT_FOUND) {
    MESSAGE("skipped: PostgreSQL absent");
    return;
  }
  REQUIRE(server);
  const Folder folder;
  const std::string schema = (*server)->fresh_schema();
  const auto open = [&] {
    return HubStore::create({.open = [url = (*server)->url(), schema](Access access) -> Result<std::unique_ptr<Database>> {
                               return open_postgres({.url = url, .schema = schema, .access = access});
                             },
                             .objects = folder.file("objects").string(),
                             .limits = {}},
                            kNow)
        .value();
  };
  auto store = open();
  std::mutex mutex;
  Promises promises;
  std::vector<HubMessage> promised;
  std::atomic<bool> is_over = false;
  std::atomic<int> unexpected = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      while (!is_over) {
        const std::vector<HubMessage> batch{message("one"), message("two", {kOther, kTo}), message("three")};
        // Until it is answered, as a sender does.
        while (!is_over) {
          const auto places = store->post(kFrom, batch, kNow);
          if (!places) {
            if (places.error().code != Code::STORE_UNAVAILABLE) ++unexpected;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            continue;
          }
          const std::scoped_lock lock(mutex);
          for (std::size_t i = 0; i < batch.size(); ++i) {
            if (!(*places)[i]) ++unexpected;
            if (!(*places)[i]) continue;
            promises.take(batch[i].envelope.id, *(*places)[i]);
            promised.push_back(batch[i]);
          }
          break;
        }
      }
    });
  std::mt19937 random(11);
  const int rounds = is_long_run() ? 40 : 4;
  for (int round = 0; round < rounds; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 300));
    (*server)->kill();
    REQUIRE((*server)->start_again());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(unexpected == 0);

  store.reset();
  store = open();
  CHECK(promised.size() > 20);
  for (std::size_t at = 0; at < promised.size(); at += 50)
    CHECK(post(*store, std::span(promised).subspan(at, std::min<std::size_t>(50, promised.size() - at)), promises));
  // Each place has one leaf, and every promised one its own.
  const std::uint64_t next = store->next_index().value();
  const std::vector<std::string> leaves = store->leaves(0, next + 10).value();
  CHECK(leaves.size() == next);
  for (const HubMessage& one : promised) CHECK(leaves.at(promises.places().at(one.envelope.id).index) == one.leaf);
  CHECK(store->fetch(kTo, 0, 64, 1 << 24).value().size() == 64);
}

}  // namespace warifu::store

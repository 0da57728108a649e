#include "app/bench_floor.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "app/bench_figures.h"
#include "app/bench_world.h"
#include "base/file.h"
#include "crypto/age.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "store/postgres.h"
#include "store/sqlite.h"

namespace warifu::app {

namespace {

// Of each message: manifest, envelope, promise; and who checks them: the hub the envelope, the sender the promise, the recipient all three.
constexpr std::size_t kSignatures = 3, kVerifications = 5;
constexpr std::size_t kNoteBytes = 400;       // of a text that is signed
constexpr std::size_t kPromiseBytes = 500;    // what is kept of an accepted message
constexpr std::size_t kArrivalBytes = 3'000;  // what is kept of an applied one: envelope, promise, acts

class Floor {
 public:
  Floor(store::Engine& one, store::Engine& hub, store::Engine& other, const RoundTripWork& work)
      : one_(one), hub_(hub), other_(other), work_(work), signature_(secret_.sign(note_)) {}

  // A message from one house to the other, durable at each step as the exchange has it.
  Status message(bool is_reverse, bool is_receipt) {
    store::Engine &sender = is_reverse ? other_ : one_, &recipient = is_reverse ? one_ : other_;
    for (std::size_t i = 0; i < kSignatures; ++i) static_cast<void>(secret_.sign(note_));
    const Bytes sealed = TRY(crypto::age_seal(std::span(&recipient_, 1), plain_));  // a new key and an agreement
    if (!is_receipt) {                                                              // a receipt is written with what it acknowledges
      TRY(keep(sender, kArrivalBytes));                                             // the act
      TRY(keep(sender, sealed.size()));
    }
    static_cast<void>(crypto::sha256(sealed));
    static_cast<void>(crypto::sha256(sealed));  // by the hub
    TRY(keep(hub_, sealed.size()));
    TRY(keep(sender, kPromiseBytes));
    static_cast<void>(crypto::sha256(sealed));
    for (std::size_t i = 0; i < kVerifications; ++i)
      if (!public_.verify(note_, signature_)) return fail(Code::SIGNATURE_INVALID, "own signature");
    static_cast<void>(TRY(crypto::age_open({identity_}, sealed)));
    return keep(recipient, is_receipt ? kPromiseBytes : kArrivalBytes + sealed.size());
  }
  Status acts() const {
    for (std::size_t i = 0; i < work_.signatures; ++i) static_cast<void>(secret_.sign(note_));
    for (std::size_t i = 0; i < work_.verifications; ++i)
      if (!public_.verify(note_, signature_)) return fail(Code::SIGNATURE_INVALID, "own signature");
    return {};
  }

 private:
  static Status keep(store::Engine& engine, std::size_t size) {
    const std::string content(size, 'x');
    return engine.write([&](store::Database& database) -> Status {
      TRY(database.run("INSERT INTO floor(content) VALUES ($1)", bytes_of(content)));
      return {};
    });
  }

  store::Engine &one_, &hub_, &other_;
  RoundTripWork work_;
  std::string note_ = std::string(kNoteBytes, 'n');
  crypto::Ed25519Secret secret_ = crypto::Ed25519Secret::generate();
  crypto::Ed25519Verifier public_ = crypto::Ed25519Verifier(secret_.public_key());
  crypto::Ed25519Signature signature_;
  crypto::AgeIdentity identity_ = crypto::AgeIdentity::generate();
  crypto::AgeRecipient recipient_ = identity_.recipient();
  Bytes plain_ = crypto::random_bytes(work_.object_bytes);
};

}  // namespace

Result<std::unique_ptr<store::Engine>> floor_engine(const std::string& folder, const std::string& store_url, const std::string& name,
                                                    std::size_t batch_max) {
  const bool on_postgres = is_postgres_url(store_url);
  const std::string file = folder + "/" + name + ".sqlite", schema = "warifu_bench_" + name;
  store::Engine::Open open = [=](store::Access access) -> Result<std::unique_ptr<store::Database>> {
    if (on_postgres) return store::open_postgres({.url = store_url, .schema = schema, .access = access});
    return store::open_sqlite({.file = file, .access = access});
  };
  store::Engine::Options options;
  options.writer.batch_max = batch_max;
  options.prepare = [on_postgres](store::Database& database) {
    return database.exec(on_postgres ? "CREATE TABLE IF NOT EXISTS floor(seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content BYTEA NOT NULL)"
                                     : "CREATE TABLE IF NOT EXISTS floor(seq INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT; "
                                       "PRAGMA wal_autocheckpoint=8000");
  };
  return store::Engine::create(std::move(open), std::move(options));
}

Result<FloorFigures> exchange_floor(const std::string& folder, const std::string& store_url, const RoundTripWork& work, std::size_t clients,
                                    double for_seconds) {
  using Clock = std::chrono::steady_clock;
  TRY(make_directories(folder, 0700));
  const auto one = TRY(floor_engine(folder, store_url, "floor_one")), hub = TRY(floor_engine(folder, store_url, "floor_hub")),
             other = TRY(floor_engine(folder, store_url, "floor_other"));
  Floor floor(*one, *hub, *other, work);
  std::atomic<bool> is_over{false};
  std::atomic<std::size_t> done{0};
  std::mutex mutex;
  std::optional<Error> failure;
  std::vector<std::thread> threads;
  const double processor = processor_seconds();
  const auto start = Clock::now();
  for (std::size_t client = 0; client < clients; ++client)
    threads.emplace_back([&] {
      for (double owed = 0; !is_over;) {
        const Status status = [&]() -> Status {
          TRY(floor.acts());
          // A message and its receipt, there and back; what is not whole is carried over to the next round trip.
          std::size_t n = 0;
          for (owed += work.messages; owed >= 1; owed -= 1, ++n) TRY(floor.message(n % 4 == 1 || n % 4 == 2, n % 2 == 1));
          return {};
        }();
        ++done;
        if (status) continue;
        const std::scoped_lock lock(mutex);
        failure = status.error();
        is_over = true;
      }
    });
  while (!is_over && std::chrono::duration<double>(Clock::now() - start).count() < for_seconds)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  const double took = std::chrono::duration<double>(Clock::now() - start).count();
  if (failure) return tl::unexpected<Error>(*failure);
  const auto count = static_cast<double>(std::max<std::size_t>(1, done));
  return FloorFigures{count / took, 1000 * (processor_seconds() - processor) / count};
}

}  // namespace warifu::app

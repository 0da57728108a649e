#pragma once
// A hub: relays sealed messages between the members of an exchange, keeps the directory of keys and the two logs, admits members with two
// people's signatures. It holds no key that opens anything and writes no name but those of organisations into its log of events.
//
//   DIR/hub.json        whose hub, where its store is
//   DIR/network         what a member must know (warifu-network/v1)
//   DIR/keys/           <hub>_root, _sign, _log, _keys, _witness: seeds, mode 0600
//   DIR/admitters/      <hub>_admit_1, _admit_2: made here once, each sealed under a passphrase, to be carried away by two people
//   DIR/tls.crt, tls.key
//   DIR/directory.sqlite, hub.sqlite     or two schemas in PostgreSQL
//   DIR/logs/log, logs/keys              the two logs as files (tlog-tiles)
//   DIR/objects/        sealed objects
//
// Thread-safe; post() and the others are called by many workers at a time.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "crypto/admitter_file.h"
#include "exchange/hub.h"
#include "exchange/joining.h"
#include "exchange/network.h"
#include "hub/server_figures.h"
#include "net/http.h"
#include "net/metrics.h"
#include "store/directory_store.h"
#include "store/folder_lock.h"
#include "store/hub_store.h"
#include "store/log_keeper.h"

namespace warifu::hub {

// An agency of some thousand people enters all of them within a day; more is nobody's need, and what stands in the log of keys stays there.
inline constexpr int kEntriesPerDay = 5'000;

struct HubQuota {
  int messages_per_minute = 60'000;  // of one member; an entry, a document and a part of an object count as one each
  std::uint64_t bytes = 50ull << 30;
  int entries_per_day = kEntriesPerDay;  // of one member, in the log of keys; as many ends of keys besides
};

struct HubOptions {
  std::string data = {};
  std::string store_url = {};  // empty: what it was made with
  bool lock = true;            // tools beside a running hub do without
  HubQuota quota = {};
  std::vector<store::WitnessTarget> witnesses = {};  // asked for both logs
  std::chrono::milliseconds publish_every{1'000};
  std::chrono::milliseconds integrate_every{100};
  std::function<Time()> clock = now_utc;
  // What goes wrong in the background and what is refused, for the operator's log: an event, and of which log, part or organisation. The error has
  // a code and a sentence of ours, never anything of what was sent.
  std::function<void(std::string_view event, const std::string& of, const Error& error)> tell = {};
};

struct HubSetup {
  std::string data, store_url;
  party::OrganisationId org;
  std::string url;                 // https://host:port, as members reach it
  std::vector<std::string> hosts;  // of the certificate, besides the host of the URL
  std::function<Time()> clock = now_utc;
  // Of the admitters, in their order. None: their keys lie there as seeds in clear, which is for hubs that are thrown away (tests, benchmarks);
  // no command opens such a key.
  std::vector<crypto::Passphrase> passphrases = {};
};
inline constexpr std::size_t kAdmitters = 2;  // that a hub is made with

// What is refused: a whole request, or one message of a good one.
enum class HubEvent { request, message };

// Who is at the other end of a connection: an organisation whose certificate's key is in force in the log of keys.
struct Member {
  party::OrganisationId org;
  Sha256 tls;
};

class Hub {
  struct Key {};

 public:
  // The folder with everything in it. CONFLICT when there is one.
  static Status create(const HubSetup& setup);
  // NOT_FOUND when the folder holds no hub, STORE_LOCKED when another process serves it, LOG_FORKED when a log may not be signed.
  [[nodiscard]] static Result<std::unique_ptr<Hub>> open(HubOptions options);
  Hub(Key, HubOptions options);
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();

  void start();
  void interrupt();  // whoever waits for messages is answered now
  void stop();

  // ── the interface (docs/formats.md), one function for each row ──
  // NOT_ADMITTED unless the certificate's name is a member's and its key in force there.
  [[nodiscard]] Result<Member> member_of(const std::optional<net::PeerCertificate>& peer);
  // For the log of events: the organisation that the certificate names, when it was ever admitted; else "-", for names come from outside.
  [[nodiscard]] std::string name_of(const std::optional<net::PeerCertificate>& peer);
  void refused(HubEvent event, const std::string& org, const Error& error);  // counted and told
  Status check_rate(const Member& member, std::size_t messages);             // RATE_LIMITED; post(), add_entry() and publish() ask it themselves
  Result<std::vector<Result<std::string>>> post(const Member& member, const std::vector<exchange::PostedMessage>& messages);
  Result<std::vector<exchange::FetchedMessage>> fetch(const Member& member, std::uint64_t after, std::size_t limit);
  // Calls `done` when there is something, or after the wait with nothing; from another thread. No thread waits for each.
  using FetchDone = std::function<void(Result<std::vector<exchange::FetchedMessage>>)>;
  void fetch_later(const Member& member, std::uint64_t after, std::size_t limit, std::chrono::milliseconds wait, FetchDone done);
  Status acknowledge(const Member& member, const std::vector<exchange::MessageId>& messages);
  Result<std::vector<exchange::MessageStatus>> status(const Member& member, const std::vector<exchange::MessageId>& messages);
  Status cosign(const Member& member, exchange::LogName log, const std::string& checkpoint_text, const std::string& signature_line);
  Status add_entry(const Member& member, const std::string& note);
  Status publish(const Member& member, const exchange::SignedDocument& document);
  // Of somebody who is no member yet: bound to his invitation and to the certificate that he shows.
  Status apply(const std::optional<net::PeerCertificate>& peer, std::string_view code, std::string_view bundle);

  [[nodiscard]] store::HubStore& store() { return *store_; }
  [[nodiscard]] store::DirectoryStore& directory() { return *directory_; }
  [[nodiscard]] store::LogKeeper& keeper(exchange::LogName log) { return log == exchange::LogName::messages ? *messages_log_ : *keys_log_; }
  [[nodiscard]] const exchange::Network& network() const { return network_; }
  [[nodiscard]] const HubOptions& options() const { return options_; }
  [[nodiscard]] net::Metrics& metrics() { return metrics_; }
  [[nodiscard]] ServerFigures& server_figures() { return server_figures_; }
  [[nodiscard]] std::string figures();
  [[nodiscard]] Status health();

 private:
  static Status write_hub_file(const std::string& data, const std::string& hub, const std::string& store_url);
  // What is known of one organisation, for a second: the log of keys is not read for every message.
  struct Known {
    bool is_member = false;
    std::vector<note::VerifierKey> sign;
    std::vector<Sha256> tls;
    Time until;
  };
  Status open_stores();
  Status open_logs();
  Result<std::shared_ptr<const Known>> known(const std::string& org);
  Result<store::HubMessage> check(const Member& member, const exchange::PostedMessage& posted);
  Status take_entry(const Member& member, bool is_end);
  void give_back_entry(const Member& member);
  Result<std::string> promise(const exchange::MessageId& id, const Sha256& digest, const Sha256& leaf, const store::HubPlace& place);
  void tell_news(const std::vector<store::HubMessage>& messages);
  void tell(std::string_view event, const std::string& of, const Error& error) const {
    if (options_.tell) options_.tell(event, of, error);
  }
  void run();
  void run_news();

  HubOptions options_;
  std::optional<store::FolderLock> lock_;
  exchange::Network network_;
  std::optional<note::Signer> sign_, log_key_, keys_key_;
  std::optional<note::Cosigner> witness_;
  std::shared_ptr<store::DirectoryStore> directory_;
  std::unique_ptr<store::HubStore> store_;
  std::unique_ptr<store::LogKeeper> messages_log_, keys_log_;
  net::Metrics metrics_;
  ServerFigures server_figures_{metrics_};

  std::mutex known_mutex_;
  std::map<std::string, std::shared_ptr<const Known>> known_;
  std::mutex rate_mutex_;
  struct Rate {
    std::int64_t minute = 0, day = 0;
    int messages = 0, entries = 0, ends = 0;
  };
  std::map<std::string, Rate> rates_;

  // Who waits for messages; one thread looks for those to whom something came.
  struct Waiter {
    Member member;
    std::uint64_t after = 0;
    std::size_t limit = 0;
    std::chrono::steady_clock::time_point until;
    FetchDone done;
  };
  std::vector<Waiter> due_waiters(bool is_for_all);
  std::mutex news_mutex_;
  std::condition_variable news_;
  std::multimap<std::string, Waiter> waiters_;
  std::set<std::string> has_news_;

  // Promises that were signed a moment ago: sender and recipient are given the same, so that it is signed once.
  std::mutex promises_mutex_;
  std::unordered_map<std::uint64_t, std::string> promises_;
  std::deque<std::uint64_t> promise_order_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_, news_thread_;
};

[[nodiscard]] bool is_hub_folder(const std::string& data);

}  // namespace warifu::hub

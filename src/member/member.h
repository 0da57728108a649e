#pragma once
// A node as member of an exchange: the threads that carry messages both ways and keep watch on the hub.
//
//   seal     woken when something was written
//   post     woken when something was sealed; waits longer and longer while the line is cut
//   in       waits at the hub for messages
//   watch    every few seconds: both logs verified and cosigned, the directory brought up to date, proofs, statements of delivery
//
// While an incident LOG_FORKED is open, nothing goes in or out: a hub that shows different histories is not used until people have looked.

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "member/member_directory.h"
#include "member/prover.h"
#include "member/receiver.h"
#include "member/sender.h"
#include "net/metrics.h"

namespace warifu::member {

struct MemberOptions {
  exchange::Network network;
  party::Organisation self;
  note::VerifierKey root;  // <org>/root
  std::shared_ptr<const note::Signer> sign;
  std::shared_ptr<const note::Cosigner> witness;
  std::optional<note::Policy> policy = {};  // whom this house wants to have cosigned both logs; nothing: any other member, of the log of messages
  std::function<Result<std::vector<crypto::AgeIdentity>>()> identities;
  std::string files_dir;  // for attachments on their way, sealed or just opened
  std::function<Time()> clock = now_utc;
  std::chrono::milliseconds watch_every{3'000};
  std::chrono::milliseconds fetch_wait{20'000};
  // What this node writes by itself about what came (the arrival) waits so long for more of the matter; receipts never wait.
  std::chrono::milliseconds echo_wait{0};
  std::chrono::milliseconds file_turn{2'000};  // how long parts of large files go, or come, before everything else is looked at again
  std::function<void()> interrupt = [] {};     // makes calls of the hub that wait end soon
  std::function<void(const exchange::Parcel&)> on_applied = {};  // acts came and are durably applied; called on several threads
  // What went wrong, for the log: an event and its error.
  std::function<void(std::string_view event, const Error& error)> tell = [](std::string_view, const Error&) {};
};

class Member {
 public:
  // The directory must be there before the office that uses it: attach() gives the office.
  Member(MemberOptions options, std::unique_ptr<exchange::HubPort> hub, desk::Mailbox& mailbox, std::shared_ptr<store::DirectoryStore> replica,
         net::Metrics& metrics);
  ~Member();
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  static void declare_metrics(net::Metrics& metrics);

  [[nodiscard]] std::shared_ptr<MemberDirectory> directory() const { return directory_; }
  [[nodiscard]] exchange::HubPort& hub() { return *hub_; }
  [[nodiscard]] Follower& follower() { return follower_; }
  void attach(desk::Office& office);

  void start();
  void stop();
  void wake();  // something was written: the outbox may have work

  // One step of each thread, for tests and the command line. `wait`: how long the hub may hold back its answer.
  Status send();
  Result<ReceivedCounts> receive(std::chrono::milliseconds wait);
  Status watch();

 private:
  [[nodiscard]] Status check_trust();
  [[nodiscard]] bool pause(std::chrono::milliseconds time);
  Status seal_round();
  Result<std::size_t> post_all();
  Status post_round();
  void run_rounds(Status (Member::*round)(), bool& has_work);
  void run_in();
  void run_watch();
  void failed(std::string_view event, const Error& error);
  void refused(std::string_view event, const std::string& by, const Tally& refusals);

  MemberOptions options_;
  std::unique_ptr<exchange::HubPort> hub_;
  desk::Mailbox& mailbox_;
  net::Metrics& metrics_;
  Witness messages_, keys_;
  Follower follower_;
  Prover prover_;
  std::shared_ptr<store::DirectoryStore> replica_;
  std::shared_ptr<MemberDirectory> directory_;
  std::unique_ptr<Sender> sender_;
  std::unique_ptr<Receiver> receiver_;
  std::map<std::string, double> incidents_open_;  // as last shown, by code; of the watch alone

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, has_acts_ = false, has_sealed_ = false;
  std::chrono::steady_clock::time_point echo_due_;  // something that waits in the outbox may go then
  std::thread seal_, post_, in_, watch_;
};

}  // namespace warifu::member

#pragma once
// A node: the organisations it hosts, each with its own store and keys, the directory they share, and the threads that carry what crosses
// and let time pass. Either all of an exchange live in this one process, and acts are handed over directly; or the node is one member of an exchange
// over a hub (DIR/network), hosts one organisation, and the directory is a replica of the hub's.
//
//   DIR/organisations.json what is hosted, and where its store is
//   DIR/lock               one writing process at a time
//   DIR/root.vkey          tlog policy file with the directory's key: what evidence is verified against
//   DIR/hub/               the directory of keys and its own keys
//   DIR/<organisation>/    office.sqlite, files/, keys/, sources.toml, devices/ (demo only)
//
// A member's folder is its organisation's:
//   DIR/network            the network file: whose exchange, and what is trusted in it
//   DIR/directory.sqlite   the replica of the directory
//   DIR/keys/              <org>_root, _sign, _witness, _seal_1 …
//   DIR/tls.crt, tls.key   of the line to the hub
//   DIR/office.sqlite, files/, sources.toml, devices/

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "app/log.h"
#include "app/notifier.h"
#include "base/limits.h"
#include "desk/enrolment.h"
#include "desk/keyring.h"
#include "desk/login.h"
#include "desk/office.h"
#include "exchange/network.h"
#include "member/member.h"
#include "net/metrics.h"
#include "store/directory_store.h"
#include "store/folder_lock.h"

namespace warifu::app {

struct NodeOptions {
  std::string data;
  std::string store_url;  // empty: what the node was made with: SQLite files in `data`, or postgresql://… (a schema per organisation)
  std::string hub;        // name of the directory's log, for create(); open() reads it
  std::string origin = "http://localhost:8080";
  bool is_demo = false;
  bool lock = true;  // views of the command line do without
  std::function<Time()> clock = now_utc;
  crypto::PasswordCost password_cost = crypto::kPasswordCost;
  SendMail send_mail;                                            // empty: nobody is told by mail
  std::uint64_t file_bytes_max = limits::kFileBytesMax;          // of a file that is attached to an answer here
  std::shared_ptr<crypto::Token> token;                          // where organisations' keys are born and lie; null: in files
  desk::SealKind seal = desk::SealKind::CURVE;                   // what their next seal keys are
  std::function<void(const exchange::Parcel&)> on_applied = {};  // of a member: acts of others came and are durably applied; any thread
};

// One hosted organisation.
struct Hosted {
  party::Organisation organisation;
  std::shared_ptr<desk::Store> store;
  std::shared_ptr<const note::Signer> signer;
  std::unique_ptr<desk::Office> office;
  std::unique_ptr<desk::Logins> logins;
  std::unique_ptr<desk::Enrolment> enrolment;
  std::unique_ptr<Notifier> notifier;  // where mail is configured
  std::shared_ptr<desk::Mailbox> mailbox;
};

class Node {
 public:
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // NOT_FOUND when the folder holds no node; STORE_LOCKED when another process writes in it.
  [[nodiscard]] static Result<std::unique_ptr<Node>> open(NodeOptions options);
  // Makes the folder: the directory with its keys, and root.vkey. CONFLICT when there is one.
  [[nodiscard]] static Result<std::unique_ptr<Node>> create(NodeOptions options);

  // Makes the folder of a member: keys, certificate, an empty replica. It is nobody's member before the hub's people have admitted it.
  [[nodiscard]] static Result<std::unique_ptr<Node>> create_member(NodeOptions options, const exchange::Network& network,
                                                                   const party::Organisation& organisation, const std::string& root_folder = {});

  // Keys, directory entries and store of a further organisation. Its root key goes to `root_folder` when one is given: it lies offline then.
  Result<Hosted*> add_organisation(const party::Organisation& organisation, const std::string& root_folder = {});

  [[nodiscard]] Hosted* find(const party::OrganisationId& org);
  [[nodiscard]] std::vector<Hosted*> hosted();
  [[nodiscard]] store::DirectoryStore& directory() { return *directory_; }
  [[nodiscard]] const desk::DirectoryKeys& directory_keys() const { return *directory_keys_; }
  [[nodiscard]] desk::Keyring keyring(const party::OrganisationId& org) const {
    return desk::Keyring(folder_of(org) + "/keys", options_.token, options_.seal);
  }
  // The root key: from that file when one is named, else from the keys folder. MISSING_FIELD "--root" where it lies offline.
  [[nodiscard]] Result<note::Signer> root_key(const party::OrganisationId& org, const std::string& root_file = {}) const;
  [[nodiscard]] const NodeOptions& options() const { return options_; }
  [[nodiscard]] std::string folder_of(const party::OrganisationId& org) const { return network_ ? options_.data : options_.data + "/" + org.text(); }
  // As member of an exchange; null where everybody lives in this process.
  [[nodiscard]] member::Member* member() const { return member_.get(); }
  [[nodiscard]] const std::optional<exchange::Network>& network() const { return network_; }
  [[nodiscard]] desk::Directory& published() { return member_ ? static_cast<desk::Directory&>(*member_->directory()) : *directory_; }
  void wake();  // something was written: the courier may have work

  // Carries everything that is due, until nothing moves any more; the number of acts delivered.
  Result<int> deliver_all();
  // Starts the threads that deliver, let time pass and tell people by mail; stop() or the destructor ends them.
  void start();
  void stop();
  // Where a PostgreSQL store keeps this node: the directory's schema and one per organisation.
  [[nodiscard]] std::vector<std::string> store_schemas() const;
  // Figures of the threads, as /metrics shows them.
  [[nodiscard]] std::string figures() const { return metrics_.render(); }

 private:
  explicit Node(NodeOptions options);
  Status open_directory(bool is_new);
  Status read_network();
  Status open_replica();
  Status make_member(const Hosted& hosted, std::shared_ptr<desk::Mailbox> mailbox);
  Result<Hosted*> host(const party::Organisation& organisation);
  Status save_list() const;
  void run();
  void notify();
  [[nodiscard]] bool pause(std::chrono::milliseconds time);  // true: it is time to end

  NodeOptions options_;
  std::optional<store::FolderLock> lock_;
  std::shared_ptr<store::DirectoryStore> directory_;
  std::optional<desk::DirectoryKeys> directory_keys_;
  std::optional<exchange::Network> network_;
  std::optional<note::Policy> policy_;  // of a member: its root.vkey
  std::vector<std::unique_ptr<Hosted>> hosted_;
  FailureLog failures_;
  net::Metrics metrics_;
  std::unique_ptr<member::Member> member_;  // ends before what it works on
  std::thread thread_, mail_thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
};

inline constexpr std::string_view kHubName = "hub.demo";  // of the demo

}  // namespace warifu::app

#pragma once
// A node: the organisations it hosts, each with its own store and keys, the directory they share, and the threads that carry what crosses
// and let time pass. In this step all organisations live in one process; the courier is the seam at which separate nodes begin.
//
//   DIR/node.toml          what is hosted (written by `warifu demo`)
//   DIR/lock               one writing process at a time
//   DIR/root.vkey          tlog policy file with the directory's key: what evidence is verified against
//   DIR/hub/               the directory of keys and its own keys
//   DIR/<organisation>/    office.sqlite, files/, keys/, sources.toml, devices/ (demo only)

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "desk/enrolment.h"
#include "desk/keyring.h"
#include "desk/login.h"
#include "desk/office.h"
#include "store/directory_store.h"
#include "store/folder_lock.h"

namespace warifu::app {

struct NodeOptions {
  std::string data;
  std::string store_url;                   // empty: SQLite files in `data`; or postgresql://… with a schema per organisation
  std::string origin = "http://localhost:8080";
  bool is_demo = false;
  bool lock = true;                        // views of the command line do without
  std::function<Time()> clock = now_utc;
  crypto::PasswordCost password_cost = crypto::kPasswordCost;
};

// One hosted organisation.
struct Hosted {
  party::Organisation organisation;
  std::shared_ptr<desk::Store> store;
  std::shared_ptr<const note::Signer> signer;
  std::unique_ptr<desk::Office> office;
  std::unique_ptr<desk::Logins> logins;
  std::unique_ptr<desk::Enrolment> enrolment;
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

  // Keys, directory entry and store of a further organisation.
  Result<Hosted*> add_organisation(const party::Organisation& organisation);

  [[nodiscard]] Hosted* find(const party::OrganisationId& org);
  [[nodiscard]] std::vector<Hosted*> hosted();
  [[nodiscard]] store::DirectoryStore& directory() { return *directory_; }
  [[nodiscard]] const desk::DirectoryKeys& directory_keys() const { return *directory_keys_; }
  [[nodiscard]] desk::OrganisationKeys organisation_keys(const party::OrganisationId& org) const;
  [[nodiscard]] const NodeOptions& options() const { return options_; }
  [[nodiscard]] std::string folder_of(const party::OrganisationId& org) const { return options_.data + "/" + org.text(); }

  // Carries everything that is due, until nothing moves any more; the number of acts delivered.
  Result<int> deliver_all();
  // Starts the threads that deliver and let time pass; stop() or the destructor ends them.
  void start();
  void stop();

 private:
  explicit Node(NodeOptions options) : options_(std::move(options)) {}
  Status open_directory(bool is_new);
  Result<Hosted*> host(const party::Organisation& organisation);
  Status save_list() const;
  void run();

  NodeOptions options_;
  std::optional<store::FolderLock> lock_;
  std::shared_ptr<store::DirectoryStore> directory_;
  std::optional<desk::DirectoryKeys> directory_keys_;
  std::vector<std::unique_ptr<Hosted>> hosted_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
};

inline constexpr std::string_view kHubName = "hub.demo";

}  // namespace warifu::app

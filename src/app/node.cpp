#include "app/node.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/file.h"
#include "desk/key_rotation.h"
#include "json/codec.h"
#include "store/office_store.h"
#include "store/postgres.h"
#include "store/sources.h"
#include "store/sqlite.h"
#include "store/unfinished.h"

namespace warifu::app {

namespace {

constexpr mode_t kFolderMode = 0700, kPrivate = 0600, kPublic = 0644;
constexpr std::size_t kListBytesMax = 1024 * 1024;

struct NodeList {  // DIR/organisations.json
  static constexpr bool kDefaultsAllowed = true;
  bool is_demo = false;
  std::string hub, store_url;  // store_url is empty for SQLite files in the folder
  std::vector<party::Organisation> organisations;
};
BOOST_DESCRIBE_STRUCT(NodeList, (), (is_demo, hub, store_url, organisations))

std::string list_path(const NodeOptions& options) { return options.data + "/organisations.json"; }

// Schemas in PostgreSQL are identifiers: dots and hyphens of an organisation's id become underscores.
std::string schema_of(std::string_view name) {
  std::string out = "warifu_";
  for (const char c : name) out += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
  return out;
}

Result<std::vector<std::shared_ptr<answer::Source>>> load_sources_of(const std::string& folder) {
  const std::string file = folder + "/sources.toml";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::vector<std::shared_ptr<answer::Source>>{};
  return store::load_sources(file);
}

// The seam: here every addressee lives in this process. With separate nodes the parcel is sealed and goes over the hub.
class LocalCourier final : public exchange::Courier {
 public:
  explicit LocalCourier(Node& node) : node_(node) {}
  std::vector<Status> deliver(std::span<const exchange::Parcel> parcels) override {
    std::vector<Status> out;
    for (const exchange::Parcel& parcel : parcels) out.push_back(deliver_one(parcel));
    return out;
  }

 private:
  Status deliver_one(const exchange::Parcel& parcel) {
    Hosted* to = node_.find(parcel.to);
    if (to == nullptr) return fail(Code::PEER_UNAVAILABLE, "the addressee is not hosted here", {}, {{"peer", parcel.to.text()}});
    TRY(to->office->receive(parcel));
    return {};
  }
  Node& node_;
};

}  // namespace

Node::Node(NodeOptions options) : options_(std::move(options)) {
  const auto declared = [](const Status& status) { CHECK_THAT(status.has_value()); };
  declared(metrics_.declare_counter("warifu_acts_delivered_total", "Acts handed to their addressee, by organisation."));
  declared(metrics_.declare_counter("warifu_delivery_failures_total", "Rounds of delivery that failed as a whole, by organisation."));
  declared(metrics_.declare_counter("warifu_timer_failures_total", "Rounds of the timer that failed, by organisation."));
  declared(metrics_.declare_counter("warifu_mail_sent_total", "Notices handed to the mail relay, by organisation."));
  declared(metrics_.declare_counter("warifu_mail_failures_total", "Notices that could not be sent at that time, by organisation."));
  declared(metrics_.declare_gauge("warifu_mail_waiting", "People whose notice is to be tried again, by organisation."));
  member::Member::declare_metrics(metrics_);
}

Node::~Node() { stop(); }

void Node::wake() {
  if (member_) member_->wake();
}

Result<std::unique_ptr<Node>> Node::open(NodeOptions options) {
  std::unique_ptr<Node> node(new Node(std::move(options)));
  const Result<std::string> text = read_file(list_path(node->options_), kListBytesMax);
  if (!text) return fail(Code::NOT_FOUND, "the folder holds no node", node->options_.data);
  NodeList list = TRY(json::decode_text<NodeList>(*text));
  node->options_.is_demo = list.is_demo;
  node->options_.hub = list.hub;
  if (node->options_.store_url.empty()) node->options_.store_url = list.store_url;
  if (node->options_.lock) {
    node->lock_.emplace(TRY(store::FolderLock::take(node->options_.data)));
    TRY(store::remove_unfinished(node->options_.data));
  }
  TRY(node->read_network());
  TRY(node->network_ ? node->open_replica() : node->open_directory(false));
  for (const party::Organisation& organisation : list.organisations) TRY(node->host(organisation));
  return node;
}

Result<std::unique_ptr<Node>> Node::create(NodeOptions options) {
  TRY(make_directories(options.data, kFolderMode));
  std::unique_ptr<Node> node(new Node(std::move(options)));
  if (node->options_.hub.empty()) node->options_.hub = kHubName;
  if (read_file(list_path(node->options_), kListBytesMax)) return fail(Code::CONFLICT, "the folder holds a node", node->options_.data);
  if (node->options_.lock) node->lock_.emplace(TRY(store::FolderLock::take(node->options_.data)));
  TRY(node->open_directory(true));
  // A folder is empty, but a database may be another node's: its directory vouches for its own organisations only.
  if (!TRY(node->directory_->organisations()).empty())
    return fail(Code::CONFLICT, "the database holds another node; make a new one for this", "--store");
  const std::string policy = "log " + node->directory_->root().text() + "\nquorum none\n";
  TRY(write_file_durably(node->options_.data + "/root.vkey", bytes_of(policy), kPublic));
  TRY(node->save_list());
  return node;
}

Status Node::open_directory(bool is_new) {
  const std::string folder = options_.data + "/hub";
  TRY(make_directories(folder, kFolderMode));
  const desk::Keyring keyring(folder + "/keys");
  directory_keys_ = TRY(is_new ? keyring.create_directory(options_.hub) : keyring.load_directory(options_.hub));
  const NodeOptions& options = options_;
  store::Engine::Open open = [&options, folder](store::Access access) -> Result<std::unique_ptr<store::Database>> {
    if (options.store_url.starts_with("postgresql:") || options.store_url.starts_with("postgres:"))
      return store::open_postgres({.url = options.store_url, .schema = schema_of("directory"), .access = access});
    return store::open_sqlite({.file = folder + "/directory.sqlite", .access = access});
  };
  directory_ = TRY(store::DirectoryStore::create(std::move(open), {.key = directory_keys_->directory.verifier(),
                                                                   .admitters = directory_keys_->admitter_keys(),
                                                                   .clock = options_.clock,
                                                                   .signer = directory_keys_->directory,
                                                                   .look_every = store::kLookEvery}));
  return {};
}

Result<note::Signer> Node::root_key(const party::OrganisationId& org, const std::string& root_file) const {
  const std::string name = note::root_name(org.text());
  if (!root_file.empty()) return desk::load_key_file(root_file, name);
  Result<note::Signer> root = keyring(org).load(name);
  if (root || root.error().code != Code::NOT_FOUND) return root;
  return fail(Code::MISSING_FIELD, "the root key of this organisation lies offline", "--root");
}

std::vector<std::string> Node::store_schemas() const {
  std::vector<std::string> out{schema_of("directory")};
  for (const auto& hosted : hosted_) out.push_back(schema_of(hosted->organisation.id.text()));
  return out;
}

Status Node::save_list() const {
  NodeList list{options_.is_demo, options_.hub, options_.store_url, {}};
  for (const auto& hosted : hosted_) list.organisations.push_back(hosted->organisation);
  const std::string text = json::pretty(json::encode(list)) + "\n";
  return write_file_durably(list_path(options_), bytes_of(text), kPrivate);
}

Result<Hosted*> Node::add_organisation(const party::Organisation& organisation, const std::string& root_folder) {
  TRY(desk::check_demo(organisation.id, options_.is_demo));
  if (network_) return fail(Code::CONFLICT, "a member's node hosts its own organisation only", organisation.id.text());
  if (find(organisation.id) != nullptr) return fail(Code::CONFLICT, "the organisation is hosted here already", organisation.id.text());
  TRY(make_directories(folder_of(organisation.id), kFolderMode));
  const desk::Keyring ring = keyring(organisation.id), root_ring(root_folder);
  const desk::OrganisationKeys keys = TRY(ring.create_organisation(organisation.id, root_folder.empty() ? nullptr : &root_ring));
  TRY(directory_->trust_root(keys.root->verifier()));
  const Time from = options_.clock();
  const note::Validity valid{Time::from_seconds(from.seconds()), Time::from_seconds((from + desk::kSignKeyPeriod).seconds())};
  const std::string origin = directory_keys_->directory.verifier().name;
  TRY(directory_->add_entry(
      TRY(desk::first_organisation_entry(origin, organisation.id, keys.sign.verifier(), valid, *keys.root, directory_keys_->admitters))));
  const desk::SealKey seal = TRY(ring.create_seal(organisation.id));
  for (const std::string& entry : TRY(desk::rotation_entries(
           TRY(directory_->entries()), desk::seal_rotation(origin, organisation.id, seal.identity.recipient(), from), *keys.root)))
    TRY(directory_->add_entry(entry));
  TRY(directory_->publish_organisation(organisation));
  Hosted* hosted = TRY(host(organisation));
  TRY(save_list());
  return hosted;
}

Result<Hosted*> Node::host(const party::Organisation& organisation) {
  TRY(desk::check_demo(organisation.id, options_.is_demo));
  const std::string folder = folder_of(organisation.id);
  auto hosted = std::make_unique<Hosted>();
  hosted->organisation = organisation;
  hosted->signer = std::make_shared<const note::Signer>(TRY(keyring(organisation.id).load(note::sign_name(organisation.id.text()))));
  const bool is_postgres = options_.store_url.starts_with("postgres");
  const std::shared_ptr<store::OfficeStore> office =
      TRY(store::OfficeStore::open({.url = is_postgres ? options_.store_url : "sqlite:" + folder + "/office.sqlite",
                                    .schema = schema_of(organisation.id.text()),
                                    .organisation = organisation.id,
                                    .side = organisation.side,
                                    .files_dir = folder + "/files"}));
  hosted->store = office;
  desk::OfficeParts parts;
  parts.self = organisation;
  parts.store = hosted->store;
  hosted->mailbox = office;
  if (network_) TRY(make_member(*hosted, office));
  const std::shared_ptr<desk::Directory> directory = member_ ? std::shared_ptr<desk::Directory>(member_->directory()) : directory_;
  parts.directory = directory;
  if (network_) {
    parts.mailbox = office;
    parts.logs = {network_->log};
    parts.policy = policy_;
  }
  parts.law = std::shared_ptr<const law::Catalogue>(&law::Catalogue::built_in(), [](const law::Catalogue*) {});
  parts.signer = hosted->signer;
  parts.clock = options_.clock;
  parts.file_bytes_max = options_.file_bytes_max;
  if (organisation.side == party::Side::PROVIDER) parts.sources = TRY(load_sources_of(folder));
  hosted->office = std::make_unique<desk::Office>(std::move(parts));
  if (member_) member_->attach(*hosted->office);
  hosted->logins = std::make_unique<desk::Logins>(
      *hosted->office, desk::LoginOptions{.origin = options_.origin, .require_factor = !options_.is_demo, .password_cost = options_.password_cost});
  hosted->enrolment = std::make_unique<desk::Enrolment>(desk::Enrolment::Parts{*hosted->office, directory, hosted->signer});
  if (options_.send_mail)
    hosted->notifier = std::make_unique<Notifier>(*hosted->office, folder + "/notices.json", options_.origin + "/", options_.send_mail);
  hosted_.push_back(std::move(hosted));
  return hosted_.back().get();
}

Hosted* Node::find(const party::OrganisationId& org) {
  for (const auto& hosted : hosted_)
    if (hosted->organisation.id == org) return hosted.get();
  return nullptr;
}

std::vector<Hosted*> Node::hosted() {
  std::vector<Hosted*> out;
  for (const auto& hosted : hosted_) out.push_back(hosted.get());
  return out;
}

Result<int> Node::deliver_all() {
  if (member_) {
    TRY(member_->send());
    return 0;
  }
  LocalCourier courier(*this);
  int total = 0;
  for (int moved = 1; moved > 0;) {
    moved = 0;
    for (const auto& hosted : hosted_) moved += TRY(hosted->office->post(courier));
    total += moved;
  }
  return total;
}

void Node::start() {
  if (thread_.joinable()) return;
  stopping_ = false;
  if (member_) member_->start();
  thread_ = std::thread([this] { run(); });
  if (options_.send_mail) mail_thread_ = std::thread([this] { notify(); });
}

void Node::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (member_) member_->stop();
  if (thread_.joinable()) thread_.join();
  if (mail_thread_.joinable()) mail_thread_.join();
}

bool Node::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, time, [this] { return stopping_; });
}

// A store that is away answers with an error here and is asked again; what waits in the outbox stays there.
void Node::run() {
  constexpr auto kPause = std::chrono::milliseconds(100);
  constexpr int kTickEvery = 36'000;  // pauses: time passes every hour
  LocalCourier courier(*this);
  for (int round = 0;; ++round) {
    for (const auto& hosted : hosted_) {
      const std::string org = hosted->organisation.id.text();
      const net::Labels labels{{"organisation", org}};
      if (member_) {
        // Its own threads carry.
      } else if (const Result<int> posted = hosted->office->post(courier)) {
        if (*posted > 0) metrics_.count("warifu_acts_delivered_total", labels, *posted);
      } else {
        metrics_.count("warifu_delivery_failures_total", labels);
        failures_.tell("delivery", org, posted.error(), options_.clock());
      }
      if (round % kTickEvery != 0) continue;
      if (const Result<int> ticked = hosted->office->tick(); !ticked) {
        metrics_.count("warifu_timer_failures_total", labels);
        failures_.tell("timer", org, ticked.error(), options_.clock());
      }
    }
    if (pause(kPause)) return;
  }
}

void Node::notify() {
  constexpr auto kEvery = std::chrono::seconds(10);
  do {
    for (const auto& hosted : hosted_) {
      const std::string org = hosted->organisation.id.text();
      const net::Labels labels{{"organisation", org}};
      const Result<Notifier::Counts> told = hosted->notifier->round();
      if (!told) {
        failures_.tell("notices", org, told.error(), options_.clock());
        continue;
      }
      metrics_.count("warifu_mail_sent_total", labels, told->sent);
      metrics_.count("warifu_mail_failures_total", labels, told->failed);
      metrics_.set("warifu_mail_waiting", told->waiting, labels);
      if (told->last_error) failures_.tell("mail", org, *told->last_error, options_.clock());
    }
  } while (!pause(kEvery));
}

}  // namespace warifu::app

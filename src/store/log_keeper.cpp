#include "store/log_keeper.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <span>

#include "base/failpoint.h"
#include "base/file_batch.h"
#include "base/limits.h"
#include "note/lines.h"

namespace warifu::store {

namespace {

constexpr mode_t kFolderMode = 0755, kFileMode = 0644;
constexpr std::size_t kLogFileBytesMax = 32 * 1024 * 1024;
constexpr std::string_view kCheckpoint = "checkpoint", kBundles = "tile/entries/";

tl::unexpected<Error> forked(std::string why, std::uint64_t size) {
  return fail(Code::LOG_FORKED, std::move(why), "log", {{"size", std::to_string(size)}});
}

// A path of ours and nothing else: what it spells is compared with what it was.
bool is_log_path(const std::string& path) {
  if (path == kCheckpoint) return true;
  if (!path.starts_with("tile/") || path.size() > 64) return false;
  const bool has_only = path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789/.") == std::string::npos;
  return has_only && path.find("..") == std::string::npos && path.find("//") == std::string::npos && path.find("/.") == std::string::npos;
}

LogState state_of(const ledger::Checkpoint& head) { return {head.size, head.root}; }

bool is_of(const note::SignatureLine& line, const note::VerifierKey& key) { return line.name == key.name && line.id == key.id; }

Status check_cosigned_at(const note::SignatureLine& line, Time now) {
  const Time at = TRY(note::cosignature_time(line));
  if (at > now + exchange::kMessageClockSkew) return fail(Code::TIME_IN_FUTURE, "a cosignature from the future", "time");
  return {};
}

// A note has so many lines at most, and one is the log's own signature. The own cosignature and those of the witnesses that are asked stay, since a
// member that wants a quorum chooses among these; of all others the oldest, which stand first, make room.
void make_room(std::vector<note::SignatureLine>& cosignatures, const LogKeeperOptions& options) {
  constexpr std::size_t kCosignaturesMax = limits::kNoteSignaturesMax - 1;
  const auto asked = std::span(options.witnesses).first(std::min(options.witnesses.size(), kCosignaturesMax - 1));
  const auto stays = [&](const note::SignatureLine& line) {
    const auto is_target = [&](const WitnessTarget& target) { return is_of(line, target.key); };
    return (options.own && is_of(line, options.own->verifier())) || std::ranges::any_of(asked, is_target);
  };
  std::size_t excess = cosignatures.size() - std::min(cosignatures.size(), kCosignaturesMax);
  std::erase_if(cosignatures, [&](const note::SignatureLine& line) {
    if (excess == 0 || stays(line)) return false;
    --excess;
    return true;
  });
}

}  // namespace

Result<std::unique_ptr<LogKeeper>> LogKeeper::open(HubStore& store, LogKeeperOptions options) {
  TRY(make_directories(options.folder, kFolderMode));
  auto keeper = std::make_unique<LogKeeper>(Key{}, store, std::move(options));
  TRY(keeper->load());
  TRY(keeper->publish());
  return keeper;
}

LogKeeper::LogKeeper(Key, HubStore& store, LogKeeperOptions options) : store_(store), options_(std::move(options)) {}

LogKeeper::~LogKeeper() { stop(); }

ledger::ReadFile LogKeeper::reader() const {
  return [folder = options_.folder](const std::string& path) { return read_file(folder + "/" + path, kLogFileBytesMax); };
}

// The row and the tiles, as another process may have left them too.
Status LogKeeper::load() {
  std::optional<LogState> row = TRY(store_.log_state(options_.log));
  if (!row) {
    const LogState empty{0, ledger::tree_root({})};
    const Status made = store_.advance_log(options_.log, std::nullopt, empty);
    if (!made && made.error().code != Code::CONFLICT) return made;
    row = TRY(store_.log_state(options_.log));
    if (!row) return fail(Code::STORE_CORRUPT, "the state of the log cannot be kept", options_.log);
  }
  Result<ledger::TileLog> tiles = ledger::TileLog::load(row->size, row->root, reader());
  if (!tiles) return forked("the tiles do not give the root of the last state: " + tiles.error().message, row->size);
  const Result<std::string> published = reader()(std::string(kCheckpoint));
  if (!published && published.error().code != Code::NOT_FOUND) return tl::unexpected<Error>(published.error());
  if (published) {
    const note::Note note = TRY(note::Note::parse(*published));
    TRY(note::require(note, options_.key.verifier()));
    const ledger::Checkpoint head = TRY(ledger::Checkpoint::parse(note.text));
    // A database from an older backup: what was signed already is larger than what it knows.
    if (head.size > row->size) return forked("a larger checkpoint was published than the database knows", head.size);
    if (head.size == row->size && head.root != row->root) return forked("another checkpoint of this size was published", head.size);
    if (head.size > 0 && head.size < row->size) {
      const Result<Sha256> root = ledger::TileReader(head.size, reader()).root();
      if (!root || *root != head.root) return forked("the published checkpoint is not a beginning of this log", head.size);
    }
  }
  tiles_ = std::move(*tiles);
  row_ = row;
  const std::scoped_lock lock(published_mutex_);
  figures_.state = *row_;
  return {};
}

// ── integration ──

// All bundles, and then the tiles that speak of them.
Status LogKeeper::write_growth(const ledger::TileGrowth& growth) const {
  std::set<std::string> folders;
  for (const bool is_bundle : {true, false}) {
    std::vector<FileContent> files;
    for (const auto& [path, content] : growth.files) {
      if (path.starts_with(kBundles) != is_bundle) continue;
      files.push_back({options_.folder + "/" + path, bytes_of(content)});
      const std::string folder = files.back().path.substr(0, files.back().path.rfind('/'));
      if (folders.insert(folder).second) TRY(make_directories(folder, kFolderMode));
      TRY(failpoint_error("hub.tile.write"));
    }
    TRY(write_files_durably(files, kFileMode));
    failpoint("hub.tile.written");
  }
  return {};
}

Result<std::size_t> LogKeeper::integrate() {
  const std::scoped_lock lock(writer_mutex_);
  const std::vector<std::string> entries = TRY(options_.entries(row_->size, options_.batch));
  if (entries.empty()) return std::size_t{0};
  ledger::TileLog next = *tiles_;
  const ledger::TileGrowth growth = TRY(next.append(entries));
  TRY(write_growth(growth));
  TRY(failpoint_error("hub.state.swap"));
  const LogState after{growth.size, growth.root};
  const Status swapped = store_.advance_log(options_.log, row_, after);
  if (!swapped && swapped.error().code == Code::CONFLICT) {
    // Another process was faster. What it left is the log now.
    TRY(load());
    return std::size_t{0};
  }
  TRY(swapped);
  failpoint("hub.state.swapped");
  tiles_ = std::move(next);
  row_ = after;
  const std::scoped_lock published(published_mutex_);
  figures_.state = after;
  return entries.size();
}

// ── publishing ──

Status LogKeeper::publish() {
  std::unique_lock lock(publishing_mutex_);
  // The row, not memory: what another process integrated is signed as well, and nothing that the row does not say.
  const std::optional<LogState> row = TRY(store_.log_state(options_.log));
  if (!row) return forked("the state of the log is gone", 0);
  {
    const std::scoped_lock published(published_mutex_);
    if (row->size < figures_.published.size) return forked("the state of the log went back", figures_.published.size);
  }
  const ledger::Checkpoint head{options_.key.verifier().name, row->size, row->root};
  const std::string text = head.text();
  // By their time, so that what makes room is the oldest.
  std::multimap<Time, note::SignatureLine> known;
  for (const StoredCosignature& stored : TRY(store_.cosignatures(options_.log)))
    if (stored.over == *row)
      if (Result<note::SignatureLine> line = note::SignatureLine::parse(stored.line))
        if (const Result<Time> at = note::cosignature_time(*line)) known.emplace(*at, std::move(*line));
  std::vector<note::SignatureLine> lines;
  if (options_.own) lines.push_back(TRY(options_.own->cosign(text, options_.clock())));
  for (auto& [at, line] : known) lines.push_back(std::move(line));
  TRY(publish_note(text, *row, std::move(lines)));
  lock.unlock();
  ask_witnesses(text, *row);
  return {};
}

Status LogKeeper::publish_note(const std::string& text, const LogState& state, std::vector<note::SignatureLine> cosignatures) {
  make_room(cosignatures, options_);
  note::Note note{text, {TRY(options_.key.sign(text))}};
  note.signatures.insert(note.signatures.end(), cosignatures.begin(), cosignatures.end());
  const std::string serialised = note.serialise();
  {
    const std::scoped_lock lock(published_mutex_);
    TRY(failpoint_error("hub.checkpoint.write"));
    TRY(write_file_durably(options_.folder + "/" + std::string(kCheckpoint), bytes_of(serialised), kFileMode));
    failpoint("hub.checkpoint.written");
    published_text_ = text;
    const std::size_t own = options_.own ? 1 : 0;
    figures_.cosigned = cosignatures.size() - std::min(cosignatures.size(), own);
    lines_ = std::move(cosignatures);
    figures_.published = state;
    figures_.published_at = options_.clock();
  }
  if (options_.on_published) options_.on_published(serialised);
  return {};
}

Status LogKeeper::merge(const std::string& text, const LogState& state, const note::SignatureLine& line) {
  const std::scoped_lock publishing(publishing_mutex_);
  TRY(store_.put_cosignature(options_.log, {line.name, state, line.text()}));
  std::vector<note::SignatureLine> lines;
  {
    const std::scoped_lock lock(published_mutex_);
    if (published_text_ != text) return fail(Code::STALE, "the log has grown past this checkpoint", "checkpoint");
    lines = lines_;
  }
  std::erase_if(lines, [&](const note::SignatureLine& other) { return other.name == line.name && other.id == line.id; });
  lines.push_back(line);
  return publish_note(text, state, std::move(lines));
}

Status LogKeeper::cosign(const std::string& checkpoint_text, const std::string& signature_line, const std::vector<note::VerifierKey>& keys) {
  const ledger::Checkpoint head = TRY(ledger::Checkpoint::parse(checkpoint_text));
  if (head.origin != options_.key.verifier().name) return fail(Code::BAD_NOTE, "a checkpoint of another log", "origin");
  const note::SignatureLine line = TRY(note::SignatureLine::parse(signature_line));
  TRY(note::verify({checkpoint_text, {line}}, keys));
  TRY(check_cosigned_at(line, options_.clock()));
  {
    const std::scoped_lock lock(published_mutex_);
    const bool is_current = published_text_ == checkpoint_text;
    // Somebody signed it, and it was not this keeper: told apart from one that is merely older.
    if (!is_current && head.size >= figures_.published.size && head.size >= figures_.state.size)
      return forked("a checkpoint that was never published here", head.size);
    if (!is_current) return fail(Code::STALE, "the log has grown past this checkpoint", "checkpoint");
  }
  return merge(checkpoint_text, state_of(head), line);
}

void LogKeeper::prune(std::uint64_t size) {
  std::error_code ignored;
  const auto remove = [&](const std::string& full) { std::filesystem::remove_all(options_.folder + "/" + full + ".p", ignored); };
  std::uint64_t span = ledger::kTileWidth;  // entries below one tile of the level
  for (int level = 0; span <= size; ++level) {
    for (std::uint64_t index = pruned_ / span; (index + 1) * span <= size; ++index) {
      remove(ledger::tile_path(level, index, ledger::kTileWidth));
      if (level == 0) remove(ledger::bundle_path(index, ledger::kTileWidth));
    }
    if (span > size / ledger::kTileWidth) break;
    span *= ledger::kTileWidth;
  }
  pruned_ = size;
}

// ── witnesses that are asked ──

Result<std::string> LogKeeper::body_for(const std::string& text, const LogState& state, std::uint64_t old_size) const {
  ledger::AddCheckpoint request;
  request.old_size = old_size;
  if (old_size > 0 && old_size < state.size) request.proof = TRY(ledger::TileReader(state.size, reader()).consistency(old_size));
  request.checkpoint = {text, {TRY(options_.key.sign(text))}};
  return request.serialise();
}

Status LogKeeper::ask_one(const WitnessTarget& target, const std::string& text, const LogState& state) {
  std::uint64_t old_size = 0;
  for (const StoredCosignature& stored : TRY(store_.cosignatures(options_.log)))
    if (stored.witness == target.key.name) old_size = std::min(stored.over.size, state.size);
  constexpr int kTries = 2;  // the second with the size that the witness said
  for (int i = 0; i < kTries; ++i) {
    const WitnessReply reply = TRY(options_.ask(target, TRY(body_for(text, state, old_size))));
    if (reply.status == static_cast<int>(ledger::WitnessAnswer::CONFLICT)) {
      std::string_view body = reply.body;
      if (body.ends_with("\n")) body.remove_suffix(1);
      old_size = TRY(note::parse_decimal(body, "size", INT64_MAX));
      if (old_size <= state.size) continue;
      const std::scoped_lock lock(published_mutex_);
      figures_.is_disputed = true;
      return forked("a witness has cosigned a larger tree than this", old_size);
    }
    if (reply.status == static_cast<int>(ledger::WitnessAnswer::BAD_PROOF)) {
      const std::scoped_lock lock(published_mutex_);
      figures_.is_disputed = true;
      return forked("a witness has cosigned another tree than this", state.size);
    }
    if (reply.status != static_cast<int>(ledger::WitnessAnswer::ACCEPTED))
      return fail(Code::PEER_UNAVAILABLE, "a witness answered " + std::to_string(reply.status), target.key.name);
    std::string_view lines = reply.body;
    while (!lines.empty()) {
      const std::size_t end = lines.find('\n');
      const std::string_view one = lines.substr(0, end);
      lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
      const note::SignatureLine line = TRY(note::SignatureLine::parse(one));
      if (!is_of(line, target.key)) continue;
      TRY(note::require({text, {line}}, target.key));
      TRY(check_cosigned_at(line, options_.clock()));
      return merge(text, state, line);
    }
    return fail(Code::SIGNATURE_MISSING, "a witness answered without its cosignature", target.key.name);
  }
  return fail(Code::CONFLICT, "a witness does not agree about its size", target.key.name);
}

// All at once, and no longer than the wait: whoever is slower is asked again with the next checkpoint.
void LogKeeper::ask_witnesses(const std::string& text, const LogState& state) {
  if (!options_.ask || state.size == 0) return;
  std::vector<Status> answers(options_.witnesses.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < answers.size(); ++i)
    threads.emplace_back([this, i, &answers, &text, &state] { answers[i] = ask_one(options_.witnesses[i], text, state); });
  for (std::thread& thread : threads) thread.join();
  for (const Status& asked : answers)
    if (!asked && asked.error().code != Code::STALE && options_.on_failure) options_.on_failure(asked.error());
}

// ── files and figures ──

Result<std::string> LogKeeper::file(const std::string& path) const {
  if (!is_log_path(path)) return fail(Code::NOT_FOUND, "no such file of a log", "path");
  Result<std::string> content = reader()(path);
  if (!content && content.error().code != Code::NOT_FOUND) {
    // A path that is a folder, for one.
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(options_.folder + "/" + path, ignored)) return fail(Code::NOT_FOUND, "no such file of a log", "path");
  }
  return content;
}

LogKeeper::Figures LogKeeper::figures() const {
  const std::scoped_lock lock(published_mutex_);
  return figures_;
}

// ── threads ──

void LogKeeper::start() {
  integrator_ = std::thread([this] { run(); });
  publisher_ = std::thread([this] { run_publisher(); });
}

void LogKeeper::stop() {
  {
    const std::scoped_lock lock(threads_mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (integrator_.joinable()) integrator_.join();
  if (publisher_.joinable()) publisher_.join();
}

void LogKeeper::run() {
  std::unique_lock lock(threads_mutex_);
  while (!is_stopping_) {
    lock.unlock();
    const Result<std::size_t> integrated = integrate();
    if (!integrated && options_.on_failure) options_.on_failure(integrated.error());
    lock.lock();
    if (integrated && *integrated > 0) {
      has_grown_ = true;
      changed_.notify_all();
      if (*integrated == options_.batch) continue;
    }
    changed_.wait_for(lock, options_.integrate_every, [this] { return is_stopping_; });
  }
}

void LogKeeper::run_publisher() {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kAfterFailure{1};
  Clock::time_point last = Clock::now();
  std::chrono::milliseconds pause = options_.publish_every;
  Clock::time_point pruned = last;
  std::uint64_t prunable = 0;
  std::unique_lock lock(threads_mutex_);
  while (!is_stopping_) {
    changed_.wait_until(lock, last + options_.heartbeat, [this] { return is_stopping_ || has_grown_; });
    changed_.wait_until(lock, last + pause, [this] { return is_stopping_; });
    if (is_stopping_) break;
    has_grown_ = false;
    lock.unlock();
    last = Clock::now();
    const Status published = publish();
    if (!published && options_.on_failure) options_.on_failure(published.error());
    if (last - pruned >= options_.heartbeat) {
      // What was published one heartbeat ago.
      if (prunable > 0) prune(prunable);
      prunable = figures().published.size;
      pruned = last;
    }
    lock.lock();
    pause = published ? options_.publish_every : std::max<std::chrono::milliseconds>(options_.publish_every, kAfterFailure);
    has_grown_ = has_grown_ || !published;
  }
}

}  // namespace warifu::store

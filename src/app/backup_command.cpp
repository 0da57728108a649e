// `warifu backup` and `warifu restore`: a consistent copy of a node while it runs, with the digest of every file in a manifest that the
// directory and the organisations sign (a member's organisation alone: its directory is the hub's, and its key goes with the copy as backup.vkey);
// restored only as a whole and only unchanged (docs/operations.md, "Backup and restore").

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <thread>

#include "app/commands.h"
#include "app/named.h"
#include "app/node.h"
#include "app/tar.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "json/write.h"
#include "note/policy.h"
#include "store/postgres.h"
#include "store/sqlite.h"

extern char** environ;

namespace warifu::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kManifestBytesMax = 512ull * 1024 * 1024;
constexpr std::size_t kListBytesMax = 1024 * 1024;
constexpr std::string_view kManifest = "manifest", kNote = "manifest.note", kDump = "store.pgdump", kRoot = "root.vkey", kMemberKey = "backup.vkey";
constexpr mode_t kFolderMode = 0700, kFileMode = 0600;

struct Line {
  std::string name, digest;
  std::uintmax_t bytes = 0;
};

// Removes what was half made, unless told that it is whole.
class Unfinished {
 public:
  explicit Unfinished(std::string path) : path_(std::move(path)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

bool is_key_file(const std::string& name) {
  return ("/" + name).find("/keys/") != std::string::npos || name.find("/devices/") != std::string::npos || name == "tls.key";
}
// Files of answers that are on their way in come again from the hub.
bool is_left_out(const std::string& name) {
  return name == "lock" || name.starts_with("attachments/in/") || name.ends_with(".partial") || name.starts_with("tmp/") || name.ends_with("-wal") ||
         name.ends_with("-shm") || name.ends_with(".part") || name.find("/part-") != std::string::npos;
}

// The organisations' stores first, then files, the directory last: whatever an act rests on was there when the act was copied.
int place_of(const std::string& name) { return name.ends_with("directory.sqlite") ? 2 : name.ends_with(".sqlite") ? 0 : 1; }

// The stores of all organisations seen at one instant: else one side of a matter could hold an act that the other, copied earlier, has not
// written yet. Snapshots are taken one after the other; when none of the stores has moved until the last was taken, they are of one instant.
class OneInstant {
 public:
  OneInstant() = default;
  OneInstant(OneInstant&&) = default;
  OneInstant& operator=(OneInstant&&) = default;
  static Result<OneInstant> take(Node& node) {
    constexpr int kTries = 200;
    constexpr auto kPause = std::chrono::milliseconds(10);
    for (int i = 0; i < kTries; ++i) {
      OneInstant out;
      std::map<std::string, std::int64_t> seen;
      for (Hosted* hosted : node.hosted()) {
        const std::string file = node.folder_of(hosted->organisation.id) + "/office.sqlite";
        const std::string name = fs::path(file).lexically_relative(node.options().data).string();
        std::unique_ptr<store::Database> database = TRY(store::open_sqlite({.file = file, .access = store::Access::READ}));
        TRY(database->begin(store::Access::READ));
        seen[name] = TRY(newest(*database));
        out.snapshots_.emplace(name, std::move(database));
      }
      if (TRY(out.none_moved(node, seen))) return out;
      std::this_thread::sleep_for(kPause);
    }
    return fail(Code::QUEUE_FULL, "the stores never stood still for an instant; try again", "backup");
  }
  [[nodiscard]] store::Database* of(const std::string& name) const {
    const auto found = snapshots_.find(name);
    return found == snapshots_.end() ? nullptr : found->second.get();
  }

 private:
  static Result<std::int64_t> newest(store::Database& database) {
    return store::one_value<std::int64_t>(database, "SELECT coalesce(max(seq), 0) FROM act");
  }
  static Result<bool> none_moved(Node& node, const std::map<std::string, std::int64_t>& seen) {
    for (const auto& [name, seq] : seen) {
      const std::unique_ptr<store::Database> now = TRY(store::open_sqlite({.file = node.options().data + "/" + name, .access = store::Access::READ}));
      if (TRY(newest(*now)) != seq) return false;
    }
    return true;
  }
  std::map<std::string, std::unique_ptr<store::Database>> snapshots_;
};

Result<std::vector<std::string>> files_of(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::none, error), end; !error && at != end; at.increment(error)) {
    if (at->is_directory(error) && !at->is_symlink(error)) continue;
    std::string name = fs::relative(at->path(), folder, error).string();
    if (!at->is_regular_file(error) || at->is_symlink(error)) return fail(Code::IO, "neither a file nor a folder", name);
    out.push_back(std::move(name));
  }
  if (error) return fail(Code::IO, "cannot read the folder: " + error.message(), folder);
  std::ranges::sort(out, [](const std::string& a, const std::string& b) { return std::pair(place_of(a), a) < std::pair(place_of(b), b); });
  return out;
}

Status copy_one(const std::string& from, const std::string& to, const std::string& name, store::Database* snapshot) {
  TRY(make_directories(fs::path(to).parent_path().string(), kFolderMode));
  if (snapshot != nullptr) {
    TRY(store::backup_sqlite(*snapshot, to));
  } else if (name.ends_with(".sqlite")) {
    const std::unique_ptr<store::Database> database = TRY(store::open_sqlite({.file = from, .access = store::Access::READ}));
    TRY(store::backup_sqlite(*database, to));
  } else {
    std::error_code error;
    fs::copy_file(from, to, error);
    // A file that was purged in between is gone from the copy as it is from the node.
    if (error == std::errc::no_such_file_or_directory) return {};
    if (error) return fail(error == std::errc::no_space_on_device ? Code::DISK_FULL : Code::IO, "cannot copy: " + error.message(), name);
  }
  std::error_code error;
  fs::permissions(to, name == kRoot ? fs::perms(0644) : fs::perms(kFileMode), error);
  return {};
}

// A program of PostgreSQL's, which knows its own format best. The URL holds no secret (libpq's password file does).
Status run_program(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: posix_spawnp's signature
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0)
    return fail(Code::CONFIG, "the program is not installed", arguments.front(), {{"expected", "postgresql-client"}});
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(Code::STORE_UNAVAILABLE, "the program failed; what it said stands above", arguments.front());
  return {};
}

Status dump_postgres(Node& node, const std::string& into) {
  std::vector<std::string> arguments = {"pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file=" + into};
  for (const std::string& schema : node.store_schemas()) arguments.push_back("--schema=" + schema);
  arguments.push_back("--dbname=" + node.options().store_url);
  return run_program(arguments);
}

Result<std::vector<Line>> digests_of(const std::string& folder, std::vector<std::string> names) {
  std::ranges::sort(names);
  std::vector<Line> out;
  for (const std::string& name : names) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(folder + "/" + name, error);
    if (error) return fail(Code::IO, "cannot look at a file", name);
    out.push_back({name, TRY(crypto::sha256_file(folder + "/" + name)).hex(), bytes});
  }
  return out;
}

std::string manifest_text(const std::vector<Line>& lines) {
  std::string out = "warifu-backup-files/v1\n";
  for (const Line& line : lines) out += line.digest + " " + std::to_string(line.bytes) + " " + line.name + "\n";
  return out;
}

Result<std::vector<Line>> parse_manifest(std::string_view text) {
  const auto bad = [] { return fail(Code::STORE_CORRUPT, "not a manifest", std::string(kManifest)); };
  constexpr std::string_view kHead = "warifu-backup-files/v1\n";
  if (!text.starts_with(kHead)) return bad();
  text.remove_prefix(kHead.size());
  std::vector<Line> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view one = text.substr(0, end);
    const std::size_t second = one.find(' ', 65);
    if (end == std::string_view::npos || one.size() < 68 || one[64] != ' ' || second == std::string_view::npos) return bad();
    const std::string bytes(one.substr(65, second - 65));
    if (bytes.empty() || bytes.size() > 15 || bytes.find_first_not_of("0123456789") != std::string::npos) return bad();
    out.push_back({std::string(one.substr(second + 1)), std::string(one.substr(0, 64)), std::stoull(bytes)});
    if (!is_safe_name(out.back().name)) return bad();
    text.remove_prefix(end + 1);
  }
  return out;
}

// What a member's copy is checked with: the key that the log of keys shows for it.
std::string member_policy(Node& node) { return "log " + node.hosted().front()->signer->verifier().text() + "\nquorum none\n"; }

// Signed by the directory's key, where it is here, and by the organisations' (as many as a note holds).
Result<std::string> signed_manifest(Node& node, const std::string& manifest, std::size_t files, bool with_keys) {
  const std::string directory = node.network() ? node.network()->keys.name : node.directory().root().name;
  const std::string text = "warifu-backup/v1\n" + directory + "\n" + to_rfc3339(node.options().clock()) + "\n" + std::to_string(files) + "\n" +
                           (with_keys ? "keys" : "no-keys") + "\n" + crypto::sha256(manifest).hex() + "\n";
  std::vector<note::Signer> signers;
  if (!node.network()) signers.push_back(node.directory_keys().directory);
  for (Hosted* hosted : node.hosted())
    if (signers.size() < limits::kNoteSignaturesMax) signers.push_back(*hosted->signer);
  return TRY(note::sign_note(text, signers)).serialise();
}

// What is half made lies beside the target, also when that is written as a folder (`new/`) or from here (`.`).
std::string without_slash(const std::string& path) {
  fs::path out = fs::path(path).lexically_normal();
  if (!out.has_filename()) out = out.parent_path();
  return (out == "." || out.empty()) ? fs::current_path().string() : out.string();
}

Result<json::Value> backup(BackupCommand command) {
  command.out = without_slash(command.out);
  std::error_code ignored;
  if (fs::exists(command.out, ignored)) return fail(Code::CONFLICT, "something lies there already", command.out);
  const std::unique_ptr<Node> node = TRY(open_node(command.data, false));
  const bool is_tar = command.out.ends_with(".tar");
  const std::string partial = command.out + ".partial-" + MatterId::random().hex();
  TRY(make_directories(partial, kFolderMode));
  Unfinished unfinished(partial);
  const bool is_postgres = node->options().store_url.starts_with("postgres");

  // A file lies on the disk before an act names it: files are listed and copied after the acts.
  if (is_postgres) TRY(dump_postgres(*node, partial + "/" + std::string(kDump)));
  const std::optional<OneInstant> instant = is_postgres ? std::nullopt : std::optional(TRY(OneInstant::take(*node)));
  for (const std::string& name : TRY(files_of(command.data))) {
    if (is_left_out(name) || (!command.with_keys && is_key_file(name))) continue;
    TRY(copy_one(command.data + "/" + name, partial + "/" + name, name, instant ? instant->of(name) : nullptr));
  }
  if (node->network()) TRY(write_file_durably(partial + "/" + std::string(kMemberKey), bytes_of(member_policy(*node)), kFileMode));
  std::vector<std::string> names = TRY(files_of(partial));
  const std::vector<Line> lines = TRY(digests_of(partial, names));
  const std::string manifest = manifest_text(lines);
  TRY(write_file_durably(partial + "/" + std::string(kManifest), bytes_of(manifest), kFileMode));
  TRY(write_file_durably(partial + "/" + std::string(kNote), bytes_of(TRY(signed_manifest(*node, manifest, lines.size(), command.with_keys))),
                         kFileMode));

  std::error_code error;
  if (is_tar) {
    std::vector<std::string> order{std::string(kNote), std::string(kManifest)};
    for (const Line& line : lines) order.push_back(line.name);
    const std::string packed = partial + "/packed.tar";
    TRY(write_tar(partial, order, packed));
    fs::rename(packed, command.out, error);
  } else {
    fs::rename(partial, command.out, error);
    if (!error) unfinished.keep();
  }
  if (error) return fail(Code::IO, "cannot give the backup its name: " + error.message(), command.out);
  std::uintmax_t bytes = 0;
  for (const Line& line : lines) bytes += line.bytes;
  return json::Value(json::Object{
      {"ok", true}, {"file", command.out}, {"files", lines.size()}, {"bytes", static_cast<std::int64_t>(bytes)}, {"keys", command.with_keys}});
}

struct Checked {
  std::vector<Line> lines;
  std::string created;
  bool with_keys = false, vouched_by_outside = false;
};

// Everything in the folder is exactly what the signed manifest names.
Result<Checked> check_backup(const std::string& folder, const std::string& root_file) {
  const auto altered = [](std::string what, std::string name) { return fail(Code::STORE_CORRUPT, std::move(what), std::move(name)); };
  std::error_code ignored;
  const std::string own = folder + "/" + std::string(kMemberKey);
  const std::string policy_file = !root_file.empty() ? root_file : fs::exists(own, ignored) ? own : folder + "/" + std::string(kRoot);
  const note::Policy policy = TRY(note::Policy::parse(TRY(file_named(policy_file, kListBytesMax))));
  if (policy.logs.empty()) return fail(Code::BAD_VALUE, "no key in it", policy_file, {{"expected", "root.vkey"}});
  const Result<std::string> note_text = read_file(folder + "/" + std::string(kNote), limits::kNoteBytesMax);
  const Result<std::string> manifest = read_file(folder + "/" + std::string(kManifest), kManifestBytesMax);
  if (!note_text) return altered("it is missing", std::string(kNote));
  if (!manifest) return altered("it is missing", std::string(kManifest));
  const Result<note::Note> note = note::Note::parse(*note_text);
  if (!note || !note::require(*note, policy.logs.front().key)) return altered("that key did not sign it", std::string(kNote));
  const bool names_it = note->text.starts_with("warifu-backup/v1\n") && note->text.ends_with("\n" + crypto::sha256(*manifest).hex() + "\n");
  if (!names_it) return altered("not the manifest that was signed", std::string(kManifest));

  Checked out;
  out.lines = TRY(parse_manifest(*manifest));
  out.with_keys = note->text.find("\nkeys\n") != std::string::npos;
  out.vouched_by_outside = !root_file.empty();
  std::vector<std::string> there = TRY(files_of(folder));
  std::erase_if(there, [](const std::string& name) { return name == kNote || name == kManifest; });
  std::ranges::sort(there);
  for (const Line& line : out.lines) {
    if (!std::ranges::binary_search(there, line.name)) return altered("it is missing", line.name);
    if (TRY(crypto::sha256_file(folder + "/" + line.name)).hex() != line.digest) return altered("not what was backed up", line.name);
  }
  for (const std::string& name : there)
    if (std::ranges::find(out.lines, name, &Line::name) == out.lines.end()) return altered("it was not in the backup", name);
  return out;
}

// The copied list names the old database; it is given the new one's address.
Status restore_postgres(const std::string& folder, const std::string& store_url) {
  const std::string dump = folder + "/" + std::string(kDump);
  {
    const std::unique_ptr<store::Database> target = TRY(store::open_postgres({.url = store_url, .schema = "public", .access = store::Access::READ}));
    constexpr std::string_view kNodes = "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'warifu_directory'";
    if (TRY(store::one_value<std::int64_t>(*target, kNodes)) != 0)
      return fail(Code::CONFLICT, "the database holds a node; restore into a new one", "--store");
  }
  TRY(run_program({"pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--dbname=" + store_url, dump}));
  const std::string list = folder + "/organisations.json";
  json::Value value = TRY(json::parse(TRY(read_file(list, kListBytesMax))));
  value.as_object()["store_url"] = store_url;
  TRY(write_file_durably(list, bytes_of(json::pretty(value)), kFileMode));
  std::error_code ignored;
  fs::remove(dump, ignored);
  return {};
}

Result<json::Value> restore(RestoreCommand command) {
  command.data = without_slash(command.data);
  std::error_code error;
  if (fs::exists(command.data, error) && !(fs::is_directory(command.data, error) && fs::is_empty(command.data, error)))
    return fail(Code::CONFLICT, "the target is not empty", command.data);
  if (!fs::exists(command.file, error)) return fail(Code::NOT_FOUND, "no such backup", command.file);
  const std::string partial = command.data + ".partial-" + MatterId::random().hex();
  TRY(make_directories(partial, kFolderMode));
  Unfinished unfinished(partial);
  if (fs::is_directory(command.file, error)) {
    for (const std::string& name : TRY(files_of(command.file))) {
      TRY(make_directories(fs::path(partial + "/" + name).parent_path().string(), kFolderMode));
      fs::copy_file(command.file + "/" + name, partial + "/" + name, error);
      if (error) return fail(Code::IO, "cannot copy: " + error.message(), name);
    }
  } else {
    TRY(read_tar(command.file, partial));
  }
  const Checked checked = TRY(check_backup(partial, command.root));
  const bool has_dump = std::ranges::find(checked.lines, kDump, &Line::name) != checked.lines.end();
  if (has_dump && command.store_url.empty())
    return fail(Code::CONFIG, "the backup is of a PostgreSQL store: into which database?", "--store", {{"expected", "postgresql://…"}});
  if (has_dump) TRY(restore_postgres(partial, command.store_url));
  for (const std::string_view name : {kManifest, kNote, kMemberKey}) fs::remove(partial + "/" + std::string(name), error);
  if (fs::exists(command.data, error)) fs::remove(command.data, error);
  fs::rename(partial, command.data, error);
  if (error) return fail(Code::IO, "cannot give the folder its name: " + error.message(), command.data);
  unfinished.keep();
  return json::Value(json::Object{{"ok", true},
                                  {"data", command.data},
                                  {"files", checked.lines.size()},
                                  {"keys", checked.with_keys},
                                  {"root", checked.vouched_by_outside ? "given" : "of the backup"}});
}

}  // namespace

int run_backup(const BackupCommand& command) {
  return finish(backup(command), command.json, [&](const json::Value& made) {
    std::printf("%s (%d)%s\n", command.out.c_str(), static_cast<int>(made.as_object().at("files").to_number<int>()),
                command.with_keys ? "" : "\n鍵は含まれていません。別に保管してください。 Keys are not in it: keep them elsewhere.");
  });
}

int run_restore(const RestoreCommand& command) {
  return finish(restore(command), command.json, [&](const json::Value& made) {
    std::printf("%s\n", command.data.c_str());
    if (!made.as_object().at("keys").as_bool()) std::printf("keys/ を戻してから起動してください。 Put the keys/ folders back before starting.\n");
    if (command.root.empty())
      std::printf(
          "完全性は控えの中の鍵で確かめました。出所も確かめるには --root を付けてください。\nChecked against the key in the backup itself; give "
          "--root to check where it comes from.\n");
  });
}

}  // namespace warifu::app

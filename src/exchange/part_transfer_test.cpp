#include "exchange/part_transfer.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rapidcheck.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "base/file.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "ledger/merkle.h"

namespace warifu::exchange {
namespace {

namespace fs = std::filesystem;

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::INTERNAL : result.error().code;
}
template <class T>
std::string where_of(const Result<T>& result) {
  return result ? "" : result.error().where;
}

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "warifu-parts-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] std::string at(const std::string& name) const { return path + "/" + name; }
  std::string path;
};

void write(const std::string& path, ByteView content) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}
Bytes read(const std::string& path) {
  const std::string text = read_file(path, 1ull << 31).value();
  return {text.begin(), text.end()};
}

// A hub that keeps parts as files, as a real one does, so that it outlives a process that is killed.
class FolderHub final : public PartPort {
 public:
  explicit FolderHub(std::string folder) : folder_(std::move(folder)) { fs::create_directories(folder_); }

  Result<ObjectState> begin(const Sha256& object, std::uint64_t bytes, const std::vector<Sha256>& parts) override {
    TRY(before());
    std::ofstream out(list_of(object));
    out << bytes << "\n";
    for (const Sha256& part : parts) out << part.hex() << "\n";
    out.close();
    return state_of(object);
  }
  Result<ObjectState> state(const Sha256& object) override {
    TRY(before());
    return state_of(object);
  }
  Status put(const Sha256& object, std::size_t index, ByteView part) override {
    TRY(before());
    const ObjectState state = TRY(state_of(object));
    if (index >= state.parts.size() || ledger::leaf_hash(part) != state.parts[index]) return fail(Code::CRYPTO, "not that part", "part");
    ++puts;
    if (is_forgetful) return {};
    return write_file_durably(part_of(object, index), part, 0600);
  }
  Result<Bytes> get(const Sha256& object, std::size_t index) override {
    TRY(before());
    ++gets;
    const std::string text = TRY(read_file(part_of(object, index), kPartBytes));
    Bytes out(text.begin(), text.end());
    if (wrong_part && *wrong_part == index) out[out.size() / 2] ^= 1;
    return out;
  }
  [[nodiscard]] std::string list_of(const Sha256& object) const { return folder_ + "/" + object.hex(); }
  [[nodiscard]] std::string part_of(const Sha256& object, std::size_t index) const { return list_of(object) + "." + std::to_string(index); }

  int puts = 0, gets = 0, calls = 0;
  int kill_at = -1, cut_at = -1;  // the process ends, or the line is cut, at this call
  std::optional<std::size_t> wrong_part;
  bool is_forgetful = false;  // takes a part and does not keep it

 private:
  Status before() {
    ++calls;
    if (calls == kill_at) ::_exit(9);
    if (calls == cut_at) return fail(Code::PEER_UNAVAILABLE, "cut", {}, {{"peer", "hub"}});
    return {};
  }
  Result<ObjectState> state_of(const Sha256& object) const {
    std::ifstream in(list_of(object));
    if (!in) return fail(Code::NOT_FOUND, "no such object");
    ObjectState out;
    std::string line;
    std::getline(in, line);
    out.bytes = std::stoull(line);
    while (std::getline(in, line)) out.parts.push_back(Sha256::parse(line).value());
    for (std::size_t i = 0; i < out.parts.size(); ++i) out.is_present.push_back(fs::exists(part_of(object, i)));
    return out;
  }
  std::string folder_;
};

// Runs `work` in a process of its own, which may be killed on the way; true when it ended by itself and well.
template <class Work>
bool in_child(Work work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work() ? 0 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct Sealed {
  explicit Sealed(std::size_t bytes, const std::string& name = "answer.age") : plain(crypto::random_bytes(bytes)) {
    write(folder.at("plain"), plain);
    file = seal_file(folder.at("plain"), {.path = folder.at(name), .recipients = {identity.recipient()}, .media_type = "text/csv"}).value();
    path = folder.at(name);
  }
  Folder folder;
  crypto::AgeIdentity identity = crypto::AgeIdentity::generate();
  Bytes plain;
  SealedFile file;
  std::string path;
};

TEST_CASE("lengths are padded as Padmé says: never less, at most 12 % more, few different ones") {
  // Worked by hand from the definition: E = floor(log2 L), S = floor(log2 E) + 1, the last E - S bits are zero.
  struct Case {
    std::uint64_t plain, padded;
  };
  for (const Case& c :
       {Case{0, 0}, Case{1, 1}, Case{2, 2}, Case{7, 7}, Case{8, 8}, Case{9, 10}, Case{100, 104}, Case{1000, 1024}, Case{4096, 4096}, Case{4097, 4352},
        Case{1'000'000, 1'015'808}, Case{1ull << 32, 1ull << 32}, Case{(1ull << 32) + 1, (1ull << 32) + (1ull << 26)}})
    CHECK_MESSAGE(padded_bytes(c.plain) == c.padded, c.plain);
  CHECK(rc::check("padding", [] {
    const auto plain = *rc::gen::inRange<std::uint64_t>(0, 1ull << 36);
    const std::uint64_t padded = padded_bytes(plain);
    RC_ASSERT(padded >= plain);
    RC_ASSERT(padded - plain <= plain * 12 / 100);
    RC_ASSERT(padded_bytes(padded) == padded);
    RC_ASSERT(plain == 0 || padded_bytes(plain - 1) <= padded);
  }));
}

TEST_CASE("a sealed file is one age file; manifest's digests, lengths and root are those of what lies there") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65'536}, std::size_t{65'537}, std::size_t{kPartBytes} - 1,
                                 std::size_t{kPartBytes}, 2 * std::size_t{kPartBytes} + 17}) {
    CAPTURE(size);
    const Sealed sealed(size);
    const Bytes object = read(sealed.path);
    const Attachment& att = sealed.file.attachment;
    CHECK(att.sealed == crypto::sha256(object));
    CHECK(att.sealed_bytes == object.size());
    CHECK(att.plain == crypto::sha256(sealed.plain));
    CHECK(att.plain_bytes == size);
    CHECK(att.media_type == "text/csv");
    CHECK(check_lengths(att));
    std::vector<Sha256> leaves;
    for (std::size_t at = 0; at < object.size(); at += kPartBytes)
      leaves.push_back(ledger::leaf_hash(ByteView(object).subspan(at, std::min<std::size_t>(kPartBytes, object.size() - at))));
    CHECK(sealed.file.parts == leaves);
    CHECK(att.parts == ledger::tree_root(leaves));
    CHECK(leaves.size() == part_count(att.sealed_bytes));
    CHECK(!fs::exists(sealed.path + ".partial"));
    // To any reader of the format it is the content and zeros.
    Bytes padded = sealed.plain;
    padded.resize(padded_bytes(size), 0);
    CHECK(crypto::age_open({sealed.identity}, object).value().plaintext == padded);
    const SealedFile loaded = load_sealed(sealed.path).value();
    CHECK(loaded.attachment == att);
    CHECK(loaded.parts == leaves);
  }
}

TEST_CASE("30 MB go to the hub and come from it, whole and unchanged") {
  const Sealed sealed(30'000'000);
  FolderHub hub(sealed.folder.at("hub"));
  PartUpload upload = PartUpload::open(sealed.path).value();
  CHECK(upload.missing() == sealed.file.parts.size());
  REQUIRE(upload.run(hub));
  CHECK(upload.missing() == 0);
  CHECK(hub.puts == static_cast<int>(sealed.file.parts.size()));
  const std::string output = sealed.folder.at("answer.csv");
  REQUIRE(fetch_attachment(hub, sealed.file.attachment, {sealed.identity}, sealed.folder.at("incoming"), output));
  CHECK(read(output) == sealed.plain);
  CHECK(!fs::exists(sealed.folder.at("incoming")));
  CHECK(hub.gets == static_cast<int>(sealed.file.parts.size()));
  // Again: nothing is fetched.
  REQUIRE(fetch_attachment(hub, sealed.file.attachment, {sealed.identity}, sealed.folder.at("incoming"), output));
  CHECK(hub.gets == static_cast<int>(sealed.file.parts.size()));
  // A second upload puts nothing that is there.
  REQUIRE(PartUpload::open(sealed.path).value().run(hub));
  CHECK(hub.puts == static_cast<int>(sealed.file.parts.size()));
}

TEST_CASE("killed at any request, a transfer goes on with the parts that are missing") {
  const Sealed sealed(4 * kPartBytes + 1000);
  const int parts = static_cast<int>(sealed.file.parts.size());
  REQUIRE(parts == 5);
  const std::string output = sealed.folder.at("output");
  const auto send = [&](int kill_at) {
    return in_child([&] {
      FolderHub hub(sealed.folder.at("hub"));
      hub.kill_at = kill_at;
      return PartUpload::open(sealed.path).value().run(hub).has_value();
    });
  };
  const auto receive = [&](int kill_at, int gets_expected) {
    return in_child([&] {
      FolderHub hub(sealed.folder.at("hub"));
      hub.kill_at = kill_at;
      const Status done = fetch_attachment(hub, sealed.file.attachment, {sealed.identity}, sealed.folder.at("incoming"), output);
      return done.has_value() && (gets_expected < 0 || hub.gets == gets_expected);
    });
  };
  for (int kill_at = 1; kill_at <= parts + 2; ++kill_at) {  // begin, each part, the last question
    CAPTURE(kill_at);
    fs::remove_all(sealed.folder.at("hub"));
    CHECK(!send(kill_at));
    CHECK(send(-1));
    for (int i = 0; i < parts; ++i)
      CHECK(fs::exists(FolderHub(sealed.folder.at("hub")).part_of(sealed.file.attachment.sealed, static_cast<std::size_t>(i))));
  }
  for (int kill_at = 1; kill_at <= parts + 1; ++kill_at) {  // the list, each part
    CAPTURE(kill_at);
    fs::remove(output);
    fs::remove_all(sealed.folder.at("incoming"));
    CHECK(!receive(kill_at, -1));
    CHECK(!fs::exists(output));
    const int there = std::max(0, kill_at - 2);
    CHECK(receive(-1, parts - there));
    CHECK(read(output) == sealed.plain);
  }
  // Killed at every request in a row, one part further each time.
  fs::remove(output);
  for (int i = 0; i < parts - 1; ++i) CHECK(!receive(i == 0 ? 3 : 2, -1));
  CHECK(receive(-1, 1));
  CHECK(read(output) == sealed.plain);
}

TEST_CASE("a cut line leaves the machine as it was; a hub that lost parts is given them again") {
  const Sealed sealed(3 * kPartBytes);
  FolderHub hub(sealed.folder.at("hub"));
  PartUpload upload = PartUpload::open(sealed.path).value();
  for (hub.cut_at = 1; hub.cut_at <= 4; ++hub.cut_at) CHECK(code_of(upload.run(hub)) == Code::PEER_UNAVAILABLE);
  hub.cut_at = -1;
  fs::remove(hub.part_of(sealed.file.attachment.sealed, 0));
  REQUIRE(upload.run(hub));
  CHECK(fs::exists(hub.part_of(sealed.file.attachment.sealed, 0)));

  PartDownload download = PartDownload::open(sealed.folder.at("incoming"), sealed.file.attachment).value();
  for (int i = 0; i < 3; ++i) {
    hub.cut_at = hub.calls + 2;
    CHECK(code_of(download.run(hub)) == Code::PEER_UNAVAILABLE);
  }
  hub.cut_at = -1;
  REQUIRE(download.run(hub));
  REQUIRE(download.assemble({sealed.identity}, sealed.folder.at("output")));
  CHECK(read(sealed.folder.at("output")) == sealed.plain);

  // A hub that was restored from before it knew of the object.
  FolderHub restored(sealed.folder.at("restored"));
  PartUpload again = PartUpload::open(sealed.path).value();
  REQUIRE(again.step(restored));
  fs::remove(restored.list_of(sealed.file.attachment.sealed));
  CHECK(code_of(again.step(restored)) == Code::NOT_FOUND);
  REQUIRE(again.run(restored));
}

TEST_CASE("a hub that keeps nothing of what it is given is given up on, and asked again another time") {
  const Sealed sealed(10u * 1024 * 1024);
  const std::size_t parts = sealed.file.parts.size();
  FolderHub hub(sealed.folder.at("hub"));
  hub.is_forgetful = true;
  PartUpload upload = PartUpload::open(sealed.path).value();
  const Status given_up = upload.run(hub);
  REQUIRE_FALSE(given_up.has_value());
  CHECK(given_up.error().code == Code::PEER_UNAVAILABLE);
  CHECK(given_up.error().args.at("peer") == "hub");
  CHECK(static_cast<std::size_t>(hub.puts) >= parts);
  CHECK(static_cast<std::size_t>(hub.puts) <= 2 * parts + 4);
  hub.is_forgetful = false;
  CHECK(upload.run(hub).has_value());
  CHECK(upload.missing() == 0);
}

TEST_CASE("what the hub gives is believed as far as it fits the manifest's root") {
  const Sealed sealed(3 * kPartBytes), other(3 * kPartBytes);
  FolderHub hub(sealed.folder.at("hub"));
  REQUIRE(PartUpload::open(sealed.path).value().run(hub));
  const Attachment& att = sealed.file.attachment;
  const std::string incoming = sealed.folder.at("incoming"), output = sealed.folder.at("output");
  const auto fetch = [&] { return fetch_attachment(hub, att, {sealed.identity}, incoming, output); };

  hub.wrong_part = 1;
  Status refused = fetch();
  CHECK(code_of(refused) == Code::CRYPTO);
  CHECK(where_of(refused) == "part/1");
  CHECK(fs::exists(incoming + "/000000"));
  CHECK(!fs::exists(incoming + "/000001"));
  hub.wrong_part.reset();

  // The list itself: of another object, too short, of another length.
  const std::string list = hub.list_of(att.sealed);
  fs::copy_file(list, list + ".right");
  fs::remove_all(incoming);
  std::ofstream(list) << att.sealed_bytes << "\n"
                      << other.file.parts[0].hex() << "\n"
                      << sealed.file.parts[1].hex() << "\n"
                      << sealed.file.parts[2].hex() << "\n"
                      << sealed.file.parts[3].hex() << "\n";
  CHECK(where_of(fetch()) == "parts");
  std::ofstream(list) << att.sealed_bytes << "\n" << sealed.file.parts[0].hex() << "\n";
  CHECK(where_of(fetch()) == "parts");
  std::ofstream(list) << att.sealed_bytes + 1 << "\n";
  CHECK(where_of(fetch()) == "parts");
  fs::rename(list + ".right", list);

  // The hub's list is that of the object, and the manifest names another root: that is its sender's doing.
  Attachment lying = att;
  lying.parts = Sha256{};
  const std::string lies = sealed.folder.at("lies");
  const Status of_the_sender = fetch_attachment(hub, lying, {sealed.identity}, lies, output);
  CHECK(code_of(of_the_sender) == Code::CRYPTO);
  CHECK(where_of(of_the_sender) == "root");
  CHECK(fs::is_empty(lies));
  // A hub that gives another object under its name, list and all, accuses nobody else.
  FolderHub swapping(sealed.folder.at("swapping"));
  REQUIRE(PartUpload::open(other.path).value().run(swapping));
  const Sha256& given = other.file.attachment.sealed;
  fs::rename(swapping.list_of(given), swapping.list_of(att.sealed));
  for (std::size_t i = 0; i < other.file.parts.size(); ++i) fs::rename(swapping.part_of(given, i), swapping.part_of(att.sealed, i));
  CHECK(where_of(fetch_attachment(swapping, att, {sealed.identity}, lies, output)) == "parts");
  CHECK(swapping.gets == static_cast<int>(other.file.parts.size()));
  CHECK(fs::is_empty(lies));

  // A part that changes on our own disk is noticed, removed and fetched again.
  PartDownload download = PartDownload::open(incoming, att).value();
  REQUIRE(download.run(hub));
  CHECK(download.bytes_to_come() == att.plain_bytes);
  CHECK(PartDownload::open(incoming + "-new", att)->bytes_to_come() == sealed.file.parts.size() * kPartBytes + att.plain_bytes);
  Bytes part = read(incoming + "/000002");
  part[100] ^= 1;
  write(incoming + "/000002", part);
  CHECK(code_of(fetch()) == Code::STORE_CORRUPT);
  CHECK(!fs::exists(incoming + "/000002"));
  CHECK(!fs::exists(output));
  CHECK(!fs::exists(output + ".partial"));
  // Left-overs of a crash, and files that are not ours, go.
  write(incoming + "/000002.tmp-1234", Bytes(10));
  write(incoming + "/999999", Bytes(10));
  REQUIRE(fetch());
  CHECK(read(output) == sealed.plain);
}

TEST_CASE("a file that the manifest does not name, or sealed for somebody else, gets no name") {
  const Sealed sealed(100'000);
  const Bytes object = read(sealed.path);
  const std::string output = sealed.folder.at("output");
  const auto open = [&](const Attachment& wanted, const Bytes& bytes, const crypto::AgeIdentity& identity) -> Status {
    AttachmentOpener opener = TRY(AttachmentOpener::start(wanted, {identity}, output));
    for (std::size_t at = 0; at < bytes.size(); at += 10'000)
      TRY(opener.write(ByteView(bytes).subspan(at, std::min<std::size_t>(10'000, bytes.size() - at))));
    return opener.finish();
  };
  const Attachment right = sealed.file.attachment;
  const auto refused = [&](const Attachment& wanted, const Bytes& bytes, const crypto::AgeIdentity& identity) {
    const Status status = open(wanted, bytes, identity);
    CHECK(!fs::exists(output));
    CHECK(!fs::exists(output + ".partial"));
    return status;
  };
  CHECK(code_of(refused(right, object, crypto::AgeIdentity::generate())) == Code::KEY_UNKNOWN);
  Attachment wrong = right;
  wrong.plain.bytes[0] ^= 1;
  CHECK(where_of(refused(wrong, object, sealed.identity)) == "plain");
  wrong = right;
  wrong.sealed.bytes[0] ^= 1;
  CHECK(where_of(refused(wrong, object, sealed.identity)) == "sealed");
  wrong = right;
  wrong.plain_bytes -= 1;  // of the same padded length: then the last byte of the content stands in the padding
  REQUIRE(padded_bytes(wrong.plain_bytes) == padded_bytes(right.plain_bytes));
  CHECK((where_of(refused(wrong, object, sealed.identity)) == "padding" || sealed.plain.back() == 0));
  Bytes cut(object.begin(), object.end() - 1), longer = object;
  CHECK(code_of(refused(right, cut, sealed.identity)) == Code::CRYPTO);
  longer.push_back(0);
  CHECK(where_of(refused(right, longer, sealed.identity)) == "sealed");
  Bytes flipped = object;
  flipped[object.size() - 50'000] ^= 1;
  CHECK(where_of(refused(right, flipped, sealed.identity)) == "payload");

  // Padded with something, or by another rule, by a sender of its own mind.
  const auto sealed_as = [&](const Bytes& padded) {
    const Bytes bytes = crypto::age_seal(std::vector{sealed.identity.recipient()}, padded).value();
    Attachment att = right;
    att.sealed = crypto::sha256(bytes);
    att.sealed_bytes = bytes.size();
    return std::pair(att, bytes);
  };
  Bytes padded = sealed.plain;
  padded.resize(padded_bytes(padded.size()), 0);
  REQUIRE(padded.size() > sealed.plain.size());
  padded.back() = 1;
  auto [att, bytes] = sealed_as(padded);
  CHECK(where_of(refused(att, bytes, sealed.identity)) == "padding");
  padded.pop_back();
  std::tie(att, bytes) = sealed_as(padded);
  CHECK(where_of(refused(att, bytes, sealed.identity)) == "padding");
  std::tie(att, bytes) = sealed_as(sealed.plain);
  CHECK(where_of(refused(att, bytes, sealed.identity)) == "att");
  REQUIRE(open(right, object, sealed.identity));
  CHECK(read(output) == sealed.plain);
}

TEST_CASE("lengths that nobody could have sealed are refused before anything is fetched") {
  const Sealed sealed(100'000);
  Attachment att = sealed.file.attachment;
  CHECK(check_lengths(att));
  att.sealed_bytes = kSealedBytesMax + 1;
  CHECK(code_of(check_lengths(att)) == Code::TOO_LARGE);
  att.sealed_bytes = kSealedBytesMax;
  CHECK(code_of(check_lengths(att)) == Code::OUT_OF_RANGE);
  att = sealed.file.attachment;
  att.plain_bytes = kSealedBytesMax * 2;
  CHECK(code_of(check_lengths(att)) == Code::OUT_OF_RANGE);
  att.plain_bytes = UINT64_MAX;
  CHECK(code_of(check_lengths(att)) == Code::OUT_OF_RANGE);
  att.sealed_bytes = 0;
  att.plain_bytes = 0;
  CHECK(code_of(check_lengths(att)) == Code::OUT_OF_RANGE);
  CHECK(code_of(PartDownload::open(sealed.folder.at("x"), att)) == Code::OUT_OF_RANGE);
}

TEST_CASE("the list of parts has one spelling; list and file that do not belong together are noticed") {
  const Sealed sealed(2 * kPartBytes);
  const std::string text = parts_text(sealed.file);
  CHECK(parts_text(parse_parts(text).value()) == text);
  for (std::string wrong : {text + "\n", text.substr(0, text.size() - 1), text.substr(0, text.size() - 65), "x" + text, std::string()})
    CHECK(code_of(parse_parts(wrong)) == Code::BAD_NOTE);
  std::string other = text;
  other[other.size() - 2] = other[other.size() - 2] == '0' ? '1' : '0';
  CHECK(code_of(parse_parts(other)) == Code::BAD_NOTE);

  fs::remove(sealed.path + ".parts");
  CHECK(code_of(load_sealed(sealed.path)) == Code::STORE_CORRUPT);
  write(sealed.path + ".parts", bytes_of(text));
  CHECK(load_sealed(sealed.path));
  Bytes object = read(sealed.path);
  object[kPartBytes + 5] ^= 1;
  write(sealed.path, object);
  const SealedFile loaded = load_sealed(sealed.path).value();
  Bytes part;
  CHECK(read_part(sealed.path, loaded, 0, part));
  CHECK(ledger::leaf_hash(part) == loaded.parts[0]);
  CHECK(code_of(read_part(sealed.path, loaded, 1, part)) == Code::STORE_CORRUPT);
  object.pop_back();
  write(sealed.path, object);
  CHECK(code_of(load_sealed(sealed.path)) == Code::STORE_CORRUPT);
  CHECK(code_of(load_sealed(sealed.folder.at("nothing"))) == Code::NOT_FOUND);
}

TEST_CASE("an abandoned or interrupted sealing leaves no file of the final name") {
  const Folder folder;
  const auto identity = crypto::AgeIdentity::generate();
  const SealOptions options{.path = folder.at("a.age"), .recipients = {identity.recipient()}, .media_type = "text/plain"};
  {
    AttachmentSealer sealer = AttachmentSealer::start(options).value();
    REQUIRE(sealer.write(Bytes(5'000'000)));
    CHECK(fs::exists(folder.at("a.age.partial")));
  }
  CHECK(fs::is_empty(folder.path));
  CHECK(!in_child([&] {
    AttachmentSealer sealer = AttachmentSealer::start(options).value();
    (void)sealer.write(Bytes(5'000'000));
    ::_exit(9);
    return true;
  }));
  CHECK(!fs::exists(folder.at("a.age")));
  // The next attempt writes over what lies there.
  AttachmentSealer sealer = AttachmentSealer::start(options).value();
  REQUIRE(sealer.write(bytes_of("text")));
  REQUIRE(sealer.finish());
  CHECK(load_sealed(folder.at("a.age")));
  CHECK(code_of(AttachmentSealer::start({.path = folder.at("b.age"), .recipients = {}, .media_type = "text/plain"})) == Code::EMPTY_FIELD);
  CHECK(code_of(seal_file(folder.at("nothing"), options)) == Code::NOT_FOUND);
}

}  // namespace
}  // namespace warifu::exchange

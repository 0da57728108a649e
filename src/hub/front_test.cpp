// The hub over its real interface: HTTPS with mutual TLS, members with keys of their own, messages that are really sealed.

#include "hub/front.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "desk/keyring.h"
#include "hub/members.h"
#include "hub/witness.h"
#include "json/codec.h"
#include "ledger/merkle.h"
#include "net/client.h"

namespace warifu::hub {
namespace {

using exchange::MessageId;

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(std::string(sentence(result.error().code).name) << " " << result.error().where << " " << result.error().message);
  return std::move(*result);
}
void must(const Status& status) {
  if (!status) FAIL(std::string(sentence(status.error().code).name) << " " << status.error().where << " " << status.error().message);
}

struct Folder {
  Folder() : path((std::filesystem::temp_directory_path() / ("warifu-hub-" + to_hex(random_id_bytes()))).string()) {
    std::filesystem::create_directories(path);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path + "/" + name, std::ios::binary) << text;
    return path + "/" + name;
  }
  std::string path;
};

template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::usleep(5000);
  }
  return true;
}

note::Signer new_signer(const std::string& name) { return must(note::Signer::create(name, crypto::Ed25519Secret::generate())); }
Bytes raw(const note::VerifierKey& key) { return {key.key.bytes.begin(), key.key.bytes.end()}; }
std::string frames(const std::vector<std::string>& parts) {
  const std::vector<std::string_view> views(parts.begin(), parts.end());
  return exchange::spell_frames(views);
}
std::vector<std::string> unframe(const std::string& body) {
  std::vector<std::string> out;
  for (const std::string_view part : must(exchange::parse_frames(body, 4096))) out.emplace_back(part);
  return out;
}

// A running hub on a free port.
struct World {
  World() {
    must(Hub::create(
        {.data = data, .store_url = {}, .org = must(party::OrganisationId::parse("hub.example")), .url = "https://127.0.0.1:1", .hosts = {}}));
    start();
  }
  ~World() { stop(); }
  void start() {
    HubOptions options;
    options.data = data;
    options.integrate_every = std::chrono::milliseconds(20);
    options.publish_every = std::chrono::milliseconds(50);
    options.tell = [this](std::string_view event, const std::string& of, const Error& error) {
      const std::scoped_lock lock(mutex);
      told.push_back(std::string(event) + " " + of + " " + error.message);
    };
    hub = must(Hub::open(std::move(options)));
    front.emplace(*hub);
    HubListen listen;
    listen.address = "127.0.0.1";
    listen.workers = 3;
    listen.tls.certificate_file = data + "/tls.crt";
    listen.tls.key_file = data + "/tls.key";
    server.emplace(
        must(net::Server::start(hub_server_options(listen, folder.path), [this](const net::Request& request) { return front->handle(request); })));
    hub->start();
  }
  void stop() {
    if (!hub) return;
    hub->interrupt();
    server->stop(net::Millis(2000));
    hub->stop();
    server.reset();
    front.reset();
    hub.reset();
  }
  [[nodiscard]] std::string log_name() const { return "hub.example/log"; }
  [[nodiscard]] net::ClientAnswer send(const std::string& method, const std::string& target, std::string body,
                                       const net::ClientOptions& options) const {
    net::ClientRequest request;
    request.method = method;
    request.url = "https://127.0.0.1:" + std::to_string(server->port()) + target;
    request.body = std::move(body);
    return must(net::send_request(request, options));
  }
  [[nodiscard]] net::ClientOptions stranger() const {
    net::ClientOptions out;
    out.pinned_key = hub->network().tls;
    return out;
  }
  [[nodiscard]] std::string checkpoint(const std::string& log) const { return send("GET", "/" + log + "/checkpoint", {}, stranger()).body; }
  [[nodiscard]] std::uint64_t size(const std::string& log) const {
    return must(ledger::Checkpoint::parse(must(note::Note::parse(checkpoint(log))).text)).size;
  }

  Folder folder;
  std::string data = folder.path + "/hub";
  std::unique_ptr<Hub> hub;
  std::optional<HubFront> front;
  std::optional<net::Server> server;
  std::mutex mutex;
  std::vector<std::string> told;
};

std::string code_of(const net::ClientAnswer& answer) {
  CHECK(answer.status >= 400);
  CHECK(answer.header("content-type") == "application/problem+json");
  const auto value = json::parse(answer.body);
  return value ? std::string(value->as_object().at("code").as_string().c_str()) : answer.body;
}

// An organisation with the keys of a member.
struct House {
  House(World& where, const std::string& name, const std::string& on = "agency")
      : world(where),
        org(name),
        side(on),
        root(new_signer(name + "/root")),
        sign(new_signer(name + "/sign")),
        witness_secret(crypto::Ed25519Secret::generate()),
        witness(must(note::Cosigner::create(name + "/witness", witness_secret))),
        seal(crypto::AgeIdentity::generate()),
        tls(must(crypto::make_tls_identity({name, {}}, now_utc()))) {
    options = world.stranger();
    options.certificate_file = world.folder.write(name + ".crt", tls.certificate);
    options.key_file = world.folder.write(name + ".key", tls.key.reveal());
  }
  [[nodiscard]] std::string entry(note::KeyPurpose purpose, note::OrgKeyAlgorithm algorithm, Bytes key, std::optional<Sha256> previous = {}) const {
    const note::KeyEntry entry{"hub.example/keys", org, purpose, algorithm, std::move(key), {}, {}, {now, now + days(365)}, previous};
    return must(note::sign_note(must(entry.text()), std::array{root})).serialise();
  }
  [[nodiscard]] exchange::SignedDocument document(Time serial, const std::string& telephone = {}) const {
    party::Organisation about;
    about.id = must(party::OrganisationId::parse(org));
    about.side = side == "agency" ? party::Side::AGENCY : party::Side::PROVIDER;
    about.name_ja = "架空";
    about.telephone = telephone;
    const std::string body = json::encode_canonical(about);
    const exchange::Document text{org, exchange::DocumentKind::organisation, serial, crypto::sha256(body), body.size()};
    return {must(note::sign_note(text.text(), std::array{sign})).serialise(), body};
  }
  [[nodiscard]] exchange::Application application() const {
    const note::MemberEntry member{"hub.example/keys", org, side, root.verifier(), now};
    const Sha256 spki = must(crypto::spki_sha256(tls.certificate));
    const crypto::X25519Public sealing = std::get<crypto::X25519Public>(seal.recipient().key);
    return {must(note::sign_note(must(member.text()), std::array{root})).serialise(),
            document(now_utc()),
            {entry(note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(sign.verifier())),
             entry(note::KeyPurpose::witness, note::OrgKeyAlgorithm::ed25519, raw(witness.verifier())),
             entry(note::KeyPurpose::seal, note::OrgKeyAlgorithm::x25519, Bytes(sealing.begin(), sealing.end())),
             entry(note::KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(spki.bytes.begin(), spki.bytes.end()))}};
  }
  House& join() {
    const exchange::Invitation invitation = must(invite(*world.hub, org, side));
    const net::ClientAnswer applied = send("POST", "/exchange/v1/applications", frames({invitation.code, application().spell()}));
    REQUIRE_MESSAGE(applied.status == 202, applied.body);
    const desk::Keyring admitters(world.data + "/admitters");
    CHECK(!must(admit(*world.hub, org, must(admitters.load("hub.example/admit/1")))).is_admitted);
    CHECK(must(admit(*world.hub, org, must(admitters.load("hub.example/admit/2")))).is_admitted);
    return *this;
  }
  [[nodiscard]] net::ClientAnswer send(const std::string& method, const std::string& target, std::string body = {}) const {
    return world.send(method, target, std::move(body), options);
  }
  [[nodiscard]] exchange::SealedMessage message(const std::vector<const House*>& to, const std::string& body) const {
    exchange::OutgoingMessage out;
    out.thread = MatterId::random();
    for (const House* house : to) out.to.push_back({house->org, house->seal.recipient()});
    out.body = body;
    out.created = now_utc();
    out.expires = out.created + days(5);
    return must(exchange::seal_message(out, sign, world.log_name()));
  }
  static std::vector<std::string> parts(const exchange::SealedMessage& message) {
    return {message.envelope, message.leaf, std::string(text_of(message.object))};
  }
  [[nodiscard]] std::vector<std::string> post(const std::vector<std::string>& all) const {
    const net::ClientAnswer answer = send("POST", "/exchange/v1/messages", frames(all));
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return unframe(answer.body);
  }
  [[nodiscard]] std::string refusal(const std::vector<std::string>& all) const {
    const std::vector<std::string> answers = post(all);
    REQUIRE(answers.size() == 1);
    const auto value = json::parse(answers[0]);
    return value ? std::string(value->as_object().at("code").as_string().c_str()) : "taken";
  }
  [[nodiscard]] std::vector<std::vector<std::string>> fetch(std::uint64_t after = 0, int wait = 0) const {
    const net::ClientAnswer answer = send("GET", "/exchange/v1/messages?after=" + std::to_string(after) + "&wait=" + std::to_string(wait));
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    std::vector<std::vector<std::string>> out;
    const std::vector<std::string> all = unframe(answer.body);
    for (std::size_t i = 0; i + 3 < all.size(); i += 4) out.push_back({all[i], all[i + 1], all[i + 2], all[i + 3]});
    return out;
  }

  World& world;
  std::string org, side;
  note::Signer root, sign;
  crypto::Ed25519Secret witness_secret;
  note::Cosigner witness;
  crypto::AgeIdentity seal;
  crypto::TlsIdentity tls;
  net::ClientOptions options;
  Time now = Time::from_seconds(now_utc().seconds());
};

TEST_CASE("a sealed message goes through the hub, which promises, logs and states its delivery, and can read nothing") {
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  const std::string secret = "口座 1234567 の名義人 仮名太郎 SECRET-MARK";
  const exchange::SealedMessage message = agency.message({&provider}, secret);
  const std::vector<std::string> promises = agency.post(House::parts(message));
  REQUIRE(promises.size() == 1);
  const exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(message.envelope)).text));
  const exchange::Promise promise = must(exchange::check_promise(promises[0], envelope, world.log_name(), std::vector{world.hub->network().sign}));
  CHECK(promise.index == 0);

  const auto box = provider.fetch();
  REQUIRE(box.size() == 1);
  CHECK(box[0][0] == "1");
  CHECK(box[0][1] == message.envelope);
  CHECK(box[0][2] == promises[0]);
  const exchange::CheckedEnvelope checked = must(exchange::check_envelope(box[0][1], {agency.sign.verifier()}));
  const exchange::OpenedMessage opened = must(
      exchange::open_message(checked, bytes_of(box[0][3]), {provider.org, {provider.seal}, {agency.sign.verifier()}, world.log_name(), now_utc()}));
  CHECK(opened.body == secret);

  const std::string id = message.id.hex();
  CHECK(eventually([&] { return unframe(agency.send("POST", "/exchange/v1/status", id + "\n").body).at(2) != ""; }));
  const std::vector<std::string> status = unframe(agency.send("POST", "/exchange/v1/status", id + "\n").body);
  CHECK(status[0] == id);
  CHECK(status[1] == provider.org);
  const note::Note statement = must(note::Note::parse(status[2]));
  must(note::require(statement, world.hub->network().sign));
  CHECK(must(exchange::Relayed::parse(statement.text)).to == provider.org);
  CHECK(provider.send("POST", "/exchange/v1/status", id + "\n").body.empty());
  CHECK(provider.send("POST", "/exchange/v1/acknowledged", id + "\n").status == 204);
  CHECK(provider.fetch().empty());

  CHECK(eventually([&] { return world.size("log") == 1; }));
  const std::string tile = world.send("GET", "/log/tile/0/000.p/1", {}, world.stranger()).body;
  CHECK(tile == std::string(text_of(envelope.leaf.bytes)));
  must(note::require(must(note::Note::parse(world.checkpoint("log"))), world.hub->network().log));

  // Everything on the disk, databases with their journals included.
  world.stop();
  std::size_t files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(world.data)) {
    if (!file.is_regular_file()) continue;
    ++files;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    for (const std::string& word : {std::string("SECRET-MARK"), std::string("1234567"), std::string("仮名太郎"), opened.manifest.thread.hex()})
      CHECK_MESSAGE(content.find(word) == std::string::npos, file.path().string());
    if (file.path().string().find("/logs/log/") != std::string::npos)
      for (const std::string& word : {agency.org, provider.org, id}) CHECK_MESSAGE(content.find(word) == std::string::npos, file.path().string());
  }
  CHECK(files > 10);
  CHECK(world.told.empty());
}

TEST_CASE("what is wrong with a message is said by its code, and nothing of it is kept") {
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider"), other(world, "bank.example", "provider");
  agency.join();
  provider.join();
  other.join();
  const exchange::SealedMessage good = agency.message({&provider}, "body");
  const std::vector<std::string> parts = House::parts(good);
  const exchange::Envelope envelope = must(exchange::Envelope::parse(must(note::Note::parse(good.envelope)).text));
  const auto changed = [&](const std::function<void(exchange::Envelope&)>& change, const note::Signer& signer) {
    exchange::Envelope copy = envelope;
    change(copy);
    return agency.refusal({must(note::sign_note(copy.text(), std::array{signer})).serialise(), parts[1], parts[2]});
  };
  const auto nothing = [](exchange::Envelope&) {};
  CHECK(changed(nothing, new_signer(agency.org + "/sign")) == "SIGNATURE_MISSING");
  CHECK(changed(nothing, agency.root) == "SIGNATURE_MISSING");
  CHECK(changed([&](auto& e) { e.from = provider.org; }, provider.sign) == "SIGNATURE_MISSING");
  CHECK(changed([](auto& e) { e.to = {"nobody.example"}; }, agency.sign) == "ADDRESSEE_UNKNOWN");
  CHECK(changed([](auto& e) { e.expires = Time::from_seconds(now_utc().seconds() - 1); }, agency.sign) == "OUT_OF_RANGE");
  CHECK(changed([](auto& e) { e.expires = Time::from_seconds((now_utc() + days(31)).seconds()); }, agency.sign) == "OUT_OF_RANGE");
  CHECK(changed([](auto& e) { e.leaf = crypto::sha256("x"); }, agency.sign) == "TEXT_DIFFERS");
  CHECK(changed([](auto& e) { e.object = crypto::sha256("x"); }, agency.sign) == "TEXT_DIFFERS");
  CHECK(changed([](auto& e) { e.bytes += 1; }, agency.sign) == "TEXT_DIFFERS");
  const auto with_leaf = [&](const std::string& leaf) {
    exchange::Envelope copy = envelope;
    copy.leaf = ledger::leaf_hash(bytes_of(leaf));
    return agency.refusal({must(note::sign_note(copy.text(), std::array{agency.sign})).serialise(), leaf, parts[2]});
  };
  CHECK(with_leaf("") == "BAD_NOTE");
  CHECK(with_leaf(parts[1] + "x\n") == "BAD_NOTE");
  CHECK(with_leaf(std::string(4097, 'x')) == "TOO_LARGE");
  CHECK(with_leaf(exchange::leaf_text("other.example/log", now_utc(), crypto::sha256("x"))) == "BAD_NOTE");
  CHECK(with_leaf(exchange::leaf_text(world.log_name(), now_utc() + days(1), crypto::sha256("x"))) == "OUT_OF_RANGE");
  CHECK(with_leaf(exchange::leaf_text(world.log_name(), now_utc() - days(40), crypto::sha256("x"))) == "OUT_OF_RANGE");
  CHECK(agency.refusal({parts[0], parts[1], ""}) == "PART_MISSING");
  CHECK(agency.refusal({parts[0], parts[1], parts[2] + "x"}) == "TEXT_DIFFERS");
  for (std::size_t i = 0; i + 2 < parts[0].size(); i += 11) {
    std::string flipped = parts[0];
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    CHECK(agency.refusal({flipped, parts[1], parts[2]}) != "taken");
  }
  for (std::size_t i = 0; i < parts[0].size(); i += 17) CHECK(agency.refusal({parts[0].substr(0, i), parts[1], parts[2]}) != "taken");
  // Another member passes it on as if it had come from him.
  CHECK(other.refusal(parts) == "SIGNATURE_MISSING");
  CHECK(provider.fetch().empty());
  CHECK(must(world.hub->store().next_index()) == 0);

  CHECK(agency.refusal(parts) == "taken");
  CHECK(agency.refusal(parts) == "taken");
  exchange::Envelope again = envelope;
  again.priority = exchange::MessageClass::urgent;
  CHECK(agency.refusal({must(note::sign_note(again.text(), std::array{agency.sign})).serialise(), parts[1], parts[2]}) == "REPLAYED");
  world.stop();
  world.start();
  CHECK(agency.refusal(parts) == "taken");
  CHECK(agency.refusal({must(note::sign_note(again.text(), std::array{agency.sign})).serialise(), parts[1], parts[2]}) == "REPLAYED");
  CHECK(must(world.hub->store().next_index()) == 1);
  CHECK(provider.fetch().size() == 1);

  const std::string body = frames(parts);
  for (const std::string& bad : {std::string(), body.substr(0, body.size() - 1), body + std::string(3, '\0'), std::string("\xff\xff\xff\xff"),
                                 frames({"a"}), frames({"a", "b"}), frames({"a", "b", "c", "d"})})
    CHECK(code_of(agency.send("POST", "/exchange/v1/messages", bad)) == "BAD_ENCODING");
  CHECK(code_of(agency.send("POST", "/exchange/v1/messages", frames(std::vector<std::string>(195, "x")))) == "TOO_MANY");
}

TEST_CASE("only members with their own certificate get in; the logs are for everybody; paths outside the logs are none") {
  World world;
  House agency(world, "kakuu-police.example");
  const House stranger(world, "stranger.example");
  agency.join();
  House pretender(world, "kakuu-police.example");
  for (const char* target : {"/exchange/v1/messages", "/exchange/v1/documents", "/exchange/v1/objects/x"}) {
    CHECK(code_of(world.send("GET", target, {}, world.stranger())) == "NOT_ADMITTED");
    CHECK(code_of(stranger.send("GET", target)) == "NOT_ADMITTED");
    CHECK(code_of(pretender.send("GET", target)) == "NOT_ADMITTED");
  }
  agency.options.certificate_file = world.folder.write("good.crt", agency.tls.certificate);
  agency.options.key_file = world.folder.write("good.key", agency.tls.key.reveal());
  CHECK(agency.send("GET", "/exchange/v1/documents").status == 200);
  CHECK(code_of(agency.send("PUT", "/exchange/v1/messages")) == "METHOD_NOT_ALLOWED");
  CHECK(code_of(agency.send("POST", "/log/checkpoint")) == "METHOD_NOT_ALLOWED");
  for (const char* query : {"after=-1", "after=01", "limit=0", "limit=65", "wait=25001", "after=1&after=1", "more=1"})
    CHECK(agency.send("GET", "/exchange/v1/messages?" + std::string(query)).status >= 400);
  for (const char* path : {"/log/tile/0/%2e%2e/%2e%2e/network", "/log/hub.json", "/keys/tile", "/log/", "/log", "/nothing", "/exchange/v1/log/other"})
    CHECK(agency.send("GET", path).status >= 400);
  CHECK(world.send("GET", "/healthz", {}, world.stranger()).body == "ok\n");
  const std::string figures = world.send("GET", "/metrics", {}, world.stranger()).body;
  CHECK(figures.find("warifu_hub_refused_total{code=\"NOT_ADMITTED\"} 9") != std::string::npos);
  CHECK(must(note::Note::parse(world.checkpoint("keys"))).signatures.size() == 2);  // its own, and the time
}

TEST_CASE("who waits for messages is answered when something comes, and holds no worker") {
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  std::vector<std::thread> waiting;
  std::atomic<std::size_t> got{0};
  for (int i = 0; i < 6; ++i)  // twice as many as there are workers
    waiting.emplace_back([&] { got += provider.fetch(0, 20'000).size(); });
  ::usleep(200'000);
  CHECK(agency.send("GET", "/exchange/v1/documents").status == 200);
  const auto began = std::chrono::steady_clock::now();
  CHECK(agency.post(House::parts(agency.message({&provider}, "body"))).size() == 1);
  for (std::thread& thread : waiting) thread.join();
  CHECK(got == 6);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
  // Nothing comes: an empty answer when the wait is over, and at the end of the hub.
  CHECK(provider.fetch(1, 300).empty());
  std::thread last([&] { CHECK(provider.fetch(1, 20'000).empty()); });
  ::usleep(200'000);
  const auto ended = std::chrono::steady_clock::now();
  world.hub->interrupt();
  last.join();
  CHECK(std::chrono::steady_clock::now() - ended < std::chrono::seconds(5));
}

TEST_CASE("objects in parts, entries, documents and cosignatures over the interface") {
  World world;
  House agency(world, "kakuu-police.example"), provider(world, "portal.example", "provider");
  agency.join();
  provider.join();
  const Bytes first = crypto::random_bytes(exchange::kObjectPartBytes), last = crypto::random_bytes(99);
  std::string whole(text_of(first));
  whole += text_of(last);
  const std::string at = "/exchange/v1/objects/" + crypto::sha256(whole).hex();
  const std::string listing = std::to_string(whole.size()) + "\n" + ledger::leaf_hash(first).hex() + "\n" + ledger::leaf_hash(last).hex() + "\n";
  CHECK(code_of(agency.send("GET", at)) == "NOT_FOUND");
  CHECK(code_of(agency.send("PUT", at, "x")) == "BAD_ENCODING");
  CHECK(code_of(agency.send("PUT", at, "5\n")) == "BAD_VALUE");
  CHECK(agency.send("PUT", at, listing).status == 200);
  CHECK(code_of(agency.send("PUT", at + "/parts/0", std::string(text_of(last)))) == "TEXT_DIFFERS");
  CHECK(agency.send("PUT", at + "/parts/0", std::string(text_of(first)) + "x").status == 413);
  CHECK(agency.send("PUT", at + "/parts/1", std::string(text_of(last))).status == 204);
  CHECK(agency.send("GET", at).body ==
        std::to_string(whole.size()) + "\n" + ledger::leaf_hash(first).hex() + " 0\n" + ledger::leaf_hash(last).hex() + " 1\n");
  CHECK(agency.send("PUT", at + "/parts/0", std::string(text_of(first))).status == 204);
  CHECK(provider.send("GET", at + "/parts/0").body == std::string(text_of(first)));
  CHECK(code_of(provider.send("GET", at + "/parts/2")) == "NOT_FOUND");

  const std::uint64_t before = must(world.hub->directory().size());
  std::string found;
  for (const std::string& entry : must(world.hub->directory().entries()))
    if (entry.find("org " + agency.org + "\npurpose seal") != std::string::npos) found = entry;
  const std::string next = agency.entry(note::KeyPurpose::seal, note::OrgKeyAlgorithm::x25519, Bytes(32, 9), ledger::leaf_hash(bytes_of(found)));
  CHECK(code_of(provider.send("POST", "/exchange/v1/entries", next)) == "FORBIDDEN");
  CHECK(code_of(agency.send("POST", "/exchange/v1/entries", next + "x")) == "BAD_NOTE");
  CHECK(agency.send("POST", "/exchange/v1/entries", next).status == 204);
  CHECK(agency.send("POST", "/exchange/v1/entries", next).status == 204);
  CHECK(must(world.hub->directory().size()) == before + 1);
  CHECK(eventually([&] { return world.size("keys") == before + 1; }));

  const exchange::SignedDocument document = agency.document(now_utc(), "000-0000");
  CHECK(code_of(provider.send("POST", "/exchange/v1/documents", frames({document.note, document.body}))) == "FORBIDDEN");
  CHECK(code_of(agency.send("POST", "/exchange/v1/documents", frames({document.note, document.body + " "}))) == "TEXT_DIFFERS");
  CHECK(agency.send("POST", "/exchange/v1/documents", frames({document.note, document.body})).status == 204);
  const std::vector<std::string> documents = unframe(provider.send("GET", "/exchange/v1/documents?after=0").body);
  REQUIRE(documents.size() == 5);
  CHECK(documents[4] == document.body);
  CHECK(unframe(provider.send("GET", "/exchange/v1/documents?after=" + documents[0]).body) == std::vector{documents[0]});

  const std::string text = must(note::Note::parse(world.checkpoint("keys"))).text;
  const std::string line = must(agency.witness.cosign(text, now_utc())).text();
  CHECK(code_of(provider.send("POST", "/exchange/v1/keys/cosignature", frames({text, line}))) == "SIGNATURE_MISSING");
  CHECK(code_of(agency.send("POST", "/exchange/v1/log/cosignature", frames({text, line}))) == "BAD_NOTE");
  CHECK(agency.send("POST", "/exchange/v1/keys/cosignature", frames({text, line})).status == 204);
  must(note::require(must(note::Note::parse(world.checkpoint("keys"))), agency.witness.verifier()));
}

TEST_CASE("joining is bound to an invitation, a certificate and two people; a revoked member is served no longer") {
  World world;
  House newcomer(world, "newcomer.example"), other(world, "other.example");
  const std::string at = "/exchange/v1/applications", bundle = newcomer.application().spell();
  CHECK(code_of(newcomer.send("POST", at, frames({"00000-00000-00000-00000", bundle}))) == "INVITATION_INVALID");
  const exchange::Invitation invitation = must(invite(*world.hub, newcomer.org, "agency"));
  CHECK(invite(*world.hub, newcomer.org, "agency").error().code == Code::CONFLICT);
  CHECK(invite(*world.hub, "hub.example", "agency").error().code == Code::CONFLICT);
  CHECK(invite(*world.hub, "x.example", "hub").error().code == Code::BAD_VALUE);
  CHECK(code_of(world.send("POST", at, frames({invitation.code, bundle}), world.stranger())) == "NOT_ADMITTED");
  CHECK(code_of(other.send("POST", at, frames({invitation.code, other.application().spell()}))) == "INVITATION_INVALID");
  CHECK(code_of(newcomer.send("POST", at, frames({invitation.code, bundle.substr(1)}))) == "BAD_ENCODING");
  CHECK(code_of(newcomer.send("POST", at, frames({invitation.code, bundle, ""}))) == "TOO_MANY");
  CHECK(newcomer.send("POST", at, frames({invitation.code, bundle})).status == 202);
  CHECK(newcomer.send("POST", at, frames({invitation.code, bundle})).status == 202);
  CHECK(code_of(newcomer.send("POST", at, frames({invitation.code, newcomer.application().spell()}))) == "INVITATION_INVALID");
  CHECK(code_of(newcomer.send("GET", "/exchange/v1/messages")) == "NOT_ADMITTED");

  const std::vector<PendingMember> waiting = must(pending(*world.hub));
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].state == "applied");
  CHECK(waiting[0].root == newcomer.root.verifier().text());
  CHECK(waiting[0].fingerprint == exchange::fingerprint_of(newcomer.root.verifier().text()));
  const desk::Keyring admitters(world.data + "/admitters");
  const note::Signer one = must(admitters.load("hub.example/admit/1")), two = must(admitters.load("hub.example/admit/2"));
  CHECK(admit(*world.hub, newcomer.org, new_signer("hub.example/admit/1")).error().code == Code::KEY_UNKNOWN);
  CHECK(admit(*world.hub, other.org, one).error().code == Code::NOT_FOUND);
  CHECK(!must(admit(*world.hub, newcomer.org, one)).is_admitted);
  CHECK(!must(admit(*world.hub, newcomer.org, one)).is_admitted);
  CHECK(!must(world.hub->directory().member(must(party::OrganisationId::parse(newcomer.org)))));
  CHECK(must(admit(*world.hub, newcomer.org, two)).is_admitted);
  CHECK(eventually([&] { return newcomer.send("GET", "/exchange/v1/messages").status == 200; }));
  CHECK(must(world.hub->directory().documents_after(0, 10)).documents.size() == 1);
  CHECK(invite(*world.hub, newcomer.org, "agency").error().code == Code::CONFLICT);
  must(world.hub->store().revoke(newcomer.org, "left", now_utc()));
  CHECK(eventually([&] { return newcomer.send("GET", "/exchange/v1/messages").status == 403; }));
}

TEST_CASE("a hub asks its witness over HTTP and goes on when the witness is away") {
  World world;
  const std::string folder = world.folder.path + "/witness";
  const std::string policy = "log " + world.hub->network().log.text() + "\nlog " + world.hub->network().keys.text() + "\nquorum none\n";
  const note::VerifierKey key = must(WitnessHouse::create(folder, must(party::OrganisationId::parse("witness.example")), policy));
  auto house = must(WitnessHouse::open(folder));
  std::optional<net::Server> server(must(net::Server::start({}, [&](const net::Request& request) { return house->handle(request); })));
  world.stop();
  HubOptions options;
  options.data = world.data;
  options.witnesses = {{key, "http://127.0.0.1:" + std::to_string(server->port())}};
  options.publish_every = std::chrono::milliseconds(50);
  {
    const auto hub = must(Hub::open(options));
    hub->start();
    CHECK(eventually([&] { return hub->keeper(exchange::LogName::keys).figures().cosigned == 1; }));
    must(note::require(must(note::Note::parse(must(hub->keeper(exchange::LogName::keys).file("checkpoint")))), key));
    hub->stop();
  }
  server.reset();
  const auto hub = must(Hub::open(options));
  CHECK(must(note::Note::parse(must(hub->keeper(exchange::LogName::keys).file("checkpoint")))).signatures.size() >= 2);
}

}  // namespace
}  // namespace warifu::hub

#pragma once
// For the tests of this room: a running hub on a free port, and organisations with the keys of members that speak to it over HTTPS.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>

#include "base/testing_results.h"
#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "desk/keyring.h"
#include "hub/front.h"
#include "hub/members.h"
#include "json/codec.h"
#include "ledger/merkle.h"
#include "net/client.h"

namespace warifu::hub {

using exchange::MessageId;

using testing::must;

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

inline note::Signer new_signer(const std::string& name) { return must(note::Signer::create(name, crypto::Ed25519Secret::generate())); }
inline Bytes raw(const note::VerifierKey& key) { return {key.key.bytes.begin(), key.key.bytes.end()}; }
inline std::string frames(const std::vector<std::string>& parts) {
  const std::vector<std::string_view> views(parts.begin(), parts.end());
  return exchange::spell_frames(views);
}
inline std::vector<std::string> unframe(const std::string& body) {
  std::vector<std::string> out;
  for (const std::string_view part : must(exchange::parse_frames(body, 4096))) out.emplace_back(part);
  return out;
}

// A running hub on a free port.
struct World {
  explicit World(const HubQuota& allowed = {}) : quota(allowed) {
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
    options.quota = quota;
    options.clock = [this] { return now_utc() + seconds(later.load()); };
    options.tell = [this](std::string_view event, const std::string& of, const Error& error) {
      const std::scoped_lock lock(mutex);
      told.push_back(std::string(event) + " " + of + " " + std::string(sentence(error.code).name));
    };
    hub = must(Hub::open(std::move(options)));
    front.emplace(*hub);
    HubListen listen;
    listen.address = "127.0.0.1";
    listen.workers = 3;
    listen.tls.certificate_file = data + "/tls.crt";
    listen.tls.key_file = data + "/tls.key";
    net::ServerOptions server_options = hub_server_options(listen, folder.path);
    server_options.on_exchange = [this](const net::Exchange& exchange) { hub->server_figures().answered(exchange); };
    server.emplace(must(net::Server::start(std::move(server_options), [this](const net::Request& request) { return front->handle(request); })));
    hub->server_figures().watch([this] { return server->counters(); });
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

  // What the hub told of one event, and the figures of one line of /metrics.
  [[nodiscard]] std::size_t times_told(const std::string& line) {
    const std::scoped_lock lock(mutex);
    return static_cast<std::size_t>(std::ranges::count(told, line));
  }
  [[nodiscard]] bool has_figure(const std::string& line) const {
    return send("GET", "/metrics", {}, stranger()).body.find("\n" + line + "\n") != std::string::npos;
  }

  HubQuota quota;
  std::atomic<std::int64_t> later{0};  // seconds that the hub's clock is ahead
  Folder folder;
  std::string data = folder.path + "/hub";
  std::unique_ptr<Hub> hub;
  std::optional<HubFront> front;
  std::optional<net::Server> server;
  std::mutex mutex;
  std::vector<std::string> told;
};

inline std::string code_of(const net::ClientAnswer& answer) {
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

}  // namespace warifu::hub

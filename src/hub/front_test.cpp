// The hub over its real interface: HTTPS with mutual TLS, members with keys of their own, messages that are really sealed.

#include <atomic>
#include <thread>

#include "crypto/random.h"
#include "hub/testing_world.h"
#include "hub/witness.h"

namespace warifu::hub {
namespace {

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

  // It ends like it began: by two. From the first signature on it is served no longer; taken back, it is served again.
  CHECK(end_admission(*world.hub, newcomer.org, "left", new_signer("hub.example/admit/1")).error().code == Code::KEY_UNKNOWN);
  CHECK(end_admission(*world.hub, "nobody.example", "left", one).error().code == Code::NOT_FOUND);
  CHECK(end_admission(*world.hub, "hub.example", "left", one).error().code == Code::BAD_VALUE);
  CHECK(!must(end_admission(*world.hub, newcomer.org, "left", one)).is_ended);
  CHECK(!must(end_admission(*world.hub, newcomer.org, "left", one)).is_ended);
  CHECK(eventually([&] { return newcomer.send("GET", "/exchange/v1/messages").status == 403; }));
  CHECK(!must(world.hub->directory().member_end(must(party::OrganisationId::parse(newcomer.org)))));
  must(restore_member(*world.hub, newcomer.org, two));
  CHECK(restore_member(*world.hub, newcomer.org, two).error().code == Code::NOT_FOUND);
  CHECK(eventually([&] { return newcomer.send("GET", "/exchange/v1/messages").status == 200; }));
  // A signature that was taken back, put into the store again a month later: the end begins anew, and needs two again.
  const exchange::Network& network = world.hub->network();
  const Time long_ago = Time::from_seconds((now_utc() - days(30)).seconds());
  const note::MemberEnd old{network.keys.name, newcomer.org, long_ago,
                            *must(world.hub->directory().admission_leaf(must(party::OrganisationId::parse(newcomer.org))))};
  const std::string withdrawn = must(note::sign_note(must(old.text()), std::array{one})).serialise();
  must(world.hub->store().revoke({newcomer.org, "left", withdrawn, long_ago}, {}));
  const Departure anew = must(end_admission(*world.hub, newcomer.org, "left", two));
  CHECK(!anew.is_ended);
  CHECK(anew.signed_by == std::vector<std::string>{"hub.example/admit/2"});
  CHECK(anew.ended > now_utc() - minutes(5));
  // The second is cut short between the two stores: whoever signs again finishes it.
  const auto begun = must(world.hub->store().revocation(newcomer.org));
  REQUIRE(begun);
  const std::string line = must(one.sign(must(note::Note::parse(begun->end)).text)).text();
  must(world.hub->store().revoke({newcomer.org, "left", begun->end + line + "\n", begun->at}, begun));
  CHECK(!must(world.hub->directory().member_end(must(party::OrganisationId::parse(newcomer.org)))));
  CHECK(restore_member(*world.hub, newcomer.org, two).error().code == Code::CONFLICT);  // what two have signed, one does not take back
  const Departure ended = must(end_admission(*world.hub, newcomer.org, "left", one));
  CHECK(ended.is_ended);
  CHECK(ended.signed_by == std::vector<std::string>{"hub.example/admit/2", "hub.example/admit/1"});
  CHECK(must(world.hub->directory().member_end(must(party::OrganisationId::parse(newcomer.org))))->ended == ended.ended);
  CHECK(restore_member(*world.hub, newcomer.org, two).error().code == Code::CONFLICT);
  CHECK(must(end_admission(*world.hub, newcomer.org, "again", two)).is_ended);
  CHECK(eventually([&] { return newcomer.send("GET", "/exchange/v1/messages").status == 403; }));
  CHECK(invite(*world.hub, newcomer.org, "agency").error().code == Code::CONFLICT);
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

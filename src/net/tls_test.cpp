#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/time.h"
#include "crypto/certificate.h"
#include "net/client.h"
#include "net/server.h"
#include "net/test_support.h"

namespace warifu::net {
namespace {

// Runs a command, gives its output. The commands hold only names made here.
std::string run(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen((command + " 2>&1").c_str(), "r"), &::pclose);
  std::string out;
  std::array<char, 4096> piece{};
  for (std::size_t got = 0; pipe != nullptr && (got = std::fread(piece.data(), 1, piece.size(), pipe.get())) > 0;) out.append(piece.data(), got);
  return out;
}

// An authority, a server's and a client's certificate, and a client's from another authority.
class Certificates {
 public:
  Certificates() {
    for (const char* authority : {"ca", "otherca"}) {
      key(authority);
      run("openssl req -x509 -new -key " + file(authority, ".key") + " -out " + file(authority, ".crt") + " -days 2 -subj '/CN=Example " + authority +
          "' -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign");
    }
    issue("server", "ca", "127.0.0.1", "subjectAltName=IP:127.0.0.1");
    issue("client", "ca", "node.example", "subjectAltName=DNS:node.example");
    issue("stranger", "otherca", "node.example", "subjectAltName=DNS:node.example");
  }
  [[nodiscard]] std::string file(const std::string& name, const char* ending) const { return (folder_.path() / (name + ending)).string(); }

 private:
  void key(const std::string& name) const { run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " + file(name, ".key")); }
  void issue(const std::string& name, const std::string& authority, const std::string& subject, const std::string& extension) const {
    key(name);
    const auto extensions = folder_.write(name + ".ext", extension + "\n");
    run("openssl req -new -key " + file(name, ".key") + " -subj '/CN=" + subject + "' -out " + file(name, ".csr"));
    run("openssl x509 -req -in " + file(name, ".csr") + " -CA " + file(authority, ".crt") + " -CAkey " + file(authority, ".key") +
        " -CAcreateserial -days 2 -extfile " + extensions.string() + " -out " + file(name, ".crt"));
  }
  test::TempFolder folder_;
};

const Certificates& certificates() {
  static const Certificates made;
  return made;
}

Server start_tls(bool ask_client, bool optional = false) {
  ServerOptions options;
  TlsOptions tls;
  tls.certificate_file = certificates().file("server", ".crt");
  tls.key_file = certificates().file("server", ".key");
  if (ask_client) tls.client_ca_file = certificates().file("ca", ".crt");
  tls.client_certificate_optional = optional;
  options.tls = tls;
  auto server = Server::start(options, [](const Request& request) {
    const auto& peer = request.peer_certificate;
    return text_response(200, "text/plain",
                         (peer ? peer->common_name + " " + peer->fingerprint.hex() : "nobody") + " " + std::to_string(request.body.size()));
  });
  REQUIRE(server);
  return std::move(*server);
}

ClientOptions client_options(const std::string& certificate = "") {
  ClientOptions options;
  options.ca_file = certificates().file("ca", ".crt");
  if (!certificate.empty()) {
    options.certificate_file = certificates().file(certificate, ".crt");
    options.key_file = certificates().file(certificate, ".key");
  }
  return options;
}

std::string url(const Server& server) { return "https://127.0.0.1:" + std::to_string(server.port()) + "/"; }

TEST_CASE("TLS without client certificates: the chain is checked, 1.2 is refused") {
  Server server = start_tls(false);
  const auto answer = http_get(url(server), {}, client_options());
  REQUIRE(answer);
  CHECK(answer->body == "nobody 0");
  const auto large = http_post(url(server), "text/plain", std::string(1'000'000, 'x'), {}, client_options());
  REQUIRE(large);
  CHECK(large->body == "nobody 1000000");
  ClientOptions other;
  other.ca_file = certificates().file("otherca", ".crt");
  CHECK(http_get(url(server), {}, other).error().code == Code::PEER_UNAVAILABLE);
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  const std::string check = "timeout 5 openssl s_client -connect " + address + " -CAfile " + certificates().file("ca", ".crt");
  CHECK(run("echo | " + check + " -tls1_3").find("Verify return code: 0 (ok)") != std::string::npos);
  CHECK(run("echo | " + check + " -tls1_2").find("alert protocol version") != std::string::npos);
  CHECK(test::eventually([&] { return server.counters().handshake_failures_total >= 2; }));
}

TEST_CASE("TLS with client certificates: only those of the authority get in") {
  Server server = start_tls(true);
  const auto answer = http_get(url(server), {}, client_options("client"));
  REQUIRE(answer);
  CHECK(answer->body.starts_with("node.example "));
  const std::string fingerprint = run("openssl x509 -noout -fingerprint -sha256 -in " + certificates().file("client", ".crt"));
  std::string hex;
  for (const char c : fingerprint.substr(fingerprint.find('=') + 1))
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) hex += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  CHECK(answer->body == "node.example " + hex + " 0");
  CHECK_FALSE(http_get(url(server), {}, client_options()));
  CHECK_FALSE(http_get(url(server), {}, client_options("stranger")));
  Server lenient = start_tls(true, true);
  CHECK(http_get(url(lenient), {}, client_options())->body == "nobody 0");
  CHECK(http_get(url(lenient), {}, client_options("client"))->body == answer->body);
  CHECK_FALSE(http_get(url(lenient), {}, client_options("stranger")));
}

TEST_CASE("any client certificate: whose key it is the handler learns, and that it is held") {
  const test::TempFolder folder;
  const Time now = now_utc();
  const crypto::TlsIdentity server_identity = crypto::make_tls_identity({"hub.example", {"127.0.0.1"}}, now).value();
  const crypto::TlsIdentity member = crypto::make_tls_identity({"minato.police.example", {}}, now).value();
  const crypto::TlsIdentity other = crypto::make_tls_identity({"minato.police.example", {}}, now).value();
  ServerOptions options;
  options.tls = TlsOptions{.certificate_file = folder.write("server.crt", server_identity.certificate),
                           .key_file = folder.write("server.key", server_identity.key.reveal()),
                           .any_client_certificate = true};
  const Handler handler = [](const Request& request) {
    const auto& peer = request.peer_certificate;
    return text_response(200, "text/plain", peer ? peer->common_name + " " + peer->spki.hex() : "nobody");
  };
  const auto server = Server::start(options, handler);
  REQUIRE(server);
  ClientOptions client;
  client.pinned_key = crypto::spki_sha256(server_identity.certificate).value();
  CHECK_FALSE(http_get(url(*server), {}, client));  // no certificate
  client.certificate_file = folder.write("member.crt", member.certificate);
  client.key_file = folder.write("member.key", member.key.reveal());
  const auto answer = http_get(url(*server), {}, client);
  REQUIRE(answer);
  CHECK(answer->body == "minato.police.example " + crypto::spki_sha256(member.certificate).value().hex());
  // Somebody else's certificate without its key: the handshake fails already on our side, and a forged one at the server.
  ClientOptions thief = client;
  thief.key_file = folder.write("other.key", other.key.reveal());
  CHECK_FALSE(http_get(url(*server), {}, thief));
  // A server with another key is not the one that was pinned.
  client.pinned_key = crypto::spki_sha256(member.certificate).value();
  CHECK(http_get(url(*server), {}, client).error().code == Code::PEER_UNAVAILABLE);
  const std::string address = "127.0.0.1:" + std::to_string(server->port());
  CHECK(run("echo | timeout 5 openssl s_client -connect " + address + " -tls1_2").find("alert protocol version") != std::string::npos);

  options.tls->client_certificate_optional = true;
  const auto lenient = Server::start(options, handler);
  REQUIRE(lenient);
  client.pinned_key = crypto::spki_sha256(server_identity.certificate).value();
  CHECK(http_get(url(*lenient), {}, client)->body.starts_with("minato.police.example "));
  client.certificate_file = client.key_file = std::nullopt;
  CHECK(http_get(url(*lenient), {}, client)->body == "nobody");
  options.tls->client_ca_file = certificates().file("ca", ".crt");
  CHECK(Server::start(options, handler).error().code == Code::CONFIG);
}

TEST_CASE("a server known by its key: kept connection, another key gets nothing, 1.3 with a certificate") {
  Server server = start_tls(true, true);
  const auto key_of = [](const char* name) {
    const std::string text =
        run("openssl x509 -noout -pubkey -in " + certificates().file(name, ".crt") + " | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r");
    const auto key = Sha256::parse(text.substr(0, 64));
    REQUIRE(key);
    return *key;
  };
  KeptClientOptions options;
  options.base_url = "https://127.0.0.1:" + std::to_string(server.port());
  options.server_key = key_of("server");
  options.certificate_file = certificates().file("client", ".crt");
  options.key_file = certificates().file("client", ".key");
  KeptClient client(options);
  for (int i = 0; i < 5; ++i) {
    const auto answer = client.send({"POST", "/exchange", {}, std::string(static_cast<std::size_t>(i), 'x'), {}});
    REQUIRE(answer);
    CHECK(answer->body.starts_with("node.example "));
    CHECK(answer->body.ends_with(" " + std::to_string(i)));
  }
  CHECK(server.counters().accepted_total == 1);
  options.server_key = key_of("client");
  KeptClient deceived(options);
  const auto refused = deceived.send({"POST", "/", {}, "secret", {}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::PEER_UNAVAILABLE);
  CHECK(refused.error().where == "key");
  // Gone and back: the next request makes a new connection.
  const std::uint16_t port = server.port();
  server.stop(Millis(0));
  CHECK(client.send({"GET", "/", {}, "", {}}).error().code == Code::PEER_UNAVAILABLE);
  ServerOptions again;
  again.port = port;
  again.tls = TlsOptions{.certificate_file = certificates().file("server", ".crt"), .key_file = certificates().file("server", ".key")};
  const auto returned = Server::start(again, [](const Request&) { return text_response(200, "text/plain", "back"); });
  REQUIRE(returned);
  const auto answer = client.send({"GET", "/", {}, "", {}});
  REQUIRE(answer);
  CHECK(answer->body == "back");
  client.interrupt();
  CHECK(client.send({"GET", "/", {}, "", {}}).error().code == Code::CANCELLED);
}

TEST_CASE("a handshake that does not come is cut off; a refusal is readable over TLS") {
  ServerOptions options;
  options.tls = TlsOptions{certificates().file("server", ".crt"), certificates().file("server", ".key"), {}, false, false};
  options.deadlines.handshake = Millis(100);
  options.body_policy = [](const Request&) { return BodyPolicy{10, false, {}}; };
  auto server = Server::start(options, [](const Request&) { return Response{}; });
  REQUIRE(server);
  test::RawClient silent(server->port());
  CHECK(silent.until_close().empty());
  CHECK(silent.is_closed());
  const auto refused = http_post(url(*server), "text/plain", std::string(3'000'000, 'x'), {}, client_options());
  REQUIRE(refused);
  CHECK(refused->status == 413);
  CHECK(refused->body.find("TOO_LARGE") != std::string::npos);
}

TEST_CASE("certificates that do not fit are configuration errors") {
  const auto start = [](const std::string& certificate, const std::string& key, const std::string& authority) {
    ServerOptions options;
    options.tls = TlsOptions{certificate, key, std::filesystem::path(authority), false, false};
    const auto server = Server::start(options, [](const Request&) { return Response{}; });
    return server ? std::string("started") : server.error().where;
  };
  const auto& made = certificates();
  CHECK(start("/nonexistent", made.file("server", ".key"), made.file("ca", ".crt")) == "tls.certificate_file");
  CHECK(start(made.file("server", ".crt"), made.file("client", ".key"), made.file("ca", ".crt")) == "tls.key_file");
  CHECK(start(made.file("server", ".crt"), made.file("server", ".key"), "/nonexistent") == "tls.client_ca_file");
  CHECK(start(made.file("server", ".crt"), made.file("server", ".key"), made.file("ca", ".crt")) == "started");
}

}  // namespace
}  // namespace warifu::net

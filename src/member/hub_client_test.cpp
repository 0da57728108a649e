#include "member/hub_client.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>

#include "base/file.h"
#include "net/server.h"

namespace warifu::member {
namespace {

using exchange::LogName;
using exchange::MessageId;

// A server that says whatever a test tells it to, and remembers what it was asked.
class Puppet {
 public:
  Puppet() : folder_(std::filesystem::temp_directory_path() / ("warifu-member-" + to_hex(random_id_bytes()))) {
    std::filesystem::create_directories(folder_);
    const std::string base = folder_.string();
    const std::string made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=hub.example -keyout " + base +
                             "/key.pem -out " + base + "/crt.pem 2>/dev/null && openssl x509 -noout -pubkey -in " + base +
                             "/crt.pem | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r > " + base + "/pin";
    REQUIRE(std::system(made.c_str()) == 0);
    net::ServerOptions options;
    options.tls = net::TlsOptions{.certificate_file = folder_ / "crt.pem", .key_file = folder_ / "key.pem"};
    options.body_policy = [](const net::Request&) { return net::BodyPolicy{exchange::kExchangeBodyMax, false, {}}; };
    auto started = net::Server::start(options, [this](const net::Request& request) {
      const std::scoped_lock lock(mutex_);
      asked = request.method + " " + request.target;
      body = request.body;
      return answer(request);
    });
    REQUIRE(started);
    server_.emplace(std::move(*started));
    HubClientOptions client;
    client.network.url = "https://127.0.0.1:" + std::to_string(server_->port());
    client.network.tls = Sha256::parse(read_file(base + "/pin", 1000)->substr(0, 64)).value();
    client.certificate_file = folder_ / "crt.pem";
    client.key_file = folder_ / "key.pem";
    hub.emplace(client);
  }
  Puppet(const Puppet&) = delete;
  Puppet& operator=(const Puppet&) = delete;
  ~Puppet() {
    hub.reset();
    server_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void say(int status, std::string text) {
    const std::scoped_lock lock(mutex_);
    answer = [status, text = std::move(text)](const net::Request&) { return net::text_response(status, "application/octet-stream", text); };
  }
  void say_frames(const std::vector<std::string>& frames) {
    const std::vector<std::string_view> views(frames.begin(), frames.end());
    say(200, exchange::spell_frames(views));
  }

  std::string asked, body;
  std::function<net::Response(const net::Request&)> answer;
  std::optional<HubClient> hub;

 private:
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::optional<net::Server> server_;
};

template <class T>
Code code_of(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

TEST_CASE_FIXTURE(Puppet, "messages are posted in frames, and each gets its promise or its refusal") {
  const Error refusal{Code::REPLAYED, "", "envelope", {}};
  say_frames({"promise 1", std::string(net::problem_response(refusal).text())});
  const auto answers = hub->post({{"envelope 1", "leaf 1", "object 1"}, {"envelope 2", "leaf 2", ""}});
  REQUIRE(answers);
  REQUIRE(answers->size() == 2);
  CHECK((*answers)[0].value() == "promise 1");
  CHECK((*answers)[1].error().code == Code::REPLAYED);
  CHECK(asked == "POST /exchange/v1/messages");
  const auto frames = exchange::parse_frames(body, 6);
  REQUIRE(frames);
  CHECK(*frames == std::vector<std::string_view>{"envelope 1", "leaf 1", "object 1", "envelope 2", "leaf 2", ""});
  CHECK(hub->post({})->empty());
  CHECK(code_of(hub->post(std::vector<exchange::PostedMessage>(exchange::kPostMessagesMax + 1))) == Code::TOO_MANY);
}

TEST_CASE_FIXTURE(Puppet, "what comes is read in rows and in order") {
  say_frames({"4", "envelope", "promise", "object", "9", "e", "p", ""});
  const auto messages = hub->fetch(3, 64, std::chrono::milliseconds(0));
  REQUIRE(messages);
  REQUIRE(messages->size() == 2);
  CHECK(messages->front().seq == 4);
  CHECK(messages->front().object == "object");
  CHECK(messages->back().promise == "p");
  CHECK(asked == "GET /exchange/v1/messages?after=3&limit=64&wait=0");
  CHECK(code_of(hub->fetch(4, 64, {})) == Code::PEER_UNAVAILABLE);  // an old one again
  CHECK(code_of(hub->fetch(3, 1, {})) == Code::PEER_UNAVAILABLE);   // more than asked for
  say(200, "");
  CHECK(hub->fetch(9, 64, std::chrono::milliseconds(5))->empty());
}

TEST_CASE_FIXTURE(Puppet, "states of messages and objects, files of the logs, documents") {
  const MessageId id = MessageId::random();
  say_frames({id.hex(), "net.example", "", id.hex(), "bank.example", "statement"});
  const auto status = hub->status({id});
  REQUIRE(status);
  CHECK_FALSE((*status)[0].relayed);
  CHECK((*status)[1].relayed == "statement");
  CHECK(body == id.hex() + "\n");
  CHECK(code_of(hub->status({MessageId::random()})) == Code::PEER_UNAVAILABLE);
  CHECK(code_of(hub->status(std::vector<MessageId>(257))) == Code::TOO_MANY);  // 256 is what one request asks for

  const Sha256 part{};
  say(200, "5000000\n" + part.hex() + " 1\n" + part.hex() + " 0\n");
  const auto state = hub->begin_object(part, 5'000'000, {part, part});
  REQUIRE(state);
  CHECK(state->bytes == 5'000'000);
  CHECK(state->is_present == std::vector<bool>{true, false});
  CHECK(asked == "PUT /exchange/v1/objects/" + part.hex());
  CHECK(hub->object_state(part)->parts.size() == 2);

  say(200, "origin\n0\nroot\n");
  CHECK(hub->log_file(LogName::messages, "checkpoint").value() == "origin\n0\nroot\n");
  CHECK(asked == "GET /log/checkpoint");
  say(404, std::string(net::problem_response(Error{Code::NOT_FOUND, "", "", {}}).text()));
  CHECK(code_of(hub->log_file(LogName::keys, "tile/0/000")) == Code::NOT_FOUND);
  CHECK(asked == "GET /keys/tile/0/000");

  say(204, "");
  CHECK(hub->cosign(LogName::keys, "text", "line"));
  CHECK(asked == "POST /exchange/v1/keys/cosignature");
  CHECK(hub->acknowledge({id}));
  CHECK(hub->add_entry("entry"));
  CHECK(hub->publish({"note", "body"}));
  CHECK(hub->put_part(part, 7, bytes_of("part")));
  CHECK(asked == "PUT /exchange/v1/objects/" + part.hex() + "/parts/7");

  say_frames({"12", "note", "{}"});
  const auto documents = hub->documents(11);
  REQUIRE(documents);
  CHECK(documents->version == 12);
  CHECK(documents->documents.front().body == "{}");
  CHECK(code_of(hub->documents(13)) == Code::PEER_UNAVAILABLE);
}

TEST_CASE_FIXTURE(Puppet, "an answer that no hub gives is no answer") {
  const Sha256 object{};
  const std::string half(4, '\0');
  const auto frames = [](const std::vector<std::string_view>& list) { return exchange::spell_frames(list); };
  const struct {
    const char* what;
    int status;
    std::string text;
  } cases[] = {
      {"moved", 302, ""},
      {"no problem", 500, "<html>"},
      {"frames cut", 200, half + "\x01"},
      {"one frame too many", 200, frames({"a", "b", "c", "d", "e", "f", "g", "h", "i"})},
      {"no number", 200, frames({"x", "b", "c", "d"})},
      {"a number with zeros", 200, frames({"07", "b", "c", "d"})},
      {"three of four", 200, frames({"1", "b", "c"})},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    say(one.status, one.text);
    CHECK(code_of(hub->fetch(0, 64, {})) == Code::PEER_UNAVAILABLE);
    CHECK(code_of(hub->post({{"e", "l", "o"}, {"e", "l", "o"}})) == Code::PEER_UNAVAILABLE);
  }
  for (const std::string& text :
       {std::string("x\n"), std::string("5\n"), std::string("5"), "5\n" + object.hex() + " 2\n",
        "5\n" + object.hex() + " 1\n" + object.hex() + " 1\n", "5\n" + object.hex() + " 1", std::string("99999999999999\n")}) {
    CAPTURE(text);
    say(200, text);
    CHECK(code_of(hub->object_state(object)) == Code::PEER_UNAVAILABLE);
  }
  say(200, std::string(exchange::kObjectPartBytes + 1, 'x'));
  CHECK(code_of(hub->get_part(object, 0)) == Code::PEER_UNAVAILABLE);
  say(200, std::string(exchange::kObjectPartBytes, 'x'));
  CHECK(hub->get_part(object, 0)->size() == exchange::kObjectPartBytes);
}

}  // namespace
}  // namespace warifu::member

#include "net/mail.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <functional>
#include <thread>

#include "base/bytes.h"
#include "net/test_support.h"

namespace warifu::net {
namespace {

// Enough of RFC 5321 for one client at a time; keeps what it was told.
class TinySmtp {
 public:
  explicit TinySmtp(std::string greeting = "220 mail.example ESMTP\r\n", std::string data_reply = "250 OK\r\n", bool is_silent = false)
      : greeting_(std::move(greeting)),
        data_reply_(std::move(data_reply)),
        is_silent_(is_silent),
        listen_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(listen_, reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(listen_, 4) == 0);
    ::getsockname(listen_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  TinySmtp(const TinySmtp&) = delete;
  TinySmtp& operator=(const TinySmtp&) = delete;
  ~TinySmtp() {
    ::shutdown(listen_, SHUT_RDWR);
    thread_.join();
    ::close(listen_);
  }
  [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  // Of the last conversation; read it only when send_mail has returned and wait() has been called.
  [[nodiscard]] const std::string& commands() const { return commands_; }
  [[nodiscard]] const std::string& data() const { return data_; }
  void wait() const {
    REQUIRE(test::eventually([&] { return served_ > 0; }));
  }

 private:
  void serve() {
    while (true) {
      const int client = ::accept(listen_, nullptr, nullptr);
      if (client < 0) return;
      talk(client);
      ::close(client);
      ++served_;
    }
  }
  void talk(int client) {
    const auto say = [&](std::string_view text) { return ::send(client, text.data(), text.size(), MSG_NOSIGNAL) > 0; };
    std::string input;
    const auto line = [&](std::string_view end) {
      while (input.find(end) == std::string::npos) {
        char piece[4096];
        const ssize_t got = ::recv(client, piece, sizeof piece, 0);
        if (got <= 0) return std::string();
        input.append(piece, static_cast<std::size_t>(got));
      }
      const std::size_t size = input.find(end) + end.size();
      std::string out = input.substr(0, size);
      input.erase(0, size);
      return out;
    };
    if (is_silent_) {
      line("never");
      return;
    }
    say(greeting_);
    for (std::string command = line("\r\n"); !command.empty(); command = line("\r\n")) {
      commands_ += command;
      if (command.starts_with("QUIT")) {
        say("221 bye\r\n");
        return;
      }
      if (command.starts_with("DATA")) {
        say("354 go on\r\n");
        data_ = line("\r\n.\r\n");
        say(data_reply_);
      } else {
        say("250 mail.example\r\n");
      }
    }
  }

  std::string greeting_, data_reply_;
  bool is_silent_;
  int listen_;
  std::uint16_t port_ = 0;
  std::string commands_, data_;
  std::atomic<int> served_{0};
  std::thread thread_;
};

MailConfig plain_config(const TinySmtp& server) {
  MailConfig config;
  config.url = server.url();
  config.from = "warifu@agency.example";
  config.require_tls = false;
  return config;
}

std::string decode_body(const std::string& message) {
  std::string base64;
  for (const char c : message.substr(message.find("\r\n\r\n") + 4))
    if (c != '\r' && c != '\n' && c != '.') base64 += c;
  const Bytes bytes = from_base64(base64).value();
  return std::string(text_of(bytes));
}

TEST_CASE("a notice arrives with its Japanese subject and text") {
  TinySmtp server;
  const std::string subject = "【割符】新しい照会が届きました(確認をお願いします)。期限は明日の正午までです";
  REQUIRE(send_mail(plain_config(server), "desk@provider.example", subject, "照会が届きました。\n画面で確認してください。\n.\n"));
  server.wait();
  CHECK(server.commands().find("MAIL FROM:<warifu@agency.example>") != std::string::npos);
  CHECK(server.commands().find("RCPT TO:<desk@provider.example>\r\n") != std::string::npos);
  CHECK(decode_body(server.data()) == "照会が届きました。\r\n画面で確認してください。\r\n.\r\n");
  CHECK(server.data().find("To: <desk@provider.example>\r\n") != std::string::npos);
}

// Joins the encoded words of the Subject header again, as a reader does.
std::string decode_subject(std::string message) {
  const std::size_t start = message.find("Subject: ") + 9;
  message = message.substr(start, message.find("\r\nAuto-Submitted") - start);
  std::string out;
  for (std::size_t at = 0; (at = message.find("=?UTF-8?B?", at)) != std::string::npos;) {
    const std::size_t end = message.find("?=", at);
    REQUIRE(end - at + 2 <= 75);
    const Bytes word = from_base64(message.substr(at + 10, end - at - 10)).value();
    const auto first = static_cast<unsigned char>(word.front());
    REQUIRE((first & 0xC0U) != 0x80U);  // no character is cut in two
    out += text_of(word);
    at = end;
  }
  return out;
}

TEST_CASE("subjects of any length come back as they were, in lines a relay takes") {
  CHECK(rc::check("subject", [] {
    std::string subject = "件";
    for (const int kind : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4)))
      subject += kind == 0 ? "a" : kind == 1 ? "é" : kind == 2 ? "割" : "𠮷";
    const std::string message = format_mail("a@b.example", {"c@d.example", subject, "x"}, Time::from_seconds(1'795'000'000), "id").value();
    RC_ASSERT(decode_subject(message) == subject);
  }));
}

TEST_CASE("the date, the identifier and line lengths follow the standard") {
  const Time now = parse_rfc3339("2026-11-21T14:05:09+09:00").value();
  const std::string message = format_mail("a@b.example", {"c@d.example", "x", std::string(1000, 'x')}, now, "id-1").value();
  CHECK(message.starts_with("Date: Sat, 21 Nov 2026 14:05:09 +0900\r\n"));
  CHECK(message.find("Message-ID: <id-1@b.example>\r\n") != std::string::npos);
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t end = message.find("\r\n", at);
    REQUIRE(end - at <= 78);
    at = end + 2;
  }
}

TEST_CASE("nothing can be injected through addresses or subject") {
  const auto refused = [](std::string_view from, std::string to, std::string subject) {
    const auto made = format_mail(from, {std::move(to), std::move(subject), "x"}, Time{}, "id");
    return !made && made.error().code == Code::BAD_VALUE;
  };
  CHECK(refused("a@b.example", "c@d.example\r\nBcc: e@f.example", "x"));
  CHECK(refused("a@b.example", "c@d.example>,<e@f.example", "x"));
  CHECK(refused("a@b.example", "c d@e.example", "x"));
  CHECK(refused("a@b.example\n", "c@d.example", "x"));
  CHECK(refused("a@b.example", "c@d.example", "x\r\nBcc: e@f.example"));
  CHECK(refused("a@b.example", "c@d.example", ""));
  for (const char* bad : {"", "@", "a@", "@b", "a", "a@b@c", ".a@b.example", "a..b@c.example", "a@.example", "\"a\"@b.example", "名@b.example"})
    CHECK_MESSAGE(!is_mail_address(bad), bad);
  CHECK(is_mail_address("first.last+tag@sub.provider.example"));
}

TEST_CASE("failures are said: no TLS, a refusal, silence, nobody there") {
  TinySmtp server;
  MailConfig config = plain_config(server);
  config.require_tls = true;
  CHECK(send_mail(config, "c@d.example", "x", "x").error().code == Code::MAIL_FAILED);
  server.wait();
  CHECK(server.commands().find("MAIL FROM") == std::string::npos);

  TinySmtp with_password;
  config = plain_config(with_password);
  config.user = "user";
  config.password = Sensitive<std::string>("password");
  CHECK_FALSE(send_mail(config, "c@d.example", "x", "x"));
  with_password.wait();
  CHECK(with_password.commands().find("AUTH") == std::string::npos);

  TinySmtp refusing("220 mail.example ESMTP\r\n", "554 no\r\n");
  const Status refused = send_mail(plain_config(refusing), "c@d.example", "x", "x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("554") != std::string::npos);
  CHECK(refused.error().message.find("d.example") == std::string::npos);

  TinySmtp silent("", "", true);
  config = plain_config(silent);
  config.timeout = config.connect_timeout = std::chrono::milliseconds(200);
  CHECK(send_mail(config, "c@d.example", "x", "x").error().code == Code::MAIL_FAILED);

  config.url = "http://127.0.0.1:1";
  CHECK(send_mail(config, "c@d.example", "x", "x").error().code == Code::CONFIG);
}

}  // namespace
}  // namespace warifu::net

#pragma once
// Sending a notice by mail: plain text in UTF-8 over SMTP (RFC 5321/5322), subject as RFC 2047 encoded words, body in base64, so that
// Japanese passes every relay. Addresses and subject are checked: no header or command can be injected through them.
// Blocking, with timeouts; call it from a job, never from a request. Whoever writes the text keeps personal data out of it.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/sensitive.h"
#include "base/time.h"

namespace warifu::net {

struct MailConfig {
  std::string url;   // smtp://host:port (STARTTLS when offered) or smtps://host:port
  std::string from;  // envelope and header sender
  std::string user;  // empty: no authentication
  Sensitive<std::string> password;
  bool require_tls = true;  // smtp:// without STARTTLS is then an error. A password is never sent without TLS in any case
  std::optional<std::filesystem::path> ca_file;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{30'000};
};

struct Mail {
  std::string to;
  std::string subject;  // one line of UTF-8
  std::string body;     // UTF-8, LF line ends
};

// MAIL_FAILED (message: what the library said, without addresses), BAD_VALUE for an address or subject that cannot be used.
[[nodiscard]] Status send_mail(const MailConfig& config, std::string_view to, std::string_view subject, std::string_view body);

// The message as sent, CRLF line ends; `unique` becomes the left part of the Message-ID.
[[nodiscard]] Result<std::string> format_mail(std::string_view from, const Mail& mail, Time now, std::string_view unique);
// "name@example.jp": ASCII dot-atom local part and a host name; no display name, comments or quoting.
[[nodiscard]] bool is_mail_address(std::string_view address);

}  // namespace warifu::net

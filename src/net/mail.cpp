#include "net/mail.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "base/bytes.h"
#include "base/id.h"
#include "base/limits.h"
#include "net/curl.h"

namespace warifu::net {
namespace {

constexpr std::size_t kMailBodyBytesMax = 64 * 1024;
constexpr std::size_t kBase64LineCharacters = 76;  // RFC 2045 section 6.8
// An encoded word is at most 75 characters (RFC 2047 section 2): "=?UTF-8?B?" + 60 + "?=" carries 45 octets.
constexpr std::size_t kEncodedWordOctets = 45;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_dot_separated(std::string_view text, std::string_view extra) {
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return is_alphanumeric(c) || c == '.' || extra.find(c) != std::string_view::npos; });
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Words are cut between characters, never inside one (RFC 2047 section 5).
std::string encode_subject(std::string_view subject) {
  std::string out;
  while (!subject.empty()) {
    std::size_t size = std::min(subject.size(), kEncodedWordOctets);
    while (size < subject.size() && size > 1 && (static_cast<unsigned char>(subject[size]) & 0xC0U) == 0x80U) --size;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + to_base64(bytes_of(subject.substr(0, size))) + "?=";
    subject.remove_prefix(size);
  }
  return out;
}

// RFC 5322 section 3.3, in Japan's time.
std::string mail_date(Time now) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Date date = tokyo_date(now);
  const std::string clock = to_rfc3339_tokyo(now).substr(11, 8);
  return std::string(kDays[static_cast<std::size_t>(weekday(date))]) + ", " + std::to_string(date.day) + " " + kMonths[date.month - 1] + " " +
         std::to_string(date.year) + " " + clock + " +0900";
}

std::string encode_body(std::string_view body) {
  std::string with_crlf;
  for (const char c : body) {
    if (c == '\r') continue;
    if (c == '\n') with_crlf += '\r';
    with_crlf += c;
  }
  const std::string base64 = to_base64(bytes_of(with_crlf));
  std::string out;
  for (std::size_t i = 0; i < base64.size(); i += kBase64LineCharacters) out += base64.substr(i, kBase64LineCharacters) + "\r\n";
  return out;
}

struct Outgoing {
  std::string_view rest;
};

std::size_t give(char* into, std::size_t one, std::size_t count, void* user) noexcept {
  auto& outgoing = *static_cast<Outgoing*>(user);
  const std::size_t size = std::min(one * count, outgoing.rest.size());
  std::memcpy(into, outgoing.rest.data(), size);
  outgoing.rest.remove_prefix(size);
  return size;
}

}  // namespace

bool is_mail_address(std::string_view address) {
  const std::size_t at = address.find('@');
  if (at == std::string_view::npos || at > 64 || address.size() > 254) return false;
  const std::string_view host = address.substr(at + 1);
  return is_dot_separated(address.substr(0, at), "!#$%&'*+-/=?^_`{|}~") && is_dot_separated(host, "-");
}

Result<std::string> format_mail(std::string_view from, const Mail& mail, Time now, std::string_view unique) {
  if (!is_mail_address(from)) return fail(Code::BAD_VALUE, "the sender is not a mail address", "from", {{"expected", "name@example.jp"}});
  if (!is_mail_address(mail.to)) return fail(Code::BAD_VALUE, "the recipient is not a mail address", "to", {{"expected", "name@example.jp"}});
  if (mail.subject.empty() || mail.subject.size() > 4 * limits::kLineCharactersMax || has_control_character(mail.subject))
    return fail(Code::BAD_VALUE, "the subject is not one line", "subject");
  if (!is_dot_separated(unique, "-_")) return fail(Code::BAD_VALUE, "not a Message-ID's left part", "unique");
  if (mail.body.size() > kMailBodyBytesMax)
    return fail(Code::TOO_LARGE, "the mail's text is too large", "body", {{"max", std::to_string(kMailBodyBytesMax)}});
  const std::string_view host = from.substr(from.find('@') + 1);
  std::string out = "Date: " + mail_date(now) + "\r\n";
  out += "From: <" + std::string(from) + ">\r\n";
  out += "To: <" + mail.to + ">\r\n";
  out += "Message-ID: <" + std::string(unique) + "@" + std::string(host) + ">\r\n";
  out += "Subject: " + encode_subject(mail.subject) + "\r\n";
  out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834: no out-of-office answers, please
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  return out + encode_body(mail.body);
}

Status send_mail(const MailConfig& config, std::string_view to, std::string_view subject, std::string_view body) {
  const Mail mail{std::string(to), std::string(subject), std::string(body)};
  const std::string message = TRY(format_mail(config.from, mail, now_utc(), to_hex(random_id_bytes())));
  const bool is_tls_from_start = config.url.starts_with("smtps://");
  if (!is_tls_from_start && !config.url.starts_with("smtp://"))
    return fail(Code::CONFIG, "the mail server's address is not smtp:// or smtps://", "mail.url", {{"expected", "smtp://host:port"}});
  const CurlEasy curl = make_curl("smtp,smtps", config.connect_timeout, config.timeout, config.ca_file);
  if (curl == nullptr) return fail(Code::MAIL_FAILED, "the mail library cannot be initialised", "mail");
  CURL* handle = curl.get();
  CurlList recipients;
  if (!recipients.append("<" + mail.to + ">")) return fail(Code::MAIL_FAILED, "no memory", "mail");
  Outgoing outgoing{message};
  const std::string sender = "<" + config.from + ">";
  const bool must_use_tls = config.require_tls || !config.user.empty();
  curl_easy_setopt(handle, CURLOPT_URL, config.url.c_str());
  curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(must_use_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, &give);
  curl_easy_setopt(handle, CURLOPT_READDATA, &outgoing);
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  if (!config.user.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, config.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, config.password.reveal().c_str());
  }
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    long reply = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply);
    return fail(Code::MAIL_FAILED, std::string(curl_easy_strerror(code)) + ", last reply " + std::to_string(reply), "mail");
  }
  return {};
}

}  // namespace warifu::net

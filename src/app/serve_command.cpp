// `warifu serve`: a node in earnest. Before it listens it refuses what belongs to a demo, secrets that everybody knows, keys that others can
// read, and unencrypted service to anybody but this machine.

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/config.h"
#include "app/demo_world.h"
#include "app/http_front.h"
#include "app/hub_serve.h"
#include "app/log.h"
#include "app/token_config.h"
#include "app/web_origin.h"
#include "base/file.h"
#include "crypto/password.h"
#include "crypto/self_check.h"
#include "json/write.h"

namespace warifu::app {

namespace {

constexpr std::size_t kSecretBytesMax = 1024;

tl::unexpected<Error> bad_config(std::string message, std::string where, std::string expected) {
  return fail(Code::CONFIG, std::move(message), std::move(where), {{"expected", std::move(expected)}});
}

Status check_private_file(const std::string& path, const std::string& where) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return bad_config("there is no such file", where, "a file");
  if (!S_ISREG(info.st_mode) || (info.st_mode & 077) != 0) return bad_config("the file can be read by others", where, "mode 0600");
  return {};
}

// Keys that lie around: of demo devices, or open to others.
Status check_files_of(const std::string& folder) {
  std::error_code ignored;
  if (std::filesystem::exists(folder + "/devices", ignored)) return bad_config("key files of a demo lie here", folder + "/devices", "no demo");
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/keys", ignored))
    TRY(check_private_file(entry.path().string(), entry.path().filename().string()));
  return {};
}

// Nobody keeps the password that every demo prints. Hashes made as cheaply as a demo's are checked for everybody; at full cost the
// administrators', whose loss would be everybody's.
Status check_passwords(Hosted& hosted) {
  const Sensitive<std::string> known{std::string(kDemoPassword)};
  for (const party::Person& person : TRY(hosted.office->people())) {
    const std::optional<desk::LoginRow> row = TRY(hosted.store->login_of(person.id));
    if (!row || row->password.empty()) continue;
    if (!crypto::password_needs_rehash(row->password) && !person.has(party::Role::ADMIN)) continue;
    if (crypto::verify_password(row->password, known))
      return bad_config("somebody has the demo's password", hosted.organisation.id.text() + " " + person.login, "another password");
  }
  return {};
}

Status refuse_demo(Node& node) {
  std::error_code ignored;
  const std::string& data = node.options().data;
  if (node.options().is_demo || std::filesystem::exists(data + "/demo.json", ignored))
    return bad_config("the folder holds a demo", "data", "warifu demo");
  TRY(check_files_of(data + "/hub"));
  for (Hosted* hosted : node.hosted()) {
    TRY(desk::check_demo(hosted->organisation.id, false));
    TRY(check_files_of(node.folder_of(hosted->organisation.id)));
    TRY(check_passwords(*hosted));
  }
  return {};
}

Result<std::optional<net::TlsOptions>> tls_of(const Config& config, const Listen& listen) {
  const std::string& certificate = config.text("tls.certificate");
  const std::string& key = config.text("tls.key");
  if (certificate.empty() != key.empty())
    return bad_config("a certificate needs its key, and a key its certificate", certificate.empty() ? "tls.certificate" : "tls.key", "both");
  if (certificate.empty()) {
    if (!listen.is_loopback()) return bad_config("without TLS only this machine is served", "listen", "127.0.0.1:…, or tls.certificate and tls.key");
    return std::optional<net::TlsOptions>{};
  }
  TRY(check_private_file(key, "tls.key"));
  net::TlsOptions tls;
  tls.certificate_file = certificate;
  tls.key_file = key;
  return std::optional(tls);
}

// What people open: needed for the second factor and for links in mails.
Result<std::string> origin_of(const Config& config, const Listen& listen, bool is_tls) {
  std::string origin = config.text("origin");
  if (origin.empty()) {
    const std::string host = listen.is_loopback() ? "localhost" : listen.address;
    return (is_tls ? "https://" : "http://") + host + ":" + std::to_string(listen.port);
  }
  const bool is_secure = origin.starts_with("https://");
  const bool is_local = origin.starts_with("http://localhost:") || origin == "http://localhost";
  const std::size_t slash = origin.find('/', origin.find("://") + 3);
  if ((!is_secure && !is_local) || slash != std::string::npos)
    return bad_config("scheme, host and port, encrypted unless it is this machine", "origin", "https://desk.example");
  return origin;
}

Result<SendMail> mail_of(const Config& config) {
  if (config.text("mail.url").empty()) return SendMail{};
  net::MailConfig mail;
  mail.url = config.text("mail.url");
  mail.from = config.text("mail.from");
  mail.user = config.text("mail.user");
  mail.require_tls = config.flag("mail.require_tls");
  if (!net::is_mail_address(mail.from)) return bad_config("no address to send from", "mail.from", "name@host");
  if (!config.text("mail.ca_file").empty()) mail.ca_file = config.text("mail.ca_file");
  if (const std::string& file = config.text("mail.password_file"); !file.empty()) {
    TRY(check_private_file(file, "mail.password_file"));
    std::string secret = TRY(read_file(file, kSecretBytesMax));
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
    if (secret.empty() || secret == "password" || secret == "changeme" || secret == "change-me" || secret == kDemoPassword)
      return bad_config("that is no secret", "mail.password_file", "a password of its own");
    mail.password = Sensitive<std::string>(std::move(secret));
  }
  return SendMail([mail](const std::string& to, const desk::Notification& notice) { return net::send_mail(mail, to, notice.subject, notice.body); });
}

Result<Config> config_of(const ServeCommand& command) {
  std::optional<std::string> file;
  if (!command.config.empty()) file = command.config;
  std::error_code ignored;
  if (!file && !command.data.empty() && std::filesystem::exists(command.data + "/warifu.toml", ignored)) file = command.data + "/warifu.toml";
  Config config = TRY(Config::load(file, environment_variable));
  if (!command.data.empty()) config.set("data", command.data);
  if (!command.listen.empty()) config.set("listen", command.listen);
  if (!command.origin.empty()) config.set("origin", command.origin);
  if (config.text("data").empty()) return bad_config("which folder?", "data", "--data DIR");
  return config;
}

Status serve(const ServeCommand& command) {
  const Config config = TRY(config_of(command));
  if (is_hub_role(config)) return serve_hub(config, command);
  if (is_witness_role(config)) return serve_witness(config, command);
  const Listen listen = TRY(parse_listen(config.text("listen")));
  Front front;
  front.listen = listen;
  front.tls = TRY(tls_of(config, listen));
  front.workers = static_cast<std::size_t>(config.number("workers"));
  TRY(crypto::self_test());

  NodeOptions options;
  options.data = config.text("data");
  options.store_url = config.text("store.url");
  options.origin = TRY(origin_of(config, listen, front.tls.has_value()));
  options.send_mail = TRY(mail_of(config));
  options.seal = TRY(seal_kind_of(config));
  options.token = TRY(open_token(config, environment_variable));
  options.file_bytes_max = file_bytes_max_of(config);
  front.options.version = WARIFU_VERSION;
  front.options.is_https = options.origin.starts_with("https://");
  front.temp_directory = config.text("temp_directory").empty() ? options.data + "/tmp" : config.text("temp_directory");
  block_signals();
  start_log(TRY(enum_parse<LogLevel>(config.text("log.level"))));
  const std::string origin = options.origin;
  const std::unique_ptr<Node> node = TRY(Node::open(std::move(options)));
  TRY(refuse_demo(*node));
  // A seal key that cannot be read, as one of the hybrid where the library has no ML-KEM, is told now and not with the first message for it.
  for (const Hosted* hosted : node->hosted()) TRY(node->keyring(hosted->organisation.id).seals(hosted->organisation.id));
  TRY(make_directories(front.temp_directory, 0700));
  if (command.check) {
    if (command.json)
      std::printf("%s\n", json::compact(json::Object{{"ok", true}, {"origin", origin}}).c_str());
    else
      std::printf("%s\n", origin.c_str());
    return {};
  }
  // Without the root key at hand, or without the hub, people log in and sign as before; only passkeys wait for the entry.
  if (const Result<int> published = publish_origin(*node); !published)
    log_line("passkeys_unavailable", std::string(sentence(published.error().code).name) + ": the origin could not be entered in the directory");
  front.on_ready = [&origin, &listen](std::uint16_t port) {
    std::printf("割符 Warifu %s\n  %s (%s:%u)\n", WARIFU_VERSION, origin.c_str(), listen.address.c_str(), port);
    std::fflush(stdout);
  };
  return serve_until_end(*node, std::move(front));
}

}  // namespace

int run_serve(const ServeCommand& command) {
  const Status served = serve(command);
  return served ? 0 : report(served.error(), command.json);
}

int run_print_defaults(bool as_json) {
  std::string text = default_config_text();
  if (as_json) {
    json::Array all;
    for (const Setting& setting : settings())
      all.push_back(json::Object{{"setting", setting.key},
                                 {"default", setting.fallback},
                                 {"variable", setting.variable()},
                                 {"expected", setting.expected},
                                 {"ja", setting.ja},
                                 {"en", setting.en}});
    text = json::compact(json::Object{{"settings", std::move(all)}}) + "\n";
  }
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

}  // namespace warifu::app

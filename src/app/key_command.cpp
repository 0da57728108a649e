// `warifu key`: a person's signing key on his own machine. It is born here, lies sealed under a PIN and a device secret, and never leaves.

#include <sys/stat.h>

#include <cstdio>

#include "api/problem.h"
#include "app/commands.h"
#include "app/named.h"
#include "app/terminal.h"
#include "base/file.h"
#include "crypto/keyfile.h"
#include "desk/login.h"
#include "json/write.h"
#include "net/client.h"
#include "note/directory_entry.h"

namespace warifu::app {

namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;
constexpr std::size_t kTextBytesMax = 64 * 1024;

struct NewKey {
  note::Signer signer;
  std::string vkey;
};

Result<NewKey> make_key(const KeyCommand& command, const std::string& org, const PersonId& person, const crypto::Pin& pin) {
  TRY(crypto::check_pin(pin));
  // Neither file is ever written over: it may be the only copy of somebody's key.
  for (const std::string& path : {command.keyfile, command.device}) {
    struct stat info{};
    if (path.empty()) return fail(Code::MISSING_FIELD, "where to?", "--keyfile, --device");
    if (::lstat(path.c_str(), &info) == 0) return fail(Code::CONFLICT, "the file exists", path);
  }
  if (command.keyfile == command.device) return fail(Code::CONFLICT, "two files, kept apart", "--device");
  const crypto::Ed25519Secret secret = crypto::Ed25519Secret::generate();
  const crypto::DeviceSecret device = crypto::new_device_secret();
  const std::string sealed = TRY(crypto::seal_keyfile(org, person, secret, pin, device));
  TRY(write_file_durably(command.device, bytes_of(crypto::device_secret_text(device)), 0600));
  TRY(write_file_durably(command.keyfile, bytes_of(sealed), 0600));
  note::Signer signer = TRY(note::Signer::create(note::person_name(org, person), secret));
  std::string vkey = signer.verifier().text();
  return NewKey{std::move(signer), std::move(vkey)};
}

Result<crypto::Pin> new_pin(const KeyCommand& command) {
  return command.pin_stdin ? read_secret_line() : ask_new_secret("新しい暗証番号(6文字以上) / new PIN (6 characters or more): ");
}

Result<json::Value> new_key(const KeyCommand& command) {
  Result<party::OrganisationId> org = party::OrganisationId::parse(command.org);
  if (!org) return tl::unexpected<Error>(std::move(org).error().at("--org"));
  Result<PersonId> person = PersonId::parse(command.person);
  if (!person) return tl::unexpected<Error>(std::move(person).error().at("--person"));
  const NewKey made = TRY(make_key(command, org->text(), *person, TRY(new_pin(command))));
  return json::Value(json::Object{
      {"ok", true}, {"vkey", made.vkey}, {"signer", made.signer.verifier().name}, {"keyfile", command.keyfile}, {"device", command.device}});
}

Result<json::Value> show(const KeyCommand& command) {
  const crypto::KeyfileHead head = TRY(crypto::read_keyfile_head(TRY(file_named(command.keyfile, kFileBytesMax))));
  const std::string name = note::person_name(head.org, head.person);
  return json::Value(json::Object{{"organisation", head.org},
                                  {"person", head.person.hex()},
                                  {"signer", name},
                                  {"vkey", TRY(note::VerifierKey::create(name, head.public_key)).text()}});
}

Result<json::Value> sign(const KeyCommand& command) {
  const std::string text = TRY(file_named(command.text, kTextBytesMax));
  TRY(note::check_text(text));
  Access access;
  access.keyfile = command.keyfile;
  access.device = command.device;
  access.pin_stdin = command.pin_stdin;
  if (!command.pin_stdin) std::fprintf(stderr, "%s\n", text.c_str());  // what is signed is seen first
  PersonalKey key(access);
  const note::Signer signer = TRY(key.open());
  return json::Value(json::Object{{"ok", true}, {"signer", signer.verifier().name}, {"signature", TRY(signer.sign(text)).text()}});
}

Result<json::Value> post(const KeyCommand& command, const std::string& path, const json::Value& body) {
  net::ClientOptions options;
  if (!command.ca_file.empty()) options.ca_file = command.ca_file;
  const net::ClientAnswer answer = TRY(net::http_post(command.server + path, "application/json", json::compact(body), {}, options));
  if (answer.status < 300) return json::parse(answer.body);
  const Result<api::Problem> problem = json::decode_text<api::Problem>(answer.body);
  if (!problem) return fail(Code::PEER_UNAVAILABLE, "the server answered " + std::to_string(answer.status), {}, {{"peer", command.server}});
  for (int i = 0; i < kCodeCount; ++i)
    if (sentence(static_cast<Code>(i)).name == problem->code) return fail(static_cast<Code>(i), "the server refused", problem->where, problem->args);
  return fail(Code::PEER_UNAVAILABLE, "an answer of another version", {}, {{"peer", command.server}});
}

// An invitation redeemed from the command line: password, a key made here, and its enrolment.
Result<json::Value> enrol(KeyCommand command) {
  while (command.server.ends_with('/')) command.server.pop_back();
  TRY(check_encrypted(command.server));
  const json::Value asked(json::Object{{"organisation", command.org}, {"login", command.login}, {"code", command.code}});
  const desk::InvitationView view = TRY(json::decode<desk::InvitationView>(TRY(post(command, "/api/invitations/look", asked))));
  if (view.origin != command.server)
    return fail(Code::TEXT_DIFFERS, "the server names another address as its own; give the one that people open", "--server");
  const Sensitive<std::string> password =
      command.password_stdin ? TRY(read_secret_line()) : TRY(ask_new_secret("新しいパスワード(12文字以上) / new password (12 characters or more): "));
  const NewKey made = TRY(make_key(command, view.organisation.text(), view.person, TRY(new_pin(command))));
  const std::string text = desk::enrolment_text(view.origin, view.organisation, view.person, made.signer.verifier().key.base64(), view.nonce);
  const json::Value body(json::Object{
      {"organisation", command.org},
      {"login", command.login},
      {"code", command.code},
      {"password", password.reveal()},
      {"device", json::Object{{"vkey", made.vkey}, {"device", command.device_name}, {"signature", TRY(made.signer.sign(text)).text()}}}});
  const Result<json::Value> session = post(command, "/api/invitations/redeem", body);
  if (!session) {
    // The key is known to nobody: it goes again, so that the same command can be repeated.
    (void)std::remove(command.keyfile.c_str());
    (void)std::remove(command.device.c_str());
    return tl::unexpected<Error>(session.error());
  }
  return json::Value(json::Object{
      {"ok", true}, {"vkey", made.vkey}, {"person", view.person.hex()}, {"name", view.name}, {"waits", session->as_object().at("factor_needed")}});
}

void print_key(const json::Value& made) { std::printf("%s\n", member_text(made, "vkey").c_str()); }

}  // namespace

int run_key_new(const KeyCommand& command) { return finish(new_key(command), command.json, print_key); }
int run_key_show(const KeyCommand& command) { return finish(show(command), command.json, print_key); }
int run_key_sign(const KeyCommand& command) {
  return finish(sign(command), command.json, [](const json::Value& made) { std::printf("%s\n", member_text(made, "signature").c_str()); });
}
int run_key_enrol(const KeyCommand& command) { return finish(enrol(command), command.json, print_key); }

}  // namespace warifu::app

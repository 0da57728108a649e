// `warifu key list`, `rotate`, `retire`, `hsm`: the keys of an organisation, on the folder of its node.

#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "app/node.h"
#include "app/token_config.h"
#include "desk/key_rotation.h"

namespace warifu::app {

namespace {

using note::KeyPurpose;

struct Opened {
  std::unique_ptr<Node> node;
  Hosted* hosted = nullptr;
  [[nodiscard]] const party::OrganisationId& org() const { return hosted->organisation.id; }
  [[nodiscard]] std::string origin() const { return node->directory().root().name; }
  [[nodiscard]] Time now() const { return node->options().clock(); }
};

Result<Opened> open(const OrgKeyCommand& command, bool lock) {
  Opened out;
  out.node = TRY(open_node(command.data, lock));
  out.hosted = TRY(choose(*out.node, command.org));
  return out;
}

Result<KeyPurpose> purpose_of(const std::string& text) {
  const Result<KeyPurpose> purpose = enum_parse<KeyPurpose>(text);
  if (!purpose || (*purpose != KeyPurpose::sign && *purpose != KeyPurpose::seal && *purpose != KeyPurpose::witness))
    return fail(Code::BAD_VALUE, "not a key that is rotated here", "--purpose", {{"expected", "sign, witness, seal"}});
  return *purpose;
}

Result<json::Value> list(const OrgKeyCommand& command) {
  const Opened at = TRY(open(command, false));
  const std::vector<std::string> entries = TRY(at.node->directory().entries());
  json::Array keys;
  for (const KeyPurpose purpose : {KeyPurpose::sign, KeyPurpose::witness, KeyPurpose::seal}) {
    const std::optional<desk::DirectoryKey> newest = TRY(desk::newest_key(entries, at.org(), purpose, at.now()));
    if (!newest) continue;
    keys.push_back(json::Object{{"purpose", enum_text(purpose)},
                                {"algorithm", enum_text(newest->entry.algorithm)},
                                {"key", to_base64(newest->entry.key)},
                                {"from", to_rfc3339(newest->entry.valid.from)},
                                {"until", to_rfc3339(newest->entry.valid.until)}});
  }
  json::Array seals;
  for (const desk::SealKey& seal : TRY(at.node->keyring(at.org()).seals(at.org()))) {
    const crypto::AgeRecipient recipient = seal.identity.recipient();
    seals.push_back(json::Object{
        {"name", seal.name}, {"recipient", recipient.text()}, {"is_over", TRY(desk::is_seal_key_over(entries, at.org(), recipient, at.now()))}});
  }
  json::Object out{{"organisation", at.org().text()}, {"keys", std::move(keys)}, {"seal_keys", std::move(seals)}};
  if (const std::optional<Time> due = TRY(desk::next_seal_rotation(entries, at.org(), at.now()))) out["seal_rotation_due"] = to_rfc3339(*due);
  return json::Value(std::move(out));
}

// The key is made first, then the directory is told, then it takes the place of the old one: cut short anywhere, the same command goes on.
Result<json::Value> rotate_signing(const Opened& at, KeyPurpose purpose, const note::Signer& root) {
  const std::string name = purpose == KeyPurpose::sign ? note::sign_name(at.org().text()) : note::witness_name(at.org().text());
  const desk::Keyring ring = at.node->keyring(at.org());
  const note::Signer fresh = TRY(ring.prepare_successor(name));
  const auto entries = TRY(desk::rotation_entries(TRY(at.node->directory().entries()),
                                                  desk::sign_rotation(at.origin(), at.org(), purpose, fresh.verifier(), at.now()), root));
  for (const std::string& entry : entries) TRY(at.node->published().add_entry(entry));
  TRY(ring.install_successor(name));
  return json::Value(json::Object{{"ok", true}, {"name", name}, {"key", fresh.verifier().text()}});
}

Result<json::Value> rotate_seal(const Opened& at, const note::Signer& root) {
  const desk::Keyring ring = at.node->keyring(at.org());
  const std::vector<std::string> known = TRY(at.node->directory().entries());
  const std::vector<desk::SealKey> present = TRY(ring.seals(at.org()));
  // One that was made and never published is that of a rotation which was cut short.
  std::optional<desk::SealKey> fresh;
  if (!present.empty()) {
    const desk::Rotation rotation = desk::seal_rotation(at.origin(), at.org(), present.back().identity.recipient(), at.now());
    const bool is_published = std::ranges::any_of(known, [&](const std::string& entry) {
      const Result<note::Note> note = note::Note::parse(entry);
      const Result<note::KeyEntry> key = note ? note::KeyEntry::parse(note->text) : Result<note::KeyEntry>(fail(Code::BAD_NOTE, "not a note"));
      return key && key->org == at.org().text() && key->purpose == KeyPurpose::seal && key->key == rotation.key;
    });
    if (!is_published) fresh = present.back();
  }
  if (!fresh) fresh = TRY(ring.create_seal(at.org()));
  const crypto::AgeRecipient recipient = fresh->identity.recipient();
  for (const std::string& entry : TRY(desk::rotation_entries(known, desk::seal_rotation(at.origin(), at.org(), recipient, at.now()), root)))
    TRY(at.node->published().add_entry(entry));
  return json::Value(json::Object{{"ok", true}, {"name", fresh->name}, {"key", recipient.text()}});
}

Result<json::Value> rotate(const OrgKeyCommand& command) {
  const KeyPurpose purpose = TRY(purpose_of(command.purpose));
  const Opened at = TRY(open(command, true));
  const note::Signer root = TRY(at.node->root_key(at.org(), command.root));
  return purpose == KeyPurpose::seal ? rotate_seal(at, root) : rotate_signing(at, purpose, root);
}

Result<json::Value> retire(const OrgKeyCommand& command) {
  const Opened at = TRY(open(command, true));
  const desk::Keyring ring = at.node->keyring(at.org());
  const std::vector<std::string> entries = TRY(at.node->directory().entries());
  json::Array destroyed;
  for (const desk::SealKey& seal : TRY(ring.seals(at.org()))) {
    if (!TRY(desk::is_seal_key_over(entries, at.org(), seal.identity.recipient(), at.now()))) continue;
    TRY(ring.destroy_seal(at.org(), seal.name));
    destroyed.push_back(json::Value(seal.name));
  }
  return json::Value(json::Object{{"ok", true}, {"destroyed", std::move(destroyed)}});
}

Result<json::Value> list_token(const OrgKeyCommand& command) {
  const std::shared_ptr<crypto::Token> token = TRY(open_token_of(command.data));
  if (!token) return fail(Code::CONFIG, "no security module is configured", "keys.module", {{"expected", "a PKCS#11 library"}});
  json::Array keys;
  for (const crypto::Token::Listed& key : TRY(token->list()))
    keys.push_back(json::Object{{"kind", key.kind == crypto::TokenKeyKind::ED25519 ? "ed25519" : "p256"}, {"label", key.label}});
  return json::Value(json::Object{{"keys", std::move(keys)}});
}

}  // namespace

int run_key_list(const OrgKeyCommand& command) {
  return finish(list(command), command.json, [](const json::Value& all) {
    for (const json::Value& key : all.as_object().at("keys").as_array())
      std::printf("%-8s %-8s %s  %s – %s\n", member_text(key, "purpose").c_str(), member_text(key, "algorithm").c_str(),
                  member_text(key, "key").c_str(), member_text(key, "from").c_str(), member_text(key, "until").c_str());
    for (const json::Value& seal : all.as_object().at("seal_keys").as_array())
      std::printf("%s  %s%s\n", member_text(seal, "name").c_str(), member_text(seal, "recipient").c_str(),
                  seal.as_object().at("is_over").as_bool() ? "  (破棄できる may be destroyed)" : "");
    if (const std::string due = member_text(all, "seal_rotation_due"); !due.empty())
      std::printf("次の交換 next rotation of the seal key: %s\n", due.c_str());
  });
}

int run_key_rotate(const OrgKeyCommand& command) {
  return finish(rotate(command), command.json,
                [](const json::Value& done) { std::printf("%s\n  %s\n", member_text(done, "name").c_str(), member_text(done, "key").c_str()); });
}

int run_key_retire(const OrgKeyCommand& command) {
  return finish(retire(command), command.json, [](const json::Value& done) {
    for (const json::Value& name : done.as_object().at("destroyed").as_array())
      std::printf("%s\n", std::string(json::view(name.as_string())).c_str());
  });
}

int run_key_hsm_list(const OrgKeyCommand& command) {
  return finish(list_token(command), command.json, [](const json::Value& all) {
    for (const json::Value& key : all.as_object().at("keys").as_array())
      std::printf("%-8s %s\n", member_text(key, "kind").c_str(), member_text(key, "label").c_str());
  });
}

}  // namespace warifu::app

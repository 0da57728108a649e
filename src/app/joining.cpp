#include "app/joining.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/file.h"
#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "desk/key_rotation.h"
#include "desk/seal_entry.h"
#include "json/codec.h"
#include "net/client.h"

namespace warifu::app {

namespace {

constexpr std::size_t kApplicationBytesMax = 512 * 1024, kKeyBytesMax = 4096;
constexpr Duration kClocksDiffer = hours(1);  // keys are in force a little before they were made
constexpr Duration kTlsKeyPeriod = days(3650);
constexpr std::chrono::milliseconds kLookAgain{500};

std::string application_path(const std::string& data) { return data + "/application"; }

Bytes bytes_of_key(const note::VerifierKey& key) { return {key.key.bytes.begin(), key.key.bytes.end()}; }

struct Entry {
  note::KeyPurpose purpose;
  note::OrgKeyAlgorithm algorithm;
  Bytes key;
  Duration period;
};

Result<std::vector<Entry>> first_keys(const Node& node, const party::OrganisationId& org) {
  const desk::Keyring keys = node.keyring(org);
  std::vector<Entry> out;
  out.push_back({note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, bytes_of_key(TRY(keys.load(note::sign_name(org.text()))).verifier()),
                 desk::kSignKeyPeriod});
  out.push_back({note::KeyPurpose::witness, note::OrgKeyAlgorithm::ed25519, bytes_of_key(TRY(keys.load_cosigner(witness_name(org))).verifier()),
                 desk::kSignKeyPeriod});
  const std::vector<desk::SealKey> seals = TRY(keys.seals(org));
  if (seals.empty()) return fail(Code::NOT_FOUND, "the organisation has no seal key", org.text());
  const note::KeyEntry seal = desk::seal_entry(seals.back().identity.recipient());
  out.push_back({seal.purpose, seal.algorithm, seal.key, desk::kSealKeyPeriod});
  const Sha256 tls = TRY(crypto::spki_sha256(TRY(read_file(node.options().data + "/tls.crt", crypto::kCertificatePemMax))));
  out.push_back({note::KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(tls.bytes.begin(), tls.bytes.end()), kTlsKeyPeriod});
  return out;
}

Result<exchange::Application> make_application(Node& node, const note::Signer& root, const Hosted& hosted) {
  const party::OrganisationId org = hosted.organisation.id;
  const std::string& origin = node.network()->keys.name;
  const Time from = Time::from_seconds((node.options().clock() - kClocksDiffer).seconds());
  exchange::Application out;
  std::string side(enum_text(hosted.organisation.side));
  std::ranges::transform(side, side.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const note::MemberEntry admission{origin, org.text(), side, root.verifier(), Time::from_seconds(node.options().clock().seconds())};
  out.admission = TRY(note::sign_note(TRY(admission.text()), std::span(&root, 1))).serialise();

  exchange::Document document;
  document.org = org.text();
  document.kind = exchange::DocumentKind::organisation;
  document.serial = node.options().clock();
  out.document.body = json::encode_canonical(hosted.organisation);
  document.body = crypto::sha256(out.document.body);
  document.body_bytes = out.document.body.size();
  out.document.note = TRY(note::sign_note(document.text(), std::span(hosted.signer.get(), 1))).serialise();

  for (Entry& key : TRY(first_keys(node, org))) {
    const note::KeyEntry entry{origin, org.text(), key.purpose, key.algorithm, std::move(key.key), {}, {}, {from, from + key.period}, {}};
    out.keys.push_back(TRY(note::sign_note(TRY(entry.text()), std::span(&root, 1))).serialise());
  }
  return out;
}

}  // namespace

std::string witness_name(const party::OrganisationId& org) { return org.text() + "/witness"; }

Status make_member_keys(const std::string& data, const desk::Keyring& keys, const party::OrganisationId& org, Time now,
                        const std::string& root_folder) {
  const desk::Keyring root_ring(root_folder);
  const desk::OrganisationKeys made = TRY(keys.create_organisation(org, root_folder.empty() ? nullptr : &root_ring));
  TRY(write_file_durably(data + "/own-root.vkey", bytes_of(made.root->verifier().text() + "\n"), 0644));
  TRY(keys.create_working(witness_name(org)));
  TRY(keys.create_seal(org));
  const crypto::TlsIdentity tls = TRY(crypto::make_tls_identity({org.text(), {}}, now));
  TRY(write_file_durably(data + "/tls.crt", bytes_of(tls.certificate), 0644));
  return write_file_durably(data + "/tls.key", bytes_of(tls.key.reveal()), 0600);
}

Result<note::VerifierKey> read_root(const std::string& data) {
  std::string text = TRY(read_file(data + "/own-root.vkey", kKeyBytesMax));
  while (text.ends_with('\n')) text.pop_back();
  return note::VerifierKey::parse(text);
}

Result<exchange::Application> application_of(Node& node, const note::Signer& root) {
  const std::string path = application_path(node.options().data);
  if (const Result<std::string> before = read_file(path, kApplicationBytesMax)) return exchange::Application::parse(*before);
  const std::vector<Hosted*> hosted = node.hosted();
  if (!node.network() || hosted.size() != 1) return fail(Code::CONFIG, "not the folder of a member", node.options().data);
  exchange::Application made = TRY(make_application(node, root, *hosted.front()));
  for (const std::string& entry : made.keys) TRY(hosted.front()->mailbox->put_issued(note::leaf_hash(TRY(note::Note::parse(entry)))));
  const std::string bundle = made.spell();
  TRY(write_file_durably(path, bytes_of(bundle), 0600));
  return made;
}

Status apply_to_hub(const Node& node, const std::string& code, const exchange::Application& application) {
  net::KeptClientOptions line;
  line.base_url = node.network()->url;
  line.server_key = node.network()->tls;
  line.certificate_file = node.options().data + "/tls.crt";
  line.key_file = node.options().data + "/tls.key";
  net::KeptClient client(line);
  const std::string bundle = application.spell();
  const std::vector<std::string_view> frames{code, bundle};
  const net::ClientAnswer answer =
      TRY(client.send({"POST", "/exchange/v1/applications", {{"Content-Type", "application/octet-stream"}}, exchange::spell_frames(frames), {}}));
  if (answer.status < 300) return {};
  return tl::unexpected<Error>(net::problem_error(answer.status, answer.body));
}

Result<bool> wait_for_admission(Node& node, const std::function<bool()>& is_over) {
  const party::OrganisationId org = node.hosted().front()->organisation.id;
  const note::VerifierKey root = TRY(read_root(node.options().data));
  for (;;) {
    // Before the admission the hub gives only the log itself; documents come afterwards.
    const Status followed = node.member()->follower().sync();
    const std::optional<note::MemberEntry> member = TRY(node.directory().member(org));
    if (member && member->root != root)
      return fail(Code::KEY_UNKNOWN, "somebody else was admitted under this name", "root", {{"key", member->root.name}});
    // The log may be a step ahead of the documents: without its own organisation's a house can publish nothing yet.
    if (member && TRY(node.directory().organisation(org))) return true;
    const bool is_waiting = followed || followed.error().code == Code::NOT_ADMITTED || followed.error().code == Code::PEER_UNAVAILABLE ||
                            followed.error().code == Code::TIMEOUT;
    if (!is_waiting) return tl::unexpected<Error>(followed.error());
    if (is_over()) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace warifu::app

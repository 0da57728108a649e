// A hub's folder made: keys, certificate, network file, its own admission.

#include <filesystem>

#include "base/file.h"
#include "crypto/certificate.h"
#include "desk/keyring.h"
#include "hub/admitter.h"
#include "hub/hub.h"
#include "json/codec.h"
#include "note/directory_entry.h"
#include "store/postgres.h"
#include "store/sqlite.h"

namespace warifu::hub {

namespace {

constexpr mode_t kPrivateFolder = 0700, kPrivate = 0600, kPublic = 0644;
constexpr Duration kOwnKeyPeriod = days(365 * 5);

struct Keys {
  note::Signer root, sign, log, keys, witness;
  std::vector<note::Signer> admitters;
};

Result<Keys> make_keys(const HubSetup& setup) {
  const std::string hub = setup.org.text();
  const desk::Keyring own(setup.data + "/keys");
  const std::string carried = setup.data + "/admitters";
  Keys out{TRY(own.create(note::root_name(hub))),        TRY(own.create(note::sign_name(hub))), TRY(own.create(exchange::message_log_name(hub))),
           TRY(own.create(exchange::key_log_name(hub))), TRY(own.create(hub + "/witness")),     {}};
  TRY(make_directories(carried, kPrivateFolder));
  const desk::Keyring ring(carried);
  for (std::size_t i = 0; i < kAdmitters; ++i) {
    const std::string name = hub + "/admit/" + std::to_string(i + 1);
    out.admitters.push_back(setup.passphrases.empty() ? TRY(ring.create(name))
                                                      : TRY(create_admitter(ring.path_of(name), name, setup.passphrases[i])));
  }
  return out;
}

// "https://hub.example:8443" is hub.example.
std::string host_of(const std::string& url) {
  std::string host = url.substr(url.find("://") + 3);
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

Result<std::string> own_entry(const HubSetup& setup, const Keys& keys, note::KeyPurpose purpose, note::OrgKeyAlgorithm algorithm, Bytes key) {
  const Time now = Time::from_seconds(setup.clock().seconds());
  const note::KeyEntry entry{keys.keys.verifier().name, setup.org.text(), purpose, algorithm, std::move(key), {}, {}, {now, now + kOwnKeyPeriod}, {}};
  return TRY(note::sign_note(TRY(entry.text()), std::span(&keys.root, 1))).serialise();
}

Bytes raw(const note::Signer& signer) { return {signer.verifier().key.bytes.begin(), signer.verifier().key.bytes.end()}; }

// The hub is a member of its own log: its witness key and its certificate stand there like everybody's.
Result<std::vector<std::string>> first_entries(const HubSetup& setup, const Keys& keys, const Sha256& tls) {
  const note::MemberEntry member{keys.keys.verifier().name, setup.org.text(), "hub", keys.root.verifier(),
                                 Time::from_seconds(setup.clock().seconds())};
  std::vector<note::Signer> signers{keys.root};
  signers.insert(signers.end(), keys.admitters.begin(), keys.admitters.end());
  std::vector<std::string> out{TRY(note::sign_note(TRY(member.text()), signers)).serialise()};
  out.push_back(TRY(own_entry(setup, keys, note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, raw(keys.sign))));
  out.push_back(TRY(own_entry(setup, keys, note::KeyPurpose::witness, note::OrgKeyAlgorithm::ed25519, raw(keys.witness))));
  out.push_back(TRY(own_entry(setup, keys, note::KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, Bytes(tls.bytes.begin(), tls.bytes.end()))));
  return out;
}

}  // namespace

Status Hub::create(const HubSetup& setup) {
  std::error_code failed;
  if (std::filesystem::exists(setup.data, failed) && !std::filesystem::is_empty(setup.data, failed))
    return fail(Code::CONFLICT, "the folder is not empty", setup.data);
  if (!setup.passphrases.empty() && setup.passphrases.size() != kAdmitters)
    return fail(Code::BAD_VALUE, "one passphrase for each admitter", "passphrases", {{"expected", std::to_string(kAdmitters)}});
  const auto fill = [&setup]() -> Status {
    TRY(make_directories(setup.data, kPrivateFolder));
    std::vector<std::string> hosts = setup.hosts;
    hosts.push_back(host_of(setup.url));
    const crypto::TlsIdentity tls = TRY(crypto::make_tls_identity({setup.org.text(), hosts}, setup.clock()));
    const Sha256 digest = TRY(crypto::spki_sha256(tls.certificate));
    const Keys keys = TRY(make_keys(setup));

    exchange::Network network{
        setup.org, setup.url, digest, keys.log.verifier(), keys.keys.verifier(), keys.sign.verifier(), {}, exchange::kPromiseSeconds};
    for (const note::Signer& admitter : keys.admitters) network.admitters.push_back(admitter.verifier());
    const std::string text = network.text();
    // A URL that no member could read back is found here, not by the first who is invited.
    TRY(exchange::Network::parse(text));

    TRY(write_file_durably(setup.data + "/tls.crt", bytes_of(tls.certificate), kPublic));
    TRY(write_file_durably(setup.data + "/tls.key", bytes_of(tls.key.reveal()), kPrivate));
    TRY(write_file_durably(setup.data + "/network", bytes_of(text), kPublic));
    TRY(write_hub_file(setup.data, setup.org.text(), setup.store_url));
    const std::unique_ptr<Hub> hub = TRY(open({.data = setup.data, .store_url = setup.store_url, .clock = setup.clock}));
    const std::vector<std::string> entries = TRY(first_entries(setup, keys, digest));
    TRY(hub->directory_->add_entries(entries));
    TRY(hub->keys_log_->integrate());
    TRY(hub->keys_log_->publish());
    return {};
  };
  Status filled = fill();
  // Nothing of a set-up that failed stands in the way of the next try.
  if (!filled)
    for (const auto& entry : std::filesystem::directory_iterator(setup.data, failed)) std::filesystem::remove_all(entry.path(), failed);
  return filled;
}

}  // namespace warifu::hub

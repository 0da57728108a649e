#include "app/bench_members.h"

#include "desk/keyring.h"

namespace warifu::app {

Result<BenchMember> new_bench_member(const hub::Hub& hub, std::span<const note::Signer> admitters, std::string_view org, Time now,
                                     const std::optional<Sha256>& tls) {
  const note::VerifierKey& log = hub.network().keys;
  const note::Signer root = TRY(note::Signer::create(note::root_name(org), crypto::Ed25519Secret::generate()));
  BenchMember out{{}, TRY(note::Signer::create(note::sign_name(org), crypto::Ed25519Secret::generate()))};
  std::vector<note::Signer> signers{root};
  signers.insert(signers.end(), admitters.begin(), admitters.end());
  const note::MemberEntry member{log.name, std::string(org), "agency", root.verifier(), now};
  out.entries.push_back(TRY(note::sign_note(TRY(member.text()), signers)).serialise());
  const auto add = [&](note::KeyPurpose purpose, note::OrgKeyAlgorithm algorithm, ByteView key) -> Status {
    note::KeyEntry entry{log.name, std::string(org), purpose, algorithm, {}, {}, {}, {now, now + days(1)}, {}};
    entry.key.assign(key.begin(), key.end());
    out.entries.push_back(TRY(note::sign_note(TRY(entry.text()), std::span(&root, 1))).serialise());
    return {};
  };
  TRY(add(note::KeyPurpose::sign, note::OrgKeyAlgorithm::ed25519, out.sign.verifier().key.bytes));
  if (tls) TRY(add(note::KeyPurpose::tls, note::OrgKeyAlgorithm::spki_sha256, tls->bytes));
  return out;
}

Result<std::vector<note::Signer>> bench_admitters(const hub::Hub& hub) {
  const desk::Keyring keys(hub.options().data + "/admitters");
  const std::string name = hub.network().hub.text();
  return std::vector<note::Signer>{TRY(keys.load(name + "/admit/1")), TRY(keys.load(name + "/admit/2"))};
}

}  // namespace warifu::app

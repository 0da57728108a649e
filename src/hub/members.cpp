// Who comes into the exchange: invited by the hub's people, asking with keys of his own, admitted by two of them.

#include "hub/members.h"

#include <algorithm>

#include "base/failpoint.h"
#include "exchange/departure.h"
#include "json/codec.h"
#include "json/write.h"
#include "note/member_end.h"
#include "party/organisation.h"

namespace warifu::hub {

namespace {

constexpr std::string_view kInvited = "invited", kApplied = "applied", kAdmitted = "admitted";
// A running hub looks up once a second who is served: what it promises until then is not to fall behind the end.
constexpr Duration kUntilHubKnows = seconds(2);

Status check_admitter(Hub& hub, const note::Signer& admitter) {
  const std::vector<note::VerifierKey>& known = hub.network().admitters;
  if (std::ranges::find(known, admitter.verifier()) != known.end()) return {};
  return fail(Code::KEY_UNKNOWN, "not an admitter of this hub", "admitter", {{"key", admitter.verifier().name}});
}

Result<store::HubApplication> waiting_of(Hub& hub, const std::string& org) {
  for (store::HubApplication& application : TRY(hub.store().applications()))
    if (application.org == org && application.state == kApplied) return std::move(application);
  return fail(Code::NOT_FOUND, "nobody of this name asks to be admitted", "org");
}

// What would be refused after two people have signed is refused now.
Status check_about(const std::string& body, const std::string& org, const std::string& side) {
  const auto about = TRY(json::decode_text<party::Organisation>(body));
  if (json::encode_canonical(about) != body) return fail(Code::BAD_ENCODING, "not the canonical form", "body", {{"expected", "canonical JSON"}});
  if (about.id.text() != org) return fail(Code::TEXT_DIFFERS, "about another organisation", "body");
  if ((about.side == party::Side::AGENCY) != (side == "agency")) return fail(Code::TEXT_DIFFERS, "of another side", "body");
  return {};
}

std::vector<std::string> admitters_of(const note::Note& note, const exchange::Network& network) {
  std::vector<std::string> out;
  for (const note::SignatureLine& line : note.signatures)
    for (const note::VerifierKey& key : network.admitters)
      if (key.name == line.name && key.id == line.id) out.push_back(key.name);
  return out;
}

}  // namespace

Result<exchange::Invitation> invite(Hub& hub, const std::string& org, const std::string& side) {
  const party::OrganisationId id = TRY(party::OrganisationId::parse(org));
  if (side != "agency" && side != "provider") return fail(Code::BAD_VALUE, "which side?", "side", {{"expected", "agency, provider"}});
  if (TRY(hub.directory().member(id))) return fail(Code::CONFLICT, "a member already", "org");
  const Time now = hub.options().clock();
  exchange::Invitation invitation{id.text(), side, exchange::new_invitation_code(), Time::from_seconds((now + exchange::kInvitationLife).seconds()),
                                  hub.network()};
  TRY(hub.store().invite({.code = TRY(exchange::invitation_digest(invitation.code)),
                          .org = invitation.org,
                          .side = side,
                          .expires = invitation.until,
                          .state = std::string(kInvited),
                          .tls = {},
                          .bundle = {}},
                         now));
  return invitation;
}

Status Hub::apply(const std::optional<net::PeerCertificate>& peer, std::string_view code, std::string_view bundle) {
  const Time now = options_.clock();
  const auto invalid = [] {
    return fail(Code::INVITATION_INVALID, "no open invitation with this code for the organisation of the certificate", "code");
  };
  if (!peer) return fail(Code::NOT_ADMITTED, "an application comes with the certificate of its organisation", "certificate", {{"peer", "-"}});
  std::optional<store::HubApplication> application = TRY(store_->application(TRY(exchange::invitation_digest(code))));
  if (!application || application->org != peer->common_name || now >= application->expires) return invalid();
  // The same again, after an answer that was lost.
  if (application->state == kApplied && application->bundle == bundle && application->tls == peer->spki) return {};
  if (application->state != kInvited) return invalid();
  const exchange::Application parts = TRY(exchange::Application::parse(bundle));
  TRY(exchange::check_application(parts, {network_.keys.name, application->org, application->side, peer->spki, now}));
  TRY(check_about(parts.document.body, application->org, application->side));
  application->state = kApplied;
  application->tls = peer->spki;
  application->bundle = bundle;
  return store_->change_application(*application, kInvited, now);
}

Result<std::vector<PendingMember>> pending(Hub& hub) {
  std::vector<PendingMember> out;
  for (const store::HubApplication& application : TRY(hub.store().applications())) {
    PendingMember one{application.org, application.side, application.state, {}, {}, {}, application.expires};
    if (!application.bundle.empty()) {
      const exchange::Application parts = TRY(exchange::Application::parse(application.bundle));
      const note::Note note = TRY(note::Note::parse(parts.admission));
      one.root = TRY(note::MemberEntry::parse(note.text)).root.text();
      one.fingerprint = exchange::fingerprint_of(one.root);
      one.signed_by = admitters_of(note, hub.network());
    }
    out.push_back(std::move(one));
  }
  return out;
}

Result<Admission> admit(Hub& hub, const std::string& org, const note::Signer& admitter) {
  const exchange::Network& network = hub.network();
  TRY(check_admitter(hub, admitter));
  store::HubApplication application = TRY(waiting_of(hub, org));
  exchange::Application parts = TRY(exchange::Application::parse(application.bundle));
  note::Note note = TRY(note::Note::parse(parts.admission));
  const note::MemberEntry member = TRY(note::MemberEntry::parse(note.text));
  Admission out{org, member.root.text(), exchange::fingerprint_of(member.root.text()), admitters_of(note, network), false};
  if (std::ranges::find(out.signed_by, admitter.verifier().name) == out.signed_by.end()) {
    note.signatures.push_back(TRY(admitter.sign(note.text)));
    out.signed_by.push_back(admitter.verifier().name);
  }
  parts.admission = note.serialise();
  const std::string before = application.state;
  application.bundle = parts.spell();
  const Time now = hub.options().clock();
  if (out.signed_by.size() < 2) {
    TRY(hub.store().change_application(application, before, now));
    return out;
  }
  // Again after an interruption between the two stores: what is there is not added twice.
  if (!TRY(hub.directory().member(TRY(party::OrganisationId::parse(org))))) {
    std::vector<std::string> entries{parts.admission};
    entries.insert(entries.end(), parts.keys.begin(), parts.keys.end());
    TRY(hub.directory().add_entries(entries));
  }
  failpoint("hub.admit.entries");
  TRY(hub.directory().put_document(parts.document));
  application.state = kAdmitted;
  TRY(hub.store().change_application(application, before, now));
  out.is_admitted = true;
  return out;
}

namespace {

// The end as far as it is signed; the first one, one that nobody has signed yet and one that was begun too long ago begin now.
Result<note::Note> end_so_far(Hub& hub, const party::OrganisationId& org, const std::optional<store::HubRevocation>& before) {
  if (before && !before->end.empty()) {
    note::Note begun = TRY(note::Note::parse(before->end));
    const Time ended = TRY(note::MemberEnd::parse(begun.text)).ended;
    const bool is_done = TRY(hub.directory().member_end(org)).has_value();
    if (is_done || ended + exchange::kEndSignedWithin >= hub.options().clock()) return begun;
  }
  const std::optional<Sha256> admission = TRY(hub.directory().admission_leaf(org));
  if (!admission) return fail(Code::NOT_FOUND, "not a member of this exchange", "org");
  const Time ended = Time::from_seconds((hub.options().clock() + kUntilHubKnows).seconds());
  const note::MemberEnd end{hub.network().keys.name, org.text(), ended, *admission};
  return note::Note{TRY(end.text()), {}};
}

}  // namespace

Result<Departure> end_admission(Hub& hub, const std::string& org, const std::string& reason, const note::Signer& admitter) {
  TRY(check_admitter(hub, admitter));
  const party::OrganisationId id = TRY(party::OrganisationId::parse(org));
  if (id == hub.network().hub) return fail(Code::BAD_VALUE, "a hub does not revoke itself", "org", {{"expected", "a member"}});
  const std::optional<store::HubRevocation> before = TRY(hub.store().revocation(org));
  note::Note note = TRY(end_so_far(hub, id, before));
  Departure out{org, TRY(note::MemberEnd::parse(note.text)).ended, admitters_of(note, hub.network()), false};
  if (TRY(hub.directory().member_end(id))) {
    out.is_ended = true;
    return out;
  }
  if (std::ranges::find(out.signed_by, admitter.verifier().name) == out.signed_by.end()) {
    note.signatures.push_back(TRY(admitter.sign(note.text)));
    out.signed_by.push_back(admitter.verifier().name);
  }
  // Served no longer before the log says so: what is promised after the end would count for nobody.
  TRY(hub.store().revoke({org, reason, note.serialise(), hub.options().clock()}, before));
  failpoint("hub.end.revoked");
  if (out.signed_by.size() < 2) return out;
  TRY(hub.directory().add_entry(note.serialise()));
  out.is_ended = true;
  return out;
}

Status restore_member(Hub& hub, const std::string& org, const note::Signer& admitter) {
  TRY(check_admitter(hub, admitter));
  const party::OrganisationId id = TRY(party::OrganisationId::parse(org));
  if (TRY(hub.directory().member_end(id))) return fail(Code::CONFLICT, "an admission that has ended does not begin again", "org");
  const std::optional<store::HubRevocation> revocation = TRY(hub.store().revocation(org));
  if (!revocation) return fail(Code::NOT_FOUND, "it is served", "org");
  // Cut short before it came into the log: what two have signed, one does not take back.
  if (!revocation->end.empty() && admitters_of(TRY(note::Note::parse(revocation->end)), hub.network()).size() >= 2)
    return fail(Code::CONFLICT, "two have signed: the end is to be finished", "org");
  return hub.store().restore(*revocation);
}

}  // namespace warifu::hub

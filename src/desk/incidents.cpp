// What the exchange did that it must not do: shown to those who answer for it.

#include "desk/impl.h"

namespace warifu::desk {

namespace {

constexpr std::size_t kIncidentsShown = 200;

bool is_told(party::Role role) { return role == party::Role::ADMIN || role == party::Role::AUDITOR; }

Error error_of(const Incident& incident) {
  Error error{Code::INTERNAL, "incident", incident.about, {{"peer", incident.about}, {"signer", incident.about}, {"key", incident.about}}};
  for (int i = 0; i < kCodeCount; ++i)
    if (sentence(static_cast<Code>(i)).name == incident.code) error.code = static_cast<Code>(i);
  return error;
}

}  // namespace

Result<IncidentList> Office::incidents(const Caller& caller) const {
  TRY(impl_->person_of(caller));
  if (!is_told(caller.role)) return fail(Code::FORBIDDEN, "for administrators and auditors");
  IncidentList out;
  if (!impl_->parts.mailbox) return out;
  for (Incident& incident : TRY(impl_->parts.mailbox->incidents(false, kIncidentsShown))) {
    const Error error = error_of(incident);
    out.incidents.push_back({incident.seq, std::move(incident.code), std::move(incident.about), sentence_ja(error), sentence_en(error),
                             std::move(incident.evidence), incident.at, incident.examined});
  }
  return out;
}

Status Office::examine_incident(const Caller& caller, std::int64_t incident) {
  TRY(impl_->person_of(caller));
  if (caller.role != party::Role::AUDITOR) return fail(Code::ROLE_MISSING, "for auditors", {}, {{"role", "AUDITOR"}});
  if (!impl_->parts.mailbox) return fail(Code::NOT_FOUND, "no such incident", "/incident");
  return impl_->parts.mailbox->examine_incident(incident, now());
}

Result<std::vector<Notice>> Office::Impl::exchange_alarms(const Caller& caller) const {
  std::vector<Notice> out;
  if (!parts.mailbox || !is_told(caller.role)) return out;
  for (const Incident& incident : TRY(parts.mailbox->incidents(true, kIncidentsShown))) out.push_back(notice_of(error_of(incident)));
  return out;
}

}  // namespace warifu::desk

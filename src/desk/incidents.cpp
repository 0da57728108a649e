// What the exchange did that it must not do: shown to those who answer for it.

#include <algorithm>

#include "desk/impl.h"

namespace warifu::desk {

namespace {

constexpr std::size_t kIncidentsShown = 200;
constexpr std::string_view kBook = "incident";  // what auditors found out

bool is_told(party::Role role) { return role == party::Role::ADMIN || role == party::Role::AUDITOR; }

Error error_of(const Incident& incident) {
  Error error{Code::INTERNAL, "incident", incident.about, {{"peer", incident.about}, {"signer", incident.about}, {"key", incident.about}}};
  for (int i = 0; i < kCodeCount; ++i)
    if (sentence(static_cast<Code>(i)).name == incident.code) error.code = static_cast<Code>(i);
  return error;
}

IncidentView view_of(Incident incident) {
  const Error error = error_of(incident);
  return {incident.seq, std::move(incident.code), std::move(incident.about), sentence_ja(error), sentence_en(error), std::move(incident.evidence),
          incident.at,  incident.examined};
}

// The newest first; with those that are open, a fork among them whatever came after it: for that the exchange rests.
Result<std::vector<Incident>> shown(const Mailbox& mailbox) {
  std::vector<Incident> out = TRY(mailbox.incidents(true, kIncidentsShown));
  for (Incident& incident : TRY(mailbox.incidents(false, kIncidentsShown)))
    if (std::ranges::find(out, incident.seq, &Incident::seq) == out.end()) out.push_back(std::move(incident));
  std::ranges::sort(out, std::ranges::greater{}, &Incident::seq);
  return out;
}

}  // namespace

Result<IncidentList> Office::incidents(const Caller& caller) const {
  TRY(impl_->person_of(caller));
  if (!is_told(caller.role)) return fail(Code::FORBIDDEN, "for administrators and auditors");
  IncidentList out;
  if (!impl_->parts.mailbox) return out;
  for (Incident& incident : TRY(shown(*impl_->parts.mailbox))) out.incidents.push_back(view_of(std::move(incident)));
  return out;
}

Result<IncidentView> Office::examine_incident(const Caller& caller, std::int64_t number, const CommentCommand& command) {
  TRY(impl_->person_of(caller));
  if (caller.role != party::Role::AUDITOR)
    return fail(Code::ROLE_MISSING, "for auditors", {}, {{"role", std::string(enum_text(party::Role::AUDITOR))}});
  const std::string comment = TRY(paragraph(command.comment, "/comment"));
  if (!impl_->parts.mailbox) return fail(Code::NOT_FOUND, "no such incident", "/incident");
  std::vector<Incident> all = TRY(shown(*impl_->parts.mailbox));
  const auto found = std::ranges::find(all, number, &Incident::seq);
  if (found == all.end()) return fail(Code::NOT_FOUND, "no such incident", "/incident");
  if (found->examined) return fail(Code::CONFLICT, "this incident has been examined", "/incident");
  // The act first: an examination that is cut short is made once more, and then stands there twice.
  const MatterId id = MatterId::random();
  IncidentView out;
  TRY(impl_->write(
      caller, id,
      [&](const Scene& scene) -> Result<Plan> {
        found->examined = scene.now;
        const json::Value entry(json::Object{{"incident", number}, {"code", found->code}, {"about", found->about}, {"comment", comment}});
        Plan plan = plan_of(Kind::OFFICE_CHANGED, inquiry::OfficeChangedBody{{}, std::string(kBook), entry});
        plan.books.push_back({std::string(kBook), id, json::canonical(entry), {}, scene.now});
        return plan;
      },
      true,
      [&](const Loaded&, const Commit&) -> Result<json::Value> {
        out = view_of(*found);
        return json::encode(out);
      }));
  TRY(impl_->parts.mailbox->examine_incident(number, now()));
  return out;
}

Result<std::vector<Notice>> Office::Impl::exchange_alarms(const Caller& caller) const {
  std::vector<Notice> out;
  if (!parts.mailbox || !is_told(caller.role)) return out;
  for (const Incident& incident : TRY(parts.mailbox->incidents(true, kIncidentsShown))) out.push_back(notice_of(error_of(incident)));
  return out;
}

}  // namespace warifu::desk

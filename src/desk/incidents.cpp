// What the exchange did that it must not do: shown to those who answer for it.

#include <algorithm>
#include <charconv>
#include <limits>

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

// A cursor is the number that comes before a page: nothing is kept for it, and what is new since leaves older pages as they were.
Result<std::int64_t> number_in(const std::string& cursor) {
  if (cursor.empty()) return std::numeric_limits<std::int64_t>::max();
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), number);
  if (problem != std::errc() || end != cursor.data() + cursor.size() || number < 1)
    return fail(Code::BAD_VALUE, "not a cursor of this list", "/cursor", {{"expected", "next"}});
  return number;
}

}  // namespace

Result<IncidentList> Office::incidents(const Caller& caller, const std::string& cursor) const {
  TRY(impl_->person_of(caller));
  if (!is_told(caller.role)) return fail(Code::FORBIDDEN, "for administrators and auditors");
  const std::int64_t before = TRY(number_in(cursor));
  IncidentList out;
  if (!impl_->parts.mailbox) return out;
  const Mailbox& mailbox = *impl_->parts.mailbox;
  std::vector<Incident> page = TRY(mailbox.incidents_before(before, kIncidentsShown + 1));
  if (page.size() > kIncidentsShown) {
    page.pop_back();
    out.next = std::to_string(page.back().seq);
    // A fork that nobody has looked at is seen whatever came after it: for that the exchange rests.
    if (cursor.empty())
      for (Incident& open : TRY(mailbox.incidents(true, kIncidentsShown)))
        if (std::ranges::find(page, open.seq, &Incident::seq) == page.end()) page.push_back(std::move(open));
    std::ranges::sort(page, std::ranges::greater{}, &Incident::seq);
  }
  for (Incident& incident : page) out.incidents.push_back(view_of(std::move(incident)));
  return out;
}

Result<IncidentView> Office::examine_incident(const Caller& caller, std::int64_t number, const CommentCommand& command) {
  TRY(impl_->person_of(caller));
  if (caller.role != party::Role::AUDITOR)
    return fail(Code::ROLE_MISSING, "for auditors", {}, {{"role", std::string(enum_text(party::Role::AUDITOR))}});
  const std::string comment = TRY(paragraph(command.comment, "/comment"));
  if (!impl_->parts.mailbox) return fail(Code::NOT_FOUND, "no such incident", "/incident");
  if (number < 1 || number == std::numeric_limits<std::int64_t>::max()) return fail(Code::NOT_FOUND, "no such incident", "/incident");
  std::vector<Incident> all = TRY(impl_->parts.mailbox->incidents_before(number + 1, 1));
  const auto found = all.begin();
  if (found == all.end() || found->seq != number) return fail(Code::NOT_FOUND, "no such incident", "/incident");
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

// Acts by their hash: what somebody holds who has a paper, a proof or a line of a log in hand and asks what it belongs to.

#include <algorithm>

#include "desk/impl.h"

namespace warifu::desk {

namespace {

constexpr std::size_t kDigitsMin = 16;  // as many as the verification code of a paper has
constexpr std::size_t kDigitsMax = 2 * sizeof(Sha256::bytes);
constexpr std::size_t kFoundMax = 20;

// The digits of a hash as people bring them: the code of a paper with its hyphens, the QR symbol's text, capitals.
Result<std::string> digits_of(std::string_view text) {
  constexpr std::string_view kLink = "warifu:act:";
  if (text.starts_with(kLink)) text.remove_prefix(kLink.size());
  std::string digits;
  for (const char c : text)
    if (c != '-' && c != ' ') digits.push_back(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
  if (digits.size() < kDigitsMin || digits.size() > kDigitsMax || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
    return fail(Code::BAD_VALUE, "not the digits of a hash", "/q", {{"expected", "16-64: 0-9 a-f"}});
  return digits;
}

}  // namespace

Result<ActsFound> Office::find_acts(const Caller& caller, std::string_view text) const {
  const party::Person person = TRY(impl_->person_of(caller));
  if (caller.role != party::Role::AUDITOR)
    return fail(Code::ROLE_MISSING, "for auditors", {}, {{"role", std::string(enum_text(party::Role::AUDITOR))}});
  const std::string digits = TRY(digits_of(text));
  const auto filled = [&](char rest) { return Sha256::parse(digits + std::string(kDigitsMax - digits.size(), rest)); };
  ActsFound out;
  for (const ActPlace& place : TRY(impl_->parts.store->acts_between(TRY(filled('0')), TRY(filled('f')), kFoundMax))) {
    const Loaded loaded = TRY(impl_->load(place.matter));
    const SignedAct* act = loaded.find(place.hash);
    if (act == nullptr) continue;
    const inquiry::KindRule& rule = inquiry::rule_of(act->act.kind);
    ActFound found{place.hash,
                   place.matter,
                   std::string(enum_text(act->act.kind)),
                   std::string(rule.name_ja),
                   std::string(rule.name_en),
                   act->act.org,
                   {},
                   act->act.at,
                   {}};
    if (act->act.person && act->act.org == self().id)
      if (const std::optional<party::Person> who = TRY(impl_->person(*act->act.person))) found.person = PersonName{who->id, who->name, who->post, {}};
    if (inquiry::is_inquiry_kind(loaded.acts.front().act.kind))
      found.row = TRY(impl_->row_view(caller, person, TRY(impl_->parts.store->row(place.matter))));
    out.acts.push_back(std::move(found));
  }
  return out;
}

}  // namespace warifu::desk

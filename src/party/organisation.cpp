#include "party/organisation.h"

#include <algorithm>

namespace warifu::party {

namespace {
constexpr std::size_t kIdLengthMax = 64;
bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
}  // namespace

Result<OrganisationId> OrganisationId::parse(std::string_view text) {
  const auto refuse = [] { return fail(Code::BAD_VALUE, "not an organisation id", {}, {{"expected", "[a-z0-9.-], 1-64, e.g. police.example"}}); };
  if (text.empty() || text.size() > kIdLengthMax) return refuse();
  if (!is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back())) return refuse();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!is_letter_or_digit(c) && c != '.' && c != '-') return refuse();
    if (c == '.' && text[i - 1] == '.') return refuse();  // the first character is never a dot
  }
  OrganisationId id;
  id.text_ = text;
  return id;
}

bool OrganisationId::is_demo() const { return text_.ends_with(".demo"); }

bool role_belongs_to(Role role, Side side) {
  switch (role) {
    case Role::INVESTIGATOR:
    case Role::SUPERVISOR:
    case Role::APPROVER:
    case Role::REGISTRAR: return side == Side::AGENCY;
    case Role::INTAKE:
    case Role::OPERATOR:
    case Role::LEGAL:
    case Role::RELEASER: return side == Side::PROVIDER;
    case Role::AUDITOR:
    case Role::ADMIN:
    case Role::NODE: return true;
  }
  return false;
}

bool Person::has(Role role) const { return std::ranges::find(roles, role) != roles.end(); }

}  // namespace warifu::party

namespace warifu::json {

Result<party::OrganisationId> Codec<party::OrganisationId>::decode(const Value& value) {
  if (!value.is_string()) return fail(Code::WRONG_TYPE, "an organisation id is a string", {}, {{"expected", "string"}});
  return party::OrganisationId::parse(std::string_view(value.get_string()));
}

Value Codec<party::OrganisationId>::encode(const party::OrganisationId& id) { return Value(id.text()); }

Value Codec<party::OrganisationId>::schema(SchemaSet&) { return {{"type", "string"}, {"pattern", "^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$"}}; }

}  // namespace warifu::json

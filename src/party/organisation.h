#pragma once
// Organisations, their units and people, and who stands in for whom. Values only: how they are kept is a port of the desk,
// who may do what is in access and inquiry. Roles and posts follow the office rules of a Japanese police force and of a
// provider's disclosure desk (docs/glossary.md).

#include <boost/describe.hpp>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum.h"
#include "base/id.h"
#include "base/time.h"
#include "json/codec.h"
#include "law/types.h"

namespace warifu::party {

// Name of an organisation on the wire: [a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?, no empty label. Nothing else is ever a path or a file name.
class OrganisationId {
 public:
  OrganisationId() = default;
  [[nodiscard]] static Result<OrganisationId> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_demo() const;  // ends in ".demo": refused by production nodes
  auto operator<=>(const OrganisationId&) const = default;

 private:
  std::string text_;
};

enum class Side { AGENCY, PROVIDER };

enum class Role { INVESTIGATOR, SUPERVISOR, APPROVER, REGISTRAR, AUDITOR, ADMIN, INTAKE, OPERATOR, LEGAL, RELEASER, NODE };

// Roles exist on one side only; NODE on both (acts of the system itself).
[[nodiscard]] bool role_belongs_to(Role role, Side side);

struct Organisation {
  OrganisationId id;
  Side side = Side::AGENCY;
  std::string name_ja, name_en;
  law::RecipientClass recipient_class = law::RecipientClass::BUSINESS_OPERATOR;
  std::string address, telephone;  // the telephone of the directory is the one used for call-backs
  std::vector<std::string> kinds;  // portal, internet, mobile, bank, crypto, hosting …
};

// A unit of an agency (課, 係, 署) or a desk of a provider.
struct Unit {
  UnitId id;
  std::string name_ja, name_en;
  bool is_register_office = false;        // keeps registers (交付簿) of its own
  std::optional<UnitId> register_office;  // the office whose registers it uses
  std::string document_prefix;            // 文書記号, stands before the document number
  bool is_active = true;
};

struct Person {
  PersonId id;
  std::string login;
  std::string name;  // kanji as written in office papers
  std::optional<std::string> kana, romaji;
  std::string post;  // 職, 階級
  std::optional<UnitId> unit;
  std::vector<Role> roles;
  bool is_unit_head = false;  // 所属長
  std::string mail, telephone, extension;
  bool is_active = true;

  [[nodiscard]] bool has(Role role) const;
};

// 代決: the delegate signs in the approver's place between two instants.
struct Delegation {
  PersonId delegator, delegate;
  UnitId unit;
  Time from, until;
  [[nodiscard]] bool covers(Time at) const { return from <= at && at < until; }
};

// An investigation. None is inquired about outside one that is open (domain rule 1 of approval).
struct Case {
  CaseId id;
  std::string number;   // 事件番号
  std::string title;    // never leaves the agency
  std::string offence;  // 罪名; may be withheld from the provider
  UnitId unit;
  bool is_open = true;
  Time opened, closed;  // closed is the epoch while open
};

BOOST_DESCRIBE_STRUCT(Organisation, (), (id, side, name_ja, name_en, recipient_class, address, telephone, kinds))
BOOST_DESCRIBE_STRUCT(Unit, (), (id, name_ja, name_en, is_register_office, register_office, document_prefix, is_active))
BOOST_DESCRIBE_STRUCT(Person, (), (id, login, name, kana, romaji, post, unit, roles, is_unit_head, mail, telephone, extension, is_active))
BOOST_DESCRIBE_STRUCT(Delegation, (), (delegator, delegate, unit, from, until))
BOOST_DESCRIBE_STRUCT(Case, (), (id, number, title, offence, unit, is_open, opened, closed))

}  // namespace warifu::party

template <>
struct warifu::EnumNames<warifu::party::Side> {
  static constexpr std::array<std::string_view, 2> names = {"AGENCY", "PROVIDER"};
};
template <>
struct warifu::EnumNames<warifu::party::Role> {  // the spelling of the act's `by` line
  static constexpr std::array<std::string_view, 11> names = {"investigator", "supervisor", "approver", "registrar", "auditor", "admin",
                                                             "intake",       "operator",   "legal",    "releaser",  "node"};
};

template <>
struct warifu::json::Codec<warifu::party::OrganisationId> {
  static Result<party::OrganisationId> decode(const Value& value);
  static Value encode(const party::OrganisationId& id);
  static Value schema(SchemaSet&);
};

#pragma once
// Who is in the demo. Internal to the demo.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "law/types.h"
#include "party/organisation.h"
#include "party/profile.h"
#include "store/demo_customers.h"

namespace warifu::app {

struct DemoUnit {
  std::string_view key, name_ja, name_en, prefix;
  bool is_register_office = true;
};

struct DemoPerson {
  std::string_view login, name, kana, post;
  std::string_view unit;  // key of a unit; empty at a provider
  std::vector<party::Role> roles;
  bool is_unit_head = false;
  std::string_view pin = "";  // of the personal key; everybody has one
};

struct DemoCase {
  std::string_view key, number, title, offence;
};

struct DemoOrganisation {
  std::string_view id, name_ja, name_en, address, telephone;
  party::Side side = party::Side::AGENCY;
  std::string_view kind;  // portal, internet …
  std::vector<DemoUnit> units;
  std::vector<DemoPerson> people;
  std::vector<DemoCase> cases;
  std::optional<store::CustomerKind> customers;
  std::vector<party::ProfileEntry> profile;
  std::string_view sources;  // TOML
};

[[nodiscard]] const std::vector<DemoOrganisation>& demo_organisations();

// The password of every demo account; printed at the start, refused by a production node together with the organisations' ids.
inline constexpr std::string_view kDemoPassword = "warifu-demo-2026";

}  // namespace warifu::app

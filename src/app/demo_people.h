#pragma once
// An organisation of the demo moves in: its units, people with keys, cases and customers. In the process that hosts all of them, and in a node of
// its own, by the same functions. Internal to the demo.

#include "app/demo.h"
#include "app/demo_world.h"

namespace warifu::app {

struct DemoMade {
  DemoAccount account;
  PersonId person;
  std::shared_ptr<const note::Signer> key;
};

[[nodiscard]] const DemoOrganisation* demo_organisation_named(std::string_view id);
[[nodiscard]] party::Organisation demo_organisation(const DemoOrganisation& from);
// What lies in its folder before the node hosts it: devices, customers, sources.
Status furnish_demo_folder(const std::string& folder, const DemoOrganisation& from, std::size_t customers);
// Units, people with their keys and log-ins, cases, the answer profile.
Result<std::vector<DemoMade>> furnish_demo_office(Node& node, Hosted& hosted, const DemoOrganisation& from);

[[nodiscard]] std::string demo_device_path(const std::string& folder, const PersonId& person,
                                           std::string_view what);  // keyfile, device

}  // namespace warifu::app

#pragma once
// How a node becomes a member of an exchange (docs/operations.md, "A hub and its members"): its keys and certificate are made here and stay here,
// an application goes to the hub with the code of the invitation, two people of the hub admit it after the fingerprint has been compared.

#include <functional>
#include <string>

#include "app/node.h"
#include "exchange/joining.h"

namespace warifu::app {

[[nodiscard]] std::string witness_name(const party::OrganisationId& org);  // <org>/witness

// Root, signing, witness and seal key, and the certificate for the line to the hub. A key that is there already stays.
Status make_member_keys(const std::string& data, const desk::Keyring& keys, const party::OrganisationId& org, Time now,
                        const std::string& root_folder);  // where the root key goes when it is to lie offline; else empty
// DIR/root.vkey names the logs; the house's own root key stands in DIR/own-root.vkey, so that the private one may lie offline.
[[nodiscard]] Result<note::VerifierKey> read_root(const std::string& data);

// What the admitters sign and what follows it; the same each time (DIR/application). The entries are remembered as this house's own.
[[nodiscard]] Result<exchange::Application> application_of(Node& node, const note::Signer& root);
// To the hub. May be repeated.
Status apply_to_hub(const Node& node, const std::string& code, const exchange::Application& application);
// Looks until the log of keys shows the admission; false when `is_over` says that it is time to end. KEY_UNKNOWN when somebody else was
// admitted under this name.
Result<bool> wait_for_admission(Node& node, const std::function<bool()>& is_over);

}  // namespace warifu::app

#pragma once
// The rows of the table, one function per domain. Each handler is decode → desk → encode.

#include "api/router.h"
#include "api/types.h"

namespace warifu::api {

void add_session_routes(Router& routes);   // log-in, second factor, role, devices, invitations
void add_node_routes(Router& routes);      // the node, the directory, the law, types of selectors
void add_inquiry_routes(Router& routes);   // the agency's side
void add_provider_routes(Router& routes);  // the provider's side
void add_matter_routes(Router& routes);    // both sides: lists, views, registers, the end of a matter
void add_figure_routes(Router& routes);    // figures, statements, inspection, papers
void add_book_routes(Router& routes);      // cases, people, units, delegations, templates, house rules, profile, keys

[[nodiscard]] const Router& all_routes();

// The organisation of a public request on this node; WRONG_LOGIN, so that it reads like any other failed log-in.
[[nodiscard]] Result<Host*> host_of(Offices& offices, const party::OrganisationId& organisation, Code otherwise);
[[nodiscard]] desk::Notice notice_of(const Error& error);

// Reads rows of a table into items of a draft; used by the import route.
[[nodiscard]] Result<ImportView> import_items(std::string_view csv, const ImportQuery& query);

}  // namespace warifu::api

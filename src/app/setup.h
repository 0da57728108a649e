#pragma once
// What the commands that set a node up share.

#include "app/commands.h"
#include "app/node.h"

namespace warifu::app {

[[nodiscard]] Result<party::Organisation> organisation_of(const OrgCommand& command);
// The administrator who brings in everybody else. A key is made on that person's own device, so only a code is given out.
Result<desk::InvitationCode> first_administrator(Hosted& hosted, const InitCommand& command);

}  // namespace warifu::app

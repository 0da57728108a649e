#pragma once
// What a person names on the command line (a login, a unit, a matter's number, a case), found through the interface as a page would find it;
// and the signature of a second person over an entry of the directory, which several commands ask for.

#include <optional>
#include <string>
#include <vector>

#include "app/door.h"
#include "desk/enrolment.h"

namespace warifu::app {

struct Hosted;

// Each is the record as the interface tells it; NOT_FOUND with the text given when there is none. An id is taken as well as a name.
[[nodiscard]] Result<json::Value> person_named(Door& door, const std::string& login);
[[nodiscard]] Result<json::Value> unit_named(Door& door, const std::string& name);  // in Japanese or English
// Numbers are their agency's to give: where two agencies' inquiries have the same one, CONFLICT, and the id tells them apart.
[[nodiscard]] Result<std::string> matter_named(Door& door, const std::string& number);
[[nodiscard]] Result<std::string> case_named(Door& door, const std::string& number);  // CASE_UNKNOWN
// The same in the store itself, for commands that read the folder. `agency`: whose number it is; anybody's when it is not said. NOT_FOUND, CONFLICT.
[[nodiscard]] Result<MatterId> matter_in(const Hosted& house, const std::optional<party::OrganisationId>& agency, const std::string& number);

// A file that was named there; what is wrong with it names it.
[[nodiscard]] Result<std::string> file_named(const std::string& path, std::uint64_t bytes_max);

// A matter as its page shows it, which is an act. `reveal`: fields whose mask is lifted.
[[nodiscard]] Result<json::Value> view_of(Door& door, const std::string& matter, const std::string& reason, const std::vector<std::string>& reveal);

// What an entry of the directory that is about to be signed must be about.
struct EntryMeant {
  std::string person;                    // id
  std::string name;                      // shown above the text
  std::optional<std::string> delegator;  // id
};
// Shows the text and signs it here. TEXT_DIFFERS when it is about somebody else, KEY_UNKNOWN when the key file is another person's. `signer` is
// opened at the first entry, so that one command asks for the PIN once.
[[nodiscard]] Result<desk::SignedEntry> sign_entry(Door& door, std::optional<note::Signer>& signer, const desk::PreparedEntry& prepared,
                                                   const EntryMeant& meant);

// A file of the interface (a paper, a table, an attachment) into `out`, readable by its owner only: {"file", "bytes", "sha256"}.
[[nodiscard]] Result<json::Value> save(Door& door, const std::string& target, const std::string& out);

}  // namespace warifu::app

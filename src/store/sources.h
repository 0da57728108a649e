#pragma once
// Lookup sources of a provider, read from a TOML file (docs/sources.md): SQL in SQLite or PostgreSQL, CSV files, and forms filled in by hand.
// Guarantees: a lookup reads and never writes; the value looked up is bound, never part of the SQL; what comes back is bounded in rows, bytes
// and time; an unknown or missing setting is refused when the file is read. Each source may be used from several threads.
// Errors: SOURCE_CONFIG with `where` = the source, or source/query; SOURCE_UNAVAILABLE, TIMEOUT, NOT_IN_PROFILE at lookup. Messages never
// carry what was looked up or found.

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "answer/source.h"

namespace warifu::store {

[[nodiscard]] Result<std::vector<std::shared_ptr<answer::Source>>> load_sources(const std::filesystem::path& path);
// The same from text; relative files lie beside `folder`.
[[nodiscard]] Result<std::vector<std::shared_ptr<answer::Source>>> parse_sources(std::string_view toml, const std::filesystem::path& folder);

}  // namespace warifu::store

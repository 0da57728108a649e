#pragma once
// Which log is trusted and how many witnesses must have seen a checkpoint (C2SP tlog-policy, with its limits on names and membership).
//
//   log <vkey> [<url>]
//   witness <name> <vkey> [<url>]
//   group <name> <k|any|all> <member>…
//   quorum <name|none>
//
// Lines starting with '#' and empty lines are skipped; a line names only what stands above it, so groups cannot form a circle.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "note/note.h"

namespace warifu::note {

inline constexpr std::size_t kPolicyEntriesMax = 64;  // of each kind; the specification asks for 32 at least

struct Policy {
  struct Log {
    VerifierKey key;
    std::string url;  // empty when not given
  };
  struct Witness {
    std::string name;
    VerifierKey key;
    std::string url;
  };
  struct Group {
    std::string name;
    std::size_t needed = 1;
    std::vector<std::string> members;
  };
  std::vector<Log> logs;
  std::vector<Witness> witnesses;
  std::vector<Group> groups;
  std::string quorum;  // "none", or the name of a witness or group

  // BAD_VALUE with the line's number in args.
  [[nodiscard]] static Result<Policy> parse(std::string_view text);

  // Whether these witnesses (by key) make the quorum.
  [[nodiscard]] bool is_quorum(std::span<const VerifierKey> cosigned) const;
  // A checkpoint that one of the logs signed in its own name and the quorum cosigned.
  [[nodiscard]] Status check(const Note& checkpoint) const;

 private:
  [[nodiscard]] bool holds(std::string_view name, std::span<const VerifierKey> cosigned) const;
};

}  // namespace warifu::note

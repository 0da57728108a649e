#pragma once
// Inside this room's tests: reads the members of the test-vector files in the order they stand. The files are pretty-printed JSON
// whose strings need no escapes where we look; a full JSON reader lies above this room.

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/file.h"
#include "base/test_source.h"

namespace warifu::crypto::testing {

inline std::optional<std::string> read_vectors(const std::string& name) {
  auto text = read_file(warifu::testing::shared_data() + "/vectors/" + name, 16u * 1024 * 1024);
  if (!text) return std::nullopt;
  return *text;
}

using Members = std::map<std::string, std::string, std::less<>>;

// Calls `visit` at each member named `last`, with the newest value of every scalar member seen so far.
inline void each_vector(std::string_view json, std::string_view last, const std::function<void(const Members&)>& visit) {
  Members members;
  std::size_t at = 0;
  while ((at = json.find('"', at)) != std::string_view::npos) {
    const auto close_of = [&](std::size_t from) {
      while (json[from] != '"') from += json[from] == '\\' ? 2 : 1;
      return from;
    };
    const std::size_t end = close_of(at + 1);
    const std::string name(json.substr(at + 1, end - at - 1));
    at = end + 1;
    if (json.substr(at, 2) != ": ") continue;
    at += 2;
    if (json[at] == '"') {
      const std::size_t stop = close_of(at + 1);
      members[name] = std::string(json.substr(at + 1, stop - at - 1));
      at = stop + 1;
    } else if (json[at] != '{' && json[at] != '[') {
      const std::size_t stop = json.find_first_of(",\n", at);
      members[name] = std::string(json.substr(at, stop - at));
      at = stop;
    } else if (json[at] == '[') {
      // A list of flags is kept as its text; a list of objects is entered.
      const std::size_t next = json.find_first_not_of("[ \n\t", at);
      if (json[next] != '{') {
        const std::size_t stop = json.find(']', at);
        members[name] = std::string(json.substr(at, stop - at));
        at = stop;
      }
    }
    if (name == last) visit(members);
  }
}

inline Bytes unhex(const std::string& text) { return from_hex(text).value(); }

}  // namespace warifu::crypto::testing

#pragma once
// For tests only: every way in which a document of lines can be spoilt, so that no reader has a list of its own that forgets one. What is said of a
// reader: each of these is refused with a code that blames the sender, or (a flipped digit, a line that may come any number of times) is read as
// another document that is spelt exactly so. Nothing is ever read as the document it is not.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/limits.h"

namespace warifu::testing {

struct Mutation {
  std::string what;  // which field, and what was done to it
  std::string text;
};
using Mutations = std::vector<Mutation>;

namespace internal {

inline std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    out.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

inline std::string join(const std::vector<std::string>& parts, char by) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : std::string(1, by)) + parts[i];
  return out;
}

// One field of a line: the value between two spaces.
inline void spoil_field(const std::vector<std::string>& fields, std::size_t i,
                        const std::function<void(const char*, std::vector<std::string>)>& put) {
  const std::string& field = fields[i];
  const auto with = [&](std::string value) {
    std::vector<std::string> out = fields;
    out[i] = std::move(value);
    return out;
  };
  std::vector<std::string> out = fields;
  out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
  put("missing", out);
  out = fields;
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(i), field);
  put("repeated", out);
  put("empty", with(""));
  put("over-long", with(field + std::string(limits::kNoteLineBytesMax, 'a')));
  put("over-long, of digits", with(field + std::string(limits::kNoteLineBytesMax, '7')));
  put("with a character before it", with("x" + field));
  put("with a character behind it", with(field + "x"));
  put("cut by its last character", with(field.substr(0, field.empty() ? 0 : field.size() - 1)));
  put("with a leading zero", with("0" + field));
  put("with a sign", with("+" + field));
  put("negative", with("-" + field));
  put("larger than any number", with("99999999999999999999999"));
  put("a path", with("../" + field));
  put("an escape", with("%2e" + field));
  put("with a NUL", with(field + std::string(1, '\0')));
  put("not UTF-8", with(field + "\xFF"));
  put("with a tab", with(field + "\t"));
  std::string upper = field;
  std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  put("in capitals", with(upper));
  if (i + 1 < fields.size()) {
    out = fields;
    std::swap(out[i], out[i + 1]);
    put("in another place", out);
  }
}

}  // namespace internal

// Each line and each field of it missing, repeated, empty, over-long, out of place and spelt otherwise; another version; the end cut off at every
// byte, or something behind it. `text` ends with a line feed.
[[nodiscard]] inline Mutations spoilt(std::string_view text) {
  Mutations out;
  const auto put = [&](std::string what, std::string changed) {
    if (changed != text) out.push_back({std::move(what), std::move(changed)});
  };
  std::vector<std::string> lines = internal::split(text.substr(0, text.size() - 1), '\n');
  const auto all = [](const std::vector<std::string>& of) { return internal::join(of, '\n') + "\n"; };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string where = "line " + std::to_string(i + 1) + " (" + lines[i].substr(0, 24) + ") ";
    const auto put_line = [&](const std::string& what, std::string line) {
      std::vector<std::string> changed = lines;
      changed[i] = std::move(line);
      put(where + what, all(changed));
    };
    std::vector<std::string> changed = lines;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    put(where + "missing", changed.empty() ? std::string() : all(changed));
    changed = lines;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    put(where + "repeated", all(changed));
    if (i + 1 < lines.size()) {
      changed = lines;
      std::swap(changed[i], changed[i + 1]);
      put(where + "behind the next", all(changed));
    }
    put_line("with a carriage return", lines[i] + "\r");
    put_line("with an unknown keyword", "unknown " + lines[i]);
    const std::vector<std::string> fields = internal::split(lines[i], ' ');
    for (std::size_t f = 0; f < fields.size(); ++f)
      internal::spoil_field(fields, f, [&](const char* what, const std::vector<std::string>& spoilt_fields) {
        put_line("field " + std::to_string(f + 1) + " " + what, internal::join(spoilt_fields, ' '));
      });
  }
  if (const std::size_t version = lines[0].rfind("/v1"); version != std::string::npos)
    for (const char* other : {"/v0", "/v2", "/v10", "/v01", "/V1", "/v", ""}) {
      std::vector<std::string> changed = lines;
      changed[0].replace(version, 3, other);
      put(std::string("another version ") + other, all(changed));
    }
  for (std::size_t i = 0; i < text.size(); ++i) put("cut at " + std::to_string(i), std::string(text.substr(0, i)));
  for (const std::string& behind :
       {std::string("\n"), std::string("x"), std::string("x\n"), std::string(" "), std::string("\n\n"), std::string(1, 0)})
    put("something behind it", std::string(text) + behind);
  put("twice", std::string(text) + std::string(text));
  return out;
}

// Every bit of it the other way round.
[[nodiscard]] inline Mutations flipped(std::string_view bytes) {
  Mutations out;
  out.reserve(bytes.size() * 8);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed(bytes);
      changed[i] = static_cast<char>(changed[i] ^ static_cast<char>(1u << bit));
      out.push_back({"bit " + std::to_string(bit) + " of byte " + std::to_string(i), std::move(changed)});
    }
  return out;
}

// Refused, and it is the document's fault: no accident of ours, and a sentence for people belongs to it.
inline void check_blames_sender(const Error& error, std::string_view what) {
  const Sentence& said = sentence(error.code);
  CHECK_MESSAGE(((said.http_status >= 400 && said.http_status < 500) || error.code == Code::CRYPTO), what << ": " << said.name);
}

// `read` gives a Result or a Status for a text. Nothing of these is taken, but what `is_harmless` says changes nothing.
template <class Read>
void check_none_taken(const Mutations& mutations, const Read& read, const std::function<bool(const Mutation&)>& is_harmless = {}) {
  for (const Mutation& mutation : mutations) {
    if (is_harmless && is_harmless(mutation)) continue;
    const auto taken = read(mutation.text);
    CHECK_MESSAGE(!taken, mutation.what << " was taken:\n" << mutation.text);
    if (!taken) check_blames_sender(taken.error(), mutation.what);
  }
}

// A document that nobody signed, read alone: refused, or another document in its one spelling. `read` gives a Result<T> with operator==, `spell` the
// text of a T. How many were read is returned, for tests that expect none of a kind.
template <class T, class Read, class Spell>
std::size_t check_one_spelling(const T& genuine, const Mutations& mutations, const Read& read, const Spell& spell) {
  std::size_t taken = 0;
  for (const Mutation& mutation : mutations) {
    const auto other = read(mutation.text);
    if (!other) {
      check_blames_sender(other.error(), mutation.what);
      continue;
    }
    ++taken;
    CHECK_MESSAGE(!(*other == genuine), mutation.what << " reads as the genuine one:\n" << mutation.text);
    CHECK_MESSAGE(std::string(spell(*other)) == mutation.text, mutation.what << " has another spelling:\n" << mutation.text);
  }
  return taken;
}

}  // namespace warifu::testing

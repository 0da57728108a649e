#include "exchange/archive.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdint>
#include <limits>
#include <vector>

namespace warifu::exchange {

namespace {

// APPNOTE.TXT 4.3: signatures and the fixed values of our one spelling.
constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr std::uint16_t kVersion = 20, kDate1980 = 0x0021;
constexpr std::size_t kLocalHeader = 30;

void put16(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value & 0xff));
  out.push_back(static_cast<char>((value >> 8) & 0xff));
}
void put32(std::string& out, std::uint32_t value) {
  put16(out, value & 0xffff);
  put16(out, value >> 16);
}
std::uint32_t get(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i > 0; --i) value = (value << 8) | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

std::uint32_t crc_of(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 200 || name.front() == '/' || name.back() == '/' || name.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(name,
                             [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '/' || c == '-'; });
}

void put_common(std::string& out, std::string_view name, std::string_view bytes, std::uint32_t crc) {
  put16(out, kVersion), put16(out, 0), put16(out, 0), put16(out, 0), put16(out, kDate1980);
  put32(out, crc), put32(out, static_cast<std::uint32_t>(bytes.size())), put32(out, static_cast<std::uint32_t>(bytes.size()));
  put16(out, static_cast<std::uint32_t>(name.size())), put16(out, 0);
}

tl::unexpected<Error> bad(std::string name, std::string why) { return fail(Code::EVIDENCE_INVALID, std::move(why), name, {{"reason", name}}); }

}  // namespace

Result<std::string> write_archive(const ArchiveEntries& entries) {
  if (entries.size() > std::numeric_limits<std::uint16_t>::max()) return fail(Code::TOO_MANY, "too many entries for one archive");
  std::string out, central;
  for (const auto& [name, bytes] : entries) {
    if (!is_name(name)) return bad(name, "not a name an archive of evidence has");
    if (out.size() + bytes.size() > std::numeric_limits<std::uint32_t>::max() - (1u << 24)) return fail(Code::TOO_LARGE, "the archive passes 4 GiB");
    const std::uint32_t crc = crc_of(bytes);
    const auto offset = static_cast<std::uint32_t>(out.size());
    put32(out, kLocal);
    put_common(out, name, bytes, crc);
    out += name;
    out += bytes;
    put32(central, kCentral), put16(central, kVersion);
    put_common(central, name, bytes, crc);
    put16(central, 0), put16(central, 0), put16(central, 0), put32(central, 0), put32(central, offset);
    central += name;
  }
  const auto start = static_cast<std::uint32_t>(out.size());
  out += central;
  put32(out, kEnd), put16(out, 0), put16(out, 0), put16(out, static_cast<std::uint32_t>(entries.size())),
      put16(out, static_cast<std::uint32_t>(entries.size()));
  put32(out, static_cast<std::uint32_t>(central.size())), put32(out, start), put16(out, 0);
  return out;
}

Result<ArchiveEntries> read_archive(std::string_view bytes) {
  ArchiveEntries entries;
  std::vector<std::pair<std::size_t, std::string>> starts;  // where each entry begins, to name the one that is wrong
  std::size_t at = 0;
  while (at + 4 <= bytes.size() && get(bytes, at, 4) == kLocal) {
    const std::string after = starts.empty() ? "the first entry" : "the entry after " + starts.back().second;
    if (at + kLocalHeader > bytes.size()) return bad(after, "the archive ends within an entry");
    const std::size_t size = get(bytes, at + 22, 4), name_size = get(bytes, at + 26, 2);
    if (at + kLocalHeader + name_size > bytes.size()) return bad(after, "the archive ends within an entry");
    std::string name(bytes.substr(at + kLocalHeader, name_size));
    if (!is_name(name)) return bad(after, "not a name an archive of evidence has");
    if (size > bytes.size() - at - kLocalHeader - name_size) return bad(name, "the archive ends within this entry");
    if (!starts.empty() && !(starts.back().second < name)) return bad(name, "entries are sorted by name");
    starts.emplace_back(at, name);
    entries.emplace(name, std::string(bytes.substr(at + kLocalHeader + name_size, size)));
    at += kLocalHeader + name_size + size;
  }
  if (entries.empty()) return bad("the archive", "not an archive of evidence");
  const std::string expected = TRY(write_archive(entries));
  if (expected == bytes) return entries;
  const std::size_t common = std::min(expected.size(), bytes.size());
  const auto different = static_cast<std::size_t>(
      std::mismatch(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(common), bytes.begin()).first - expected.begin());
  if (different >= at) return bad("the archive's table", "the archive is not in its one spelling");
  auto entry = std::ranges::upper_bound(starts, different, {}, &std::pair<std::size_t, std::string>::first);
  return bad(std::prev(entry)->second, "this entry is not in its one spelling");
}

}  // namespace warifu::exchange

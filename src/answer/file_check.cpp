#include "answer/file_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "answer/unpack.h"
#include "base/file.h"
#include "base/limits.h"
#include "json/parse.h"
#include "text/unicode.h"

namespace warifu::answer {

namespace {

constexpr std::string_view kXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::array<FileType, 9> kTypes = {{{"application/pdf", ".pdf"},
                                             {"text/csv", ".csv"},
                                             {"text/plain", ".txt"},
                                             {kXlsx, ".xlsx"},
                                             {"application/zip", ".zip"},
                                             {"image/png", ".png"},
                                             {"image/jpeg", ".jpg"},
                                             {"application/json", ".json"},
                                             {"message/rfc822", ".eml"}}};
constexpr std::array<std::string_view, 17> kArchives = {".zip", ".7z",  ".rar", ".gz",  ".tgz",  ".bz2",  ".xz",   ".zst", ".tar",
                                                        ".jar", ".cab", ".lzh", ".iso", ".xlsx", ".docx", ".pptx", ".apk"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string out = lower(name.substr(dot));
  return out == ".jpeg" ? ".jpg" : out;
}

std::string known_endings() {
  std::string out;
  for (const FileType& type : kTypes) out += (out.empty() ? "" : ", ") + std::string(type.extension);
  return out;
}

tl::unexpected<Error> wrong_type(std::string actual, std::string why, std::string where = "/file") {
  return fail(Code::FILE_TYPE_NOT_ALLOWED, std::move(why), std::move(where), {{"actual", std::move(actual)}, {"expected", known_endings()}});
}

tl::unexpected<Error> bomb(std::string why) { return fail(Code::ARCHIVE_BOMB, std::move(why), "/file"); }

// ── zip (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12, 4.3.16) ──────────────────────────────────────────────────────────────────────────────

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::string_view kLocalMark = "PK\3\4", kCentralMark = "PK\1\2", kEndMark = "PK\5\6";

std::uint16_t u16(std::string_view data, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(static_cast<std::uint8_t>(data[at])) |
                                    static_cast<unsigned>(static_cast<std::uint8_t>(data[at + 1])) << 8);
}
std::uint32_t u32(std::string_view data, std::size_t at) {
  return static_cast<std::uint32_t>(u16(data, at)) | static_cast<std::uint32_t>(u16(data, at + 2)) << 16;
}

struct ZipEntry {
  std::string name;
  std::uint64_t packed = 0, unpacked = 0, offset = 0, begin = 0, end = 0;
  bool is_deflated = false;
};

// The directory stands at the very end: a zip behind which something else lies is read differently by different programs.
std::optional<std::size_t> end_record(std::string_view content) {
  if (content.size() < kEndBytes) return std::nullopt;
  const std::size_t lowest = content.size() > kEndBytes + 0xffff ? content.size() - kEndBytes - 0xffff : 0;
  for (std::size_t at = content.size() - kEndBytes + 1; at-- > lowest;)
    if (content.substr(at, 4) == kEndMark && at + kEndBytes + u16(content, at + 20) == content.size()) return at;
  return std::nullopt;
}

Status check_entry_name(const std::string& name) {
  const bool climbs = name.starts_with("/") || name.find("..") != std::string::npos || name.find('\\') != std::string::npos ||
                      name.find('\0') != std::string::npos || name.find(':') != std::string::npos;
  if (name.empty() || climbs) return wrong_type("zip", "an entry's name leads out of the archive");
  const std::string ending = extension_of(name);
  if (std::ranges::find(kArchives, ending) != kArchives.end()) return bomb("an archive inside the archive");
  return {};
}

// The bytes an entry claims for itself, by its local header.
Status locate(std::string_view content, std::size_t directory_at, ZipEntry& entry, std::uint16_t method) {
  if (entry.offset + kLocalBytes > directory_at || content.substr(static_cast<std::size_t>(entry.offset), 4) != kLocalMark)
    return wrong_type("zip", "an entry has no head of its own");
  const auto at = static_cast<std::size_t>(entry.offset);
  const std::size_t begin = at + kLocalBytes + u16(content, at + 26) + u16(content, at + 28);
  entry.begin = begin;
  entry.is_deflated = method == kDeflated;
  entry.end = begin + entry.packed;
  if (entry.end > directory_at) return wrong_type("zip", "an entry is longer than the file");
  if (method == kStored && entry.packed != entry.unpacked) return wrong_type("zip", "a stored entry with two sizes");
  if (method == kStored && entry.packed >= 4 && content.substr(begin, 4) == kLocalMark) return bomb("an archive inside the archive");
  return {};
}

Result<std::vector<ZipEntry>> zip_entries(std::string_view content) {
  const std::optional<std::size_t> end = end_record(content);
  if (!end || !content.starts_with(kLocalMark)) return wrong_type("?", "no zip archive");
  const std::size_t count = u16(content, *end + 10), size = u32(content, *end + 12), start = u32(content, *end + 16);
  if (u16(content, *end + 4) != 0 || u16(content, *end + 6) != 0 || u16(content, *end + 8) != count) return wrong_type("zip", "a part of several");
  if (count > limits::kArchiveEntriesMax) return bomb("too many entries");
  if (start == 0xffffffff || count == 0xffff) return bomb("64-bit sizes in a small archive");
  if (start + size != *end) return wrong_type("zip", "the directory does not end where the archive ends");
  std::vector<ZipEntry> entries;
  std::size_t at = start;
  for (std::size_t i = 0; i < count; ++i) {
    if (at + kCentralBytes > *end || content.substr(at, 4) != kCentralMark) return wrong_type("zip", "the directory is broken");
    ZipEntry entry;
    const std::uint16_t method = u16(content, at + 10);
    if ((u16(content, at + 8) & kEncrypted) != 0) return wrong_type("zip", "an encrypted entry cannot be checked");
    if (method != kStored && method != kDeflated) return wrong_type("zip", "an unusual compression");
    entry.packed = u32(content, at + 20);
    entry.unpacked = u32(content, at + 24);
    const std::size_t name_bytes = u16(content, at + 28), tail = name_bytes + u16(content, at + 30) + u16(content, at + 32);
    entry.offset = u32(content, at + 42);
    if (entry.packed == 0xffffffff || entry.unpacked == 0xffffffff || entry.offset == 0xffffffff) return bomb("64-bit sizes in a small archive");
    if (at + kCentralBytes + tail > *end) return wrong_type("zip", "the directory is broken");
    entry.name = content.substr(at + kCentralBytes, name_bytes);
    TRY(check_entry_name(entry.name));
    TRY(locate(content, start, entry, method));
    entries.push_back(std::move(entry));
    at += kCentralBytes + tail;
  }
  if (at != *end) return wrong_type("zip", "the directory is broken");
  return entries;
}

Status check_sizes(std::vector<ZipEntry>& entries) {
  std::uint64_t unpacked = 0;
  for (const ZipEntry& entry : entries) {
    unpacked += entry.unpacked;
    if (entry.unpacked > limits::kArchiveRatioMax * std::max<std::uint64_t>(entry.packed, 1)) return bomb("an entry grows too much");
  }
  if (unpacked > limits::kArchiveBytesMax) return bomb("the archive grows too much");
  // Entries that share their bytes are how a small archive becomes a large one without a large ratio.
  std::ranges::sort(entries, {}, &ZipEntry::offset);
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (entries[i].offset < entries[i - 1].end) return bomb("entries overlap");
  return {};
}

// The directory may lie about sizes; whoever opens the file at the other end would find out.
Status check_unpacked(std::string_view content, const std::vector<ZipEntry>& entries) {
  for (const ZipEntry& entry : entries) {
    if (!entry.is_deflated) continue;
    const std::string_view packed = content.substr(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(entry.packed));
    const std::string first = TRY(unpack_into_nothing(packed, entry.unpacked));
    if (first.starts_with(kLocalMark)) return bomb("an archive inside the archive");
  }
  return {};
}

Status check_zip(std::string_view content, bool is_spreadsheet) {
  std::vector<ZipEntry> entries = TRY(zip_entries(content));
  TRY(check_sizes(entries));
  TRY(check_unpacked(content, entries));
  const auto has = [&](std::string_view name) { return std::ranges::any_of(entries, [&](const ZipEntry& entry) { return entry.name == name; }); };
  if (is_spreadsheet) {
    if (!has("[Content_Types].xml") || !has("xl/workbook.xml")) return wrong_type("zip", "not a spreadsheet");
    for (const ZipEntry& entry : entries)
      if (lower(entry.name).find("vbaproject") != std::string::npos || lower(entry.name).find("/activex/") != std::string::npos)
        return wrong_type("macro", "a spreadsheet with a program in it");
    return {};
  }
  for (const ZipEntry& entry : entries) {
    if (entry.name.ends_with('/')) continue;
    const std::string ending = extension_of(entry.name);
    if (std::ranges::find(kTypes, ending, &FileType::extension) == kTypes.end())
      return wrong_type(ending.empty() ? "?" : ending, "an entry of another type");
  }
  return {};
}

// ── the others ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Status check_pdf(std::string_view content) {
  if (!content.starts_with("%PDF-1.") && !content.starts_with("%PDF-2.")) return wrong_type("?", "no PDF");
  if (content.substr(content.size() > 1024 ? content.size() - 1024 : 0).find("%%EOF") == std::string_view::npos)
    return wrong_type("?", "a PDF without an end");
  return {};
}

Status check_png(std::string_view content) {
  constexpr std::string_view kHead("\x89PNG\r\n\x1a\n", 8), kEnd("\0\0\0\0IEND\xae\x42\x60\x82", 12);
  if (!content.starts_with(kHead) || content.size() < 33 || content.substr(12, 4) != "IHDR" || !content.ends_with(kEnd))
    return wrong_type("?", "no PNG");
  return {};
}

Status check_jpeg(std::string_view content) {
  if (!content.starts_with("\xff\xd8\xff") || !content.ends_with("\xff\xd9")) return wrong_type("?", "no JPEG");
  return {};
}

// Text is UTF-8 without control characters; a byte order mark is allowed.
Status check_text(std::string_view content) {
  if (!text::is_utf8(content)) return wrong_type("?", "text that is not UTF-8");
  for (const char c : content) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f) return wrong_type("?", "text with control characters");
  }
  if (content.starts_with("%PDF-")) return wrong_type(".pdf", "a PDF that is called a text");
  return {};
}

Status check_json(std::string_view content) {
  if (const auto parsed = json::parse(content); !parsed) {
    if (parsed.error().code == Code::TOO_LARGE) return tl::unexpected<Error>(parsed.error());
    return wrong_type("?", "no JSON");
  }
  return {};
}

// RFC 5322: lines of a head, an empty line. Bodies may be in any encoding, NUL is in none.
Status check_mail(std::string_view content) {
  if (content.find('\0') != std::string_view::npos) return wrong_type("?", "no mail message");
  if (content.find("\n\n") == std::string_view::npos && content.find("\r\n\r\n") == std::string_view::npos)
    return wrong_type("?", "a mail message without a body");
  const std::string_view first = content.substr(0, content.find('\n'));
  const std::size_t colon = first.find(':');
  if (colon == 0 || colon == std::string_view::npos) return wrong_type("?", "no mail message");
  for (const char c : first.substr(0, colon))
    if (c <= ' ' || c > '~') return wrong_type("?", "no mail message");
  return {};
}

}  // namespace

std::span<const FileType> allowed_file_types() { return kTypes; }

Result<std::string> clean_file_name(std::string_view name) {
  // Browsers of old sent whole paths; what counts is the last part.
  if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  Result<std::string> clean = text::clean_line(name, limits::kLineCharactersMax);
  if (!clean) return tl::unexpected<Error>(std::move(clean).error().at("/name"));
  if (clean->starts_with('.')) return fail(Code::BAD_VALUE, "a file's name does not begin with a dot", "/name", {{"expected", known_endings()}});
  const std::string ending = extension_of(*clean);
  if (std::ranges::find(kTypes, ending, &FileType::extension) == kTypes.end())
    return wrong_type(ending.empty() ? "?" : ending, "that ending is not on the list", "/name");
  return clean;
}

Status check_content(std::string_view media_type, std::string_view content) {
  if (content.empty()) return fail(Code::EMPTY_FIELD, "an empty file", "/file");
  if (content.size() > limits::kFileBytesMax)
    return fail(Code::TOO_LARGE, "the file is too large", "/file", {{"max", std::to_string(limits::kFileBytesMax)}});
  if (media_type == "application/pdf") return check_pdf(content);
  if (media_type == "text/csv" || media_type == "text/plain") return check_text(content);
  if (media_type == kXlsx) return check_zip(content, true);
  if (media_type == "application/zip") return check_zip(content, false);
  if (media_type == "image/png") return check_png(content);
  if (media_type == "image/jpeg") return check_jpeg(content);
  if (media_type == "application/json") return check_json(content);
  if (media_type == "message/rfc822") return check_mail(content);
  return wrong_type(std::string(media_type), "that type is not on the list", "/media_type");
}

Result<CheckedFile> check_file(std::string_view name, std::string_view media_type, const std::string& path) {
  CheckedFile out;
  out.name = TRY(clean_file_name(name));
  const FileType& by_name = *std::ranges::find(kTypes, extension_of(out.name), &FileType::extension);
  std::string declared = lower(media_type.substr(0, media_type.find(';')));
  while (!declared.empty() && declared.back() == ' ') declared.pop_back();
  if (!declared.empty() && declared != "application/octet-stream" && declared != by_name.media_type)
    return wrong_type(std::move(declared), "name and declared type differ", "/media_type");
  out.media_type = by_name.media_type;
  const Result<std::string> content = read_file(path, limits::kFileBytesMax);
  if (!content) {
    if (content.error().code == Code::TOO_LARGE)
      return fail(Code::TOO_LARGE, "the file is too large", "/file", {{"max", std::to_string(limits::kFileBytesMax)}});
    return tl::unexpected<Error>(content.error());
  }
  TRY(check_content(out.media_type, *content));
  return out;
}

}  // namespace warifu::answer

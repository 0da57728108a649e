#include "answer/zip_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "answer/file_types.h"
#include "answer/unpack.h"
#include "base/limits.h"

namespace warifu::answer {

namespace {

constexpr std::array<std::string_view, 17> kArchives = {".zip", ".7z",  ".rar", ".gz",  ".tgz",  ".bz2",  ".xz",   ".zst", ".tar",
                                                        ".jar", ".cab", ".lzh", ".iso", ".xlsx", ".docx", ".pptx", ".apk"};

// APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12, 4.3.14, 4.3.15, 4.3.16
constexpr std::size_t kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kEntryNameMax = 4096;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
constexpr std::uint16_t kExtra64 = 1;
constexpr std::uint32_t kIn64 = 0xffffffff;  // the value stands in its 64-bit place
constexpr std::uint16_t kCountIn64 = 0xffff;
constexpr std::string_view kLocalMark = "PK\3\4", kCentralMark = "PK\1\2", kEndMark = "PK\5\6", kEnd64Mark = "PK\6\6", kLocator64Mark = "PK\6\7";

std::uint16_t u16(std::string_view data, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(static_cast<std::uint8_t>(data[at])) |
                                    static_cast<unsigned>(static_cast<std::uint8_t>(data[at + 1])) << 8);
}
std::uint32_t u32(std::string_view data, std::size_t at) {
  return static_cast<std::uint32_t>(u16(data, at)) | static_cast<std::uint32_t>(u16(data, at + 2)) << 16;
}
std::uint64_t u64(std::string_view data, std::size_t at) {
  return static_cast<std::uint64_t>(u32(data, at)) | static_cast<std::uint64_t>(u32(data, at + 4)) << 32;
}

tl::unexpected<Error> bomb(std::string why) { return fail(Code::ARCHIVE_BOMB, std::move(why), "/file"); }

struct Entry {
  std::string name;
  std::uint64_t packed = 0, unpacked = 0, offset = 0, begin = 0, end = 0;
  std::uint16_t method = kStored;
};

// Where the directory lies, and how many entries it has.
struct Directory {
  std::uint64_t begin = 0, end = 0, count = 0;
};

class Archive {
 public:
  explicit Archive(const Content& content) : content_(content), window_(content) {}

  Status check(std::uint64_t unpacked_max) {
    TRY(read_entries());
    TRY(check_sizes(unpacked_max));
    return check_unpacked();
  }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  Result<Directory> directory();
  Result<Directory> directory64(std::uint64_t end, const Directory& said);
  Status read_entries();
  Status read_entry(std::uint64_t& at, const Directory& directory);
  static Status take_64(std::string_view extra, Entry& entry);
  Status locate(const Directory& directory, Entry& entry);
  Status check_sizes(std::uint64_t unpacked_max);
  Status check_unpacked() const;

  const Content& content_;
  Window window_;
  std::vector<Entry> entries_;
};

// The directory stands at the very end: a zip behind which something else lies is read differently by different programs.
Result<Directory> Archive::directory() {
  const std::uint64_t bytes = content_.bytes();
  const std::string_view head = TRY(window_.at(0, kLocalMark.size()));
  if (bytes < kEndBytes || head != kLocalMark) return wrong_type("?", "no zip archive");
  const std::size_t tail_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kEndBytes + 0xffff));
  const std::string_view tail = TRY(window_.at(bytes - tail_bytes, tail_bytes));
  std::optional<std::size_t> found;
  for (std::size_t at = tail_bytes - kEndBytes + 1; at-- > 0 && !found;)
    if (tail.substr(at, 4) == kEndMark && at + kEndBytes + u16(tail, at + 20) == tail_bytes) found = at;
  if (!found) return wrong_type("?", "no zip archive");
  const std::string_view record = tail.substr(*found, kEndBytes);
  if (u16(record, 4) != 0 || u16(record, 6) != 0 || u16(record, 8) != u16(record, 10)) return wrong_type("zip", "a part of several");
  const std::uint64_t end = bytes - tail_bytes + *found;
  const Directory said{u32(record, 16), std::uint64_t{u32(record, 16)} + u32(record, 12), u16(record, 10)};
  if (u32(record, 16) == kIn64 || u32(record, 12) == kIn64 || u16(record, 10) == kCountIn64) return directory64(end, said);
  if (said.end != end) return wrong_type("zip", "the directory does not end where the archive ends");
  return said;
}

// What does not fit into the old record stands in another before it, with a third that says where. Nothing lies between the three, and what fits is
// the same in both: otherwise two programs see two archives.
Result<Directory> Archive::directory64(std::uint64_t end, const Directory& said) {
  if (end < kEnd64Bytes + kLocator64Bytes) return wrong_type("zip", "the directory is broken");
  const std::uint64_t at = end - kLocator64Bytes - kEnd64Bytes;
  const std::string_view record = TRY(window_.at(at, kEnd64Bytes + kLocator64Bytes));
  const std::string_view locator = record.substr(kEnd64Bytes);
  if (!record.starts_with(kEnd64Mark) || u64(record, 4) != kEnd64Bytes - 12 || !locator.starts_with(kLocator64Mark) || u64(locator, 8) != at)
    return wrong_type("zip", "the directory is broken");
  if (u32(record, 16) != 0 || u32(record, 20) != 0 || u64(record, 24) != u64(record, 32) || u32(locator, 4) != 0 || u32(locator, 16) != 1)
    return wrong_type("zip", "a part of several");
  const Directory out{u64(record, 48), at, u64(record, 32)};
  if (out.begin > at || at - out.begin != u64(record, 40)) return wrong_type("zip", "the directory does not end where the archive ends");
  const std::uint64_t size = at - out.begin, said_size = said.end - said.begin;
  const bool is_same = (said.begin == kIn64 || said.begin == out.begin) && (said_size == kIn64 || said_size == size) &&
                       (said.count == kCountIn64 || said.count == out.count);
  if (!is_same) return wrong_type("zip", "two directories that differ");
  return out;
}

Status check_entry_name(const std::string& name) {
  const bool climbs = name.starts_with("/") || name.find("..") != std::string::npos || name.find('\\') != std::string::npos ||
                      name.find('\0') != std::string::npos || name.find(':') != std::string::npos;
  if (name.empty() || climbs) return wrong_type("zip", "an entry's name leads out of the archive");
  const std::string ending = extension_of(name);
  if (std::ranges::find(kArchives, ending) != kArchives.end()) return bomb("an archive inside the archive");
  return {};
}

// Of the three values those that do not fit stand here, in this order (4.5.3).
Status Archive::take_64(std::string_view extra, Entry& entry) {
  const std::array<std::uint64_t*, 3> values = {&entry.unpacked, &entry.packed, &entry.offset};
  if (std::ranges::none_of(values, [](const std::uint64_t* value) { return *value == kIn64; })) return {};
  while (extra.size() >= 4) {
    const std::size_t size = u16(extra, 2);
    if (extra.size() - 4 < size) break;
    std::string_view field = extra.substr(4, size);
    if (u16(extra, 0) == kExtra64) {
      for (std::uint64_t* value : values) {
        if (*value != kIn64) continue;
        if (field.size() < 8) return wrong_type("zip", "the directory is broken");
        *value = u64(field, 0);
        field.remove_prefix(8);
      }
      return {};
    }
    extra.remove_prefix(4 + size);
  }
  return wrong_type("zip", "the directory is broken");
}

// The bytes an entry claims for itself, by its local header. Sums are of numbers that were found to lie within the file.
Status Archive::locate(const Directory& directory, Entry& entry) {
  const std::uint64_t room = directory.begin;
  if (entry.offset > room || room - entry.offset < kLocalBytes) return wrong_type("zip", "an entry has no head of its own");
  const std::string_view head = TRY(window_.at(entry.offset, kLocalBytes));
  if (!head.starts_with(kLocalMark)) return wrong_type("zip", "an entry has no head of its own");
  entry.begin = entry.offset + kLocalBytes + u16(head, 26) + u16(head, 28);
  if (entry.begin > room || entry.packed > room - entry.begin) return wrong_type("zip", "an entry is longer than the file");
  entry.end = entry.begin + entry.packed;
  if (entry.method != kStored) return {};
  if (entry.packed != entry.unpacked) return wrong_type("zip", "a stored entry with two sizes");
  const auto shown = static_cast<std::size_t>(std::min<std::uint64_t>(entry.packed, kLocalMark.size()));
  if (TRY(window_.at(entry.begin, shown)) == kLocalMark) return bomb("an archive inside the archive");
  return {};
}

Status Archive::read_entry(std::uint64_t& at, const Directory& directory) {
  if (directory.end - at < kCentralBytes) return wrong_type("zip", "the directory is broken");
  const std::string_view head = TRY(window_.at(at, kCentralBytes));
  if (!head.starts_with(kCentralMark)) return wrong_type("zip", "the directory is broken");
  Entry entry;
  entry.method = u16(head, 10);
  if ((u16(head, 8) & kEncrypted) != 0) return wrong_type("zip", "an encrypted entry cannot be checked");
  if (entry.method != kStored && entry.method != kDeflated) return wrong_type("zip", "an unusual compression");
  entry.packed = u32(head, 20);
  entry.unpacked = u32(head, 24);
  entry.offset = u32(head, 42);
  const std::size_t name_bytes = u16(head, 28), extra_bytes = u16(head, 30), comment_bytes = u16(head, 32);
  const std::size_t tail = name_bytes + extra_bytes + comment_bytes;
  if (directory.end - at - kCentralBytes < tail) return wrong_type("zip", "the directory is broken");
  if (name_bytes > kEntryNameMax) return wrong_type("zip", "an entry's name is too long");
  const std::string_view words = TRY(window_.at(at + kCentralBytes, name_bytes + extra_bytes));
  entry.name = words.substr(0, name_bytes);
  TRY(take_64(words.substr(name_bytes), entry));
  TRY(check_entry_name(entry.name));
  entries_.push_back(std::move(entry));
  at += kCentralBytes + tail;
  return {};
}

Status Archive::read_entries() {
  const Directory found = TRY(directory());
  if (found.count > limits::kArchiveEntriesMax) return bomb("too many entries");
  std::uint64_t at = found.begin;
  for (std::uint64_t i = 0; i < found.count; ++i) TRY(read_entry(at, found));
  if (at != found.end) return wrong_type("zip", "the directory is broken");
  // Apart from the directory, which is read in one go.
  for (Entry& entry : entries_) TRY(locate(found, entry));
  return {};
}

Status Archive::check_sizes(std::uint64_t unpacked_max) {
  std::uint64_t unpacked = 0;
  for (const Entry& entry : entries_) {
    if (entry.unpacked > limits::kArchiveRatioMax * std::max<std::uint64_t>(entry.packed, 1)) return bomb("an entry grows too much");
    if (entry.unpacked > unpacked_max - unpacked) return bomb("the archive grows too much");
    unpacked += entry.unpacked;
  }
  // Entries that share their bytes are how a small archive becomes a large one without a large ratio.
  std::ranges::sort(entries_, {}, &Entry::offset);
  for (std::size_t i = 1; i < entries_.size(); ++i)
    if (entries_[i].offset < entries_[i - 1].end) return bomb("entries overlap");
  return {};
}

// The directory may lie about sizes; whoever opens the file at the other end would find out.
Status Archive::check_unpacked() const {
  for (const Entry& entry : entries_) {
    if (entry.method != kDeflated) continue;
    const std::string first = TRY(unpack_into_nothing(content_, entry.begin, entry.packed, entry.unpacked));
    if (first.starts_with(kLocalMark)) return bomb("an archive inside the archive");
  }
  return {};
}

bool has_program(const std::string& name) {
  std::string lower = name;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower.find("vbaproject") != std::string::npos || lower.find("/activex/") != std::string::npos;
}

}  // namespace

Status check_archive(const Content& content, std::uint64_t unpacked_max) {
  Archive archive(content);
  TRY(archive.check(unpacked_max));
  for (const Entry& entry : archive.entries()) {
    if (entry.name.ends_with('/')) continue;
    const std::string ending = extension_of(entry.name);
    if (file_type_by_extension(ending) == nullptr) return wrong_type(ending.empty() ? "?" : ending, "an entry of another type");
  }
  return {};
}

Status check_spreadsheet(const Content& content, std::uint64_t unpacked_max) {
  Archive archive(content);
  TRY(archive.check(unpacked_max));
  const auto has = [&](std::string_view name) { return std::ranges::find(archive.entries(), name, &Entry::name) != archive.entries().end(); };
  if (!has("[Content_Types].xml") || !has("xl/workbook.xml")) return wrong_type("zip", "not a spreadsheet");
  if (std::ranges::any_of(archive.entries(), [](const Entry& entry) { return has_program(entry.name); }))
    return wrong_type("macro", "a spreadsheet with a program in it");
  return {};
}

}  // namespace warifu::answer

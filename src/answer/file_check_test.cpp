#include "answer/file_check.h"

#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "base/limits.h"

namespace warifu::answer {
namespace {

void put16(std::string& out, std::uint64_t value) {
  out += static_cast<char>(value & 0xff);
  out += static_cast<char>(value >> 8 & 0xff);
}
void put32(std::string& out, std::uint64_t value) {
  put16(out, value & 0xffff);
  put16(out, value >> 16);
}

struct Entry {
  std::string name, data;
  std::uint64_t claims = 0;  // unpacked size; 0: that of the data, stored
  int flags = 0;
};

// Raw deflate data, as a zip carries it.
std::string deflated(std::string data) {
  std::string out(compressBound(static_cast<uLong>(data.size())) + 64, '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  REQUIRE(deflateEnd(&stream) == Z_OK);
  return out;
}

std::string numbers(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += std::to_string(i) + ",x\n";
  return out;
}

// A zip of stored (or, when it claims another size, deflated) entries, written by hand.
std::string zip_of(const std::vector<Entry>& entries, bool overlapping = false) {
  std::string out, directory;
  for (const Entry& entry : entries) {
    const std::uint64_t at = overlapping ? 0 : out.size();
    const std::uint64_t unpacked = entry.claims == 0 ? entry.data.size() : entry.claims;
    const int method = entry.claims == 0 ? 0 : 8;
    if (!overlapping || out.empty()) {
      out += "PK\3\4";
      put16(out, 20), put16(out, static_cast<std::uint64_t>(entry.flags)), put16(out, static_cast<std::uint64_t>(method)), put32(out, 0),
          put32(out, 0);
      put32(out, entry.data.size()), put32(out, unpacked), put16(out, entry.name.size()), put16(out, 0);
      out += entry.name + entry.data;
    }
    directory += "PK\1\2";
    put16(directory, 20), put16(directory, 20), put16(directory, static_cast<std::uint64_t>(entry.flags)),
        put16(directory, static_cast<std::uint64_t>(method));
    put32(directory, 0), put32(directory, 0), put32(directory, entry.data.size()), put32(directory, unpacked);
    put16(directory, entry.name.size()), put16(directory, 0), put16(directory, 0), put16(directory, 0), put16(directory, 0), put32(directory, 0),
        put32(directory, at);
    directory += entry.name;
  }
  const std::uint64_t start = out.size();
  out += directory;
  out += "PK\5\6";
  put16(out, 0), put16(out, 0), put16(out, entries.size()), put16(out, entries.size()), put32(out, directory.size()), put32(out, start),
      put16(out, 0);
  return out;
}

Code zip_code(const std::string& content) {
  const Status status = check_content("application/zip", content);
  REQUIRE(!status);
  return status.error().code;
}

constexpr std::string_view kXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

}  // namespace

TEST_CASE("names lose their directories and keep their ending") {
  CHECK(clean_file_name("C:\\work\\回答.csv").value() == "回答.csv");
  CHECK(clean_file_name("../../etc/list.txt").value() == "list.txt");
  CHECK(clean_file_name("写真.JPEG").value() == "写真.JPEG");
  for (const char* bad : {"", "/", "a.exe", "list", ".csv", "a.csv.html", "a\n.csv", "a\u202ecsv.pdf", "a.xlsm"}) {
    CAPTURE(bad);
    CHECK(!clean_file_name(bad));
  }
}

TEST_CASE("each type is recognised by its content") {
  using namespace std::string_literals;
  CHECK(check_content("application/pdf", "%PDF-1.7\n1 0 obj\n%%EOF\n"));
  CHECK(!check_content("application/pdf", "%PDF-1.7\n1 0 obj\n"));
  CHECK(!check_content("application/pdf", "<html>%%EOF"));
  CHECK(check_content("text/csv", "\xEF\xBB\xBF氏名,住所\r\n例示,架空市\r\n"));
  CHECK(!check_content("text/csv", "\x8e\x81\x96\xbc,a\r\n"));  // Shift_JIS
  CHECK(!check_content("text/plain", "a\0b"s));
  CHECK(!check_content("text/plain", "%PDF-1.7\n%%EOF"));
  const std::string png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s + std::string(17, '\1') + "\0\0\0\0IEND\xae\x42\x60\x82"s;
  CHECK(check_content("image/png", png));
  CHECK(!check_content("image/png", png + "PK\3\4"));
  CHECK(check_content("image/jpeg", "\xff\xd8\xff\xe0xx\xff\xd9"s));
  CHECK(!check_content("image/jpeg", "GIF89a"));
  CHECK(check_content("application/json", "{\"a\":1}"));
  CHECK(!check_content("application/json", "{\"a\":1}{"));
  CHECK(check_content("message/rfc822", "From: a@example.com\r\nSubject: x\r\n\r\ntext"));
  CHECK(!check_content("message/rfc822", "no head here\n\n"));
  CHECK(check_content("text/html", "<p>").error().code == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(check_content("text/csv", "").error().code == Code::EMPTY_FIELD);
}

TEST_CASE("a zip of allowed files passes") {
  CHECK(check_content("application/zip", zip_of({{"a.csv", "a,b\n"}, {"folder/", ""}, {"folder/b.txt", "x"}})));
  CHECK(check_content(kXlsx, zip_of({{"[Content_Types].xml", "<x/>"}, {"xl/workbook.xml", "<x/>"}})));
}

TEST_CASE("archives that grow, nest, overlap or lead out are refused") {
  const std::string kilo(1024, 'x');
  const std::string plain = numbers(20'000);
  CHECK(check_content("application/zip", zip_of({{"a.csv", deflated(plain), plain.size()}})));
  // It says 100 times its size, within the bounds, and becomes a thousand times as large; or less than it says; or something lies behind it.
  const std::string zeros = deflated(std::string(4'000'000, '0'));
  CHECK(zip_code(zip_of({{"a.csv", zeros, zeros.size() * 100}})) == Code::ARCHIVE_BOMB);
  CHECK(zip_code(zip_of({{"a.csv", zeros, 4'000'000}})) == Code::ARCHIVE_BOMB);  // the ratio
  CHECK(zip_code(zip_of({{"a.csv", deflated(plain), plain.size() + 1}})) == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(zip_code(zip_of({{"a.csv", deflated(plain) + "x", plain.size()}})) == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(zip_code(zip_of({{"a.csv", deflated(plain).substr(0, 500), plain.size()}})) != Code::INTERNAL);
  CHECK(zip_code(zip_of({{"a.csv", kilo, 2 * 1024}})) == Code::FILE_TYPE_NOT_ALLOWED);  // no deflate data
  const std::string inner = zip_of({{"a.csv", plain}});
  CHECK(zip_code(zip_of({{"inner.txt", deflated(inner), inner.size()}})) == Code::ARCHIVE_BOMB);
  CHECK(zip_code(zip_of({{"a.csv", kilo, 200 * 1024 + 1}})) == Code::ARCHIVE_BOMB);
  std::vector<Entry> large;
  const std::string packed(2 * 1024 * 1024, 'x');
  for (int i = 0; i < 3; ++i) large.push_back({std::to_string(i) + ".csv", packed, 70ull * 1024 * 1024});
  CHECK(zip_code(zip_of(large)) == Code::ARCHIVE_BOMB);
  CHECK(zip_code(zip_of({{"inner.zip", "x"}})) == Code::ARCHIVE_BOMB);
  CHECK(zip_code(zip_of({{"inner.txt", "PK\3\4xxxx"}})) == Code::ARCHIVE_BOMB);
  CHECK(zip_code(zip_of({{"a.csv", kilo, 150 * 1024}, {"b.csv", kilo, 150 * 1024}}, true)) == Code::ARCHIVE_BOMB);
  CHECK(zip_code(zip_of({{"../a.csv", "x"}})) == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(zip_code(zip_of({{"/a.csv", "x"}})) == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(zip_code(zip_of({{"a.exe", "x"}})) == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(zip_code(zip_of({{"a.csv", "x", 0, 1}})) == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(zip_code(zip_of({{"a.csv", "x"}}) + "tail") == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(zip_code("MZ" + zip_of({{"a.csv", "x"}})) == Code::FILE_TYPE_NOT_ALLOWED);
}

TEST_CASE("as many entries as allowed, and one more") {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < limits::kArchiveEntriesMax; ++i) entries.push_back({std::to_string(i) + ".txt", "x"});
  CHECK(check_content("application/zip", zip_of(entries)));
  entries.push_back({"one_more.txt", "x"});
  CHECK(zip_code(zip_of(entries)) == Code::ARCHIVE_BOMB);
}

TEST_CASE("a spreadsheet is one, and carries no program") {
  CHECK(!check_content(kXlsx, zip_of({{"a.txt", "x"}})));
  CHECK(!check_content(kXlsx, zip_of({{"[Content_Types].xml", "<x/>"}, {"xl/workbook.xml", "<x/>"}, {"xl/vbaProject.bin", "x"}})));
}

TEST_CASE("a cut or altered zip never passes as another thing, and never crashes") {
  const std::string whole = zip_of({{"a.csv", "a,b\n"}, {"b.txt", "x"}});
  for (std::size_t cut = 0; cut < whole.size(); ++cut) CHECK(!check_content("application/zip", whole.substr(0, cut)));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ 0x80);
    (void)check_content("application/zip", altered);
  }
}

// ── larger than the usual ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

namespace {

void put64(std::string& out, std::uint64_t value) {
  put32(out, value & 0xffffffff);
  put32(out, value >> 32);
}

// One stored entry of `bytes` zeros, of which none is written: head and end of an archive of any size, with its sizes in their 64-bit places.
struct LargeZip {
  std::uint64_t bytes = 0;
  std::string name = "a.csv";
  std::function<void(std::string& directory, std::string& end)> change = [](std::string&, std::string&) {};

  [[nodiscard]] std::string head() const {
    std::string out = "PK\3\4";
    put16(out, 45), put16(out, 0), put16(out, 0), put32(out, 0), put32(out, 0), put32(out, 0xffffffff), put32(out, 0xffffffff);
    put16(out, name.size()), put16(out, 20);
    out += name;
    put16(out, 1), put16(out, 16), put64(out, bytes), put64(out, bytes);
    return out;
  }
  [[nodiscard]] std::string tail() const {
    const std::uint64_t start = head().size() + bytes;
    std::string directory = "PK\1\2";
    put16(directory, 45), put16(directory, 45), put16(directory, 0), put16(directory, 0), put32(directory, 0), put32(directory, 0);
    put32(directory, 0xffffffff), put32(directory, 0xffffffff), put16(directory, name.size()), put16(directory, 9 + 20), put16(directory, 0);
    put16(directory, 0), put16(directory, 0), put32(directory, 0), put32(directory, 0);
    directory += name;
    put16(directory, 0x5455), put16(directory, 5);  // the field of another before ours
    directory += std::string(5, 'x');
    put16(directory, 1), put16(directory, 16), put64(directory, bytes), put64(directory, bytes);
    std::string end = "PK\6\6";
    put64(end, 44), put16(end, 45), put16(end, 45), put32(end, 0), put32(end, 0), put64(end, 1), put64(end, 1), put64(end, directory.size());
    put64(end, start);
    end += "PK\6\7";
    put32(end, 0), put64(end, start + directory.size()), put32(end, 1);
    end += "PK\5\6";
    put16(end, 0), put16(end, 0), put16(end, 1), put16(end, 1), put32(end, directory.size()), put32(end, 0xffffffff), put16(end, 0);
    change(directory, end);
    return directory + end;
  }
};

// Head, zeros and tail without the zeros in memory.
class Hollow final : public Content {
 public:
  Hollow(std::string head, std::uint64_t zeros, std::string tail) : head_(std::move(head)), zeros_(zeros), tail_(std::move(tail)) {}
  [[nodiscard]] std::uint64_t bytes() const override { return head_.size() + zeros_ + tail_.size(); }
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    std::size_t done = 0;
    for (; done < into.size() && offset + done < bytes(); ++done) {
      const std::uint64_t at = offset + done, behind = head_.size() + zeros_;
      into[done] = static_cast<std::uint8_t>(at < head_.size() ? head_[static_cast<std::size_t>(at)]
                                             : at < behind     ? 0
                                                               : tail_[static_cast<std::size_t>(at - behind)]);
    }
    read += done;
    return done;
  }
  mutable std::uint64_t read = 0;

 private:
  std::string head_;
  std::uint64_t zeros_;
  std::string tail_;
};

constexpr std::uint64_t kGigabyte = 1ull << 30;

}  // namespace

TEST_CASE("what may be large is as large as the house allows; everything else ends where it always did") {
  const std::uint64_t house = 200ull << 20;
  for (const FileType& type : allowed_file_types()) {
    CAPTURE(type.media_type);
    const std::uint64_t whole = type.extension == ".json" ? limits::kJsonBytesMax : limits::kFileBytesMax;
    CHECK(bytes_max_of(type, house) == (type.may_be_large ? house : whole));
    CHECK(bytes_max_of(type, 1000) == 1000);
    const Hollow over("x", bytes_max_of(type, house), "");
    const Status refused = check_content(type.media_type, over, house);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::TOO_LARGE);
    CHECK(refused.error().args.at("max") == std::to_string(bytes_max_of(type, house)));
    CHECK(over.read == 0);
    // Whoever meets a lower limit than the house's is told that it is the type's.
    CHECK(refused.error().args.contains("type") == !type.may_be_large);
    if (!type.may_be_large) CHECK(refused.error().args.at("type") == type.extension);
    // The house's own limit is no higher.
    const Status within = check_content(type.media_type, Hollow("x", limits::kFileBytesMax, ""));
    CHECK(within.error().args.contains("type") == (bytes_max_of(type, limits::kFileBytesMax) < limits::kFileBytesMax));
  }
  // What a type is said to take, it takes: the largest JSON that is promised is read.
  const std::uint64_t json_max = bytes_max_of(*file_type_by_extension(".json"), limits::kFileBytesMax);
  CHECK(check_content("application/json", "\"" + std::string(json_max - 2, 'x') + "\""));
  const Status json = check_content("application/json", "\"" + std::string(json_max - 1, 'x') + "\"");
  CHECK(json.error().args.at("type") == ".json");
  CHECK(json.error().args.at("max") == std::to_string(limits::kJsonBytesMax));
  CHECK(json.error().where == "/file");
  for (const char* large : {".pdf", ".csv", ".txt", ".zip"}) CHECK(file_type_by_extension(large)->may_be_large);
  for (const char* small : {".xlsx", ".png", ".jpg", ".json", ".eml"}) CHECK(!file_type_by_extension(small)->may_be_large);
}

TEST_CASE("a PDF of gigabytes is known by its head and its end, a text by every byte") {
  const Hollow pdf("%PDF-1.7\n", 5 * kGigabyte, "\n%%EOF\n");
  CHECK(check_content("application/pdf", pdf, limits::kFileBytesCeiling));
  CHECK(pdf.read < 1024 * 1024);
  CHECK(!check_content("application/pdf", Hollow("%PDF-1.7\n", 5 * kGigabyte, "x"), limits::kFileBytesCeiling));
  std::string text;
  while (text.size() < 3 * kWindowBytes) text += "氏名,住所\n";
  CHECK(check_content("text/csv", text));
  // A fault in each window, also at the borders.
  for (const std::size_t at : {std::size_t{0}, kWindowBytes - 1, kWindowBytes, 2 * kWindowBytes + 7, text.size() - 1}) {
    std::string broken = text;
    broken[at] = '\0';
    CHECK(!check_content("text/csv", broken));
  }
}

TEST_CASE("an archive of more than 4 GiB has its sizes in 64-bit places") {
  const LargeZip zip{5 * kGigabyte};
  const Hollow content(zip.head(), zip.bytes, zip.tail());
  CHECK(check_content("application/zip", content, limits::kFileBytesCeiling));
  CHECK(content.read < 4 * kWindowBytes);  // a stored entry is not unpacked
  CHECK(check_content("application/zip", Hollow(LargeZip{100}.head(), 100, LargeZip{100}.tail())));
  struct Case {
    const char* what;
    std::function<void(std::string&, std::string&)> change;
  };
  const auto set = [](std::string& in, std::size_t at, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) in[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i) & 0xff);
  };
  const Case cases[] = {
      {"no 64-bit field", [&](std::string& directory, std::string&) { set(directory, directory.size() - 20, 2, 2); }},
      {"a short 64-bit field", [&](std::string& directory, std::string&) { set(directory, directory.size() - 18, 8, 2); }},
      {"an entry beyond the file", [&](std::string& directory, std::string&) { set(directory, directory.size() - 8, 6 * kGigabyte, 8); }},
      {"an entry beyond all numbers", [&](std::string& directory, std::string&) { set(directory, directory.size() - 8, ~std::uint64_t{0}, 8); }},
      {"two stored sizes", [&](std::string& directory, std::string&) { set(directory, directory.size() - 16, 7, 8); }},
      {"a directory elsewhere", [&](std::string&, std::string& end) { set(end, 48, 17, 8); }},
      {"a directory beyond all numbers", [&](std::string&, std::string& end) { set(end, 48, ~std::uint64_t{0}, 8); }},
      {"another size of it", [&](std::string&, std::string& end) { set(end, 40, 1, 8); }},
      {"two sizes that differ", [&](std::string&, std::string& end) { set(end, 56 + 20 + 12, 3, 4); }},
      {"two counts that differ", [&](std::string&, std::string& end) { set(end, 56 + 20 + 8, 0x00020002, 4); }},
      {"a locator that points elsewhere", [&](std::string&, std::string& end) { set(end, 56 + 8, 0, 8); }},
      {"of two disks", [&](std::string&, std::string& end) { set(end, 56 + 16, 2, 4); }},
      {"a longer record", [&](std::string&, std::string& end) { set(end, 4, 45, 8); }},
      {"no record", [&](std::string&, std::string& end) { end[3] = 'x'; }},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    const LargeZip altered{5 * kGigabyte, "a.csv", one.change};
    CHECK(!check_content("application/zip", Hollow(altered.head(), altered.bytes, altered.tail()), limits::kFileBytesCeiling));
  }
  CHECK(!check_content("application/zip", Hollow(LargeZip{100, "a.exe"}.head(), 100, LargeZip{100, "a.exe"}.tail())));
}

TEST_CASE("how much an archive may become grows with what the house allows") {
  CHECK(archive_bytes_max(limits::kFileBytesMax) == limits::kArchiveBytesMax);
  CHECK(archive_bytes_max(1024) == limits::kArchiveBytesMax);  // and does not shrink
  CHECK(archive_bytes_max(limits::kFileBytesCeiling) == 24 * kGigabyte);
  // 240 MiB of three entries: too much for the usual house, not for one of 200 MiB.
  const std::string packed = deflated(std::string(80u << 20, '0') + numbers(1'500'000));
  const std::uint64_t unpacked = (80u << 20) + numbers(1'500'000).size();
  const std::string zip = zip_of({{"a.csv", packed, unpacked}, {"b.csv", packed, unpacked}, {"c.csv", packed, unpacked}});
  REQUIRE(unpacked * 3 > limits::kArchiveBytesMax);
  CHECK(zip_code(zip) == Code::ARCHIVE_BOMB);
  CHECK(check_content("application/zip", zip, 200ull << 20));
}

TEST_CASE("an entry is unpacked by pieces, wherever they end") {
  const std::string plain = numbers(200'000), packed = deflated(plain);
  REQUIRE(packed.size() > 3 * 64 * 1024);
  CHECK(check_content("application/zip", zip_of({{"a.csv", packed, plain.size()}})));
  for (const std::size_t cut : {std::size_t{64 * 1024}, std::size_t{128 * 1024}, packed.size() - 1})
    CHECK(zip_code(zip_of({{"a.csv", packed.substr(0, cut), plain.size()}})) == Code::FILE_TYPE_NOT_ALLOWED);
}

TEST_CASE("name, declared type and content agree") {
  std::string folder = (std::filesystem::temp_directory_path() / "warifu-files-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const std::string path = folder + "/upload";
  std::ofstream(path) << "a,b\n1,2\n";
  CHECK(check_file("list.csv", "text/csv; charset=utf-8", path).value().media_type == "text/csv");
  CHECK(check_file("list.csv", "", path).value().media_type == "text/csv");
  CHECK(check_file("list.csv", "application/pdf", path).error().where == "/media_type");
  CHECK(check_file("list.pdf", "application/pdf", path).error().code == Code::FILE_TYPE_NOT_ALLOWED);
  CHECK(check_file("list.csv", "text/csv", folder + "/absent").error().code == Code::NOT_FOUND);
  std::filesystem::resize_file(path, limits::kFileBytesMax + 1);
  CHECK(check_file("list.csv", "text/csv", path).error().code == Code::TOO_LARGE);
  CHECK(check_file("list.csv", "text/csv", path, limits::kFileBytesMax + 1).error().code == Code::FILE_TYPE_NOT_ALLOWED);  // zeros are no text
  std::filesystem::remove_all(folder);
}

}  // namespace warifu::answer

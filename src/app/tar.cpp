#include "app/tar.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/file.h"

namespace warifu::app {

namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameMax = 100, kPrefixMax = 155;
constexpr mode_t kFileMode = 0600, kFolderMode = 0700;
constexpr std::size_t kPiece = 1024 * 1024;
using Block = std::array<char, kBlock>;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Error io_error(std::string what, const std::string& where) {
  const int code = errno;
  return Error{code == ENOSPC ? Code::DISK_FULL : Code::IO, std::move(what) + ": " + std::strerror(code), where, {}};
}

Result<File> open_file(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  if (fd < 0 && errno == ENOENT) return fail(Code::NOT_FOUND, "no such file", path);
  if (fd < 0) return tl::unexpected<Error>(io_error("cannot open", path));
  return File(::fdopen(fd, (flags & O_WRONLY) != 0 ? "wb" : "rb"));
}

// A number as tar writes it: octal, or base 256 with the first bit set when it does not fit.
void put_number(char* field, std::size_t width, std::uint64_t value) {
  const bool fits = value < (1ull << (3 * (width - 1)));
  if (fits) {
    for (std::size_t i = width - 1; i-- > 0; value >>= 3) field[i] = static_cast<char>('0' + (value & 7));
    field[width - 1] = '\0';
    return;
  }
  for (std::size_t i = width; i-- > 0; value >>= 8) field[i] = static_cast<char>(value & 0xff);
  field[0] = static_cast<char>(static_cast<unsigned char>(field[0]) | 0x80);
}

bool get_number(const char* field, std::size_t width, std::uint64_t& value) {
  value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {
    for (std::size_t i = 1; i < width; ++i) {
      if (i + 8 < width && field[i] != 0) return false;
      value = (value << 8) | static_cast<unsigned char>(field[i]);
    }
    return true;
  }
  for (std::size_t i = 0; i < width && field[i] != '\0' && field[i] != ' '; ++i) {
    if (field[i] < '0' || field[i] > '7') return false;
    value = value * 8 + static_cast<std::uint64_t>(field[i] - '0');
  }
  return true;
}

std::uint64_t checksum_of(Block block) {
  std::fill_n(block.data() + 148, 8, ' ');
  std::uint64_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  return sum;
}

Result<Block> head_of(const std::string& name, std::uint64_t size) {
  Block block{};
  std::string rest = name, prefix;
  if (rest.size() > kNameMax) {
    const std::size_t slash = name.find('/', name.size() - kNameMax - 1);
    if (slash == std::string::npos || slash > kPrefixMax)
      return fail(Code::TOO_LONG, "the name does not fit into a tar", name, {{"max", std::to_string(kPrefixMax)}});
    prefix = name.substr(0, slash);
    rest = name.substr(slash + 1);
  }
  std::copy(rest.begin(), rest.end(), block.begin());
  put_number(block.data() + 100, 8, kFileMode);
  put_number(block.data() + 108, 8, 0);
  put_number(block.data() + 116, 8, 0);
  put_number(block.data() + 124, 12, size);
  put_number(block.data() + 136, 12, 0);
  block[156] = '0';
  std::memcpy(block.data() + 257, "ustar\00000", 8);
  std::copy(prefix.begin(), prefix.end(), block.begin() + 345);
  std::snprintf(block.data() + 148, 8, "%06o", static_cast<unsigned>(checksum_of(block)));
  block[155] = ' ';
  return block;
}

Status copy(std::FILE* from, std::FILE* to, std::uint64_t size, const std::string& name) {
  std::vector<char> piece(kPiece);
  for (std::uint64_t left = size; left > 0;) {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece));
    if (std::fread(piece.data(), 1, want, from) != want) return fail(Code::STORE_CORRUPT, "ends too early", name);
    if (std::fwrite(piece.data(), 1, want, to) != want) return tl::unexpected<Error>(io_error("cannot write", name));
    left -= want;
  }
  return {};
}

std::size_t padding(std::uint64_t size) { return static_cast<std::size_t>((kBlock - size % kBlock) % kBlock); }

Result<std::string> name_in(const Block& block) {
  const auto field = [&](std::size_t at, std::size_t width) { return std::string(block.data() + at, ::strnlen(block.data() + at, width)); };
  const std::string prefix = field(345, kPrefixMax), rest = field(0, kNameMax);
  std::string name = prefix.empty() ? rest : prefix + "/" + rest;
  if (!is_safe_name(name)) return fail(Code::STORE_CORRUPT, "a name that is not one of ours", "tar");
  return name;
}

}  // namespace

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > kNameMax + kPrefixMax || name.front() == '/') return false;
  for (std::size_t from = 0; from <= name.size();) {
    const std::size_t end = std::min(name.find('/', from), name.size());
    const std::string_view part = name.substr(from, end - from);
    if (part.empty() || part == "." || part == "..") return false;
    if (std::ranges::any_of(part, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\'; })) return false;
    from = end + 1;
  }
  return true;
}

Status write_tar(const std::string& folder, const std::vector<std::string>& names, const std::string& file) {
  const File out = TRY(open_file(file, O_WRONLY | O_CREAT | O_EXCL));
  const Block zero{};
  for (const std::string& name : names) {
    CHECK_THAT(is_safe_name(name));
    const std::string path = folder + "/" + name;
    const File in = TRY(open_file(path, O_RDONLY));
    struct stat info{};
    if (::fstat(::fileno(in.get()), &info) != 0) return tl::unexpected<Error>(io_error("cannot look at", name));
    const auto size = static_cast<std::uint64_t>(info.st_size);
    const Block head = TRY(head_of(name, size));
    if (std::fwrite(head.data(), 1, kBlock, out.get()) != kBlock) return tl::unexpected<Error>(io_error("cannot write", file));
    TRY(copy(in.get(), out.get(), size, name));
    if (std::fwrite(zero.data(), 1, padding(size), out.get()) != padding(size)) return tl::unexpected<Error>(io_error("cannot write", file));
  }
  for (int i = 0; i < 2; ++i)
    if (std::fwrite(zero.data(), 1, kBlock, out.get()) != kBlock) return tl::unexpected<Error>(io_error("cannot write", file));
  if (std::fflush(out.get()) != 0 || ::fsync(::fileno(out.get())) != 0) return tl::unexpected<Error>(io_error("cannot write", file));
  return {};
}

Result<std::vector<std::string>> read_tar(const std::string& file, const std::string& folder) {
  const File in = TRY(open_file(file, O_RDONLY));
  std::vector<std::string> names;
  for (;;) {
    Block block{};
    if (std::fread(block.data(), 1, kBlock, in.get()) != kBlock) return fail(Code::STORE_CORRUPT, "the archive ends too early", file);
    if (std::ranges::all_of(block, [](char c) { return c == 0; })) return names;
    std::uint64_t sum = 0, size = 0;
    if (!get_number(block.data() + 148, 8, sum) || sum != checksum_of(block) || std::memcmp(block.data() + 257, "ustar", 5) != 0)
      return fail(Code::STORE_CORRUPT, "not an entry of a tar", names.empty() ? file : "after " + names.back());
    const std::string name = TRY(name_in(block));
    if (block[156] != '0' || !get_number(block.data() + 124, 12, size)) return fail(Code::STORE_CORRUPT, "not a plain file", name);
    const std::string path = folder + "/" + name;
    TRY(make_directories(std::filesystem::path(path).parent_path().string(), kFolderMode));
    const Result<File> out = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
    if (!out) return fail(Code::STORE_CORRUPT, "twice in the archive, or cannot be written", name);
    TRY(copy(in.get(), out->get(), size, name));
    if (std::fflush(out->get()) != 0 || ::fsync(::fileno(out->get())) != 0) return tl::unexpected<Error>(io_error("cannot write", name));
    Block skipped{};
    if (std::fread(skipped.data(), 1, padding(size), in.get()) != padding(size)) return fail(Code::STORE_CORRUPT, "ends too early", name);
    names.push_back(name);
  }
}

}  // namespace warifu::app

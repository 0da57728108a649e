#include "answer/file_check.h"

#include <algorithm>
#include <cstdint>

#include "answer/text_check.h"
#include "answer/zip_check.h"
#include "json/parse.h"
#include "text/unicode.h"

namespace warifu::answer {

namespace {

constexpr std::size_t kPdfHeadBytes = 8, kPdfTailBytes = 1024;
static_assert(limits::kArchiveBytesMax % limits::kFileBytesMax == 0);

Status check_pdf(const Content& content) {
  Window window(content);
  const std::string_view head = TRY(window.at(0, kPdfHeadBytes));
  if (!head.starts_with("%PDF-1.") && !head.starts_with("%PDF-2.")) return wrong_type("?", "no PDF");
  const std::uint64_t bytes = content.bytes();
  const std::string_view tail = TRY(window.at(bytes - std::min<std::uint64_t>(bytes, kPdfTailBytes), kPdfTailBytes));
  if (tail.find("%%EOF") == std::string_view::npos) return wrong_type("?", "a PDF without an end");
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

Status check_text(const Content& content) {
  Window window(content);
  TextCheck check;
  for (std::uint64_t at = 0; at < content.bytes(); at += kWindowBytes) TRY(check.add(TRY(window.at(at, kWindowBytes))));
  return check.finish();
}

Status check_json(std::string_view content) { return json::parse(content) ? Status{} : wrong_type("?", "no JSON"); }

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

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

Result<std::string> clean_file_name(std::string_view name) {
  // Browsers of old sent whole paths; what counts is the last part.
  if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  Result<std::string> clean = text::clean_line(name, limits::kLineCharactersMax);
  if (!clean) return tl::unexpected<Error>(std::move(clean).error().at("/name"));
  if (clean->starts_with('.')) return fail(Code::BAD_VALUE, "a file's name does not begin with a dot", "/name", {{"expected", known_endings()}});
  const std::string ending = extension_of(*clean);
  if (file_type_by_extension(ending) == nullptr) return wrong_type(ending.empty() ? "?" : ending, "that ending is not on the list", "/name");
  return clean;
}

std::uint64_t archive_bytes_max(std::uint64_t bytes_max) {
  return limits::kArchiveBytesMax / limits::kFileBytesMax * std::max(bytes_max, limits::kFileBytesMax);
}

Status check_content(std::string_view media_type, const Content& content, std::uint64_t bytes_max) {
  const std::span<const FileType> types = allowed_file_types();
  const auto type = std::ranges::find(types, media_type, &FileType::media_type);
  if (content.bytes() == 0) return fail(Code::EMPTY_FIELD, "an empty file", "/file");
  if (type == types.end()) return wrong_type(std::string(media_type), "that type is not on the list", "/media_type");
  const std::uint64_t max = bytes_max_of(*type, bytes_max);
  if (content.bytes() > max) {
    Args args{{"max", std::to_string(max)}};
    if (max < bytes_max) args["type"] = type->extension;
    return fail(Code::TOO_LARGE, "the file is too large", "/file", std::move(args));
  }
  if (media_type == "application/pdf") return check_pdf(content);
  if (media_type == "text/csv" || media_type == "text/plain") return check_text(content);
  if (media_type == "application/zip") return check_archive(content, archive_bytes_max(bytes_max));
  if (type->extension == ".xlsx") return check_spreadsheet(content, limits::kArchiveBytesMax);
  const std::string whole = TRY(read_whole(content, max));
  if (media_type == "image/png") return check_png(whole);
  if (media_type == "image/jpeg") return check_jpeg(whole);
  if (media_type == "application/json") return check_json(whole);
  CHECK_THAT(media_type == "message/rfc822");
  return check_mail(whole);
}

Status check_content(std::string_view media_type, std::string_view content, std::uint64_t bytes_max) {
  return check_content(media_type, TextContent(content), bytes_max);
}

Result<CheckedFile> check_file(std::string_view name, std::string_view media_type, const std::string& path, std::uint64_t bytes_max) {
  CheckedFile out;
  out.name = TRY(clean_file_name(name));
  const FileType& by_name = *file_type_by_extension(extension_of(out.name));
  std::string declared = lower(media_type.substr(0, media_type.find(';')));
  while (!declared.empty() && declared.back() == ' ') declared.pop_back();
  if (!declared.empty() && declared != "application/octet-stream" && declared != by_name.media_type)
    return wrong_type(std::move(declared), "name and declared type differ", "/media_type");
  out.media_type = by_name.media_type;
  TRY(check_content(out.media_type, FileContent(TRY(FileReader::open(path))), bytes_max));
  return out;
}

}  // namespace warifu::answer

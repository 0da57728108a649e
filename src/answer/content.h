#pragma once
// What lies in a file that is checked, without holding it: read by pieces, wherever the check looks. The same for a file and for text in memory.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file_stream.h"

namespace warifu::answer {

class Content {
 public:
  virtual ~Content() = default;
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
  // As much as there is, up to the size of `into`; less only at the end.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const = 0;
};

class TextContent final : public Content {
 public:
  explicit TextContent(std::string_view text) : text_(text) {}
  [[nodiscard]] std::uint64_t bytes() const override { return text_.size(); }
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override;

 private:
  std::string_view text_;
};

class FileContent final : public Content {
 public:
  explicit FileContent(FileReader file) : file_(std::move(file)) {}
  [[nodiscard]] std::uint64_t bytes() const override { return file_.bytes(); }
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override { return file_.read_at(offset, into); }

 private:
  FileReader file_;
};

inline constexpr std::size_t kWindowBytes = 256 * 1024;

// A view of a piece of the content, read ahead so that what is looked at one after the other is read once. Holds kWindowBytes.
class Window {
 public:
  explicit Window(const Content& content) : content_(content) {}
  // Exactly `size` bytes (at most kWindowBytes), or as many as there are before the end; good until the next call. IO when the content became
  // shorter.
  [[nodiscard]] Result<std::string_view> at(std::uint64_t offset, std::size_t size);

 private:
  const Content& content_;
  std::string held_;
  std::uint64_t begin_ = 0;  // of what is held
};

// The whole of it, for what cannot be judged in pieces. TOO_LARGE.
[[nodiscard]] Result<std::string> read_whole(const Content& content, std::uint64_t bytes_max);

}  // namespace warifu::answer

#pragma once
// For tests of this room only: reads a PDF back with poppler's tools, so that what is checked is what other programs see.

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace warifu::document::testing {

// The file lies in a directory of its own and is removed with it. WARIFU_PAPER_OUT names a folder that keeps a copy to look at.
class PdfFile {
 public:
  PdfFile(const std::string& name, const std::string& bytes) {
    std::string pattern = (std::filesystem::temp_directory_path() / "warifu-paper-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    write(folder_ / "paper.pdf", bytes);
    if (const char* keep = std::getenv("WARIFU_PAPER_OUT")) write(std::filesystem::path(keep) / (name + ".pdf"), bytes);
  }
  ~PdfFile() { std::filesystem::remove_all(folder_); }
  PdfFile(const PdfFile&) = delete;
  PdfFile& operator=(const PdfFile&) = delete;

  [[nodiscard]] std::string text(const std::string& options = "-layout") const { return run("pdftotext " + options + " " + path() + " -"); }
  // All white space removed: how a reader sees it, whatever the spacing.
  [[nodiscard]] std::string words() const {
    std::string out;
    for (const char c : text("-raw"))
      if (c != ' ' && c != '\n' && c != '\f' && c != '\r') out += c;
    const std::string wide = "\u3000";
    for (std::size_t at = 0; (at = out.find(wide, at)) != std::string::npos;) out.erase(at, wide.size());
    return out;
  }
  [[nodiscard]] std::string fonts() const { return run("pdffonts " + path()); }
  [[nodiscard]] std::string info() const { return run("pdfinfo -isodates " + path()); }
  [[nodiscard]] int pages() const { return std::atoi(info_value("Pages").c_str()); }
  [[nodiscard]] std::string info_value(const std::string& key) const {
    std::istringstream lines(info());
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(key + ":")) return line.substr(line.find_first_not_of(' ', key.size() + 1));
    return {};
  }
  // One page as grey levels.
  struct Picture {
    int width = 0, height = 0;
    std::string grey;
    [[nodiscard]] bool is_dark(int x, int y) const {
      return static_cast<unsigned char>(grey[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)]) < 128;
    }
  };
  [[nodiscard]] Picture picture(int page, int dpi) const {
    const std::string out = (folder_ / "page").string();
    run("pdftoppm -gray -singlefile -r " + std::to_string(dpi) + " -f " + std::to_string(page) + " " + path() + " " + out);
    std::ifstream file(out + ".pgm", std::ios::binary);
    std::string magic;
    Picture picture;
    int max = 0;
    file >> magic >> picture.width >> picture.height >> max;
    REQUIRE(magic == "P5");
    file.get();
    std::ostringstream rest;
    rest << file.rdbuf();
    picture.grey = rest.str();
    REQUIRE(picture.grey.size() == static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height));
    return picture;
  }

 private:
  [[nodiscard]] std::string path() const { return (folder_ / "paper.pdf").string(); }
  static void write(const std::filesystem::path& to, const std::string& bytes) { std::ofstream(to, std::ios::binary) << bytes; }
  static std::string run(const std::string& command) {
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string out;
    char buffer[4096];
    for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
    CAPTURE(command);
    CHECK(pclose(pipe) == 0);
    return out;
  }
  std::filesystem::path folder_;
};

}  // namespace warifu::document::testing

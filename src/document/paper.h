#pragma once
// Office paper as PDF: pages of A4, two embedded Japanese faces, lines broken by the rules of kinsoku, page numbers "1/3".
// Guarantees: the same calls with the same settings give the same bytes (no clock is read; the only date is settings.created); text stays
// text (it can be searched and copied); nothing is drawn outside the paper by flowing text. Lengths are points (1/72 inch), y grows downwards.

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace warifu::document {

[[nodiscard]] constexpr double mm(double millimetres) { return millimetres * 72.0 / 25.4; }

enum class Orientation { PORTRAIT, LANDSCAPE };
enum class Face { MINCHO, GOTHIC };                // body, labels
enum class Align { LEFT, CENTRE, RIGHT, SPREAD };  // SPREAD is 均等割付: a single line's characters fill the width

struct TextStyle {
  Face face = Face::MINCHO;
  double size = 10.5;
  Align align = Align::LEFT;
  double leading = 1.45;  // distance of lines as a multiple of the size
  bool is_struck = false;
  double grey = 0;  // 0 black … 1 white
};

struct PaperSettings {
  Orientation orientation = Orientation::PORTRAIT;
  double margin_top = mm(20), margin_right = mm(20), margin_bottom = mm(20), margin_left = mm(25);  // left: two holes are punched there
  std::string title, author;                                                                        // of the PDF's information
  Time created;                                                                                     // likewise: the only date in the file
  std::string running_head;                                                                         // top right from the second page on
  std::string footer_left, footer_right;
  std::string watermark;  // large and pale across every page
};

// Text broken into lines of a width, ready to be drawn whole or line by line.
class TextBlock {
 public:
  struct Lines;
  TextBlock() = default;
  [[nodiscard]] double height() const { return height_; }
  [[nodiscard]] int line_count() const { return lines_; }
  // How many lines from `first` on fit into `space`.
  [[nodiscard]] int lines_within(int first, double space) const;
  [[nodiscard]] double height_of(int first, int count) const;
  [[nodiscard]] double natural_width() const;  // of its widest line

 private:
  friend class Paper;
  std::shared_ptr<const Lines> broken_;
  double height_ = 0;
  int lines_ = 0;
};

class Paper {
 public:
  // CONFIG when the fonts are not installed.
  [[nodiscard]] static Result<Paper> open(PaperSettings settings);
  ~Paper();
  Paper(Paper&&) noexcept;
  Paper& operator=(Paper&&) noexcept;

  [[nodiscard]] double left() const;
  [[nodiscard]] double right() const;
  [[nodiscard]] double top() const;
  [[nodiscard]] double bottom() const;
  [[nodiscard]] double width() const { return right() - left(); }
  [[nodiscard]] int page() const;  // from 1

  // `small` adds a line in small Gothic below: the English label.
  [[nodiscard]] TextBlock lay(std::string_view text, const TextStyle& style, double width, std::string_view small = {}) const;
  void draw(const TextBlock& block, double x, double y);
  void draw(const TextBlock& block, double x, double y, int first, int count);
  // lay + draw; returns the height.
  double write(std::string_view text, const TextStyle& style, double x, double y, double width, std::string_view small = {});

  void rule(double x1, double y1, double x2, double y2, double weight);
  void box(double x, double y, double width, double height, double weight);
  void shade(double x, double y, double width, double height, double grey);
  [[nodiscard]] Status qr(std::string_view text, double x, double y, double size);  // quiet zone included

  // The cursor of flowing content.
  [[nodiscard]] double y() const;
  void move_to(double y);
  void skip(double height) { move_to(y() + height); }
  // Text over the full width at the cursor, continued on new pages line by line.
  void flow(std::string_view text, const TextStyle& style, std::string_view small = {});
  void new_page();

  // Draws page numbers and watermark and gives the file.
  [[nodiscard]] Result<std::string> finish();

 private:
  struct Impl;
  explicit Paper(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace warifu::document

#pragma once
// Ruled tables on paper. A row that does not fit goes to the next page under a repeated header; a row higher than a page is continued line by
// line, so that nothing is ever cut. Column widths are shares of the table's width.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "document/paper.h"

namespace warifu::document {

struct Column {
  std::string title{}, small{};  // small: the English label
  double share = 1;
  TextStyle style{.face = Face::MINCHO, .size = 9};
  double shade = 1;  // grey of the cells; 1 is white
};

struct Row {
  std::vector<std::string> cells{};
  std::vector<std::string> smalls{};  // English labels under cells; may be shorter than cells
  bool is_struck = false;             // all cells but those of `unstruck`
  std::vector<std::size_t> unstruck{};
};

class Table {
 public:
  // Columns without any title make a table without header. The table spans the paper's width from the cursor on.
  Table(Paper& paper, std::vector<Column> columns, double title_size = 8.5);

  // The header, on a new page when not at least one line of a row fits under it.
  void begin();
  void add(const Row& row);
  // A row across all columns, centred, in the label's face.
  void add_across(std::string_view text, std::string_view small = {});
  // The closing rule; leaves the cursor under it.
  void end();

  [[nodiscard]] double header_height() const { return header_height_; }
  [[nodiscard]] double height_of(const Row& row) const;
  [[nodiscard]] double height_across(std::string_view text, std::string_view small = {}) const;

 private:
  struct Laid {
    std::vector<TextBlock> cells;
    double height = 0;
  };
  [[nodiscard]] Laid lay(const Row& row) const;
  [[nodiscard]] TextBlock lay_cell(std::size_t column, const TextStyle& style, std::string_view text, std::string_view small) const;
  void shade(std::size_t column, double height);
  void draw_header();
  void draw_frame(double height, bool is_header);
  void draw_inner_rules();
  void next_page();
  void draw_fragments(const Laid& laid);

  Paper& paper_;
  std::vector<Column> columns_;
  std::vector<double> edges_;  // left edge of each column, and the right edge of the last
  std::vector<TextBlock> titles_;
  mutable std::vector<std::map<std::string, TextBlock, std::less<>>> known_;  // cells laid before, of each column
  double header_height_ = 0;
  double start_ = 0, inner_start_ = 0;  // of the table, and of the rules between columns, on this page
  bool is_open_ = false;
};

}  // namespace warifu::document

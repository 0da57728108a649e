#include "document/table.h"

#include <algorithm>

namespace warifu::document {
namespace {

constexpr double kPadX = 3, kPadY = 2.2;
constexpr double kHeavy = 0.9, kThin = 0.4;
constexpr double kHeaderShade = 0.93;
constexpr TextStyle kAcross{.face = Face::GOTHIC, .size = 9, .align = Align::CENTRE};

}  // namespace

Table::Table(Paper& paper, std::vector<Column> columns, double title_size) : paper_(paper), columns_(std::move(columns)) {
  double shares = 0, at = paper_.left();
  for (const Column& column : columns_) shares += column.share;
  bool has_titles = false;
  for (const Column& column : columns_) {
    edges_.push_back(at);
    at += paper_.width() * column.share / shares;
    has_titles |= !column.title.empty();
  }
  edges_.push_back(paper_.right());
  known_.resize(columns_.size());
  if (!has_titles) return;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const TextStyle style{.face = Face::GOTHIC, .size = title_size, .align = Align::CENTRE, .leading = 1.3};
    titles_.push_back(paper_.lay(columns_[i].title, style, edges_[i + 1] - edges_[i] - 2 * kPadX, columns_[i].small));
    header_height_ = std::max(header_height_, titles_.back().height() + 2 * kPadY);
  }
}

void Table::begin() {
  constexpr double kOneLine = 16;
  if (paper_.y() > paper_.top() && paper_.y() + header_height_ + kOneLine > paper_.bottom()) paper_.new_page();
  draw_header();
}

void Table::draw_header() {
  is_open_ = true;
  const double y = paper_.y();
  start_ = inner_start_ = y;
  if (!titles_.empty()) {
    paper_.shade(paper_.left(), y, paper_.width(), header_height_, kHeaderShade);
    for (std::size_t i = 0; i < columns_.size(); ++i) paper_.draw(titles_[i], edges_[i] + kPadX, y + (header_height_ - titles_[i].height()) / 2);
    draw_frame(header_height_, true);
  }
}

// Moves the cursor under a row and rules it off.
void Table::draw_frame(double height, bool is_header) {
  paper_.skip(height);
  paper_.rule(edges_.front(), paper_.y(), edges_.back(), paper_.y(), is_header ? kHeavy : kThin);
}

// The rules between columns, down to the cursor.
void Table::draw_inner_rules() {
  for (std::size_t i = 1; i + 1 < edges_.size(); ++i) paper_.rule(edges_[i], inner_start_, edges_[i], paper_.y(), kThin);
}

void Table::shade(std::size_t column, double height) {
  if (columns_[column].shade < 1) paper_.shade(edges_[column], paper_.y(), edges_[column + 1] - edges_[column], height, columns_[column].shade);
}

// Columns repeat themselves (kinds, categories, purposes), and breaking text into lines is what a long table costs.
TextBlock Table::lay_cell(std::size_t column, const TextStyle& style, std::string_view text, std::string_view small) const {
  const double width = edges_[column + 1] - edges_[column] - 2 * kPadX;
  if (style.is_struck || !small.empty()) return paper_.lay(text, style, width, small);
  constexpr std::size_t kKept = 64;
  auto& known = known_[column];
  const auto found = known.find(text);
  if (found != known.end()) return found->second;
  if (known.size() == kKept) known.clear();
  return known.emplace(text, paper_.lay(text, style, width)).first->second;
}

Table::Laid Table::lay(const Row& row) const {
  Laid laid;
  laid.cells.reserve(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    TextStyle style = columns_[i].style;
    style.is_struck = row.is_struck && std::find(row.unstruck.begin(), row.unstruck.end(), i) == row.unstruck.end();
    const std::string_view text = i < row.cells.size() ? std::string_view(row.cells[i]) : std::string_view();
    const std::string_view small = i < row.smalls.size() ? std::string_view(row.smalls[i]) : std::string_view();
    laid.cells.push_back(lay_cell(i, style, text, small));
    laid.height = std::max(laid.height, laid.cells.back().height() + 2 * kPadY);
  }
  return laid;
}

double Table::height_of(const Row& row) const { return lay(row).height; }

double Table::height_across(std::string_view text, std::string_view small) const {
  return paper_.lay(text, kAcross, paper_.width() - 2 * kPadX, small).height() + 2 * kPadY;
}

void Table::next_page() {
  end();
  paper_.new_page();
  draw_header();
}

void Table::add(const Row& row) {
  const Laid laid = lay(row);
  if (paper_.y() + laid.height > paper_.bottom() + 0.01) {
    const double whole_page = paper_.bottom() - paper_.top() - header_height_;
    if (laid.height > whole_page) {
      draw_fragments(laid);
      return;
    }
    next_page();
  }
  const double y = paper_.y();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    shade(i, laid.height);
    const TextBlock& cell = laid.cells[i];
    paper_.draw(cell, edges_[i] + kPadX, y + (laid.height - cell.height()) / 2);  // in the middle of its row, as on forms
  }
  draw_frame(laid.height, false);
}

void Table::draw_fragments(const Laid& laid) {
  std::vector<int> next(columns_.size(), 0);
  for (bool is_left = true; is_left;) {
    const double space = paper_.bottom() - paper_.y() - 2 * kPadY;
    double height = 0;
    is_left = false;
    std::vector<int> counts(columns_.size(), 0);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      counts[i] = laid.cells[i].lines_within(next[i], space);
      height = std::max(height, laid.cells[i].height_of(next[i], counts[i]));
    }
    if (height > 0) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        shade(i, height + 2 * kPadY);
        paper_.draw(laid.cells[i], edges_[i] + kPadX, paper_.y() + kPadY, next[i], counts[i]);
        next[i] += counts[i];
      }
      draw_frame(height + 2 * kPadY, false);
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) is_left |= next[i] < laid.cells[i].line_count();
    if (is_left) next_page();
  }
}

void Table::add_across(std::string_view text, std::string_view small) {
  const TextBlock block = paper_.lay(text, kAcross, paper_.width() - 2 * kPadX, small);
  const double height = block.height() + 2 * kPadY;
  if (paper_.y() + height > paper_.bottom() + 0.01) next_page();
  draw_inner_rules();
  paper_.draw(block, paper_.left() + kPadX, paper_.y() + kPadY);
  draw_frame(height, false);
  inner_start_ = paper_.y();
}

void Table::end() {
  if (!is_open_) return;
  draw_inner_rules();
  paper_.box(edges_.front(), start_, paper_.width(), paper_.y() - start_, kHeavy);
  is_open_ = false;
}

}  // namespace warifu::document

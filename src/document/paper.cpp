#include "document/paper.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <vector>

#include "document/qr.h"

namespace warifu::document {
namespace {

constexpr double kA4Short = mm(210), kA4Long = mm(297);
constexpr double kSmallRatio = 0.72, kSmallMin = 5.5;  // of an English label under a Japanese one
constexpr std::array<const char*, 2> kFamilies = {"IPAexMincho", "IPAexGothic"};

struct Unref {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoContext* context) const { g_object_unref(context); }
  void operator()(PangoFont* font) const { g_object_unref(font); }
  void operator()(PangoFontDescription* description) const { pango_font_description_free(description); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* ink) const { cairo_destroy(ink); }
  void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
  void operator()(PangoAttrList* attributes) const { pango_attr_list_unref(attributes); }
  void operator()(char* text) const { g_free(text); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

Owned<PangoContext> new_context() {
  Owned<PangoContext> context(pango_font_map_create_context(pango_cairo_font_map_get_default()));
  const Owned<cairo_font_options_t> options(cairo_font_options_create());
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);  // paper has no pixels to fit to
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context.get(), options.get());
  pango_cairo_context_set_resolution(context.get(), 72);  // one unit is one point
  pango_context_set_round_glyph_positions(context.get(), FALSE);
  pango_context_set_language(context.get(), pango_language_from_string("ja"));  // kinsoku, and Japanese shapes of Han characters
  pango_context_set_base_dir(context.get(), PANGO_DIRECTION_LTR);
  return context;
}

Owned<PangoFontDescription> font(Face face, double size) {
  Owned<PangoFontDescription> description(pango_font_description_new());
  pango_font_description_set_family_static(description.get(), kFamilies[static_cast<std::size_t>(face)]);
  pango_font_description_set_size(description.get(), static_cast<int>(std::lround(size * PANGO_SCALE)));
  return description;
}

// What cannot be seen on paper, or would make it read otherwise than it is written (broken bytes, control characters, marks that turn the
// direction of writing), is shown as U+FFFD.
std::string printable(std::string_view text) {
  const Owned<char> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  std::string out;
  for (const char* at = valid.get(); *at != '\0'; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    const bool turns = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    const bool controls = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
    if (turns || controls) {
      out += "\uFFFD";
    } else {
      out.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
    }
  }
  return out;
}

// False when the text is wider than that; it is then broken into lines like any other.
bool spread(PangoLayout* layout, std::string_view text, double width) {
  int natural = 0;
  pango_layout_get_size(layout, &natural, nullptr);
  const auto count = static_cast<int>(g_utf8_strlen(text.data(), static_cast<gssize>(text.size())));
  const int free = static_cast<int>(width * PANGO_SCALE) - natural;
  if (free < 0) return false;
  if (count < 2) return true;
  const Owned<PangoAttrList> attributes(pango_attr_list_new());
  pango_attr_list_insert(attributes.get(), pango_attr_letter_spacing_new(free / (count - 1)));
  pango_layout_set_attributes(layout, attributes.get());
  return true;
}

}  // namespace

struct TextBlock::Lines {
  struct Line {
    PangoLayoutLine* line;  // belongs to one of the layouts
    double offset, y, pitch, size, width;
  };
  std::vector<Owned<PangoLayout>> layouts;
  std::vector<Line> lines;
  double grey = 0;
  bool is_struck = false;
};

int TextBlock::lines_within(int first, double space) const {
  int count = 0;
  while (first + count < lines_ && height_of(first, count + 1) <= space + 0.01) ++count;
  return count;
}

double TextBlock::height_of(int first, int count) const {
  if (count <= 0 || !broken_) return 0;
  const auto& from = broken_->lines[static_cast<std::size_t>(first)];
  const auto& to = broken_->lines[static_cast<std::size_t>(first + count - 1)];
  return to.y + to.pitch - from.y;
}

double TextBlock::natural_width() const {
  double widest = 0;
  if (broken_)
    for (const auto& line : broken_->lines) widest = std::max(widest, line.width);
  return widest;
}

struct Paper::Impl {
  PaperSettings settings;
  double page_width = kA4Short, page_height = kA4Long, cursor = 0;
  Owned<PangoContext> context;
  Owned<PangoAttrList> no_hyphens;  // pango adds a hyphen where it breaks a long word; in an address or an account id it would be a lie
  // Pages are recorded and put into the file at the end, when their number is known.
  std::vector<Owned<cairo_surface_t>> pages;
  Owned<cairo_t> ink;
  // Rules of a page are drawn together at its end, over shades: one path of each weight, because cairo examines every single drawing
  // operation of a page several times.
  struct Segment {
    double x1, y1, x2, y2;
  };
  std::map<double, std::vector<Segment>> rules;

  void draw_rules() {
    for (const auto& [weight, segments] : rules) {
      for (const Segment& segment : segments) {
        cairo_move_to(ink.get(), segment.x1, segment.y1);
        cairo_line_to(ink.get(), segment.x2, segment.y2);
      }
      cairo_set_source_rgb(ink.get(), 0, 0, 0);
      cairo_set_line_cap(ink.get(), CAIRO_LINE_CAP_SQUARE);  // corners close
      cairo_set_line_width(ink.get(), weight);
      cairo_stroke(ink.get());
    }
    rules.clear();
  }

  void begin_page() {
    if (ink) draw_rules();
    const cairo_rectangle_t extents = {0, 0, page_width, page_height};
    pages.emplace_back(cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents));
    ink.reset(cairo_create(pages.back().get()));
    cursor = settings.margin_top;
  }

  void add_lines(TextBlock::Lines& into, double& y, std::string_view text, const TextStyle& style, double width) const {
    const std::string clean = printable(text);
    Owned<PangoLayout> layout(pango_layout_new(context.get()));
    pango_layout_set_font_description(layout.get(), font(style.face, style.size).get());
    pango_layout_set_auto_dir(layout.get(), FALSE);
    pango_layout_set_text(layout.get(), clean.data(), static_cast<int>(clean.size()));
    const bool is_spread = style.align == Align::SPREAD && !clean.empty() && spread(layout.get(), clean, width);
    if (!is_spread) {
      pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
      pango_layout_set_attributes(layout.get(), no_hyphens.get());
      pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    }
    for (GSList* each = pango_layout_get_lines_readonly(layout.get()); each != nullptr; each = each->next) {
      auto* line = static_cast<PangoLayoutLine*>(each->data);
      PangoRectangle logical;
      pango_layout_line_get_extents(line, nullptr, &logical);
      const double natural = static_cast<double>(logical.width) / PANGO_SCALE;
      const double free = std::max(0.0, width - natural);
      const double offset = style.align == Align::RIGHT ? free : style.align == Align::CENTRE ? free / 2 : 0;
      const double pitch = style.size * style.leading;
      into.lines.push_back({line, offset, y, pitch, style.size, natural});
      y += pitch;
    }
    into.layouts.push_back(std::move(layout));
  }
};

Paper::Paper(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Paper::~Paper() = default;
Paper::Paper(Paper&&) noexcept = default;
Paper& Paper::operator=(Paper&&) noexcept = default;

Result<Paper> Paper::open(PaperSettings settings) {
  auto impl = std::make_unique<Impl>();
  impl->settings = std::move(settings);
  if (impl->settings.orientation == Orientation::LANDSCAPE) std::swap(impl->page_width, impl->page_height);
  impl->context = new_context();
  impl->no_hyphens.reset(pango_attr_list_new());
  pango_attr_list_insert(impl->no_hyphens.get(), pango_attr_insert_hyphens_new(FALSE));
  for (const Face face : {Face::MINCHO, Face::GOTHIC}) {
    // fontconfig silently gives another face when one is missing; a form in a wrong face, or in boxes, must not leave the house
    const Owned<PangoFont> loaded(pango_context_load_font(impl->context.get(), font(face, 10).get()));
    const char* wanted = kFamilies[static_cast<std::size_t>(face)];
    const Owned<PangoFontDescription> found(loaded ? pango_font_describe(loaded.get()) : pango_font_description_new());
    const char* family = pango_font_description_get_family(found.get());
    if (family == nullptr || std::strcmp(family, wanted) != 0)
      return fail(Code::CONFIG, std::string("the font ") + wanted + " is not installed (package fonts-ipaexfont)", "fonts");
  }
  impl->begin_page();
  return Paper(std::move(impl));
}

double Paper::left() const { return impl_->settings.margin_left; }
double Paper::right() const { return impl_->page_width - impl_->settings.margin_right; }
double Paper::top() const { return impl_->settings.margin_top; }
double Paper::bottom() const { return impl_->page_height - impl_->settings.margin_bottom; }
int Paper::page() const { return static_cast<int>(impl_->pages.size()); }
double Paper::y() const { return impl_->cursor; }
void Paper::move_to(double y) { impl_->cursor = y; }
void Paper::new_page() { impl_->begin_page(); }

TextBlock Paper::lay(std::string_view text, const TextStyle& style, double width, std::string_view small) const {
  auto lines = std::make_shared<TextBlock::Lines>();
  lines->grey = style.grey;
  lines->is_struck = style.is_struck;
  double height = 0;
  impl_->add_lines(*lines, height, text, style, width);
  if (!small.empty()) {
    TextStyle label = style;
    label.face = Face::GOTHIC;
    label.size = std::max(style.size * kSmallRatio, kSmallMin);
    label.leading = 1.2;
    if (label.align == Align::SPREAD) label.align = Align::LEFT;
    impl_->add_lines(*lines, height, small, label, width);
  }
  TextBlock block;
  block.height_ = height;
  block.lines_ = static_cast<int>(lines->lines.size());
  block.broken_ = std::move(lines);
  return block;
}

void Paper::draw(const TextBlock& block, double x, double y) { draw(block, x, y, 0, block.line_count()); }

void Paper::draw(const TextBlock& block, double x, double y, int first, int count) {
  if (count <= 0 || !block.broken_) return;
  cairo_t* ink = impl_->ink.get();
  const auto& lines = block.broken_->lines;
  const double start = lines[static_cast<std::size_t>(first)].y;
  cairo_set_source_rgb(ink, block.broken_->grey, block.broken_->grey, block.broken_->grey);
  for (int i = first; i < first + count; ++i) {
    const auto& line = lines[static_cast<std::size_t>(i)];
    // The body of IPAex is 0.88 em above and 0.12 em below the baseline; the body stands in the middle of its pitch.
    const double middle = y + line.y - start + line.pitch / 2;
    cairo_move_to(ink, x + line.offset, middle - line.size / 2 + 0.88 * line.size);
    pango_cairo_show_layout_line(ink, line.line);
    if (block.broken_->is_struck && line.width > 0) rule(x + line.offset, middle, x + line.offset + line.width, middle, 0.6);
  }
}

double Paper::write(std::string_view text, const TextStyle& style, double x, double y, double width, std::string_view small) {
  const TextBlock block = lay(text, style, width, small);
  draw(block, x, y);
  return block.height();
}

void Paper::rule(double x1, double y1, double x2, double y2, double weight) { impl_->rules[weight].push_back({x1, y1, x2, y2}); }

void Paper::box(double x, double y, double width, double height, double weight) {
  rule(x, y, x + width, y, weight);
  rule(x, y + height, x + width, y + height, weight);
  rule(x, y, x, y + height, weight);
  rule(x + width, y, x + width, y + height, weight);
}

void Paper::shade(double x, double y, double width, double height, double grey) {
  cairo_t* ink = impl_->ink.get();
  cairo_set_source_rgb(ink, grey, grey, grey);
  cairo_rectangle(ink, x, y, width, height);
  cairo_fill(ink);
}

Status Paper::qr(std::string_view text, double x, double y, double size) {
  const QrSymbol symbol = TRY(qr_symbol(text));
  const double module = size / (symbol.size + 2 * kQrQuietModules);
  const double x0 = x + module * kQrQuietModules, y0 = y + module * kQrQuietModules;
  cairo_t* ink = impl_->ink.get();
  cairo_set_source_rgb(ink, 0, 0, 0);
  // One path of horizontal runs, filled once: no hair lines between neighbours.
  for (int row = 0; row < symbol.size; ++row) {
    for (int column = 0; column < symbol.size;) {
      int end = column;
      while (end < symbol.size && symbol.is_dark(end, row)) ++end;
      if (end > column) cairo_rectangle(ink, x0 + module * column, y0 + module * row, module * (end - column), module);
      column = std::max(end, column + 1);
    }
  }
  cairo_fill(ink);
  return {};
}

void Paper::flow(std::string_view text, const TextStyle& style, std::string_view small) {
  const TextBlock block = lay(text, style, width(), small);
  for (int line = 0; line < block.line_count();) {
    int count = block.lines_within(line, bottom() - y());
    if (count == 0) {
      if (y() > top()) {
        new_page();
        continue;
      }
      count = 1;
    }
    draw(block, left(), y(), line, count);
    skip(block.height_of(line, count));
    line += count;
  }
}

namespace {

cairo_status_t append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> Paper::finish() {
  Impl& impl = *impl_;
  impl.draw_rules();
  impl.ink.reset();
  std::vector<Owned<cairo_surface_t>> pages = std::move(impl.pages);
  impl.pages.clear();
  std::string bytes;
  const Owned<cairo_surface_t> file(cairo_pdf_surface_create_for_stream(append, &bytes, impl.page_width, impl.page_height));
  cairo_pdf_surface_restrict_to_version(file.get(), CAIRO_PDF_VERSION_1_5);
  const std::string date = to_rfc3339_tokyo(impl.settings.created);
  cairo_pdf_surface_set_metadata(file.get(), CAIRO_PDF_METADATA_TITLE, impl.settings.title.c_str());
  cairo_pdf_surface_set_metadata(file.get(), CAIRO_PDF_METADATA_AUTHOR, impl.settings.author.c_str());
  cairo_pdf_surface_set_metadata(file.get(), CAIRO_PDF_METADATA_CREATOR, "Warifu");
  cairo_pdf_surface_set_metadata(file.get(), CAIRO_PDF_METADATA_CREATE_DATE, date.c_str());
  cairo_pdf_surface_set_metadata(file.get(), CAIRO_PDF_METADATA_MOD_DATE, date.c_str());
  impl.ink.reset(cairo_create(file.get()));
  const double foot = bottom() + mm(5);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (!impl.settings.watermark.empty()) {
      const TextBlock mark = lay(impl.settings.watermark, {.size = 220, .align = Align::CENTRE, .leading = 1, .grey = 0.92}, impl.page_width);
      draw(mark, 0, (impl.page_height - mark.height()) / 2);
    }
    cairo_set_source_surface(impl.ink.get(), pages[i].get(), 0, 0);
    cairo_paint(impl.ink.get());
    const TextStyle small{.face = Face::GOTHIC, .size = 8};
    const auto placed = [&](std::string_view text, Align align, double y) {
      TextStyle style = small;
      style.align = align;
      if (!text.empty()) write(text, style, left(), y, width());
    };
    placed(impl.settings.footer_left, Align::LEFT, foot);
    placed(std::to_string(i + 1) + "/" + std::to_string(pages.size()), Align::CENTRE, foot);
    placed(impl.settings.footer_right, Align::RIGHT, foot);
    if (i > 0) placed(impl.settings.running_head, Align::RIGHT, top() - mm(7));
    cairo_show_page(impl.ink.get());
    pages[i].reset();
  }
  impl.ink.reset();
  cairo_surface_finish(file.get());
  const cairo_status_t status = cairo_surface_status(file.get());
  if (status != CAIRO_STATUS_SUCCESS) return fail(Code::INTERNAL, std::string("PDF: ") + cairo_status_to_string(status));
  return bytes;
}

}  // namespace warifu::document

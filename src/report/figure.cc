// SPDX-License-Identifier: BSD-3-Clause
#include "report/figure.h"

#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "report/html.h"
#include "report/png.h"

namespace acc::report {
namespace {

constexpr double kWidth = 880;
constexpr double kPanelHeight = 320;  // Of a figure with one panel; two take less each.
constexpr double kLowPanelHeight = 220;
constexpr double kLeft = 86;
constexpr double kRight = 24;
constexpr double kTop = 84;
constexpr double kBottom = 74;
constexpr double kPanelGap = 16;
constexpr double kTitleSize = 16;
constexpr double kTextSize = 12.5;
constexpr Colour kInk = {0.10, 0.13, 0.19};
constexpr Colour kMuted = {0.36, 0.41, 0.50};
constexpr Colour kGrid = {0.89, 0.91, 0.94};

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // Room around the values; a single value gets some too.
  void Pad(double share) {
    if (!(low <= high)) *this = {0, 1};
    const double span = high - low;
    const double margin = span > 0 ? span * share : std::max(std::abs(low) * 0.5, 0.5);
    low -= margin;
    high += margin;
  }
};

struct Box {
  double left, top, width, height;
};

enum class Anchor { kStart, kMiddle, kEnd };

// Text that a reader recognizes: as many decimals as the distance of the ticks needs.
std::string TickText(double value, double step) {
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size >= 1e6 || size < 1e-4) return fmt::format("{:.4g}", value);
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 12);
  return fmt::format("{:.{}f}", value, decimals);
}

class Canvas {
 public:
  Canvas(double width, double height)
      : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width),
                                            static_cast<int>(height)),
                 &cairo_surface_destroy),
        context_(cairo_create(surface_.get()), &cairo_destroy) {
    cairo_set_source_rgb(cr(), 1, 1, 1);
    cairo_paint(cr());
    cairo_select_font_face(cr(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_line_join(cr(), CAIRO_LINE_JOIN_ROUND);
  }

  cairo_t* cr() const { return context_.get(); }

  void Use(const Colour& colour, double alpha = 1) const {
    cairo_set_source_rgba(cr(), colour.red, colour.green, colour.blue, alpha);
  }

  double WidthOf(const std::string& text, double size) const {
    cairo_text_extents_t extents;
    cairo_set_font_size(cr(), size);
    cairo_text_extents(cr(), text.c_str(), &extents);
    return extents.x_advance;
  }

  void Text(double x, double y, const std::string& text, double size, const Colour& colour,
            Anchor anchor = Anchor::kStart) const {
    const double width = WidthOf(text, size);
    const double shift = anchor == Anchor::kStart ? 0 : anchor == Anchor::kEnd ? width : width / 2;
    Use(colour);
    cairo_move_to(cr(), x - shift, y);
    cairo_show_text(cr(), text.c_str());
  }

  // As Text, cut in the middle to at most `width`.
  void FittedText(double x, double y, const std::string& text, double size, const Colour& colour,
                  double width) const {
    std::size_t bytes = std::min<std::size_t>(text.size(), 400);
    std::string shown = ShortName(text, bytes);
    while (bytes > 8 && WidthOf(shown, size) > width) {
      bytes -= std::max<std::size_t>(bytes / 16, 1);
      shown = ShortName(text, bytes);
    }
    Text(x, y, shown, size, colour);
  }

  void Line(double x1, double y1, double x2, double y2) const {
    cairo_move_to(cr(), x1, y1);
    cairo_line_to(cr(), x2, y2);
    cairo_stroke(cr());
  }

  Result<std::string> Png() const {
    if (const cairo_status_t status = cairo_status(cr()); status != CAIRO_STATUS_SUCCESS) {
      return Failure(fmt::format("cannot draw a plot: {}", cairo_status_to_string(status)));
    }
    cairo_surface_flush(surface_.get());
    Pixels pixels;
    pixels.width = cairo_image_surface_get_width(surface_.get());
    pixels.height = cairo_image_surface_get_height(surface_.get());
    pixels.stride = cairo_image_surface_get_stride(surface_.get());
    pixels.bytes = {
        cairo_image_surface_get_data(surface_.get()),
        static_cast<std::size_t>(pixels.stride) * static_cast<std::size_t>(pixels.height)};
    return EncodePng(pixels);
  }

 private:
  std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface_;
  std::unique_ptr<cairo_t, decltype(&cairo_destroy)> context_;
};

Extent HorizontalExtent(const Figure& figure) {
  Extent x;
  for (const Panel& panel : figure.panels) {
    for (const Curve& curve : panel.curves) {
      for (const PlotPoint& point : curve.points) x.Add(point.x);
    }
    for (const Marker& marker : panel.markers) x.Add(marker.x);
  }
  x.Pad(0.02);
  return x;
}

Extent VerticalExtent(const Panel& panel) {
  Extent y;
  if (panel.from_zero) y.Add(0);
  for (const Curve& curve : panel.curves) {
    for (const PlotPoint& point : curve.points) y.Add(point.y);
  }
  y.Pad(0.06);
  if (panel.from_zero) y.low = 0;
  return y;
}

// Draws one panel into its box.
class PanelDrawing {
 public:
  PanelDrawing(const Canvas& canvas, const Panel& panel, const Box& box, const Extent& x)
      : canvas_(canvas), panel_(panel), box_(box), x_(x), y_(VerticalExtent(panel)) {}

  void Draw(bool with_x_labels) const {
    DrawGrid(with_x_labels);
    cairo_t* cr = canvas_.cr();
    cairo_save(cr);
    cairo_rectangle(cr, box_.left, box_.top, box_.width, box_.height);
    cairo_clip(cr);
    for (const HeatCell& cell : panel_.cells) DrawCell(cell);
    for (const Curve& curve : panel_.curves) DrawCurve(curve);
    for (const Marker& marker : panel_.markers) DrawMarker(marker);
    cairo_restore(cr);
    DrawFrame();
  }

 private:
  double X(double value) const {
    return box_.left + (value - x_.low) / (x_.high - x_.low) * box_.width;
  }
  double Y(double value) const {
    return box_.top + box_.height - (value - y_.low) / (y_.high - y_.low) * box_.height;
  }
  // The middle of a pixel, so that thin lines stay sharp.
  static double Sharp(double at) { return std::floor(at) + 0.5; }

  void DrawGrid(bool with_x_labels) const {
    cairo_set_line_width(canvas_.cr(), 1);
    const auto x_ticks = Ticks(x_.low, x_.high, 9);
    const double x_step = x_ticks.size() > 1 ? x_ticks[1] - x_ticks[0] : 1;
    for (const double tick : x_ticks) {
      const double x = Sharp(X(tick));
      canvas_.Use(kGrid);
      canvas_.Line(x, box_.top, x, box_.top + box_.height);
      if (with_x_labels) {
        canvas_.Text(x, box_.top + box_.height + 18, TickText(tick, x_step), kTextSize, kMuted,
                     Anchor::kMiddle);
      }
    }
    const auto y_ticks = Ticks(y_.low, y_.high, 6);
    const double y_step = y_ticks.size() > 1 ? y_ticks[1] - y_ticks[0] : 1;
    for (const double tick : y_ticks) {
      const double y = Sharp(Y(tick));
      canvas_.Use(kGrid);
      canvas_.Line(box_.left, y, box_.left + box_.width, y);
      canvas_.Text(box_.left - 8, y + 4, TickText(tick, y_step), kTextSize, kMuted, Anchor::kEnd);
    }
  }

  void DrawFrame() const {
    cairo_t* cr = canvas_.cr();
    cairo_set_line_width(cr, 1);
    canvas_.Use(kMuted);
    cairo_rectangle(cr, Sharp(box_.left), Sharp(box_.top), std::floor(box_.width),
                    std::floor(box_.height));
    cairo_stroke(cr);
    cairo_save(cr);
    cairo_translate(cr, 22, box_.top + box_.height / 2);
    cairo_rotate(cr, -1.5707963267948966);
    canvas_.Text(0, 0, panel_.y_label, kTextSize, kInk, Anchor::kMiddle);
    cairo_restore(cr);
  }

  void DrawCell(const HeatCell& cell) const {
    if (cell.share <= 0) return;
    cairo_t* cr = canvas_.cr();
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
    canvas_.Use(kGoldenColour, cell.share);
    cairo_rectangle(cr, X(cell.left), Y(cell.high), X(cell.right) - X(cell.left),
                    Y(cell.low) - Y(cell.high));
    cairo_fill(cr);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_DEFAULT);
  }

  void DrawCurve(const Curve& curve) const {
    if (curve.points.empty()) return;
    if (curve.style == CurveStyle::kScatter) {
      DrawScatter(curve);
      return;
    }
    cairo_t* cr = canvas_.cr();
    if (curve.style != CurveStyle::kLine) {
      Trace(curve);
      cairo_line_to(cr, X(curve.points.back().x), Y(0));
      cairo_line_to(cr, X(curve.points.front().x), Y(0));
      cairo_close_path(cr);
      canvas_.Use(curve.colour, 0.26);
      cairo_fill(cr);
    }
    Trace(curve);
    canvas_.Use(curve.colour);
    cairo_set_line_width(cr, 1.5);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_BEVEL);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_FAST);
    cairo_stroke(cr);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_DEFAULT);
  }

  void Trace(const Curve& curve) const {
    cairo_t* cr = canvas_.cr();
    cairo_new_path(cr);
    double before = curve.points.front().y;
    for (const PlotPoint& point : curve.points) {
      if (curve.style == CurveStyle::kSteps) cairo_line_to(cr, X(point.x), Y(before));
      cairo_line_to(cr, X(point.x), Y(point.y));
      before = point.y;
    }
  }

  void DrawScatter(const Curve& curve) const {
    cairo_t* cr = canvas_.cr();
    const double side = curve.points.size() > 500 ? 2 : 4;
    canvas_.Use(curve.colour, 0.7);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
    // One by one: the union of thousands of rectangles takes cairo ten times as long.
    for (const PlotPoint& point : curve.points) {
      cairo_rectangle(cr, X(point.x) - side / 2, Y(point.y) - side / 2, side, side);
      cairo_fill(cr);
    }
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_DEFAULT);
  }

  void DrawMarker(const Marker& marker) const {
    cairo_t* cr = canvas_.cr();
    const double dashes[] = {6, 4};
    cairo_set_dash(cr, dashes, marker.dashed ? 2 : 0, 0);
    cairo_set_line_width(cr, 1.5);
    canvas_.Use(marker.colour);
    const double x = Sharp(X(marker.x));
    canvas_.Line(x, box_.top, x, box_.top + box_.height);
    cairo_set_dash(cr, nullptr, 0, 0);
  }

  const Canvas& canvas_;
  const Panel& panel_;
  Box box_;
  Extent x_;
  Extent y_;
};

struct LegendEntry {
  std::string label;
  Colour colour;
  CurveStyle style = CurveStyle::kLine;
  bool dashed = false;
};

std::vector<LegendEntry> LegendOf(const Figure& figure) {
  std::vector<LegendEntry> entries;
  const auto add = [&](const LegendEntry& entry) {
    const bool known = std::any_of(entries.begin(), entries.end(),
                                   [&](const auto& other) { return other.label == entry.label; });
    if (!entry.label.empty() && !known) entries.push_back(entry);
  };
  for (const Panel& panel : figure.panels) {
    for (const Curve& curve : panel.curves) add({curve.label, curve.colour, curve.style});
    for (const Marker& marker : panel.markers) {
      add({marker.label, marker.colour, CurveStyle::kLine, marker.dashed});
    }
  }
  return entries;
}

void DrawLegend(const Canvas& canvas, const Figure& figure) {
  constexpr double kSample = 22;
  cairo_t* cr = canvas.cr();
  double x = kLeft;
  const double y = kTop - 12;
  for (const LegendEntry& entry : LegendOf(figure)) {
    canvas.Use(entry.colour, entry.style == CurveStyle::kScatter ? 0.7 : 1);
    if (entry.style == CurveStyle::kScatter) {
      cairo_rectangle(cr, x + kSample / 2 - 3, y - 7, 6, 6);
      cairo_fill(cr);
    } else {
      const double dashes[] = {6, 4};
      cairo_set_dash(cr, dashes, entry.dashed ? 2 : 0, 0);
      cairo_set_line_width(cr, 2.5);
      canvas.Line(x, y - 4, x + kSample, y - 4);
      cairo_set_dash(cr, nullptr, 0, 0);
    }
    canvas.Text(x + kSample + 6, y, entry.label, kTextSize, kInk);
    x += kSample + 6 + canvas.WidthOf(entry.label, kTextSize) + 20;
  }
}

}  // namespace

Curve StepsOf(std::string label, const Colour& colour, const std::vector<double>& edges,
              const std::vector<std::uint64_t>& counts) {
  Curve curve{std::move(label), colour, CurveStyle::kSteps, {}};
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    curve.points.push_back({edges[bin], static_cast<double>(counts[bin])});
  }
  if (!counts.empty()) curve.points.push_back({edges.back(), static_cast<double>(counts.back())});
  return curve;
}

std::vector<double> Ticks(double low, double high, int most) {
  if (!(low < high) || !std::isfinite(high - low) || most < 1) return {};
  const double raw = (high - low) / most;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9);
  for (int index = 0; index <= 2 * most; ++index) {
    const double tick = (first + index) * step;
    if (!(tick <= high + step * 1e-9)) break;
    ticks.push_back(tick);
  }
  return ticks;
}

Result<std::string> DrawPng(const Figure& figure) {
  const double panel_height = figure.panels.size() > 1 ? kLowPanelHeight : kPanelHeight;
  const auto panels = static_cast<double>(figure.panels.size());
  const double height =
      kTop + panels * panel_height + std::max(0.0, panels - 1) * kPanelGap + kBottom;
  const Canvas canvas(kWidth, height);
  const double text_width = kWidth - kLeft - kRight;
  canvas.FittedText(kLeft, 26, figure.title, kTitleSize, kInk, text_width);
  canvas.FittedText(kLeft, 46, figure.subtitle, kTextSize, kMuted, text_width);
  DrawLegend(canvas, figure);
  const Extent x = HorizontalExtent(figure);
  double top = kTop;
  for (const Panel& panel : figure.panels) {
    const bool last = &panel == &figure.panels.back();
    PanelDrawing(canvas, panel, {kLeft, top, text_width, panel_height}, x).Draw(last);
    top += panel_height + kPanelGap;
  }
  canvas.Text(kLeft + text_width / 2, height - 34, figure.x_label, kTextSize, kInk,
              Anchor::kMiddle);
  canvas.FittedText(kLeft, height - 12, figure.note, kTextSize, kMuted, text_width);
  return canvas.Png();
}

Status WritePng(const std::filesystem::path& path, const Figure& figure) {
  ACC_ASSIGN_OR_RETURN(const std::string png, DrawPng(figure));
  return WriteFile(path, png);
}

}  // namespace acc::report

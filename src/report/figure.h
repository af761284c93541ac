// SPDX-License-Identifier: BSD-3-Clause
// Plots as PNG files: panels below each other on a common x axis, drawn with cairo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace acc::report {

struct Colour {
  double red = 0, green = 0, blue = 0;  // 0 to 1.
};
inline constexpr Colour kGoldenColour = {0.80, 0.52, 0.00};
inline constexpr Colour kTargetColour = {0.14, 0.34, 0.77};
inline constexpr Colour kCalibratedColour = {0.70, 0.15, 0.12};
inline constexpr Colour kDifferenceColour = {0.36, 0.20, 0.52};

struct PlotPoint {
  double x = 0;
  double y = 0;
};

enum class CurveStyle {
  kLine,
  kArea,     // A line filled down to zero.
  kSteps,    // Each y holds until the next x; filled down to zero.
  kScatter,  // Points alone.
};

struct Curve {
  std::string label;  // In the legend; empty for none.
  Colour colour;
  CurveStyle style = CurveStyle::kLine;
  std::vector<PlotPoint> points;  // Finite, x not falling.
};

// A histogram: counts[i] between edges[i] and edges[i+1].
Curve StepsOf(std::string label, const Colour& colour, const std::vector<double>& edges,
              const std::vector<std::uint64_t>& counts);

// A vertical line across the panel.
struct Marker {
  std::string label;
  Colour colour;
  double x = 0;
  bool dashed = false;
};

// A rectangle of a heat map; empty at 0, full at 1.
struct HeatCell {
  double left = 0, right = 0;
  double low = 0, high = 0;
  double share = 0;
};

struct Panel {
  std::string y_label;
  std::vector<Curve> curves;
  std::vector<Marker> markers;
  bool from_zero = false;            // The y axis starts at zero.
  std::vector<HeatCell> cells = {};  // Below the curves, within their extent.
};

struct Figure {
  std::string title;     // A tensor's name; shortened in the middle where it does not fit.
  std::string subtitle;  // Below it, small; shortened too.
  std::string note;      // At the bottom, small; shortened too.
  std::string x_label;
  std::vector<Panel> panels;
};

// Positions of at most about `most` ticks from `low` to `high`: whole multiples of 1, 2 or 5 times
// a power of ten. Empty unless low < high, both finite.
std::vector<double> Ticks(double low, double high, int most);

// The figure as the bytes of a PNG file. Fails where cairo does.
Result<std::string> DrawPng(const Figure& figure);

Status WritePng(const std::filesystem::path& path, const Figure& figure);

}  // namespace acc::report

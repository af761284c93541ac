// SPDX-License-Identifier: BSD-3-Clause
#include "report/inspection_figures.h"

#include <fmt/format.h>

#include <cmath>

namespace acc::report {
namespace {

std::string SizeText(const InspectedTensor& tensor) {
  return fmt::format("{}{}{} elements", tensor.layer_type.empty() ? "" : tensor.layer_type + ", ",
                     tensor.dims ? ToText(*tensor.dims) + ", " : "",
                     tensor.statistics.target.count);
}

std::string OutsideText(const InspectedTensor& tensor) {
  if (!tensor.calibrated) return "no calibrated range is known";
  const auto share = [](const inspect::SideStatistics& side) {
    const double outside = ShareOutside(side);
    return std::isnan(outside) ? std::string("–") : fmt::format("{:.4g} %", 100 * outside);
  };
  return fmt::format("outside the calibrated range: {} of target, {} of golden",
                     share(tensor.statistics.target), share(tensor.statistics.golden));
}

void AddCalibrated(const InspectedTensor& tensor, Panel& panel) {
  if (!tensor.calibrated) return;
  const std::string label =
      fmt::format("calibrated {:.5g} … {:.5g}", tensor.calibrated->low, tensor.calibrated->high);
  panel.markers.push_back({label, kCalibratedColour, tensor.calibrated->low, true});
  panel.markers.push_back({label, kCalibratedColour, tensor.calibrated->high, true});
}

}  // namespace

Figure DensityFigure(const InspectedTensor& tensor) {
  const inspect::SideStatistics& target = tensor.statistics.target;
  Figure figure;
  figure.title = tensor.name;
  figure.x_label = "value";
  Panel panel{.y_label = "density", .from_zero = true};
  Curve curve{"density of target", kTargetColour, CurveStyle::kArea, {}};
  for (std::size_t i = 0; i < tensor.density.x.size(); ++i) {
    curve.points.push_back({tensor.density.x[i], tensor.density.density[i]});
  }
  figure.subtitle = SizeText(tensor) + "; " + OutsideText(tensor);
  figure.note = curve.points.empty()
                    ? "no two different values, hence no density"
                    : fmt::format(
                          "Gaussian kernel, bandwidth {:.4g} by Scott's rule: standard "
                          "deviation · n^(-1/5)",
                          tensor.density.bandwidth);
  panel.curves.push_back(std::move(curve));
  if (target.finite() > 0) {
    const std::string label = fmt::format("target {:.5g} … {:.5g}", target.min, target.max);
    panel.markers.push_back({label, kTargetColour, target.min, false});
    panel.markers.push_back({label, kTargetColour, target.max, false});
  }
  AddCalibrated(tensor, panel);
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure HistogramsFigure(const InspectedTensor& tensor) {
  Figure figure;
  figure.title = tensor.name;
  figure.subtitle = SizeText(tensor) + "; " + OutsideText(tensor);
  figure.note = BinsText(tensor.bins) + "; exact counts";
  figure.x_label = "value";
  Panel panel{.y_label = "elements", .from_zero = true};
  panel.curves = {StepsOf("golden", kGoldenColour, tensor.bins.edges, tensor.bins.golden),
                  StepsOf("target", kTargetColour, tensor.bins.edges, tensor.bins.target)};
  AddCalibrated(tensor, panel);
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure CdfFigure(const InspectedTensor& tensor) {
  Figure figure;
  figure.title = tensor.name;
  figure.subtitle = SizeText(tensor);
  figure.note = "the share of the elements below each value, exact over all elements";
  figure.x_label = "value";
  Curve golden{"golden", kGoldenColour, CurveStyle::kLine, {}};
  Curve target{"target", kTargetColour, CurveStyle::kLine, {}};
  for (const inspect::CdfPoint& point : tensor.cdf) {
    if (!std::isnan(point.golden)) golden.points.push_back({point.x, point.golden});
    if (!std::isnan(point.target)) target.points.push_back({point.x, point.target});
  }
  Panel panel{.y_label = "cumulative share", .from_zero = true};
  panel.curves = {std::move(golden), std::move(target)};
  AddCalibrated(tensor, panel);
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure DiffFigure(const InspectedTensor& tensor) {
  Figure figure;
  figure.title = tensor.name;
  const inspect::DifferenceStatistics& all = tensor.statistics.difference;
  figure.subtitle = fmt::format("{}; difference from {:.4g} to {:.4g}, RMS {:.4g}",
                                SizeText(tensor), all.min, all.max, all.rms());
  figure.note = tensor.statistics.series_step == 1
                    ? "all elements are drawn"
                    : fmt::format(
                          "{} elements are drawn: the smallest and largest golden, target and "
                          "difference of each {}",
                          tensor.statistics.series.size(), tensor.statistics.series_step);
  figure.x_label = "index in the target's order";
  Curve golden{"golden", kGoldenColour, CurveStyle::kScatter, {}};
  Curve target{"target", kTargetColour, CurveStyle::kScatter, {}};
  Curve difference{"target - golden", kDifferenceColour, CurveStyle::kLine, {}};
  for (const inspect::SeriesElement& element : tensor.statistics.series) {
    const auto index = static_cast<double>(element.index);
    golden.points.push_back({index, element.golden});
    target.points.push_back({index, element.target});
    difference.points.push_back({index, static_cast<double>(element.target) - element.golden});
  }
  figure.panels.resize(2);
  figure.panels[0].y_label = "value";
  figure.panels[0].curves = {std::move(golden), std::move(target)};
  figure.panels[1].y_label = "difference";
  figure.panels[1].curves = {std::move(difference)};
  return figure;
}

}  // namespace acc::report

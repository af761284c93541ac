// SPDX-License-Identifier: BSD-3-Clause
#include "report/param_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"
#include "inspect/common_bins.h"
#include "inspect/finite_values.h"
#include "tensor/codes.h"
#include "tensor/decibels.h"

namespace acc::report {
namespace {

constexpr std::size_t kBins = 160;

Histogram HistogramOf(std::span<const float> values) {
  Histogram histogram;
  histogram.Add(values);
  return histogram;
}

std::string EncodingText(const ParamPlot& plot) {
  const Encoding& first = plot.encoding.channels.front();
  if (plot.encoding.channels.size() > 1) {
    return fmt::format("{} elements, {} bits, one range for each of {} channels",
                       plot.values.size(), first.bitwidth, plot.encoding.channels.size());
  }
  return fmt::format("{} elements, {} bits from {:.4g} to {:.4g}, step {:.4g}", plot.values.size(),
                     first.bitwidth, first.min, first.max, first.scale);
}

// The range and the error of one channel.
struct Channel {
  double min = 0;
  double max = 0;
  double signal = 0;
  double noise = 0;
  bool empty = true;

  void Add(double value, double quantized) {
    min = empty ? value : std::min(min, value);
    max = empty ? value : std::max(max, value);
    empty = false;
    signal += value * value;
    noise += (value - quantized) * (value - quantized);
  }
};

const Encoding& EncodingOf(const TensorEncoding& encoding, std::size_t channel) {
  return encoding.channels[encoding.per_channel() ? channel : 0];
}

std::vector<Channel> ChannelsOf(const ParamPlot& plot) {
  const ChannelLayout layout = LayoutOf(plot.dims, plot.channel_axis);
  std::vector<Channel> channels(layout.channels);
  for (std::size_t i = 0; i < plot.values.size(); ++i) {
    const float value = plot.values[i];
    if (!std::isfinite(value)) continue;
    const std::size_t channel = (i / layout.inner) % layout.channels;
    const Encoding& encoding = EncodingOf(plot.encoding, channel);
    channels[channel].Add(value, ValueOf(CodeOf(value, encoding), encoding));
  }
  return channels;
}

// The histogram of each channel between the smallest and the largest value of all.
std::vector<HeatCell> CellsOf(const ParamPlot& plot, const std::vector<Channel>& channels) {
  constexpr std::size_t kCellsOfAChannel = 64;
  double low = 0;
  double high = 0;
  for (const Channel& channel : channels) {
    low = std::min(low, channel.min);
    high = std::max(high, channel.max);
  }
  if (!(low < high)) return {};
  const double height = (high - low) / kCellsOfAChannel;
  const ChannelLayout layout = LayoutOf(plot.dims, plot.channel_axis);
  std::vector<double> counts(layout.channels * kCellsOfAChannel);
  for (std::size_t i = 0; i < plot.values.size(); ++i) {
    if (!std::isfinite(plot.values[i])) continue;
    const auto cell = static_cast<std::size_t>((plot.values[i] - low) / height);
    const std::size_t channel = (i / layout.inner) % layout.channels;
    ++counts[channel * kCellsOfAChannel + std::min(cell, kCellsOfAChannel - 1)];
  }
  std::vector<HeatCell> cells;
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    const auto first = counts.begin() + static_cast<std::ptrdiff_t>(channel * kCellsOfAChannel);
    const double most = *std::max_element(first, first + kCellsOfAChannel);
    for (std::size_t i = 0; i < kCellsOfAChannel && most > 0; ++i) {
      const double count = first[static_cast<std::ptrdiff_t>(i)];
      const double bottom = low + static_cast<double>(i) * height;
      // The root lets single values be seen beside thousands.
      if (count > 0) {
        cells.push_back({.left = static_cast<double>(channel) - 0.5,
                         .right = static_cast<double>(channel) + 0.5,
                         .low = bottom,
                         .high = bottom + height,
                         .share = std::sqrt(count / most)});
      }
    }
  }
  return cells;
}

}  // namespace

Figure ParamHistogram(const ParamPlot& plot) {
  const inspect::FiniteValues finite(plot.values);
  const std::vector<float> quantized = FakeQuantized(plot.values, plot.dims, plot.encoding);
  const inspect::FiniteValues finite_quantized(quantized);
  const double step = plot.encoding.channels.size() == 1 ? plot.encoding.channels.front().scale : 0;
  const auto bins = inspect::BinTogether(HistogramOf(finite.values()),
                                         HistogramOf(finite_quantized.values()), kBins, step);
  Figure figure;
  figure.title = plot.tensor;
  figure.subtitle = EncodingText(plot);
  figure.note = bins.steps > 0 ? fmt::format("a bin is {} wide; exact counts",
                                             Counted(bins.steps, "quantization step"))
                               : "exact counts";
  figure.x_label = "value";
  Panel panel{.y_label = "elements", .from_zero = true};
  panel.curves = {StepsOf("unquantized", kGoldenColour, bins.edges, bins.golden),
                  StepsOf("quantized", kTargetColour, bins.edges, bins.target)};
  if (plot.encoding.channels.size() == 1) {
    panel.markers = {{"covered", kCalibratedColour, plot.encoding.channels.front().min, false},
                     {"", kCalibratedColour, plot.encoding.channels.front().max, false}};
  }
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure ParamChannels(const ParamPlot& plot) {
  Figure figure;
  figure.title = plot.tensor;
  figure.subtitle = EncodingText(plot);
  figure.note = "cells: the histogram of each channel, darkest where it is fullest";
  figure.x_label = "channel";
  Curve min{"unquantized", kGoldenColour, CurveStyle::kLine, {}};
  Curve max{"", kGoldenColour, CurveStyle::kLine, {}};
  Curve low{"covered", kCalibratedColour, CurveStyle::kLine, {}};
  Curve high{"", kCalibratedColour, CurveStyle::kLine, {}};
  Curve sqnr{"SQNR", kDifferenceColour, CurveStyle::kScatter, {}};
  const std::vector<Channel> channels = ChannelsOf(plot);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto x = static_cast<double>(i);
    min.points.push_back({x, channels[i].min});
    max.points.push_back({x, channels[i].max});
    low.points.push_back({x, EncodingOf(plot.encoding, i).min});
    high.points.push_back({x, EncodingOf(plot.encoding, i).max});
    if (channels[i].signal > 0 && channels[i].noise > 0) {
      sqnr.points.push_back({x, Decibels(channels[i].signal, channels[i].noise)});
    }
  }
  figure.panels.resize(2);
  figure.panels[0].y_label = "value";
  figure.panels[0].cells = CellsOf(plot, channels);
  figure.panels[0].curves = {std::move(min), std::move(max), std::move(low), std::move(high)};
  figure.panels[1].y_label = "SQNR, dB";
  figure.panels[1].curves = {std::move(sqnr)};
  return figure;
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
#include "report/inspected_tensor.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"

namespace acc::report {
namespace {

const Encoding* TensorWide(const std::optional<TensorEncoding>& encoding) {
  const bool usable =
      encoding && !encoding->is_float && !encoding->per_channel() && encoding->channels.size() == 1;
  if (!usable) return nullptr;
  const Encoding& only = encoding->channels.front();
  return std::isfinite(only.min) && std::isfinite(only.max) && only.min <= only.max ? &only
                                                                                    : nullptr;
}

inspect::SideStatistics WithoutHistogram(inspect::SideStatistics side) {
  side.histogram = {};
  return side;
}

}  // namespace

std::string BinsText(const inspect::CommonBins& bins) {
  std::string text =
      fmt::format("{} bins of width {:.5g}, common to both sides", bins.golden.size(), bins.width);
  if (bins.steps > 0) {
    text += fmt::format(": {}, edges between the codes", Counted(bins.steps, "quantization step"));
  }
  return text;
}

void AddCurves(InspectedTensor& tensor) {
  const Histogram& golden = tensor.statistics.golden.histogram;
  const Histogram& target = tensor.statistics.target.histogram;
  tensor.bins = inspect::BinTogether(golden, target, kHistogramBins, tensor.step);
  tensor.cdf = inspect::CumulativeShares(golden, target, kCdfResolution);
  tensor.density = inspect::KernelDensity(tensor.statistics.target);
}

InspectionEntry EntryOf(const InspectedTensor& tensor) {
  return {.folder = tensor.folder,
          .calibrated = tensor.calibrated,
          .golden = WithoutHistogram(tensor.statistics.golden),
          .target = WithoutHistogram(tensor.statistics.target),
          .data_note = tensor.data_note,
          .thumbnail = inspect::BinTogether(tensor.statistics.golden.histogram,
                                            tensor.statistics.target.histogram, kThumbnailBins,
                                            tensor.step)};
}

double ShareOutside(const inspect::SideStatistics& side) {
  return static_cast<double>(side.below + side.above) / static_cast<double>(side.finite());
}

std::optional<inspect::Interval> CalibratedRange(const std::optional<TensorEncoding>& encoding) {
  const Encoding* only = TensorWide(encoding);
  if (only == nullptr) return std::nullopt;
  return inspect::Interval{only->min, only->max};
}

double StepOf(const std::optional<TensorEncoding>& encoding) {
  const Encoding* only = TensorWide(encoding);
  return only == nullptr ? 0 : only->scale;
}

std::optional<inspect::Interval> ClippedBeyond(const std::optional<TensorEncoding>& encoding) {
  const Encoding* only = TensorWide(encoding);
  if (only == nullptr) return std::nullopt;
  return inspect::Interval{only->min - only->scale / 2, only->max + only->scale / 2};
}

}  // namespace acc::report

// SPDX-License-Identifier: BSD-3-Clause
// What the pages and plots of the tensor inspection show. The feature fills it; they format it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "inspect/chunk_statistics.h"
#include "inspect/common_bins.h"
#include "inspect/density.h"
#include "inspect/statistics.h"
#include "tensor/encoding.h"
#include "tensor/shape.h"

namespace acc::report {

inline constexpr std::size_t kHistogramBins = 160;
inline constexpr std::size_t kCdfResolution = 160;
inline constexpr std::size_t kThumbnailBins = 24;

// One tensor, while its files are written.
struct InspectedTensor {
  std::string name;  // The target's.
  std::string golden_name;
  std::string layer_type;
  std::string folder;         // Below the inspection's folder, with "/".
  std::optional<Shape> dims;  // In the target's order.
  std::optional<int> channel_axis;
  std::optional<inspect::Interval> calibrated;
  double step = 0;        // Of the encoding; 0 where there is none for the whole tensor.
  std::string data_note;  // How the target's integers were read; or empty.
  std::vector<std::pair<std::string, double>> scores;  // By verifier.
  inspect::PairStatistics statistics;
  inspect::CommonBins bins;
  std::vector<inspect::CdfPoint> cdf;
  inspect::Density density;  // Of the target.
};

// "160 bins of width 0.031, common to both sides", and what they follow.
std::string BinsText(const inspect::CommonBins& bins);

// The bins, curve points and density of the tensor's statistics.
void AddCurves(InspectedTensor& tensor);

// What is kept of a tensor for the index and summary.csv.
struct InspectionEntry {
  std::string folder;  // Empty: it could not be inspected.
  std::optional<inspect::Interval> calibrated;
  inspect::SideStatistics golden;  // Without histograms.
  inspect::SideStatistics target;
  std::string data_note;
  inspect::CommonBins thumbnail;
};

InspectionEntry EntryOf(const InspectedTensor& tensor);

// The share of a side's finite elements outside of the calibrated range; NaN without elements.
double ShareOutside(const inspect::SideStatistics& side);

// The range that `encoding` can hold; nothing for float and per-channel encodings.
std::optional<inspect::Interval> CalibratedRange(const std::optional<TensorEncoding>& encoding);

// The quantization step of `encoding`; 0 where CalibratedRange() has no answer.
double StepOf(const std::optional<TensorEncoding>& encoding);

// Where the elements that the encoding clips begin: half a step beyond the calibrated range, since
// what is nearer is rounded to its ends like everything else to its code.
std::optional<inspect::Interval> ClippedBeyond(const std::optional<TensorEncoding>& encoding);

}  // namespace acc::report

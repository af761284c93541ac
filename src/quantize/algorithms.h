// SPDX-License-Identifier: BSD-3-Clause
// The table of encoding algorithms: each turns what was observed of a tensor into its encoding.
// Several of them can read one observation. An algorithm is one file in algorithms/, one row here.
#pragma once

#include <span>
#include <string_view>

#include "quantize/histogram.h"
#include "quantize/min_max.h"
#include "quantize/quantize.h"

namespace acc::quantize {

// What an algorithm may look at. `histogram` is set where the algorithm's row asks for it.
struct Observation {
  double min = 0;
  double max = 0;
  const Histogram* histogram = nullptr;
};

struct AlgorithmInfo {
  Algorithm algorithm;
  std::string_view name;     // As in Qualcomm's quantizers.
  std::string_view summary;  // One sentence, for --help and the docs.
  bool needs_histogram;
  bool symmetric;  // Always symmetric; the others are where the caller asks for it.
  Encoding (*encode)(const Observation& observation, int bitwidth, bool symmetric);
};

std::span<const AlgorithmInfo> Algorithms();
const AlgorithmInfo& InfoOf(Algorithm algorithm);

// The encoding of values that are at hand as a whole, such as a weight's. Values that are not
// finite are passed over.
Encoding EncodingOfValues(std::span<const float> values, const AlgorithmInfo& algorithm,
                          int bitwidth, bool symmetric);

// What `enhanced` minimizes (FACTS 4.6): the mean over the histogram of the squared quantization
// error, where values beyond the encoding's range count kSaturationWeight times.
inline constexpr double kSaturationWeight = 3.0;
double EnhancedCost(const Histogram& histogram, const Encoding& encoding);

}  // namespace acc::quantize

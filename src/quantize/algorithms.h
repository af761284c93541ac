// SPDX-License-Identifier: BSD-3-Clause
// The table of encoding algorithms: each turns what was observed of a tensor into its encoding.
// Several of them can read one observation. An algorithm is one file in algorithms/, one row here.
//
// Values that are not finite are in no observation. In every encoding zero is a code, and the range
// is at least kMinWidth wide.
#pragma once

#include <span>
#include <string_view>

#include "base/status.h"
#include "quantize/calibrator.h"
#include "quantize/quantize.h"
#include "tensor/histogram.h"

namespace acc::quantize {

// What an algorithm may look at. `histogram` is set where the algorithm's row asks for it; it is
// empty where no value was finite, and then min and max are 0. `few_values` are all values, where
// they were few enough to be kept.
struct Observation {
  double min = 0;
  double max = 0;
  const Histogram* histogram = nullptr;
  std::span<const float> few_values = {};
};

// Refers to what the observer holds.
Observation ObservationOf(const Observer& observer);

struct EncodingRequest {
  int bitwidth = 8;
  bool symmetric = false;  // Of an algorithm that can do both.
  double percentile = kUsualPercentile;
};

struct AlgorithmInfo {
  Algorithm algorithm;
  std::string_view name;         // As in Qualcomm's quantizers.
  std::string_view calibration;  // What qairt-quantizer calls it; empty where it has no word.
  std::string_view summary;      // One sentence, for the docs.
  std::string_view criterion;    // The formula of what it minimizes, or of the range.
  std::string_view source;
  bool needs_histogram;
  bool symmetric;  // Always symmetric; the others are where the caller asks for it.
  Encoding (*encode)(const Observation& observation, const EncodingRequest& request);
  // What it minimizes; null where it follows a rule instead. An observation with a histogram.
  double (*cost)(const Observation& observation, const Encoding& encoding);
};

std::span<const AlgorithmInfo> Algorithms();
const AlgorithmInfo& InfoOf(Algorithm algorithm);

// By the name of a row, or by qairt-quantizer's word. A usage error with the nearest name for
// others.
Result<Algorithm> AlgorithmNamed(std::string_view name);
Result<Algorithm> AlgorithmOfCalibration(std::string_view word);

// The encoding of values that are at hand as a whole, such as a weight's.
Encoding EncodingOfValues(std::span<const float> values, const AlgorithmInfo& algorithm,
                          const EncodingRequest& request);

// How often `enhanced` counts the error of a clipped value (AIMET's gamma).
inline constexpr double kClippingWeight = 3.0;

}  // namespace acc::quantize

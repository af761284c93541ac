// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"
#include "quantize/range_search.h"
#include "quantize/value_density.h"

namespace acc::quantize {

double MseCost(const Observation& observation, const Encoding& encoding) {
  return ValueDensity(*observation.histogram, observation.few_values).MeanSquaredError(encoding);
}

Encoding EncodeMse(const Observation& observation, const EncodingRequest& request) {
  const ValueDensity density(*observation.histogram, observation.few_values);
  return SearchRange(observation, request, PromisingRanges(observation, request, 1),
                     [&](const Encoding& encoding) { return density.MeanSquaredError(encoding); });
}

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include "quantize/algorithms.h"
#include "quantize/encoding.h"
#include "quantize/value_density.h"

namespace acc::quantize {

Encoding EncodePercentile(const Observation& observation, const EncodingRequest& request) {
  const Histogram& histogram = *observation.histogram;
  double min = observation.min;
  double max = observation.max;
  if (!histogram.empty()) {
    const double share = std::clamp(100 - request.percentile, 0.0, 50.0) / 100;
    const auto most = (histogram.total() - 1) / 2;
    const auto left_out =
        std::min(static_cast<std::uint64_t>(share * static_cast<double>(histogram.total())), most);
    const ValueDensity density(histogram, observation.few_values);
    min = density.ValueAt(left_out);
    max = density.ValueAt(histogram.total() - 1 - left_out);
  }
  return request.symmetric ? SymmetricEncoding(min, max, request.bitwidth)
                           : AsymmetricEncoding(min, max, request.bitwidth);
}

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
// Finds the range of least cost. Among the candidates are those of AIMET's documented search; the
// best of all is improved by ever smaller moves of its ends, so the result is not worse.
#pragma once

#include <functional>
#include <vector>

#include "quantize/algorithms.h"

namespace acc::quantize {

using CostFunction = std::function<double(const Encoding& encoding)>;

struct Range {
  double min = 0;
  double max = 0;
};

// The observed range where nothing costs less. Ranges are never narrower than kMinWidth. Costs are
// 0 or more.
Encoding SearchRange(const Observation& observation, const EncodingRequest& request,
                     const std::vector<Range>& candidates, const CostFunction& cost);

// All ranges around zero whose ends are edges of `bins` equal bins over the observed range, zero
// among them. Symmetric ones where the request is.
std::vector<Range> RangesOfEdges(const Observation& observation, const EncodingRequest& request,
                                 int bins);

// Those of 512 bins (AIMET's) that promise the least squared error, where clipped values count
// `clipping_weight` times: judged as if the error inside a range were scale^2 / 12, which needs no
// look at the values between its ends.
std::vector<Range> PromisingRanges(const Observation& observation, const EncodingRequest& request,
                                   double clipping_weight);

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <limits>

#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class ScaledDiff : public Verifier {
 public:
  Result<Score> Evaluate(const PairView& pair) const override {
    const PairSums& sums = *pair.sums;
    double range = EncodingRange(sums.golden_min, sums.golden_max);
    for (const auto& [min, max] : pair.input_ranges) {
      range = std::max(range, EncodingRange(min, max));
    }
    if (sums.difference_max == 0) return Score{0, {}};
    if (range == 0) {
      return Score{std::numeric_limits<double>::quiet_NaN(),
                   "golden and its node's inputs are all zero: there is no range to scale by"};
    }
    return Score{sums.difference_max / range,
                 pair.input_ranges.empty() ? "scaled by the output's range alone: the ranges of "
                                             "its node's inputs are not known"
                                           : ""};
  }
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateScaledDiff(const Parameters& /*parameters*/) {
  return std::unique_ptr<Verifier>(std::make_unique<ScaledDiff>());
}

}  // namespace acc::verify

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>

#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class Sqnr : public Verifier {
 public:
  Result<Score> Evaluate(const PairView& pair) const override {
    const PairSums& sums = *pair.sums;
    if (sums.disagreeing > 0 && sums.difference_max == 0) {
      return Score{std::numeric_limits<double>::quiet_NaN(),
                   "the finite elements are identical, but others disagree about NaN or infinity"};
    }
    Score score{SqnrDb(sums), {}};
    if (sums.golden_square == 0) {
      score.note = sums.target_square == 0
                       ? "both tensors are all zero"
                       : "golden is all zero: there is no signal to compare the noise with";
    }
    return score;
  }
};

}  // namespace

double SqnrDb(const PairSums& sums) {
  // numpy.finfo("float").eps, which ONNX Runtime's definition uses.
  constexpr double kEpsilon = 2.220446049250313e-16;
  if (sums.difference_max == 0) return std::numeric_limits<double>::infinity();
  const double signal = std::max(std::sqrt(sums.golden_square), kEpsilon);
  const double noise = std::max(std::sqrt(sums.difference_square), kEpsilon);
  return 20 * std::log10(signal / noise);
}

Result<std::unique_ptr<Verifier>> CreateSqnr(const Parameters& /*parameters*/) {
  return std::unique_ptr<Verifier>(std::make_unique<Sqnr>());
}

}  // namespace acc::verify

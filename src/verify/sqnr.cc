// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include "verify/verifiers.h"

namespace acc::verify {
namespace {

// numpy.finfo("float").eps, which ONNX Runtime's definition uses.
constexpr double kEpsilon = 2.220446049250313e-16;

class Sqnr : public Verifier {
 public:
  Result<Score> Evaluate(const PairView& pair) const override {
    const double signal = std::max(std::sqrt(pair.sums->golden_square), kEpsilon);
    const double noise = std::max(std::sqrt(pair.sums->difference_square), kEpsilon);
    Score score{20 * std::log10(signal / noise), {}};
    if (pair.sums->golden_square == 0) {
      score.note = "golden is all zero: there is no signal to compare the noise with";
    }
    return score;
  }
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateSqnr(const Parameters& /*parameters*/) {
  return std::unique_ptr<Verifier>(std::make_unique<Sqnr>());
}

}  // namespace acc::verify

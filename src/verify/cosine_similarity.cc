// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include "verify/parameters.h"
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class CosineSimilarity : public Verifier {
 public:
  explicit CosineSimilarity(double multiplier) : multiplier_(multiplier) {}

  Result<Score> Evaluate(const PairView& pair) const override {
    const PairSums& sums = *pair.sums;
    const bool golden_zero = sums.golden_square == 0;
    const bool target_zero = sums.target_square == 0;
    if (golden_zero && target_zero) return Score{multiplier_, "both tensors are all zero"};
    if (golden_zero || target_zero) {
      return Score{0, golden_zero ? "golden is all zero" : "target is all zero"};
    }
    // One root of the product keeps identical tensors at exactly 1.
    const double cosine = sums.product / std::sqrt(sums.golden_square * sums.target_square);
    return Score{multiplier_ * std::clamp(cosine, -1.0, 1.0), {}};
  }

 private:
  double multiplier_;
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateCosineSimilarity(const Parameters& parameters) {
  ACC_ASSIGN_OR_RETURN(const double multiplier, NumberParameter(parameters, "multiplier"));
  ACC_RETURN_IF_ERROR(NumberParameter(parameters, "scale").status());
  return std::unique_ptr<Verifier>(std::make_unique<CosineSimilarity>(multiplier));
}

}  // namespace acc::verify

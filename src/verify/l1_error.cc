// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>

#include "verify/parameters.h"
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class L1Error : public Verifier {
 public:
  explicit L1Error(double factor) : factor_(factor) {}

  Result<Score> Evaluate(const PairView& pair) const override {
    return Score{factor_ * pair.sums->difference_abs, {}};
  }

 private:
  double factor_;
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateL1Error(const Parameters& parameters) {
  ACC_ASSIGN_OR_RETURN(const double multiplier, NumberParameter(parameters, "multiplier"));
  ACC_ASSIGN_OR_RETURN(const double scale, NumberParameter(parameters, "scale"));
  return std::unique_ptr<Verifier>(std::make_unique<L1Error>(multiplier * std::abs(scale)));
}

}  // namespace acc::verify

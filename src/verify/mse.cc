// SPDX-License-Identifier: BSD-3-Clause
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class Mse : public Verifier {
 public:
  Result<Score> Evaluate(const PairView& pair) const override {
    return Score{pair.sums->difference_square / static_cast<double>(pair.sums->finite), {}};
  }
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateMse(const Parameters& /*parameters*/) {
  return std::unique_ptr<Verifier>(std::make_unique<Mse>());
}

}  // namespace acc::verify

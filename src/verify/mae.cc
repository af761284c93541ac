// SPDX-License-Identifier: BSD-3-Clause
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class Mae : public Verifier {
 public:
  Result<Score> Evaluate(const PairView& pair) const override {
    return Score{pair.sums->difference_abs / static_cast<double>(pair.sums->finite), {}};
  }
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateMae(const Parameters& /*parameters*/) {
  return std::unique_ptr<Verifier>(std::make_unique<Mae>());
}

}  // namespace acc::verify

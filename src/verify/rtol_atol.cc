// SPDX-License-Identifier: BSD-3-Clause
#include "verify/parameters.h"
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class RtolAtol : public Verifier {
 public:
  explicit RtolAtol(Tolerance tolerance) : tolerance_(tolerance) {}

  std::optional<Tolerance> tolerance(const PairSums* /*sums*/) const override { return tolerance_; }

  Result<Score> Evaluate(const PairView& pair) const override {
    return Score{ShareWithin(pair), {}};
  }

 private:
  Tolerance tolerance_;
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateRtolAtol(const Parameters& parameters) {
  ACC_ASSIGN_OR_RETURN(const double rtol, NumberParameter(parameters, "rtolmargin", 0));
  ACC_ASSIGN_OR_RETURN(const double atol, NumberParameter(parameters, "atolmargin", 0));
  return std::unique_ptr<Verifier>(std::make_unique<RtolAtol>(Tolerance{rtol, atol}));
}

}  // namespace acc::verify

// SPDX-License-Identifier: BSD-3-Clause
#include "verify/parameters.h"
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

class AdjustedRtolAtol : public Verifier {
 public:
  explicit AdjustedRtolAtol(double levels) : levels_(levels) {}

  std::optional<Tolerance> tolerance(const PairSums* sums) const override {
    if (sums == nullptr) return std::nullopt;
    const double step = EncodingRange(sums->golden_min, sums->golden_max) / (levels_ - 1);
    return Tolerance{0, step};
  }

  Result<Score> Evaluate(const PairView& pair) const override {
    return Score{ShareWithin(pair), {}};
  }

 private:
  double levels_;
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateAdjustedRtolAtol(const Parameters& parameters) {
  ACC_ASSIGN_OR_RETURN(const std::uint64_t levels, CountParameter(parameters, "levels", 2));
  return std::unique_ptr<Verifier>(std::make_unique<AdjustedRtolAtol>(static_cast<double>(levels)));
}

}  // namespace acc::verify

// SPDX-License-Identifier: BSD-3-Clause
// A verifier turns a pair of tensors into one score. The table of verifiers is in
// verify/verifiers.h.
//
// Most verifiers are functions of a few sums over the elements (PairSums), which one streaming pass
// computes for all of them together; TopK, MeanIOU and the like look at the elements themselves.
// A verifier does no I/O, does not log, and does not know tensor names.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tensor/shape.h"

namespace acc::verify {

// Sums over all elements of a pair, accumulated in double, the same for any number of threads.
// Elements where either side is NaN or infinite count in the non-finite counts and nowhere else.
struct PairSums {
  std::uint64_t count = 0;   // Elements of each side.
  std::uint64_t finite = 0;  // Elements that are finite on both sides.
  std::uint64_t golden_nan = 0;
  std::uint64_t golden_inf = 0;
  std::uint64_t target_nan = 0;
  std::uint64_t target_inf = 0;
  double golden_min = 0, golden_max = 0, golden_sum = 0;
  double target_min = 0, target_max = 0, target_sum = 0;
  double golden_square = 0;      // Sum of golden^2.
  double target_square = 0;      // Sum of target^2.
  double product = 0;            // Sum of golden*target.
  double difference_square = 0;  // Sum of (golden-target)^2.
  double difference_abs = 0;     // Sum of |golden-target|.
  double difference_max = 0;     // Largest |golden-target|.
  std::uint64_t difference_max_index = 0;
};

// How many elements lie within |target-golden| <= atol + rtol*|golden| (equal infinities do, NaN
// never does).
struct Tolerance {
  double rtol = 0;
  double atol = 0;
};

// What a verifier may look at.
struct PairView {
  std::span<const float> golden;  // In the target's axis order, as many elements as target.
  std::span<const float> target;
  Shape dims;
  const PairSums* sums = nullptr;
  // Answers of the streaming pass to Verifier::tolerance(), if that verifier asked.
  std::optional<std::uint64_t> within_tolerance;
  // The golden ranges of the tensors that this tensor's node reads, for ScaledDiff.
  std::vector<std::pair<double, double>> input_ranges;
};

struct Score {
  double value = 0;  // NaN where the verifier has no answer; then `note` says why.
  std::string note;  // Empty, or one short sentence for the reports.
};

// Parameters as given by the user: names in lower case. Names that a verifier does not know are
// placeholders and are ignored (the contract's own samples use them).
using Parameters = std::map<std::string, std::string>;

class Verifier {
 public:
  virtual ~Verifier() = default;
  virtual Score Evaluate(const PairView& pair) const = 0;
  // A tolerance that the streaming pass shall count; it may depend on the golden range.
  virtual std::optional<Tolerance> tolerance(const PairSums* /*golden_range*/) const { return {}; }
};

}  // namespace acc::verify

// SPDX-License-Identifier: BSD-3-Clause
// A verifier turns a pair of tensors into one score. The table of verifiers is in
// verify/verifiers.h.
//
// Most verifiers are functions of a few sums over the elements (PairSums), which one streaming pass
// computes for all of them together; TopK and MeanIOU stream over the elements themselves.
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
#include "tensor/pair_reader.h"
#include "tensor/shape.h"

namespace acc::verify {

// Sums over all elements of a pair, accumulated in double, the same for any number of threads.
// Elements where either side is NaN or infinite count in the non-finite counts and nowhere else.
struct PairSums {
  static constexpr std::uint64_t kNoIndex = ~std::uint64_t{0};

  std::uint64_t count = 0;   // Elements of each side; each is of one of the next three kinds.
  std::uint64_t finite = 0;  // Finite on both sides.
  std::uint64_t nonfinite_equal = 0;  // The same infinity, or NaN, on both sides.
  // Finite on one side only, infinities of two signs, or NaN against an infinity.
  std::uint64_t disagreeing = 0;
  std::uint64_t equal = 0;     // Finite and equal, or in nonfinite_equal; 0 and -0 are equal.
  std::uint64_t both_nan = 0;  // Those of nonfinite_equal that are NaN.
  std::uint64_t first_disagreement = kNoIndex;  // Of `disagreeing`.
  std::uint64_t first_both_nan = kNoIndex;
  std::uint64_t golden_nan = 0;
  std::uint64_t golden_inf = 0;
  std::uint64_t target_nan = 0;
  std::uint64_t target_inf = 0;
  double golden_min = 0, golden_max = 0, golden_sum = 0;  // Min and max are NaN without a finite
  double target_min = 0, target_max = 0, target_sum = 0;  // element.
  double golden_square = 0;                               // Sum of golden^2.
  double target_square = 0;                               // Sum of target^2.
  double product = 0;                                     // Sum of golden*target.
  double difference_square = 0;                           // Sum of (golden-target)^2.
  double difference_abs = 0;                              // Sum of |golden-target|.
  double difference_max = 0;                              // Largest |golden-target|.
  std::uint64_t difference_max_index = 0;  // The first such element; 0 where none differs.
};

// All elements are equal on both sides and none is NaN (empty tensors are).
bool Identical(const PairSums& sums);

// The share of the elements that are equal, 0 to 1; NaN without elements.
double Agreement(const PairSums& sums);

// 20*log10(||golden|| / ||golden-target||) of the finite elements, both norms at least 2.22e-16;
// infinite where nothing differs.
double SqnrDb(const PairSums& sums);

// The range that a quantization encoding of values between `min` and `max` has: it holds zero.
double EncodingRange(double min, double max);

// How many elements lie within |target-golden| <= atol + rtol*|golden| (equal infinities do, NaN
// never does).
struct Tolerance {
  double rtol = 0;
  double atol = 0;
};

// The elements of a pair of tensors, in the target's axis order.
class ElementStream {
 public:
  virtual ~ElementStream() = default;

  // All elements in order. Holds one chunk at a time, however large the tensors are.
  virtual Status ForEachChunk(const PairVisit& visit) const = 0;
};

// A pair of tensors by its elements.
struct PairElements {
  std::uint64_t count = 0;
  Shape dims;  // Empty where unknown.
  const ElementStream* stream = nullptr;
};

// What a verifier may look at.
struct PairView {
  const PairSums* sums = nullptr;
  PairElements elements;
  // The second pair of a verifier that looks at two at a time: MeanIOU's classes beside the boxes.
  std::optional<PairElements> companion;
  // The answer of the pass to Verifier::tolerance(), if that verifier asked.
  std::optional<std::uint64_t> within_tolerance;
  // The golden ranges of the tensors that this tensor's node reads, for ScaledDiff.
  std::span<const std::pair<double, double>> input_ranges;
};

// within_tolerance as a share of all elements. Only where the verifier named a tolerance.
double ShareWithin(const PairView& pair);

struct Score {
  double value = 0;  // NaN where the verifier has no answer; then `note` says why.
  std::string note;  // Empty, or one short sentence for the reports.
};

// Parameters as given by the user, those of the verifier alone: names in lower case.
using Parameters = std::map<std::string, std::string>;

class Verifier {
 public:
  virtual ~Verifier() = default;

  // The score of a pair with at least one element that is finite on both sides. Fails only where
  // the elements cannot be read.
  virtual Result<Score> Evaluate(const PairView& pair) const = 0;

  // A tolerance to count elements by. Asked with null before the pass; a verifier that answers
  // nothing is asked again with the sums, at the price of a second pass over the files.
  virtual std::optional<Tolerance> tolerance(const PairSums* /*sums*/) const { return {}; }
};

}  // namespace acc::verify

// SPDX-License-Identifier: BSD-3-Clause
// Compares one pair of tensor files: one streaming pass over mapped memory feeds every requested
// verifier. Memory use does not grow with the tensors, except for verifiers that sort (TopK).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "tensor/layout.h"
#include "verify/verifiers.h"

namespace acc::verify {

enum class Verdict {
  kMatch,          // Within every threshold the user set (or none was set) and trustworthy.
  kMismatch,       // Outside a threshold the user set.
  kSuspicious,     // Agrees or not, it proves little: constant or all zero.
  kNotFinite,      // NaN or infinity where the other side is finite.
  kShapeMismatch,  // The files hold different numbers of elements.
};
std::string_view Name(Verdict verdict);  // "match", "mismatch", "suspicious", "not finite", …

struct PairFiles {
  std::filesystem::path golden;  // float32, in the golden's own axis order.
  std::filesystem::path target;  // float32, in the order of `dims`.
  Shape dims;                    // Of the target file; empty with has_dims false where unknown.
  bool has_dims = true;
  Permutation golden_to_target;                         // Empty or identity: the orders agree.
  std::vector<std::pair<double, double>> input_ranges;  // See PairView.
};

struct WorstElement {
  std::uint64_t index = 0;  // In the target's order.
  float golden = 0;
  float target = 0;
};

struct Comparison {
  PairSums sums;
  std::vector<Score> scores;           // One per request, in their order.
  std::vector<bool> within_threshold;  // One per request; true where none was set.
  Verdict verdict = Verdict::kMatch;
  std::string reason;               // One sentence, empty for kMatch.
  std::vector<WorstElement> worst;  // The largest |golden-target|, worst first, at most 20.
};

// Fails where a file cannot be read or its size is no multiple of four bytes. Different element
// counts are no failure but Verdict::kShapeMismatch with the two sizes in `reason`, scores NaN.
Result<Comparison> Compare(const PairFiles& files, std::span<const Request> requests);

}  // namespace acc::verify

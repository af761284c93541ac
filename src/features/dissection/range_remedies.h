// SPDX-License-Identifier: BSD-3-Clause
// Other ranges for a tensor that its encoding, or the chip with it, spoils.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/dissection/cause_kinds.h"
#include "store/dissection.h"
#include "tensor/encoding.h"

namespace acc::features {

// The absolute values of the elements that are finite and not zero, sorted.
class Magnitudes {
 public:
  explicit Magnitudes(std::span<const float> values);

  const std::vector<float>& sorted() const { return sorted_; }
  // 0 for the least, 1 for the largest; 0 without elements.
  float Quantile(double share) const;
  // The magnitude below the widest gap, as a ratio, of the upper three quarters; nothing without a
  // gap of 4.
  std::optional<float> BelowGap() const;

 private:
  std::vector<float> sorted_;
};

// "[-1.5, 2]"
std::string RangeText(const Encoding& encoding);

// Both try ranges in turn, set the remedy to the first with which the output is 3 dB better, and
// return its encodings; none where no range helps. Of rounding: on a host the rounding of golden is
// what the layer makes; on the chip the layer runs again.
Result<Encodings> MendRounding(const PartOfCause& part, const Encoding& now, store::Cause& cause);
// Of the chip's arithmetic: narrower ranges of the tensor, or wider ones of its layer's inputs.
Result<Encodings> MendArithmetic(const PartOfCause& part, const Encoding& now, store::Cause& cause);

}  // namespace acc::features

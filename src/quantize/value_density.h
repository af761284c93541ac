// SPDX-License-Identifier: BSD-3-Clause
// A tensor's values: as they are where these are at hand, or else as a histogram tells them, spread
// evenly inside each bin. Zeros, of which there are many after a Relu, then stay where they are; so
// do the smallest and the largest value.
//
// Errors are integrated over each bin in closed form rather than taken at its middle: at 16 bits a
// bin is many steps wide, and the error at one point of it says nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/encoding.h"
#include "tensor/histogram.h"

namespace acc::quantize {

class ValueDensity {
 public:
  // Keeps a reference to `histogram`. `values` are all that are in it, in any order, or none.
  explicit ValueDensity(const Histogram& histogram, std::span<const float> values = {});

  // The mean over the values of (x - q(x))^2, where q(x) is x after quantization and back. Values
  // beyond the encoding's range count `clipping_weight` times. 0 where there are no values.
  double MeanSquaredError(const Encoding& encoding, double clipping_weight = 1) const;

  // The mean of x^2.
  double MeanSquare() const;

  // The value with `rank` values below it, 0 <= rank < total. The first is exactly the smallest
  // value and the last the largest.
  double ValueAt(std::uint64_t rank) const;

 private:
  void TakeValues(std::span<const float> values);
  void TakeBins();

  // `count` values between `low` and `high`; all at one point where these are equal.
  struct Slice {
    double low = 0;
    double high = 0;
    double count = 0;
  };

  const Histogram& histogram_;
  std::vector<Slice> slices_;  // Without zeros, from small to large.
  std::vector<Slice> points_;
  // Where the density changes, and by how much it falls there.
  std::vector<double> edges_;
  std::vector<double> falls_;
};

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
// What it costs to quantize with one encoding instead of another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/status.h"
#include "tensor/encoding.h"
#include "tensor/grid.h"
#include "tensor/shape.h"

namespace acc::quantize {

// With q(x) the value of x after quantization and back, summed over the elements:
//   10 * log10(sum first_q(x)^2 / sum (first_q(x) - second_q(x))^2)
// Infinity where both give the same values; -infinity where only the second has values other than
// zero. A float32 encoding keeps x, a float16 one rounds it. NaN and infinities count as
// zero.
class EncodingCost {
 public:
  // Each side has one encoding or one per channel along `axis` of `dims`; where neither is per
  // channel, dims and axis do not matter. Fails where the number of channels does not fit.
  static Result<EncodingCost> Create(const Shape& dims, const TensorEncoding& first,
                                     const TensorEncoding& second, std::optional<int> axis);

  // The next elements in row-major order.
  void Add(std::span<const float> values);

  std::size_t channels() const { return channels_.size(); }  // 1 where neither side has any.
  double Decibels() const;                                   // Of the whole tensor.
  double Decibels(std::size_t channel) const;

 private:
  // One of the two encodings.
  struct Side {
    enum class Kind { kFloat32, kFloat16, kInteger };
    Kind kind = Kind::kInteger;
    Grid grid;  // Of kInteger.
  };
  struct Channel {
    Side first;
    Side second;
    double signal = 0;
    double noise = 0;
  };

  static Side SideOf(const TensorEncoding& encoding, std::size_t channel);
  static double Encoded(double value, const Side& side);
  void AddRun(std::span<const float> values, Channel& channel);

  std::vector<Channel> channels_;
  std::size_t inner_ = 1;    // Consecutive elements of one channel.
  std::size_t channel_ = 0;  // Of the next element.
  std::size_t left_ = 0;     // How many elements of it come before the next channel's.
};

}  // namespace acc::quantize

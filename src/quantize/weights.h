// SPDX-License-Identifier: BSD-3-Clause
// Encodings of constants: from their values, from an override, and for biases from the scales that
// meet in the accumulator.
#pragma once

#include <optional>
#include <span>

#include "base/status.h"
#include "quantize/algorithms.h"
#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc::quantize {

// The encoding of a float32 constant; per channel along `axis`, then always symmetric.
TensorEncoding EncodingOfConstant(const Tensor& constant, std::optional<int> axis,
                                  const AlgorithmInfo& algorithm, EncodingRequest request);

// An override with its axis made sure of: `usual_axis` (the operator's output channels, which files
// that do not name an axis mean) where the number of channels fits there, or else its own.
// Fails for channels that fit neither or differ in bitwidth or symmetry, and for more than
// `most_bits`.
Result<TensorEncoding> FittedOverride(const TensorEncoding& given, const Shape& dims,
                                      std::optional<int> usual_axis, int most_bits);

// How the accumulator holds a bias of `bias_dims`: int32, scale = input scale times weight scale,
// per channel along the bias's last axis where the weight is per channel and the bias has a value
// for each channel, or else with the largest of these scales.
TensorEncoding AccumulatorEncoding(double input_scale, const TensorEncoding& weight,
                                   const Shape& bias_dims);

// Raises those scales of `weight` that are so small that the bias would take more than half of
// int32. True where one was raised.
bool RaiseForBias(TensorEncoding& weight, double input_scale, const Tensor& bias);

// Raises the scale of `weight`, of a BatchNormalization, by a few millionths where its bias would
// come out wrong on the HTP. Its plugin stores the bias anew, in steps of float32(largest / 2^31):
// where that is rounded down, the code of a largest that is positive passes the end of int32 and
// turns into the smallest. A slightly different bias, as a slightly different scale makes it, is
// rounded up instead.
void RaiseForBatchNorm(Encoding& weight, double input_scale, std::span<const float> bias);

}  // namespace acc::quantize

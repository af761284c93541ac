// SPDX-License-Identifier: BSD-3-Clause
// The numbers behind the integers of an ONNX file: scales and zero points, as QuantizeLinear and
// its kin have them, to encodings and real numbers.
#pragma once

#include <cstdint>
#include <optional>

#include "base/status.h"
#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc::model {

// How an integer tensor stands for real numbers. `zero_point` is null where the file has none.
struct CodeScales {
  const Tensor* scale = nullptr;
  const Tensor* zero_point = nullptr;
  ElementType type = ElementType::kUint8;  // Of the codes.
  std::int64_t axis = 1;                   // Where `scale` has more than one element.
  std::int64_t block_size = 0;             // Elements along `axis` that share a scale; 0: all.
};

// Nothing for scales that are not finite and above zero, for zero points of another length, for
// blocks, for types that are no codes, and where `rank` has no such axis.
std::optional<TensorEncoding> EncodingOf(const CodeScales& scales, std::optional<std::size_t> rank);

// scale * (code - zero point) in float32, as DequantizeLinear computes it. Fails where the scales
// do not fit the dims.
Result<Tensor> RealNumbers(const Tensor& codes, const CodeScales& scales);

// The scales of a bias that is added to products: one for each of `weight`'s, or one.
Result<Tensor> AccumulatorScale(const Tensor& input_scale, const Tensor& weight_scale);

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// Integers as a target holds them to real numbers and back, exactly as QuantizeLinear and
// DequantizeLinear compute them: in float32, rounding to nearest even.
#pragma once

#include "base/status.h"
#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc::target {

// real = scale * (q + offset) for unsigned integers; for signed ones q is first moved by
// 2^(bitwidth-1). Per-tensor encodings and 8- and 16-bit integers only.
Result<Tensor> Dequantize(const TensorView& stored, const TensorEncoding& encoding);

// Float32 values as unsigned integers of the encoding's bitwidth, saturating; NaN becomes 0.
Result<Tensor> Quantize(const TensorView& real, const TensorEncoding& encoding);

}  // namespace acc::target

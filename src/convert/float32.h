// SPDX-License-Identifier: BSD-3-Clause
// Float types other than float32, which the target's converter does not have.
#pragma once

#include "tensor/element_type.h"
#include "tensor/tensor.h"

namespace acc::convert {

// float16, bfloat16 and float64.
bool IsOtherFloat(ElementType type);

// A tensor of another float type as float32, any other as it is. Halves keep their values; doubles
// are rounded, and finite ones beyond float32's range become its largest numbers, so that a mask of
// the lowest double stays a number.
Result<Tensor> AsFloat32(const Tensor& tensor);

}  // namespace acc::convert

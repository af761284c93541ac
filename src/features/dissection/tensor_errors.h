// SPDX-License-Identifier: BSD-3-Clause
// What rounding does to a tensor, and how far two tensors are from each other.
#pragma once

#include <optional>

#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc::features {

// Whether both hold float32 and as many of them.
bool AreNumbers(const Tensor& one, const Tensor& other);

// Nothing for what holds no numbers, for other sizes, and where there is no signal.
std::optional<double> SqnrOf(const Tensor& reference, const Tensor& value);

// By the encoding; the value itself without one, and where it holds no float32.
Tensor RoundedBy(const std::optional<TensorEncoding>& encoding, const Tensor& value);
// To half precision, beyond which is infinity; the value itself where it holds no float32.
Tensor RoundedToHalf(const Tensor& value);

// Elements that only the rounding of inputs brings beyond the range are moved to its end, where the
// target will have them: they are no clipping of this layer, which has room for what they should
// be.
Tensor InRangeOf(const std::optional<TensorEncoding>& encoding, const Tensor& reference,
                 const Tensor& value);

// Elements that are not finite even in float, for inputs that half precision cannot hold, are no
// error of this layer: both become what they should be. Whether there were any.
bool LeaveOutInherited(const Tensor& reference, Tensor& in_float, Tensor& made);

}  // namespace acc::features

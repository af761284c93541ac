// SPDX-License-Identifier: BSD-3-Clause
// Static tensors of a DLC as tensors of the graph.
#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"
#include "tensor/encoding.h"
#include "tensor/layout.h"
#include "tensor/tensor.h"

namespace acc::dlc {

// The type that a tensor of the file has in the graph: float32 for fixed point and half precision,
// the file's own type otherwise.
ElementType GraphType(DataType type);

// The value of a static tensor, in GraphType(type) and the dims of the file. Codes become
// scale * (code + offset), computed in double and rounded once; up to 24 bits of a code survive the
// way back. Fails for a tensor without data (descriptions such as the model-net JSON have none),
// with data of another size than its dims ask for, or quantized without a usable encoding.
Result<acc::Tensor> ConstantValue(const Tensor& tensor);

// `value`, of a tensor's dims, rounded to what `encoding` can hold.
Result<acc::Tensor> Requantized(const acc::Tensor& value, const TensorEncoding& encoding);

}  // namespace acc::dlc

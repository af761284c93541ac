// SPDX-License-Identifier: BSD-3-Clause
// Tensors of which a file stores some elements only.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <cstddef>
#include <span>

#include "base/status.h"
#include "tensor/element_type.h"
#include "tensor/shape.h"
#include "tensor/tensor.h"

namespace acc::model::tflite {

// All elements, those that `values` lacks being 0. The file's levels are walked in their order, the
// dims of blocks after those of the tensor; a level holds all places, or lists them in compressed
// rows. Fails for levels that do not fit the dims, and for dims far beyond the values: a file must
// not ask for any amount of memory.
Result<Tensor> Densified(const ::tflite::SparsityParameters& sparsity, ElementType type,
                         const Shape& dims, std::span<const std::byte> values);

}  // namespace acc::model::tflite

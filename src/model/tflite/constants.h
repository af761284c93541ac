// SPDX-License-Identifier: BSD-3-Clause
// Constants of a TensorFlow Lite file as tensors of the graph.
#pragma once

#include "base/status.h"
#include "model/tflite/file.h"
#include "tensor/tensor.h"

namespace acc::model::tflite {

// The value of a constant: real numbers in float32 for a quantized one, its own type for others. A
// sparse one is made dense, a variable begins with zeros. Fails for data of another size than the
// dims ask for, and for a sparse format that contradicts itself.
Result<Tensor> ConstantValue(const FileTensor& tensor);

}  // namespace acc::model::tflite

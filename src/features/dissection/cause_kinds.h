// SPDX-License-Identifier: BSD-3-Clause
// What kind of cause a part of a layer's error is, by its numbers, and what mends it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/dissection/layer_errors.h"
#include "store/dissection.h"
#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc::features {

using Encodings = std::map<std::string, TensorEncoding>;  // By tensor or constant.

// By which a remedy must better the output.
inline constexpr double kHelpfulDb = 3;

struct PartOfCause {
  const LayersToMeasure& layers;
  const std::vector<std::string>& nodes;  // Of the layer.
  const Tensor& reference;                // What the tensor should be.
  const Tensor& value;                    // What the part makes of it.
  double alone_db = 0;                    // The output with that alone.
  // The output with another error of the tensor alone.
  std::function<Result<double>(const ErrorOfTensor& error)> output_db;
};

// Sets kind, proof and remedy of a cause whose part is known. Returns the encodings of a remedy
// that is a range.
Result<Encodings> ExplainPart(const PartOfCause& part, store::Cause& cause);

}  // namespace acc::features

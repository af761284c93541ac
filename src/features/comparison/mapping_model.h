// SPDX-License-Identifier: BSD-3-Clause
// What the source model tells verification of a target run that does not describe itself.
#pragma once

#include "base/status.h"
#include "features/source_model/options.h"
#include "store/graph_struct.h"
#include "store/manifest.h"

namespace acc::features {

struct MappingModel {
  store::TensorMapping mapping;  // Target to golden names.
  store::GraphStruct graph;      // Order, operators, dims and axis order of the target's tensors.
};

// Reads the model and converts it as the inference engine does. Dims of inputs that the model
// leaves open are those of the golden run. A usage error where --framework or --model_path is
// missing.
Result<MappingModel> ReadMappingModel(const ModelOptions& options, const store::Manifest& golden);

}  // namespace acc::features

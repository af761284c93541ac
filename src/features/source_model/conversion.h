// SPDX-License-Identifier: BSD-3-Clause
// Conversion with ONNX Runtime as the oracle.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "convert/convert.h"
#include "features/source_model/source_model.h"

namespace acc::features {

// `algorithms` are "cle" for cross-layer equalization and "hba", which absorbs large biases as
// well; the log says what they did, or why nothing. `for_htp`: in the form that its simulator
// takes.
Result<convert::TargetGraph> ConvertModel(const SourceModel& model,
                                          const std::vector<std::string>& output_tensors,
                                          const std::vector<std::string>& algorithms = {},
                                          bool for_htp = false);

// The whole model with its batch norms as they are.
Result<convert::TargetGraph> ConvertUnfolded(const SourceModel& model);

// Type and dims of every tensor that the nodes make, as far as they can be told; by name.
Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph);

// The names of the target graph's tensors in the order of its nodes, inputs first.
std::vector<std::string> TensorOrder(const model::Graph& graph);

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
// What ONNX Runtime can tell of a graph: the types of its tensors, the values of its constants.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/status.h"
#include "model/graph.h"
#include "ort/session.h"

namespace acc::ort {

// Type and dims of every tensor that the nodes of `graph` make, as far as they can be told without
// running it. Tensors of no known type are left out; has_rank is false where no dims are known.
Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph,
                                                    const SessionConfig& config);

// The values of all outputs of a graph that has no inputs. Outputs that are no tensors are left
// out.
Result<std::map<std::string, Tensor>> Evaluate(const model::Graph& graph,
                                               const SessionConfig& config);

}  // namespace acc::ort

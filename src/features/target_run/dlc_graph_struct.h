// SPDX-License-Identifier: BSD-3-Clause
// The graph of a DLC as verification knows graphs: what it says of the target's tensors.
#pragma once

#include "dlc/model.h"
#include "store/graph_struct.h"

namespace acc::features {

// All graphs of the model, one after the other. A layout is given where the operators tell it: of
// channel-last tensors, and of those that a Transpose turns into channel-last ones or makes of
// them. Dims of unknown size are left out. Nodes whose type serves many operations are called by
// the operator that they are, "Add" or "Relu", or by QNN's name of it, "relu_min_max", where ONNX
// has none.
store::GraphStruct GraphStructOf(const dlc::Model& model);

// Adds to `graph` what `other` knows and `graph` does not: dims, layouts of equal dims, and behind
// its own nodes those that make none of its tensors. Spellings of one name (match::NameKey) are one
// tensor.
void FillFrom(const store::GraphStruct& other, store::GraphStruct& graph);

}  // namespace acc::features

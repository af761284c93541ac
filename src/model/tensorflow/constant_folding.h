// SPDX-License-Identifier: BSD-3-Clause
// Ops whose value the file alone decides. A translation needs such values where ONNX wants an
// attribute: the axes of a transposition that the file computes, the filter of a convolution that
// it reshapes, the condition of a branch.
#pragma once

#include "model/tensorflow/frozen_graph.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {

// True where `op` was computed: its output is then a constant of `builder`. Dims change at no cost;
// arithmetic is done for int32, int64, float32 and bool, as doubles, and for few elements. False
// leaves the op to its translation.
bool FoldConstants(GraphBuilder& builder, const Op& op);

}  // namespace acc::model::tensorflow

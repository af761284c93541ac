// SPDX-License-Identifier: BSD-3-Clause
// Ranks of tensors, as far as the file tells them. Frozen graphs do not say dims, and most ops need
// none; ONNX's Transpose needs to know how many axes there are.
#pragma once

#include <cstddef>

#include "model/tensorflow/frozen_graph.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {

// Gives ranks to what the nodes from `first_node` on make, into which `op` was translated, where
// those of their inputs, or constants, tell them.
void InferRanks(GraphBuilder& builder, const Op& op, std::size_t first_node);

}  // namespace acc::model::tensorflow

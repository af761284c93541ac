// SPDX-License-Identifier: BSD-3-Clause
// Ranks of tensors, as far as the file tells them. Frozen graphs do not say dims, and most ops need
// none; ONNX's Transpose needs to know how many axes there are.
#pragma once

#include "model/tensorflow/frozen_graph.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {

// Gives the output of `op` a rank where those of its inputs, or its constants, tell it.
void InferRank(GraphBuilder& builder, const Op& op);

}  // namespace acc::model::tensorflow

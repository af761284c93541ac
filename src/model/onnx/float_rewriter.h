// SPDX-License-Identifier: BSD-3-Clause
// An ONNX graph that computes with codes, written anew in real numbers.
#pragma once

#include "model/graph.h"

namespace acc::model {

// As WithoutQuantization says, but for the order of the nodes; encodings of weights are where the
// file has them, whoever reads these.
Graph RewriteInFloat(const Graph& source);

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// The inputs that the standard's operators cannot do without.
#pragma once

#include "base/status.h"
#include "model/graph.h"

namespace acc::model {

// Fails for a node, subgraphs included, of one of the standard's operators that has no output or
// lacks an input that it needs in every opset. A runtime refuses such a model, too, but not before
// much was done with it. Other domains are not checked.
Status CheckArity(const Graph& graph);

}  // namespace acc::model

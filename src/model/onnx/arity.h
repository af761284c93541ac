// SPDX-License-Identifier: BSD-3-Clause
// The inputs that the standard's operators cannot do without.
#pragma once

#include <cstddef>
#include <string>

#include "base/status.h"
#include "model/graph.h"

namespace acc::model {

// So many inputs, the first ones, an operator of the standard needs in every opset; 0 where it may
// have none or is not known.
std::size_t NeededInputs(const std::string& op_type);

// Fails for a node, subgraphs included, of one of the standard's operators that has no output or
// lacks an input that it needs in every opset. A runtime refuses such a model, too, but not before
// much was done with it. Other domains are not checked.
Status CheckArity(const Graph& graph);

}  // namespace acc::model

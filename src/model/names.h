// SPDX-License-Identifier: BSD-3-Clause
// What the names of a graph must be, whatever its format.
#pragma once

#include "base/status.h"
#include "model/graph.h"

namespace acc::model {

// Fails for a tensor or node, subgraphs included, whose name holds a NUL: runtimes end names there,
// so that nobody could find what such a name stands for. Any other byte may be part of a name.
Status CheckNames(const Graph& graph);

}  // namespace acc::model

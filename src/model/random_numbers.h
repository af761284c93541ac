// SPDX-License-Identifier: BSD-3-Clause
// Which tensors of a graph no two runs have in common.
#pragma once

#include <map>
#include <string>

#include "model/graph.h"

namespace acc::model {

// Whether the operator draws random numbers whatever its inputs are.
bool IsRandomOperator(const Node& node);

// The tensors that depend on drawn numbers, each with the first output of a node that draws them.
// Drawn by the operators above, by Dropout in training, and by nodes with either in a subgraph. A
// seed changes nothing: what is drawn also depends on how often a session has run.
std::map<std::string, std::string> RandomTensors(const Graph& graph);

}  // namespace acc::model

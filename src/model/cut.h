// SPDX-License-Identifier: BSD-3-Clause
// Models that begin at tensors of their middle, where the user names such tensors as inputs: what
// is before them need not run.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/ends.h"
#include "model/graph.h"

namespace acc::model {

// For each of `nodes`, topologically sorted, whether `wanted` need it where `fed` are given.
std::vector<bool> NeededNodes(const std::vector<Node>& nodes, const std::set<std::string>& fed,
                              const std::vector<std::string>& wanted);

// Leaves those for which `needed` says so, in their order.
void KeepNodes(const std::vector<bool>& needed, std::vector<Node>& nodes);

// All tensors that nodes make.
std::set<std::string> MadeTensors(const Graph& graph);

// What is left of a graph that is cut.
struct CutPlan {
  std::vector<std::string> inputs;   // The graph's, as far as they are read or named, then inner.
  std::vector<std::string> outputs;  // Of the graph, or those that are asked for.
  std::vector<bool> needed;          // By node.
  Cut cut;
};

// Empty where ends.inputs name no tensor that a node of `graph` makes. Nodes without outputs change
// a state: they stay where what they read can be had. Fails where nothing is left to compute.
Result<CutPlan> PlanCut(const Graph& graph, const Ends& ends);

// Cuts the graph where ends.inputs name tensors that its nodes make. These get their type and dims
// from ends.types or `known`, or else have none.
Result<Cut> CutAt(Graph& graph, const Ends& ends, const std::map<std::string, ValueInfo>& known);

}  // namespace acc::model

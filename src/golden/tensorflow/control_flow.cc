// SPDX-License-Identifier: BSD-3-Clause
#include "golden/tensorflow/control_flow.h"

#include <algorithm>
#include <string_view>

namespace acc::golden::tensorflow {
namespace {

using Depths = std::map<std::string, int>;

// How deep a node's outputs lie between ops that open and ops that close.
int DepthAfter(const model::Node& node, const Depths& depths, std::string_view opens,
               std::string_view closes) {
  int depth = 0;
  for (const std::string& input : node.inputs) {
    const auto found = depths.find(input);
    if (found != depths.end()) depth = std::max(depth, found->second);
  }
  if (node.op_type.ends_with(opens)) ++depth;
  if (node.op_type.ends_with(closes)) --depth;
  return std::max(depth, 0);
}

}  // namespace

ControlFlow FindControlFlow(const model::Graph& graph) {
  ControlFlow flow;
  Depths loops;
  Depths branches;
  for (const model::Node& node : graph.nodes) {
    const int loop = DepthAfter(node, loops, "Enter", "Exit");
    const int branch = loop > 0 ? 0 : DepthAfter(node, branches, "Switch", "Merge");
    for (const std::string& output : node.outputs) {
      loops[output] = loop;
      branches[output] = branch;
      if (loop > 0) flow.in_loops.insert(output);
      if (branch > 0) flow.in_branches.insert(output);
    }
  }
  return flow;
}

}  // namespace acc::golden::tensorflow

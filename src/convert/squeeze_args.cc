// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <utility>
#include <vector>

#include "convert/state.h"

namespace acc::convert {
namespace {

using model::Node;

constexpr std::int64_t kFirstOpsetOfAxesInput = 13;

bool KeepsDims(const Node& node) {
  return (node.op_type == "ArgMax" || node.op_type == "ArgMin") && node.domain.empty() &&
         node.Get<std::int64_t>("keepdims", 1) != 0;
}

// The node puts back what `node` leaves out now.
Node Squeezed(State& state, Node& node) {
  const std::vector<std::int64_t> axes = {node.Get<std::int64_t>("axis", 0)};
  const std::string squeezed = state.NewName(node.outputs[0] + "_squeezed");
  state.added.insert(squeezed);
  Node unsqueeze;
  unsqueeze.name = node.outputs[0] + "_unsqueezed";
  unsqueeze.op_type = "Unsqueeze";
  unsqueeze.inputs = {squeezed};
  unsqueeze.outputs = {std::exchange(node.outputs[0], squeezed)};
  node.attributes["keepdims"] = std::int64_t{0};
  if (state.graph.Opset() < kFirstOpsetOfAxesInput) {
    unsqueeze.attributes["axes"] = axes;
    return unsqueeze;
  }
  const std::string name = state.NewName(squeezed + "_axes");
  state.graph.initializers.emplace(name, Tensor::FromInt64s({1}, axes));
  unsqueeze.inputs.push_back(name);
  return unsqueeze;
}

}  // namespace

Status SqueezeArgs(State& state) {
  if (!state.options.for_htp) return OkStatus();
  std::vector<Node> nodes;
  for (Node& node : state.graph.nodes) {
    const bool keeps_dims = KeepsDims(node);
    nodes.push_back(std::move(node));
    if (!keeps_dims) continue;
    nodes.push_back(Squeezed(state, nodes.back()));
    state.TypesMayImprove();
  }
  state.graph.nodes = std::move(nodes);
  return OkStatus();
}

}  // namespace acc::convert

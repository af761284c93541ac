// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "convert/rename.h"
#include "convert/state.h"

namespace acc::convert {
namespace {

using model::Graph;
using model::Node;

// The branch that `node` always takes, or null.
std::shared_ptr<const Graph> TakenBranch(const State& state, const Node& node) {
  if (node.op_type != "If" || !node.domain.empty() || node.inputs.size() != 1) return nullptr;
  const Tensor* condition = state.Constant(node.inputs[0]);
  if (condition == nullptr || condition->type() != ElementType::kBool || condition->size() != 1) {
    return nullptr;
  }
  const bool value = condition->bytes()[0] != std::byte{0};
  auto branch = node.Get<std::shared_ptr<const Graph>>(value ? "then_branch" : "else_branch", {});
  const bool complete =
      branch != nullptr && branch->inputs.empty() && branch->outputs.size() == node.outputs.size();
  return complete ? branch : nullptr;
}

Node IdentityNode(const std::string& from, const std::string& to) {
  Node node;
  node.name = to;
  node.op_type = "Identity";
  node.inputs = {from};
  node.outputs = {to};
  return node;
}

// The nodes of `branch` under names of the outer graph, its outputs under those of the If.
std::vector<Node> Inlined(State& state, const Node& node, Graph branch) {
  const std::vector<ValueInfo> outputs = branch.outputs;
  branch.outputs.clear();
  // The branch's names are unique in the whole model already and become names of the outer graph.
  for (auto& [name, tensor] : branch.initializers) {
    state.graph.initializers.emplace(name, std::move(tensor));
  }
  for (std::size_t index = 0; index < outputs.size(); ++index) {
    if (node.outputs[index].empty()) continue;
    branch.nodes.push_back(IdentityNode(outputs[index].name, node.outputs[index]));
  }
  return std::move(branch.nodes);
}

}  // namespace

bool InlineConstantIfs(State& state) {
  std::vector<Node> nodes;
  bool changed = false;
  for (Node& node : state.graph.nodes) {
    if (const auto branch = TakenBranch(state, node)) {
      std::ranges::move(Inlined(state, node, *branch), std::back_inserter(nodes));
      changed = true;
    } else {
      nodes.push_back(std::move(node));
    }
  }
  state.graph.nodes = std::move(nodes);
  return changed;
}

}  // namespace acc::convert

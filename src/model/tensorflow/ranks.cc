// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/ranks.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/onnx/output_rank.h"

namespace acc::model::tensorflow {
namespace {

using Rank = std::optional<std::size_t>;

Rank RankOfValue(const GraphBuilder& builder, const std::string& name) {
  const auto& constants = builder.graph().initializers;
  if (const auto constant = constants.find(name); constant != constants.end()) {
    return constant->second.dims().size();
  }
  return builder.RankOf(name);
}

// The length of the list that input 1 is.
Rank Listed(const GraphBuilder& builder, const Op& op) {
  const auto values = op.inputs.size() < 2 ? PartialInts() : builder.Partial(op.inputs[1]);
  return values.empty() ? Rank() : Rank(values.size());
}

// Of ops that tell more than the nodes that they become.
Rank RankAfter(const GraphBuilder& builder, const Op& op) {
  const std::string_view type = op.def->op();
  if (op.inputs.empty()) return std::nullopt;
  if (type == "MatMul") return 2;
  if (type == "Reshape") return Listed(builder, op);
  const Rank first = builder.RankOf(op.inputs[0]);
  if ((type == "ExpandDims" || type == "Pack") && first) return *first + 1;
  return std::nullopt;
}

}  // namespace

void InferRanks(GraphBuilder& builder, const Op& op, std::size_t first_node) {
  const std::vector<Node>& nodes = builder.graph().nodes;
  for (std::size_t i = first_node; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const Rank rank = OutputRank(
        node, [&](std::size_t input) { return RankOfValue(builder, node.inputs[input]); });
    if (rank && !node.outputs.empty()) builder.SetRank(node.outputs.front(), *rank);
  }
  if (const Rank rank = RankAfter(builder, op)) builder.SetRank(op.def->name() + ":0", *rank);
}

}  // namespace acc::model::tensorflow

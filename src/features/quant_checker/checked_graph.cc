// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/checked_graph.h"

#include <set>

#include "base/threads.h"
#include "quantize/operators.h"

namespace acc::features {
namespace {

CheckedOperator OperatorOf(const model::Node& node) {
  const bool has_output = !node.outputs.empty();
  return {.name = node.name.empty() && has_output ? node.outputs.front() : node.name,
          .type = node.op_type};
}

bool IsParam(const model::Graph& graph, const model::Node& node, std::size_t input) {
  const auto constant = graph.initializers.find(node.inputs[input]);
  return constant != graph.initializers.end() && constant->second.type() == ElementType::kFloat32 &&
         constant->second.size() > 0 &&
         quantize::RoleOf(node, input) != quantize::InputRole::kPlain;
}

std::vector<std::string> EffectsOf(const model::Graph& graph, const model::Connections& connections,
                                   const model::Node& node) {
  if (node.outputs.empty()) return {};
  std::vector<std::string> effects = {node.outputs.front()};
  const auto& consumers = connections.Consumers(effects.front());
  if (consumers.size() == 1) {
    const model::Node& consumer = graph.nodes[static_cast<std::size_t>(consumers.front())];
    if (!consumer.outputs.empty()) effects.push_back(consumer.outputs.front());
  }
  return effects;
}

std::vector<CheckedParam> ParamsOf(const model::Graph& graph) {
  std::vector<CheckedParam> params;
  std::set<std::string> seen;
  const model::Connections connections(graph);
  for (const model::Node& node : graph.nodes) {
    if (quantize::OutputRangeOf(graph, node) == quantize::OutputRange::kFloat) continue;
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      if (!IsParam(graph, node, input) || !seen.insert(node.inputs[input]).second) continue;
      const std::size_t rank = graph.initializers.at(node.inputs[input]).dims().size();
      params.push_back(
          {.tensor = node.inputs[input],
           .reader = OperatorOf(node),
           .is_bias = quantize::RoleOf(node, input) == quantize::InputRole::kBias,
           .channel_axis = quantize::RoleOf(node, input) == quantize::InputRole::kWeight
                               ? quantize::ChannelAxis(node, input, rank)
                               : std::nullopt,
           .effects = EffectsOf(graph, connections, node)});
    }
  }
  return params;
}

}  // namespace

CheckedGraph CheckedGraphOf(convert::TargetGraph target, const inspect::WantedFacts& wanted) {
  CheckedGraph checked;
  for (const ValueInfo& input : target.graph.inputs) {
    checked.maker[input.name] = {.name = input.name, .type = "Input"};
  }
  for (const model::Node& node : target.graph.nodes) {
    for (const std::string& output : node.outputs) checked.maker[output] = OperatorOf(node);
  }
  checked.params = ParamsOf(target.graph);
  ParallelFor(checked.params.size(), [&](std::size_t i) {
    const Tensor& values = target.graph.initializers.at(checked.params[i].tensor);
    checked.params[i].facts = inspect::FactsOf(values.values<float>(), wanted);
  });
  checked.target = std::move(target);
  return checked;
}

}  // namespace acc::features

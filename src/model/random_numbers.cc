// SPDX-License-Identifier: BSD-3-Clause
#include "model/random_numbers.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace acc::model {
namespace {

constexpr std::array<std::string_view, 6> kRandomOperators = {
    "Bernoulli",        "Multinomial",   "RandomNormal",
    "RandomNormalLike", "RandomUniform", "RandomUniformLike",
};

// Where the mode is no constant, it may be training.
bool DropsOut(const Graph& graph, const Node& node) {
  constexpr std::size_t kTraining = 2;
  if (node.op_type != "Dropout" || node.inputs.size() <= kTraining ||
      node.inputs[kTraining].empty()) {
    return false;
  }
  const auto mode = graph.initializers.find(node.inputs[kTraining]);
  if (mode == graph.initializers.end()) return true;
  return std::ranges::any_of(mode->second.view().bytes,
                             [](std::byte byte) { return byte != std::byte{0}; });
}

bool Draws(const Graph& graph, const Node& node) {
  if (IsRandomOperator(node) || DropsOut(graph, node)) return true;
  return std::ranges::any_of(Subgraphs(node), [](const auto& subgraph) {
    return std::ranges::any_of(subgraph->nodes,
                               [&](const Node& inner) { return Draws(*subgraph, inner); });
  });
}

// Results that depend on nothing but the dims of the inputs.
bool ReadsDimsAlone(const Node& node) { return node.op_type == "Shape" || node.op_type == "Size"; }

}  // namespace

bool IsRandomOperator(const Node& node) {
  return std::ranges::find(kRandomOperators, node.op_type) != kRandomOperators.end();
}

std::map<std::string, std::string> RandomTensors(const Graph& graph) {
  std::map<std::string, std::string> random;
  for (const Node& node : graph.nodes) {
    std::string drawn;
    if (Draws(graph, node)) {
      drawn = node.outputs.front();
    } else if (!ReadsDimsAlone(node)) {
      std::vector<std::string> reads = OuterReads(node);
      reads.insert(reads.end(), node.inputs.begin(), node.inputs.end());
      const auto found = std::ranges::find_if(
          reads, [&](const std::string& tensor) { return random.contains(tensor); });
      if (found != reads.end()) drawn = random.at(*found);
    }
    if (drawn.empty()) continue;
    for (const std::string& output : node.outputs) {
      if (!output.empty()) random.emplace(output, drawn);
    }
  }
  return random;
}

}  // namespace acc::model

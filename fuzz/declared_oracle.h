// SPDX-License-Identifier: BSD-3-Clause
// An oracle that believes the file, where a runtime would check it: what conversion, quantization
// and the DLC's writer get from it may contradict the graph in every way.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "convert/convert.h"

namespace acc::fuzz {

class DeclaredOracle : public convert::Oracle {
 public:
  explicit DeclaredOracle(std::map<std::string, ValueInfo> declared)
      : declared_(std::move(declared)) {}

  Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph) override {
    std::map<std::string, ValueInfo> types;
    for (const ValueInfo& input : graph.inputs) types[input.name] = input;
    for (const model::Node& node : graph.nodes) {
      for (const std::string& output : node.outputs) {
        if (output.empty()) continue;
        ValueInfo info = TypeOf(graph, node, types, output);
        info.name = output;
        if (info.type != ElementType::kUndefined) types[output] = std::move(info);
      }
    }
    return types;
  }

  // Numbers of the declared type, which have nothing to do with the operators.
  Result<std::map<std::string, Tensor>> Evaluate(const model::Graph& graph) override {
    ACC_ASSIGN_OR_RETURN(const auto types, InferTypes(graph));
    std::map<std::string, Tensor> values;
    for (const ValueInfo& output : graph.outputs) {
      const auto type = types.find(output.name);
      if (type == types.end() || !type->second.has_rank) continue;
      const auto count = ElementCount(type->second.dims);
      if (!count || *count > kMostElements) continue;
      std::vector<float> numbers(*count);
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = kValues[i % kValues.size()];
      auto tensor = FromFloatValues(type->second.type, type->second.dims, numbers);
      if (tensor.ok()) values.emplace(output.name, *std::move(tensor));
    }
    return values;
  }

 private:
  static constexpr std::uint64_t kMostElements = 4096;
  static constexpr std::array kValues = {1.F, 0.F, 2.F, -1.F, 3.F, 0.5F, 100.F};

  // What nobody declares has the type of the node's first input.
  ValueInfo TypeOf(const model::Graph& graph, const model::Node& node,
                   const std::map<std::string, ValueInfo>& types, const std::string& output) const {
    if (const auto known = declared_.find(output); known != declared_.end()) return known->second;
    if (node.inputs.empty()) return {.type = ElementType::kFloat32, .has_rank = false};
    const std::string& input = node.inputs.front();
    if (const auto known = types.find(input); known != types.end()) return known->second;
    const auto constant = graph.initializers.find(input);
    if (constant == graph.initializers.end()) return {.type = ElementType::kUndefined};
    return {.type = constant->second.type(), .dims = constant->second.dims()};
  }

  std::map<std::string, ValueInfo> declared_;
};

}  // namespace acc::fuzz

// SPDX-License-Identifier: BSD-3-Clause
#include "target/host/half_precision.h"

#include <utility>
#include <vector>

namespace acc::target {
namespace {

constexpr std::int64_t kOnnxFloat = 1;
constexpr std::int64_t kOnnxHalf = 10;

model::Node CastNode(const std::string& from, const std::string& to, std::int64_t type) {
  model::Node node;
  node.name = to + "/cast";
  node.op_type = "Cast";
  node.inputs = {from};
  node.outputs = {to};
  node.attributes["to"] = type;
  return node;
}

// `exact` rounded to half, under the name `rounded`.
void AppendRounding(const std::string& exact, const std::string& rounded,
                    std::vector<model::Node>& nodes) {
  const std::string half = rounded + "/half";
  nodes.push_back(CastNode(exact, half, kOnnxHalf));
  nodes.push_back(CastNode(half, rounded, kOnnxFloat));
}

Tensor RoundWeights(const Tensor& weights) {
  std::vector<float> rounded;
  rounded.reserve(weights.size());
  for (const float value : weights.values<float>()) {
    rounded.push_back(FloatFromHalf(HalfFromFloat(value)));
  }
  return Tensor::FromFloats(weights.dims(), rounded);
}

bool IsFloat32(const std::map<std::string, ValueInfo>& types, const std::string& tensor) {
  const auto found = types.find(tensor);
  return found != types.end() && found->second.type == ElementType::kFloat32;
}

}  // namespace

model::Graph RoundedToHalf(const model::Graph& graph,
                           const std::map<std::string, ValueInfo>& types) {
  model::Graph half = graph;
  half.nodes.clear();
  std::map<std::string, std::string> rounded_input;
  for (const ValueInfo& input : graph.inputs) {
    if (input.type != ElementType::kFloat32) continue;
    rounded_input[input.name] = input.name + "/rounded";
    AppendRounding(input.name, rounded_input[input.name], half.nodes);
  }
  for (auto& [name, tensor] : half.initializers) {
    if (tensor.type() == ElementType::kFloat32) tensor = RoundWeights(tensor);
  }
  for (model::Node node : graph.nodes) {
    for (std::string& input : node.inputs) {
      if (const auto found = rounded_input.find(input); found != rounded_input.end())
        input = found->second;
    }
    std::vector<model::Node> roundings;
    for (std::string& output : node.outputs) {
      if (output.empty() || !IsFloat32(types, output)) continue;
      AppendRounding(output + "/exact", output, roundings);
      output += "/exact";
    }
    half.nodes.push_back(std::move(node));
    half.nodes.insert(half.nodes.end(), roundings.begin(), roundings.end());
  }
  return half;
}

}  // namespace acc::target

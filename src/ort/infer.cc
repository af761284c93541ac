// SPDX-License-Identifier: BSD-3-Clause
#include "ort/infer.h"

#include <set>
#include <utility>

#include "model/onnx/onnx_format.h"

namespace acc::ort {
namespace {

// Shape inference looks only at small constants; large ones become inputs, which keeps the copy
// small.
constexpr std::uint64_t kLargeElements = 1024;

// The names that a subgraph's body needs as constants are few and small; large weights used by one
// stay constants, because an outer input is found there just the same.
model::Graph WithoutWeights(const model::Graph& graph) {
  model::Graph light = graph;
  for (auto it = light.initializers.begin(); it != light.initializers.end();) {
    if (it->second.size() <= kLargeElements) {
      ++it;
      continue;
    }
    light.inputs.push_back(
        {.name = it->first, .type = it->second.type(), .dims = it->second.dims()});
    it = light.initializers.erase(it);
  }
  return light;
}

void MakeEveryTensorAnOutput(model::Graph& graph) {
  std::set<std::string> present;
  for (const ValueInfo& output : graph.outputs) present.insert(output.name);
  for (const model::Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) {
      if (output.empty() || !present.insert(output).second) continue;
      graph.outputs.push_back({.name = output, .has_rank = false});
    }
  }
}

}  // namespace

Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph,
                                                    const SessionConfig& config) {
  model::Graph light = WithoutWeights(graph);
  MakeEveryTensorAnOutput(light);
  ACC_ASSIGN_OR_RETURN(const std::string bytes, model::SerializeOnnx(light));
  ACC_ASSIGN_OR_RETURN(const auto session, Session::Create(bytes, config));
  std::map<std::string, ValueInfo> types;
  for (const ValueInfo& output : session.outputs()) {
    if (output.type != ElementType::kUndefined) types[output.name] = output;
  }
  for (const ValueInfo& input : graph.inputs) types[input.name] = input;
  return types;
}

Result<std::map<std::string, Tensor>> Evaluate(const model::Graph& graph,
                                               const SessionConfig& config) {
  ACC_ASSIGN_OR_RETURN(const std::string bytes, model::SerializeOnnx(graph));
  ACC_ASSIGN_OR_RETURN(const auto session, Session::Create(bytes, config));
  std::vector<std::string> names;
  for (const ValueInfo& output : graph.outputs) names.push_back(output.name);
  ACC_ASSIGN_OR_RETURN(const auto values, session.Run({}, names));
  std::map<std::string, Tensor> evaluated;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].unreadable().empty()) continue;
    const TensorView view = values[i].view();
    ACC_ASSIGN_OR_RETURN(
        auto tensor, Tensor::Create(view.type, view.dims, {view.bytes.begin(), view.bytes.end()}));
    evaluated.emplace(names[i], std::move(tensor));
  }
  return evaluated;
}

}  // namespace acc::ort

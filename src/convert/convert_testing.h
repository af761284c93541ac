// SPDX-License-Identifier: BSD-3-Clause
// Small graphs and a runtime for tests of the conversion.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "convert/convert.h"
#include "convert/state.h"

namespace acc::convert {

inline model::Node MakeNode(std::string op_type, std::vector<std::string> inputs,
                            std::vector<std::string> outputs,
                            std::map<std::string, model::Attribute> attributes = {}) {
  model::Node node;
  node.name = "node_" + (outputs.empty() ? op_type : outputs[0]);
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  return node;
}

inline ValueInfo Floats(std::string name, Shape dims) {
  return {.name = std::move(name), .type = ElementType::kFloat32, .dims = std::move(dims)};
}

inline Tensor FloatTensor(Shape dims, const std::vector<float>& values) {
  return Tensor::FromFloats(std::move(dims), values);
}

inline Tensor Int64Tensor(Shape dims, const std::vector<std::int64_t>& values) {
  return Tensor::FromInt64s(std::move(dims), values);
}

// A graph of float inputs "x" of dims 2x3 and the given nodes; opset 17.
inline model::Graph MakeGraph(std::vector<model::Node> nodes, std::vector<std::string> outputs) {
  model::Graph graph;
  graph.name = "test";
  graph.opsets[""] = 17;
  graph.inputs = {Floats("x", {2, 3})};
  graph.nodes = std::move(nodes);
  for (std::string& output : outputs) graph.outputs.push_back(Floats(std::move(output), {}));
  return graph;
}

// Infers that a tensor has the dims of its node's first input, unless `dims` says otherwise, and
// evaluates a handful of operators, element by element.
class FakeOracle : public Oracle {
 public:
  std::map<std::string, Shape> dims;
  std::map<std::string, ElementType> element_types;
  Status failure;
  int inferences = 0;
  int evaluations = 0;

  Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph) override {
    ++inferences;
    if (!failure.ok()) return failure;
    std::map<std::string, ValueInfo> types;
    for (const ValueInfo& input : graph.inputs) types[input.name] = input;
    for (const auto& [name, tensor] : graph.initializers) {
      types[name] = {.name = name, .type = tensor.type(), .dims = tensor.dims()};
    }
    for (const model::Node& node : graph.nodes) {
      for (const std::string& output : node.outputs) {
        ValueInfo info = node.inputs.empty() ? Floats(output, {}) : types[node.inputs[0]];
        info.name = output;
        if (dims.contains(output)) info.dims = dims[output];
        if (element_types.contains(output)) info.type = element_types[output];
        types[output] = info;
      }
    }
    for (const auto& [name, tensor] : graph.initializers) types.erase(name);
    return types;
  }

  Result<std::map<std::string, Tensor>> Evaluate(const model::Graph& graph) override {
    ++evaluations;
    if (!graph.inputs.empty()) return Failure("only graphs without inputs have a value");
    std::map<std::string, Tensor> values = graph.initializers;
    for (const model::Node& node : graph.nodes) {
      std::vector<Tensor> inputs;
      for (const std::string& input : node.inputs) inputs.push_back(values.at(input));
      for (const std::string& output : node.outputs) values[output] = Apply(node.op_type, inputs);
    }
    std::map<std::string, Tensor> results;
    for (const ValueInfo& output : graph.outputs) results[output.name] = values.at(output.name);
    return results;
  }

 private:
  static Tensor Apply(const std::string& op_type, const std::vector<Tensor>& inputs) {
    std::vector<double> result;
    const std::vector<double> a = Doubles(inputs[0]);
    const std::vector<double> b = inputs.size() > 1 ? Doubles(inputs[1]) : a;
    for (std::size_t i = 0; op_type != "Concat" && op_type != "Gather" && i < a.size(); ++i) {
      const double other = b[i % b.size()];
      result.push_back(op_type == "Add" ? a[i] + other : op_type == "Mul" ? a[i] * other : a[i]);
    }
    if (op_type == "Gather") {
      for (const double index : b) result.push_back(a[static_cast<std::size_t>(index)]);
    }
    if (op_type == "Concat") {
      for (const Tensor& input : inputs)
        std::ranges::copy(Doubles(input), std::back_inserter(result));
    }
    const Shape dims = result.size() == a.size() ? inputs[0].dims()
                                                 : Shape{static_cast<std::int64_t>(result.size())};
    const std::vector<float> floats(result.begin(), result.end());
    return FromFloatValues(inputs[0].type(), dims, floats).value();
  }

  static std::vector<double> Doubles(const Tensor& tensor) {
    const std::vector<float> floats = ToFloats(tensor.view()).value();
    return {floats.begin(), floats.end()};
  }
};

inline const model::Node* FindNode(const model::Graph& graph, const std::string& op_type) {
  const auto found = std::ranges::find(graph.nodes, op_type, &model::Node::op_type);
  return found == graph.nodes.end() ? nullptr : &*found;
}

inline std::map<std::string, std::string> Reasons(const TargetGraph& target) {
  std::map<std::string, std::string> reasons;
  for (const Removed& removed : target.removed) reasons[removed.source] = removed.reason;
  return reasons;
}

}  // namespace acc::convert

// SPDX-License-Identifier: BSD-3-Clause
#include "convert/convert_testing.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace acc::convert {
namespace {

std::vector<double> Doubles(const Tensor& tensor) {
  const std::vector<float> floats = ToFloats(tensor.view()).value();
  return {floats.begin(), floats.end()};
}

Tensor Apply(const std::string& op_type, const std::vector<Tensor>& inputs) {
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

}  // namespace

model::Node MakeNode(std::string_view op_type, Names inputs, Names outputs,
                     std::map<std::string, model::Attribute> attributes) {
  const std::string_view named = outputs.size() == 0 ? op_type : *outputs.begin();
  model::Node node = model::MakeNode("node_" + std::string(named), op_type, inputs, outputs);
  node.attributes = std::move(attributes);
  return node;
}

ValueInfo Floats(std::string_view name, const Shape& dims) {
  return {.name = std::string(name), .type = ElementType::kFloat32, .dims = dims};
}

Tensor FloatTensor(const Shape& dims, const std::vector<float>& values) {
  return Tensor::FromFloats(dims, values);
}

Tensor Int64Tensor(const Shape& dims, const std::vector<std::int64_t>& values) {
  return Tensor::FromInt64s(dims, values);
}

model::Graph MakeGraph(std::vector<model::Node> nodes, Names outputs) {
  model::Graph graph;
  graph.name = "test";
  graph.opsets[""] = 17;
  graph.inputs = {Floats("x", {2, 3})};
  graph.nodes = std::move(nodes);
  for (const std::string_view output : outputs) graph.outputs.push_back(Floats(output, {}));
  return graph;
}

Result<std::map<std::string, ValueInfo>> FakeOracle::InferTypes(const model::Graph& graph) {
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

Result<std::map<std::string, Tensor>> FakeOracle::Evaluate(const model::Graph& graph) {
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

const model::Node* FindNode(const model::Graph& graph, std::string_view op_type) {
  const auto found = std::ranges::find(graph.nodes, op_type, &model::Node::op_type);
  return found == graph.nodes.end() ? nullptr : &*found;
}

std::map<std::string, std::string> Reasons(const TargetGraph& target) {
  std::map<std::string, std::string> reasons;
  for (const Removed& removed : target.removed) reasons[removed.source] = removed.reason;
  return reasons;
}

}  // namespace acc::convert

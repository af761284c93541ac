// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/from_graph_testing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>
#include <utility>

namespace acc::dlc {
namespace {

std::string ValuesText(const Tensor& tensor) {
  switch (tensor.type) {
    case DataType::kUint32:
      return fmt::format("[{}]", fmt::join(Values<std::uint32_t>(tensor), ","));
    case DataType::kInt32: return fmt::format("[{}]", fmt::join(Values<std::int32_t>(tensor), ","));
    case DataType::kInt64: return fmt::format("[{}]", fmt::join(Values<std::int64_t>(tensor), ","));
    case DataType::kFloat32: return fmt::format("[{}]", fmt::join(Values<float>(tensor), ","));
    default: return Name(tensor.type);
  }
}

struct AttributeText {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int32_t value) const { return fmt::format("{}i", value); }
  std::string operator()(std::uint32_t value) const { return fmt::format("{}", value); }
  std::string operator()(float value) const { return fmt::format("{}f", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Tensor& value) const { return ValuesText(value); }
};

std::string TensorText(const Graph& graph, const std::string& name) {
  if (name.empty()) return "-";
  const Tensor* tensor = FindTensor(graph, name);
  if (tensor == nullptr) return name + "[lacking]";
  return fmt::format("{}[{}]", name, fmt::join(tensor->dims, ","));
}

}  // namespace

TestGraph::TestGraph() { graph_.opsets[""] = 17; }
TestGraph::~TestGraph() = default;

TestGraph& TestGraph::Opset(std::int64_t version, const std::string& domain) {
  graph_.opsets[domain] = version;
  return *this;
}

TestGraph& TestGraph::Input(std::string_view name, const Shape& dims, ElementType type) {
  graph_.inputs.push_back({std::string(name), type, dims});
  return Declare(name, dims, type);
}

TestGraph& TestGraph::Declare(std::string_view name, const Shape& dims, ElementType type,
                              AxisOrder order) {
  tensors_[std::string(name)] = {order, {std::string(name), type, dims}};
  return *this;
}

TestGraph& TestGraph::ChannelLast(std::string_view name, const Shape& dims) {
  return Declare(name, dims, ElementType::kFloat32, AxisOrder::kChannelLast);
}

TestGraph& TestGraph::Constant(std::string_view name, acc::Tensor value) {
  graph_.initializers[std::string(name)] = std::move(value);
  return *this;
}

TestGraph& TestGraph::Floats(std::string_view name, const Shape& dims,
                             const std::vector<float>& values) {
  return Constant(name, acc::Tensor::FromFloats(dims, values));
}

TestGraph& TestGraph::Counting(std::string_view name, const Shape& dims) {
  std::vector<float> values(ElementCount(dims).value_or(0));
  std::iota(values.begin(), values.end(), 0.0F);
  return Floats(name, dims, values);
}

TestGraph& TestGraph::Int64s(std::string_view name, const std::vector<std::int64_t>& values) {
  return Constant(name,
                  acc::Tensor::FromInt64s({static_cast<std::int64_t>(values.size())}, values));
}

TestGraph& TestGraph::Op(std::string_view op_type, Names inputs, Names outputs,
                         std::map<std::string, model::Attribute> attributes) {
  model::Node node =
      model::MakeNode(std::string(*outputs.begin()) + "_node", op_type, inputs, outputs);
  node.attributes = std::move(attributes);
  return Op(std::move(node));
}

TestGraph& TestGraph::Op(model::Node node) {
  graph_.nodes.push_back(std::move(node));
  return *this;
}

TestGraph& TestGraph::Activation(std::string_view name, TensorEncoding encoding) {
  activations_[std::string(name)] = std::move(encoding);
  return *this;
}

TestGraph& TestGraph::Param(std::string_view name, TensorEncoding encoding) {
  params_[std::string(name)] = std::move(encoding);
  return *this;
}

Result<WrittenGraph> TestGraph::Write() const {
  model::Graph graph = graph_;
  const model::Connections connections(graph_);
  for (const model::Node& node : graph_.nodes) {
    for (const std::string& output : node.outputs) {
      if (!output.empty() && connections.Consumers(output).empty()) {
        graph.outputs.push_back(tensors_.at(output).info);
      }
    }
  }
  return FromGraph({graph, "test", tensors_, activations_, params_, ""});
}

std::vector<std::string> TestGraph::Lines() const {
  const auto written = Write();
  if (!written.ok()) return {written.status().message()};
  const Graph& graph = written->model.graphs.front();
  std::vector<std::string> lines;
  for (const Node& node : graph.nodes) lines.push_back(NodeText(graph, node));
  return lines;
}

std::string NodeText(const Graph& graph, const Node& node) {
  std::vector<std::string> inputs;
  for (const std::string& name : node.inputs) inputs.push_back(TensorText(graph, name));
  std::vector<std::string> outputs;
  for (const std::string& name : node.outputs) outputs.push_back(TensorText(graph, name));
  std::string text =
      fmt::format("{}({}) -> {}", node.type, fmt::join(inputs, ", "), fmt::join(outputs, ", "));
  for (const Attribute& attribute : node.attributes) {
    text += fmt::format(" {}={}", attribute.name, std::visit(AttributeText{}, attribute.value));
  }
  return text;
}

const Tensor* FindTensor(const Graph& graph, std::string_view name) {
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

}  // namespace acc::dlc

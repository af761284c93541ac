// SPDX-License-Identifier: BSD-3-Clause
// Small graphs for tests, and what is written for them as text.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dlc/from_graph.h"
#include "model/graph.h"
#include "tensor/tensor.h"

namespace acc::dlc {

// A graph under construction. Tensors are float32 and in the graph's order unless told otherwise;
// what no node reads is an output.
class TestGraph {
 public:
  TestGraph() { graph_.opsets[""] = 17; }

  TestGraph& Opset(std::int64_t version, const std::string& domain = "") {
    graph_.opsets[domain] = version;
    return *this;
  }
  TestGraph& Input(const std::string& name, Shape dims, ElementType type = ElementType::kFloat32) {
    graph_.inputs.push_back({name, type, dims});
    return Declare(name, std::move(dims), type);
  }
  TestGraph& Declare(const std::string& name, Shape dims, ElementType type = ElementType::kFloat32,
                     AxisOrder order = AxisOrder::kSource) {
    tensors_[name] = {order, {name, type, std::move(dims)}};
    return *this;
  }
  TestGraph& ChannelLast(const std::string& name, Shape dims) {
    return Declare(name, std::move(dims), ElementType::kFloat32, AxisOrder::kChannelLast);
  }
  TestGraph& Constant(const std::string& name, acc::Tensor value) {
    graph_.initializers[name] = std::move(value);
    return *this;
  }
  TestGraph& Floats(const std::string& name, Shape dims, const std::vector<float>& values) {
    return Constant(name, acc::Tensor::FromFloats(std::move(dims), values));
  }
  // 0, 1, 2, …
  TestGraph& Counting(const std::string& name, const Shape& dims) {
    std::vector<float> values(ElementCount(dims).value_or(0));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    return Floats(name, dims, values);
  }
  TestGraph& Int64s(const std::string& name, const std::vector<std::int64_t>& values) {
    return Constant(name,
                    acc::Tensor::FromInt64s({static_cast<std::int64_t>(values.size())}, values));
  }
  TestGraph& Op(std::string op_type, std::vector<std::string> inputs,
                std::vector<std::string> outputs,
                std::map<std::string, model::Attribute> attributes = {}) {
    model::Node node;
    node.name = outputs.front() + "_node";
    node.op_type = std::move(op_type);
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    node.attributes = std::move(attributes);
    return Op(std::move(node));
  }
  TestGraph& Op(model::Node node) {
    graph_.nodes.push_back(std::move(node));
    return *this;
  }
  TestGraph& Activation(const std::string& name, TensorEncoding encoding) {
    activations_[name] = std::move(encoding);
    return *this;
  }
  TestGraph& Param(const std::string& name, TensorEncoding encoding) {
    params_[name] = std::move(encoding);
    return *this;
  }

  Result<WrittenGraph> Write() const {
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

  // A line for each node: "Type(input[dims], …) -> output[dims], … attribute=value …". Or the
  // failure's message.
  std::vector<std::string> Lines() const;

 private:
  model::Graph graph_;
  std::map<std::string, TensorToWrite> tensors_;
  std::map<std::string, TensorEncoding> activations_;
  std::map<std::string, TensorEncoding> params_;
};

inline const Tensor* FindTensor(const Graph& graph, const std::string& name) {
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

template <typename T>
std::vector<T> Values(const Tensor& tensor) {
  std::vector<T> values(tensor.data.size() / sizeof(T));
  std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

inline std::string ValuesText(const Tensor& tensor) {
  switch (tensor.type) {
    case DataType::kUint32:
      return fmt::format("[{}]", fmt::join(Values<std::uint32_t>(tensor), ","));
    case DataType::kInt32:
      return fmt::format("[{}]", fmt::join(Values<std::int32_t>(tensor), ","));
    case DataType::kInt64:
      return fmt::format("[{}]", fmt::join(Values<std::int64_t>(tensor), ","));
    case DataType::kFloat32:
      return fmt::format("[{}]", fmt::join(Values<float>(tensor), ","));
    default:
      return Name(tensor.type);
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

inline std::string TensorText(const Graph& graph, const std::string& name) {
  if (name.empty()) return "-";
  const Tensor* tensor = FindTensor(graph, name);
  if (tensor == nullptr) return name + "[lacking]";
  return fmt::format("{}[{}]", name, fmt::join(tensor->dims, ","));
}

inline std::string NodeText(const Graph& graph, const Node& node) {
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

inline std::vector<std::string> TestGraph::Lines() const {
  const auto written = Write();
  if (!written.ok()) return {written.status().message()};
  const Graph& graph = written->model.graphs.front();
  std::vector<std::string> lines;
  for (const Node& node : graph.nodes) lines.push_back(NodeText(graph, node));
  return lines;
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
// Small graphs for tests, and what is written for them as text. Calls take what costs the compiler
// little where they are written: tests have hundreds of them.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dlc/from_graph/from_graph.h"
#include "model/graph_testing.h"
#include "tensor/tensor.h"

namespace acc::dlc {

using model::Names;

// A graph under construction. Tensors are float32 and in the graph's order unless told otherwise;
// what no node reads is an output.
class TestGraph {
 public:
  TestGraph();
  ~TestGraph();

  TestGraph& Opset(std::int64_t version, const std::string& domain = "");
  TestGraph& Input(std::string_view name, const Shape& dims,
                   ElementType type = ElementType::kFloat32);
  TestGraph& Declare(std::string_view name, const Shape& dims,
                     ElementType type = ElementType::kFloat32,
                     AxisOrder order = AxisOrder::kSource);
  TestGraph& ChannelLast(std::string_view name, const Shape& dims);
  TestGraph& Constant(std::string_view name, acc::Tensor value);
  TestGraph& Floats(std::string_view name, const Shape& dims, const std::vector<float>& values);
  // 0, 1, 2, …
  TestGraph& Counting(std::string_view name, const Shape& dims);
  TestGraph& Int64s(std::string_view name, const std::vector<std::int64_t>& values);
  // Named after its first output.
  TestGraph& Op(std::string_view op_type, Names inputs, Names outputs,
                std::map<std::string, model::Attribute> attributes = {});
  TestGraph& Op(model::Node node);
  TestGraph& Activation(std::string_view name, TensorEncoding encoding);
  TestGraph& Param(std::string_view name, TensorEncoding encoding);

  Result<WrittenGraph> Write() const;

  // A line for each node: "Type(input[dims], …) -> output[dims], … attribute=value …". Or the
  // failure's message.
  std::vector<std::string> Lines() const;

 private:
  model::Graph graph_;
  std::map<std::string, TensorToWrite> tensors_;
  std::map<std::string, TensorEncoding> activations_;
  std::map<std::string, TensorEncoding> params_;
};

// A line of TestGraph::Lines().
std::string NodeText(const Graph& graph, const Node& node);

// Null where the graph lacks it.
const Tensor* FindTensor(const Graph& graph, std::string_view name);

template <typename T>
std::vector<T> Values(const Tensor& tensor) {
  std::vector<T> values(tensor.data.size() / sizeof(T));
  std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

}  // namespace acc::dlc

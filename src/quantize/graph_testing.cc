// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/graph_testing.h"

#include <utility>

namespace acc::quantize {

TestGraph::TestGraph() { graph.opsets[""] = 17; }
TestGraph::~TestGraph() = default;

void TestGraph::Declare(std::string_view name, ElementType type) {
  types[std::string(name)] = {.name = std::string(name), .type = type, .has_rank = false};
}

TestGraph& TestGraph::Input(std::string_view name, const Shape& dims, ElementType type) {
  Declare(name, type);
  graph.inputs.push_back({.name = std::string(name), .type = type, .dims = dims, .has_rank = true});
  return *this;
}

TestGraph& TestGraph::Output(const std::string& name) {
  graph.outputs.push_back({.name = name, .type = types[name].type, .has_rank = false});
  return *this;
}

TestGraph& TestGraph::Floats(std::string_view name, const Shape& dims,
                             const std::vector<float>& values) {
  graph.initializers[std::string(name)] = Tensor::FromFloats(dims, values);
  Declare(name);
  return *this;
}

TestGraph& TestGraph::Int64s(std::string_view name, const Shape& dims,
                             const std::vector<std::int64_t>& values) {
  graph.initializers[std::string(name)] = Tensor::FromInt64s(dims, values);
  Declare(name, ElementType::kInt64);
  return *this;
}

TestGraph& TestGraph::Node(std::string_view op_type, Names inputs, Names outputs,
                           ElementType type) {
  for (const std::string_view output : outputs) Declare(output, type);
  graph.nodes.push_back(
      model::MakeNode(std::string(*outputs.begin()) + "_node", op_type, inputs, outputs));
  return *this;
}

}  // namespace acc::quantize

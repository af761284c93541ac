// SPDX-License-Identifier: BSD-3-Clause
// Small graphs for the tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "quantize/quantize.h"

namespace acc::quantize {

// A graph under construction, whose tensors are float32 unless said otherwise.
struct TestGraph {
  model::Graph graph;
  Types types;

  TestGraph() { graph.opsets[""] = 17; }

  void Declare(const std::string& name, ElementType type = ElementType::kFloat32) {
    types[name] = {.name = name, .type = type, .dims = {}, .has_rank = false};
  }
  TestGraph& Input(const std::string& name, Shape dims, ElementType type = ElementType::kFloat32) {
    Declare(name, type);
    graph.inputs.push_back({.name = name, .type = type, .dims = std::move(dims), .has_rank = true});
    return *this;
  }
  TestGraph& Output(const std::string& name) {
    graph.outputs.push_back(
        {.name = name, .type = types[name].type, .dims = {}, .has_rank = false});
    return *this;
  }
  TestGraph& Floats(const std::string& name, Shape dims, std::vector<float> values) {
    graph.initializers[name] = Tensor::FromFloats(std::move(dims), values);
    Declare(name);
    return *this;
  }
  TestGraph& Int64s(const std::string& name, Shape dims, std::vector<std::int64_t> values) {
    graph.initializers[name] = Tensor::FromInt64s(std::move(dims), values);
    Declare(name, ElementType::kInt64);
    return *this;
  }
  TestGraph& Node(const std::string& op_type, std::vector<std::string> inputs,
                  std::vector<std::string> outputs, ElementType type = ElementType::kFloat32) {
    for (const std::string& output : outputs) Declare(output, type);
    model::Node node;
    node.name = outputs.front() + "_node";
    node.op_type = op_type;
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    graph.nodes.push_back(std::move(node));
    return *this;
  }
};

}  // namespace acc::quantize

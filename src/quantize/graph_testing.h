// SPDX-License-Identifier: BSD-3-Clause
// Small graphs for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/graph_testing.h"
#include "quantize/quantize.h"

namespace acc::quantize {

using model::Names;

// A graph under construction, whose tensors are float32 unless said otherwise.
struct TestGraph {
  model::Graph graph;
  Types types;

  TestGraph();
  ~TestGraph();

  TestGraph& Input(std::string_view name, const Shape& dims,
                   ElementType type = ElementType::kFloat32);
  TestGraph& Output(const std::string& name);
  TestGraph& Floats(std::string_view name, const Shape& dims, const std::vector<float>& values);
  TestGraph& Int64s(std::string_view name, const Shape& dims,
                    const std::vector<std::int64_t>& values);
  // Named after its first output.
  TestGraph& Node(std::string_view op_type, Names inputs, Names outputs,
                  ElementType type = ElementType::kFloat32);
  void Declare(std::string_view name, ElementType type = ElementType::kFloat32);
};

}  // namespace acc::quantize

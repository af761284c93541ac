// SPDX-License-Identifier: BSD-3-Clause
// <model>_graph_struct.json: the nodes of the target graph in topological order, with the dims of
// their tensors in the target's order. Verification orders its report by it. A golden run has the
// source graph in the same form. Read leniently: only "nodes" with "name", "type", "inputs",
// "outputs" are needed; unknown keys are ignored.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tensor/layout.h"
#include "tensor/shape.h"

namespace acc::store {

// The file of a golden run, whatever the model is called.
inline constexpr std::string_view kGoldenGraphStruct = "golden_graph_struct.json";

struct GraphStruct {
  struct Value {
    std::string name;
    Shape dims;
    bool has_dims = false;
    std::string layout;  // "NHWC", … or empty.
  };
  struct Node {
    std::string name;
    std::string type;
    std::vector<std::string> inputs;
    std::vector<Value> outputs;
  };
  std::string model_name;
  std::vector<Value> inputs;
  std::vector<Node> nodes;
};

Status WriteGraphStruct(const std::filesystem::path& path, const GraphStruct& graph);
Result<GraphStruct> ReadGraphStruct(const std::filesystem::path& path);

// Flat {"<inference tensor>": "<framework tensor>"}, in the graph's order.
using TensorMapping = std::vector<std::pair<std::string, std::string>>;
Status WriteTensorMapping(const std::filesystem::path& path, const TensorMapping& mapping);
Result<TensorMapping> ReadTensorMapping(const std::filesystem::path& path);

}  // namespace acc::store

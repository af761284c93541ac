// SPDX-License-Identifier: BSD-3-Clause
// Small graphs and a runtime for tests of the conversion.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "convert/convert.h"
#include "convert/state.h"
#include "model/graph_testing.h"

namespace acc::convert {

using model::Names;

// Named after its first output, or its operator where it has none.
model::Node MakeNode(std::string_view op_type, Names inputs, Names outputs,
                     std::map<std::string, model::Attribute> attributes = {});

ValueInfo Floats(std::string_view name, const Shape& dims);
Tensor FloatTensor(const Shape& dims, const std::vector<float>& values);
Tensor Int64Tensor(const Shape& dims, const std::vector<std::int64_t>& values);

// A graph of float inputs "x" of dims 2x3 and the given nodes; opset 17.
model::Graph MakeGraph(std::vector<model::Node> nodes, Names outputs);

// Infers that a tensor has the dims of its node's first input, unless `dims` says otherwise, and
// evaluates a handful of operators, element by element.
class FakeOracle : public Oracle {
 public:
  std::map<std::string, Shape> dims;
  std::map<std::string, ElementType> element_types;
  Status failure;
  int inferences = 0;
  int evaluations = 0;

  Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph) override;
  Result<std::map<std::string, Tensor>> Evaluate(const model::Graph& graph) override;
};

// Null where the graph has none.
const model::Node* FindNode(const model::Graph& graph, std::string_view op_type);

// Of what was removed, by the source's name.
std::map<std::string, std::string> Reasons(const TargetGraph& target);

}  // namespace acc::convert

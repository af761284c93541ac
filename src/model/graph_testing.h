// SPDX-License-Identifier: BSD-3-Clause
// Nodes for the tests of several folders.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/graph.h"

namespace acc::model {

// Strings that are views where they are written: tests write hundreds of them.
using Names = std::initializer_list<std::string_view>;

inline Node MakeNode(std::string name, std::string_view op_type, Names inputs, Names outputs) {
  Node node;
  node.name = std::move(name);
  node.op_type = op_type;
  node.inputs.assign(inputs.begin(), inputs.end());
  node.outputs.assign(outputs.begin(), outputs.end());
  return node;
}

// A node with one output, named after it.
inline Node MakeNode(std::string op_type, std::vector<std::string> inputs, std::string output) {
  Node node;
  node.name = output;
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {std::move(output)};
  return node;
}

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// Nodes for the tests of several folders.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/graph.h"

namespace acc::model {

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

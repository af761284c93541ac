// SPDX-License-Identifier: BSD-3-Clause
// A graph into which a file is translated: its nodes and constants, all under names of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "model/graph.h"
#include "model/unique_names.h"
#include "tensor/tensor.h"

namespace acc::model {

class NewGraph {
 public:
  explicit NewGraph(std::string name);

  // A name for a value that the file does not have; none of `Reserve`.
  std::string NewName(std::string_view wish) { return names_.Take(wish); }
  std::string NewNodeName(std::string_view wish) { return node_names_.Take(wish); }
  void Reserve(const std::string& tensor) { names_.Take(tensor); }

  // Adds a constant of the translation's own: a shape, a bound. Returns its name.
  std::string AddConstant(std::string_view wish, Tensor value);
  void AddNode(Node node) { graph_.nodes.push_back(std::move(node)); }

  // The graph's version of `domain` becomes `version` or stays higher.
  void RequireOpset(const std::string& domain, std::int64_t version);
  std::int64_t opset() const { return graph_.opsets.at(""); }

  // What was made so far.
  Graph& graph() { return graph_; }
  const Graph& graph() const { return graph_; }

 private:
  Graph graph_;
  UniqueNames names_;
  UniqueNames node_names_;
};

}  // namespace acc::model

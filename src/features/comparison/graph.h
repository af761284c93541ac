// SPDX-License-Identifier: BSD-3-Clause
// What a graph struct tells of the compared tensors: which feed which, and the graph to draw.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/summary.h"
#include "store/graph_struct.h"
#include "store/manifest.h"

namespace acc::features {

struct TensorNeighbours {
  std::vector<std::size_t> inputs;  // Indices of the compared tensors that its node reads.
  bool is_output = false;           // The graph makes it and no node reads it.
};

// For each of the compared tensors `names`. A tensor that is read but not compared stands for what
// its own node reads, and so on. Tensors that the graph does not know have no inputs.
std::vector<TensorNeighbours> Neighbours(const store::GraphStruct& graph,
                                         std::span<const std::string> names);

// The graph of one side with the rows of the report at their nodes: `names` has each row's name on
// this side. `unmatched` tells why a tensor has no row; `otherwise` is said of those it leaves out.
// Edges that contradict the order of the nodes are left out.
report::Graph DrawnGraph(const store::GraphStruct& graph, std::span<const std::string> names,
                         std::span<const store::SkippedTensor> unmatched,
                         std::string_view otherwise);

}  // namespace acc::features

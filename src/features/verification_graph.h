// SPDX-License-Identifier: BSD-3-Clause
// Which compared tensors feed which, from the graph struct.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "store/graph_struct.h"

namespace acc::features {

struct TensorNeighbours {
  std::vector<std::size_t> inputs;  // Indices of the compared tensors that its node reads.
  bool is_output = false;           // The graph makes it and no node reads it.
};

// For each of the compared tensors `names`. A tensor that is read but not compared stands for what
// its own node reads, and so on. Tensors that the graph does not know have no inputs.
std::vector<TensorNeighbours> Neighbours(const store::GraphStruct& graph,
                                         std::span<const std::string> names);

}  // namespace acc::features

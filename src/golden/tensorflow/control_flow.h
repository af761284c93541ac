// SPDX-License-Identifier: BSD-3-Clause
// Which tensors of a graph with TensorFlow 1's control flow have a value after a run.
#pragma once

#include <map>
#include <set>
#include <string>

#include "model/graph.h"

namespace acc::golden::tensorflow {

struct ControlFlow {
  // Between Enter and Exit: they have one value per round, and none at the end.
  std::set<std::string> in_loops;
  // Between Switch and Merge, outside loops: they have a value where their branch ran.
  std::set<std::string> in_branches;
};

// `graph` is an outline (model::OutlineTensorflow): nodes after what they read.
ControlFlow FindControlFlow(const model::Graph& graph);

}  // namespace acc::golden::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
// Which of a model's tensors a golden run captures.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "model/graph.h"

namespace acc::golden {

// Names are those of output tensors or nodes; types are operator types, in any case.
struct LayerFilter {
  std::vector<std::string> add_outputs = {};  // Only these; empty: all.
  std::vector<std::string> add_types = {};    // Only outputs of these; empty: all.
  std::vector<std::string> skip_outputs = {};
  std::vector<std::string> skip_types = {};
  std::string start = {};  // From this layer to the bottom, in the graph's order.
  std::string end = {};    // Up to this layer.
};

// The selected outputs of the graph's nodes, in their order. With both add_outputs and add_types,
// an output that either names is taken. A usage error names a layer or type that the model does not
// have, with a suggestion, and a selection that leaves nothing.
Result<std::vector<std::string>> SelectTensors(const model::Graph& graph,
                                               const LayerFilter& filter);

}  // namespace acc::golden

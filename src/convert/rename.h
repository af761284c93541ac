// SPDX-License-Identifier: BSD-3-Clause
// New names for the tensors of a graph, through all its subgraphs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/graph.h"
#include "model/unique_names.h"

namespace acc::convert {

// Old name to new.
using NameMap = std::unordered_map<std::string, std::string>;

// What a name becomes before it is made unique.
using Spelling = std::function<std::string(std::string_view)>;

// Gives every tensor of `graph` and of its subgraphs a name of its own. Inputs and outputs choose
// first, then what the nodes make, then initializers, then the tensors of subgraphs. Returns the
// new names of the graph's own tensors; `taken` then holds all names of the model.
NameMap RenameTensors(model::Graph& graph, const Spelling& spelling, model::UniqueNames& taken);

// Gives every node of `graph` a name of its own.
void RenameNodes(model::Graph& graph, const Spelling& spelling);

// Renames what `node` reads, its subgraphs included. The subgraphs must not make tensors of any of
// these names, old or new; RenameTensors takes care of that.
void RenameReads(model::Node& node, const NameMap& names);

}  // namespace acc::convert

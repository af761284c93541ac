// SPDX-License-Identifier: BSD-3-Clause
#include "convert/rename.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace acc::convert {
namespace {

using model::Graph;
using model::Node;

using SubgraphChange = std::function<void(Graph&)>;

void Apply(const NameMap& names, std::string& name) {
  const auto found = names.find(name);
  if (found != names.end()) name = found->second;
}

// Subgraphs are shared between copies of a graph, so that a change is made to a copy.
void ChangeSubgraph(std::shared_ptr<const Graph>& subgraph, const SubgraphChange& change) {
  auto changed = std::make_shared<Graph>(*subgraph);
  change(*changed);
  subgraph = std::move(changed);
}

void ChangeSubgraphs(Node& node, const SubgraphChange& change) {
  for (auto& [name, attribute] : node.attributes) {
    if (auto* one = std::get_if<std::shared_ptr<const Graph>>(&attribute)) {
      ChangeSubgraph(*one, change);
    } else if (auto* list = std::get_if<std::vector<std::shared_ptr<const Graph>>>(&attribute)) {
      for (auto& subgraph : *list) ChangeSubgraph(subgraph, change);
    }
  }
}

// New names for what `graph` itself makes, added to those that it sees from outside.
void ChooseNames(const Graph& graph, const Spelling& spelling, model::UniqueNames& taken,
                 NameMap& names, NameMap* own) {
  const auto choose = [&](const std::string& name) {
    if (name.empty() || own->contains(name)) return;
    (*own)[name] = names[name] = taken.Take(spelling(name));
  };
  for (const ValueInfo& input : graph.inputs) choose(input.name);
  std::unordered_map<std::string, bool> made;
  for (const Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) made[output] = true;
  }
  for (const ValueInfo& output : graph.outputs) {
    if (made.contains(output.name)) choose(output.name);
  }
  for (const Node& node : graph.nodes) std::ranges::for_each(node.outputs, choose);
  for (const auto& [name, tensor] : graph.initializers) choose(name);
}

void RenameUses(Graph& graph, const NameMap& names) {
  for (ValueInfo& input : graph.inputs) Apply(names, input.name);
  for (ValueInfo& output : graph.outputs) Apply(names, output.name);
  for (Node& node : graph.nodes) {
    for (std::string& input : node.inputs) Apply(names, input);
    for (std::string& output : node.outputs) Apply(names, output);
  }
  std::map<std::string, Tensor> initializers;
  for (auto& [name, tensor] : graph.initializers) {
    std::string renamed = name;
    Apply(names, renamed);
    initializers.emplace(std::move(renamed), std::move(tensor));
  }
  graph.initializers = std::move(initializers);
}

// `names` are those of the graphs around; a tensor of the same name in here hides them.
NameMap RenameTensorsWithin(Graph& graph, NameMap names, const Spelling& spelling,
                            model::UniqueNames& taken) {
  NameMap own;
  ChooseNames(graph, spelling, taken, names, &own);
  RenameUses(graph, names);
  for (Node& node : graph.nodes) {
    ChangeSubgraphs(
        node, [&](Graph& subgraph) { RenameTensorsWithin(subgraph, names, spelling, taken); });
  }
  return own;
}

}  // namespace

NameMap RenameTensors(Graph& graph, const Spelling& spelling, model::UniqueNames& taken) {
  return RenameTensorsWithin(graph, {}, spelling, taken);
}

void RenameNodes(Graph& graph, const Spelling& spelling) {
  model::UniqueNames taken;
  for (Node& node : graph.nodes) node.name = taken.Take(spelling(node.name));
}

void RenameReads(Node& node, const NameMap& names) {
  for (std::string& input : node.inputs) Apply(names, input);
  const std::vector<std::string> outer = model::OuterReads(node);
  if (std::ranges::none_of(outer, [&](const auto& name) { return names.contains(name); })) return;
  ChangeSubgraphs(node, [&](Graph& subgraph) {
    for (ValueInfo& output : subgraph.outputs) Apply(names, output.name);
    for (Node& inner : subgraph.nodes) RenameReads(inner, names);
  });
}

}  // namespace acc::convert

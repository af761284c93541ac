// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/graph.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "match/names.h"

namespace acc::features {
namespace {

// Looks names up as they are, then by what their spellings have in common.
class NameIndex {
 public:
  void Add(const std::string& name, std::size_t value) {
    exact_.emplace(name, value);
    by_key_.emplace(match::NameKey(name), value);
  }

  std::optional<std::size_t> Find(const std::string& name) const {
    if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
    const auto found = by_key_.find(match::NameKey(name));
    if (found == by_key_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::unordered_map<std::string, std::size_t> exact_;
  std::unordered_map<std::string, std::size_t> by_key_;
};

void MakeUnique(std::vector<std::size_t>& indices) {
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
}

class GraphWalk {
 public:
  GraphWalk(const store::GraphStruct& graph, std::span<const std::string> names) : graph_(graph) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      for (const auto& output : graph.nodes[i].outputs) producer_.Add(output.name, i);
      for (const auto& input : graph.nodes[i].inputs) read_.Add(input, i);
    }
    for (std::size_t i = 0; i < names.size(); ++i) compared_.Add(names[i], i);
  }

  TensorNeighbours Of(const std::string& name) const {
    const auto producer = producer_.Find(name);
    if (!producer) return {};
    return {InputsOf(*producer), !read_.Find(name)};
  }

 private:
  std::vector<std::size_t> InputsOf(std::size_t node) const {
    std::vector<std::size_t> inputs;
    std::unordered_set<std::size_t> visited = {node};
    std::vector<std::size_t> open = {node};
    while (!open.empty()) {
      const std::size_t current = open.back();
      open.pop_back();
      for (const std::string& input : graph_.nodes[current].inputs) {
        if (const auto compared = compared_.Find(input)) {
          inputs.push_back(*compared);
        } else if (const auto above = producer_.Find(input);
                   above && visited.insert(*above).second) {
          open.push_back(*above);
        }
      }
    }
    MakeUnique(inputs);
    return inputs;
  }

  const store::GraphStruct& graph_;
  NameIndex producer_;
  NameIndex read_;
  NameIndex compared_;
};

// Which rows are called what; one golden tensor can be that of several rows.
class RowsByName {
 public:
  explicit RowsByName(std::span<const std::string> names) {
    for (std::size_t row = 0; row < names.size(); ++row) {
      exact_[names[row]].push_back(row);
      by_key_[match::NameKey(names[row])].push_back(row);
    }
  }

  std::vector<std::size_t> Find(const std::string& name) const {
    if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
    const auto found = by_key_.find(match::NameKey(name));
    return found == by_key_.end() ? std::vector<std::size_t>() : found->second;
  }

 private:
  std::unordered_map<std::string, std::vector<std::size_t>> exact_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_key_;
};

class GraphDrawing {
 public:
  GraphDrawing(std::span<const std::string> names, std::span<const store::SkippedTensor> unmatched,
               std::string_view otherwise)
      : rows_(names), otherwise_(otherwise) {
    for (const auto& tensor : unmatched) {
      absence_.emplace(match::NameKey(tensor.name), tensor.reason);
    }
  }

  report::Graph Of(const store::GraphStruct& graph) {
    for (const auto& input : graph.inputs) Add({.name = input.name, .type = "Input"}, {}, {input});
    for (const auto& node : graph.nodes) {
      Add({.name = node.name, .type = node.type}, node.inputs, node.outputs);
    }
    return std::move(drawn_);
  }

 private:
  void Add(report::GraphNode node, const std::vector<std::string>& inputs,
           const std::vector<store::GraphStruct::Value>& outputs) {
    for (const std::string& input : inputs) {
      if (const auto producer = producer_.Find(input)) node.inputs.push_back(*producer);
    }
    MakeUnique(node.inputs);
    for (const auto& output : outputs) {
      const auto rows = rows_.Find(output.name);
      node.rows.insert(node.rows.end(), rows.begin(), rows.end());
      node.outputs.push_back(output.name);
    }
    MakeUnique(node.rows);
    if (node.rows.empty()) node.absence = AbsenceOf(node);
    // Only now: what a node reads must come before it.
    for (const std::string& output : node.outputs) producer_.Add(output, drawn_.nodes.size());
    drawn_.nodes.push_back(std::move(node));
  }

  std::string AbsenceOf(const report::GraphNode& node) const {
    for (const std::string& output : node.outputs) {
      if (const auto found = absence_.find(match::NameKey(output)); found != absence_.end())
        return found->second;
    }
    return std::string(otherwise_);
  }

  RowsByName rows_;
  std::unordered_map<std::string, std::string> absence_;
  std::string_view otherwise_;
  NameIndex producer_;
  report::Graph drawn_;
};

}  // namespace

report::Graph DrawnGraph(const store::GraphStruct& graph, std::span<const std::string> names,
                         std::span<const store::SkippedTensor> unmatched,
                         std::string_view otherwise) {
  return GraphDrawing(names, unmatched, otherwise).Of(graph);
}

std::vector<TensorNeighbours> Neighbours(const store::GraphStruct& graph,
                                         std::span<const std::string> names) {
  const GraphWalk walk(graph, names);
  std::vector<TensorNeighbours> neighbours;
  neighbours.reserve(names.size());
  for (const std::string& name : names) neighbours.push_back(walk.Of(name));
  return neighbours;
}

}  // namespace acc::features

// SPDX-License-Identifier: BSD-3-Clause
#include "features/verification_graph.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

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
    std::sort(inputs.begin(), inputs.end());
    inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
    return inputs;
  }

  const store::GraphStruct& graph_;
  NameIndex producer_;
  NameIndex read_;
  NameIndex compared_;
};

}  // namespace

std::vector<TensorNeighbours> Neighbours(const store::GraphStruct& graph,
                                         std::span<const std::string> names) {
  const GraphWalk walk(graph, names);
  std::vector<TensorNeighbours> neighbours;
  neighbours.reserve(names.size());
  for (const std::string& name : names) neighbours.push_back(walk.Of(name));
  return neighbours;
}

}  // namespace acc::features

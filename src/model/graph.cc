// SPDX-License-Identifier: BSD-3-Clause
#include "model/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <unordered_set>

#include "base/text.h"

namespace acc::model {
namespace {

using NameSet = std::unordered_set<std::string>;

// Names that `graph`, a subgraph, reads and does not make itself. The reader limits the nesting.
void CollectOuterReads(const Graph& graph, std::vector<std::string>& reads, NameSet& seen) {
  NameSet local;
  for (const ValueInfo& input : graph.inputs) local.insert(input.name);
  for (const auto& [name, tensor] : graph.initializers) local.insert(name);
  for (const Node& node : graph.nodes) local.insert(node.outputs.begin(), node.outputs.end());
  const auto collect = [&](const std::string& name) {
    if (!name.empty() && !local.contains(name) && seen.insert(name).second) reads.push_back(name);
  };
  for (const Node& node : graph.nodes) {
    std::ranges::for_each(node.inputs, collect);
    std::ranges::for_each(OuterReads(node), collect);
  }
  for (const ValueInfo& output : graph.outputs) collect(output.name);
}

// Every tensor that the node needs, subgraphs included; names may repeat.
std::vector<std::string> Reads(const Node& node) {
  std::vector<std::string> reads = node.inputs;
  std::erase(reads, std::string());
  std::ranges::move(OuterReads(node), std::back_inserter(reads));
  return reads;
}

std::string Describe(const Node& node) {
  return fmt::format("node '{}' ({})", Printable(node.name), Printable(node.op_type));
}

// The edges of a graph while it is being sorted. Nodes are known by their index.
class Sorter {
 public:
  Sorter(const Graph& graph, bool is_subgraph) : graph_(graph), is_subgraph_(is_subgraph) {}

  Result<std::vector<std::size_t>> Order();

 private:
  Status FindProducers();
  Status FindEdges();
  Status CycleError() const;

  const Graph& graph_;
  const bool is_subgraph_;
  NameSet given_;
  std::unordered_map<std::string, std::size_t> producer_;
  std::vector<std::vector<std::size_t>> readers_;  // Of a node's outputs.
  std::vector<std::size_t> missing_;               // Edges into a node that are not yet made.
};

Status Sorter::FindProducers() {
  for (const ValueInfo& input : graph_.inputs) {
    if (!given_.insert(input.name).second) {
      return Failure(fmt::format("input '{}' is declared twice", Printable(input.name)));
    }
  }
  for (const auto& [name, tensor] : graph_.initializers) given_.insert(name);
  for (std::size_t index = 0; index < graph_.nodes.size(); ++index) {
    const Node& node = graph_.nodes[index];
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;
      if (given_.contains(output)) {
        return Failure(fmt::format("{} makes tensor '{}', which is an input or an initializer",
                                   Describe(node), Printable(output)));
      }
      const auto [entry, inserted] = producer_.emplace(output, index);
      if (!inserted) {
        return Failure(fmt::format("tensor '{}' is made twice: by {} and by {}", Printable(output),
                                   Describe(graph_.nodes[entry->second]), Describe(node)));
      }
    }
  }
  return OkStatus();
}

Status Sorter::FindEdges() {
  readers_.resize(graph_.nodes.size());
  missing_.resize(graph_.nodes.size());
  for (std::size_t index = 0; index < graph_.nodes.size(); ++index) {
    const Node& node = graph_.nodes[index];
    for (const std::string& read : Reads(node)) {
      const auto producer = producer_.find(read);
      if (producer != producer_.end()) {
        readers_[producer->second].push_back(index);
        ++missing_[index];
      } else if (!is_subgraph_ && !given_.contains(read)) {
        return Failure(fmt::format("{} reads tensor '{}', which nothing makes", Describe(node),
                                   Printable(read)));
      }
    }
  }
  return OkStatus();
}

// Every node that is left waits for another one that is left, so that going upstream must come
// round.
Status Sorter::CycleError() const {
  const auto waits = [&](std::size_t index) { return missing_[index] > 0; };
  std::size_t current = 0;
  while (!waits(current)) ++current;
  std::string tensor;
  for (std::vector<bool> visited(graph_.nodes.size()); !visited[current];) {
    visited[current] = true;
    for (const std::string& read : Reads(graph_.nodes[current])) {
      const auto producer = producer_.find(read);
      if (producer == producer_.end() || !waits(producer->second)) continue;
      tensor = read;
      current = producer->second;
      break;
    }
  }
  return Failure(fmt::format("the graph has a cycle through {} and its output '{}'",
                             Describe(graph_.nodes[current]), Printable(tensor)));
}

Result<std::vector<std::size_t>> Sorter::Order() {
  ACC_RETURN_IF_ERROR(FindProducers());
  ACC_RETURN_IF_ERROR(FindEdges());
  // The ready node that came first in the file goes first.
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t index = 0; index < missing_.size(); ++index) {
    if (missing_[index] == 0) ready.push(index);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t index = ready.top();
    ready.pop();
    order.push_back(index);
    for (const std::size_t reader : readers_[index]) {
      if (--missing_[reader] == 0) ready.push(reader);
    }
  }
  if (order.size() < graph_.nodes.size()) return CycleError();
  return order;
}

Status Sort(Graph& graph, bool is_subgraph) {
  ACC_ASSIGN_OR_RETURN(const std::vector<std::size_t> order, Sorter(graph, is_subgraph).Order());
  std::vector<Node> sorted;
  sorted.reserve(order.size());
  for (const std::size_t index : order) sorted.push_back(std::move(graph.nodes[index]));
  graph.nodes = std::move(sorted);
  return OkStatus();
}

bool Holds(const std::vector<ValueInfo>& values, std::string_view name) {
  return std::ranges::any_of(values, [&](const ValueInfo& value) { return value.name == name; });
}

Status CheckName(std::string_view what, const std::string& name) {
  if (name.find('\0') == std::string::npos) return OkStatus();
  return Failure(fmt::format(
      "the {} '{}' has a NUL character in its name, where runtimes take the name to end; give it "
      "another name and save the model again",
      what, Printable(name)));
}

template <typename Names>
Status CheckTensors(const Names& names) {
  for (const std::string& name : names) ACC_RETURN_IF_ERROR(CheckName("tensor", name));
  return OkStatus();
}

}  // namespace

std::int64_t Graph::Opset(const std::string& domain) const {
  const auto found = opsets.find(domain);
  return found == opsets.end() ? 1 : found->second;
}

Connections::Connections(const Graph& graph) {
  for (std::size_t index = 0; index < graph.nodes.size(); ++index) {
    const Node& node = graph.nodes[index];
    const int id = static_cast<int>(index);
    for (const std::string& output : node.outputs) {
      if (!output.empty()) producer_.emplace(output, id);
    }
    for (const std::string& read : Reads(node)) {
      std::vector<int>& consumers = consumers_[read];
      if (consumers.empty() || consumers.back() != id) consumers.push_back(id);
    }
  }
}

int Connections::Producer(std::string_view tensor) const {
  const auto found = producer_.find(std::string(tensor));
  return found == producer_.end() ? -1 : found->second;
}

const std::vector<int>& Connections::Consumers(std::string_view tensor) const {
  static const std::vector<int> kNone;
  const auto found = consumers_.find(std::string(tensor));
  return found == consumers_.end() ? kNone : found->second;
}

std::set<std::string> InputNames(const Graph& graph) {
  std::set<std::string> names;
  for (const ValueInfo& input : graph.inputs) names.insert(input.name);
  return names;
}

std::set<std::string> OutputNames(const Graph& graph) {
  std::set<std::string> names;
  for (const ValueInfo& output : graph.outputs) names.insert(output.name);
  return names;
}

bool IsGraphOutput(const Graph& graph, std::string_view tensor) {
  return Holds(graph.outputs, tensor);
}

bool IsGraphInput(const Graph& graph, std::string_view tensor) {
  return Holds(graph.inputs, tensor);
}

std::vector<std::shared_ptr<const Graph>> Subgraphs(const Node& node) {
  std::vector<std::shared_ptr<const Graph>> subgraphs;
  for (const auto& [name, attribute] : node.attributes) {
    if (const auto* one = std::get_if<std::shared_ptr<const Graph>>(&attribute)) {
      subgraphs.push_back(*one);
    } else if (const auto* list =
                   std::get_if<std::vector<std::shared_ptr<const Graph>>>(&attribute)) {
      subgraphs.insert(subgraphs.end(), list->begin(), list->end());
    }
  }
  return subgraphs;
}

std::vector<std::string> OuterReads(const Node& node) {
  std::vector<std::string> reads;
  NameSet seen;
  for (const auto& subgraph : Subgraphs(node)) CollectOuterReads(*subgraph, reads, seen);
  return reads;
}

Status SortNodes(Graph& graph) { return Sort(graph, false); }
Status SortSubgraphNodes(Graph& graph) { return Sort(graph, true); }

Status CheckNames(const Graph& graph) {
  ACC_RETURN_IF_ERROR(CheckTensors(InputNames(graph)));
  ACC_RETURN_IF_ERROR(CheckTensors(OutputNames(graph)));
  for (const auto& [name, tensor] : graph.initializers)
    ACC_RETURN_IF_ERROR(CheckName("tensor", name));
  for (const Node& node : graph.nodes) {
    ACC_RETURN_IF_ERROR(CheckName("node", node.name));
    ACC_RETURN_IF_ERROR(CheckName("operator", node.op_type));
    ACC_RETURN_IF_ERROR(CheckTensors(node.inputs));
    ACC_RETURN_IF_ERROR(CheckTensors(node.outputs));
    for (const std::shared_ptr<const Graph>& body : Subgraphs(node)) {
      ACC_RETURN_IF_ERROR(CheckNames(*body));
    }
  }
  return OkStatus();
}

}  // namespace acc::model

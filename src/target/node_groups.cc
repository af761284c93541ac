// SPDX-License-Identifier: BSD-3-Clause
// The taps cut the graph. From what a tap holds, the nodes that make it are followed upwards until
// other taps or constants are reached; two taps that need one computing node are one group (union
// and find over the taps). A node that quantizes or dequantizes, or that only constants reach, is
// no tie: each group has its own copy of it.
#include "target/node_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "model/unique_names.h"

namespace acc::target {
namespace {

// What one tap needs.
struct Slice {
  std::set<std::size_t> nodes;
  std::set<std::size_t> inputs;
  std::string obstacle;
};

class Slicer {
 public:
  explicit Slicer(const Program& program)
      : program_(program), connections_(program.graph), constant_(ConstantNodes()) {
    for (std::size_t i = 0; i < program.taps.size(); ++i) cut_.emplace(program.taps[i].fetch, i);
  }

  // Nothing for a tap that no node makes, and for a second one of the same tensor.
  std::optional<Slice> Of(std::size_t tap) const {
    const std::string& fetch = program_.taps[tap].fetch;
    const int maker = connections_.Producer(fetch);
    if (maker < 0 || cut_.at(fetch) != tap) return std::nullopt;
    Slice slice;
    std::vector<std::size_t> waiting = {static_cast<std::size_t>(maker)};
    while (!waiting.empty()) {
      const std::size_t node = waiting.back();
      waiting.pop_back();
      if (slice.nodes.insert(node).second) Follow(node, slice, waiting);
    }
    return slice;
  }

  // Whether two slices that share the node are one group.
  bool Ties(std::size_t node) const {
    return !constant_[node] && !IsQuantization(program_.graph.nodes[node].op_type);
  }

 private:
  std::vector<bool> ConstantNodes() const {
    std::vector<bool> constant(program_.graph.nodes.size());
    for (std::size_t i = 0; i < constant.size(); ++i) {
      const model::Node& node = program_.graph.nodes[i];
      const auto is_constant = [&](const std::string& input) {
        const int maker = connections_.Producer(input);
        return input.empty() || program_.graph.initializers.contains(input) ||
               (maker >= 0 && constant[static_cast<std::size_t>(maker)]);
      };
      constant[i] =
          std::ranges::all_of(node.inputs, is_constant) && model::OuterReads(node).empty();
    }
    return constant;
  }

  void Follow(std::size_t index, Slice& slice, std::vector<std::size_t>& waiting) const {
    const model::Node& node = program_.graph.nodes[index];
    for (const std::string& input : node.inputs) Read(input, slice, waiting);
    for (const std::string& outer : model::OuterReads(node)) {
      if (program_.graph.initializers.contains(outer)) continue;
      slice.obstacle = fmt::format("a subgraph of '{}' reads '{}' from around it",
                                   Printable(node.name), Printable(outer));
    }
  }

  void Read(const std::string& tensor, Slice& slice, std::vector<std::size_t>& waiting) const {
    if (tensor.empty() || program_.graph.initializers.contains(tensor)) return;
    if (const auto tap = cut_.find(tensor); tap != cut_.end()) {
      slice.inputs.insert(tap->second);
      return;
    }
    const int maker = connections_.Producer(tensor);
    if (maker >= 0) {
      waiting.push_back(static_cast<std::size_t>(maker));
    } else {
      slice.obstacle = fmt::format("its input '{}' is not captured", Printable(tensor));
    }
  }

  const Program& program_;
  const model::Connections connections_;
  const std::vector<bool> constant_;
  std::map<std::string, std::size_t> cut_;  // What taps hold; the first of those that share it.
};

std::size_t Root(std::vector<std::size_t>& parents, std::size_t tap) {
  while (parents[tap] != tap) tap = parents[tap] = parents[parents[tap]];
  return tap;
}

NodeGroup GroupOf(const std::vector<std::size_t>& outputs,
                  const std::map<std::size_t, Slice>& slices) {
  NodeGroup group{.outputs = outputs};
  std::set<std::size_t> nodes;
  std::set<std::size_t> inputs;
  for (const std::size_t output : outputs) {
    const Slice& slice = slices.at(output);
    nodes.insert(slice.nodes.begin(), slice.nodes.end());
    inputs.insert(slice.inputs.begin(), slice.inputs.end());
    if (group.obstacle.empty()) group.obstacle = slice.obstacle;
  }
  group.nodes.assign(nodes.begin(), nodes.end());
  group.inputs.assign(inputs.begin(), inputs.end());
  // Of two outputs of one node the first may be read by what makes the second.
  const auto is_inner = [&](std::size_t input) { return std::ranges::count(outputs, input) > 0; };
  if (group.obstacle.empty() && std::ranges::any_of(inputs, is_inner)) {
    group.obstacle = "its outputs depend on each other";
  }
  return group;
}

// Builds the graph of an isolated program.
class Isolator {
 public:
  Isolator(const Program& program, const std::function<ValueInfo(std::size_t)>& info_of)
      : program_(program), connections_(program.graph), info_of_(info_of) {
    model::Graph& graph = result_.program.graph;
    graph.name = program.graph.name;
    graph.ir_version = program.graph.ir_version;
    graph.opsets = program.graph.opsets;
    result_.program.half = program.half;
    for (const auto& [name, value] : program.graph.initializers) names_.Take(name);
  }

  void Add(const NodeGroup& group) {
    renamed_.clear();
    for (const std::size_t input : group.inputs) AddInput(input);
    for (const std::size_t index : group.nodes) AddNode(program_.graph.nodes[index]);
    for (const std::size_t output : group.outputs) {
      Tap tap = program_.taps[output];
      tap.fetch = renamed_.at(tap.fetch);
      result_.program.graph.outputs.push_back({.name = tap.fetch, .has_rank = false});
      result_.program.taps.push_back(tap);
    }
    ++groups_;
  }

  IsolatedProgram Take() {
    result_.program.outputs = result_.program.taps;
    return std::move(result_);
  }

 private:
  // Of codes: the real values, quantized as those who dequantize them say.
  void AddInput(std::size_t index) {
    const Tap& tap = program_.taps[index];
    ValueInfo info = info_of_(index);
    info.name = names_.Take(tap.tensor + "_given");
    result_.inputs.push_back({.name = info.name, .tap = index, .group = groups_});
    renamed_[tap.fetch] = info.name;
    if (tap.encoding) {
      model::Node quantize = QuantizerOf(tap.fetch);
      quantize.inputs[0] = info.name;
      quantize.outputs = {names_.Take(tap.tensor + "_given_codes")};
      quantize.name = node_names_.Take(quantize.outputs[0]);
      renamed_[tap.fetch] = quantize.outputs[0];
      for (std::size_t i = 1; i < quantize.inputs.size(); ++i) KeepConstant(quantize.inputs[i]);
      result_.program.graph.nodes.push_back(std::move(quantize));
    }
    result_.program.graph.inputs.push_back(std::move(info));
  }

  model::Node QuantizerOf(const std::string& codes) const {
    const int maker = connections_.Producer(codes);
    if (maker >= 0 && program_.graph.nodes[maker].op_type == "QuantizeLinear") {
      return program_.graph.nodes[maker];
    }
    for (const int reader : connections_.Consumers(codes)) {
      model::Node node = program_.graph.nodes[reader];
      if (node.op_type != "DequantizeLinear") continue;
      node.op_type = "QuantizeLinear";
      return node;
    }
    return {};
  }

  void AddNode(model::Node node) {
    for (std::string& input : node.inputs) {
      const auto renamed = renamed_.find(input);
      if (renamed != renamed_.end()) {
        input = renamed->second;
      } else if (!input.empty()) {
        KeepConstant(input);
      }
    }
    for (const std::string& outer : model::OuterReads(node)) KeepConstant(outer);
    for (std::string& output : node.outputs) {
      if (output.empty()) continue;
      std::string& name = renamed_[output];
      name = names_.Take(output);
      output = name;
    }
    node.name = node_names_.Take(node.name);
    result_.program.graph.nodes.push_back(std::move(node));
  }

  void KeepConstant(const std::string& name) {
    const auto found = program_.graph.initializers.find(name);
    if (found != program_.graph.initializers.end())
      result_.program.graph.initializers.insert(*found);
  }

  const Program& program_;
  const model::Connections connections_;
  const std::function<ValueInfo(std::size_t)>& info_of_;
  IsolatedProgram result_;
  model::UniqueNames names_;
  model::UniqueNames node_names_;
  std::map<std::string, std::string> renamed_;  // In the group at hand.
  std::size_t groups_ = 0;
};

}  // namespace

std::vector<NodeGroup> GroupsOf(const Program& program) {
  const Slicer slicer(program);
  std::map<std::size_t, Slice> slices;
  std::vector<std::size_t> parents(program.taps.size());
  std::iota(parents.begin(), parents.end(), std::size_t{0});
  std::map<std::size_t, std::size_t> owner;  // Of each computing node: a tap that needs it.
  for (std::size_t tap = 0; tap < program.taps.size(); ++tap) {
    auto slice = slicer.Of(tap);
    if (!slice || (slice->inputs.empty() && slice->obstacle.empty())) continue;
    bool computes = false;
    for (const std::size_t node : slice->nodes) {
      if (!slicer.Ties(node)) continue;
      computes = true;
      const auto known = owner.emplace(node, tap).first->second;
      const std::size_t one = Root(parents, known);
      const std::size_t other = Root(parents, tap);
      parents[std::max(one, other)] = std::min(one, other);
    }
    if (computes) slices.emplace(tap, *std::move(slice));
  }
  std::map<std::size_t, std::vector<std::size_t>> outputs;
  for (const auto& [tap, slice] : slices) outputs[Root(parents, tap)].push_back(tap);
  std::vector<NodeGroup> groups;
  for (const auto& [root, taps] : outputs) groups.push_back(GroupOf(taps, slices));
  return groups;
}

IsolatedProgram Isolated(const Program& program, std::span<const NodeGroup> groups,
                         const std::function<ValueInfo(std::size_t tap)>& info_of) {
  Isolator isolator(program, info_of);
  for (const NodeGroup& group : groups) isolator.Add(group);
  return isolator.Take();
}

}  // namespace acc::target

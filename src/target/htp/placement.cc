// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/placement.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "model/unique_names.h"
#include "ort/message.h"
#include "target/execution.h"

namespace acc::target {
namespace {

constexpr std::string_view kCpuProvider = "CPUExecutionProvider";

// Operators whose output has the values of their input in another form.
constexpr std::array<std::string_view, 9> kFormOnly = {
    "Cast",    "DequantizeLinear", "Flatten",   "Identity",  "QuantizeLinear",
    "Reshape", "Squeeze",          "Transpose", "Unsqueeze",
};

bool ChangesFormOnly(const model::Node& node) {
  return std::ranges::find(kFormOnly, node.op_type) != kFormOnly.end();
}

}  // namespace

model::Graph WithDistinctNodeNames(model::Graph graph) {
  model::UniqueNames names;
  for (model::Node& node : graph.nodes) {
    node.name = names.Take(node.name.empty() ? node.op_type : node.name);
  }
  return graph;
}

Placement::Placement(const model::Graph& graph)
    : graph_(graph),
      connections_(graph),
      current_(graph.nodes.size(), Processor::kUnknown),
      merged_(graph.nodes.size()) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    index_of_.emplace(graph.nodes[i].name, i);
    merged_[i].node = graph.nodes[i].name;
    merged_[i].op_type = graph.nodes[i].op_type;
  }
}

std::optional<std::size_t> Placement::IndexOf(std::string_view name) const {
  for (std::string_view shorter = ort::WithoutToken(name);; shorter = ort::WithoutToken(name)) {
    if (const auto found = index_of_.find(name); found != index_of_.end()) return found->second;
    if (shorter == name) return std::nullopt;
    name = shorter;
  }
}

void Placement::Enter(const SessionLog& log) {
  std::ranges::fill(current_, Processor::kUnknown);
  // A node of the runtime's own may be called after one of these: that one's own name goes first.
  for (const bool exact : {true, false}) {
    for (const ort::AssignedNode& assigned : log.nodes) {
      const auto index = IndexOf(assigned.node);
      if (!index || exact != (graph_.nodes[*index].name == assigned.node)) continue;
      if (graph_.nodes[*index].op_type != assigned.op_type) continue;
      if (current_[*index] != Processor::kUnknown) continue;
      current_[*index] = assigned.provider == kCpuProvider ? Processor::kCpu : Processor::kHtp;
    }
  }
  Merge(log);
}

void Placement::Merge(const SessionLog& log) {
  std::map<std::size_t, std::string> reason_of;
  for (const auto& [name, reason] : log.refusals) {
    if (const auto index = IndexOf(name)) reason_of.emplace(*index, reason);
  }
  for (std::size_t i = 0; i < merged_.size(); ++i) {
    NodePlace& place = merged_[i];
    if (place.processor == Processor::kCpu || current_[i] == Processor::kUnknown) continue;
    place.processor = current_[i];
    if (place.processor == Processor::kCpu && reason_of.contains(i)) place.reason = reason_of.at(i);
  }
}

Processor Placement::Of(const Tap& tap) const {
  const int maker = MakerOf(graph_, connections_, tap);
  return maker < 0 ? Processor::kUnknown : current_[maker];
}

bool Placement::Computes() const {
  bool any_on_htp = false;
  bool any_computes = false;
  for (std::size_t i = 0; i < current_.size(); ++i) {
    const model::Node& node = graph_.nodes[i];
    const bool is_on_htp = current_[i] == Processor::kHtp;
    if (ChangesFormOnly(node)) {
      any_on_htp |= is_on_htp && !IsQuantization(node.op_type);
      continue;
    }
    if (is_on_htp) return true;
    any_computes = true;
  }
  return any_on_htp && !any_computes;
}

std::vector<NodePlace> Placement::places() const {
  std::vector<NodePlace> places;
  for (const NodePlace& place : merged_) {
    if (!IsQuantization(place.op_type)) places.push_back(place);
  }
  return places;
}

}  // namespace acc::target

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "convert/state.h"
#include "model/graph.h"

namespace acc::convert {
namespace {

Status CheckOutput(const State& state, const model::Connections& connections,
                   const std::string& name) {
  if (connections.Producer(name) >= 0) return OkStatus();
  if (model::IsGraphInput(state.graph, name) || state.Constant(name) != nullptr) {
    return UsageError(
        fmt::format("output tensor '{}' is an input or a constant of the model; "
                    "choose a tensor that a node makes",
                    Printable(name)));
  }
  std::vector<std::string> known;
  for (const model::Node& node : state.graph.nodes) {
    known.insert(known.end(), node.outputs.begin(), node.outputs.end());
  }
  return UsageError(fmt::format("the model has no tensor '{}' to be an output.{}", Printable(name),
                                DidYouMean(name, known)));
}

Status ChooseOutputs(State& state) {
  const model::Connections connections(state.graph);
  std::vector<ValueInfo> outputs;
  for (const std::string& name : state.options.output_tensors) {
    ACC_RETURN_IF_ERROR(CheckOutput(state, connections, name));
    if (std::ranges::find(outputs, name, &ValueInfo::name) != outputs.end()) continue;
    const auto declared = std::ranges::find(state.graph.outputs, name, &ValueInfo::name);
    ValueInfo output{.name = name, .has_rank = false};
    outputs.push_back(declared == state.graph.outputs.end() ? std::move(output) : *declared);
  }
  state.graph.outputs = std::move(outputs);
  return OkStatus();
}

// The names of all tensors that the outputs depend on, themselves included.
std::unordered_set<std::string> Needed(const model::Graph& graph) {
  std::unordered_set<std::string> needed;
  for (const ValueInfo& output : graph.outputs) needed.insert(output.name);
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool is_needed = std::ranges::any_of(
        node->outputs, [&](const std::string& output) { return needed.contains(output); });
    if (!is_needed) continue;
    needed.insert(node->inputs.begin(), node->inputs.end());
    needed.erase("");  // Stands for what is left out, not for a tensor.
    for (std::string& read : model::OuterReads(*node)) needed.insert(std::move(read));
  }
  return needed;
}

constexpr const char* kReason = "not needed for the outputs";

void DropNodes(State& state, const std::unordered_set<std::string>& needed) {
  std::erase_if(state.graph.nodes, [&](const model::Node& node) {
    const bool is_needed = std::ranges::any_of(
        node.outputs, [&](const std::string& output) { return needed.contains(output); });
    if (is_needed) return false;
    for (const std::string& output : node.outputs) state.Remove(output, kReason);
    return true;
  });
  DropUnusedInitializers(state.graph);
}

}  // namespace

Status DropUnusedNodes(State& state) {
  DropNodes(state, Needed(state.graph));
  return OkStatus();
}

Status CheckTranslated(State& state) {
  std::map<std::string, int> counts;
  for (const model::Node& node : state.graph.nodes) {
    if (node.domain == model::kUntranslatedDomain) ++counts[Printable(node.op_type)];
  }
  if (counts.empty()) return OkStatus();
  std::vector<std::string> parts;
  for (const auto& [type, count] : counts) parts.push_back(fmt::format("{} ({})", type, count));
  return Failure(
      fmt::format("the model has operators that cannot be converted: {}. A golden run shows it all "
                  "the same; --output_tensor with a tensor before them converts what comes first, "
                  "--input_tensor with one behind them what comes after",
                  Join(parts, ", ")));
}

Status CutToOutputs(State& state) {
  // Inputs that the model itself does not use stay: whoever feeds the model feeds them too.
  if (state.options.output_tensors.empty()) return DropUnusedNodes(state);
  ACC_RETURN_IF_ERROR(ChooseOutputs(state));
  const std::unordered_set<std::string> needed = Needed(state.graph);
  DropNodes(state, needed);
  std::erase_if(state.graph.inputs, [&](const ValueInfo& input) {
    if (needed.contains(input.name)) return false;
    state.Remove(input.name, kReason);
    return true;
  });
  return OkStatus();
}

}  // namespace acc::convert

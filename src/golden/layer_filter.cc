// SPDX-License-Identifier: BSD-3-Clause
#include "golden/layer_filter.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/text.h"

namespace acc::golden {
namespace {

// The names by which a user may mean a node.
bool Means(const model::Node& node, const std::string& layer) {
  return node.name == layer || std::ranges::find(node.outputs, layer) != node.outputs.end();
}

std::vector<std::string> AllNames(const model::Graph& graph) {
  std::vector<std::string> names;
  for (const model::Node& node : graph.nodes) {
    names.push_back(node.name);
    names.insert(names.end(), node.outputs.begin(), node.outputs.end());
  }
  return names;
}

Result<std::size_t> IndexOf(const model::Graph& graph, const std::string& layer, const char* flag) {
  const auto found = std::ranges::find_if(
      graph.nodes, [&](const model::Node& node) { return Means(node, layer); });
  if (found == graph.nodes.end()) {
    return UsageError(std::string(flag) + " names '" + Printable(layer) +
                      "', but the model has no such tensor or node." +
                      DidYouMean(layer, AllNames(graph)));
  }
  return static_cast<std::size_t>(found - graph.nodes.begin());
}

Status CheckTypes(const model::Graph& graph, const std::vector<std::string>& types,
                  const char* flag) {
  std::set<std::string> known;
  for (const model::Node& node : graph.nodes) known.insert(node.op_type);
  const std::vector<std::string> list(known.begin(), known.end());
  for (const std::string& type : types) {
    if (std::ranges::none_of(list, [&](const auto& k) { return ToLower(k) == ToLower(type); })) {
      return UsageError(std::string(flag) + " names operator type '" + Printable(type) +
                        "', but the model has none; it has: " + Join(list, ", ") + "." +
                        DidYouMean(type, list));
    }
  }
  return OkStatus();
}

Status CheckNames(const model::Graph& graph, const LayerFilter& filter) {
  for (const std::string& layer : filter.add_outputs) {
    ACC_RETURN_IF_ERROR(IndexOf(graph, layer, "--add_layer_outputs").status());
  }
  for (const std::string& layer : filter.skip_outputs) {
    ACC_RETURN_IF_ERROR(IndexOf(graph, layer, "--skip_layer_outputs").status());
  }
  ACC_RETURN_IF_ERROR(CheckTypes(graph, filter.add_types, "--add_layer_types"));
  return CheckTypes(graph, filter.skip_types, "--skip_layer_types");
}

bool HasType(const model::Node& node, const std::vector<std::string>& types) {
  return std::ranges::any_of(
      types, [&](const auto& type) { return ToLower(type) == ToLower(node.op_type); });
}

bool Names(const std::vector<std::string>& layers, const model::Node& node,
           const std::string& output) {
  return std::ranges::any_of(
      layers, [&](const auto& layer) { return layer == output || layer == node.name; });
}

bool Selected(const LayerFilter& filter, const model::Node& node, const std::string& output) {
  if (output.empty()) return false;
  if (Names(filter.skip_outputs, node, output) || HasType(node, filter.skip_types)) return false;
  if (filter.add_outputs.empty() && filter.add_types.empty()) return true;
  return Names(filter.add_outputs, node, output) || HasType(node, filter.add_types);
}

}  // namespace

Result<std::vector<std::string>> SelectTensors(const model::Graph& graph,
                                               const LayerFilter& filter) {
  ACC_RETURN_IF_ERROR(CheckNames(graph, filter));
  if (graph.nodes.empty()) {
    return Failure("the model has no nodes: nothing is computed that could be compared");
  }
  std::size_t first = 0;
  std::size_t last = std::numeric_limits<std::size_t>::max();
  if (!filter.start.empty()) {
    ACC_ASSIGN_OR_RETURN(first, IndexOf(graph, filter.start, "--start_layer"));
  }
  if (!filter.end.empty()) {
    ACC_ASSIGN_OR_RETURN(last, IndexOf(graph, filter.end, "--end_layer"));
  }
  std::vector<std::string> selected;
  for (std::size_t i = first; i < graph.nodes.size() && i <= last; ++i) {
    for (const std::string& output : graph.nodes[i].outputs) {
      if (Selected(filter, graph.nodes[i], output)) selected.push_back(output);
    }
  }
  if (selected.empty()) {
    return UsageError(
        "the layer filters leave no tensor to capture. Loosen --add_layer_*, "
        "--skip_layer_*, --start_layer or --end_layer.");
  }
  return selected;
}

}  // namespace acc::golden

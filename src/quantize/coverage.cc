// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "quantize/operators.h"

namespace acc::quantize {
namespace {

using model::Graph;
using model::Node;
using Names = std::set<std::string>;

std::size_t InnerNodes(const Node& node) {
  std::size_t count = 0;
  for (const auto& subgraph : model::Subgraphs(node)) {
    count += subgraph->nodes.size();
    for (const Node& inner : subgraph->nodes) count += InnerNodes(inner);
  }
  return count;
}

class Counter {
 public:
  Counter(const Graph& graph, const Types& types, const QuantizedGraph& quantized,
          bool weights_stay_float)
      : graph_(graph),
        types_(types),
        quantized_(quantized),
        weights_stay_float_(weights_stay_float) {
    for (const ValueInfo& output : graph.outputs) read_.insert(output.name);
    for (const Node& node : graph.nodes) {
      read_.insert(node.inputs.begin(), node.inputs.end());
      const std::vector<std::string> outer = model::OuterReads(node);
      read_.insert(outer.begin(), outer.end());
    }
    for (const Node& node : quantized.graph.nodes) {
      twins_.emplace(node.name, &node);
      if (node.op_type == "DequantizeLinear") dequantized_.insert(node.outputs.front());
      if (node.op_type == "QuantizeLinear") into_quantize_.insert(node.inputs.front());
    }
  }

  Coverage Count() {
    Coverage coverage;
    for (const Node& node : graph_.nodes) {
      if (FromShapes(node) || !IsCompute(node)) continue;
      ++coverage.compute_nodes;
      const auto twin = twins_.find(node.name);
      if (twin != twins_.end() && IsQuantized(node, *twin->second)) continue;
      coverage.left_float.push_back({node.name, node.op_type, InnerNodes(node)});
    }
    return coverage;
  }

 private:
  // A Shape or Size, or a node all of whose variable inputs come from those.
  bool FromShapes(const Node& node) {
    bool is_from_shapes = node.op_type == "Shape" || node.op_type == "Size";
    if (!is_from_shapes) {
      std::vector<std::string> variable = model::OuterReads(node);
      variable.insert(variable.end(), node.inputs.begin(), node.inputs.end());
      std::erase_if(variable, [&](const std::string& name) {
        return name.empty() || graph_.initializers.contains(name);
      });
      is_from_shapes =
          !variable.empty() && std::ranges::all_of(variable, [&](const std::string& name) {
            return from_shapes_.contains(name);
          });
    }
    if (is_from_shapes) from_shapes_.insert(node.outputs.begin(), node.outputs.end());
    return is_from_shapes;
  }

  ElementType TypeOf(const std::string& tensor) const {
    if (const auto info = types_.find(tensor); info != types_.end()) return info->second.type;
    const auto input = std::ranges::find(graph_.inputs, tensor, &ValueInfo::name);
    return input == graph_.inputs.end() ? ElementType::kUndefined : input->type;
  }

  bool MayBeFloat(const std::string& tensor) const {
    if (tensor.empty()) return false;
    if (const auto constant = graph_.initializers.find(tensor);
        constant != graph_.initializers.end()) {
      return constant->second.type() == ElementType::kFloat32;
    }
    const ElementType type = TypeOf(tensor);
    return type == ElementType::kFloat32 || type == ElementType::kUndefined;
  }

  bool IsFloatData(const Node& node, std::size_t input) const {
    return RoleOf(node, input) != InputRole::kPlain && MayBeFloat(node.inputs[input]);
  }

  bool IsFloatOutput(const std::string& output) const {
    return MayBeFloat(output) && read_.contains(output);
  }

  bool IsCompute(const Node& node) const {
    const std::vector<std::string> outer = model::OuterReads(node);
    bool reads = std::ranges::any_of(outer, [&](const auto& name) { return MayBeFloat(name); });
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      reads = reads || IsFloatData(node, input);
    }
    return reads && std::ranges::any_of(node.outputs,
                                        [&](const auto& output) { return IsFloatOutput(output); });
  }

  bool IsFused(const std::string& tensor) const { return quantized_.fused.contains(tensor); }

  // `twin` is the node in the quantized graph.
  bool IsQuantized(const Node& node, const Node& twin) const {
    if (!model::Subgraphs(node).empty()) return false;
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      const std::string& name = node.inputs[input];
      if (!IsFloatData(node, input) || IsFused(name)) continue;
      if (weights_stay_float_ && graph_.initializers.contains(name)) continue;
      if (!dequantized_.contains(twin.inputs[input])) return false;
    }
    for (std::size_t output = 0; output < node.outputs.size(); ++output) {
      const std::string& name = node.outputs[output];
      if (!IsFloatOutput(name) || IsFused(name)) continue;
      if (!into_quantize_.contains(twin.outputs[output])) return false;
    }
    return true;
  }

  const Graph& graph_;
  const Types& types_;
  const QuantizedGraph& quantized_;
  const bool weights_stay_float_;
  std::map<std::string, const Node*> twins_;  // In the quantized graph, by name.
  Names read_;
  Names dequantized_;
  Names into_quantize_;
  Names from_shapes_;
};

std::string Described(const FloatNode& node) {
  const std::string name = fmt::format("'{}'", Printable(node.name));
  return node.inner_nodes == 0 ? name
                               : fmt::format("{} with {} nodes inside", name, node.inner_nodes);
}

// "2 Loop ('l' with 12 nodes inside, 'm')"
std::string Group(const std::string& op_type, const std::vector<const FloatNode*>& nodes) {
  constexpr std::size_t kMostNamed = 5;
  std::vector<std::string> named;
  for (const FloatNode* node : nodes) {
    if (named.size() < kMostNamed) named.push_back(Described(*node));
  }
  std::string text = nodes.size() == 1 ? "" : fmt::format("{} ", nodes.size());
  text += fmt::format("{} ({}", Printable(op_type), Join(named, ", "));
  if (nodes.size() > kMostNamed) text += fmt::format(" and {} more", nodes.size() - kMostNamed);
  return text + ")";
}

}  // namespace

Coverage CoverageOf(const Graph& graph, const Types& types, const QuantizedGraph& quantized,
                    bool weights_stay_float) {
  return Counter(graph, types, quantized, weights_stay_float).Count();
}

std::string Summary(const Coverage& coverage) {
  if (coverage.compute_nodes == 0) return "";
  if (coverage.left_float.empty()) {
    return coverage.compute_nodes == 1
               ? "the only compute node is quantized"
               : fmt::format("all {} compute nodes are quantized", coverage.compute_nodes);
  }
  std::map<std::string, std::vector<const FloatNode*>> by_type;
  for (const FloatNode& node : coverage.left_float) by_type[node.op_type].push_back(&node);
  std::vector<std::pair<std::size_t, std::string>> groups;
  for (const auto& [op_type, nodes] : by_type) {
    groups.emplace_back(nodes.size(), Group(op_type, nodes));
  }
  std::ranges::stable_sort(groups, std::ranges::greater(), [](const auto& g) { return g.first; });
  std::vector<std::string> texts;
  for (const auto& [count, text] : groups) texts.push_back(text);
  return fmt::format("{} of {} compute nodes stayed float: {}", coverage.left_float.size(),
                     coverage.compute_nodes, Join(texts, ", "));
}

}  // namespace acc::quantize

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "convert/state.h"
#include "model/random_numbers.h"

namespace acc::convert {
namespace {

using model::Graph;
using model::Node;

constexpr const char* kReason = "folded into a constant";

// A result may be this much larger than what it is made of; a Range or an Expand that makes
// hundreds of megabytes of a few numbers stays a node.
constexpr std::uint64_t kMaxGrowthBytes = std::uint64_t{64} << 20;

// Operators whose results no inference can tell the dims of, but which are never much larger than
// the inputs.
constexpr std::array<std::string_view, 4> kBoundedOperators = {"Compress", "NonMaxSuppression",
                                                               "NonZero", "Unique"};

// Operators that can make much of little. They wait until inference can tell the dims.
constexpr std::array<std::string_view, 9> kGrowingOperators = {
    "ConstantOfShape", "Expand", "EyeLike", "OneHot", "Pad", "Range", "Resize", "Tile", "Upsample",
};

template <std::size_t size>
bool Holds(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Domains whose operators are known to be functions.
constexpr std::array<std::string_view, 3> kPureDomains = {"", "ai.onnx.ml", "com.microsoft"};

// The value of a Constant node; nothing for one of strings, which stays a node.
std::optional<Tensor> ValueOf(const Node& node) {
  if (node.op_type != "Constant" || !node.domain.empty() || node.attributes.size() != 1) return {};
  const auto& [form, value] = *node.attributes.begin();
  if (const auto* tensor = std::get_if<Tensor>(&value)) return *tensor;
  if (const auto* number = std::get_if<float>(&value)) {
    return Tensor::FromFloats({}, std::span(number, 1));
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return Tensor::FromInt64s({}, std::span(number, 1));
  }
  if (const auto* numbers = std::get_if<std::vector<float>>(&value)) {
    return Tensor::FromFloats({static_cast<std::int64_t>(numbers->size())}, *numbers);
  }
  if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value)) {
    return Tensor::FromInt64s({static_cast<std::int64_t>(numbers->size())}, *numbers);
  }
  return {};
}

// The value of a Shape or Size node whose input has static dims.
std::optional<Tensor> StaticShape(const State& state, const Node& node) {
  const bool is_shape = node.op_type == "Shape";
  if ((!is_shape && node.op_type != "Size") || !node.domain.empty() || node.inputs.size() != 1) {
    return {};
  }
  const Shape* dims = state.StaticDims(node.inputs[0]);
  if (dims == nullptr) return {};
  if (!is_shape) {
    const auto count = ElementCount(*dims);
    if (!count) return {};
    const auto size = static_cast<std::int64_t>(*count);
    return Tensor::FromInt64s({}, std::span(&size, 1));
  }
  const auto rank = static_cast<std::int64_t>(dims->size());
  const auto position = [&](const char* attribute, std::int64_t fallback) {
    const auto axis = node.Get<std::int64_t>(attribute, fallback);
    return std::clamp<std::int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  const std::int64_t start = position("start", 0);
  const std::int64_t end = std::max(start, position("end", rank));
  const Shape slice(dims->begin() + start, dims->begin() + end);
  return Tensor::FromInt64s({end - start}, slice);
}

// Replaces nodes that `value` knows the result of. A graph output must stay the output of a node.
template <typename ValueFunction>
bool ReplaceByInitializers(State& state, const ValueFunction& value) {
  const std::size_t before = state.graph.nodes.size();
  std::erase_if(state.graph.nodes, [&](const Node& node) {
    if (node.outputs.size() != 1 || model::IsGraphOutput(state.graph, node.outputs[0])) {
      return false;
    }
    std::optional<Tensor> tensor = value(node);
    if (!tensor) return false;
    state.graph.initializers.insert_or_assign(node.outputs[0], std::move(*tensor));
    state.Remove(node.outputs[0], kReason);
    return true;
  });
  return state.graph.nodes.size() != before;
}

bool ReplaceConstantNodes(State& state) {
  return ReplaceByInitializers(state, [](const Node& node) { return ValueOf(node); });
}

Result<bool> ReplaceStaticShapes(State& state) {
  const bool any = std::ranges::any_of(state.graph.nodes, [](const Node& node) {
    return node.domain.empty() && (node.op_type == "Shape" || node.op_type == "Size");
  });
  if (!any) return false;
  ACC_RETURN_IF_ERROR(state.UpdateTypes());
  return ReplaceByInitializers(state, [&](const Node& node) { return StaticShape(state, node); });
}

// True for operators whose results are sequences, optional values or strings.
bool MakesNoTensor(const Node& node) {
  constexpr std::int64_t kOnnxString = 8;
  return node.op_type.starts_with("Sequence") || node.op_type.starts_with("Optional") ||
         node.op_type.starts_with("String") || node.op_type == "SplitToSequence" ||
         (node.op_type == "Cast" && node.Get<std::int64_t>("to", 0) == kOnnxString);
}

bool IsPure(const Node& node) {
  return !model::IsRandomOperator(node) && Holds(kPureDomains, node.domain) &&
         node.op_type != "Constant" && !MakesNoTensor(node) && model::Subgraphs(node).empty();
}

// The nodes that depend on initializers only, as a graph of their own.
class ConstantPart {
 public:
  explicit ConstantPart(State& state) : state_(state) {
    Graph candidates = EmptyGraph();
    for (const Node& node : state.graph.nodes) {
      if (MayFold(node)) Add(node, candidates);
    }
    graph_ = std::move(candidates);
  }

  bool empty() const { return graph_.nodes.empty(); }

  // Leaves out what grows too much and what has no tensors for results.
  Status DropLargeResults() {
    DeclareOutputs([](const std::string&) { return true; });
    ACC_ASSIGN_OR_RETURN(const auto types, state_.oracle.InferTypes(graph_));
    const Graph candidates = std::move(graph_);
    graph_ = EmptyGraph();
    known_bytes_.clear();
    for (const Node& node : candidates.nodes) {
      if (MayFold(node) && IsSmall(node, types)) Add(node, graph_);
    }
    return OkStatus();
  }

  // Evaluates what is left and moves it out of the state's graph.
  Status Fold() {
    std::unordered_set<std::string> folded;
    for (const Node& node : graph_.nodes) folded.insert(node.outputs.begin(), node.outputs.end());
    std::erase_if(state_.graph.nodes, [&](const Node& node) {
      const bool is_folded = !node.outputs.empty() && folded.contains(node.outputs[0]);
      if (!is_folded) return false;
      for (const std::string& output : node.outputs) state_.Remove(output, kReason);
      return true;
    });
    const model::Connections left(state_.graph);
    DeclareOutputs([&](const std::string& name) { return !left.Consumers(name).empty(); });
    if (graph_.outputs.empty()) return OkStatus();
    ACC_ASSIGN_OR_RETURN(auto values, state_.oracle.Evaluate(graph_));
    for (const ValueInfo& output : graph_.outputs) {
      const auto value = values.find(output.name);
      if (value == values.end()) return Failure("the runtime gave no value for " + output.name);
      state_.graph.initializers.insert_or_assign(output.name, std::move(value->second));
    }
    return OkStatus();
  }

 private:
  Graph EmptyGraph() const {
    Graph graph;
    graph.name = "constants";
    graph.ir_version = state_.graph.ir_version;
    graph.opsets = state_.graph.opsets;
    return graph;
  }

  bool MayFold(const Node& node) const {
    return IsPure(node) && !node.outputs.empty() && !node.outputs[0].empty() &&
           std::ranges::all_of(node.inputs,
                               [&](const std::string& input) {
                                 return input.empty() || known_bytes_.contains(input) ||
                                        state_.Constant(input) != nullptr;
                               }) &&
           std::ranges::none_of(node.outputs, [&](const std::string& output) {
             return model::IsGraphOutput(state_.graph, output);
           });
  }

  void Add(const Node& node, Graph& graph) {
    for (const std::string& input : node.inputs) {
      if (const Tensor* constant = state_.Constant(input)) graph.initializers[input] = *constant;
    }
    for (const std::string& output : node.outputs) known_bytes_.try_emplace(output, 0);
    graph.nodes.push_back(node);
  }

  bool ReadsInitializersOnly(const Node& node) const {
    return std::ranges::all_of(node.inputs, [&](const std::string& input) {
      return input.empty() || state_.Constant(input) != nullptr;
    });
  }

  bool IsSmall(const Node& node, const std::map<std::string, ValueInfo>& types) {
    if (Holds(kBoundedOperators, node.op_type)) return ReadsInitializersOnly(node);
    std::uint64_t budget = kMaxGrowthBytes;
    for (const std::string& input : node.inputs) {
      const Tensor* constant = state_.Constant(input);
      budget += constant != nullptr ? constant->bytes().size() : known_bytes_[input];
    }
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;
      const auto info = types.find(output);
      if (info == types.end() || !info->second.has_rank) {
        // Runtimes do not tell a scalar from a tensor of no known rank. All inputs are constants,
        // so that it is a scalar.
        if (Holds(kGrowingOperators, node.op_type)) return false;
        continue;
      }
      const auto count = ElementCount(info->second.dims);
      if (!count || *count > budget) return false;
      const std::uint64_t bytes = ByteSize(info->second.type, *count);
      if (bytes > budget || ByteSize(info->second.type, 1) == 0) return false;
      known_bytes_[output] = bytes;
    }
    return true;
  }

  template <typename Predicate>
  void DeclareOutputs(const Predicate& wanted) {
    graph_.outputs.clear();
    for (const Node& node : graph_.nodes) {
      for (const std::string& output : node.outputs) {
        if (output.empty() || !wanted(output)) continue;
        graph_.outputs.push_back({.name = output, .has_rank = false});
      }
    }
  }

  State& state_;
  Graph graph_;
  std::unordered_map<std::string, std::uint64_t> known_bytes_;  // Of folded results.
};

Result<bool> EvaluateConstantPart(State& state) {
  ConstantPart part(state);
  if (part.empty()) return false;
  ACC_RETURN_IF_ERROR(part.DropLargeResults());
  if (part.empty()) return false;
  ACC_RETURN_IF_ERROR(part.Fold());
  return true;
}

}  // namespace

Status FoldConstants(State& state) {
  ReplaceConstantNodes(state);
  for (bool changed = state.options.fold_constants; changed;) {
    const bool branches = InlineConstantIfs(state);
    if (branches) ReplaceConstantNodes(state);
    ACC_ASSIGN_OR_RETURN(const bool shapes, ReplaceStaticShapes(state));
    ACC_ASSIGN_OR_RETURN(const bool values, EvaluateConstantPart(state));
    changed = branches || shapes || values;
    if (changed) state.TypesMayImprove();
  }
  DropUnusedInitializers(state.graph);
  return OkStatus();
}

}  // namespace acc::convert

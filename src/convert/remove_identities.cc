// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "convert/rename.h"
#include "convert/state.h"

namespace acc::convert {
namespace {

using model::Node;

// Of an ONNX file: the same numbers in two encodings are two tensors of the target. In files of
// other formats the second one is not kept.
bool KeepsEncoding(const State& state, const Node& node) {
  if (!state.graph.onnx_quantization.is_read) return true;
  const auto before = state.graph.source_tensors.find(node.inputs[0]);
  const auto after = state.graph.source_tensors.find(node.outputs[0]);
  const auto none = state.graph.source_tensors.end();
  if (before == none || after == none) return true;
  if (!before->second.encoding || !after->second.encoding) return true;
  return std::ranges::equal(before->second.encoding->channels, after->second.encoding->channels,
                            [](const Encoding& a, const Encoding& b) {
                              return a.scale == b.scale && a.offset == b.offset &&
                                     a.bitwidth == b.bitwidth;
                            });
}

// Dropout does nothing outside training.
bool IsInference(const State& state, const Node& node) {
  if (node.inputs.size() < 3 || node.inputs[2].empty()) return true;
  const Tensor* training = state.Constant(node.inputs[2]);
  return training != nullptr && training->size() == 1 && training->bytes()[0] == std::byte{0};
}

bool KeepsDims(const State& state, const Node& node) {
  const Shape* before = state.StaticDims(node.inputs[0]);
  const Shape* after = state.StaticDims(node.outputs[0]);
  return before != nullptr && after != nullptr && *before == *after;
}

bool KeepsType(const State& state, const Node& node) {
  const ValueInfo* before = state.TypeOf(node.inputs[0]);
  const ValueInfo* after = state.TypeOf(node.outputs[0]);
  return before != nullptr && after != nullptr && before->type == after->type &&
         before->type != ElementType::kUndefined;
}

bool KeepsAxes(const State&, const Node& node) {
  const auto permutation = node.Get<std::vector<std::int64_t>>("perm", {});
  std::vector<std::int64_t> sorted(permutation.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  return !permutation.empty() && permutation == sorted;
}

bool HasOneInput(const State&, const Node& node) { return node.inputs.size() == 1; }

// An operator, and when its first output has the value of its first input.
struct IdentityRow {
  std::string_view op_type;
  bool (*is_identity)(const State&, const Node&);
};

constexpr std::array kIdentities = {
    IdentityRow{"Cast", &KeepsType},         IdentityRow{"CastLike", &KeepsType},
    IdentityRow{"Concat", &HasOneInput},     IdentityRow{"Dropout", &IsInference},
    IdentityRow{"Expand", &KeepsDims},       IdentityRow{"Flatten", &KeepsDims},
    IdentityRow{"Identity", &KeepsEncoding}, IdentityRow{"Reshape", &KeepsDims},
    IdentityRow{"Squeeze", &KeepsDims},      IdentityRow{"Tile", &KeepsDims},
    IdentityRow{"Transpose", &KeepsAxes},
};

bool IsIdentity(const State& state, const Node& node) {
  const auto row = std::ranges::find(kIdentities, node.op_type, &IdentityRow::op_type);
  return row != kIdentities.end() && node.domain.empty() && !node.inputs.empty() &&
         !node.inputs[0].empty() && !node.outputs.empty() && !node.outputs[0].empty() &&
         row->is_identity(state, node);
}

// Goes through the nodes once, in topological order: what a later node reads is renamed when it is
// reached.
class IdentityRemover {
 public:
  explicit IdentityRemover(State& state) : state_(state), connections_(state.graph) {
    std::vector<Node>& nodes = state.graph.nodes;
    for (std::size_t index = 0; index < nodes.size(); ++index) {
      for (const std::string& output : nodes[index].outputs) producer_[output] = index;
    }
  }

  void Run() {
    std::vector<Node>& nodes = state_.graph.nodes;
    std::vector<bool> removed(nodes.size());
    for (std::size_t index = 0; index < nodes.size(); ++index) {
      if (!renamed_.empty()) RenameReads(nodes[index], renamed_);
      removed[index] = HasNoOtherOutput(nodes[index]) && IsIdentity(state_, nodes[index]) &&
                       Bypass(nodes[index]);
    }
    std::size_t index = 0;
    std::erase_if(nodes, [&](const Node&) { return removed[index++]; });
  }

 private:
  bool HasNoOtherOutput(const Node& node) const {
    return std::all_of(node.outputs.begin() + (node.outputs.empty() ? 0 : 1), node.outputs.end(),
                       [&](const std::string& output) {
                         return output.empty() || (connections_.Consumers(output).empty() &&
                                                   !model::IsGraphOutput(state_.graph, output));
                       });
  }

  // False where the node must stay because both names belong to the outside.
  bool Bypass(const Node& node) {
    const std::string input = node.inputs[0];  // Copies: the node is about to change.
    const std::string output = node.outputs[0];
    for (std::size_t index = 1; index < node.outputs.size(); ++index) {
      state_.Remove(node.outputs[index], "not needed for the outputs");
    }
    const bool output_is_fixed = model::IsGraphOutput(state_.graph, output);
    const bool input_is_fixed = model::IsGraphOutput(state_.graph, input) ||
                                !producer_.contains(input);  // A graph input or an initializer.
    if (output_is_fixed && input_is_fixed) return false;
    const bool keep_output_name = output_is_fixed || (!input_is_fixed && !state_.IsSource(input));
    if (keep_output_name) {
      RenameMade(input, output);
    } else {
      renamed_[output] = input;
      state_.RemoveTwin(output, input);
    }
    return true;
  }

  // The node that makes `from` makes `to` instead. Nodes that read it may lie before as well as
  // after the one that is being looked at.
  void RenameMade(const std::string& from, const std::string& to) {
    std::vector<Node>& nodes = state_.graph.nodes;
    const std::size_t maker = producer_.at(from);
    const NameMap change = {{from, to}};
    std::ranges::replace(nodes[maker].outputs, from, to);
    for (std::size_t index = maker + 1; index < nodes.size(); ++index) {
      RenameReads(nodes[index], change);
    }
    producer_[to] = maker;
    producer_.erase(from);
    for (auto& [old_name, new_name] : renamed_) {
      if (new_name == from) new_name = to;
    }
    state_.RemoveTwin(from, to);
  }

  State& state_;
  const model::Connections connections_;
  std::unordered_map<std::string, std::size_t> producer_;
  NameMap renamed_;
};

bool IsEmpty(const State& state, const std::string& tensor) {
  const Tensor* constant = state.Constant(tensor);
  const Shape* dims = constant != nullptr ? &constant->dims() : state.StaticDims(tensor);
  return dims != nullptr && std::ranges::count(*dims, 0) > 0;
}

// Loops that were written out fill a list from nothing on. Targets have no tensors without
// elements.
void DropEmptyParts(State& state) {
  for (Node& node : state.graph.nodes) {
    if (node.op_type != "Concat" || !node.domain.empty()) continue;
    std::vector<std::string> parts = node.inputs;
    std::erase_if(parts, [&](const std::string& part) { return IsEmpty(state, part); });
    if (!parts.empty()) node.inputs = std::move(parts);
  }
}

}  // namespace

Status RemoveIdentities(State& state) {
  ACC_RETURN_IF_ERROR(state.UpdateTypes());
  DropEmptyParts(state);
  DropUnusedInitializers(state.graph);
  IdentityRemover(state).Run();
  return OkStatus();
}

}  // namespace acc::convert

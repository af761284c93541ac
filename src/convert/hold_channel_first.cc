// SPDX-License-Identifier: BSD-3-Clause
// Holds images of a translated channel-last graph channel-first between the operators that work on
// them.
//
// The translation makes three nodes of such an operator: a Transpose to channel-first, the
// operator, a Transpose back. One walk in topological order absorbs these Transposes and keeps, for
// each tensor, the forms it exists in: as the source has it, channel-first, or both. An operator
// that works in either order (AxisUse in the table of operators) is made anew on channel-first
// values as soon as one of its inputs is held so, with its axes renumbered; any other reads its
// inputs as the source has them, by a Transpose that is made once.
//
// What stays true: a tensor of the source keeps its name and its values, in the order that its
// SourceTensor::held says, and the graph's inputs and outputs keep the source's order.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "convert/rename.h"
#include "convert/state.h"
#include "model/onnx/operators.h"
#include "model/unique_names.h"
#include "tensor/layout.h"

namespace acc::convert {
namespace {

using model::Node;
using Axes = std::vector<std::int64_t>;

bool IsReduction(std::string_view type) { return type.starts_with("Reduce"); }

Axes ChannelFirstOrder(std::size_t rank) {
  const Permutation order = FromSource(AxisOrder::kChannelFirst, rank);
  return {order.begin(), order.end()};
}

Axes ChannelLastOrder(std::size_t rank) {
  const Permutation order = FromSource(AxisOrder::kChannelLast, rank);
  return {order.begin(), order.end()};
}

// Where the source's axis is in a channel-first value.
std::int64_t PlaceOf(std::int64_t axis, std::size_t rank) {
  const Axes order = ChannelFirstOrder(rank);
  return std::ranges::find(order, axis) - order.begin();
}

std::optional<std::int64_t> FromZero(std::int64_t axis, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  if (axis < 0) axis += count;
  if (axis < 0 || axis >= count) return std::nullopt;
  return axis;
}

// Goes through the nodes once, in topological order, and makes them anew. What the graph called x
// may now exist as it was, channel-first, or in both forms.
class Holder {
 public:
  explicit Holder(State& state) : state_(state), old_(std::move(state.graph.nodes)) {
    state_.graph.nodes.clear();
    for (const ValueInfo& output : state_.graph.outputs) outputs_.insert(output.name);
    for (const Node& node : old_) node_names_.Take(node.name);
  }

  void Run() {
    for (Node& node : old_) {
      if (AbsorbToChannelFirst(node) || AbsorbToChannelLast(node) || EmitChannelFirst(node) ||
          EmitReduced(node))
        continue;
      for (std::string& input : node.inputs) input = AsItWas(input);
      Emit(std::move(node));
    }
    for (const ValueInfo& output : state_.graph.outputs) {
      if (channel_first_.contains(output.name) && !as_it_was_.contains(output.name)) {
        EmitTranspose(channel_first_.at(output.name), output.name,
                      ChannelLastOrder(*RankOf(output.name)));
      }
    }
    for (Node& node : state_.graph.nodes) {
      RenameReads(node, renamed_);
      for (std::string& output : node.outputs) {
        const auto found = renamed_.find(output);
        if (found != renamed_.end()) output = found->second;
      }
    }
    DropUnusedInitializers(state_.graph);
    state_.TypesMayImprove();
  }

 private:
  void Emit(Node node) {
    for (const std::string& output : node.outputs) made_.insert(output);
    state_.graph.nodes.push_back(std::move(node));
  }

  void EmitTranspose(const std::string& from, const std::string& to, Axes order) {
    Node node;
    node.name = node_names_.Take(to);
    node.op_type = "Transpose";
    node.inputs = {from};
    node.outputs = {to};
    node.attributes["perm"] = std::move(order);
    Emit(std::move(node));
  }

  std::optional<std::size_t> RankOf(const std::string& tensor) const {
    if (const Tensor* constant = state_.Constant(tensor)) return constant->dims().size();
    const ValueInfo* info = state_.TypeOf(tensor);
    if (info == nullptr || !info->has_rank) return std::nullopt;
    return info->dims.size();
  }

  bool IsSourceTensor(const std::string& tensor) const {
    return state_.graph.source_tensors.contains(tensor);
  }

  std::string ChannelFirstName(const std::string& tensor) {
    return state_.NewName(tensor + "_channel_first");
  }

  std::string AsItWas(const std::string& tensor) {
    const auto known = as_it_was_.find(tensor);
    if (known != as_it_was_.end()) return known->second;
    const auto first = channel_first_.find(tensor);
    if (first == channel_first_.end()) return tensor;
    const std::string name =
        outputs_.contains(tensor) ? tensor : state_.NewName(tensor + "_channel_last");
    EmitTranspose(first->second, name, ChannelLastOrder(*RankOf(tensor)));
    return as_it_was_[tensor] = name;
  }

  std::string ChannelFirst(const std::string& tensor, std::size_t rank) {
    const auto known = channel_first_.find(tensor);
    if (known != channel_first_.end()) return known->second;
    const std::string name = ChannelFirstName(tensor);
    EmitTranspose(AsItWas(tensor), name, ChannelFirstOrder(rank));
    as_it_was_.emplace(tensor, tensor);
    return channel_first_[tensor] = name;
  }

  // The value is the tensor, channel-first, under the tensor's name where that is free.
  void HoldChannelFirst(const std::string& tensor, const std::string& value) {
    channel_first_[tensor] = value;
    if (outputs_.contains(tensor) || !IsSourceTensor(tensor)) return;
    renamed_[value] = tensor;
    state_.graph.source_tensors[tensor].held = AxisOrder::kChannelFirst;
  }

  static bool HasPerm(const Node& node, Axes (*order)(std::size_t)) {
    if (node.op_type != "Transpose" || !node.domain.empty()) return false;
    const Axes perm = node.Get<Axes>("perm", {});
    return perm.size() >= 3 && perm.size() <= 5 && perm == order(perm.size());
  }

  // The beginning of what an operator on images does.
  bool AbsorbToChannelFirst(const Node& node) {
    if (!HasPerm(node, &ChannelFirstOrder) || state_.Constant(node.inputs[0]) != nullptr)
      return false;
    const std::string& output = node.outputs[0];
    if (IsSourceTensor(output) || outputs_.contains(output)) return false;
    as_it_was_[output] = ChannelFirst(node.inputs[0], node.Get<Axes>("perm", {}).size());
    return true;
  }

  // Its end.
  bool AbsorbToChannelLast(const Node& node) {
    if (!HasPerm(node, &ChannelLastOrder)) return false;
    const std::string value = AsItWas(node.inputs[0]);
    const std::string& output = node.outputs[0];
    const bool is_own = made_.contains(value) && !IsSourceTensor(value) &&
                        !outputs_.contains(value) && !renamed_.contains(value);
    if (!is_own || !IsSourceTensor(output)) {
      channel_first_[output] = value;
      EmitTranspose(value, output, ChannelLastOrder(node.Get<Axes>("perm", {}).size()));
      as_it_was_[output] = output;
      return true;
    }
    HoldChannelFirst(output, value);
    return true;
  }

  bool IsHeldChannelFirst(const std::string& tensor, std::size_t rank) const {
    return channel_first_.contains(tensor) && RankOf(tensor) == rank;
  }

  // Operators that work on a channel-first value as well, if one of their inputs is there in that
  // form.
  bool EmitChannelFirst(Node& node) {
    if (!node.domain.empty() || node.outputs.empty() || node.inputs.empty()) return false;
    const auto rank = RankOf(node.outputs[0]);
    if (!rank || *rank < 3 || *rank > 5) return false;
    const bool any = std::ranges::any_of(
        node.inputs, [&](const std::string& input) { return IsHeldChannelFirst(input, *rank); });
    if (!any) return false;
    Node changed = node;
    if (!Change(changed, *rank)) return false;
    std::vector<std::string> outputs = changed.outputs;
    for (std::string& output : changed.outputs) {
      if (!output.empty()) output = ChannelFirstName(output);
    }
    const std::vector<std::string> values = changed.outputs;
    Emit(std::move(changed));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i].empty()) HoldChannelFirst(outputs[i], values[i]);
    }
    return true;
  }

  bool Change(Node& node, std::size_t rank) {
    switch (model::FindOperator(node).axes) {
      case model::AxisUse::kElementWise: return TakeChannelFirst(node, rank, node.inputs.size());
      case model::AxisUse::kAlongAxis:
      case model::AxisUse::kOneAxis: return ChangeAxis(node, rank);
      default: return ChangeNamedAxes(node, rank);
    }
  }

  bool ChangeAxis(Node& node, std::size_t rank) {
    const std::int64_t without = node.op_type == "Split" ? 0 : -1;
    const auto axis = FromZero(node.Get<std::int64_t>("axis", without), rank);
    const std::size_t images = node.op_type == "Concat" ? node.inputs.size() : 1;
    if (!axis || !TakeChannelFirst(node, rank, images)) return false;
    node.attributes["axis"] = PlaceOf(*axis, rank);
    return true;
  }

  bool ChangeNamedAxes(Node& node, std::size_t rank) {
    if (node.op_type == "Pad" && (node.inputs.size() < 4 || node.inputs[3].empty()))
      return ChangePad(node, rank);
    if (node.op_type == "Tile")
      return ChangePerAxis(node, 1, rank) && TakeChannelFirst(node, rank, 1);
    if (node.op_type == "Slice" && node.inputs.size() >= 4)
      return ChangeAxes(node, 3, rank) && TakeChannelFirst(node, rank, 1);
    const bool keeps = node.Get<std::int64_t>("keepdims", 1) != 0;
    if (IsReduction(node.op_type) && keeps && node.inputs.size() == 2) {
      return ChangeAxes(node, 1, rank) && TakeChannelFirst(node, rank, 1);
    }
    return false;
  }

  // Makes the first `count` inputs channel-first; false where one of them cannot be.
  bool TakeChannelFirst(Node& node, std::size_t rank, std::size_t count) {
    std::vector<std::string> taken = node.inputs;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string& input = node.inputs[i];
      if (input.empty()) continue;
      const auto own = RankOf(input);
      const bool is_constant = state_.Constant(input) != nullptr;
      if (!own || *own > rank || (!is_constant && *own != rank && *own != 0)) return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::string& input = node.inputs[i];
      if (input.empty() || *RankOf(input) == 0) continue;
      taken[i] = state_.Constant(input) != nullptr ? ChannelFirstConstant(input, rank)
                                                   : ChannelFirst(input, rank);
    }
    node.inputs = std::move(taken);
    return true;
  }

  // A constant that broadcasts to a channel-first value as it did before.
  std::string ChannelFirstConstant(const std::string& name, std::size_t rank) {
    const Tensor constant = *state_.Constant(name);
    if (constant.size() == 1 && constant.dims().size() <= 1) return name;
    const auto known = channel_first_constants_.find({name, rank});
    if (known != channel_first_constants_.end()) return known->second;
    Shape dims(rank - constant.dims().size(), 1);
    dims.insert(dims.end(), constant.dims().begin(), constant.dims().end());
    const Permutation order = FromSource(AxisOrder::kChannelFirst, rank);
    std::vector<std::byte> bytes(constant.bytes().size());
    const Status moved =
        PermuteElements(constant.bytes(), dims, order, ByteSize(constant.type(), 1), bytes);
    auto value = Tensor::Create(constant.type(), Permute(dims, order), std::move(bytes));
    if (!moved.ok() || !value.ok()) return name;
    const std::string moved_name = ChannelFirstName(name);
    state_.graph.initializers[moved_name] = *std::move(value);
    return channel_first_constants_[{name, rank}] = moved_name;
  }

  std::optional<Axes> Integers(const Node& node, std::size_t input) const {
    if (input >= node.inputs.size()) return std::nullopt;
    const Tensor* constant = state_.Constant(node.inputs[input]);
    if (constant == nullptr) return std::nullopt;
    auto values = ToIntegers(constant->view());
    if (!values.ok()) return std::nullopt;
    return *std::move(values);
  }

  void SetIntegers(Node& node, std::size_t input, const Axes& values) {
    const std::string name = ChannelFirstName(node.inputs[input]);
    state_.graph.initializers[name] =
        Tensor::FromInt64s({static_cast<std::int64_t>(values.size())}, values);
    node.inputs[input] = name;
  }

  // An input with a list of axes.
  bool ChangeAxes(Node& node, std::size_t input, std::size_t rank) {
    auto axes = Integers(node, input);
    if (!axes) return false;
    for (std::int64_t& axis : *axes) {
      const auto from_zero = FromZero(axis, rank);
      if (!from_zero) return false;
      axis = PlaceOf(*from_zero, rank);
    }
    SetIntegers(node, input, *axes);
    return true;
  }

  // An input with a number per axis.
  bool ChangePerAxis(Node& node, std::size_t input, std::size_t rank) {
    const auto values = Integers(node, input);
    if (!values || values->size() != rank) return false;
    Axes moved;
    for (const std::int64_t axis : ChannelFirstOrder(rank))
      moved.push_back((*values)[static_cast<std::size_t>(axis)]);
    SetIntegers(node, input, moved);
    return true;
  }

  bool ChangePad(Node& node, std::size_t rank) {
    const auto pads = Integers(node, 1);
    if (!pads || pads->size() != 2 * rank || !TakeChannelFirst(node, rank, 1)) return false;
    Axes moved;
    for (const std::size_t side : {std::size_t{0}, rank}) {
      for (const std::int64_t axis : ChannelFirstOrder(rank))
        moved.push_back((*pads)[side + static_cast<std::size_t>(axis)]);
    }
    SetIntegers(node, 1, moved);
    return true;
  }

  // Operators that leave so few axes that their order is the same: a mean over all places of an
  // image, a reshape of one place.
  bool EmitReduced(Node& node) {
    if (!node.domain.empty() || node.inputs.empty() || node.outputs.size() != 1) return false;
    const auto first = channel_first_.find(node.inputs[0]);
    const auto rank = RankOf(node.inputs[0]);
    if (first == channel_first_.end() || !rank) return false;
    Node changed = node;
    const bool drops = node.op_type == "Squeeze" ||
                       (IsReduction(node.op_type) && node.Get<std::int64_t>("keepdims", 1) == 0);
    if (drops && !(LeavesOrder(node, *rank) && ChangeAxes(changed, 1, *rank))) return false;
    if (!drops && !(node.op_type == "Reshape" && MovesNothing(node.inputs[0]))) return false;
    changed.inputs[0] = first->second;
    Emit(std::move(changed));
    return true;
  }

  bool LeavesOrder(const Node& node, std::size_t rank) const {
    const auto axes = Integers(node, 1);
    if (!axes) return false;
    std::vector<bool> gone(rank);
    for (const std::int64_t axis : *axes) {
      const auto from_zero = FromZero(axis, rank);
      if (!from_zero) return false;
      gone[static_cast<std::size_t>(*from_zero)] = true;
    }
    Axes left;
    for (const std::int64_t axis : ChannelFirstOrder(rank)) {
      if (!gone[static_cast<std::size_t>(axis)]) left.push_back(axis);
    }
    return std::ranges::is_sorted(left);
  }

  bool MovesNothing(const std::string& tensor) const {
    const Shape* dims = state_.StaticDims(tensor);
    if (dims == nullptr) return false;
    Axes left;
    for (const std::int64_t axis : ChannelFirstOrder(dims->size())) {
      if ((*dims)[static_cast<std::size_t>(axis)] != 1) left.push_back(axis);
    }
    return std::ranges::is_sorted(left);
  }

  State& state_;
  std::vector<Node> old_;
  std::unordered_set<std::string> outputs_;
  std::unordered_set<std::string> made_;
  std::unordered_map<std::string, std::string> channel_first_;  // To the channel-first value.
  std::unordered_map<std::string, std::string> as_it_was_;  // Where that is not the name itself.
  std::map<std::pair<std::string, std::size_t>, std::string> channel_first_constants_;
  NameMap renamed_;
  model::UniqueNames node_names_;
};

// Whoever holds images channel-first already has seen to it all.
bool MayHold(const model::Graph& graph) {
  const bool is_held = std::ranges::any_of(graph.source_tensors, [](const auto& entry) {
    return entry.second.held == AxisOrder::kChannelFirst;
  });
  const bool has_bodies = std::ranges::any_of(
      graph.nodes, [](const Node& node) { return !model::Subgraphs(node).empty(); });
  return graph.IsTranslated() && !is_held && !has_bodies;
}

}  // namespace

Status HoldChannelFirst(State& state) {
  if (!MayHold(state.graph)) return OkStatus();
  ACC_RETURN_IF_ERROR(state.UpdateTypes());
  Holder(state).Run();
  return OkStatus();
}

}  // namespace acc::convert

// SPDX-License-Identifier: BSD-3-Clause
// Follows the nodes in order. Operators on images make images, which the target stores channel-last
// whatever they read; operators that treat all axes alike, or whose axes can be renumbered, pass on
// what they read; others make tensors with axes of their own, in the source's order. One rank stays
// one order: a tensor of another rank is not taken for an image. What each operator does stands in
// its row (model/onnx/operators.h).
#include "convert/axis_order.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "model/onnx/operators.h"

namespace acc::convert {
namespace {

using model::AxisUse;
using model::Node;

// How the translation of a channel-last file begins what its images do.
bool IsToChannelFirst(const Node& node) {
  const auto perm = node.Get<std::vector<std::int64_t>>("perm", {});
  const Permutation order(perm.begin(), perm.end());
  return node.op_type == "Transpose" && !IsIdentity(order) &&
         order == FromSource(AxisOrder::kChannelFirst, order.size());
}

class Tracker {
 public:
  explicit Tracker(const State& state) : state_(state) {}

  void Visit(const Node& node) {
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;
      const auto rank = RankOf(output);
      const bool channel_last = rank && *rank >= 3 && *rank <= 5 && IsChannelLast(node, *rank);
      if (channel_last) channel_last_[output] = *rank;
    }
  }

  bool IsChannelLast(const std::string& tensor) const { return channel_last_.contains(tensor); }

 private:
  std::optional<std::size_t> RankOf(const std::string& tensor) const {
    const ValueInfo* info = state_.TypeOf(tensor);
    if (info == nullptr || !info->has_rank) return {};
    return info->dims.size();
  }

  bool IsChannelLast(const Node& node, std::size_t rank) const {
    switch (model::FindOperator(node).axes) {
      case AxisUse::kImage: return true;  // Whatever it reads.
      case AxisUse::kElementWise:
      case AxisUse::kAlongAxis:
      case AxisUse::kNamedAxes: return ReadsChannelLast(node, rank);
      case AxisUse::kOneAxis: return ReadsChannelLast(node, rank) && WorksOnChannels(node, rank);
      case AxisUse::kOther: return state_.graph.IsTranslated() && IsToChannelFirst(node);
    }
    return false;
  }

  bool ReadsChannelLast(const Node& node, std::size_t rank) const {
    return std::ranges::any_of(node.inputs, [&](const std::string& input) {
      const auto found = channel_last_.find(input);
      return found != channel_last_.end() && found->second == rank;
    });
  }

  bool WorksOnChannels(const Node& node, std::size_t rank) const {
    const auto axis =
        node.Get<std::int64_t>("axis", model::DefaultSoftmaxAxis(state_.graph.Opset()));
    return (axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis) == 1;
  }

  const State& state_;
  std::unordered_map<std::string, std::size_t> channel_last_;  // To the rank.
};

}  // namespace

std::map<std::string, AxisOrder> AxisOrders(const State& state) {
  Tracker tracker(state);
  std::map<std::string, AxisOrder> orders;
  for (const ValueInfo& input : state.graph.inputs) orders[input.name] = AxisOrder::kSource;
  for (const Node& node : state.graph.nodes) {
    tracker.Visit(node);
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;
      // The tensors of a translated file are written as the file has them.
      const bool stays =
          model::IsGraphOutput(state.graph, output) ||
          (state.graph.IsTranslated() && state.graph.source_tensors.contains(output));
      orders[output] =
          tracker.IsChannelLast(output) && !stays ? AxisOrder::kChannelLast : AxisOrder::kSource;
    }
  }
  return orders;
}

}  // namespace acc::convert

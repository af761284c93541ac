// SPDX-License-Identifier: BSD-3-Clause
#include "convert/axis_order.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace acc::convert {
namespace {

using model::Node;

enum class Kind {
  kSpatial,            // Works on images: channel-last whatever it reads.
  kFollows,            // Element by element, or along named axes that can be renumbered.
  kFollowsOnChannels,  // The same if it works along the channels, axis 1.
};

// Operators that are not here (Reshape, MatMul, Gather, …) make the source's order.
const std::unordered_map<std::string_view, Kind>& Kinds() {
  static const std::unordered_map<std::string_view, Kind> kKinds = {
      {"AveragePool", Kind::kSpatial},
      {"BatchNormalization", Kind::kSpatial},
      {"Conv", Kind::kSpatial},
      {"ConvInteger", Kind::kSpatial},
      {"ConvTranspose", Kind::kSpatial},
      {"DeformConv", Kind::kSpatial},
      {"DepthToSpace", Kind::kSpatial},
      {"FusedConv", Kind::kSpatial},
      {"GlobalAveragePool", Kind::kSpatial},
      {"GlobalLpPool", Kind::kSpatial},
      {"GlobalMaxPool", Kind::kSpatial},
      {"GridSample", Kind::kSpatial},
      {"GroupNormalization", Kind::kSpatial},
      {"InstanceNormalization", Kind::kSpatial},
      {"LRN", Kind::kSpatial},
      {"LpPool", Kind::kSpatial},
      {"MaxPool", Kind::kSpatial},
      {"MaxRoiPool", Kind::kSpatial},
      {"MaxUnpool", Kind::kSpatial},
      {"QLinearAveragePool", Kind::kSpatial},
      {"QLinearConv", Kind::kSpatial},
      {"QLinearGlobalAveragePool", Kind::kSpatial},
      {"Resize", Kind::kSpatial},
      {"RoiAlign", Kind::kSpatial},
      {"SpaceToDepth", Kind::kSpatial},
      {"Upsample", Kind::kSpatial},

      {"Abs", Kind::kFollows},
      {"Acos", Kind::kFollows},
      {"Acosh", Kind::kFollows},
      {"Add", Kind::kFollows},
      {"And", Kind::kFollows},
      {"ArgMax", Kind::kFollows},
      {"ArgMin", Kind::kFollows},
      {"Asin", Kind::kFollows},
      {"Asinh", Kind::kFollows},
      {"Atan", Kind::kFollows},
      {"Atanh", Kind::kFollows},
      {"BitShift", Kind::kFollows},
      {"BitwiseAnd", Kind::kFollows},
      {"BitwiseNot", Kind::kFollows},
      {"BitwiseOr", Kind::kFollows},
      {"BitwiseXor", Kind::kFollows},
      {"Cast", Kind::kFollows},
      {"CastLike", Kind::kFollows},
      {"Ceil", Kind::kFollows},
      {"Celu", Kind::kFollows},
      {"Clip", Kind::kFollows},
      {"Concat", Kind::kFollows},
      {"Cos", Kind::kFollows},
      {"Cosh", Kind::kFollows},
      {"CumSum", Kind::kFollows},
      {"DequantizeLinear", Kind::kFollows},
      {"Div", Kind::kFollows},
      {"Dropout", Kind::kFollows},
      {"Elu", Kind::kFollows},
      {"Equal", Kind::kFollows},
      {"Erf", Kind::kFollows},
      {"Exp", Kind::kFollows},
      {"Expand", Kind::kFollows},
      {"FastGelu", Kind::kFollows},
      {"Floor", Kind::kFollows},
      {"Gelu", Kind::kFollows},
      {"Greater", Kind::kFollows},
      {"GreaterOrEqual", Kind::kFollows},
      {"HardSigmoid", Kind::kFollows},
      {"HardSwish", Kind::kFollows},
      {"Identity", Kind::kFollows},
      {"IsInf", Kind::kFollows},
      {"IsNaN", Kind::kFollows},
      {"LeakyRelu", Kind::kFollows},
      {"Less", Kind::kFollows},
      {"LessOrEqual", Kind::kFollows},
      {"Log", Kind::kFollows},
      {"Max", Kind::kFollows},
      {"Mean", Kind::kFollows},
      {"Min", Kind::kFollows},
      {"Mish", Kind::kFollows},
      {"Mod", Kind::kFollows},
      {"Mul", Kind::kFollows},
      {"Neg", Kind::kFollows},
      {"Not", Kind::kFollows},
      {"Or", Kind::kFollows},
      {"PRelu", Kind::kFollows},
      {"Pad", Kind::kFollows},
      {"Pow", Kind::kFollows},
      {"QLinearAdd", Kind::kFollows},
      {"QLinearConcat", Kind::kFollows},
      {"QLinearLeakyRelu", Kind::kFollows},
      {"QLinearMul", Kind::kFollows},
      {"QLinearSigmoid", Kind::kFollows},
      {"QuantizeLinear", Kind::kFollows},
      {"QuickGelu", Kind::kFollows},
      {"Reciprocal", Kind::kFollows},
      {"ReduceL1", Kind::kFollows},
      {"ReduceL2", Kind::kFollows},
      {"ReduceLogSum", Kind::kFollows},
      {"ReduceLogSumExp", Kind::kFollows},
      {"ReduceMax", Kind::kFollows},
      {"ReduceMean", Kind::kFollows},
      {"ReduceMin", Kind::kFollows},
      {"ReduceProd", Kind::kFollows},
      {"ReduceSum", Kind::kFollows},
      {"ReduceSumSquare", Kind::kFollows},
      {"Relu", Kind::kFollows},
      {"Round", Kind::kFollows},
      {"Selu", Kind::kFollows},
      {"Shrink", Kind::kFollows},
      {"Sigmoid", Kind::kFollows},
      {"Sign", Kind::kFollows},
      {"Sin", Kind::kFollows},
      {"Sinh", Kind::kFollows},
      {"Slice", Kind::kFollows},
      {"Softplus", Kind::kFollows},
      {"Softsign", Kind::kFollows},
      {"Split", Kind::kFollows},
      {"Sqrt", Kind::kFollows},
      {"Sub", Kind::kFollows},
      {"Sum", Kind::kFollows},
      {"Swish", Kind::kFollows},
      {"Tan", Kind::kFollows},
      {"Tanh", Kind::kFollows},
      {"ThresholdedRelu", Kind::kFollows},
      {"Tile", Kind::kFollows},
      {"Where", Kind::kFollows},
      {"Xor", Kind::kFollows},

      {"Hardmax", Kind::kFollowsOnChannels},
      {"LogSoftmax", Kind::kFollowsOnChannels},
      {"LpNormalization", Kind::kFollowsOnChannels},
      {"Softmax", Kind::kFollowsOnChannels},
  };
  return kKinds;
}

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
    const auto kind = Kinds().find(node.op_type);
    if (kind != Kinds().end()) return IsChannelLast(kind->second, node, rank);
    return state_.graph.IsTranslated() && IsToChannelFirst(node);
  }

  bool IsChannelLast(Kind kind, const Node& node, std::size_t rank) const {
    switch (kind) {
      case Kind::kSpatial:
        return true;
      case Kind::kFollows:
        return Follows(node, rank);
      case Kind::kFollowsOnChannels:
        return Follows(node, rank) && WorksOnChannels(node, rank);
    }
    return false;
  }

  bool Follows(const Node& node, std::size_t rank) const {
    return std::ranges::any_of(node.inputs, [&](const std::string& input) {
      const auto found = channel_last_.find(input);
      return found != channel_last_.end() && found->second == rank;
    });
  }

  bool WorksOnChannels(const Node& node, std::size_t rank) const {
    const auto opset = state_.graph.opsets.find("");
    const bool last_by_default = opset != state_.graph.opsets.end() && opset->second >= 13;
    const auto axis = node.Get<std::int64_t>("axis", last_by_default ? -1 : 1);
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

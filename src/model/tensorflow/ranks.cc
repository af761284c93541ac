// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/ranks.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace acc::model::tensorflow {
namespace {

using Rank = std::optional<std::size_t>;

// Of the first input.
constexpr std::string_view kSame[] = {"Abs",
                                      "AvgPool",
                                      "BiasAdd",
                                      "Cast",
                                      "Conv2D",
                                      "Cumsum",
                                      "Elu",
                                      "Erf",
                                      "Exp",
                                      "FusedBatchNorm",
                                      "Identity",
                                      "Log",
                                      "FusedBatchNormV2",
                                      "LeakyRelu",
                                      "FusedBatchNormV3",
                                      "LogSoftmax",
                                      "MaxPool",
                                      "MirrorPad",
                                      "Neg",
                                      "DepthwiseConv2dNative",
                                      "Pad",
                                      "PadV2",
                                      "Relu",
                                      "Relu6",
                                      "ResizeBilinear",
                                      "ReverseV2",
                                      "Rsqrt",
                                      "Selu",
                                      "Sigmoid",
                                      "ResizeNearestNeighbor",
                                      "Slice",
                                      "Softmax",
                                      "Softplus",
                                      "Sqrt",
                                      "Square",
                                      "Tanh",
                                      "Tile",
                                      "ConcatV2",
                                      "StopGradient"};

// The largest of the inputs' ranks.
constexpr std::string_view kBroadcast[] = {"Add",           "AddN",
                                           "AddV2",         "BatchMatMul",
                                           "BatchMatMulV2", "BatchMatMulV3",
                                           "Maximum",       "Minimum",
                                           "Mul",           "Pow",
                                           "RealDiv",       "SelectV2",
                                           "Sub",           "SquaredDifference"};

Rank Largest(const GraphBuilder& builder, const Op& op) {
  Rank largest = 0;
  for (const std::string& input : op.inputs) {
    const Rank rank = builder.RankOf(input);
    if (!rank) return std::nullopt;
    largest = std::max(*largest, *rank);
  }
  return largest;
}

// The length of the list that input 1 is.
Rank Listed(const GraphBuilder& builder, const Op& op) {
  const auto values = op.inputs.size() < 2 ? PartialInts() : builder.Partial(op.inputs[1]);
  return values.empty() ? Rank() : Rank(values.size());
}

Rank RankAfter(const GraphBuilder& builder, const Op& op) {
  const std::string_view type = op.def->op();
  if (op.inputs.empty()) return std::nullopt;
  const Rank first = builder.RankOf(op.inputs[0]);
  if (std::ranges::find(kSame, type) != std::end(kSame)) return first;
  if (std::ranges::find(kBroadcast, type) != std::end(kBroadcast)) return Largest(builder, op);
  if (type == "Reshape" || type == "Transpose") return Listed(builder, op);
  if (type == "MatMul") return 2;
  if ((type == "ExpandDims" || type == "Pack") && first) return *first + 1;
  return std::nullopt;
}

}  // namespace

void InferRank(GraphBuilder& builder, const Op& op) {
  if (const Rank rank = RankAfter(builder, op)) builder.SetRank(op.def->name() + ":0", *rank);
}

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/known_dims.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/onnx/output_rank.h"

namespace acc::model::tensorflow {
namespace {

// Of the first input; sorted.
constexpr std::array<std::string_view, 14> kKeepDims = {
    "BiasAdd",   "Cast",    "Elu",     "Identity", "LeakyRelu",
    "Neg",       "Relu",    "Relu6",   "Reverse",  "ReverseSequence",
    "ReverseV2", "Sigmoid", "Softmax", "Tanh"};

using Rank = std::optional<std::size_t>;

Rank RankOfValue(const GraphBuilder& builder, const std::string& name) {
  const auto& constants = builder.graph().initializers;
  if (const auto constant = constants.find(name); constant != constants.end()) {
    return constant->second.dims().size();
  }
  return builder.RankOf(name);
}

// The length of the list that input 1 is.
Rank Listed(const GraphBuilder& builder, const Op& op) {
  const auto values = op.inputs.size() < 2 ? PartialInts() : builder.Partial(op.inputs[1]);
  return values.empty() ? Rank() : Rank(values.size());
}

// Of ops that tell more than the nodes that they become.
Rank RankAfter(const GraphBuilder& builder, const Op& op) {
  const std::string_view type = op.def->op();
  if (op.inputs.empty()) return std::nullopt;
  if (type == "MatMul") return 2;
  if (type == "Reshape") return Listed(builder, op);
  const Rank first = builder.RankOf(op.inputs[0]);
  if ((type == "ExpandDims" || type == "Pack") && first) return *first + 1;
  return std::nullopt;
}

}  // namespace

void KnownDims::AddInput(const ValueInfo& input) {
  for (std::size_t axis = 0; axis < input.dims.size(); ++axis) {
    if (input.dims[axis] != kUnknownDim) {
      Set(input.name, static_cast<std::int64_t>(axis), input.dims[axis]);
    }
  }
}

bool KnownDims::PickSize(Translation& t) const {
  const auto shape = shapes_.find(t.op().inputs[0]);
  const auto begin = t.Ints(1);
  const bool picks_one = t.Int("shrink_axis_mask", 0) == 1 && t.Int("begin_mask", 0) == 0 &&
                         t.Int("new_axis_mask", 0) == 0 && t.Int("ellipsis_mask", 0) == 0;
  if (shape == shapes_.end() || !begin || begin->size() != 1 || !picks_one) return false;
  const Sizes& sizes = sizes_.at(shape->second);
  const auto size = sizes.find(begin->front());
  const bool fits = size != sizes.end() && size->second <= std::numeric_limits<std::int32_t>::max();
  if (!fits || t.Type("T") != ElementType::kInt32) return false;
  t.MakeConstant(
      0, Tensor::FromValues<std::int32_t>(ElementType::kInt32, {},
                                          std::vector{static_cast<std::int32_t>(size->second)}));
  return true;
}

void KnownDims::Transpose(const Translation& t, const std::string& output) {
  const auto order = t.Ints(1);
  if (!order) return;
  const Sizes before = sizes_.at(t.op().inputs[0]);
  for (std::size_t axis = 0; axis < order->size(); ++axis) {
    const auto size = before.find((*order)[axis]);
    if (size != before.end()) Set(output, static_cast<std::int64_t>(axis), size->second);
  }
}

bool KnownDims::Translate(Translation& t) {
  const std::string_view type = t.op().def->op();
  if (t.InputCount() == 0) return false;
  if (type == "StridedSlice") return PickSize(t);
  const auto known = sizes_.find(t.op().inputs[0]);
  if (known == sizes_.end()) return false;
  if (type == "Shape") shapes_[t.Output(0)] = known->first;
  if (type == "Transpose") Transpose(t, t.Output(0));
  if (std::ranges::binary_search(kKeepDims, type)) {
    const Sizes sizes = known->second;
    sizes_[t.Output(0)] = sizes;
  }
  return false;
}

void InferRanks(GraphBuilder& builder, const Op& op, std::size_t first_node) {
  const std::vector<Node>& nodes = builder.graph().nodes;
  for (std::size_t i = first_node; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const Rank rank = OutputRank(
        node, [&](std::size_t input) { return RankOfValue(builder, node.inputs[input]); });
    if (rank && !node.outputs.empty()) builder.SetRank(node.outputs.front(), *rank);
  }
  if (const Rank rank = RankAfter(builder, op)) builder.SetRank(op.def->name() + ":0", *rank);
}

}  // namespace acc::model::tensorflow

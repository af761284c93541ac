// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/output_rank.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/onnx/operators.h"

namespace acc::model {
namespace {

using Rank = std::optional<std::size_t>;

// Inputs are broadcast to the one of most axes.
Rank LargestRank(const Node& node, const RankOfInput& rank_of) {
  std::size_t largest = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i].empty()) continue;
    const Rank rank = rank_of(i);
    if (!rank) return std::nullopt;
    largest = std::max(largest, *rank);
  }
  return largest;
}

// numpy.matmul: a vector loses the axis that is summed over.
Rank RankOfProduct(Rank left, Rank right) {
  if (!left || !right) return std::nullopt;
  const std::size_t longer = std::max(*left, *right);
  if (*left == 1 && *right == 1) return 0;
  return *left == 1 || *right == 1 ? longer - 1 : longer;
}

Rank RankOfOwnAxes(const Node& node, const RankOfInput& rank_of) {
  if (node.op_type == "Gemm") return 2;
  if (node.op_type == "Transpose") {
    const auto order = node.Get<std::vector<std::int64_t>>("perm", {});
    return order.empty() ? rank_of(0) : order.size();
  }
  if (node.inputs.size() < 2) return std::nullopt;
  if (node.op_type == "MatMul") return RankOfProduct(rank_of(0), rank_of(1));
  const Rank data = node.op_type == "Gather" ? rank_of(0) : std::nullopt;
  const Rank indices = data ? rank_of(1) : std::nullopt;
  return indices && *data > 0 ? Rank(*data + *indices - 1) : std::nullopt;
}

}  // namespace

std::optional<std::size_t> OutputRank(const Node& node, const RankOfInput& rank_of) {
  const OperatorInfo& info = FindOperator(node);
  // A row of no inputs is one of ONNX Runtime's operators, with scales between its data.
  if (info.least_inputs == 0 || node.inputs.empty()) return std::nullopt;
  switch (info.axes) {
    case AxisUse::kImage:
    case AxisUse::kAlongAxis:
    case AxisUse::kOneAxis: return rank_of(0);
    case AxisUse::kElementWise: return LargestRank(node, rank_of);
    case AxisUse::kNamedAxes: {
      const bool keeps = node.Get<std::int64_t>("keepdims", 1) != 0 && node.op_type != "Expand";
      return keeps ? rank_of(0) : std::nullopt;
    }
    case AxisUse::kOther: return RankOfOwnAxes(node, rank_of);
  }
  return std::nullopt;
}

}  // namespace acc::model

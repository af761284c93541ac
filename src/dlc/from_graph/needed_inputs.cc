// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/needed_inputs.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace acc::dlc {
namespace {

// Operators, besides the reductions, of which an input may be left out in between.
constexpr std::string_view kWithOptional[] = {
    "Clip", "Conv", "ConvTranspose", "Dropout", "GRU",   "Gemm",    "LSTM",    "LayerNormalization",
    "Pad",  "RNN",  "Resize",        "Slice",   "Split", "Squeeze", "Upsample"};
constexpr std::string_view kReductions = "Reduce";

// Of operators that need more than one; in the opset that needs the fewest.
constexpr std::pair<std::string_view, std::size_t> kNeeded[] = {
    {"Add", 2},
    {"And", 2},
    {"BatchNormalization", 5},
    {"CastLike", 2},
    {"Conv", 2},
    {"ConvTranspose", 2},
    {"CumSum", 2},
    {"Div", 2},
    {"Equal", 2},
    {"Expand", 2},
    {"GRU", 3},
    {"Gather", 2},
    {"GatherElements", 2},
    {"GatherND", 2},
    {"Gemm", 2},
    {"Greater", 2},
    {"GreaterOrEqual", 2},
    {"GridSample", 2},
    {"GroupNormalization", 3},
    {"InstanceNormalization", 3},
    {"LSTM", 3},
    {"LayerNormalization", 2},
    {"Less", 2},
    {"LessOrEqual", 2},
    {"MatMul", 2},
    {"Mod", 2},
    {"Mul", 2},
    {"OneHot", 3},
    {"Or", 2},
    {"PRelu", 2},
    {"Pow", 2},
    {"RMSNormalization", 2},
    {"RNN", 3},
    {"RoiAlign", 3},
    {"Scatter", 3},
    {"ScatterElements", 3},
    {"ScatterND", 3},
    {"SimplifiedLayerNormalization", 2},
    {"Sub", 2},
    {"Tile", 2},
    {"Where", 3},
    {"Xor", 2},
};

bool MayLeaveOut(const model::Node& node) {
  return node.op_type.starts_with(kReductions) ||
         std::ranges::find(kWithOptional, node.op_type) != std::end(kWithOptional);
}

std::size_t NeededBy(const model::Node& node) {
  const auto row =
      std::ranges::find(kNeeded, node.op_type, &std::pair<std::string_view, std::size_t>::first);
  const std::size_t least = row == std::end(kNeeded) ? 1 : row->second;
  return MayLeaveOut(node) ? least : std::max(least, node.inputs.size());
}

bool IsThere(const std::string& name) { return !name.empty(); }

}  // namespace

bool HasNeededInputs(const model::Node& node) {
  const std::size_t needed = NeededBy(node);
  return node.inputs.size() >= needed &&
         std::all_of(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(needed),
                     IsThere) &&
         std::ranges::any_of(node.outputs, IsThere) &&
         (IsThere(node.outputs.front()) || node.op_type == "TopK");
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/needed_inputs.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "model/onnx/operators.h"

namespace acc::dlc {
namespace {

// Operators, besides the reductions, of which an input may be left out in between.
constexpr std::string_view kWithOptional[] = {
    "Clip", "Conv", "ConvTranspose", "Dropout", "GRU",   "Gemm",    "LSTM",    "LayerNormalization",
    "Pad",  "RNN",  "Resize",        "Slice",   "Split", "Squeeze", "Upsample"};
constexpr std::string_view kReductions = "Reduce";

// ONNX Runtime's, in the standard's domain.
constexpr std::string_view kNormalization = "SimplifiedLayerNormalization";

bool MayLeaveOut(const model::Node& node) {
  return node.op_type.starts_with(kReductions) ||
         std::ranges::find(kWithOptional, node.op_type) != std::end(kWithOptional);
}

std::size_t NeededBy(const model::Node& node) {
  const std::size_t least = node.op_type == kNormalization
                                ? 2
                                : std::max<std::size_t>(model::FindOperator(node).least_inputs, 1);
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

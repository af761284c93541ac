// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/integer_operators.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace acc::model {
namespace {

constexpr std::string_view kStandard;
constexpr std::string_view kRuntime = "com.microsoft";
constexpr int kNone = -1;

// Places among the operator's inputs; a zero point follows its scale, and a scale its tensor.
struct Row {
  std::string_view domain;
  std::string_view op_type;
  std::string_view float_type;
  std::array<int, 2> values;  // Of tensors with scale and zero point.
  int bias = kNone;           // Of 32 bits.
  int output_scale = kNone;
  int plain = kNone;                 // Of a tensor that holds no codes, which comes first.
  bool output_may_be_float = false;  // Where its scale is left out.
};

constexpr std::array kRows = {
    Row{kStandard, "QLinearConv", "Conv", {0, 3}, 8, 6},
    Row{kStandard, "QLinearMatMul", "MatMul", {0, 3}, kNone, 6},
    Row{kRuntime, "QGemm", "Gemm", {0, 3}, 6, 7, kNone, true},
    Row{kRuntime, "QLinearAdd", "Add", {0, 3}, kNone, 6},
    Row{kRuntime, "QLinearAveragePool", "AveragePool", {0, kNone}, kNone, 3},
    Row{kRuntime, "QLinearConvTranspose", "ConvTranspose", {0, 3}, 8, 6},
    Row{kRuntime, "QLinearGlobalAveragePool", "GlobalAveragePool", {0, kNone}, kNone, 3},
    Row{kRuntime, "QLinearLeakyRelu", "LeakyRelu", {0, kNone}, kNone, 3},
    Row{kRuntime, "QLinearMul", "Mul", {0, 3}, kNone, 6},
    Row{kRuntime, "QLinearReduceMean", "ReduceMean", {0, kNone}, kNone, 3},
    Row{kRuntime, "QLinearSigmoid", "Sigmoid", {0, kNone}, kNone, 3},
    Row{kRuntime, "QLinearSoftmax", "Softmax", {0, kNone}, kNone, 3},
    Row{kRuntime, "QLinearWhere", "Where", {1, 4}, kNone, 7, 0},
};

// Attributes that the operator on real numbers does not have.
constexpr std::array kOwnAttributes = {std::string_view("channels_last"),
                                       std::string_view("opset")};

struct Mover {
  std::string_view op_type;
  bool all_inputs = false;
  bool all_outputs = false;
};

constexpr std::array kMovers = {
    Mover{"Concat", true}, Mover{"DepthToSpace"}, Mover{"Expand"},
    Mover{"Flatten"},      Mover{"Gather"},       Mover{"GatherElements"},
    Mover{"GatherND"},     Mover{"Identity"},     Mover{"MaxPool"},
    Mover{"Pad"},          Mover{"Reshape"},      Mover{"Resize"},
    Mover{"Slice"},        Mover{"SpaceToDepth"}, Mover{"Split", false, true},
    Mover{"Squeeze"},      Mover{"Tile"},         Mover{"TopK"},
    Mover{"Transpose"},    Mover{"Unsqueeze"},    Mover{"Upsample"},
};

std::string InputAt(const Node& node, int place) {
  const auto index = static_cast<std::size_t>(place);
  return place < 0 || index >= node.inputs.size() ? "" : node.inputs[index];
}

// Adds the codes at `place`; false without a scale, which a runtime would refuse.
bool AddCodes(const Node& node, int place, FloatForm& form) {
  form.inputs.push_back({.tensor = InputAt(node, place),
                         .scale = InputAt(node, place + 1),
                         .zero_point = InputAt(node, place + 2)});
  return !form.inputs.back().scale.empty();
}

std::map<std::string, Attribute> KeptAttributes(const Node& node) {
  std::map<std::string, Attribute> kept = node.attributes;
  std::erase_if(kept, [](const auto& entry) {
    return std::ranges::find(kOwnAttributes, entry.first) != kOwnAttributes.end();
  });
  return kept;
}

std::optional<FloatForm> FormOf(const Row& row, const Node& node) {
  FloatForm form{.op_type = std::string(row.float_type),
                 .attributes = KeptAttributes(node),
                 .output_scale = InputAt(node, row.output_scale),
                 .output_zero_point = InputAt(node, row.output_scale + 1)};
  if (form.output_scale.empty() && !row.output_may_be_float) return std::nullopt;
  if (row.plain != kNone) form.inputs.push_back({.tensor = InputAt(node, row.plain)});
  for (const int place : row.values) {
    if (place != kNone && !AddCodes(node, place, form)) return std::nullopt;
  }
  const std::string bias = InputAt(node, row.bias);
  if (!bias.empty()) form.inputs.push_back({.tensor = bias, .is_bias = true});
  return form;
}

// The output's scale and zero point come first, then the parts.
std::optional<FloatForm> ConcatForm(const Node& node) {
  FloatForm form{.op_type = "Concat",
                 .attributes = node.attributes,
                 .output_scale = InputAt(node, 0),
                 .output_zero_point = InputAt(node, 1)};
  if (form.output_scale.empty()) return std::nullopt;
  for (int place = 2; place + 1 < static_cast<int>(node.inputs.size()); place += 3) {
    if (!AddCodes(node, place, form)) return std::nullopt;
  }
  return form;
}

// Operators of the standard's later opsets cannot say what these attributes do.
bool HasNoFloatForm(const Node& node, std::int64_t opset) {
  constexpr std::int64_t kAxesAreInputs = 18;
  constexpr std::int64_t kSoftmaxOfOneAxis = 13;
  const bool is_old_softmax = node.op_type == "QLinearSoftmax" &&
                              node.Get<std::int64_t>("opset", opset) < kSoftmaxOfOneAxis &&
                              opset >= kSoftmaxOfOneAxis && node.Get<std::int64_t>("axis", 1) != -1;
  return node.Get<std::int64_t>("channels_last", 0) != 0 || is_old_softmax ||
         (node.op_type == "QLinearReduceMean" && opset >= kAxesAreInputs);
}

bool IsOf(const Node& node, std::string_view op_type) {
  return node.op_type == op_type && (node.domain.empty() || node.domain == kRuntime) &&
         node.inputs.size() >= 2 && !node.outputs.empty();
}

}  // namespace

std::optional<FloatForm> FloatFormOf(const Node& node, std::int64_t opset) {
  if (HasNoFloatForm(node, opset) || node.outputs.size() != 1) return std::nullopt;
  if (node.domain == kRuntime && node.op_type == "QLinearConcat") return ConcatForm(node);
  const auto* row = std::ranges::find_if(kRows, [&](const Row& candidate) {
    return candidate.op_type == node.op_type && candidate.domain == node.domain;
  });
  return row == kRows.end() ? std::nullopt : FormOf(*row, node);
}

bool IsQuantizeLinear(const Node& node) { return IsOf(node, "QuantizeLinear"); }
bool IsDequantizeLinear(const Node& node) { return IsOf(node, "DequantizeLinear"); }

std::optional<MovedCodes> MovedCodesOf(const Node& node) {
  const auto* row = std::ranges::find(kMovers, node.op_type, &Mover::op_type);
  if (row == kMovers.end() || !node.domain.empty() || node.inputs.empty()) return std::nullopt;
  MovedCodes moved{.inputs = {0}, .outputs = {0}};
  for (std::size_t input = 1; row->all_inputs && input < node.inputs.size(); ++input) {
    moved.inputs.push_back(input);
  }
  for (std::size_t output = 1; row->all_outputs && output < node.outputs.size(); ++output) {
    moved.outputs.push_back(output);
  }
  const bool pads = node.op_type == "Pad" && node.inputs.size() > 2 && !node.inputs[2].empty();
  if (pads) moved.inputs.push_back(2);
  return moved;
}

}  // namespace acc::model

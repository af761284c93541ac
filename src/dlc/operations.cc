// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/operations.h"

#include <algorithm>

namespace acc::dlc {
namespace {

struct Row {
  std::string_view type;
  std::uint32_t number;
  std::string_view name;
  std::string_view onnx;      // Empty where the standard has no operator of its own.
  std::string_view own_type;  // QNN's type that is this operation alone.
};

constexpr Row kRows[] = {
    {kBinaryType, 0, "add", "Add", "ElementWiseAdd"},
    {kBinaryType, 1, "and", "And", "ElementWiseAnd"},
    {kBinaryType, 2, "divide", "Div", "ElementWiseDivide"},
    {kBinaryType, 3, "equal", "Equal", "ElementWiseEqual"},
    {kBinaryType, 4, "floor_div", "", "ElementWiseFloorDiv"},
    {kBinaryType, 5, "fmod", "", "ElementWiseFmod"},
    {kBinaryType, 6, "greater", "Greater", "ElementWiseGreater"},
    {kBinaryType, 7, "greater_equal", "GreaterOrEqual", "ElementWiseGreaterEqual"},
    {kBinaryType, 8, "less", "Less", "ElementWiseLess"},
    {kBinaryType, 9, "less_equal", "LessOrEqual", "ElementWiseLessEqual"},
    {kBinaryType, 10, "maximum", "Max", "ElementWiseMaximum"},
    {kBinaryType, 11, "minimum", "Min", "ElementWiseMinimum"},
    {kBinaryType, 12, "mod", "Mod", "ElementWiseMod"},
    {kBinaryType, 13, "multiply", "Mul", "ElementWiseMultiply"},
    {kBinaryType, 14, "not_equal", "", "ElementWiseNotEqual"},
    {kBinaryType, 15, "or", "Or", "ElementWiseOr"},
    {kBinaryType, 16, "power", "Pow", "ElementWisePower"},
    {kBinaryType, 17, "squared_difference", "", "ElementWiseSquaredDifference"},
    {kBinaryType, 18, "subtract", "Sub", "ElementWiseSubtract"},
    {kBinaryType, 19, "xor", "Xor", "ElementWiseXor"},

    {kUnaryType, 0, "abs", "Abs", "ElementWiseAbs"},
    {kUnaryType, 1, "asin", "Asin", "ElementWiseAsin"},
    {kUnaryType, 2, "atan", "Atan", "ElementWiseAtan"},
    {kUnaryType, 3, "ceil", "Ceil", "ElementWiseCeil"},
    {kUnaryType, 4, "cos", "Cos", "ElementWiseCos"},
    {kUnaryType, 5, "exp", "Exp", "ElementWiseExp"},
    {kUnaryType, 6, "floor", "Floor", "ElementWiseFloor"},
    {kUnaryType, 7, "log", "Log", "ElementWiseLog"},
    {kUnaryType, 8, "neg", "Neg", "ElementWiseNeg"},
    {kUnaryType, 9, "not", "Not", "ElementWiseNot"},
    {kUnaryType, 10, "reciprocal", "Reciprocal", "ElementWiseReciprocal"},
    {kUnaryType, 11, "round", "Round", "ElementWiseRound"},
    {kUnaryType, 12, "rsqrt", "", "ElementWiseRsqrt"},
    {kUnaryType, 13, "sign", "Sign", "ElementWiseSign"},
    {kUnaryType, 14, "sin", "Sin", "ElementWiseSin"},
    {kUnaryType, 15, "sqrt", "Sqrt", "ElementWiseSquareRoot"},

    {kNeuronType, 0, "elu", "Elu", "Elu"},
    {kNeuronType, 1, "gelu", "Gelu", "Gelu"},
    {kNeuronType, 2, "hard_sigmoid", "HardSigmoid", "HardSigmoid"},
    {kNeuronType, 3, "hard_swish", "HardSwish", "HardSwish"},
    {kNeuronType, 4, "relu", "Relu", "Relu"},
    {kNeuronType, 5, "relu_min_max", "", "ReluMinMax"},
    {kNeuronType, 6, "sigmoid", "Sigmoid", "Sigmoid"},
    {kNeuronType, 7, "softplus", "Softplus", "ElementWiseSoftplus"},
    {kNeuronType, 8, "tanh", "Tanh", "Tanh"},
};

std::string_view DlcSpelling(std::string_view type) {
  if (type == "ElementWiseBinary") return kBinaryType;
  if (type == "ElementWiseUnary") return kUnaryType;
  if (type == "ElementWiseNeuron") return kNeuronType;
  return type;
}

const Row* Find(std::string_view type, std::uint32_t operation) {
  const auto* row = std::ranges::find_if(kRows, [&](const Row& candidate) {
    return candidate.type == DlcSpelling(type) && candidate.number == operation;
  });
  return row == std::end(kRows) ? nullptr : row;
}

}  // namespace

std::optional<std::string_view> OnnxOperator(std::string_view type, std::uint32_t operation) {
  const Row* row = Find(type, operation);
  if (row == nullptr || row->onnx.empty()) return std::nullopt;
  return row->onnx;
}

std::optional<std::string_view> OperationName(std::string_view type, std::uint32_t operation) {
  const Row* row = Find(type, operation);
  if (row == nullptr) return std::nullopt;
  return row->name;
}

std::optional<Operation> OperationOf(std::string_view onnx_operator) {
  const auto* row = std::ranges::find_if(
      kRows, [&](const Row& candidate) { return candidate.onnx == onnx_operator; });
  if (row == std::end(kRows) || onnx_operator.empty()) return std::nullopt;
  return Operation{row->type, row->number};
}

std::optional<Operation> OperationOfType(std::string_view type) {
  const auto* row = std::ranges::find(kRows, type, &Row::own_type);
  if (row == std::end(kRows)) return std::nullopt;
  return Operation{row->type, row->number};
}

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/operations.h"

#include <algorithm>

namespace acc::dlc {
namespace {

struct Row {
  std::string_view type;
  std::uint32_t number;
  std::string_view name;
  std::string_view onnx;  // Empty where the standard has no operator of its own.
};

constexpr Row kRows[] = {
    {kBinaryType, 0, "add", "Add"},
    {kBinaryType, 1, "and", "And"},
    {kBinaryType, 2, "divide", "Div"},
    {kBinaryType, 3, "equal", "Equal"},
    {kBinaryType, 4, "floor_div", ""},
    {kBinaryType, 5, "fmod", ""},
    {kBinaryType, 6, "greater", "Greater"},
    {kBinaryType, 7, "greater_equal", "GreaterOrEqual"},
    {kBinaryType, 8, "less", "Less"},
    {kBinaryType, 9, "less_equal", "LessOrEqual"},
    {kBinaryType, 10, "maximum", "Max"},
    {kBinaryType, 11, "minimum", "Min"},
    {kBinaryType, 12, "mod", "Mod"},
    {kBinaryType, 13, "multiply", "Mul"},
    {kBinaryType, 14, "not_equal", ""},
    {kBinaryType, 15, "or", "Or"},
    {kBinaryType, 16, "power", "Pow"},
    {kBinaryType, 17, "squared_difference", ""},
    {kBinaryType, 18, "subtract", "Sub"},
    {kBinaryType, 19, "xor", "Xor"},

    {kUnaryType, 0, "abs", "Abs"},
    {kUnaryType, 1, "asin", "Asin"},
    {kUnaryType, 2, "atan", "Atan"},
    {kUnaryType, 3, "ceil", "Ceil"},
    {kUnaryType, 4, "cos", "Cos"},
    {kUnaryType, 5, "exp", "Exp"},
    {kUnaryType, 6, "floor", "Floor"},
    {kUnaryType, 7, "log", "Log"},
    {kUnaryType, 8, "neg", "Neg"},
    {kUnaryType, 9, "not", "Not"},
    {kUnaryType, 10, "reciprocal", "Reciprocal"},
    {kUnaryType, 11, "round", "Round"},
    {kUnaryType, 12, "rsqrt", ""},
    {kUnaryType, 13, "sign", "Sign"},
    {kUnaryType, 14, "sin", "Sin"},
    {kUnaryType, 15, "sqrt", "Sqrt"},

    {kNeuronType, 0, "elu", "Elu"},
    {kNeuronType, 1, "gelu", "Gelu"},
    {kNeuronType, 2, "hard_sigmoid", "HardSigmoid"},
    {kNeuronType, 3, "hard_swish", "HardSwish"},
    {kNeuronType, 4, "relu", "Relu"},
    {kNeuronType, 5, "relu_min_max", ""},
    {kNeuronType, 6, "sigmoid", "Sigmoid"},
    {kNeuronType, 7, "softplus", "Softplus"},
    {kNeuronType, 8, "tanh", "Tanh"},
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

}  // namespace acc::dlc

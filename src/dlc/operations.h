// SPDX-License-Identifier: BSD-3-Clause
// The element-wise operators that share a DLC type and differ by their "operation" number, and the
// standard's operators of equal meaning. Both directions of the translation read these rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace acc::dlc {

inline constexpr std::string_view kBinaryType = "Eltwise_Binary";
inline constexpr std::string_view kUnaryType = "Eltwise_Unary";
inline constexpr std::string_view kNeuronType = "Neuron";

// `type` is one of the three above (QNN's own spellings ElementWiseBinary, ElementWiseUnary and
// ElementWiseNeuron are read as well). Nothing for a number that has no single operator in the
// standard: floor_div, squared_difference, not_equal, rsqrt, relu_min_max.
std::optional<std::string_view> OnnxOperator(std::string_view type, std::uint32_t operation);

// QNN's own name of an operation: "add", "relu_min_max"; nothing for unknown numbers.
std::optional<std::string_view> OperationName(std::string_view type, std::uint32_t operation);

struct Operation {
  std::string_view type;
  std::uint32_t number = 0;
};
// Nothing for an operator that is none of them.
std::optional<Operation> OperationOf(std::string_view onnx_operator);

// Of QNN's types that stand for one operation by themselves: "ElementWiseAdd", "Relu", …
std::optional<Operation> OperationOfType(std::string_view type);

}  // namespace acc::dlc

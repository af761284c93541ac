// SPDX-License-Identifier: BSD-3-Clause
// The operators of ONNX and of ONNX Runtime that compute with codes, as the operators that compute
// the same with real numbers.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/graph.h"

namespace acc::model {

// An input of the operator on real numbers, by names.
struct CodeInput {
  std::string tensor;  // Empty: left out.
  std::string scale;   // Empty: no codes, taken as it is.
  std::string zero_point;
  // Codes of 32 bits, in the scale of input 0 times that of input 1.
  bool is_bias = false;
};

struct FloatForm {
  std::string op_type;
  std::vector<CodeInput> inputs;
  std::map<std::string, Attribute> attributes;
  std::string output_scale;  // Empty: the output is float already.
  std::string output_zero_point;
};

// Nothing for operators that have no such form, and for codes without a scale. `opset` is the
// standard's.
std::optional<FloatForm> FloatFormOf(const Node& node, std::int64_t opset);

bool IsQuantizeLinear(const Node& node);
bool IsDequantizeLinear(const Node& node);

// Of an operator that only moves elements, or chooses among them by their order: the inputs and
// outputs that hold codes where the first input does. Nothing for the others.
struct MovedCodes {
  std::vector<std::size_t> inputs;
  std::vector<std::size_t> outputs;
};
std::optional<MovedCodes> MovedCodesOf(const Node& node);

}  // namespace acc::model

// SPDX-License-Identifier: BSD-3-Clause
// What the stages have to know of an ONNX operator, whatever they make of it: one row of a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/graph.h"

namespace acc::model {

// What an operator does with the axes of its inputs.
enum class AxisUse {
  kOther,        // Makes axes of its own: Reshape, MatMul, Gather.
  kImage,        // Works on images, channel first.
  kElementWise,  // The same to every element, inputs broadcast: any order of axes will do.
  kAlongAxis,    // Along its attribute `axis`, which can be renumbered: Concat, Split.
  kOneAxis,      // Normalizes along its attribute `axis`: Softmax.
  kNamedAxes,    // Names axes, or has a number for each, which can be renumbered: Pad, reductions.
};

enum class InputRole {
  kData,    // Quantized at the activations' bitwidth, also where it is constant.
  kWeight,  // Constant: quantized as a weight. Otherwise as kData.
  kBias,    // Constant: quantized as a bias. Otherwise as kData.
  kPlain,   // Shapes, bounds, scales of a Resize: read as they are.
};

enum class OutputRange {
  kOwn,
  kOfInput,  // Moves data: the values are those of input 0.
  // Puts values of several tensors, or a number, into one: the target moves their codes as they
  // are, so that the output and all inputs that are data need one encoding.
  kOfAll,
  kFloat,  // The operator is left as it is.
};

// Inputs as bits: bit 0 is the first input, bit 31 all from the 32nd on. Others are kData.
struct InputRoles {
  std::uint32_t plain = 0;
  std::uint32_t weights = 0;
  std::uint32_t bias = 0;
};

// The range that the operator's formula gives its output.
struct FixedRange {
  int min = 0;
  int max = 0;
  bool fixed_by_target = false;  // At 16 bits the target encodes it so.
};

struct OperatorInfo {
  std::string_view op_type;
  // So many inputs, the first ones, the standard's operator needs in every opset; 0 where it may
  // have none.
  std::size_t least_inputs = 0;
  AxisUse axes = AxisUse::kOther;
  OutputRange range = OutputRange::kOwn;
  InputRoles roles = {};
  std::optional<FixedRange> fixed = {};

  InputRole RoleOf(std::size_t input) const;
};

// The rows, sorted by name. Some are of ONNX Runtime's own domain, whose names are no standard's.
std::span<const OperatorInfo> Operators();

// The operator's row. For an operator without one: a row that knows nothing, so that it computes,
// with axes and a range of its own.
const OperatorInfo& FindOperator(std::string_view op_type);
// The same for an operator of a domain that is neither the standard's nor ONNX Runtime's: whatever
// its name, nothing is known of it.
const OperatorInfo& FindOperator(const Node& node);

// Of Softmax, LogSoftmax and Hardmax in that version of the standard's operators: before 13 they
// normalize over all axes from the second on, from then on over the last.
std::int64_t DefaultSoftmaxAxis(std::int64_t opset);

}  // namespace acc::model

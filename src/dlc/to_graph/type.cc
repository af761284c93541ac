// SPDX-License-Identifier: BSD-3-Clause
// Changes of type and of encoding. Quantized tensors are real numbers in the graph, so that only
// changes between reals, integers and bools are left to do there.
#include <utility>

#include "dlc/to_graph/constants.h"
#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

// float16 to float16 apart, the way to float16 loses digits.
bool RoundsToHalf(Translation& t) {
  return t.OutputTensor(0).type == DataType::kFloat16 &&
         t.InputTensor(0).type != DataType::kFloat16;
}

// A weight that the target converts when it loads the graph stays a weight.
void ConvertConstant(Translation& t) {
  const Tensor& output = t.OutputTensor(0);
  auto value = t.builder().Constant(t.node().inputs[0]);
  if (value.ok() && output.encoding && IsFixedPoint(output.type)) {
    value = Requantized(*value, *output.encoding);
  }
  const Status defined =
      value.ok() ? t.builder().DefineConstant(output.name, *std::move(value)) : value.status();
  if (!defined.ok()) t.Fail(defined.message());
}

void Convert(Translation& t) {
  const ElementType from = t.InputType(0);
  const ElementType to = GraphType(t.OutputTensor(0).type);
  if (from == to && t.IsConstant(0) && IsFloat(from)) return ConvertConstant(t);
  const Order order = t.CommonOrder();
  const std::string input = t.Input(0, order);
  if (RoundsToHalf(t)) return t.MakeCast(0, order, t.AddCast(input, ElementType::kFloat16));
  if (from == to) return t.Make(0, order, "Identity", {input});
  t.MakeCast(0, order, input);
}

constexpr Operator kRows[] = {
    {"Cast", 1, 1, &Convert, kFollowing},
    {"Convert", 1, 1, &Convert, kFollowing},
    {"Dequantize", 1, 1, &Convert, kFollowing},
    {"Quantize", 1, 1, &Convert, kFollowing},
};

}  // namespace

std::span<const Operator> TypeOperators() { return kRows; }

}  // namespace acc::dlc

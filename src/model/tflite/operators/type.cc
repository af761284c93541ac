// SPDX-License-Identifier: BSD-3-Clause
// Changes of type and of encoding. Quantized tensors are real numbers in the graph, so that only
// changes between reals, integers and bools are left to do there.

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"
namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

// A weight that is stored smaller than it is used stays a weight.
void Define(Translation& t, Result<Tensor> value) {
  const Status defined = value.ok()
                             ? t.builder().DefineConstant(t.stored().outputs[0], *std::move(value))
                             : value.status();
  t.Check(defined.ok(), defined.message());
}

Result<Tensor> AsType(const Tensor& value, ElementType type) {
  if (value.type() == type) return value;
  ACC_ASSIGN_OR_RETURN(const std::vector<float> values, ToFloats(value.view()));
  return FromFloatValues(type, value.dims(), values);
}

void DefineConverted(Translation& t) {
  auto value = t.builder().Constant(t.stored().inputs[0]);
  if (value.ok()) value = AsType(*value, t.OutputType(0));
  Define(t, std::move(value));
}

void Convert(Translation& t) {
  const Order order = t.CommonOrder();
  const std::string input = t.Input(0, order);
  if (t.InputType(0) == t.OutputType(0)) return t.Make(0, order, "Identity", {input});
  t.MakeCast(0, order, input);
}

void Requantize(Translation& t) {
  if (t.IsConstant(0)) return DefineConverted(t);
  Convert(t);
}

void Densify(Translation& t) {
  if (!t.Check(t.IsConstant(0), "its input is no constant")) return;
  auto stored = t.builder().Constant(t.stored().inputs[0]);
  Define(t, std::move(stored));
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_CAST, 1, 1, &Convert, Kind::kFollowing},
    {schema::BuiltinOperator_DEQUANTIZE, 1, 1, &Requantize, Kind::kFollowing},
    {schema::BuiltinOperator_QUANTIZE, 1, 1, &Requantize, Kind::kFollowing},
    {schema::BuiltinOperator_DENSIFY, 1, 1, &Densify, Kind::kFollowing},
};

}  // namespace

std::span<const Operator> TypeOperators() { return kRows; }

}  // namespace acc::model::tflite

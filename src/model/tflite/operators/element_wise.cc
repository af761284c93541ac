// SPDX-License-Identifier: BSD-3-Clause
// Element-wise operators of one, two and three inputs, and comparisons.
#include <algorithm>
#include <string_view>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

struct Pair {
  Order order;
  std::string a;
  std::string b;
};

Pair InputsOf(Translation& t) {
  Pair pair{.order = t.CommonOrder(), .a = {}, .b = {}};
  pair.a = t.InputBroadcast(0, pair.order);
  pair.b = t.InputBroadcast(1, pair.order);
  return pair;
}

template <typename Options>
schema::ActivationFunctionType ActivationOf(Translation& t) {
  return t.Option(&Options::fused_activation_function, schema::ActivationFunctionType_NONE);
}

void Activated(Translation& t, std::string_view op_type,
               schema::ActivationFunctionType activation) {
  const Pair in = InputsOf(t);
  t.MakeActivated(in.order, op_type, {in.a, in.b}, {}, activation);
}

void Add(Translation& t) { Activated(t, "Add", ActivationOf<schema::AddOptions>(t)); }
void Sub(Translation& t) { Activated(t, "Sub", ActivationOf<schema::SubOptions>(t)); }
void Mul(Translation& t) { Activated(t, "Mul", ActivationOf<schema::MulOptions>(t)); }
void Div(Translation& t) { Activated(t, "Div", ActivationOf<schema::DivOptions>(t)); }

// What has ONNX's own name and nothing else to say.
void Binary(Translation& t, std::string_view op_type) {
  const Pair in = InputsOf(t);
  t.Make(0, in.order, op_type, {in.a, in.b});
}

void Maximum(Translation& t) { Binary(t, "Max"); }
void Minimum(Translation& t) { Binary(t, "Min"); }
void Power(Translation& t) { Binary(t, "Pow"); }
void Equal(Translation& t) { Binary(t, "Equal"); }
void Greater(Translation& t) { Binary(t, "Greater"); }
void GreaterEqual(Translation& t) { Binary(t, "GreaterOrEqual"); }
void Less(Translation& t) { Binary(t, "Less"); }
void LessEqual(Translation& t) { Binary(t, "LessOrEqual"); }
void LogicalAnd(Translation& t) { Binary(t, "And"); }
void LogicalOr(Translation& t) { Binary(t, "Or"); }
void BitwiseXor(Translation& t) { Binary(t, "BitwiseXor"); }

void NotEqual(Translation& t) {
  const Pair in = InputsOf(t);
  t.Make(0, in.order, "Not", {t.Add("Equal", {in.a, in.b})});
}

void FloorDivide(Translation& t) {
  const Pair in = InputsOf(t);
  if (IsFloat(t.InputType(0))) {
    return t.Make(0, in.order, "Floor", {t.Add("Div", {in.a, in.b})});
  }
  // Integers round towards zero; doubles hold all 32 bits.
  const std::string quotient = t.Add(
      "Div", {t.AddCast(in.a, ElementType::kFloat64), t.AddCast(in.b, ElementType::kFloat64)});
  t.MakeCast(0, in.order, t.Add("Floor", {quotient}));
}

// The sign is that of the divisor, for which the standard takes integers only.
void FloorModulo(Translation& t) {
  const Pair in = InputsOf(t);
  if (!IsFloat(t.InputType(0))) return t.Make(0, in.order, "Mod", {in.a, in.b});
  const std::string whole = t.Add("Floor", {t.Add("Div", {in.a, in.b})});
  t.Make(0, in.order, "Sub", {in.a, t.Add("Mul", {whole, in.b})});
}

void SquaredDifference(Translation& t) {
  const Pair in = InputsOf(t);
  const std::string difference = t.Add("Sub", {in.a, in.b});
  t.Make(0, in.order, "Mul", {difference, difference});
}

void AddAll(Translation& t) {
  const Order order = t.CommonOrder();
  std::vector<std::string> inputs;
  for (std::size_t input = 0; input < t.InputCount(); ++input) {
    inputs.push_back(t.InputBroadcast(input, order));
  }
  t.Make(0, order, "Sum", std::move(inputs));
}

void Unary(Translation& t, std::string_view op_type) {
  const Order order = t.CommonOrder();
  t.Make(0, order, op_type, {t.Input(0, order)});
}

void Abs(Translation& t) { Unary(t, "Abs"); }
void Ceil(Translation& t) { Unary(t, "Ceil"); }
void Cos(Translation& t) { Unary(t, "Cos"); }
void Exp(Translation& t) { Unary(t, "Exp"); }
void Floor(Translation& t) { Unary(t, "Floor"); }
void Log(Translation& t) { Unary(t, "Log"); }
void LogicalNot(Translation& t) { Unary(t, "Not"); }
void Neg(Translation& t) { Unary(t, "Neg"); }
void Round(Translation& t) { Unary(t, "Round"); }
void Sign(Translation& t) { Unary(t, "Sign"); }
void Sin(Translation& t) { Unary(t, "Sin"); }
void Sqrt(Translation& t) { Unary(t, "Sqrt"); }

void ReciprocalSqrt(Translation& t) {
  const Order order = t.CommonOrder();
  t.Make(0, order, "Reciprocal", {t.Add("Sqrt", {t.Input(0, order)})});
}

void Square(Translation& t) {
  const Order order = t.CommonOrder();
  const std::string input = t.Input(0, order);
  t.Make(0, order, "Mul", {input, input});
}

void ZerosLike(Translation& t) {
  const Order order = t.CommonOrder();
  const std::string input = t.Input(0, order);
  t.Make(0, order, "Sub", {input, input});
}

void SelectBroadcast(Translation& t) {
  const Order order = t.CommonOrder();
  const std::string condition = t.InputBroadcast(0, order);
  t.Make(0, order, "Where", {condition, t.InputBroadcast(1, order), t.InputBroadcast(2, order)});
}

// A condition of one axis chooses whole rows.
void Select(Translation& t) {
  const std::size_t rank = t.Rank(1);
  if (t.Rank(0) == rank || t.Rank(0) == 0) return SelectBroadcast(t);
  if (!t.CheckRank(0, 1, 1)) return;
  std::vector<std::int64_t> axes;
  for (std::size_t axis = 1; axis < rank; ++axis) axes.push_back(static_cast<std::int64_t>(axis));
  const std::string rows = t.Add("Unsqueeze", {t.Input(0), t.Int64s("axes", axes)});
  t.Make(0, AsStored(rank), "Where", {rows, t.Input(1), t.Input(2)});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_ADD, Kind::kFollowing, 2, 2, &Add},
    {schema::BuiltinOperator_SUB, Kind::kFollowing, 2, 2, &Sub},
    {schema::BuiltinOperator_MUL, Kind::kFollowing, 2, 2, &Mul},
    {schema::BuiltinOperator_DIV, Kind::kFollowing, 2, 2, &Div},
    {schema::BuiltinOperator_MAXIMUM, Kind::kFollowing, 2, 2, &Maximum},
    {schema::BuiltinOperator_MINIMUM, Kind::kFollowing, 2, 2, &Minimum},
    {schema::BuiltinOperator_POW, Kind::kFollowing, 2, 2, &Power},
    {schema::BuiltinOperator_EQUAL, Kind::kFollowing, 2, 2, &Equal},
    {schema::BuiltinOperator_NOT_EQUAL, Kind::kFollowing, 2, 2, &NotEqual},
    {schema::BuiltinOperator_GREATER, Kind::kFollowing, 2, 2, &Greater},
    {schema::BuiltinOperator_GREATER_EQUAL, Kind::kFollowing, 2, 2, &GreaterEqual},
    {schema::BuiltinOperator_LESS, Kind::kFollowing, 2, 2, &Less},
    {schema::BuiltinOperator_LESS_EQUAL, Kind::kFollowing, 2, 2, &LessEqual},
    {schema::BuiltinOperator_LOGICAL_AND, Kind::kFollowing, 2, 2, &LogicalAnd},
    {schema::BuiltinOperator_LOGICAL_OR, Kind::kFollowing, 2, 2, &LogicalOr},
    {schema::BuiltinOperator_BITWISE_XOR, Kind::kFollowing, 2, 2, &BitwiseXor},
    {schema::BuiltinOperator_FLOOR_DIV, Kind::kFollowing, 2, 2, &FloorDivide},
    {schema::BuiltinOperator_FLOOR_MOD, Kind::kFollowing, 2, 2, &FloorModulo},
    {schema::BuiltinOperator_SQUARED_DIFFERENCE, Kind::kFollowing, 2, 2, &SquaredDifference},
    {schema::BuiltinOperator_ADD_N, Kind::kFollowing, 1, kAnyNumber, &AddAll},
    {schema::BuiltinOperator_ABS, Kind::kFollowing, 1, 1, &Abs},
    {schema::BuiltinOperator_CEIL, Kind::kFollowing, 1, 1, &Ceil},
    {schema::BuiltinOperator_COS, Kind::kFollowing, 1, 1, &Cos},
    {schema::BuiltinOperator_EXP, Kind::kFollowing, 1, 1, &Exp},
    {schema::BuiltinOperator_FLOOR, Kind::kFollowing, 1, 1, &Floor},
    {schema::BuiltinOperator_LOG, Kind::kFollowing, 1, 1, &Log},
    {schema::BuiltinOperator_LOGICAL_NOT, Kind::kFollowing, 1, 1, &LogicalNot},
    {schema::BuiltinOperator_NEG, Kind::kFollowing, 1, 1, &Neg},
    {schema::BuiltinOperator_ROUND, Kind::kFollowing, 1, 1, &Round},
    {schema::BuiltinOperator_RSQRT, Kind::kFollowing, 1, 1, &ReciprocalSqrt},
    {schema::BuiltinOperator_SIGN, Kind::kFollowing, 1, 1, &Sign},
    {schema::BuiltinOperator_SIN, Kind::kFollowing, 1, 1, &Sin},
    {schema::BuiltinOperator_SQRT, Kind::kFollowing, 1, 1, &Sqrt},
    {schema::BuiltinOperator_SQUARE, Kind::kFollowing, 1, 1, &Square},
    {schema::BuiltinOperator_ZEROS_LIKE, Kind::kFollowing, 1, 1, &ZerosLike},
    {schema::BuiltinOperator_SELECT, Kind::kFollowing, 3, 3, &Select},
    {schema::BuiltinOperator_SELECT_V2, Kind::kFollowing, 3, 3, &SelectBroadcast},
};

}  // namespace

std::span<const Operator> ElementWiseOperators() { return kRows; }

}  // namespace acc::model::tflite

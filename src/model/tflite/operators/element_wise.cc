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
  Pair pair{.order = t.CommonOrder()};
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
  if (IsFloat(t.InputType(0))) return t.Make(0, in.order, "Floor", {t.Add("Div", {in.a, in.b})});
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
    {schema::BuiltinOperator_ADD, 2, 2, &Add, Kind::kFollowing},
    {schema::BuiltinOperator_SUB, 2, 2, &Sub, Kind::kFollowing},
    {schema::BuiltinOperator_MUL, 2, 2, &Mul, Kind::kFollowing},
    {schema::BuiltinOperator_DIV, 2, 2, &Div, Kind::kFollowing},
    {schema::BuiltinOperator_MAXIMUM, 2, 2, &Maximum, Kind::kFollowing},
    {schema::BuiltinOperator_MINIMUM, 2, 2, &Minimum, Kind::kFollowing},
    {schema::BuiltinOperator_POW, 2, 2, &Power, Kind::kFollowing},
    {schema::BuiltinOperator_EQUAL, 2, 2, &Equal, Kind::kFollowing},
    {schema::BuiltinOperator_NOT_EQUAL, 2, 2, &NotEqual, Kind::kFollowing},
    {schema::BuiltinOperator_GREATER, 2, 2, &Greater, Kind::kFollowing},
    {schema::BuiltinOperator_GREATER_EQUAL, 2, 2, &GreaterEqual, Kind::kFollowing},
    {schema::BuiltinOperator_LESS, 2, 2, &Less, Kind::kFollowing},
    {schema::BuiltinOperator_LESS_EQUAL, 2, 2, &LessEqual, Kind::kFollowing},
    {schema::BuiltinOperator_LOGICAL_AND, 2, 2, &LogicalAnd, Kind::kFollowing},
    {schema::BuiltinOperator_LOGICAL_OR, 2, 2, &LogicalOr, Kind::kFollowing},
    {schema::BuiltinOperator_BITWISE_XOR, 2, 2, &BitwiseXor, Kind::kFollowing},
    {schema::BuiltinOperator_FLOOR_DIV, 2, 2, &FloorDivide, Kind::kFollowing},
    {schema::BuiltinOperator_FLOOR_MOD, 2, 2, &FloorModulo, Kind::kFollowing},
    {schema::BuiltinOperator_SQUARED_DIFFERENCE, 2, 2, &SquaredDifference, Kind::kFollowing},
    {schema::BuiltinOperator_ADD_N, 1, kAnyNumber, &AddAll, Kind::kFollowing},
    {schema::BuiltinOperator_ABS, 1, 1, &Abs, Kind::kFollowing},
    {schema::BuiltinOperator_CEIL, 1, 1, &Ceil, Kind::kFollowing},
    {schema::BuiltinOperator_COS, 1, 1, &Cos, Kind::kFollowing},
    {schema::BuiltinOperator_EXP, 1, 1, &Exp, Kind::kFollowing},
    {schema::BuiltinOperator_FLOOR, 1, 1, &Floor, Kind::kFollowing},
    {schema::BuiltinOperator_LOG, 1, 1, &Log, Kind::kFollowing},
    {schema::BuiltinOperator_LOGICAL_NOT, 1, 1, &LogicalNot, Kind::kFollowing},
    {schema::BuiltinOperator_NEG, 1, 1, &Neg, Kind::kFollowing},
    {schema::BuiltinOperator_ROUND, 1, 1, &Round, Kind::kFollowing},
    {schema::BuiltinOperator_RSQRT, 1, 1, &ReciprocalSqrt, Kind::kFollowing},
    {schema::BuiltinOperator_SIGN, 1, 1, &Sign, Kind::kFollowing},
    {schema::BuiltinOperator_SIN, 1, 1, &Sin, Kind::kFollowing},
    {schema::BuiltinOperator_SQRT, 1, 1, &Sqrt, Kind::kFollowing},
    {schema::BuiltinOperator_SQUARE, 1, 1, &Square, Kind::kFollowing},
    {schema::BuiltinOperator_ZEROS_LIKE, 1, 1, &ZerosLike, Kind::kFollowing},
    {schema::BuiltinOperator_SELECT, 3, 3, &Select, Kind::kFollowing},
    {schema::BuiltinOperator_SELECT_V2, 3, 3, &SelectBroadcast, Kind::kFollowing},
};

}  // namespace

std::span<const Operator> ElementWiseOperators() { return kRows; }

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
// Element-wise ops of one, two and more inputs.
#include <algorithm>
#include <iterator>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

// Ops that ONNX has under another or the same name.
struct Named {
  std::string_view type;
  std::string_view onnx;
};

constexpr Named kNamed[] = {
    {"Abs", "Abs"},
    {"Acos", "Acos"},
    {"Acosh", "Acosh"},
    {"Add", "Add"},
    {"AddN", "Sum"},
    {"AddV2", "Add"},
    {"Asin", "Asin"},
    {"Asinh", "Asinh"},
    {"Atan", "Atan"},
    {"Atanh", "Atanh"},
    {"BitwiseAnd", "BitwiseAnd"},
    {"BitwiseOr", "BitwiseOr"},
    {"BitwiseXor", "BitwiseXor"},
    {"Ceil", "Ceil"},
    {"Cos", "Cos"},
    {"Cosh", "Cosh"},
    {"Div", "Div"},
    {"Equal", "Equal"},
    {"Erf", "Erf"},
    {"Exp", "Exp"},
    {"Floor", "Floor"},
    {"Greater", "Greater"},
    {"GreaterEqual", "GreaterOrEqual"},
    {"Inv", "Reciprocal"},
    {"IsInf", "IsInf"},
    {"IsNan", "IsNaN"},
    {"Less", "Less"},
    {"LessEqual", "LessOrEqual"},
    {"Log", "Log"},
    {"LogicalAnd", "And"},
    {"LogicalNot", "Not"},
    {"LogicalOr", "Or"},
    {"Maximum", "Max"},
    {"Minimum", "Min"},
    {"Mul", "Mul"},
    {"Neg", "Neg"},
    {"Pow", "Pow"},
    {"RealDiv", "Div"},
    {"Reciprocal", "Reciprocal"},
    {"Rint", "Round"},
    {"Round", "Round"},
    {"SelectV2", "Where"},
    {"Sign", "Sign"},
    {"Sin", "Sin"},
    {"Sinh", "Sinh"},
    {"Sqrt", "Sqrt"},
    {"Sub", "Sub"},
    {"Tan", "Tan"},
    {"TruncateDiv", "Div"},
};

void Same(Translation& t) {
  const auto* row = std::ranges::find(kNamed, t.op().def->op(), &Named::type);
  t.Make(row->onnx, t.Inputs(0, t.InputCount()));
}

void Rsqrt(Translation& t) { t.Make("Reciprocal", {t.Add("Sqrt", {t.Input(0)})}); }

void Square(Translation& t) { t.Make("Mul", {t.Input(0), t.Input(0)}); }

void SquaredDifference(Translation& t) {
  const std::string difference = t.Add("Sub", {t.Input(0), t.Input(1)});
  t.Make("Mul", {difference, difference});
}

void NotEqual(Translation& t) { t.Make("Not", {t.Add("Equal", {t.Input(0), t.Input(1)})}); }

void IsFinite(Translation& t) {
  const std::string is_infinite = t.Add("IsInf", {t.Input(0)});
  t.Make("Not", {t.Add("Or", {is_infinite, t.Add("IsNaN", {t.Input(0)})})});
}

// What rounding 1 + x lost is made good by the factor that it lost, after Kahan.
void Log1p(Translation& t) {
  const std::string sum = t.Add("Add", {t.Input(0), t.Number(1)});
  const std::string kept = t.Add("Sub", {sum, t.Number(1)});
  const std::string ratio = t.Add("Div", {t.Input(0), kept});
  const std::string is_lost = t.Add("Equal", {kept, t.Number(0)});
  t.Make("Where", {is_lost, t.Input(0), t.Add("Mul", {t.Add("Log", {sum}), ratio})});
}

// Near zero 2 tanh(x / 2) / (1 - tanh(x / 2)), which subtracts nothing alike.
void Expm1(Translation& t) {
  const std::string tanh = t.Add("Tanh", {t.Add("Mul", {t.Input(0), t.Number(0.5)})});
  const std::string twice = t.Add("Add", {tanh, tanh});
  const std::string near = t.Add("Div", {twice, t.Add("Sub", {t.Number(1), tanh})});
  const std::string far = t.Add("Sub", {t.Add("Exp", {t.Input(0)}), t.Number(1)});
  const std::string is_near = t.Add("Less", {t.Add("Abs", {t.Input(0)}), t.Number(0.5)});
  t.Make("Where", {is_near, near, far});
}

void Erfc(Translation& t) { t.Make("Sub", {t.Number(1), t.Add("Erf", {t.Input(0)})}); }

// Integers round towards zero; doubles hold all 32 bits.
void FloorDiv(Translation& t) {
  if (IsFloat(t.Type("T"))) return t.Make("Floor", {t.Add("Div", {t.Input(0), t.Input(1)})});
  const std::string quotient = t.Add("Div", {t.AddCast(t.Input(0), ElementType::kFloat64),
                                             t.AddCast(t.Input(1), ElementType::kFloat64)});
  t.MakeCast(0, t.Add("Floor", {quotient}), t.Type("T"));
}

// The sign is that of the divisor, for which ONNX takes integers only.
void FloorMod(Translation& t) {
  if (!IsFloat(t.Type("T"))) return t.Make("Mod", {t.Input(0), t.Input(1)});
  const std::string whole = t.Add("Floor", {t.Add("Div", {t.Input(0), t.Input(1)})});
  t.Make("Sub", {t.Input(0), t.Add("Mul", {whole, t.Input(1)})});
}

void TruncateMod(Translation& t) {
  t.Make("Mod", {t.Input(0), t.Input(1)}, {{"fmod", std::int64_t{1}}});
}

void DivNoNan(Translation& t) {
  const std::string is_zero = t.Add("Equal", {t.Input(1), t.Number(0)});
  t.Make("Where", {is_zero, t.Number(0), t.Add("Div", {t.Input(0), t.Input(1)})});
}

// A condition of fewer axes chooses among the slices of the first ones.
void Select(Translation& t) {
  const std::string dims = t.Add("Shape", {t.Input(0)});
  const std::string rank = t.Add("Size", {t.Add("Shape", {t.Input(1)})});
  const std::string lacking = t.Add("Sub", {rank, t.Add("Size", {dims})});
  const std::string ones =
      t.Add("Expand", {t.Int64(1), t.Add("Reshape", {lacking, t.Int64s({1})})});
  const std::string all = t.Add("Concat", {dims, ones}, {{"axis", std::int64_t{0}}});
  t.Make("Where", {t.Add("Reshape", {t.Input(0), all}), t.Input(1), t.Input(2)});
}

// Where with one input.
void Indices(Translation& t) {
  t.Make("Transpose", {t.Add("NonZero", {t.Input(0)})}, {{"perm", Axes{1, 0}}});
}

void Cast(Translation& t) { t.MakeCast(0, t.Input(0), t.Type("DstT")); }

constexpr Operator kSpecial[] = {
    {"Cast", 1, 1, &Cast},
    {"DivNoNan", 2, 2, &DivNoNan},
    {"Erfc", 1, 1, &Erfc},
    {"Expm1", 1, 1, &Expm1},
    {"FloorDiv", 2, 2, &FloorDiv},
    {"FloorMod", 2, 2, &FloorMod},
    {"IsFinite", 1, 1, &IsFinite},
    {"Log1p", 1, 1, &Log1p},
    {"Mod", 2, 2, &TruncateMod},
    {"NotEqual", 2, 2, &NotEqual},
    {"Rsqrt", 1, 1, &Rsqrt},
    {"Square", 1, 1, &Square},
    {"SquaredDifference", 2, 2, &SquaredDifference},
    {"TruncateMod", 2, 2, &TruncateMod},
    {"Where", 1, 1, &Indices},
};

std::vector<Operator> AllRows() {
  std::vector<Operator> rows(std::begin(kSpecial), std::end(kSpecial));
  for (const Named& named : kNamed) rows.push_back({named.type, 1, kAnyNumber, &Same});
  rows.push_back({"Select", 3, 3, &Select});
  return rows;
}

}  // namespace

std::span<const Operator> ElementWiseOperators() {
  static const std::vector<Operator> kRows = AllRows();
  return kRows;
}

}  // namespace acc::model::tensorflow

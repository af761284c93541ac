// SPDX-License-Identifier: BSD-3-Clause
// Element-wise operators of two, one and three inputs. The operation is an attribute, or the type
// itself where that is one of QNN's long names.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "dlc/operations.h"
#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

void FloorDivide(Translation& t, const Order& order, const std::string& a, const std::string& b) {
  if (IsFloat(t.InputType(0))) return t.Make(0, order, "Floor", {t.Add("Div", {a, b})});
  // Integers round towards zero; doubles hold all 32 bits.
  const std::string quotient =
      t.Add("Div", {t.AddCast(a, ElementType::kFloat64), t.AddCast(b, ElementType::kFloat64)});
  t.MakeCast(0, order, t.Add("Floor", {quotient}));
}

// The sign is that of the dividend.
void FloatModulo(Translation& t, const Order& order, const std::string& a, const std::string& b) {
  t.Make(0, order, "Mod", {a, b}, {{"fmod", 1}});
}

// The sign is that of the divisor, for which the standard takes integers only.
void Modulo(Translation& t, const Order& order, const std::string& a, const std::string& b) {
  if (!IsFloat(t.InputType(0))) return t.Make(0, order, "Mod", {a, b});
  const std::string whole = t.Add("Floor", {t.Add("Div", {a, b})});
  t.Make(0, order, "Sub", {a, t.Add("Mul", {whole, b})});
}

void NotEqual(Translation& t, const Order& order, const std::string& a, const std::string& b) {
  t.Make(0, order, "Not", {t.Add("Equal", {a, b})});
}

void SquaredDifference(Translation& t, const Order& order, const std::string& a,
                       const std::string& b) {
  const std::string difference = t.Add("Sub", {a, b});
  t.Make(0, order, "Mul", {difference, difference});
}

struct BinaryCase {
  std::string_view name;
  void (*make)(Translation&, const Order&, const std::string&, const std::string&);
};

constexpr BinaryCase kBinaryCases[] = {
    {"floor_div", &FloorDivide},
    {"fmod", &FloatModulo},
    {"mod", &Modulo},
    {"not_equal", &NotEqual},
    {"squared_difference", &SquaredDifference},
};

std::uint32_t OperationNumber(Translation& t) {
  const auto own = OperationOfType(t.node().type);
  return own ? own->number : static_cast<std::uint32_t>(t.Int("operation", 0));
}

void FailForOperation(Translation& t, std::uint32_t number) {
  t.Fail(fmt::format("its operation {} is not known", number));
}

void Binary(Translation& t) {
  const std::uint32_t number = OperationNumber(t);
  const auto name = OperationName(kBinaryType, number);
  if (!name) return FailForOperation(t, number);
  const Order order = t.CommonOrder();
  const std::string a = t.InputBroadcast(0, order);
  const std::string b = t.InputBroadcast(1, order);
  const auto* special = std::ranges::find(kBinaryCases, *name, &BinaryCase::name);
  if (special != std::end(kBinaryCases)) return special->make(t, order, a, b);
  t.Make(0, order, *OnnxOperator(kBinaryType, number), {a, b});
}

void Unary(Translation& t) {
  const std::uint32_t number = OperationNumber(t);
  const auto name = OperationName(kUnaryType, number);
  if (!name) return FailForOperation(t, number);
  const Order order = t.CommonOrder();
  const std::string input = t.InputBroadcast(0, order);
  const auto onnx = OnnxOperator(kUnaryType, number);
  if (onnx) return t.Make(0, order, *onnx, {input});
  t.Make(0, order, "Reciprocal", {t.Add("Sqrt", {input})});  // rsqrt
}

void Select(Translation& t) {
  const Order order = t.CommonOrder();
  std::string condition = t.InputBroadcast(0, order);
  if (t.InputType(0) != ElementType::kBool) condition = t.AddCast(condition, ElementType::kBool);
  t.Make(0, order, "Where", {condition, t.InputBroadcast(1, order), t.InputBroadcast(2, order)});
}

void Ternary(Translation& t) {
  const std::string type = t.Text("eltwise_type", "");
  if (type == "ElementWiseSelect") return Select(t);
  t.Fail(fmt::format("its eltwise_type '{}' is not known", Printable(type)));
}

void TellNan(Translation& t) {
  const Order order = t.CommonOrder();
  t.Make(0, order, "IsNaN", {t.Input(0, order)});
}

void TellInfinity(Translation& t) {
  const Order order = t.CommonOrder();
  t.Make(0, order, "IsInf", {t.Input(0, order)},
         {{"detect_negative", t.Int("detect_negative", 1)},
          {"detect_positive", t.Int("detect_positive", 1)}});
}

constexpr Operator kRows[] = {
    {kBinaryType, 2, 2, &Binary, kFollowing},
    {"ElementWiseBinary", 2, 2, &Binary, kFollowing},
    {kUnaryType, 1, 1, &Unary, kFollowing},
    {"ElementWiseUnary", 1, 1, &Unary, kFollowing},
    {"Eltwise_Ternary", 3, 3, &Ternary, kFollowing},
    {"ElementWiseSelect", 3, 3, &Select, kFollowing},
    {"IsNan", 1, 1, &TellNan, kFollowing},
    {"IsInf", 1, 1, &TellInfinity, kFollowing},
};

}  // namespace

std::span<const Operator> ElementWiseOperators() { return kRows; }

}  // namespace acc::dlc

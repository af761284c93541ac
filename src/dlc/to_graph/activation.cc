// SPDX-License-Identifier: BSD-3-Clause
// Activation functions. Neuron says in "operation" which one it is; others are types of their own.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "dlc/numbers.h"
#include "dlc/operations.h"
#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"

namespace acc::dlc {
namespace {

// QNN has bounds as floats, of integers too.
std::string Bound(Translation& t, std::string_view name, float value) {
  const ElementType type = t.InputType(0);
  if (IsFloat(type)) return t.FloatScalar(name, value);
  return t.AddCast(t.Int64Scalar(name, SaturatedTo32Bits(double{value})), type);
}

void MakeClip(Translation& t, float least, float most) {
  const Order order = t.CommonOrder();
  const std::string bound = Bound(t, "min", least);
  t.Make(0, order, "Clip", {t.Input(0, order), bound, Bound(t, "max", most)});
}

void Simple(Translation& t, std::string_view op_type, Attributes attributes = {}) {
  const Order order = t.CommonOrder();
  t.Make(0, order, op_type, {t.Input(0, order)}, std::move(attributes));
}

void Elu(Translation& t) { Simple(t, "Elu", {{"alpha", t.Float("alpha", 1)}}); }

void Gelu(Translation& t) {
  constexpr std::int64_t kFirstOpset = 20;
  t.builder().RequireOpset("", kFirstOpset);
  Simple(t, "Gelu");
}

void HardSigmoid(Translation& t) {
  Simple(t, "HardSigmoid", {{"alpha", t.Float("alpha", 0.2F)}, {"beta", t.Float("beta", 0.5F)}});
}

void ReluMinMax(Translation& t) { MakeClip(t, t.Float("min_value", 0), t.Float("max_value", 6)); }
void Relu1(Translation& t) { MakeClip(t, -1, 1); }
void Relu6(Translation& t) { MakeClip(t, 0, 6); }

// log(1 + exp(beta x)) / beta. Above its threshold the target takes x, which is the same number.
void Softplus(Translation& t) {
  const float beta = t.Float("beta", 1);
  if (beta == 1) return Simple(t, "Softplus");
  const Order order = t.CommonOrder();
  const std::string factor = t.FloatScalar("beta", beta);
  const std::string steep = t.Add("Mul", {t.Input(0, order), factor});
  t.Make(0, order, "Div", {t.Add("Softplus", {steep}), factor});
}

struct Case {
  std::string_view name;
  void (*translate)(Translation&);
};

constexpr Case kCases[] = {
    {"elu", &Elu},
    {"gelu", &Gelu},
    {"hard_sigmoid", &HardSigmoid},
    {"relu_min_max", &ReluMinMax},
    {"softplus", &Softplus},
};

void Neuron(Translation& t) {
  const auto own = OperationOfType(t.node().type);
  const auto number = own ? own->number : static_cast<std::uint32_t>(t.Int("operation", 0));
  const auto name = OperationName(kNeuronType, number);
  if (!name) return t.Fail(fmt::format("its operation {} is not known", number));
  const auto* special = std::ranges::find(kCases, *name, &Case::name);
  if (special != std::end(kCases)) return special->translate(t);
  Simple(t, *OnnxOperator(kNeuronType, number));
}

void Prelu(Translation& t) {
  const Order order = t.CommonOrder();
  t.Make(0, order, "PRelu", {t.Input(0, order), t.InputBroadcast(1, order)});
}

// QNN's beta multiplies the input first.
void AlongAxis(Translation& t, std::string_view op_type) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, 1, order.size())) return;
  const int axis = PlaceOf(order, t.Axis("axis", static_cast<int>(t.Rank(0)) - 1, t.Rank(0)));
  std::string input = t.Input(0, order);
  const float beta = t.Float("beta", 1);
  if (beta != 1) input = t.Add("Mul", {input, t.FloatScalar("beta", beta)});
  t.Make(0, order, op_type, {input}, {{"axis", axis}});
}

void Softmax(Translation& t) { AlongAxis(t, "Softmax"); }
void LogSoftmax(Translation& t) { AlongAxis(t, "LogSoftmax"); }

constexpr Operator kRows[] = {
    {kNeuronType, 1, 1, &Neuron, kFollowing},      {"ElementWiseNeuron", 1, 1, &Neuron, kFollowing},
    {"Relu1", 1, 1, &Relu1, kFollowing},           {"Relu6", 1, 1, &Relu6, kFollowing},
    {"Prelu", 2, 2, &Prelu, kFollowing},           {"Softmax", 1, 1, &Softmax, kFollowing},
    {"LogSoftmax", 1, 1, &LogSoftmax, kFollowing},
};

}  // namespace

std::span<const Operator> ActivationOperators() { return kRows; }

}  // namespace acc::dlc

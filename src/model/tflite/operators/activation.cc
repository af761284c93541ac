// SPDX-License-Identifier: BSD-3-Clause

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

void Simple(Translation& t, std::string_view op_type, Attributes attributes = {}) {
  const Order order = t.CommonOrder();
  t.Make(0, order, op_type, {t.Input(0, order)}, std::move(attributes));
}

void Clip(Translation& t, float least, float most) {
  const Order order = t.CommonOrder();
  const std::string bound = t.FloatScalar("min", least);
  t.Make(0, order, "Clip", {t.Input(0, order), bound, t.FloatScalar("max", most)});
}

void Elu(Translation& t) { Simple(t, "Elu", {{"alpha", 1.0F}}); }
void HardSwish(Translation& t) { Simple(t, "HardSwish"); }
void Logistic(Translation& t) { Simple(t, "Sigmoid"); }
void Relu(Translation& t) { Simple(t, "Relu"); }
void Tanh(Translation& t) { Simple(t, "Tanh"); }
void Relu0To1(Translation& t) { Clip(t, 0, 1); }
void Relu6(Translation& t) { Clip(t, 0, 6); }
void ReluN1To1(Translation& t) { Clip(t, -1, 1); }

void LeakyRelu(Translation& t) {
  Simple(t, "LeakyRelu", {{"alpha", t.Option(&schema::LeakyReluOptions::alpha, 0.0F)}});
}

void Gelu(Translation& t) {
  constexpr std::int64_t kFirstOpset = 20;
  t.builder().RequireOpset("", kFirstOpset);
  const bool approximate = t.Option(&schema::GeluOptions::approximate, false);
  Simple(t, "Gelu", {{"approximate", approximate ? "tanh" : "none"}});
}

void Prelu(Translation& t) {
  const Order order = t.CommonOrder();
  t.Make(0, order, "PRelu", {t.Input(0, order), t.InputBroadcast(1, order)});
}

void AlongLastAxis(Translation& t, std::string_view op_type, float beta) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, 1, order.size())) return;
  std::string input = t.Input(0, order);
  if (beta != 1) input = t.Add("Mul", {input, t.FloatScalar("beta", beta)});
  t.Make(0, order, op_type, {input},
         {{"axis", PlaceOf(order, static_cast<int>(order.size()) - 1)}});
}

void Softmax(Translation& t) {
  AlongLastAxis(t, "Softmax", t.Option(&schema::SoftmaxOptions::beta, 1.0F));
}
void LogSoftmax(Translation& t) { AlongLastAxis(t, "LogSoftmax", 1); }

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_ELU, 1, 1, &Elu, Kind::kFollowing},
    {schema::BuiltinOperator_GELU, 1, 1, &Gelu, Kind::kFollowing},
    {schema::BuiltinOperator_HARD_SWISH, 1, 1, &HardSwish, Kind::kFollowing},
    {schema::BuiltinOperator_LEAKY_RELU, 1, 1, &LeakyRelu, Kind::kFollowing},
    {schema::BuiltinOperator_LOGISTIC, 1, 1, &Logistic, Kind::kFollowing},
    {schema::BuiltinOperator_LOG_SOFTMAX, 1, 1, &LogSoftmax, Kind::kFollowing},
    {schema::BuiltinOperator_PRELU, 2, 2, &Prelu, Kind::kFollowing},
    {schema::BuiltinOperator_RELU, 1, 1, &Relu, Kind::kFollowing},
    {schema::BuiltinOperator_RELU6, 1, 1, &Relu6, Kind::kFollowing},
    {schema::BuiltinOperator_RELU_0_TO_1, 1, 1, &Relu0To1, Kind::kFollowing},
    {schema::BuiltinOperator_RELU_N1_TO_1, 1, 1, &ReluN1To1, Kind::kFollowing},
    {schema::BuiltinOperator_SOFTMAX, 1, 1, &Softmax, Kind::kFollowing},
    {schema::BuiltinOperator_TANH, 1, 1, &Tanh, Kind::kFollowing},
};

}  // namespace

std::span<const Operator> ActivationOperators() { return kRows; }

}  // namespace acc::model::tflite

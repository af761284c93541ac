// SPDX-License-Identifier: BSD-3-Clause

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

// x / sqrt(max(sum of squares, 1e-6)) along the last axis.
void L2Normalization(Translation& t) {
  constexpr float kLeastSum = 1e-6F;
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const std::string input = t.Input(0, order);
  const std::int64_t place = PlaceOf(order, static_cast<int>(order.size()) - 1);
  const std::string sum = t.Add("ReduceSumSquare", {input, t.Int64s("axes", {place})});
  const std::string root = t.Add("Sqrt", {t.Add("Max", {sum, t.FloatScalar("least", kLeastSum)})});
  t.MakeActivated(order, "Div", {input, root}, {},
                  t.Option(&schema::L2NormOptions::fused_activation_function,
                           schema::ActivationFunctionType_NONE));
}

// ONNX divides its alpha by the number of channels that are added up.
void LocalResponseNormalization(Translation& t) {
  using Options = schema::LocalResponseNormalizationOptions;
  if (!t.CheckRank(0, 4, 4)) return;
  const std::int64_t size = 2 * std::int64_t{t.Option(&Options::radius, 0)} + 1;
  if (!t.Check(size > 0, "its radius is negative")) return;
  t.Make(0, ChannelFirst(4), "LRN", {t.InputChannelFirst(0)},
         {{"size", size},
          {"alpha", t.Option(&Options::alpha, 0.0F) * static_cast<float>(size)},
          {"beta", t.Option(&Options::beta, 0.0F)},
          {"bias", t.Option(&Options::bias, 0.0F)}});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_L2_NORMALIZATION, 1, 1, &L2Normalization, Kind::kFollowing},
    {schema::BuiltinOperator_LOCAL_RESPONSE_NORMALIZATION, 1, 1, &LocalResponseNormalization,
     Kind::kSpatial},
};

}  // namespace

std::span<const Operator> NormalizationOperators() { return kRows; }

}  // namespace acc::model::tflite

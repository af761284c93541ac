// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/operators.h"
#include "model/tensorflow/operators/layout.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void BatchNorm(Translation& t) {
  const bool training = t.Bool("is_training", true);
  if (!t.Check(!training, "it is in training mode; freeze the model for inference")) return;
  const std::size_t spatial = t.Text("data_format", "NHWC").size() - 2;
  MakeImage(t, spatial, "BatchNormalization",
            {Image(t, 0, spatial), t.Input(1), t.Input(2), t.Input(3), t.Input(4)},
            {{"epsilon", t.Float("epsilon", 1e-4F)}});
}

// Before there were fused ones: the statistics come first, and the factor may count for nothing.
void GlobalBatchNorm(Translation& t) {
  const bool has_factor = t.Bool("scale_after_normalization", true);
  const std::string factor =
      has_factor ? t.Input(4) : t.Add("Expand", {t.Number(1), t.Add("Shape", {t.Input(4)})});
  MakeImage(t, 2, "BatchNormalization",
            {Image(t, 0, 2), factor, t.Input(3), t.Input(1), t.Input(2)},
            {{"epsilon", t.Float("variance_epsilon", 1e-3F)}});
}

// The whole window is divided by in ONNX's formula, not in TensorFlow's.
void LocalResponse(Translation& t) {
  const std::int64_t size = 2 * t.Int("depth_radius", 5) + 1;
  const float alpha = t.Float("alpha", 1) * static_cast<float>(size);
  MakeImage(t, 2, "LRN", {Image(t, 0, 2)},
            {{"size", size},
             {"alpha", alpha},
             {"beta", t.Float("beta", 0.5F)},
             {"bias", t.Float("bias", 1)}});
}

void BiasAdd(Translation& t) {
  if (!IsChannelFirst(t)) return t.Make("Add", {t.Input(0), t.Input(1)});
  const Axes ends = {1, 2};
  t.Make("Add", {t.Input(0), t.Add("Unsqueeze", {t.Input(1), t.Int64s(ends)})});
}

void AddLast(Translation& t) { t.Make("Add", {t.Input(0), t.Input(1)}); }

void L2Loss(Translation& t) {
  t.Make("Div",
         {t.Add("ReduceSumSquare", {t.Input(0)}, {{"keepdims", std::int64_t{0}}}), t.Number(2)});
}

constexpr Operator kRows[] = {
    {"BatchNormWithGlobalNormalization", 5, 5, &GlobalBatchNorm},
    {"BiasAdd", 2, 2, &BiasAdd},
    {"BiasAddV1", 2, 2, &AddLast},
    {"FusedBatchNorm", 5, 5, &BatchNorm},
    {"FusedBatchNormV2", 5, 5, &BatchNorm},
    {"FusedBatchNormV3", 5, 5, &BatchNorm},
    {"L2Loss", 1, 1, &L2Loss},
    {"LRN", 1, 1, &LocalResponse},
};

}  // namespace

std::span<const Operator> NormalizationOperators() { return kRows; }

}  // namespace acc::model::tensorflow

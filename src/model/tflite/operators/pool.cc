// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "model/tflite/operators.h"
#include "model/tflite/operators/window.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

Window WindowOf(Translation& t) {
  const auto* options = t.Options<schema::Pool2DOptions>();
  if (options == nullptr) {
    t.Fail("the file has no options of it");
    return {};
  }
  return {.kernel = {options->filter_height(), options->filter_width()},
          .strides = {options->stride_h(), options->stride_w()},
          .dilations = {1, 1},
          .padding = options->padding()};
}

schema::ActivationFunctionType ActivationOf(Translation& t) {
  return t.Option(&schema::Pool2DOptions::fused_activation_function,
                  schema::ActivationFunctionType_NONE);
}

Attributes AttributesOf(Translation& t, const Window& window) {
  Attributes attributes = WindowAttributes(t, 0, window);
  attributes["kernel_shape"] = window.kernel;
  return attributes;
}

// One window over the whole image, without paddings.
bool IsGlobal(Translation& t, const Window& window) {
  const Shape& dims = t.InputRecord(0).signature;
  return window.padding == schema::Padding_VALID && window.kernel[0] == dims[1] &&
         window.kernel[1] == dims[2];
}

void Average(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  const Window window = WindowOf(t);
  Attributes attributes = AttributesOf(t, window);
  if (!t.ok()) return;
  if (IsGlobal(t, window)) {
    // Runtimes add up a global average with more care than a window's.
    return t.MakeActivated(ChannelFirst(4), "GlobalAveragePool", {t.InputChannelFirst(0)}, {},
                           ActivationOf(t));
  }
  attributes.erase("dilations");
  t.MakeActivated(ChannelFirst(4), "AveragePool", {t.InputChannelFirst(0)}, std::move(attributes),
                  ActivationOf(t));
}

void Largest(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  t.MakeActivated(ChannelFirst(4), "MaxPool", {t.InputChannelFirst(0)},
                  AttributesOf(t, WindowOf(t)), ActivationOf(t));
}

// The root of the mean square; ONNX's LpPool takes that of the sum.
void RootMeanSquare(Translation& t) {
  if (!t.CheckRank(0, 4, 4)) return;
  Attributes attributes = AttributesOf(t, WindowOf(t));
  attributes.erase("dilations");
  const std::string input = t.InputChannelFirst(0);
  const std::string mean =
      t.Add("AveragePool", {t.Add("Mul", {input, input})}, std::move(attributes));
  t.MakeActivated(ChannelFirst(4), "Sqrt", {mean}, {}, ActivationOf(t));
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_AVERAGE_POOL_2D, 1, 1, &Average, Kind::kSpatial},
    {schema::BuiltinOperator_MAX_POOL_2D, 1, 1, &Largest, Kind::kSpatial},
    {schema::BuiltinOperator_L2_POOL_2D, 1, 1, &RootMeanSquare, Kind::kSpatial},
};

}  // namespace

std::span<const Operator> PoolOperators() { return kRows; }

}  // namespace acc::model::tflite

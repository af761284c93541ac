// SPDX-License-Identifier: BSD-3-Clause
// Convolutions. The file's weights are [out, height, width, in / group], those of depthwise ones
// [1, height, width, out], of 3-D ones [depth, height, width, in, out].
#include <algorithm>
#include <string_view>

#include "model/tflite/operators.h"
#include "model/tflite/operators/window.h"
#include "model/tflite/translation.h"

namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

constexpr std::string_view kNoOptions = "the file has no options of it";

// The file's axes of weights that become the first two of ONNX's; what is left follows.
Order WeightOrder(std::size_t rank, int first, int second) {
  Order order = {first, second};
  for (int axis = 0; axis < static_cast<int>(rank); ++axis) {
    if (axis != first && axis != second) order.push_back(axis);
  }
  return order;
}

template <typename T>
Window WindowOf(Translation& t) {
  const T* options = t.Options<T>();
  if (options == nullptr) t.Fail(kNoOptions);
  if (options == nullptr || !t.CheckRank(1, 4, 4)) return {};
  const Shape& weights = t.Dims(1);
  return {.kernel = {weights[1], weights[2]},
          .strides = {options->stride_h(), options->stride_w()},
          .dilations = {options->dilation_h_factor(), options->dilation_w_factor()},
          .padding = options->padding()};
}

void Convolution(Translation& t) {
  if (!t.CheckRank(0, 4, 4) || !t.CheckRank(1, 4, 4)) return;
  Attributes attributes = WindowAttributes(t, 0, WindowOf<schema::Conv2DOptions>(t));
  const std::int64_t channels = t.Dims(0)[3];
  const std::int64_t read = t.Dims(1)[3];
  if (!t.Check(read > 0 && channels % read == 0, "its weights do not fit its input's channels")) {
    return;
  }
  attributes["group"] = channels / read;
  t.MakeActivated(ChannelFirst(4), "Conv",
                  {t.InputChannelFirst(0), t.Input(1, WeightOrder(4, 0, 3)), t.Input(2)},
                  std::move(attributes),
                  t.Option(&schema::Conv2DOptions::fused_activation_function,
                           schema::ActivationFunctionType_NONE));
}

void DepthwiseConvolution(Translation& t) {
  if (!t.CheckRank(0, 4, 4) || !t.CheckRank(1, 4, 4)) return;
  Attributes attributes = WindowAttributes(t, 0, WindowOf<schema::DepthwiseConv2DOptions>(t));
  attributes["group"] = t.Dims(0)[3];
  t.MakeActivated(ChannelFirst(4), "Conv",
                  {t.InputChannelFirst(0), t.Input(1, WeightOrder(4, 3, 0)), t.Input(2)},
                  std::move(attributes),
                  t.Option(&schema::DepthwiseConv2DOptions::fused_activation_function,
                           schema::ActivationFunctionType_NONE));
}

void Convolution3d(Translation& t) {
  if (!t.CheckRank(0, 5, 5) || !t.CheckRank(1, 5, 5)) return;
  const auto* options = t.Options<schema::Conv3DOptions>();
  if (options == nullptr) return t.Fail(kNoOptions);
  const Shape& weights = t.Dims(1);
  Attributes attributes =
      WindowAttributes(t, 0,
                       {.kernel = {weights[0], weights[1], weights[2]},
                        .strides = {options->stride_d(), options->stride_h(), options->stride_w()},
                        .dilations = {options->dilation_d_factor(), options->dilation_h_factor(),
                                      options->dilation_w_factor()},
                        .padding = options->padding()});
  t.MakeActivated(ChannelFirst(5), "Conv",
                  {t.InputChannelFirst(0), t.Input(1, WeightOrder(5, 4, 3)), t.Input(2)},
                  std::move(attributes), options->fused_activation_function());
}

// The paddings with which (in - 1) * stride + kernel elements become those of the output; one that
// is too large already is padded itself.
void AddTransposedPads(const Shape& in, const Shape& out, const Window& window,
                       Attributes& attributes) {
  const std::size_t axes = window.kernel.size();
  std::vector<std::int64_t> pads(2 * axes);
  std::vector<std::int64_t> more(axes);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::int64_t total =
        (in[axis + 1] - 1) * window.strides[axis] + window.kernel[axis] - out[axis + 1];
    const std::int64_t kept = std::max<std::int64_t>(total, 0);
    pads[axis] = kept / 2;
    pads[axes + axis] = kept - kept / 2;
    more[axis] = kept - total;
  }
  attributes["pads"] = std::move(pads);
  attributes["output_padding"] = std::move(more);
}

// The first input is the output's dims.
void TransposedConvolution(Translation& t) {
  if (!t.CheckRank(1, 4, 4) || !t.CheckRank(2, 4, 4)) return;
  const auto* options = t.Options<schema::TransposeConvOptions>();
  if (options == nullptr) return t.Fail(kNoOptions);
  const Shape out = t.IsConstant(0) ? t.Ints(0, 4) : t.Signature(0);
  const Shape& in = t.InputRecord(2).signature;
  const bool is_known = out.size() == 4 && IsStatic({out.begin() + 1, out.end()}) &&
                        IsStatic({in.begin() + 1, in.end()});
  if (!t.Check(is_known, "the dims of its image are not known before the run")) return;
  const Shape& weights = t.Dims(1);
  const Window window{.kernel = {weights[1], weights[2]},
                      .strides = {options->stride_h(), options->stride_w()},
                      .dilations = {1, 1},
                      .padding = options->padding()};
  if (!t.Check(window.strides[0] > 0 && window.strides[1] > 0, "its stride is 0")) return;
  Attributes attributes = {{"strides", window.strides}};
  AddTransposedPads(in, out, window, attributes);
  t.MakeActivated(ChannelFirst(4), "ConvTranspose",
                  {t.InputChannelFirst(2), t.Input(1, WeightOrder(4, 3, 0)), t.Input(3)},
                  std::move(attributes), options->fused_activation_function());
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_CONV_2D, Kind::kSpatial, 2, 3, &Convolution},
    {schema::BuiltinOperator_DEPTHWISE_CONV_2D, Kind::kSpatial, 2, 3, &DepthwiseConvolution},
    {schema::BuiltinOperator_CONV_3D, Kind::kSpatial, 2, 3, &Convolution3d},
    {schema::BuiltinOperator_TRANSPOSE_CONV, Kind::kOther, 3, 4, &TransposedConvolution},
};

}  // namespace

std::span<const Operator> ConvolutionOperators() { return kRows; }

}  // namespace acc::model::tflite

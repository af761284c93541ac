// SPDX-License-Identifier: BSD-3-Clause
// Convolutions. The file's weights are [out, height, width, in / group], those of depthwise ones
// [1, height, width, out], of 3-D ones [depth, height, width, in, out].
#include <algorithm>
#include <numeric>
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

// What a list of dims says of the image's axes, which begin at `first`.
std::string OfImage(Translation& t, const std::string& shape, std::int64_t first,
                    std::size_t axes) {
  const auto last = first + static_cast<std::int64_t>(axes);
  return t.Add("Slice", {shape, t.Int64s("first", {first}), t.Int64s("last", {last})});
}

// As AddTransposedPads, in the graph: all that the kernel can reach, of which the run cuts out the
// dims that the first input says.
void MakeCropped(Translation& t, const Window& window, std::vector<std::string> inputs,
                 schema::ActivationFunctionType activation) {
  const std::size_t axes = window.kernel.size();
  std::vector<std::int64_t> more = window.strides;
  for (std::int64_t& stride : more) --stride;
  const std::string in = OfImage(t, t.Add("Shape", {inputs[0]}), 2, axes);
  const std::string out = OfImage(t, t.InputAs(0, ElementType::kInt64), 1, axes);
  const std::string all = t.Add("ConvTranspose", std::move(inputs),
                                {{"strides", window.strides}, {"output_padding", more}});
  std::vector<std::int64_t> beyond = window.kernel;
  for (std::size_t axis = 0; axis < axes; ++axis) beyond[axis] -= window.strides[axis];
  const std::string reached = t.Add(
      "Add", {t.Add("Mul", {in, t.Int64s("strides", window.strides)}), t.Int64s("beyond", beyond)});
  const std::string cut = t.Add("Max", {t.Add("Sub", {reached, out}), t.Int64s("none", {0})});
  const std::string start = t.Add("Div", {cut, t.Int64s("sides", {2})});
  std::vector<std::int64_t> places(axes);
  std::iota(places.begin(), places.end(), 2);
  t.MakeActivated(ChannelFirst(axes + 2), "Slice",
                  {all, start, t.Add("Add", {start, out}), t.Int64s("axes", places)}, {},
                  activation);
}

// The first input is the output's dims.
void MakeTransposedConvolution(Translation& t, const Window& window, const Order& weights,
                               schema::ActivationFunctionType activation) {
  const std::size_t rank = weights.size();
  const auto is_positive = [](std::int64_t number) { return number > 0; };
  if (!t.Check(std::ranges::all_of(window.strides, is_positive), "its stride is 0")) return;
  const Shape out = t.IsConstant(0) ? t.Ints(0, rank) : t.Signature(0);
  const Shape& in = t.InputRecord(2).signature;
  std::vector<std::string> inputs = {t.InputChannelFirst(2), t.Input(1, weights), t.Input(3)};
  const auto is_known = [&](const Shape& dims) {
    return dims.size() == rank && IsStatic({dims.begin() + 1, dims.end() - 1});
  };
  if (!is_known(in) || !is_known(out)) return MakeCropped(t, window, std::move(inputs), activation);
  Attributes attributes = {{"strides", window.strides}};
  AddTransposedPads(in, out, window, attributes);
  t.MakeActivated(ChannelFirst(rank), "ConvTranspose", std::move(inputs), std::move(attributes),
                  activation);
}

void TransposedConvolution(Translation& t) {
  if (!t.CheckRank(1, 4, 4) || !t.CheckRank(2, 4, 4)) return;
  const auto* options = t.Options<schema::TransposeConvOptions>();
  if (options == nullptr) return t.Fail(kNoOptions);
  const Shape& weights = t.Dims(1);
  const Window window{.kernel = {weights[1], weights[2]},
                      .strides = {options->stride_h(), options->stride_w()},
                      .dilations = {1, 1},
                      .padding = options->padding()};
  MakeTransposedConvolution(t, window, WeightOrder(4, 3, 0), options->fused_activation_function());
}

void TransposedConvolution3d(Translation& t) {
  if (!t.CheckRank(1, 5, 5) || !t.CheckRank(2, 5, 5)) return;
  const auto* options = t.Options<schema::Conv3DOptions>();
  if (options == nullptr) return t.Fail(kNoOptions);
  const Shape& weights = t.Dims(1);
  const Window window{.kernel = {weights[0], weights[1], weights[2]},
                      .strides = {options->stride_d(), options->stride_h(), options->stride_w()},
                      .dilations = {options->dilation_d_factor(), options->dilation_h_factor(),
                                    options->dilation_w_factor()},
                      .padding = options->padding()};
  const bool is_dense = std::ranges::all_of(window.dilations, [](auto each) { return each == 1; });
  if (!t.Check(is_dense, "with dilations it has no translation")) return;
  MakeTransposedConvolution(t, window, WeightOrder(5, 4, 3), options->fused_activation_function());
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_CONV_2D, 2, 3, &Convolution, Kind::kSpatial},
    {schema::BuiltinOperator_DEPTHWISE_CONV_2D, 2, 3, &DepthwiseConvolution, Kind::kSpatial},
    {schema::BuiltinOperator_CONV_3D, 2, 3, &Convolution3d, Kind::kSpatial},
    {schema::BuiltinOperator_TRANSPOSE_CONV, 3, 4, &TransposedConvolution},
    {schema::BuiltinOperator_CONV_3D_TRANSPOSE, 3, 4, &TransposedConvolution3d},
};

}  // namespace

std::span<const Operator> ConvolutionOperators() { return kRows; }

}  // namespace acc::model::tflite

// SPDX-License-Identifier: BSD-3-Clause
// Convolutions. The file's weights are [spatial…, in, out]; those of a depthwise convolution are
// [height, width, channels, multiplier], those of a transposed one [height, width, out, in].
#include <fmt/format.h>

#include <algorithm>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/operators/layout.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

Axes WeightOrder(std::size_t spatial) {
  const auto last = static_cast<std::int64_t>(spatial) + 1;
  Axes order = {last, last - 1};
  for (std::int64_t axis = 0; axis < last - 1; ++axis) order.push_back(axis);
  return order;
}

Attributes Window(Translation& t, std::size_t spatial) {
  Attributes attributes = {{"strides", Spatial(t, "strides", spatial)},
                           {"dilations", Spatial(t, "dilations", spatial)}};
  const Tensor* weights = t.Constant(1);
  Axes kernel;
  if (weights != nullptr && weights->dims().size() == spatial + 2) {
    kernel.assign(weights->dims().begin(),
                  weights->dims().begin() + static_cast<std::ptrdiff_t>(spatial));
  }
  SetPadding(t, kernel, attributes);
  return attributes;
}

bool IsOnes(const Attributes& attributes, const char* name) {
  const Axes& values = std::get<Axes>(attributes.at(name));
  return std::ranges::all_of(values, [](std::int64_t value) { return value == 1; });
}

void MakeConvolution(Translation& t, std::size_t spatial, const std::string& weights,
                     Attributes attributes) {
  const BlockedImage* blocked = t.builder().Blocked(t.op().inputs[0]);
  const bool is_plain = t.Text("padding", "") == "VALID" && IsOnes(attributes, "strides") &&
                        IsOnes(attributes, "dilations") && !IsChannelFirst(t);
  if (blocked != nullptr && blocked->weights.empty() && is_plain) {
    BlockedImage convolved = *blocked;
    convolved.weights = weights;
    if (attributes.contains("group")) convolved.group = std::get<std::int64_t>(attributes["group"]);
    t.builder().SetBlocked(t.Output(0), std::move(convolved));
  }
  MakeImage(t, spatial, "Conv", {Image(t, 0, spatial), weights}, std::move(attributes));
}

template <std::size_t spatial>
void Convolve(Translation& t) {
  const std::string weights = t.Moved(1, WeightOrder(spatial));
  MakeConvolution(t, spatial, weights, Window(t, spatial));
}

void DepthWise(Translation& t) {
  const Tensor* weights = t.Constant(1);
  if (weights == nullptr || weights->dims().size() != 4) {
    return t.Fail("its filter has to be a constant of 4 axes");
  }
  const Shape dims = weights->dims();
  Attributes attributes = Window(t, 2);
  attributes["group"] = dims[2];
  // Multipliers of a channel follow each other in the output.
  const std::string moved = t.Moved(1, {2, 3, 0, 1});
  const std::string grouped =
      t.builder().ReshapedConstant(moved, {dims[2] * dims[3], 1, dims[0], dims[1]});
  MakeConvolution(t, 2, grouped, std::move(attributes));
}

// The output's size along the axes of the image, as far as it is known.
PartialInts OutputSize(Translation& t, std::size_t spatial) {
  const auto sizes = t.builder().Partial(t.op().inputs[0]);
  if (sizes.size() != spatial + 2 && sizes.size() != spatial) return PartialInts(spatial);
  const std::size_t first = sizes.size() == spatial ? 0 : IsChannelFirst(t) ? 2 : 1;
  const auto begin = sizes.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(spatial)};
}

// The gradient of a convolution: what the forward one adds around its input is cut off the output.
template <std::size_t spatial>
void Transposed(Translation& t) {
  const Tensor* weights = t.Constant(1);
  if (weights == nullptr || weights->dims().size() != spatial + 2) {
    return t.Fail(fmt::format("its filter has to be a constant of {} axes", spatial + 2));
  }
  Attributes attributes = {{"strides", Spatial(t, "strides", spatial)},
                           {"dilations", Spatial(t, "dilations", spatial)}};
  const Axes strides = std::get<Axes>(attributes["strides"]);
  const Axes dilations = std::get<Axes>(attributes["dilations"]);
  const bool same = t.Text("padding", "VALID") == "SAME";
  if (!t.Check(same || t.Text("padding", "VALID") == "VALID",
               "its explicit padding is not supported"))
    return;
  const auto sizes = OutputSize(t, spatial);
  if (!t.ok()) return;
  Axes pads(2 * spatial, 0);
  Axes output_padding(spatial, 0);
  for (std::size_t axis = 0; axis < spatial; ++axis) {
    const std::int64_t stride = strides[axis];
    const std::int64_t kernel = (weights->dims()[axis] - 1) * dilations[axis] + 1;
    if (!t.Check(stride > 0 && kernel > 0, "its strides or its filter are empty")) return;
    // Of a size that is not known: the one that fills whole strides.
    const std::int64_t least = same ? 1 : kernel;
    const std::int64_t open = same ? stride - 1 : std::max<std::int64_t>(stride - kernel, 0);
    const std::int64_t rest = sizes[axis] ? (*sizes[axis] - least) % stride : open;
    if (!t.Check(rest >= 0, "its output is smaller than its filter")) return;
    const std::int64_t last = same ? rest + 1 : kernel + rest;  // Beyond the last whole stride.
    const std::int64_t cut = same ? std::max<std::int64_t>(kernel - last, 0) : 0;
    pads[axis] = cut / 2;
    pads[axis + spatial] = cut - cut / 2;
    output_padding[axis] = std::max<std::int64_t>(last - kernel + cut, 0);
  }
  attributes["pads"] = pads;
  attributes["output_padding"] = output_padding;
  MakeImage(t, spatial, "ConvTranspose", {Image(t, 2, spatial), t.Moved(1, WeightOrder(spatial))},
            std::move(attributes));
}

constexpr Operator kRows[] = {
    {"Conv2D", 2, 2, &Convolve<2>},
    {"Conv3D", 2, 2, &Convolve<3>},
    {"DepthwiseConv2dNative", 2, 2, &DepthWise},
    {"Conv2DBackpropInput", 3, 3, &Transposed<2>},
    {"Conv3DBackpropInputV2", 3, 3, &Transposed<3>},
};

}  // namespace

std::span<const Operator> ConvolutionOperators() { return kRows; }

}  // namespace acc::model::tensorflow

// SPDX-License-Identifier: BSD-3-Clause
// Convolutions. The file's weights are [spatial…, in / group, out], those of transposed ones
// [spatial…, in, out / group].
#include <numeric>

#include "dlc/to_graph/operators.h"
#include "dlc/to_graph/translation.h"
#include "model/translation/movement.h"

namespace acc::dlc {
namespace {

// The weight's last two axes become the first two, in the order given.
Order WeightOrder(std::size_t rank, bool in_first) {
  const auto last = static_cast<int>(rank) - 1;
  Order order = in_first ? Order{last - 1, last} : Order{last, last - 1};
  for (int axis = 0; axis < last - 1; ++axis) order.push_back(axis);
  return order;
}

Attributes Window(Translation& t, std::size_t spatial) {
  Attributes attributes;
  attributes["strides"] = t.Ints("stride", spatial, 1);
  attributes["dilations"] = t.Ints("dilation", spatial, 1);
  attributes["pads"] = model::OnnxPads(t.Ints("pad_amount", 2 * spatial, 0));
  return attributes;
}

void Convolve(Translation& t, std::string_view op_type, bool in_first, Attributes attributes) {
  const std::size_t rank = t.Rank(0);
  if (!t.CheckRank(1, rank, rank)) return;
  t.Make(0, ChannelFirst(rank), op_type,
         {t.InputChannelFirst(0), t.Input(1, WeightOrder(rank, in_first)), t.Input(2)},
         std::move(attributes));
}

void Convolution(Translation& t) {
  if (!t.CheckRank(0, 3, 5)) return;
  Attributes attributes = Window(t, t.Rank(0) - 2);
  attributes["group"] = t.Int("group", 1);
  Convolve(t, "Conv", false, std::move(attributes));
}

void DepthWise(Translation& t) {
  if (!t.CheckRank(0, 3, 5)) return;
  Attributes attributes = Window(t, t.Rank(0) - 2);
  attributes["group"] = t.Dims(0).back();
  Convolve(t, "Conv", false, std::move(attributes));
}

void Transposed(Translation& t) {
  if (!t.CheckRank(0, 3, 5)) return;
  const std::size_t spatial = t.Rank(0) - 2;
  Attributes attributes = Window(t, spatial);
  attributes["group"] = t.Int("group", 1);
  attributes["output_padding"] = t.Ints("output_padding", spatial, 0);
  Convolve(t, "ConvTranspose", true, std::move(attributes));
}

constexpr Operator kRows[] = {
    {"Conv1d", 2, 3, &Convolution, kSpatial},
    {"Conv2d", 2, 3, &Convolution, kSpatial},
    {"Conv3d", 2, 3, &Convolution, kSpatial},
    {"DepthWiseConv1d", 2, 3, &DepthWise, kSpatial},
    {"DepthWiseConv2d", 2, 3, &DepthWise, kSpatial},
    {"TransposeConv1d", 2, 3, &Transposed, kSpatial},
    {"TransposeConv2d", 2, 3, &Transposed, kSpatial},
    {"TransposeConv3d", 2, 3, &Transposed, kSpatial},
};

}  // namespace

std::span<const Operator> ConvolutionOperators() { return kRows; }

}  // namespace acc::dlc

// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/window.h"

#include <algorithm>
#include <utility>

namespace acc::dlc {
namespace {

using Sizes = std::vector<std::int64_t>;

std::int64_t Extent(const Window& window, std::size_t axis) {
  return (window.kernel[axis] - 1) * window.dilations[axis] + 1;
}

// What makes the output as long as it is, the larger half where auto_pad puts it.
Sizes PadsForOutput(const Window& window, const Shape& smaller, const Shape& larger,
                    bool larger_half_first) {
  Sizes pads;
  for (std::size_t i = 0; i < window.axes(); ++i) {
    const std::int64_t needed = (smaller[i + 2] - 1) * window.strides[i] + Extent(window, i);
    const std::int64_t total = std::max<std::int64_t>(needed - larger[i + 2], 0);
    const std::int64_t before = larger_half_first ? total - total / 2 : total / 2;
    pads.insert(pads.end(), {before, total - before});
  }
  return pads;
}

// ONNX has all that lies before first, then all that lies after.
Sizes ByAxis(const Sizes& pads) {
  Sizes by_axis;
  const std::size_t axes = pads.size() / 2;
  for (std::size_t i = 0; i < axes; ++i) by_axis.insert(by_axis.end(), {pads[i], pads[i + axes]});
  return by_axis;
}

Sizes PadsOf(const Source& source, const model::Node& node, const Window& window) {
  const auto auto_pad = node.Get<std::string>("auto_pad", "NOTSET");
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    const Shape& input = source.Dims(node.inputs.front());
    const Shape& output = source.Dims(node.outputs.front());
    const bool larger_half_first = auto_pad == "SAME_LOWER";
    return PadsForOutput(window, output, input, larger_half_first);
  }
  if (auto_pad == "VALID") return Sizes(2 * window.axes(), 0);
  return ByAxis(node.Get<Sizes>("pads", Sizes(2 * window.axes(), 0)));
}

// Channel-last dims with the height that is added to images of one axis.
Shape WithHeight(Shape dims, const Window& window) {
  if (window.one_axis) dims.insert(dims.begin() + 1, 1);
  return dims;
}

}  // namespace

std::optional<Window> WindowOf(const Source& source, const model::Node& node,
                               std::vector<std::int64_t> kernel) {
  const std::size_t rank = source.Rank(node.inputs.front());
  if (rank < 3 || rank > 5 || source.Rank(node.outputs.front()) != rank) return std::nullopt;
  Window window;
  window.kernel = std::move(kernel);
  const std::size_t axes = rank - 2;
  if (window.axes() != axes) return std::nullopt;
  window.strides = node.Get<Sizes>("strides", Sizes(axes, 1));
  window.dilations = node.Get<Sizes>("dilations", Sizes(axes, 1));
  if (window.strides.size() != axes || window.dilations.size() != axes) return std::nullopt;
  window.pads = PadsOf(source, node, window);
  if (window.pads.size() != 2 * axes) return std::nullopt;
  if (std::ranges::any_of(window.pads, [](std::int64_t pad) { return pad < 0; })) {
    return std::nullopt;
  }
  if (axes > 1) return window;
  window.one_axis = true;
  window.kernel.insert(window.kernel.begin(), 1);
  window.strides.insert(window.strides.begin(), 1);
  window.dilations.insert(window.dilations.begin(), 1);
  window.pads.insert(window.pads.begin(), {0, 0});
  return window;
}

std::string TypeFor(std::string_view stem, const Window& window) {
  return std::string(stem) + (window.axes() == 3 ? "3d" : "2d");
}

std::string ReadImage(Builder& builder, const std::string& tensor, const Window& window) {
  std::string image = builder.Read(tensor, AxisOrder::kChannelLast);
  if (!window.one_axis) return image;
  return builder.AddReshaped(image, WithHeight(builder.DimsOf(image), window));
}

ImageOutput::ImageOutput(Builder& builder, std::string tensor, const Window& window)
    : builder_(builder), tensor_(std::move(tensor)), reshaped_(window.one_axis) {
  if (!reshaped_) {
    name_ = builder_.Write(tensor_, AxisOrder::kChannelLast);
    return;
  }
  const Source& source = builder_.source();
  const Permutation permutation = FromSource(AxisOrder::kChannelLast, source.Rank(tensor_));
  name_ = builder_.AddLike(tensor_, "_with_height",
                           WithHeight(Permute(source.Dims(tensor_), permutation), window));
}

void ImageOutput::Finish() {
  if (!reshaped_) return;
  builder_.AddNode({.type = "Reshape",
                    .inputs = {name_},
                    .outputs = {builder_.Write(tensor_, AxisOrder::kChannelLast)}});
}

bool IsDilated(const Window& window) {
  return std::ranges::any_of(window.dilations, [](std::int64_t dilation) { return dilation != 1; });
}

Attribute Strides(Builder& builder, const Window& window) {
  return builder.Uints("stride", window.strides);
}

Attribute Pads(Builder& builder, const Window& window) {
  return builder.Uints("pad_amount", {static_cast<std::int64_t>(window.axes()), 2}, window.pads);
}

Attribute Dilations(Builder& builder, const Window& window) {
  return builder.Uints("dilation", window.dilations);
}

}  // namespace acc::dlc

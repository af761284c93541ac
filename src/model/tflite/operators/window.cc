// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/operators/window.h"

#include <algorithm>

namespace acc::model::tflite {
namespace {

bool IsPositive(std::int64_t number) { return number > 0; }

// Beginnings, then ends.
std::vector<std::int64_t> SamePads(const Shape& image, const Window& window) {
  const std::size_t axes = window.kernel.size();
  std::vector<std::int64_t> pads(2 * axes);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::int64_t size = image[axis + 1];
    const std::int64_t stride = window.strides[axis];
    const std::int64_t covered = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
    const std::int64_t places = (size + stride - 1) / stride;
    const std::int64_t total = std::max<std::int64_t>((places - 1) * stride + covered - size, 0);
    pads[axis] = total / 2;
    pads[axes + axis] = total - total / 2;
  }
  return pads;
}

}  // namespace

Attributes WindowAttributes(Translation& t, std::size_t image, const Window& window) {
  const std::size_t axes = window.kernel.size();
  const Shape& dims = t.InputRecord(image).signature;
  for (const auto* numbers : {&window.kernel, &window.strides, &window.dilations}) {
    if (!t.Check(std::ranges::all_of(*numbers, IsPositive), "its window has no size or stride")) {
      return {};
    }
  }
  if (!t.Check(dims.size() == axes + 2, "its input is no image")) return {};
  Attributes attributes = {{"strides", window.strides}, {"dilations", window.dilations}};
  if (window.padding == schema::Padding_VALID) {
    attributes["pads"] = std::vector<std::int64_t>(2 * axes, 0);
  } else if (IsStatic({dims.begin() + 1, dims.end() - 1})) {
    attributes["pads"] = SamePads(dims, window);
  } else {
    attributes["auto_pad"] = "SAME_UPPER";
  }
  return attributes;
}

}  // namespace acc::model::tflite
